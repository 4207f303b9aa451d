"""What tellers were promised: a story is where they allowed it, under the name they chose, and gone when taken back."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import combinations
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from shelf import HOSTILE, Tale, build_site, exported, plant, plant_hostile, plant_many

from bot.clock import Clock
from bot.rights import rules, service
from bot.settings import Settings, load_settings
from bot.story.policy import Policy
from bot.storybook import work
from bot.storybook.exporting import Format, safe_cell
from bot.storybook.keeping import Keeping
from bot.weekly import WeeklyTime
from storage import audit, permissions, published, removals, stories, storybook
from storage.books import Audience, BookKind
from storage.database import Database, Tx
from storage.records import Naming, Place
from storage.withdrawals import RemovalState, Surface, WithdrawnBy
from storage.writer import Writer
from tests.storybook.conftest import Begin

CANARY = "zephyrine"
POLICY = Policy(
    team_id="T0",
    bot_user_id="U0BOT",
    reviewers=frozenset({"U0JOE"}),
    review_channel="C0REVIEW",
    digest_channel="C0STORIES",
    digest_name="info-stories",
    digest_members=140,
    zone=ZoneInfo("Europe/London"),
    digest_at=WeeklyTime(4, 10, 0),
)
NAMINGS = list(Naming)
PLACES = [frozenset(some) for size in range(5) for some in combinations(Place, size)]


def readable(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file under the folder, and every file inside an e-book."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix == ".epub":
            with zipfile.ZipFile(path) as book:
                yield from ((f"{path.name}!{name}", book.read(name)) for name in book.namelist())
        elif path.is_file():
            yield str(path), path.read_bytes()


def test_every_permission_on_every_surface(
    database: Database, workspace: str, now: datetime, begin: Begin, tmp_path: Path
) -> None:
    """For all sixteen sets of places and four namings: the right surfaces carry the story, with the right name."""
    with begin() as tx:
        for n, (places, naming) in enumerate((p, n) for p in PLACES for n in NAMINGS):
            plant(tx, Tale(title=f"Title{n}x", naming=naming, credit=f"Credit{n}x", places=places))
    surfaces: dict[tuple[str, Place], str] = {}
    for audience in (Audience.STAFF, Audience.PUBLIC):
        folder = tmp_path / audience.value
        books = {name: work.WRITERS[name] for name in ("pdf", "epub")}
        built = build_site(database, workspace, now, folder, audience, books=books)
        place = published.PLACE_OF[audience]
        for name, found in readable(folder):
            if not name.endswith(".pdf"):
                surface = "epub" if ".epub!" in name else "pages" if name.endswith(".html") else Path(name).name
                surfaces[surface, place] = surfaces.get((surface, place), "") + found.decode()
        pdf = (folder / "storybook.pdf").read_bytes()
        assert len(re.findall(rb"/Type /Page\b(?!s)", pdf)) == 1 + len(built.stories)
    for kind in Format:
        for audience in Audience:
            surfaces[kind, published.PLACE_OF[audience]] = exported(database, workspace, now, kind, audience)
    everywhere = {"pages", "epub", "search-index.js", ".storybook.json", "feed.xml", *Format}
    assert {surface for surface, _ in surfaces} - {"style.css", "search.js", "icon.svg"} == everywhere
    for (surface, place), text in surfaces.items():
        if surface not in everywhere:
            continue
        for n, (places, naming) in enumerate((p, n) for p in PLACES for n in NAMINGS):
            newest = surface != "feed.xml" or n >= 4 * len(PLACES) - 4  # the feed holds the newest
            assert (f"Title{n}x" in text) == (place in places) or not newest, (surface, place, n)
            named = f"Credit{n}x" in text or f"credit{n}x" in text
            assert named == (place in places and naming is not Naming.NONE) or not newest, (surface, place, n)


@contextmanager
def keeping(
    database: Database, writer: Writer, workspace: str, now: datetime, tmp_path: Path, **environ: str
) -> Iterator[Keeping]:
    """The bot's care for its sites, on this database."""
    given = {"DATABASE_URL": f"sqlite:///{database.path}", **environ}
    settings: Settings = load_settings(given, env_file=None, slack=False)
    yield Keeping(database, writer, workspace, Clock(wall=lambda: now), settings)


