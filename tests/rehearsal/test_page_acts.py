"""What people do on the page, against a small Bolt app: it arrives as Slack would send it, and the answer is seen."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from page_visitor import Visitor, visiting
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.rehearsal.page.room import Room
from bot.rehearsal.slack.socket_mode import Times
from bot.rehearsal.slack.workspace import STORIES_CHANNEL
from bot.rehearsal.staying import opened

Json = dict[str, Any]
DM = "D0SAM00001"
HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(1)> \u202e javascript:alert(1) "&amp;'


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def options(*labels: str) -> list[Json]:
    return [{"text": plain(label), "value": label.lower()} for label in labels]


CONFIRM = {
    "title": plain("Sure?"),
    "text": plain("It goes."),
    "confirm": plain("Delete"),
    "deny": plain("Keep"),
}
CONTROLS: list[Json] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "Choose"}},
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {"type": "button", "action_id": "next", "text": plain("Next"), "value": "1"},
            {"type": "button", "action_id": "delete", "text": plain("Delete"), "confirm": CONFIRM},
            {"type": "radio_buttons", "action_id": "kind", "options": options("Good", "Bad")},
            {"type": "multi_static_select", "action_id": "who", "options": options("A", "B", "C")}
            | {"max_selected_items": 2},
            {"type": "overflow", "action_id": "more", "options": options("See", "Share")},
        ],
    },
]
MODAL: Json = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("A form"),
    "submit": plain("Save"),
    "blocks": [
        {
            "type": "input",
            "block_id": "words",
            "label": plain("Words"),
            "element": {"type": "plain_text_input", "action_id": "typed", "max_length": 20},
        },
        {
            "type": "actions",
            "block_id": "row",
            "elements": [{"type": "button", "action_id": "inside", "text": plain("Press")}],
        },
    ],
}


class Heard:
    """What the small app was told."""

    def __init__(self) -> None:
        self.actions: list[Json] = []
        self.messages: list[Json] = []
        self.submitted: list[Json] = []


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with opened(tmp_path / "rehearsal", outer={}) as room:
        room.rehearsal.hub.times = Times(ack_deadline=0.5)
        room.open_to_people()
        yield room


@pytest.fixture
async def heard(room: Room) -> AsyncIterator[Heard]:
    """A small app, connected, that acknowledges everything."""
    rehearsal, heard = room.rehearsal, Heard()
    client = AsyncWebClient(token=rehearsal.workspace.bot_token, base_url=rehearsal.api_url)
    app = AsyncApp(client=client, process_before_response=True)

    @app.event("message")
    async def on_message(event: Json) -> None:
        heard.messages.append(event)

    @app.action({"action_id": "next"})
    async def on_next(ack: Any, body: Json) -> None:
        heard.actions.append(body)
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)
        await ack()

    for name in ("delete", "kind", "who", "more", "inside"):

        @app.action({"action_id": name})
        async def on_action(ack: Any, body: Json) -> None:
            heard.actions.append(body)
            await ack()

    @app.view("form")
    async def on_form(ack: Any, body: Json) -> None:
        values = body["view"]["state"]["values"]
        heard.submitted.append(values)
        if values["words"]["typed"]["value"] == "no":
            await ack(response_action="errors", errors={"words": "Not that."})
        else:
            await ack()

    @app.command("/story")
    async def on_command(ack: Any, command: Json) -> None:
        await ack(f"You typed: {command['text']}")

    handler = AsyncSocketModeHandler(
        app,
        app_token=rehearsal.workspace.app_token,
        web_client=AsyncWebClient(base_url=rehearsal.api_url),
        ping_interval=0.5,
    )
    await handler.connect_async()
    await rehearsal.hub.connected.wait()
    yield heard
    await handler.close_async()


@pytest.fixture
async def sam(room: Room) -> AsyncIterator[Visitor]:
    async with visiting(room) as visitor:
        yield visitor


async def posted(room: Room) -> str:
    """The ts of a message with controls in Sam's direct message; the app has heard of it."""
    workspace = room.rehearsal.workspace
    change = workspace.post(workspace.conversations[DM], workspace.bot.id, "Choose", blocks=CONTROLS)
    await asyncio.gather(*(delivery.handled() for delivery in change.deliveries))
    assert change.post is not None
    return change.post.ts


