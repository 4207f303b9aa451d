"""What one fills in: menus of several and of channels, the list of commands, and names that say what is seen."""

import re
from typing import Any

from fake_workspace import PAGE, FakeWorkspace
from page_exhibits import field, options, plain
from page_hands import Visit
from playwright.sync_api import expect

from bot.digest.listeners import COMMANDS as DIGEST
from bot.intake import typed as intake
from bot.keeper import stats
from bot.reading import listeners as reading
from bot.review.typed import COMMANDS as REVIEW
from bot.rights import breakglass_listeners, permission_listeners
from bot.rights import listeners as rights

SEVERAL = (
    "Ambulance",
    "Benefits",
    "Courts",
    "Debt advice",
    "Education",
    "Fire",
    "Health",
    "Housing",
    "Police",
    "Prison",
)


def test_the_list_of_commands_is_the_bots(visit: Visit, world: FakeWorkspace) -> None:
    """Every verb of the bot is offered to whom it answers, but the one that is switched off in a rehearsal."""
    nothing: Any = None  # they are only named here
    verbs = dict(intake.commands(nothing, nothing)) | dict(reading.commands(nothing)) | dict(stats.commands(nothing))
    for more in (REVIEW, DIGEST, rights.COMMANDS, permission_listeners.COMMANDS):
        verbs |= more
    listed = re.findall(r'\["/story ?(\w*)[^"]*", "[^"]+"(, "reviewer")?\]', (PAGE / "composer.js").read_text("utf-8"))
    assert {verb: bool(role) for verb, role in listed} == {verb: one.reviewers_only for verb, one in verbs.items()}
    assert not breakglass_listeners.COMMANDS.keys() & {verb for verb, _ in listed}
    page = visit(world.url)
    page.get_by_role("textbox", name="Message Altogether").press_sequentially("/story s")
    assert page.get_by_role("option").all_inner_texts() == [
        "/story search\nFind stories: the words",
        "/story share\nShare a story in a channel: its number",
    ]


def test_a_menu_of_channels_keeps_to_what_is_asked(visit: Visit, world: FakeWorkspace) -> None:
    """Where the app asks for channels, public or private, no direct message is offered."""
    asked = {"type": "conversations_select", "action_id": "to", "filter": {"include": ["public", "private"]}}
    every = {"type": "conversations_select", "action_id": "any"}
    page = visit(world.url)
    blocks = [field("to", "Share it in", asked), field("any", "Anywhere", every)]
    world.open({"type": "modal", "title": plain("Share"), "submit": plain("Share"), "blocks": blocks})
    channels = ["Choose one", "#info-stories", "#story-review"]
    expect(page.get_by_role("combobox", name="Share it in").get_by_role("option")).to_have_text(channels)
    expect(page.get_by_role("combobox", name="Anywhere").get_by_role("option")).to_have_text([*channels, "Altogether"])


def test_enter_chooses_in_a_menu_of_several(visit: Visit, world: FakeWorkspace) -> None:
    """Enter ticks an option, as Space does, and takes it back; opened again, the list is whole."""
    menu = {"type": "multi_static_select", "action_id": "many", "options": options(*SEVERAL)}
    world.open(
        {"type": "modal", "title": plain("Which?"), "submit": plain("Save"), "blocks": [field("b", "All", menu)]}
    )
    page = visit(world.url)
    for ticked in (True, False):
        page.get_by_role("button", name="All").click()
        narrow = page.get_by_role("searchbox", name="Narrow the list")
        expect(narrow).to_have_value("")
        expect(page.get_by_role("checkbox")).to_have_count(len(SEVERAL))
        narrow.fill("fir")
        page.keyboard.press("Enter")  # to the first that is left
        fire = page.get_by_role("checkbox", name="Fire")
        expect(fire).to_be_focused()
        page.keyboard.press("Enter")
        expect(fire).to_be_checked(checked=ticked)
        page.keyboard.press("Escape")
        expect(page.get_by_role("checkbox")).to_have_count(0)
        assert not world.sent("submit")
        with page.expect_response("**/page/act"):
            page.get_by_role("button", name="Save").click()
        assert world.sent("submit")[-1]["values"] == {"b": {"many": ["fire"] if ticked else []}}
        world.acts.clear()


def test_a_button_is_called_what_it_says(visit: Visit, world: FakeWorkspace) -> None:
    """Whoever speaks to the page says what they see: a button's words stand in its name."""
    page = visit(world.url)
    clock = page.get_by_role("navigation").get_by_role("region", name="The workspace's clock")
    for seen in ("Fri 10:00", "+7d", "+14d", "Now"):
        button = clock.get_by_text(seen, exact=True)
        expect(button).to_have_accessible_name(re.compile(re.escape(seen)))


def test_the_inspector_says_that_it_is_empty_only_when_it_is(visit: Visit, world: FakeWorkspace) -> None:
    """While what has passed is being read, nothing is said of it."""
    page = visit(world.url)
    world.giving_log.clear()
    page.get_by_role("tab", name="Inspector").click()
    expect(page.get_by_role("searchbox", name="Filter what has passed")).to_be_visible()
    expect(page.get_by_text("Nothing has passed yet.")).to_be_hidden()
    world.giving_log.set()
    expect(page.get_by_role("tabpanel").get_by_role("listitem").filter(visible=True)).to_have_count(3)
    expect(page.get_by_text("Nothing has passed yet.")).to_be_hidden()
