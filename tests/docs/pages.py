"""The repository's Markdown as the tests read it: fenced blocks, tables, headings and links.

Only as much of Markdown as our own pages use. Nothing here judges.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from architecture.house import ROOT, tracked

README = Path("README.md")


@dataclass(frozen=True, slots=True)
class Page:
    """One page: where it is, its prose, and its fenced blocks line by line."""

    path: Path
    prose: str
    fenced: tuple[str, ...]

    @property
    def commands(self) -> tuple[str, ...]:
        """The lines of the blocks as somebody would paste them, without the prompt."""
        return tuple(line.removeprefix("$ ") for line in self.fenced)

    @property
    def code(self) -> tuple[str, ...]:
        """Everything that is set as code: the lines of the blocks, and what stands in `backticks`."""
        return (*self.commands, *re.findall(r"`([^`\n]+)`", self.prose))

    def anchors(self) -> set[str]:
        """The anchors of its headings, as GitHub makes them: in lower case, spaces as hyphens, the rest dropped."""
        headings = re.findall(r"(?m)^#+\s+(.*?)\s*$", self.prose)
        return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}

    def links(self) -> Iterator[str]:
        """The targets of its links and pictures, without their titles."""
        yield from re.findall(r"\]\(\s*<?([^)\s>]+)", self.prose)
        yield from re.findall(r"(?m)^\[[^\]]+\]:\s*(\S+)", self.prose)
        yield from re.findall(r"(?:src|href|srcset)=\"([^\"]+)\"", self.prose)

    def first_cells(self) -> Iterator[str]:
        """What stands in the first column of its tables."""
        yield from (row.strip().strip("`") for row in re.findall(r"(?m)^\|([^|\n]+)\|", self.prose))


def page(path: Path = README) -> Page:
    """Returns the page, its fenced blocks taken apart from its prose."""
    prose, fenced, inside = [], [], False
    for line in (ROOT / path).read_text(encoding="utf-8").splitlines():
        if line.lstrip().startswith("```"):
            inside = not inside
        else:
            (fenced if inside else prose).append(line)
    assert not inside, f"{path}: a fenced block is not closed"
    return Page(path, "\n".join(prose), tuple(fenced))


def pages() -> tuple[Page, ...]:
    """Returns every Markdown page of the repository."""
    return tuple(page(path) for path in tracked() if path.suffix == ".md")
