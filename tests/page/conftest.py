"""The browser that the page's tests drive: Debian's Chromium, one for each file of tests."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest
from fake_workspace import FakeWorkspace
from page_hands import Visit
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.architecture.skips import skip_unless

OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 20_000
"""Milliseconds for which a test waits for something to be there, on a machine that is busy with others."""
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. It closes with the file: while Playwright is open, no other test could run a loop of its own."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    skip_unless(found is not None, "the page's tests need Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=list(OPTIONS))
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def rooms(browser: Browser) -> Callable[..., BrowserContext]:
    """Windows for pages, one for each kind of screen: to make one takes longer than most tests."""

    @cache
    def room(small: bool, scheme: str, motion: str) -> BrowserContext:
        return browser.new_context(color_scheme=scheme, has_touch=small, reduced_motion=motion)

    return room


@pytest.fixture
def visit(rooms: Callable[..., BrowserContext]) -> Iterator[Visit]:
    """Opens the page; the test fails if the page has reported an error, or reached for another address."""
    with ExitStack() as stack:
        complaints: list[str] = []

        def opened(
            url: str, *, width: int = 1440, height: int = 900, scheme: str = "light", motion: str = "no-preference"
        ) -> Page:
            page = rooms(width < 500, scheme, motion).new_page()
            stack.callback(page.close)
            page.set_default_timeout(PATIENCE)
            page.set_viewport_size({"width": width, "height": height})
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
            page.on("dialog", lambda dialog: (complaints.append(f"a dialog: {dialog.message}"), dialog.dismiss()))
            page.on("request", lambda asked: None if _ours(asked.url, url) else complaints.append(asked.url))
            page.goto(url)
            page.wait_for_selector("body[data-ready]")
            return page

        yield opened
        assert not complaints, complaints


def _ours(asked: str, url: str) -> bool:
    return asked.startswith((url.partition("?")[0], "data:", "blob:"))


@pytest.fixture
def world() -> Iterator[FakeWorkspace]:
    """A workspace that a test fills itself."""
    with FakeWorkspace() as workspace:
        yield workspace
