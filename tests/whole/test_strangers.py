"""Strangers to the flow are met kindly and change nothing."""

import asyncio
from typing import Any

import pytest

from bot.rehearsal.slack import payloads

from .conftest import Play, open_play
from .telling import at_question_two, begin, tell


def nothing_changed(play: Play) -> bool:
    """No draft, no fragment, no story."""
    return all(play.count(f"SELECT count(*) FROM {table}") == 0 for table in ("draft", "fragment", "story"))


async def test_guests_and_other_organisations_are_thanked_and_nothing_is_kept(play: Play) -> None:
    """Unless the keeper lets them tell, they hear once why their words are not kept."""
    play.rehearsal.workspace.add_person("gus", "Gus Guest", is_restricted=True)
    play.rehearsal.workspace.add_person("una", "Una Elsewhere", is_stranger=True)
    for name in ("gus", "una"):
        person = play.person(name)
        await person.say("I have a story about sharing information between our organisations")
        await person.hear("I can only take stories from our own staff")
        await person.say("are you there?")
        answer = await person.command("/story")
        assert "I can only take stories from our own staff" in answer.shown
        assert len([m for m in person.messages() if m.user != person.profile.id and not m.ephemeral]) == 1
    assert nothing_changed(play)


async def test_guests_may_tell_where_the_keeper_says_so(tmp_path: Any) -> None:
    """GUESTS_MAY_TELL=yes opens the door to them."""
    async with open_play(tmp_path / "play", GUESTS_MAY_TELL="yes") as play:
        play.rehearsal.workspace.add_person("gus", "Gus Guest", is_restricted=True)
        await begin(play.person("gus"))
        assert play.count("SELECT count(*) FROM draft") == 1


async def test_bots_and_people_who_left_get_no_answer(play: Play) -> None:
    """Nothing is said to a bot or a deactivated account, whether its messages say what they are or not."""
    play.rehearsal.workspace.add_person("robot", "Robot", is_bot=True, bot_id="B0ROBOT")
    play.rehearsal.workspace.add_person("gone", "Gone Away", deleted=True)
    for name in ("robot", "gone"):
        person = play.person(name)
        await person.say("hello there, this is an account that cannot tell a story")
        assert [m for m in person.messages() if m.user != person.profile.id] == []
    assert nothing_changed(play)


async def test_kinds_of_message_that_cannot_be_answers_change_nothing(play: Play) -> None:
    """`/me`, a reaction, a link preview, a file without words: declined kindly, or left alone."""
    sam = play.person("sam")
    question = await at_question_two(sam)
    await sam.me("waves")
    await sam.hear("Please type it as an ordinary one")
    await sam.upload("notes.txt")
    await sam.hear("I can't take pictures or files")
    play.rehearsal.workspace.subscribed.add("reaction_added")
    await sam.react(question.ts, "thumbsup")
    assert play.count("SELECT count(*) FROM fragment") == 0
    first = await sam.say("they told us on the telephone, see https://example.org/a")
    await sam.hear("Got that.")
    before = len(sam.messages())
    await sam.unfurl(first)
    await sam.say("and that was all")
    await sam.hear("Got both")
    await sam.gone("Got that.")
    assert play.count("SELECT count(*) FROM fragment") == 2
    assert len(sam.messages()) == before + 1


async def test_a_thread_in_the_direct_message_is_not_a_second_conversation(play: Play) -> None:
    """A reply in a question's thread counts for that question; one elsewhere counts where the conversation is."""
    sam = play.person("sam")
    question = await at_question_two(sam)
    await sam.say("said in the thread of the question itself", thread_ts=question.ts)
    await sam.hear("Got that.")
    notice = sam.messages()[0]
    await sam.say("said in the thread of something older", thread_ts=notice.ts)
    await sam.hear("Got both")
    assert play.count("SELECT count(*) FROM fragment WHERE prompt_id = 'what'") == 2
    assert play.count("SELECT count(*) FROM draft") == 1


async def test_a_mention_in_a_channel_is_answered_privately_with_the_way_to_the_direct_message(play: Play) -> None:
    """Only the person who mentioned the bot sees the answer; its button opens the conversation."""
    sam, rae = play.person("sam"), play.person("rae")
    await sam.mention("@altogether hello", "#info-stories")
    await sam.hear("I only listen in direct messages", channel="#info-stories")
    assert not any("I only listen" in m.shown for m in rae.messages("#info-stories"))
    assert "I hold nothing about you" in (await sam.command("/story mydata")).shown
    assert play.rows("SELECT state, person FROM outbox WHERE op = 'whisper'") == [("sent", None)]
    await sam.press("Tell your story", channel="#info-stories")
    await sam.hear("Nothing you type is kept until you press Start")
    assert nothing_changed(play)


async def test_a_mention_in_a_thread_is_answered_in_that_thread(play: Play) -> None:
    """The private answer stands where the bot was named, and not beneath the channel's latest message."""
    sam, rae = play.person("sam"), play.person("rae")
    first = await rae.say("who knows how to tell a story?", channel="#info-stories", wait=False)
    await sam.say("@altogether does", channel="#info-stories", thread_ts=first)
    await sam.hear("I only listen in direct messages", channel="#info-stories", thread_ts=first)
    assert not any("I only listen" in m.shown for m in sam.messages("#info-stories"))