# ── talking ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_typed_arrives_and_is_shown(room: Room, heard: Heard, sam: Visitor) -> None:
    """A message, its edit and a file reach the app as events; the page shows them as their writer's own."""
    async with sam.listening():
        said = await sam.do("say", channel=DM, text="hello @amira")
        await sam.do("edit", channel=DM, ts=said["ts"], text="hello Amira")
        await sam.do("upload", channel=DM, filename="../../door\x00.jpg", text="this is the door")
        await sam.do("react", channel=DM, ts=said["ts"], name="thumbsup")
        await sam.hears(lambda one: one["kind"] == "log" and len(heard.messages) == 3)
    assert [one.get("subtype") for one in heard.messages] == [None, "message_changed", "file_share"]
    first, second = await sam.messages(DM)
    assert (first["text"], first["edited"], first["mine"], first["is_app"]) == ("hello Amira", True, True, False)
    assert first["reactions"] == [{"name": "thumbsup", "count": 1}]
    assert (second["text"], second["files"]) == ("this is the door", [{"name": "....door.jpg"}])


async def test_hostile_words_stay_words(room: Room, sam: Visitor) -> None:
    """Markup, right-to-left marks and 40,000 characters come back as the same text, at once; more is refused."""
    began = asyncio.get_running_loop().time()
    for text in (HOSTILE, "\U0001f600" * 20_000 + "a" * 20_000, "a" * 40_000, "x@" + "a-" * 19_999):
        await sam.do("say", channel=DM, text=text)
        (leaf,) = (await sam.messages(DM, limit=1))[-1]["blocks"][0]["elements"][0]["elements"]
        assert leaf == {"type": "text", "text": text}
    assert asyncio.get_running_loop().time() - began < 3  # a wall of letters once took fifteen seconds to read
    refused = await sam.do("say", channel=DM, text="a" * 40_001)
    assert refused == {
        "ok": False,
        "error": "A message holds 40,000 characters at most; this one has 40,001.",
    }


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ({"do": "say", "channel": DM, "text": "  "}, "Write something first."),
        ({"do": "say", "channel": "D0RAE00001", "text": "hi"}, "no such conversation"),
        ({"do": "say", "channel": DM, "text": "hi", "thread_ts": "1.000000"}, "not there any more"),
        ({"do": "edit", "channel": DM, "ts": "1.000000", "text": "hi"}, "not there any more"),
        ({"do": "edit", "channel": DM, "ts": 5, "text": "hi"}, "ts must be a text"),
        ({"do": "press", "channel": DM, "ts": "1.000000", "block_id": "a", "action_id": "b"}, "not there any more"),
        ({"do": "submit", "view_id": "V1", "values": {}}, "not there any more"),
        ({"do": "fly"}, "Nobody can do that here."),
        ({"do": ["say"]}, "do must be a text"),
    ],
)
async def test_what_cannot_be_done_is_said(room: Room, sam: Visitor, act: Json, words: str) -> None:
    """A mistake of the page or its person is an answer in words, never a broken server."""
    answer = await sam.post("/page/act", **act)
    assert answer["ok"] is False
    assert words in answer["error"]


async def test_only_ones_own_messages_can_be_changed(room: Room, sam: Visitor) -> None:
    """Nobody edits or deletes what others wrote."""
    theirs = await room.rehearsal.person("rae").say("mine", channel=STORIES_CHANNEL, wait=False)
    for do in ("edit", "delete"):
        answer = await sam.do(do, channel=STORIES_CHANNEL, ts=theirs, text="yours")
        assert answer["error"] == "Only whoever wrote a message can change it."


async def test_a_command_brings_its_private_answer(heard: Heard, sam: Visitor) -> None:
    """The answer comes with the act; what is no command is named with what there is."""
    answer = await sam.do("command", channel=STORIES_CHANNEL, text="/story help me")
    assert (answer["answer"]["text"], answer["answer"]["ephemeral"]) == ("You typed: help me", True)
    unknown = await sam.do("command", channel=STORIES_CHANNEL, text="/poem")
    assert unknown["error"] == "/poem is no command here. There is: /story"


