"""What no file may say: places of one machine, other people's registries, and words that the product never uses.

The forbidden names are put together here, since this file is looked at too.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from .house import docstrings, listed, modules, text_of, tracked

# A folder of the file system, not a step in an address or in a relative path.
FOLDERS = "|".join(("work", "tmp", "root", "home/[a-z]+", "Users/[A-Za-z]+", "var/folders"))
MACHINE = re.compile(rf"(?<![\w.~*}}\])-])(?:file:)?/+(?:{FOLDERS})(?![\w-])")
REGISTRIES = re.compile(
    "|".join(
        re.escape(".".join(parts))
        for parts in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("npmjs", "org"),
            ("npmjs", "com"),
            ("yarnpkg", "com"),
            ("crates", "io"),
            ("rubygems", "org"),
            ("golang", "org"),
            ("docker", "io"),
            ("anaconda", "org"),
        )
    )
)
NEVER_SAID = re.compile(r"\b(?:oops|anonymous(?:ly)?)\b|:tada:|🎉", re.IGNORECASE)

# A keeper's home is made up for a test of what the rehearsal lets through.
MADE_UP = "/home/keeper"


def found(pattern: re.Pattern[str]) -> Iterator[str]:
    for path in tracked():
        for number, line in enumerate((text_of(path) or "").splitlines(), 1):
            if pattern.search(line.replace(MADE_UP, "")):
                yield f"{path}:{number} {line.strip()[:120]}"


@pytest.mark.parametrize("pattern", [MACHINE, REGISTRIES], ids=["paths", "registries"])
def test_no_file_knows_the_machine_it_was_written_on(pattern: re.Pattern[str]) -> None:
    """Nothing in the repository depends on, or tells of, somebody's folders or where packages come from."""
    complaints = list(found(pattern))
    assert not complaints, listed(complaints)


def test_every_page_that_is_mentioned_is_here() -> None:
    """A reader who is sent to a page of documentation finds it in the repository."""
    pages = {path.name for path in tracked()}
    complaints = [
        f"{path}:{number} {name}"
        for path in tracked()
        for number, line in enumerate((text_of(path) or "").splitlines(), 1)
        for name in re.findall(r"(?<![\w/{*])[\w-]+\.md\b", line)
        if name not in pages
    ]
    assert not complaints, listed(complaints)


def test_the_product_does_not_say_what_it_must_not() -> None:
    """No text that a person may read is cheery about harm or promises a secrecy that nobody can keep."""
    complaints = [f"{where} {text[:100]!r}" for where, text in people_read() if NEVER_SAID.search(text)]
    assert not complaints, listed(complaints)


def people_read() -> Iterator[tuple[str, str]]:
    """Yields every text that may reach a person, with its place: strings of the code, scripts, pages, examples."""
    for module in modules("bot"):
        explained = docstrings(module.tree)
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in explained:
                yield f"{module.path}:{node.lineno}", node.value
    for path in tracked():
        text = text_of(path) or ""
        if path.suffix == ".toml" and path.parts[0] == "bot":
            yield from ((str(path), value) for value in _strings(tomllib.loads(text)))
        elif path.suffix in {".md", ".html", ".js"} or path == Path(".env.example"):
            yield str(path), text


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for inner in value.values() for text in _strings(inner))
    elif isinstance(value, list):
        yield from (text for inner in value for text in _strings(inner))


@pytest.mark.parametrize("line", ["see /{}/shared", 'open("/{}/x")', "cd /{}", "file:///{}/x", "sqlite:////{}/x.db"])
def test_a_planted_path_is_found(line: str) -> None:
    """A path of one machine is noticed wherever it stands in a line."""
    assert all(MACHINE.search(line.format(folder)) for folder in ("work", "tmp", "root"))


@pytest.mark.parametrize("line", ["https://example.test/{}", "housing/{}", "./{}", "~/{}", "/{}shop", "{}/{}"])
def test_other_slashes_are_let_through(line: str) -> None:
    """Addresses, alternatives and relative paths are nobody's machine."""
    assert not MACHINE.search(line.replace("{}", "work"))


def test_a_planted_word_is_found() -> None:
    """The words are found in any case, and the texts that people read are really looked at."""
    assert NEVER_SAID.search("Oo" + "ps, that went wrong")
    assert NEVER_SAID.search("You are " + "Anonymous" + ".")
    assert any("Send for review" in text for _, text in people_read())