async def test_a_suggested_title_is_as_short_as_a_title_that_is_told(play: Play) -> None:
    """The form, by command and by button, has the limits of the script that the story was told by."""
    sam, amira = play.person("sam"), play.person("amira")
    await tell(sam, "A key at the door")
    await amira.hear("Story 1", channel="#story-review")

    def longest() -> list[int]:
        blocks = amira._open_modal().payload["blocks"]
        return [block["element"]["max_length"] for block in blocks if block["type"] == "input"]

    await amira.command("/story sensitive 1")  # answered once the bot knows where the card stands
    await amira.press("Suggest words", channel="#story-review")
    await amira.see_view("Suggest other words")
    assert longest() == [1500, 800, 400, 60]
    await amira.close_view()
    await amira.command("/story suggest 1")
    await amira.see_view("Suggest other words")
    assert longest() == [1500, 800, 400, 60]


async def test_a_message_from_before_the_app_was_installed_is_a_first_contact(play: Play) -> None:
    """An old message that arrives late is greeted like any other, and not kept."""
    sam = play.person("sam")
    channel = play.rehearsal.workspace.direct_message(sam.profile.id)
    event = {
        "type": "message",
        "channel": channel.id,
        "user": sam.profile.id,
        "text": "hello",
        "ts": "1500000000.000100",
    }
    delivery = play.rehearsal.hub.send_event(payloads.envelope_body(play.rehearsal.workspace, event))
    await asyncio.wait_for(delivery.finished.wait(), 30)
    await sam.hear("Nothing you type is kept until you press Start")
    assert delivery.outcome == "acknowledged"
    assert nothing_changed(play)


NEVER_ASKED_FOR = [
    {"type": "channel_rename", "channel": {"id": "C0", "name": "x"}},
    {"type": "message", "subtype": "channel_join", "channel": "C0", "user": "U0", "ts": "1.2", "text": "joined"},
    {"type": "message", "subtype": "a_new_one", "channel": "D0", "user": "U0", "ts": "1.2", "text": "what?"},
    {"type": "message", "subtype": "message_changed", "channel": "D0", "message": {}},
    {"type": "message", "subtype": "message_deleted", "channel": "D0"},
    {"type": "message", "channel": "D0"},
    {"type": "something_from_the_future", "deeply": {"nested": [1, 2, 3]}},
    {"type": "app_home_opened", "user": "U0", "channel": "D0", "tab": "home"},
]


@pytest.mark.parametrize("sparse", [False, True])
async def test_what_was_never_asked_for_is_acknowledged_and_not_redelivered(play: Play, sparse: bool) -> None:
    """Unknown events, subtypes, actions, views, commands, shortcuts and envelopes are acknowledged once."""
    workspace, hub = play.rehearsal.workspace, play.rehearsal.hub
    for event in NEVER_ASKED_FOR:
        body = payloads.envelope_body(workspace, dict(event))
        if sparse:
            body = {name: body[name] for name in ("event", "type")}
        delivery = hub.send_event(body)
        await asyncio.wait_for(delivery.finished.wait(), 30)
        assert (delivery.outcome, delivery.attempts) == ("acknowledged", 1), event
    user, team = {"id": "U0", "team_id": workspace.team_id}, {"id": workspace.team_id}
    for press in (
        {"type": "block_actions", "actions": [{"action_id": "unheard_of", "type": "button"}]},
        {"type": "block_actions", "actions": []},
        {"type": "view_submission", "view": {"callback_id": "unheard_of", "state": {"values": {}}}},
        {"type": "view_closed", "view": {"callback_id": "unheard_of"}},
        {"type": "shortcut", "callback_id": "unheard_of"},
        {"type": "something_new"},
    ):
        await hub.send_interactive({**press, "user": user, "team": team, "trigger_id": "1.2.x"})
    await hub.send_command({"command": "/unheard_of", "text": "", "user_id": "U0", "team_id": workspace.team_id})
    assert nothing_changed(play)


async def test_forged_buttons_and_forms_change_nothing(play: Play) -> None:
    """Values that no message of ours carries are refused without a stumble."""
    workspace, hub = play.rehearsal.workspace, play.rehearsal.hub
    sam, priya = play.person("sam"), play.person("priya")
    await begin(sam)
    draft = play.rows("SELECT id FROM draft")[0][0]
    before = play.rows("SELECT * FROM draft")
    actions = ["next", "back", "skip", "send", "delete_yes", "carry_on", "take_out", "add_to", "change", "keep_private"]
    actions += ["answer", "send_back", "change_story", "delete_story", "see_story", "leave_it", "approve", "decline"]
    for number, action in enumerate(actions):
        for value in (f"{draft}:closeness", f"{draft}:_ready", "", "nonsense", "x" * 1999, "a:b:c:d", "\u0000"):
            await hub.send_interactive(
                {
                    "type": "block_actions",
                    "user": {"id": priya.profile.id},
                    "team": {"id": workspace.team_id},
                    "channel": {"id": workspace.direct_message(priya.profile.id).id},
                    "trigger_id": f"{number}.{hash(value)}",
                    "actions": [{"action_id": action, "value": value, "type": "button", "action_ts": "1.2"}],
                }
            )
    assert play.rows("SELECT * FROM draft") == before
    assert play.count("SELECT count(*) FROM parked") == 0
