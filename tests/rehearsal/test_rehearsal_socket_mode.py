"""Socket Mode of the rehearsal, with Slack's own client at the other end."""

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.rehearsal.acting.hands import NotAcknowledged
from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.socket_mode import MAX_CONNECTIONS, Times

Json = dict[str, Any]


class Ear:
    """Hears every envelope, and acknowledges those that `answers` allows."""

    def __init__(self, socket: SocketModeClient, *, answers: bool = True) -> None:
        self.envelopes: list[Json] = []
        self.answers, self._news = answers, asyncio.Event()
        socket.message_listeners.append(self._hear)  # type: ignore[arg-type]

    async def _hear(self, socket: SocketModeClient, message: Json, raw: str | None) -> None:
        if "envelope_id" not in message:
            return
        self.envelopes.append(message)
        self._news.set()
        if self.answers:
            await socket.send_socket_mode_response(SocketModeResponse(envelope_id=message["envelope_id"]))

    async def heard(self, count: int) -> list[Json]:
        """Returns the envelopes once there are so many."""
        async with asyncio.timeout(30):
            while len(self.envelopes) < count:
                self._news.clear()
                await self._news.wait()
        return self.envelopes


async def test_a_message_arrives_as_slack_writes_it(rehearsal: Rehearsal, socket: SocketModeClient) -> None:
    """A direct message comes in an envelope with attempt 0, and everything Slack's own fixtures carry."""
    ear = Ear(socket)
    ts = await rehearsal.person("sam").say("hi <you>")
    envelope = (await ear.heard(1))[0]
    assert (envelope["type"], envelope["retry_attempt"]) == ("events_api", 0)
    body, event = envelope["payload"], envelope["payload"]["event"]
    assert body["type"] == "event_callback" and body["event_id"].startswith("Ev")
    assert body["authorizations"][0]["user_id"] == "U0ALTOGETH"
    assert (event["channel"], event["channel_type"], event["ts"], event["event_ts"]) == ("D0SAM00001", "im", ts, ts)
    assert event["text"] == "hi &lt;you&gt;"
    assert event["client_msg_id"] and event["team"] == "T0EXAMPLE1"
    assert event["blocks"][0]["elements"][0]["elements"] == [{"type": "text", "text": "hi <you>"}]


async def test_an_event_without_an_ack_comes_again_then_is_dropped(
    rehearsal: Rehearsal, socket: SocketModeClient
) -> None:
    """Unacknowledged events come four times in all, with one event_id, rising attempts and the reason."""
    rehearsal.hub.times = Times(ack_deadline=0.05, retries=(0.0, 0.02, 0.02))
    ear = Ear(socket, answers=False)
    await rehearsal.person("sam").say("hello")
    envelopes = await ear.heard(4)
    assert [e["retry_attempt"] for e in envelopes] == [0, 1, 2, 3]
    assert [e["retry_reason"] for e in envelopes] == ["", "timeout", "timeout", "timeout"]
    assert len({e["payload"]["event_id"] for e in envelopes}) == 1
    assert [e.outcome for e in rehearsal.log.of("events_api")][-1] == "dropped"


async def test_a_late_ack_is_ignored(rehearsal: Rehearsal, socket: SocketModeClient) -> None:
    """An ack after the deadline does not count: the event comes again."""
    rehearsal.hub.times = Times(ack_deadline=0.05, retries=(0.0, 5.0))
    ear = Ear(socket, answers=False)
    told = asyncio.create_task(rehearsal.person("sam").say("hello"))
    first, again = await ear.heard(2)
    await socket.send_socket_mode_response(SocketModeResponse(envelope_id=first["envelope_id"]))
    late = asyncio.Event()
    rehearsal.log.listen(lambda entry: late.set() if entry.outcome == "late" else None)
    async with asyncio.timeout(2):
        await late.wait()
    await told
    assert first["payload"]["event_id"] == again["payload"]["event_id"]
    assert [first["retry_attempt"], again["retry_attempt"]] == [0, 1]


async def test_with_nobody_connected_events_wait_and_presses_fail(rehearsal: Rehearsal) -> None:
    """Without a bot a message is said all the same, a command shows an error, and a kept event arrives later."""
    rehearsal.hub.keep_events = True
    sam = rehearsal.person("sam")
    await sam.say("anybody there?")
    assert (await sam.command("/story")).error == "dispatch_failed"
    web = AsyncWebClient(base_url=rehearsal.api_url)
    socket = SocketModeClient(app_token=rehearsal.workspace.app_token, web_client=web)
    ear = Ear(socket)
    await socket.connect()
    assert (await ear.heard(1))[0]["payload"]["event"]["text"] == "anybody there?"
    await socket.close()


async def test_presses_and_commands_never_come_again(rehearsal: Rehearsal, socket: SocketModeClient) -> None:
    """An unacknowledged press or command is delivered once, and the person sees an error."""
    rehearsal.hub.times = Times(ack_deadline=0.05)
    ear = Ear(socket, answers=False)
    sam, workspace = rehearsal.person("sam"), rehearsal.workspace
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    workspace.subscribed.clear()
    workspace.post(workspace.direct_message(sam.profile.id), "U0ALTOGETH", "x", blocks=[actions(button)])
    assert (await sam.command("/story help me")).error == "operation_timeout"
    with pytest.raises(NotAcknowledged, match="operation_timeout"):
        await sam.press("Go")
    command, press = await ear.heard(2)
    assert (command["type"], command["accepts_response_payload"]) == ("slash_commands", True)
    assert (command["payload"]["command"], command["payload"]["text"]) == ("/story", "help me")
    assert (press["type"], press["payload"]["actions"][0]["action_id"]) == ("interactive", "go")
    assert len(ear.envelopes) == 2


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


