"""The browser that the page's tests drive: Debian's Chromium, one for each file of tests."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

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
PATIENCE = 40_000
"""Milliseconds for which a test waits for something to be there, on a machine that is busy with others."""
NOWHERE = "about:blank"
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
def rooms(browser: Browser) -> Callable[..., list[Page]]:
    """The pages that no test is using, by kind of screen: to open another takes longer than most tests."""
    contexts: dict[tuple[bool, str, str], BrowserContext] = {}
    unused: dict[tuple[bool, str, str], list[Page]] = {}

    def room(small: bool, scheme: str, motion: str) -> list[Page]:
        kind = (small, scheme, motion)
        if kind not in contexts:
            contexts[kind] = browser.new_context(color_scheme=scheme, has_touch=small, reduced_motion=motion)
        pages = unused.setdefault(kind, [])
        if not pages:
            pages.append(contexts[kind].new_page())
        return pages

    return room


@pytest.fixture
def visit(rooms: Callable[..., list[Page]]) -> Iterator[Visit]:
    """Opens the page; the test fails if the page has reported an error, or reached for another address."""
    with ExitStack() as stack:
        complaints: list[str] = []

        def opened(
            url: str, *, width: int = 1440, height: int = 900, scheme: str = "light", motion: str = "no-preference"
        ) -> Page:
            unused = rooms(width < 500, scheme, motion)
            page = unused.pop()
            page.set_default_timeout(PATIENCE)
            page.set_viewport_size({"width": width, "height": height})
            listeners: dict[str, Callable[[Any], object]] = {
                "pageerror": lambda error: complaints.append(str(error)),
                "console": lambda said: complaints.append(said.text) if said.type == "error" else None,
                "dialog": lambda dialog: (complaints.append(f"a dialog: {dialog.message}"), dialog.dismiss()),
                "request": lambda asked: None if _ours(asked.url, url) else complaints.append(asked.url),
            }
            stack.callback(unused.append, page)
            for kind, listener in listeners.items():
                page.on(kind, listener)
                stack.callback(page.remove_listener, kind, listener)
            stack.callback(page.goto, NOWHERE)  # whatever went on there has ended when the next test comes
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
