"""`altogether storybook build` and `altogether export`, typed by a keeper."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from architecture.skips import skip_unless
from shelf import Tale, plant, plant_many

from bot import cli
from bot.storybook import pdf
from storage import lock, storybook, tellers
from storage.books import Audience
from storage.database import Database, Tx
from storage.records import Place
from tests.storybook.conftest import Begin

Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(
    database: Database,
    begin: Begin,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Typed:
    """What a command prints and its exit code, on a database that a bot has run on."""
    for name in list(os.environ):
        if name.startswith(("SLACK_", "ALTOGETHER_", "STORYBOOK_", "DATABASE_URL")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{database.path}")
    monkeypatch.chdir(tmp_path)

    def type_it(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return type_it


def in_workspace(tx: Tx) -> Tx:
    """The same transaction in the workspace that a bot serves."""
    return Tx(tx.connection, tellers.add_workspace(tx, "T0", None).id, tx.now)


def test_the_storybook_is_built(typed: Typed, begin: Begin, tmp_path: Path) -> None:
    """It says how many stories there are, what was left out and why, and which page to open."""
    with begin() as tx:
        home = in_workspace(tx)
        plant_many(home, 2)
        plant(home, Tale(what="Ring 01632 960 983 and ask for the desk."))
    code, out, err = typed("storybook", "build", "book", "--audience", "staff", "--epub")
    assert (code, err) == (0, "")
    assert out == (
        "2 stories in book: open book/index.html\n"
        "Left out: story 3 (1 phone number). Its teller was not asked about that; a reviewer can redact it.\n"
    )
    assert (tmp_path / "book" / "storybook.epub").exists()
    assert not (tmp_path / "book" / "storybook.pdf").exists()


def test_a_pdf_without_what_it_needs(
    typed: Typed, begin: Begin, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where the packages for a PDF are not installed, one sentence names the command, and nothing is written."""
    with begin() as tx:
        in_workspace(tx)
    monkeypatch.setattr(pdf, "find_spec", lambda name: None)
    code, _, err = typed("storybook", "build", "book", "--audience", "staff", "--pdf")
    assert (code, err) == (1, "A PDF needs two packages more. Type: pip install 'altogether[pdf]'.\n")
    assert not (tmp_path / "book").exists()


def test_other_files_are_left_alone(typed: Typed, begin: Begin, tmp_path: Path) -> None:
    """A folder that holds something else is refused in a sentence."""
    with begin() as tx:
        in_workspace(tx)
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "mine.txt").write_text("mine")
    code, _, err = typed("storybook", "build", "papers", "--audience", "public")
    assert code == 1
    assert err.strip().endswith("papers holds other files. Name a new or empty folder for the storybook.")


def test_a_folder_holds_one_audience(typed: Typed, begin: Begin, database: Database, tmp_path: Path) -> None:
    """Stories for staff never come into the public folder, nor the other way round, beside a running bot either."""
    with begin() as tx:
        home = in_workspace(tx)
        plant(home, Tale(title="For staff", places=frozenset({Place.STAFF_STORYBOOK})))
        plant(home, Tale(title="For everyone", places=frozenset({Place.PUBLIC_STORYBOOK})))
    for here, other in (("public", "staff"), ("staff", "public")):
        assert typed("storybook", "build", here, "--audience", here)[0] == 0
        said = f"{here} is the {here} storybook. Name another folder.\n"
        before = {path: path.read_bytes() for path in (tmp_path / here).rglob("*") if path.is_file()}
        assert typed("storybook", "build", here, "--audience", other) == (1, "", said)
        with lock.hold(database.path, "altogether run"):
            assert typed("storybook", "build", here, "--audience", other) == (1, "", said)
        assert {path: path.read_bytes() for path in (tmp_path / here).rglob("*") if path.is_file()} == before
    with begin() as tx:
        kept = {Path(book.path).name: book.audience for book in storybook.sites(in_workspace(tx))}
    assert kept == {"public": Audience.PUBLIC, "staff": Audience.STAFF}


def test_an_export_is_written_whole(typed: Typed, begin: Begin, database: Database, tmp_path: Path) -> None:
    """To a file or to standard output, beside a running bot too; what the sentence says goes to standard error."""
    with begin() as tx:
        home = in_workspace(tx)
        plant(home, Tale(title="For training", places=frozenset({Place.TRAINING})))
        plant(home, Tale(title="For staff", places=frozenset({Place.STAFF_STORYBOOK})))
    said = "1 story exported. Whoever takes one back is told of this export.\n"
    code, out, err = typed("export", "--format", "markdown", "--audience", "training")
    assert (code, err) == (0, said)
    assert "## For training" in out and "For staff" not in out
    with lock.hold(database.path, "altogether run"):
        assert typed("export", "--format", "csv", "--audience", "staff", "--to", "out.csv") == (0, "", said)
    assert "For staff" in (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    with lock.hold(database.path, "altogether restore"):
        assert typed("export", "--format", "csv", "--audience", "staff")[0] == 2


def test_an_export_is_its_owners_alone_and_goes_through_no_link(typed: Typed, begin: Begin, tmp_path: Path) -> None:
    """Nobody else may read the file, and a link that somebody planted beside it or in its place is not followed."""
    skip_unless(os.name == "posix", "elsewhere a file's mode says nothing about who may read it")
    with begin() as tx:
        plant(in_workspace(tx), Tale(title="For staff", places=frozenset({Place.STAFF_STORYBOOK})))
    theirs = tmp_path / "theirs"
    theirs.write_text("theirs")
    for planted in (".out.csv.new", "out.csv"):
        (tmp_path / planted).symlink_to(theirs)
    assert typed("export", "--format", "csv", "--audience", "staff", "--to", "out.csv")[0] == 0
    out = tmp_path / "out.csv"
    assert "For staff" in out.read_text(encoding="utf-8-sig") and not out.is_symlink()
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert theirs.read_text() == "theirs"
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(".out.csv.") and not one.is_symlink()]


def test_without_a_bot_there_is_nothing_to_read(typed: Typed) -> None:
    """On a database that no bot has served, the command says so."""
    code, _, err = typed("export", "--format", "jsonl", "--audience", "staff")
    assert (code, err) == (1, "no bot has run on this database yet, so there are no stories.\n")
