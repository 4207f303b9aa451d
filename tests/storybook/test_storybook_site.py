"""The site as a folder: whole, self-contained, changed at once, and the same however it came about."""

import re
import xml.etree.ElementTree as ET
from datetime import datetime
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from shelf import EVERYWHERE, SCRIPT, TODAY, Tale, build_site, plant, plant_many

from bot.errors import Conflict
from bot.intake.script.file import load_script
from bot.story.screening import Span
from bot.storybook import site
from bot.storybook.vocabulary import vocabulary_of
from storage import published, stories, storybook
from storage.books import Audience, BookKind
from storage.database import Database, Tx
from storage.records import Disposition, Naming, Place, ScreenHit, StoryStatus
from tests.storybook.conftest import Begin

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Strict(HTMLParser):
    """Notes every address and complains of every tag that is not closed, or closed in the wrong order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.links += [value for name in ("href", "src") if (value := given.get(name))]
        self.ids += [value] if (value := given.get("id")) else []
        self.wrong += [f"<{tag} {name}>" for name in given if name == "style" or name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")


def read(page: Path) -> Strict:
    parser = Strict()
    parser.feed(page.read_text(encoding="utf-8"))
    parser.close()
    return parser


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_whole_site(database: Database, workspace: str, now: datetime, begin: Begin, tmp_path: Path) -> None:
    """Every page is well-formed, asks for nothing that does not lie beside it, and leads to one that is there."""
    with begin() as tx:
        plant_many(tx, 60)
    folder = tmp_path / "book"
    built = build_site(database, workspace, now, folder, Audience.STAFF)
    assert len(built.stories) == 60
    pages = sorted(folder.rglob("*.html"))
    assert len(pages) > 100
    for page in pages:
        found = read(page)
        assert not found.wrong and not found.open, (page, found.wrong, found.open)
        assert len(found.ids) == len(set(found.ids)), page
        policy = re.search(r'Security-Policy" content="([^"]+)"', unescape(page.read_text(encoding="utf-8")))
        assert policy is not None and policy[1].startswith("default-src 'none'")
        assert ("script-src 'none'" in policy[1]) == (page.name != "search.html")
        for link in found.links:
            there = link if link.startswith("#") else unquote(link)
            assert there.startswith("#") or (page.parent / there).exists(), (page, link)
    feed = ET.parse(folder / "feed.xml").getroot()
    assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) == 30
    assert "Culture gets in the way most often" in (folder / "index.html").read_text(encoding="utf-8")


def test_the_next_story_is_of_another_kind(
    database: Database, workspace: str, now: datetime, begin: Begin, tmp_path: Path
) -> None:
    """Whoever reads on comes to a story that went otherwise than this one."""
    with begin() as tx:
        for n, kind in enumerate(["helped", "helped", "helped", "missing", "missing", "helped"]):
            plant(tx, Tale(title=f"T{n + 1}", kind=kind))
    build_site(database, workspace, now, tmp_path / "book", Audience.STAFF)
    ways = {}
    for n in range(1, 7):
        page = (tmp_path / "book" / "stories" / f"{n}.html").read_text(encoding="utf-8")
        ways[n] = [re.search(rf'class="{way}" href="(\d+)', page) for way in ("before", "after")]
    said = {n: tuple(int(one[1]) if one else None for one in found) for n, found in ways.items()}
    assert said == {1: (None, 4), 2: (1, 4), 3: (2, 4), 4: (3, 6), 5: (3, 6), 6: (5, None)}


def test_brought_up_to_date_is_built_anew(
    database: Database, workspace: str, now: datetime, begin: Begin, tmp_path: Path
) -> None:
    """After stories came, went and changed, the kept folder equals one that is built from nothing, byte for byte."""
    folder = tmp_path / "kept"
    with begin() as tx:
        plant_many(tx, 60)
    build_site(database, workspace, now, folder, Audience.STAFF)
    with begin() as tx:
        plant(tx, Tale(title="The newest", kind="mixed"))
        gone = stories.find_by_number(tx, 7)
        held = stories.find_by_number(tx, 30)
        assert gone is not None and held is not None
        stories.remove(tx, gone.id)
        stories.change(tx, held.id, held=True)
    again = build_site(database, workspace, now, folder, Audience.STAFF)
    assert again.written < 40
    assert not (folder / "stories" / "7.html").exists()
    build_site(database, workspace, now, tmp_path / "fresh", Audience.STAFF)
    assert files(folder) == files(tmp_path / "fresh")
    assert build_site(database, workspace, now, folder, Audience.STAFF).written < 15  # nothing changed since
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["fresh", "kept"]


def test_a_failed_build_changes_nothing(
    database: Database, workspace: str, now: datetime, begin: Begin, tmp_path: Path
) -> None:
    """A build that fails half-way leaves what readers see, and nothing beside it."""
    folder = tmp_path / "book"
    with begin() as tx:
        plant_many(tx, 5)
    build_site(database, workspace, now, folder, Audience.STAFF)
    before = files(folder)

    def full(file: Path, source: site.Source) -> None:
        raise OSError(28, "No space left on device")

    with begin() as tx:
        plant(tx, Tale())
    with pytest.raises(OSError, match="No space"):
        build_site(database, workspace, now, folder, Audience.STAFF, books={"pdf": full})
    assert files(folder) == before
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["book"]


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    """A folder with other files, or a file, is refused and not touched."""
    (tmp_path / "thesis.txt").write_text("all of it")
    with pytest.raises(Conflict, match="holds other files"):
        site.must_be_ours(tmp_path, Audience.STAFF)
    with pytest.raises(Conflict, match="is a file"):
        site.must_be_ours(tmp_path / "thesis.txt", Audience.STAFF)
    (tmp_path / "empty").mkdir()
    site.must_be_ours(tmp_path / "empty", Audience.STAFF)


def test_words_are_screened_once_more(
    database: Database, workspace: str, now: datetime, begin: Begin, tmp_path: Path
) -> None:
    """What its teller was never asked about keeps a story out; what they said is no identifier does not."""
    number = "Ring 01632 960 983 and ask for the desk."
    disputed = ScreenHit("what", "phone", Disposition.DISPUTED, 1)
    with begin() as tx:
        plant(tx, Tale(title="Asked", what=number, hits=[disputed]))
        plant(tx, Tale(title="Not asked", what=number))
    built = build_site(database, workspace, now, tmp_path / "book", Audience.PUBLIC)
    assert [one.number for one in built.stories] == [1]
    assert built.left_out == {2: {"phone": 1}}
    assert not [name for name, found in files(tmp_path / "book").items() if b"Not asked" in found]
    about = (tmp_path / "book" / "about.html").read_text(encoding="utf-8")
    assert "1 approved story is not shown" in about
    assert "they take it out, and [removed] shows where, or say that it identifies nobody" in about
    assert "A teller may give their own name." in about and "are taken out" not in about


def test_a_screen_that_fails_lets_nothing_out(
    database: Database, workspace: str, now: datetime, begin: Begin, tmp_path: Path
) -> None:
    """Where the screen itself breaks, nothing is found clean, and nothing is shown."""

    def broken(text: str) -> list[Span]:
        raise RuntimeError("broken")

    with begin() as tx:
        plant_many(tx, 3)
    built = build_site(database, workspace, now, tmp_path / "book", Audience.STAFF, find=broken)
    assert built.stories == ()
    assert set(built.left_out) == {1, 2, 3}


def test_a_story_that_goes_while_pages_are_written(
    database: Database, workspace: str, now: datetime, begin: Begin, tmp_path: Path
) -> None:
    """What is taken back between two readings is on no page of the site that is being written."""
    with begin() as tx:
        plant_many(tx, 3)
        book, standing = storybook.begin(
            tx, kind=BookKind.SITE, audience=Audience.STAFF, path=str(tmp_path / "book"), formats=""
        )
    with begin() as tx:
        stories.remove(tx, standing[1].story_id)
    reading = lambda: database.reading(workspace, now)  # noqa: E731
    built = site.build(tmp_path / "book", reading, standing, site.Wishes(Audience.STAFF), today=TODAY)
    assert [one.number for one in built.stories] == [1, 3]
    assert not (tmp_path / "book" / "stories" / "2.html").exists()
    assert book.kind is BookKind.SITE


def test_an_empty_book(database: Database, workspace: str, now: datetime, tmp_path: Path) -> None:
    """Before the first story there is a site that says so, and every link on it leads somewhere."""
    build_site(database, workspace, now, tmp_path / "book", Audience.PUBLIC)
    for page in sorted((tmp_path / "book").rglob("*.html")):
        found = read(page)
        assert not found.wrong and not found.open
        assert all(link.startswith("#") or (page.parent / link).exists() for link in found.links), page


@pytest.mark.parametrize("audience", list(Audience))
@pytest.mark.parametrize("status", list(StoryStatus))
def test_only_what_stands_approved_is_read(begin: Begin, audience: Audience, status: StoryStatus) -> None:
    """Approved and posted stories can be read by whom they were given to; no other, and none that is held."""
    with begin() as tx:
        plant(tx, Tale(status=status))
        plant(tx, Tale(status=status, held=True))
        plant(tx, Tale(status=status, places=EVERYWHERE - {published.PLACE_OF[audience]}))
        may = status in (StoryStatus.APPROVED, StoryStatus.POSTED)
        assert [one.number for one in published.published(tx, audience)] == ([1] if may else [])
        assert [one.number for one in published.standing(tx, audience)] == ([1] if may else [])
        assert published.count(tx, audience, most=100) == may
        assert (published.find(tx, audience, 1) is not None) == may
        other = Tx(tx.connection, "another workspace", tx.now)
        assert published.published(other, audience) == []


def test_stories_are_read_by_the_page(begin: Begin) -> None:
    """Pages go up by number or down from the newest, and each story comes whole."""
    with begin() as tx:
        for n in range(7):
            plant(tx, Tale(title=f"T{n}", naming=Naming.NONE if n else Naming.ROLE))
        up = published.published(tx, Audience.STAFF, after=3, most=2)
        assert [one.number for one in up] == [4, 5]
        down = published.latest(tx, Audience.STAFF, most=2)
        assert [one.number for one in down] == [7, 6]
        assert up[0].version == stories.version(tx, up[0].story_id, 1)
        assert up[0].version.places == set(Place)


def test_terms_are_those_of_the_script() -> None:
    """Ids, texts and pillars are what the script itself means by them."""
    script, found = load_script(None), vocabulary_of([SCRIPT])
    for prompt_id, terms in (
        ("closeness", found.kinds),
        ("services", found.services),
        ("enablers", found.enablers),
        ("barriers", found.barriers),
    ):
        expected = [(choice.id, choice.text, choice.group) for choice in script.prompt(prompt_id).choices]
        assert [(term.id, term.text, term.pillar) for term in terms.values()] == [
            one for one in expected if one[0] != "other"
        ]
    assert found.pillars == ("Technology", "Information governance", "Culture")
    assert vocabulary_of(["not [ toml"]).kinds == {}