def withdraw(tx: Tx, number: int) -> None:
    story = stories.find_by_number(tx, number)
    assert story is not None
    service.withdraw(tx, POLICY, story, by=WithdrawnBy.AUTHOR, actor=audit.AUTHOR, surface=audit.Surface.BUTTON)


def test_what_is_taken_back_is_off_every_page(
    database: Database, writer: Writer, workspace: str, now: datetime, begin: Begin, tmp_path: Path
) -> None:
    """A running bot takes a story off sites, feed, search, booklet and books, and the ledger says when that is done."""
    folder = tmp_path / "books"
    with begin() as tx:
        plant_many(tx, 3)
        plant(tx, Tale(title=f"The {CANARY} title", what=f"A nurse {CANARY} rang, and nobody had told the {CANARY}."))
    books = {name: work.WRITERS[name] for name in ("pdf", "epub")}
    with keeping(database, writer, workspace, now, tmp_path, STORYBOOK_DIR=str(folder)) as care:
        assert care.look()
        by_hand = tmp_path / "by-hand"
        build_site(database, workspace, now, by_hand, Audience.STAFF, formats="pdf,epub", books=books)
        assert len([name for name, found in readable(tmp_path) if CANARY.encode() in found]) > 20
        with begin() as tx:
            withdraw(tx, 4)
            pending = [one.surface for one in removals.of_story(tx, _id(tx, 4)) if one.state is RemovalState.PENDING]
            assert pending.count(Surface.SITE) == 3
        assert care.look()
    assert [name for name, found in readable(tmp_path) if CANARY.encode() in found] == []
    with begin() as tx:
        sites = [one for one in removals.of_story(tx, _id(tx, 4)) if one.surface is Surface.SITE]
        assert [one.state for one in sites] == [RemovalState.DONE] * 3
        ledger = rules.ledger_of(tuple(removals.of_story(tx, _id(tx, 4))))
        assert Surface.SITE in ledger.gone


def _id(tx: Tx, number: int) -> str:
    story = stories.find_by_number(tx, number)
    assert story is not None
    return story.id


def test_a_site_follows_approval_and_permission(
    database: Database, writer: Writer, workspace: str, now: datetime, begin: Begin, tmp_path: Path
) -> None:
    """An approved story appears; a place that is taken away counts; what has not changed is not written."""
    folder = tmp_path / "books"
    with keeping(database, writer, workspace, now, tmp_path, STORYBOOK_DIR=str(folder)) as care:
        assert care.look()
        with begin() as tx:
            story_id = plant(tx, Tale())
        assert care.look()
        page = folder / "public" / "stories" / "1.html"
        assert page.exists()
        stamp = (folder / "staff").stat().st_ino
        assert care.look()
        assert (folder / "staff").stat().st_ino == stamp
        with begin() as tx:
            permissions.revoke(tx, stories.version(tx, story_id, 1), Place.PUBLIC_STORYBOOK, notice_version=4)
        assert care.look()
        assert not page.exists()
        assert (folder / "staff" / "stories" / "1.html").exists()


def test_a_site_never_changes_its_audience(
    database: Database, writer: Writer, workspace: str, now: datetime, begin: Begin, tmp_path: Path
) -> None:
    """Where somebody built the staff storybook in the folder that the bot keeps for the public, the bot keeps it for
    staff and says what is wrong: neither audience's stories come into the other's pages."""
    folder = tmp_path / "books"
    with begin() as tx:
        plant(tx, Tale(title="For staff", places=frozenset({Place.STAFF_STORYBOOK})))
        plant(tx, Tale(title="For everyone", places=frozenset({Place.PUBLIC_STORYBOOK})))
    build_site(database, workspace, now, folder / "public", Audience.STAFF)
    with keeping(database, writer, workspace, now, tmp_path, STORYBOOK_DIR=str(folder)) as care:
        assert not care.look()
        with begin() as tx:
            withdraw(tx, 1)
        assert not care.look()
    with begin() as tx:
        assert {Path(one.path).name: one.audience for one in storybook.sites(tx)} == {
            "public": Audience.STAFF,
            "staff": Audience.STAFF,
        }
        sites = [one for one in removals.of_story(tx, _id(tx, 1)) if one.surface is Surface.SITE]
        assert [one.state for one in sites] == [RemovalState.DONE] * 2
    assert not (folder / "public" / "stories" / "1.html").exists()
    assert not (folder / "public" / "stories" / "2.html").exists()


