"""Every page: links that lead somewhere, and a changelog that knows the version."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from architecture.house import ROOT

from bot import __version__

from .pages import Page, page, pages


def dead_links(this: Page) -> list[str]:
    """The links of a page that lead to no file of the repository, or to no heading of a page."""
    dead = []
    for link in this.links():
        if re.match(r"[a-z][a-z0-9+.-]*:", link):
            continue  # another site, or an address to write to
        name, _, anchor = unquote(link).partition("#")
        target = ROOT / this.path.parent / name if name else ROOT / this.path
        there = target.resolve().is_relative_to(ROOT) and target.exists()
        if not there or (anchor and target.suffix == ".md" and anchor not in page(target.relative_to(ROOT)).anchors()):
            dead.append(link)
    return dead


@pytest.mark.parametrize("this", pages(), ids=lambda this: str(this.path))
def test_local_links_lead_somewhere(this: Page) -> None:
    """Every link to a file or a heading of the repository finds it."""
    assert not dead_links(this)


@pytest.mark.parametrize("link", ["nowhere.toml", "CHANGELOG.md#no-such-heading", "#no-such-heading", "../outside"])
def test_a_dead_link_is_found(link: str) -> None:
    """A link to a file or heading that is not there, or outside the repository, is noticed."""
    assert dead_links(Page(Path("CHANGELOG.md"), f"[a link]({link})", ())) == [link]


def test_the_changelog_knows_the_version() -> None:
    """The newest heading of the changelog is about the version that would be installed."""
    newest = re.findall(r"(?m)^## (.*)$", page(Path("CHANGELOG.md")).prose)[0]
    assert re.search(rf"(?<![\d.]){re.escape(__version__)}(?![\d.])", newest), f"{newest!r} is not about {__version__}"
