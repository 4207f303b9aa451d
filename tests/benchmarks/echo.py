"""What the product is measured against: Bolt as its own documentation starts it, answering and storing nothing.

`python -m tests.benchmarks.echo async|sync|calls`. Each message and each press is answered by one post of the size of
the bot's own questions; a tick is acknowledged. The asynchronous one shares a session: without, it would be far slower.
`calls` is the asynchronous one with what the product has in common with it and no more: it makes as many calls as a
conversation does, for most posts change an earlier one, and the garbage collector and the client's log are set alike.
"""

import asyncio
import gc
import logging
import os
import sys
from typing import Any, Final

ASK = "Question 2 of 8: What happened?"
HINT = 'Who needed to know what, and when? Say "a nurse", not a name; "last winter", not a date.'
CHOICES = ("Sharing helped", "Sharing did not happen and should have", "It happened late or only in part", "A mix")


def button(label: str, action_id: str) -> dict[str, Any]:
    """A button with a value of the length of the bot's."""
    text = {"type": "plain_text", "text": label, "emoji": True}
    return {"type": "button", "action_id": action_id, "text": text, "value": "0123456789abcdef:difference"}


def question(turn: int) -> dict[str, Any]:
    """One of three posts by turns, so that the tellers type, press and tick about as often as with the bot."""
    said = {"type": "section", "text": {"type": "mrkdwn", "text": f"*{ASK}*\n{HINT}", "verbatim": True}}
    doors = [button("Next", "next"), button("Back", "back"), button("Finish later", "finish_later")]
    if turn % 3 == 0:
        return {"text": ASK, "blocks": [said, {"type": "actions", "elements": doors}]}
    if turn % 3 == 1:
        return {"text": "Got that.", "blocks": [said, {"type": "actions", "elements": doors}]}
    options = [{"text": {"type": "plain_text", "text": one, "emoji": True}, "value": one} for one in CHOICES]
    radio = {"type": "radio_buttons", "action_id": "choose:closeness", "options": options}
    rows = [{"type": "actions", "elements": [radio]}, {"type": "actions", "elements": doors}]
    return {"text": ASK, "blocks": [said, *rows]}


class Turns:
    """Whose turn is what: the third of each three posts to a channel has something to tick."""

    def __init__(self) -> None:
        self._turns: dict[str, int] = {}

    def told(self, channel: str) -> int:
        """How many posts this channel has had."""
        return self._turns.get(channel, 0)

    def next(self, channel: str) -> dict[str, Any]:
        """The next post for this channel."""
        turn = self.told(channel)
        self._turns[channel] = turn + 1
        return {"channel": channel, **question(turn)}


CHANGES_IN_TEN: Final = 7
"""So many of ten posts of the bot's come with a change of the post before: 1.7 calls for each message."""


async def run_async(*, calls: bool) -> None:
    """Bolt's AsyncApp over Socket Mode; with `calls`, making as many as a conversation does."""
    import aiohttp
    from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
    from slack_bolt.async_app import AsyncAck, AsyncApp
    from slack_sdk.web.async_client import AsyncWebClient

    turns = Turns()
    last: dict[str, str] = {}
    connector = aiohttp.TCPConnector(limit=1000)
    async with aiohttp.ClientSession(connector=connector) as session:
        client = AsyncWebClient(
            token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"], session=session
        )
        app = AsyncApp(client=client)

        async def answer(channel: str) -> None:
            if calls and channel in last and turns.told(channel) % 10 < CHANGES_IN_TEN:
                await client.chat_update(channel=channel, ts=last[channel], **question(1))
            posted = await client.chat_postMessage(**turns.next(channel))
            last[channel] = posted["ts"]

        @app.event("message")
        async def on_message(event: dict[str, Any]) -> None:
            await answer(event["channel"])

        @app.action("next")
        async def on_press(ack: AsyncAck, body: dict[str, Any]) -> None:
            await ack()
            await answer(body["channel"]["id"])

        @app.action("choose:closeness")
        async def on_tick(ack: AsyncAck) -> None:
            await ack()

        if calls:
            logging.getLogger("slack_sdk").setLevel(logging.INFO)
            gc.set_threshold(50_000, 20, 20)
            gc.freeze()
        await AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).start_async()


def run_sync() -> None:
    """Bolt's App over Socket Mode, with everything as it is by default."""
    from slack_bolt import Ack, App
    from slack_bolt.adapter.socket_mode import SocketModeHandler
    from slack_sdk import WebClient

    turns = Turns()
    client = WebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    app = App(client=client)

    @app.event("message")
    def on_message(event: dict[str, Any]) -> None:
        client.chat_postMessage(**turns.next(event["channel"]))

    @app.action("next")
    def on_press(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        client.chat_postMessage(**turns.next(body["channel"]["id"]))

    @app.action("choose:closeness")
    def on_tick(ack: Ack) -> None:
        ack()

    SocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).start()


if __name__ == "__main__":
    run_sync() if sys.argv[1] == "sync" else asyncio.run(run_async(calls=sys.argv[1] == "calls"))
