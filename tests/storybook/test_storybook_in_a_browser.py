"""The site as people open it: from a folder, without a server, on a phone, in the dark, without JavaScript."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, expect, sync_playwright
from shelf import TODAY, build_site, plant_many

from storage import schema
from storage.books import Audience
from storage.database import Database, Tx
from tests.architecture.skips import skip_unless

OPTIONS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
PAGES = (
    "index.html",
    "say.html",
    "search.html",
    "about.html",
    "stories/7.html",
    "browse/index.html",
    "browse/all.html",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for this file."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    skip_unless(found is not None, "these tests need Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=list(OPTIONS))
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of sixty stories."""
    now = datetime.combine(TODAY, time(), UTC)
    home = tmp_path_factory.mktemp("site")
    database = Database(f"sqlite:///{home / 'stories.db'}")
    schema.migrate(database)
    with database.write_engine.begin() as connection:
        plant_many(Tx(connection, "w1", now), 60)
    build_site(database, "w1", now, home / "book", Audience.STAFF)
    database.close()
    return home / "book"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (375, "dark")])
def test_every_page_for_everyone(browser: Browser, folder: Path, width: int, scheme: str) -> None:
    """axe finds nothing; nothing scrolls sideways, breaks the page's own policy, or is asked for elsewhere."""
    axe = Path(AXE_FILE_PATH).read_text(encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 812}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    for name in PAGES:
        page.goto((folder / name).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        page.evaluate(axe)
        found = page.evaluate("async () => (await axe.run(document, {preload: false})).violations")
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], name
    assert said == []
    assert all(url.startswith(folder.as_uri()) for url in asked)
    context.close()


def test_search_without_a_server(browser: Browser, folder: Path) -> None:
    """Words are found from a folder, wherever they stand and however they are written, twenty at a time."""
    context = browser.new_context()
    page = context.new_page()
    page.goto((folder / "search.html").as_uri())
    page.get_by_label("Words to look for").fill("NÚRSE rang")
    expect(page.get_by_role("status")).to_have_text("Nothing mentions all of those words. Try fewer.", timeout=30_000)
    page.get_by_label("Words to look for").fill("NÚRSE Dóg")
    expect(page.get_by_role("status")).to_have_text("8 stories", timeout=30_000)
    page.get_by_role("link", name="The call that changed the plan", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The call that changed the plan", timeout=30_000)
    page.goto((folder / "search.html").as_uri() + "?q=the")
    expect(page.locator("#found li")).to_have_count(20, timeout=30_000)
    page.get_by_role("button", name="Show more").click()
    expect(page.locator("#found li")).to_have_count(40, timeout=30_000)
    context.close()


def test_reading_without_javascript(browser: Browser, folder: Path) -> None:
    """All but search works with JavaScript off, and the search page says where to go instead."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((folder / "index.html").as_uri())
    page.get_by_role("link", name="Browse").click()
    page.get_by_role("link", name="Police").click()
    page.get_by_role("link", name="The call that changed the plan", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The call that changed the plan", timeout=30_000)
    page.get_by_role("navigation", name="Other stories").get_by_role("link").last.click()
    page.get_by_role("link", name="What the stories say").click()
    page.get_by_text("The numbers").first.click()
    expect(page.get_by_role("cell", name="53").first).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="Search").click()
    expect(page.get_by_text("the one page that needs JavaScript")).to_be_visible(timeout=30_000)
    context.close()


def test_it_prints_as_a_booklet(browser: Browser, folder: Path) -> None:
    """Printed, the booklet is A5, each story on a page of its own after the title page, without menus."""
    context = browser.new_context()
    page = context.new_page()
    page.goto((folder / "booklet.html").as_uri())
    printed = page.pdf(prefer_css_page_size=True)
    assert set(re.findall(rb"/MediaBox \[([^\]]*)\]", printed)) == {b"0 0 420 594.95996"}
    assert len(re.findall(rb"/Type /Page\b(?!s)", printed)) == 61
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="The storybook")).to_be_hidden()
    context.close()