def test_a_site_that_cannot_be_written_is_tried_again(
    database: Database, writer: Writer, workspace: str, now: datetime, begin: Begin, tmp_path: Path
) -> None:
    """While its folder cannot be written a story stays in the ledger, and goes once it can. One that was moved away is
    out of reach, and the ledger says so."""
    folder = tmp_path / "book"
    with begin() as tx:
        plant_many(tx, 2)
    build_site(database, workspace, now, folder, Audience.STAFF)
    with keeping(database, writer, workspace, now, tmp_path) as care:
        (folder / ".storybook.json").rename(tmp_path / "state.json")
        with begin() as tx:
            withdraw(tx, 1)
        assert not care.look()  # it is not known to be ours
        with begin() as tx:
            assert _site_of(tx, 1) == (RemovalState.PENDING, None)
        (tmp_path / "state.json").rename(folder / ".storybook.json")
        assert care.look()
        with begin() as tx:
            assert _site_of(tx, 1) == (RemovalState.DONE, None)
            withdraw(tx, 2)
        folder.rename(tmp_path / "elsewhere")
        assert care.look()
        with begin() as tx:
            assert _site_of(tx, 2) == (RemovalState.CANNOT, "moved")


def _site_of(tx: Tx, number: int) -> tuple[RemovalState, str | None]:
    [one] = [one for one in removals.of_story(tx, _id(tx, number)) if one.surface is Surface.SITE]
    return one.state, one.reason


def test_an_export_is_remembered(database: Database, writer: Writer, workspace: str, begin: Begin) -> None:
    """Whoever takes a story back reads that a file still holds it, and reviewers are asked to see to it."""
    with begin() as tx:
        plant_many(tx, 2)
        for path in ("a.csv", "b.csv"):
            book, standing = storybook.begin(
                tx, kind=BookKind.EXPORT, audience=Audience.TRAINING, path=path, formats="csv"
            )
            storybook.finish(tx, book, [one.story_id for one in standing[: 1 if path == "a.csv" else 2]])
        withdraw(tx, 2)
        lines = [one for one in removals.of_story(tx, _id(tx, 2)) if one.surface is Surface.EXPORT]
        assert [(one.state, one.reason) for one in lines] == [(RemovalState.CANNOT, "csv, 2025-06-04")]
        rows = tx.connection.exec_driver_sql("SELECT recipient, args FROM outbox WHERE kind = 'withdrawal_exported'")
        [(recipient, args)] = rows.all()
    assert recipient == "channel:C0REVIEW"
    assert json.loads(args) == {"number": 2, "what": "csv, for training, 4 June"}


# ── hostile stories ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def hostile(database: Database, begin: Begin) -> list[str]:
    """Each of these as title, answers, advice and name of a story."""
    with begin() as tx:
        plant_hostile(tx)
    return HOSTILE


