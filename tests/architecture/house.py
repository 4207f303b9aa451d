"""The repository as the house rules see it: its files as git would list them, and its Python files parsed.

Read by the tests here and in `tests/docs`. Nothing here judges; a rule is a function in the test file that names it.
"""

import ast
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def tracked() -> tuple[Path, ...]:
    """Returns every file that git has or would take, relative to the root and in order; also where there is no git."""
    names = _by_git() if (ROOT / ".git").exists() and shutil.which("git") else None
    return tuple(sorted(_by_walking(ROOT) if names is None else names))


def _by_git() -> list[Path]:
    # safe.directory: in a container the checkout may belong to somebody else, which alters nothing for reading.
    command = ("git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "-co", "--exclude-standard")
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()]


def _by_walking(folder: Path) -> Iterator[Path]:
    """The same from a downloaded archive, which has no history. Knows the plain patterns that our .gitignore uses."""
    patterns = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").split()]
    for path in folder.iterdir():
        if path.name == ".git" or any(fnmatch(path.name, pattern) for pattern in patterns):
            continue
        if path.is_dir():
            yield from _by_walking(path)
        else:
            yield path.relative_to(ROOT)


def text_of(path: Path) -> str | None:
    """Returns what stands in the file, or None where it is not text (a picture, say)."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file: where it is, its dotted name, its text and its syntax tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"

    @property
    def name(self) -> str:
        whole = self.path.parent if self.is_package else self.path.with_suffix("")
        return ".".join(whole.parts)

    @property
    def package(self) -> str:
        return self.name if self.is_package else self.name.rpartition(".")[0]

    @property
    def docstring(self) -> str:
        return ast.get_docstring(self.tree) or ""


def parsed(source: str, path: str = "bot/intake/example.py") -> Module:
    """Returns the module that such a file would be; the tests plant faults with it."""
    return Module(Path(path), source, ast.parse(source))


@cache
def modules(*rooms: str) -> tuple[Module, ...]:
    """Returns the Python files under these folders of the repository."""
    found = (path for path in tracked() if path.suffix == ".py" and path.parts[0] in rooms)
    return tuple(parsed((ROOT / path).read_text(encoding="utf-8"), str(path)) for path in found)


def docstrings(tree: ast.AST) -> set[int]:
    """Returns the ids of the nodes that are docstrings, or strings that stand alone to explain a name."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def listed(complaints: list[str]) -> str:
    """Returns the complaints as a test shows them: how many, one a line."""
    return f"{len(complaints)} found\n" + "\n".join(complaints)
