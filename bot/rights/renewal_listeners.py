"""*Yes, it may stay*: the one press of a published story's review that belongs to no other room.

*Change permission* and *Take it back* are listened to where they always are. `rooms.py` calls `register`.
"""

from collections.abc import Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot import ids
from bot.edge import Edge
from bot.pressed import press_of
from bot.rights import renewal
from bot.story.policy import Policy
from storage.database import Tx

Body = dict[str, Any]


def register(app: AsyncApp, edge: Edge, notice_version: Callable[[], int]) -> None:
    """Listen. `notice_version` is that of the notice in use, under which the permission goes on."""

    @app.action(ids.KEEP_SHOWN)
    async def on_keep(ack: AsyncAck, body: Body) -> None:
        press = press_of(body)

        def work(tx: Tx, policy: Policy) -> None:
            why_not = renewal.keep(tx, by=press.user_id, value=press.value, notice_version=notice_version())
            if why_not is not None:
                renewal.say(tx, press, why_not)

        await edge.once(body, work)
        await ack()
