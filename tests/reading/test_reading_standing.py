"""Who reads when Slack cannot say who somebody is: what it said last counts, and otherwise nobody is shown a story."""

from typing import Any

import pytest

from bot import ids
from tests.rights.withdrawal_house import CANARY, TITLE, canary_story
from tests.whole.conftest import Play
from tests.whole.conftest import play as play
from tests.whole.telling import DIGEST, begin

PLACES = (DIGEST, "Storybook for staff")
KIND = "Slack can't tell me just now who is a member here"
CODES = ["internal_error", "missing_scope", "unknown_method", "user_not_found"]
BUTTONS = ((ids.READ_STORY, "1"), (ids.SHARE, "1"), (ids.SHOW_ONE, "what:0"), (ids.SEARCH_MORE, f"0:{CANARY}"))


async def press(play: Play, person: Any, action: str, value: str) -> None:
    """A press of a button that stands on an older screen."""
    workspace, user = play.rehearsal.workspace, person.profile.id
    await play.rehearsal.hub.send_interactive(
        {
            "type": "block_actions",
            "user": {"id": user},
            "team": {"id": workspace.team_id},
            "trigger_id": workspace.views.new_trigger(user),
            "actions": [{"action_id": action, "value": value, "type": "button", "action_ts": "1.2"}],
        }
    )


def slack_says_nothing(play: Play, code: str = "internal_error") -> None:
    play.rehearsal.faults.fail_next("users.info", error=code, n=1_000)


@pytest.mark.parametrize("code", CODES)
async def test_a_guest_of_whom_slack_says_nothing_reads_nothing(play: Play, code: str) -> None:
    """No command, page or home shows a story to somebody of whom it is not known who they are; it says so kindly."""
    await canary_story(play, places=PLACES)
    play.rehearsal.workspace.add_person("gus", "Gus Guest", is_restricted=True)
    gus = play.person("gus")
    slack_says_nothing(play, code)
    for typed in ("read 1", "read", f"search key {CANARY}", "share 1"):
        answer = await gus.command(f"/story {typed}")
        assert KIND in answer.shown and "try again in a minute" in answer.shown
        assert CANARY not in answer.shown and TITLE not in answer.shown
    await gus.open_home()
    home = await gus.see_home(KIND)
    assert CANARY not in home.shown and TITLE not in home.shown and "By theme" not in home.shown


async def test_buttons_that_stand_on_a_screen_open_nothing(play: Play) -> None:
    """*Read* on a home from before opens no story while Slack says nothing."""
    await canary_story(play, places=PLACES)
    play.rehearsal.workspace.add_person("gus", "Gus Guest", is_restricted=True)
    slack_says_nothing(play)
    gus = play.person("gus")
    for action, value in BUTTONS:
        await press(play, gus, action, value)
        page = await gus.see_view(KIND)
        assert CANARY not in page.shown and TITLE not in page.shown
        await gus.press("Close")


async def test_a_member_may_tell_and_see_their_own(play: Play) -> None:
    """While Slack says nothing of anybody, a story can be begun, and the home has what is one's own."""
    slack_says_nothing(play)
    priya = play.person("priya")
    await begin(priya)
    await priya.open_home()
    home = await priya.see_home(KIND)
    assert "Carry on" in home.shown
    assert play.count("SELECT count(*) FROM draft") == 1


async def test_what_slack_said_last_counts(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """A member goes on reading while Slack says nothing, and a guest goes on being refused."""
    await canary_story(play, places=PLACES)
    play.rehearsal.workspace.add_person("gus", "Gus Guest", is_restricted=True)
    gus, priya = play.person("gus"), play.person("priya")
    assert CANARY in (await priya.command("/story read 1")).shown
    refused = (await gus.command("/story read 1")).shown
    assert "The storybook here is for members of this workspace." in refused
    monkeypatch.setattr("bot.people.REMEMBER", -1.0)
    slack_says_nothing(play)
    assert CANARY in (await priya.command("/story read 1")).shown
    assert (await gus.command("/story read 1")).shown == refused
    assert len(play.calls("users.info")) >= 4