async def test_a_ticket_opens_one_link(rehearsal: Rehearsal) -> None:
    """The address from apps.connections.open works once; a made-up one never."""
    web = AsyncWebClient(base_url=rehearsal.api_url)
    url = (await web.apps_connections_open(app_token=rehearsal.workspace.app_token))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as link:
        hello = await link.receive_json()
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)
    assert rehearsal.hub.greetings == 1


async def test_ten_links_share_the_envelopes_and_an_eleventh_is_sent_away(rehearsal: Rehearsal) -> None:
    """Each envelope goes to one of up to ten links; the eleventh is told there are too many."""
    async with aiohttp.ClientSession() as session:
        links = []
        for _ in range(MAX_CONNECTIONS + 1):
            url = f"ws{rehearsal.origin.removeprefix('http')}/link/{rehearsal.hub.new_ticket()}"
            link = await session.ws_connect(url)
            first = await link.receive_json()
            links.append(link)
        assert (first["type"], first["reason"]) == ("disconnect", "too_many_websockets")
        rehearsal.hub.times = Times(ack_deadline=0.1, retries=())
        await asyncio.gather(*(rehearsal.person("sam").say(f"message {n}") for n in range(20)))
        sent = rehearsal.log.of("events_api", "sent")
        assert len(sent) == 20
        await rehearsal.faults.drop_socket()
        received = [sum([m.type == aiohttp.WSMsgType.TEXT async for m in link]) for link in links]
    assert sum(received) == 20
    assert sum(count > 0 for count in received) > 1


async def test_only_what_was_subscribed_arrives_until_a_switch_adds_more(
    rehearsal: Rehearsal, socket: SocketModeClient
) -> None:
    """Channel talk and reactions stay away; mentions, the Home tab and the bot's own echoes arrive."""
    ear = Ear(socket)
    sam = rehearsal.person("sam")
    ts = await sam.say("for the channel", channel="#info-stories")
    await sam.react(ts, ":tada:")
    await sam.mention("what are you?", "#info-stories")
    await sam.open_home()
    bot = AsyncWebClient(token=rehearsal.workspace.bot_token, base_url=rehearsal.api_url)
    await bot.chat_postMessage(channel="D0SAM00001", text="an echo")
    group = rehearsal.workspace.add_group("reviewers", "Reviewers", [])
    rehearsal.workspace.set_group(group, ["U0JOE00001"])
    types = [e["payload"]["event"]["type"] for e in await ear.heard(4)]
    assert types == ["app_mention", "app_home_opened", "message", "subteam_members_changed"]
    assert ear.envelopes[2]["payload"]["event"]["bot_id"] == "B0ALTOGETH"
    rehearsal.workspace.subscribed |= {"reaction_added", "message.channels"}
    rehearsal.workspace.grants[rehearsal.workspace.bot_token].scopes.add("reactions:read")
    await sam.react(ts, "eyes")
    await sam.say("now heard", channel="#info-stories")
    types = [e["payload"]["event"]["type"] for e in await ear.heard(6)]
    assert types[4:] == ["reaction_added", "message"]


async def test_edits_deletions_uploads_and_previews_have_their_own_shapes(
    rehearsal: Rehearsal, socket: SocketModeClient
) -> None:
    """message_changed is hidden and keeps the old text; a preview changes no text; deletions name their message."""
    ear = Ear(socket)
    sam = rehearsal.person("sam")
    ts = await sam.say("before")
    await sam.edit(ts, "after")
    await sam.unfurl(ts)
    await sam.delete(ts)
    await sam.upload("door.jpg", "the door")
    await sam.me("waves")
    events = [e["payload"]["event"] for e in await ear.heard(6)][1:]
    edit, preview, deletion, upload, me = events
    assert (edit["subtype"], edit["hidden"], edit["message"]["ts"]) == ("message_changed", True, ts)
    assert (edit["message"]["text"], edit["previous_message"]["text"]) == ("after", "before")
    assert edit["message"]["edited"]["user"] == "U0SAM00001" and edit["ts"] > ts
    assert preview["message"]["text"] == preview["previous_message"]["text"] == "after"
    assert preview["message"]["edited"] == preview["previous_message"]["edited"]
    assert (deletion["subtype"], deletion["deleted_ts"]) == ("message_deleted", ts)
    assert (upload["subtype"], upload["files"][0]["name"], upload["text"]) == ("file_share", "door.jpg", "the door")
    assert (me["subtype"], me["text"]) == ("me_message", "waves")


async def test_bodies_can_be_sparse_or_carry_more(rehearsal: Rehearsal, socket: SocketModeClient) -> None:
    """A switch leaves out what Slack may leave out, another adds fields nobody knows."""
    ear = Ear(socket)
    rehearsal.courier.shape.sparse = True
    rehearsal.courier.shape.extra = {"from_the_future": {"x": 1}}
    await rehearsal.person("sam").say("bare")
    event = (await ear.heard(1))[0]["payload"]["event"]
    assert not {"channel_type", "client_msg_id", "blocks", "team"} & event.keys()
    assert event["from_the_future"] == {"x": 1}


async def test_an_uninstalled_app_is_told_and_locked_out(rehearsal: Rehearsal, socket: SocketModeClient) -> None:
    """Removing the app sends tokens_revoked and app_uninstalled, and its token stops working."""
    ear = Ear(socket)
    rehearsal.courier.uninstall()
    types = {e["payload"]["event"]["type"] for e in await ear.heard(2)}
    assert types == {"tokens_revoked", "app_uninstalled"}
    answer = rehearsal.web_api.answer("auth.test", token=rehearsal.workspace.bot_token, args={})
    assert answer.body["error"] == "account_inactive"
