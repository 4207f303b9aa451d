"""The page for everyone: automated accessibility checks, two widths and two schemes, sizes of what one presses."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from fake_workspace import DIRECT, FakeWorkspace
from page_exhibits import EVERY_BLOCK, EVERY_INPUT
from page_hands import Visit
from playwright.sync_api import Page, expect

GRAVE = ("serious", "critical")


def settled(page: Page) -> None:
    """Returns once nothing fades in any more, and has the colours and the place that it keeps."""
    page.evaluate("() => Promise.all(document.getAnimations().map(one => one.finished.catch(() => null)))")


def grave(page: Page) -> list[str]:
    """Returns what axe finds that is serious or critical, each with the first element it found it on."""
    settled(page)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    # Only colours differ between the schemes.
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    violations = page.evaluate(
        "async options => (await axe.run(document, options)).violations",
        # What is in order is not described element by element: that takes most of the time.
        {"resultTypes": ["violations"]} | ({"runOnly": ["color-contrast"]} if dark else {}),
    )
    return [
        f"{one['id']}: {one['help']} {one['nodes'][0]['html'][:200]} {one['nodes'][0].get('failureSummary', '')}"
        for one in violations
        if one["impact"] in GRAVE
    ]


def filled(world: FakeWorkspace) -> None:
    """The workspace has something of every kind to show."""
    world.post(DIRECT, "hello `code` <https://example.org/|a link>", by="U0SAM", edited=True)
    world.post(DIRECT, "Every block", blocks=EVERY_BLOCK, reply_count=2)
    world.post(DIRECT, "Only you see *this*.", ephemeral=True)
    world.post(DIRECT, "This message was deleted.", deleted=True, name="")
    problems = [{"line": 12, "text": "ask is missing"}]
    world.script = {"name": "Ours", "version": "2", "problems": problems, "file": "ours.toml"}
    faults = [{"name": "lose_next_ack", "label": "Lose the next ack", "description": "Kept once."}]
    world.state["faults"] = [one | {"armed": 1, "fired": 2, "is_switch": False} for one in faults]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 375])
def test_axe_finds_nothing_grave(visit: Visit, world: FakeWorkspace, width: int, scheme: str) -> None:
    """Conversation, open menus, thread, tools, a modal with errors: nothing serious in either scheme or width."""
    filled(world)
    page = visit(world.url, width=width, height=900, scheme=scheme)
    expect(page.get_by_text("Only visible to you")).to_be_visible()
    page.get_by_role("button", name="Choose services").click()
    assert not grave(page)
    page.keyboard.press("Escape")
    if width == 375:
        page.get_by_role("button", name="Open the list of conversations").click()
        assert not grave(page)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="More", exact=True).click()
    for tab in ("Inspector", "Faults", *(["Clock"] if width == 375 else [])):
        page.get_by_role("tab", name=tab).click()
        if tab == "Inspector":
            page.get_by_role("button", name="ack · ok").click()
        assert not grave(page), tab
    page.keyboard.press("Escape")
    page.get_by_role("button", name="2 replies").click()
    page.get_by_role("complementary", name="Thread").get_by_role("article").first.wait_for()
    assert not grave(page)
    world.open(EVERY_INPUT, {"what": "Please complete this required field."})
    page.get_by_role("dialog", name="Change your answer").wait_for()
    assert not grave(page)


@pytest.mark.parametrize(("width", "least"), [(1440, 32), (375, 44)])
def test_what_one_presses_is_large_enough(visit: Visit, world: FakeWorkspace, width: int, least: int) -> None:
    """Every button, menu and choice is at least 32 pixels high, 44 on a small screen; nothing scrolls sideways."""
    filled(world)
    page = visit(world.url, width=width, height=740)
    expect(page.get_by_text("Only visible to you")).to_be_visible()
    small = page.evaluate(
        """least => [...document.querySelectorAll("button, select, textarea, label.choice, .field")]
        .filter(node => node.offsetParent && !node.closest(".unseen"))
        .filter(node => node.getBoundingClientRect().height < least - .5)
        .map(node => `${node.className} ${node.textContent.slice(0, 30)} ${node.getBoundingClientRect().height}`)""",
        least,
    )
    assert not small
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_a_small_screen_has_everything(visit: Visit, world: FakeWorkspace) -> None:
    """At 375 pixels the list covers the screen, the guide is one line, a sheet has the tools and gives focus back."""
    page = visit(world.url, width=375, height=740)
    expect(page.get_by_role("navigation")).to_be_hidden()
    expect(page.get_by_text("Step 1 of 5: Tell a story")).to_be_visible()
    opener = page.get_by_role("button", name="Open the list of conversations")
    opener.click()
    page.get_by_role("navigation").get_by_role("button", name="info-stories").click()
    expect(page.get_by_role("navigation")).to_be_hidden()
    expect(page.locator(".bar-title")).to_have_text("# info-stories")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("tabpanel", name="Guide").get_by_text("You are Sam. Write hi")).to_be_visible()
    page.get_by_role("tab", name="Clock").click()
    expect(page.get_by_role("button", name="One week on")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Show", exact=True)).to_be_focused()
    world.open(EVERY_INPUT)
    page.get_by_role("dialog").wait_for()
    settled(page)
    assert page.get_by_role("dialog").bounding_box() == {"x": 0, "y": 0, "width": 375, "height": 740}


def test_no_motion_where_none_is_wanted(visit: Visit, world: FakeWorkspace) -> None:
    """Somebody who asks for reduced motion sees none: dialogs and menus are simply there."""
    page = visit(world.url, motion="reduce")
    world.open(EVERY_INPUT)
    page.get_by_role("dialog").wait_for()
    assert page.evaluate("() => document.getAnimations().length") == 0
