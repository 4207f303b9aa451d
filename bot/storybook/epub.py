"""The storybook as an e-book (EPUB 3): a zip of pages with a table of contents, written story by story.

The container's rules: the first file is `mimetype`, stored and not compressed; every page is XHTML. Source:
w3.org/TR/epub-33. Called by `site.py` for `--epub`.
"""

import zipfile
from datetime import date
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from bot.storybook.pages import templates
from bot.storybook.site import Source
from bot.text import day

_STAMP: Final = (1980, 1, 1, 0, 0, 0)
"""A zip's earliest date: the same stories make the same file."""
_CONTAINER: Final = """<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/>
</rootfiles></container>
"""


def write_epub(file: Path, source: Source) -> None:
    """The file is an e-book of every story of the source. Raises OSError."""
    told = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        _add(book, "mimetype", "application/epub+zip", stored=True)
        _add(book, "META-INF/container.xml", _CONTAINER)
        _add(book, "book/style.css", templates().get_template("epub.css").render())
        for entry, view in source.told(sorted(source.entries)):
            page = templates().get_template("epub_story.xhtml").render(entry=entry, view=view)
            _add(book, f"book/{entry.number}.xhtml", page)
            told.append(entry)
        given = {
            "entries": told,
            "told": f"{len(told):,} stories" if len(told) >= 5 else "Stories",
            "today": _said(source.today),
            "day": source.today.isoformat(),
            "id": uuid5(NAMESPACE_URL, f"storybook/{source.audience.value}/{source.today}/{len(told)}").urn,
        }
        for name, template in (
            ("cover.xhtml", "epub_cover.xhtml"),
            ("contents.xhtml", "epub_contents.xhtml"),
            ("package.opf", "epub_package.opf"),
        ):
            _add(book, f"book/{name}", templates().get_template(template).render(**given))


def _said(today: date) -> str:
    return f"{day(today)} {today.year}"


def _add(book: zipfile.ZipFile, name: str, content: str, *, stored: bool = False) -> None:
    info = zipfile.ZipInfo(name, _STAMP)
    info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    book.writestr(info, content.encode())
