"""Sharing with the real bot: from the page and by the command, in the channels that will do, until it is taken back."""

from typing import Any

from bot import ids
from bot.rehearsal.slack.workspace import REVIEW_CHANNEL
from tests.reading.test_reading_in_slack import PLACES
from tests.rights.withdrawal_house import CANARY, canary_story, gone, take_back, until
from tests.whole.conftest import Play
from tests.whole.conftest import play as play

STORIES = "#info-stories"


async def test_a_story_is_shared_read_and_taken_back(play: Play) -> None:
    """Command and button lead to the same form; shared twice it stands once; a withdrawal takes it from the channel."""
    priya = play.person("priya")
    await canary_story(play, places=PLACES)
    assert "Which story? Try: /story share 31" in (await priya.command("/story share")).shown
    assert (await priya.command("/story share 7")).shown == "There is no story 7 to read."

    await priya.command("/story share 1")
    assert "Share story 1" in (await priya.see_view("Share it in")).shown
    await priya.choose(STORIES, menu="Share it in")
    assert await priya.submit() is None
    await priya.see_view("on its way")
    await priya.press("Close")
    card = await priya.hear("shared by", channel=STORIES)
    assert CANARY in card.shown and "Practitioner" not in card.shown

    await priya.press("Read in full", channel=STORIES)
    await priya.press("Share")
    await priya.choose(STORIES, menu="Share it in")
    await priya.submit()
    await priya.see_view("shared this story there already")
    await priya.close_view(everything=True)
    assert play.count("SELECT count(*) FROM share") == 1

    sam = play.person("sam")
    await take_back(sam)
    await gone(play)
    await sam.hear("messages that shared it in channels")
    assert play.count("SELECT count(*) FROM share") == 0
    assert play.count("SELECT count(*) FROM removal WHERE surface = 'shared' AND state = 'done'") == 1


async def test_a_story_leaves_the_channel_when_its_permission_does(play: Play) -> None:
    """A teller who unticks the staff storybook finds their story in no channel where somebody had shared it."""
    sam, priya = play.person("sam"), play.person("priya")
    await canary_story(play, places=PLACES)
    await priya.command("/story share 1")
    await priya.choose(STORIES, menu="Share it in")
    await priya.submit()
    await priya.hear("shared by", channel=STORIES)
    await sam.press("Change permission")
    await sam.see_view("Storybook for staff")
    await sam.choose(next(one for one in _ticks(sam) if one.startswith("Weekly digest")))
    assert await sam.submit() is None
    await until(lambda: "shared by" not in str([one.shown for one in priya.messages(STORIES)]))


def _ticks(person: Any) -> list[str]:
    return [
        option["text"]["text"]
        for block in person.view.blocks
        for option in (block.get("element") or {}).get("options", [])
    ]


async def test_the_form_believes_nobody(play: Play) -> None:
    """Channels that will not do, people who may not, and payloads that no form sends: an error that loses nothing."""
    await canary_story(play, places=PLACES)
    workspace = play.rehearsal.workspace
    workspace.add_person("stranger", "Stranger", is_stranger=True)
    priya, stranger = play.person("priya"), play.person("stranger")
    lonely = workspace.add_channel("lonely", "channel", members=[priya.profile.id])
    stories = workspace.find_channel(STORIES)
    assert stories is not None
    direct = workspace.direct_message(priya.profile.id).id
    sent = [
        (priya, "1", REVIEW_CHANNEL, "not in that channel"),
        (priya, "1", lonely.id, "/invite"),
        (priya, "1", "C0NOWHERE00", "/invite"),
        (priya, "1", direct, "Choose a channel"),
        (priya, "1", "", "Choose a channel"),
        (priya, "1", "'; DROP TABLE share; --", "Choose a channel"),
        (priya, "99", stories.id, "can't be read"),
        (priya, "nonsense", stories.id, "can't be read"),
        (stranger, "1", stories.id, "members of this workspace"),
    ]
    for person, metadata, channel, said in sent:
        answer = await _send(play, person, metadata, channel)
        assert answer["response_action"] == "errors", (channel, metadata)
        assert said in answer["errors"]["channel"], (channel, metadata)
    assert play.count("SELECT count(*) FROM share") == 0
    assert play.count("SELECT count(*) FROM audit WHERE verb = 'share' AND outcome = 'denied'") == len(sent)
    assert play.rows("SELECT DISTINCT actor, actor_id FROM audit WHERE verb = 'share'") == [("other", None)]

    first = await _send(play, priya, "1", stories.id, view="V7")
    again = await _send(play, priya, "1", stories.id, view="V7")  # Slack sends it once more
    assert first["response_action"] == again["response_action"] == "update"
    await priya.hear("shared by", channel=STORIES)
    assert play.count("SELECT count(*) FROM share") == 1


async def _send(play: Play, person: Any, metadata: str, channel: str, *, view: str = "") -> dict[str, Any]:
    profile, workspace = person.profile, play.rehearsal.workspace
    state = {"channel": {"channel": {"type": "conversations_select", "selected_conversation": channel or None}}}
    body = {
        "type": "view_submission",
        "user": {"id": profile.id, "username": profile.name, "name": profile.name, "team_id": profile.team_id},
        "api_app_id": workspace.app_id,
        "token": "rehearsal",
        "team": {"id": profile.team_id, "domain": "somewhere"},
        "trigger_id": view or workspace.views.new_trigger(profile.id),
        "view": {
            "id": view or "V1",
            "type": "modal",
            "callback_id": ids.SHARE_VIEW,
            "private_metadata": metadata,
            "state": {"values": state},
        },
    }
    return dict(await play.rehearsal.hub.send_interactive(body, accepts_payload=True) or {})
