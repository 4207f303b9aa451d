"""What happened next in every book: beside its story where that may be shown, nowhere else, and gone when it goes."""

import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.settings import load_settings
from bot.storybook import work
from bot.storybook.exporting import Format
from bot.storybook.keeping import Keeping
from storage import permissions, sequels, stories
from storage.books import Audience
from storage.database import Database, Tx
from storage.records import Place, Verb
from storage.writer import Writer
from tests.storybook.shelf import EVERYWHERE, Tale, build_site, exported, plant, what_next

CANARY = "zephyrine"
HERS = f"She has a {CANARY} safe now."
Begin = Callable[[], AbstractContextManager[Tx]]


@pytest.fixture
def begin(database: Database, workspace: str, now: datetime) -> Begin:
    """A transaction in this test's own thread, committed at the end of its block."""

    @contextmanager
    def begin() -> Iterator[Tx]:
        with database.write_engine.begin() as connection:
            yield Tx(connection, workspace, now)

    return begin


def holding(folder: Path) -> set[str]:
    """Every file under the folder, and inside an e-book, that has the word in it."""
    found = set()
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        parts = {path.name: path.read_bytes()}
        if path.suffix == ".epub":
            with zipfile.ZipFile(path) as book:
                parts = {f"{path.name}!{name}": book.read(name) for name in book.namelist()}
        found |= {name for name, content in parts.items() if CANARY.encode() in content}
    return found


def test_it_is_where_its_story_may_be(
    database: Database, workspace: str, now: datetime, begin: Begin, tmp_path: Path
) -> None:
    """Pages, booklet, search, feed, e-book and every export have it; the public ones only if the story is public."""
    with begin() as tx:
        what_next(tx, plant(tx, Tale(places=EVERYWHERE - {Place.PUBLIC_STORYBOOK})), HERS)
        plant(tx, Tale(title="Another", places=EVERYWHERE))
    books = {name: work.WRITERS[name] for name in ("pdf", "epub")}
    for audience in (Audience.STAFF, Audience.PUBLIC):
        build_site(database, workspace, now, tmp_path / audience.value, audience, books=books)
    pages = {"1.html", "booklet.html", "search-index.js", "feed.xml", ".storybook.json", "storybook.epub!book/1.xhtml"}
    assert holding(tmp_path / "staff") == pages
    assert holding(tmp_path / "public") == set()
    page = (tmp_path / "staff" / "stories" / "1.html").read_text(encoding="utf-8")
    assert re.search(rf"What happened next</h2>\s*<p[^>]*>{HERS}", page)
    assert "What happened next</h2>" not in (tmp_path / "staff" / "stories" / "2.html").read_text(encoding="utf-8")
    for kind in Format:
        assert HERS in exported(database, workspace, now, kind, Audience.STAFF).replace("\\.", ".")
        assert HERS in exported(database, workspace, now, kind, Audience.TRAINING).replace("\\.", ".")
        assert CANARY not in exported(database, workspace, now, kind, Audience.PUBLIC)


def test_a_site_follows_it(
    database: Database, writer: Writer, workspace: str, now: datetime, begin: Begin, tmp_path: Path
) -> None:
    """Approved, changed, taken back: a running bot has its sites say so, and leaves what has not changed as it is."""
    given = {"DATABASE_URL": f"sqlite:///{database.path}", "STORYBOOK_DIR": str(tmp_path / "books")}
    care = Keeping(
        database, writer, workspace, Clock(wall=lambda: now), load_settings(given, env_file=None, slack=False)
    )
    with begin() as tx:
        story_id = plant(tx, Tale())
    assert care.look() and holding(tmp_path) == set()
    with begin() as tx:
        what_next(tx, story_id, HERS)
    assert care.look() and "1.html" in holding(tmp_path)
    stamp = (tmp_path / "books" / "staff").stat().st_ino
    assert care.look() and (tmp_path / "books" / "staff").stat().st_ino == stamp
    with begin() as tx:
        again = sequels.put(tx, story_id, "She moved.", {})
    assert care.look() and holding(tmp_path) == set(), "another text waits for reviewers"
    with begin() as tx:
        assert sequels.decide(tx, again, Verb.APPROVE, by="U0JOE", care=False)
    assert care.look()
    page = tmp_path / "books" / "public" / "stories" / "1.html"
    assert "She moved." in page.read_text(encoding="utf-8")
    with begin() as tx:
        sequels.take_out(tx, story_id)
    assert care.look() and "She moved." not in page.read_text(encoding="utf-8")


def test_what_the_screen_would_not_show_is_left_out_alone(
    database: Database, workspace: str, now: datetime, begin: Begin, tmp_path: Path
) -> None:
    """A newer screen finds something in it: the story stands without it, in every book."""
    with begin() as tx:
        what_next(tx, plant(tx, Tale()), f"{HERS} Ring 07700 900123.")
    built = build_site(database, workspace, now, tmp_path, Audience.STAFF)
    assert len(built.stories) == 1 and built.left_out == {} and holding(tmp_path) == set()
    for kind in Format:
        text = exported(database, workspace, now, kind, Audience.STAFF)
        assert CANARY not in text and "Two nights" in text


def test_a_story_that_is_not_shown_takes_it_along(
    database: Database, workspace: str, now: datetime, begin: Begin, tmp_path: Path
) -> None:
    """Held, narrowed or changed again, a story is not in the book, and neither is what happened next."""
    with begin() as tx:
        ids = [plant(tx, Tale(title=f"Story {n}")) for n in range(3)]
        for story_id in ids:
            what_next(tx, story_id, HERS)
        stories.change(tx, ids[0], held=True)
        permissions.revoke(tx, stories.version(tx, ids[1], 1), Place.STAFF_STORYBOOK, notice_version=4)
        stories.change(tx, ids[2], approved_version=None)
    build_site(database, workspace, now, tmp_path, Audience.STAFF)
    assert holding(tmp_path) == set()