def test_hostile_stories_are_only_words_on_pages(
    database: Database, workspace: str, now: datetime, hostile: list[str], tmp_path: Path
) -> None:
    """No page has a tag, an address or an attribute that a story brought; feed and e-book are well-formed."""
    import xml.etree.ElementTree as ET

    from test_storybook_site import read

    folder = tmp_path / "book"
    books = {name: work.WRITERS[name] for name in ("pdf", "epub")}
    built = build_site(database, workspace, now, folder, Audience.PUBLIC, books=books, find=lambda text: [])
    assert len(built.stories) == len(hostile)
    for page in folder.rglob("*.html"):
        found = read(page)
        assert not found.wrong and not found.open, page
        scripts = [link for link in found.links if link.endswith(".js")]
        assert scripts == (["search-index.js", "search.js"] if page.name == "search.html" else [])
        for link in found.links:
            assert link.startswith("#") or (page.parent / link).resolve().is_relative_to(folder.resolve())
            assert link.startswith("#") or (page.parent / link).exists(), link
    ET.parse(folder / "feed.xml")
    with zipfile.ZipFile(folder / "storybook.epub") as book:
        assert book.infolist()[0].filename == "mimetype"
        assert book.infolist()[0].compress_type == zipfile.ZIP_STORED
        for name in book.namelist():
            if name.endswith((".xhtml", ".opf", ".xml")):
                ET.fromstring(book.read(name))
    script = (folder / "search-index.js").read_text(encoding="utf-8")
    assert "<" not in script and "\u2028" not in script
    rows = json.loads(script.removeprefix("const STORIES = ").rstrip(";\n"))
    assert [row[0] for row in rows] == list(range(len(hostile), 0, -1))
    assert (folder / "storybook.pdf").read_bytes().startswith(b"%PDF-")


def test_no_cell_is_a_formula(database: Database, workspace: str, now: datetime, hostile: list[str]) -> None:
    """In the CSV each story is one row, every word is there, and no cell begins as a formula does."""
    text = exported(database, workspace, now, Format.CSV, Audience.STAFF)
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))
    assert len(rows) == 1 + len(hostile)
    assert len({len(row) for row in rows}) == 1
    for row, told in zip(rows[1:], hostile, strict=True):
        assert told in row or f"'{told}" in row
        for cell in row:
            seen = cell.lstrip(" \n\r\u200b\u2067\u202e\ufeff")
            assert not seen.startswith(("=", "+", "-", "@", "\t", "|", "%", "＝"))


UNSEEN = (
    *"\u00a0\u00ad\u034f\u115f\u1160\u17b5\u180b\u180e\u200b\u200d\u2028\u2060\u2064\u2800\u3000\u3164\ufe00\ufe0f\uffa0",
    *"\ufeff\U000e0020\U000e0100",
    "\u0300",
    "\u20dd",
    " \u2800\u034f\ufe0f\u3164",
)


@pytest.mark.parametrize("unseen", UNSEEN, ids=[" ".join(f"{ord(one):04x}" for one in some) for some in UNSEEN])
def test_nothing_unseen_hides_a_formula(unseen: str) -> None:
    """However little of it is seen, what stands before a formula does not make it one; behind a word it is none."""
    for formula in ("=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\uff1d1", "=\u03381"):
        assert safe_cell(f"{unseen}{formula}") == f"'{unseen}{formula}"
    assert safe_cell(f"{unseen}told{unseen}=1") == f"{unseen}told{unseen}=1"
    assert safe_cell(unseen) == unseen


def test_no_line_is_markup(database: Database, workspace: str, now: datetime, hostile: list[str]) -> None:
    """In the Markdown nothing that a story brought is a link, a heading, a list, code or HTML."""
    text = exported(database, workspace, now, Format.MARKDOWN, Audience.STAFF)
    bare = re.sub(r"\\[\\`*_\[\]<>|~&#+=.)-]", "x", text)  # what is escaped is a letter like any other
    assert not re.search(r"[<`*_\[\]~&]", bare)
    ours = re.compile(r"(## |### |> )?")
    for line in bare.split("\n"):
        rest = line[len(ours.match(line)[0]) :]  # type: ignore[index]  # it matches the empty string as well
        assert not re.match(r"\s*(#|[-+=]|\d+[.)]\s|>)", rest), line


def test_each_line_is_json(database: Database, workspace: str, now: datetime, hostile: list[str]) -> None:
    """In the JSON lines each story is one line for every reader of lines, with its words as they are."""
    text = exported(database, workspace, now, Format.JSONL, Audience.STAFF)
    rows = [json.loads(line) for line in text.splitlines()]
    assert [row["lesson"] for row in rows] == [one[:400] for one in hostile]