# ── pressing and choosing ─────────────────────────────────────────────────────────────────────────────────────────


async def test_a_choice_is_told_and_remembered(room: Room, heard: Heard, sam: Visitor) -> None:
    """Radio buttons and menus send what was chosen at once; the message shows it to this person from then on."""
    where = {"channel": DM, "ts": await posted(room), "block_id": "row"}
    picked = await sam.do("pick", action_id="kind", values=["bad"], **where)
    assert picked["state"]["row"]["kind"]["selected_option"]["value"] == "bad"
    await sam.do("pick", action_id="who", values=["a", "c"], **where)
    sent = [body["actions"][0] for body in heard.actions]
    assert sent[0]["selected_option"]["value"] == "bad"
    assert [one["value"] for one in sent[1]["selected_options"]] == ["a", "c"]
    (shown,) = await sam.messages(DM)
    assert shown["state"]["row"]["kind"]["selected_option"]["value"] == "bad"
    too_many = await sam.do("pick", action_id="who", values=["a", "b", "c"], **where)
    assert too_many["error"] == "No more than 2 can be chosen here."
    gone = await sam.do("pick", action_id="kind", values=["ugly"], **where)
    assert gone["error"] == "That choice is not there any more."


async def test_what_asks_first_is_asked(room: Room, heard: Heard, sam: Visitor) -> None:
    """A button with a question sends nothing until it was answered yes; an overflow menu sends its option."""
    where = {"channel": DM, "ts": await posted(room), "block_id": "row"}
    asked = await sam.do("press", action_id="delete", **where)
    assert asked["ok"] is False
    assert asked["confirm"] == {"title": "Sure?", "text": "It goes.", "confirm": "Delete", "deny": "Keep"}
    assert heard.actions == []
    assert (await sam.do("press", action_id="delete", confirmed=True, **where))["ok"] is True
    await sam.do("press", action_id="more", value="share", **where)
    assert [body["actions"][0]["action_id"] for body in heard.actions] == ["delete", "more"]
    assert heard.actions[1]["actions"][0]["selected_option"]["value"] == "share"


async def test_a_modal_opens_is_corrected_and_sent(room: Room, heard: Heard, sam: Visitor) -> None:
    """The modal comes down the stream; what is wrong with it is said by the client or by the app; then it closes."""
    async with sam.listening():
        await sam.do("press", channel=DM, ts=await posted(room), block_id="row", action_id="next")
        (opened,) = (await sam.hears_kind("view"))["views"]
    view = opened["id"]
    assert opened["view"]["title"]["text"] == "A form"
    await sam.do("view_press", view_id=view, block_id="row", action_id="inside")
    assert heard.actions[-1]["container"] == {"type": "view", "view_id": view}
    empty = await sam.do("submit", view_id=view, values={"words": {"typed": ""}})
    assert empty["errors"] == {"words": "Please complete this required field."}
    long = await sam.do("submit", view_id=view, values={"words": {"typed": "a" * 21}})
    assert long["errors"] == {"words": "No more than 20 characters fit here; these are 21."}
    refused = await sam.do("submit", view_id=view, values={"words": {"typed": "no"}})
    assert refused["errors"] == {"words": "Not that."}
    assert [one["errors"] for one in (await sam.state())["views"]] == [{"words": "Not that."}]
    assert await sam.do("submit", view_id=view, values={"words": {"typed": "yes"}}) == {"ok": True, "errors": None}
    assert (await sam.state())["views"] == []
    assert [one["words"]["typed"]["value"] for one in heard.submitted] == ["no", "yes"]


async def test_a_modal_can_be_left(room: Room, heard: Heard, sam: Visitor) -> None:
    """Closing a modal closes it, for this person only."""
    await sam.do("press", channel=DM, ts=await posted(room), block_id="row", action_id="next")
    (opened,) = (await sam.state())["views"]
    sam.person = "rae"
    assert (await sam.do("close_view", view_id=opened["id"]))["ok"] is False
    sam.person = "sam"
    assert (await sam.do("close_view", view_id=opened["id"]))["ok"] is True
    assert (await sam.state())["views"] == []


