"""`python -m tests.storybook.readers`: other people's programs open the books and the export; exit code 1 if one balks.

Pages are read by the Nu HTML checker (`VNU_JAR`, a path), the e-book by epubcheck (`EPUBCHECK_JAR`), the booklet by
poppler, the spreadsheet by LibreOffice. Some stories are hostile. A program that is not there is named and has failed.
"""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

sys.path.insert(0, str(Path(__file__).parent))

from shelf import HOSTILE, TODAY, build_site, plant_hostile, plant_many

from bot.storybook import work
from bot.storybook.exporting import Format, export
from storage import published, schema
from storage.books import Audience
from storage.database import Database, Tx

NOW = datetime.combine(TODAY, datetime.min.time(), UTC)
PLAIN = 40
UNKNOWN: Final = ".*“paint-order”: Property “paint-order” doesn't exist.*"
"""It does, since SVG 2 (https://www.w3.org/TR/SVG2/painting.html#PaintOrder); the checker's list is older."""
NU: Final = ("java", "-Xss8m", "-Dnu.validator.servlet.allow-forbidden-hosts=true", "-jar")
SITES: Final = (Audience.STAFF.value, Audience.PUBLIC.value)
EPUBCHECK: Final = os.environ.get("EPUBCHECK_JAR", "/usr/share/java/epubcheck.jar")
_ALIVE: Final = re.compile(r'table:formula="([^"]*)"')
_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


class Balks(Exception):
    """A program does not accept what we wrote: what it said."""


def run(*command: str) -> str:
    """What the program said on both outputs. Raises Balks, also when it is not installed."""
    if shutil.which(command[0]) is None:
        raise Balks(f"{command[0]} is not installed")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Balks(f"{command[0]} ended with {done.returncode}: {(done.stdout + done.stderr)[:2000]}")
    return done.stdout + done.stderr


def make(home: Path) -> None:
    """Both sites with their books, and the export, of ordinary and hostile stories."""
    database = Database(f"sqlite:///{home / 'altogether.db'}")
    schema.migrate(database)
    with database.write_engine.begin() as connection:
        tx = Tx(connection, "w1", NOW)
        plant_many(tx, PLAIN)
        plant_hostile(tx)
    books = {name: work.WRITERS[name] for name in ("pdf", "epub")}
    for audience in (Audience.STAFF, Audience.PUBLIC):
        built = build_site(database, "w1", NOW, home / audience.value, audience, books=books, find=lambda text: [])
        assert len(built.stories) == PLAIN + len(HOSTILE)
    with database.reading("w1", NOW) as tx:
        standing = published.standing(tx, Audience.STAFF)
    with (home / "export.csv").open("w", encoding="utf-8", newline="") as out:
        export(
            out.write, Format.CSV, Audience.STAFF, lambda: database.reading("w1", NOW), standing, find=lambda text: []
        )
    database.close()


# ── one program each ──────────────────────────────────────────────────────────────────────────────────────────────


def pages(home: Path) -> str:
    """The Nu HTML checker reads every page and stylesheet; a warning counts as well.

    It asks a server for them: of a file it believes that `'self'` in a Content-Security-Policy allows nothing.
    """
    jar = os.environ.get("VNU_JAR", "")
    if not jar:
        raise Balks("set VNU_JAR to the Nu HTML checker, vnu.jar")
    found = [path.relative_to(home) for path in sorted(home.rglob("*.html"))]
    serves = partial(Quiet, directory=str(home))
    with ThreadingHTTPServer(("127.0.0.1", 0), serves) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        begins = f"http://127.0.0.1:{server.server_port}"
        run(*NU, jar, "--Werror", *(f"{begins}/{path}" for path in found))
        run(*NU, jar, "--Werror", "--filterpattern", UNKNOWN, "--css", *(f"{begins}/{one}/style.css" for one in SITES))
        server.shutdown()
    return f"{len(found)} pages and 2 stylesheets without an error or a warning"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def e_books(home: Path) -> str:
    """epubcheck reads both e-books; a warning counts as well."""
    for site in SITES:
        run("java", "-jar", EPUBCHECK, "--failonwarnings", str(home / site / "storybook.epub"))
    return "2 e-books without an error or a warning"


def booklets(home: Path) -> str:
    """poppler reads every page of both booklets, and finds the stories' words in them."""
    found = 0
    for site in SITES:
        path = str(home / site / "storybook.pdf")
        said = run("pdfinfo", path)
        pages = re.search(r"^Pages:\s+(\d+)", said, re.MULTILINE)
        text = run("pdftotext", "-enc", "UTF-8", path, "-")
        if "Syntax" in said + text or pages is None:
            raise Balks(said)
        if not all(word in text for word in ("Two nights for one phone call", "Łukasz", "javascript:alert(1)")):
            raise Balks(f"{path} has lost words")
        found += int(pages[1])
    return f"{found} pages of 2 booklets, with their words"


def spreadsheet(home: Path) -> str:
    """LibreOffice opens the export: no cell is a formula, and every cell holds the words that the file does."""
    if not (alive := opened(home, "control.csv", '"=1+1","+1"\r\n')[1]):
        raise Balks("LibreOffice takes no formula from a CSV file here, so this shows nothing")
    wanted = (home / "export.csv").read_text(encoding="utf-8")
    cells, formulas = opened(home, "opened.csv", wanted)
    if formulas:
        raise Balks(f"formulas alive: {formulas}")
    rows = csv.reader(wanted.removeprefix("\ufeff").splitlines(keepends=True), strict=True)
    words = [_words(cell) for row in rows for cell in row if _words(cell)]
    if missing := [word for word in words if word not in cells]:
        raise Balks(f"cells lost: {json.dumps(missing[:5])}")
    return f"{len(words)} cells as written, no formula (a control had {len(alive)})"


def opened(home: Path, name: str, text: str) -> tuple[set[str], Sequence[str]]:
    """The texts of the cells, and the formulas, that LibreOffice makes of this CSV file."""
    (home / name).write_text(text, encoding="utf-8", newline="")
    shown = (
        "CSV:44,34,76,1,,0,false,false,false,false,0,true"  # commas, quotes, UTF-8; the last: formulas are evaluated
    )
    profile = f"-env:UserInstallation={(home / 'office').as_uri()}"
    run(
        "soffice",
        profile,
        "--headless",
        f"--infilter={shown}",
        "--convert-to",
        "fods",
        "--outdir",
        str(home),
        str(home / name),
    )
    made = (home / name).with_suffix(".fods").read_text(encoding="utf-8")
    cells = set()
    for cell in ET.fromstring(made).iter(f"{_TABLE}table-cell"):
        cells.add(_words("\n".join("".join(line.itertext()) for line in cell.iter(f"{_TEXT}p"))))
    return cells, _ALIVE.findall(made)


def _words(text: str) -> str:
    """The text without what a cell's own storage may change: white space, and characters that XML cannot hold."""
    return re.sub(r"[\s\ufffd\ufffe\uffff\u2028\u2029]+", "", text)


PROGRAMS: Final[dict[str, Callable[[Path], str]]] = {
    "Nu HTML checker": pages,
    "epubcheck": e_books,
    "poppler": booklets,
    "LibreOffice": spreadsheet,
}


def main() -> int:
    """Makes everything once and gives it to each program."""
    failed = 0
    with TemporaryDirectory(prefix="storybook-") as folder:
        make(Path(folder))
        for name, reads in PROGRAMS.items():
            try:
                print(f"{name:16}  {reads(Path(folder))}", flush=True)
            except Balks as error:
                failed += 1
                print(f"{name:16}  BALKS: {error}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