# ── what goes wrong, and the log ──────────────────────────────────────────────────────────────────────────────────


async def test_a_fault_is_armed_fires_and_is_counted(room: Room, heard: Heard, sam: Visitor) -> None:
    """A lost ack: the event comes twice, and the page hears that it fired; armed ones can be taken back."""
    async with sam.listening():
        armed = await sam.post("/page/fault", name="lose_next_ack", on=True)
        assert {one["name"] for one in armed["faults"] if one["armed"]} == {"lose_next_ack"}
        await sam.do("say", channel=DM, text="twice")
        fired = await sam.hears(lambda one: one["kind"] == "fault" and any(f["fired"] for f in one["faults"]))
        assert [one["armed"] for one in fired["faults"] if one["fired"]] == [0]
        await sam.hears(lambda one: len(heard.messages) == 2)
    await sam.post("/page/fault", name="fail_next", on=True)
    await sam.post("/page/fault", name="fail_next", on=True)
    assert [one["armed"] for one in (await sam.state())["faults"] if one["name"] == "fail_next"] == [2]
    await sam.post("/page/fault", name="fail_next", on=False)
    await sam.post("/page/fault", name="drop_metadata", on=True)
    cleared = await sam.post("/page/fault", clear=True)
    assert not [one for one in cleared["faults"] if one["armed"]]
    assert (await sam.post("/page/fault", name="earthquake"))["ok"] is False


async def test_every_fault_has_a_button_that_works(room: Room, heard: Heard, sam: Visitor) -> None:
    """Whatever the page lists can be armed."""
    for fault in (await sam.state())["faults"]:
        await room.rehearsal.hub.connected.wait()
        answer = await sam.post("/page/fault", name=fault["name"], on=True)
        (now,) = [one for one in answer["faults"] if one["name"] == fault["name"]]
        assert now["armed"] or now["fired"], fault["name"]


async def test_without_an_answer_a_press_says_so(room: Room, heard: Heard, sam: Visitor) -> None:
    """An app that does not acknowledge, and one that is not there, are told apart."""
    where = {"channel": DM, "ts": await posted(room), "block_id": "row", "action_id": "kind", "values": ["bad"]}
    await sam.post("/page/fault", name="lose_next_ack")
    silent = await sam.do("pick", **where)
    assert silent["error"] == "Altogether did not answer in time. Look whether it happened before you try again."


async def test_the_log_shows_what_passed_and_how_long_it_took(room: Room, heard: Heard, sam: Visitor) -> None:
    """Envelopes by what they carry, acks and answers with their milliseconds; bodies only for whoever asks."""
    async with sam.listening():
        await sam.do("say", channel=DM, text="hello")
        ack = await sam.hears(lambda one: one["kind"] == "log" and one["entry"]["kind"] == "ack")
    assert ack["entry"]["took_ms"] > 0
    assert "body" not in ack["entry"]
    log = await sam.get("/page/log")
    kinds = [(one["direction"], one["kind"], one["outcome"]) for one in log["entries"]]
    assert ("to bot", "message.im", "sent") in kinds
    assert ("from bot", "apps.connections.open", "called") in kinds
    (answer,) = [one for one in log["entries"] if one["kind"] == "apps.connections.open" and one["outcome"] == "ok"]
    assert answer["took_ms"] is not None
    assert answer["body"]["ok"] is True
    rest = await sam.get("/page/log", after=log["entries"][1]["n"], limit=1)
    assert [one["n"] for one in rest["entries"]] == [3]


async def test_nobody_acts_while_a_scene_is_played(room: Room, heard: Heard, sam: Visitor) -> None:
    """What somebody writes waits until the scene is over, and is not lost; looking and reading do not wait."""
    room.free.clear()
    room.play("weekly")
    assert (await sam.state())["playing"] == "weekly"
    waiting = asyncio.create_task(sam.do("say", channel=DM, text="patience"))
    assert (await sam.do("read", channel=DM))["ok"] is True
    assert not waiting.done()
    assert await sam.messages(DM) == []
    room.open_to_people()
    assert (await waiting)["ok"] is True
    assert [one["text"] for one in await sam.messages(DM)] == ["patience"]
