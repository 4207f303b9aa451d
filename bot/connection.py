"""How Slack reaches the listeners: commit before ack, over Socket Mode.

Bolt would acknowledge events before their listeners run, turn a failed authorisation into an acknowledgement, and leave
unmatched requests to come back for ever; each is set right here. A delivery that fails stays unacknowledged, so that
Slack sends it again; a person who pressed something is told, since presses are not sent again. So is whoever sent what
was parked, which is acknowledged.
"""

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final

from aiohttp import WSMessage, WSMsgType
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackClientError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot import ids, kit
from bot.commands import NOT_SAVED
from bot.delivery.outcomes import CALL_FAILURES, of_error
from bot.edge import Edge
from bot.envelope import person_of
from bot.errors import NotSaved, SettingsError
from bot.facts import Facts
from bot.keeper import app_token
from bot.log import describe_exception
from bot.pressed import form_of, press_of
from bot.turns import Turns

log = logging.getLogger(__name__)

DRAIN_SECONDS: Final = 3.0
"""How long a stop waits for deliveries in hand."""
_REGRET: Final = kit.modal(
    "Altogether", [kit.section(NOT_SAVED)], callback_id=ids.READING_VIEW, metadata="", close="Close"
)
"""On top of a page or a home, where there is no conversation to whisper in."""
A_MOMENT: Final = 0.5
"""Seconds for a regret: a write may have waited two for a locked database before it, and Slack waits three."""
REMEMBERED: Final = 10_000
"""Events known by heart to be stored, so that their copies need not be looked up; older ones are in the database."""


def make_app(facts: Facts, token: str, edge: Edge) -> AsyncApp:
    """A Bolt app that acknowledges after the commit."""
    who = AuthorizeResult(
        enterprise_id=facts.enterprise_id,
        team_id=facts.team_id,
        bot_user_id=facts.bot_user_id,
        bot_id=facts.bot_id,
        bot_token=token,
    )

    async def authorize(**_: Any) -> AuthorizeResult:
        return who  # resolved at start: a lookup that failed here would be acknowledged, and the event lost

    framework = logging.getLogger("slack_bolt.AsyncApp")
    framework.addFilter(_silence)  # it would warn that SLACK_BOT_TOKEN, which it reads by itself, is not used
    try:
        app = AsyncApp(
            name="altogether",  # without one Bolt reads its caller's source for it, a tenth of a second
            authorize=authorize,
            client=edge.client,
            process_before_response=True,
            raise_error_for_unhandled_request=True,
            request_verification_enabled=False,  # Socket Mode requests come authenticated
            ssl_check_enabled=False,  # and so do none of these
            url_verification_enabled=False,
            attaching_function_token_enabled=False,
        )
    finally:
        framework.removeFilter(_silence)

    @app.error
    async def on_error(error: Exception, body: dict[str, Any]) -> BoltResponse | None:
        if isinstance(error, BoltUnhandledRequestError):
            return BoltResponse(status=200, body="")
        kind = body.get("type") or "command"
        if not isinstance(error, NotSaved):
            log.error("delivery failed type=%s error=%s", kind, describe_exception(error))
            return None if kind == "event_callback" else await _tell(edge, body)
        answer = await _tell(edge, body)
        return BoltResponse(status=200, body="") if kind == "event_callback" else answer

    return app


def _silence(_: logging.LogRecord) -> bool:
    return False


async def _tell(edge: Edge, body: Mapping[str, Any]) -> BoltResponse | None:
    """Tell somebody where they are that it did not count; None, so that Slack tells them, when we cannot.

    No acknowledgement is late for it: what Slack is slow to show, it shows afterwards.
    """
    if body.get("type") == "view_submission":
        # Beneath the first box: the form stays open, and what was typed is still in it.
        boxes = form_of(body).inputs
        if not boxes:
            return None
        answer = {"response_action": "errors", "errors": {boxes[0]: NOT_SAVED}}
        return BoltResponse(status=200, body=json.dumps(answer), headers={"content-type": "application/json"})
    press, client = press_of(body), edge.client
    channel = press.channel or (body.get("event") or {}).get("channel")
    if channel:
        call = partial(client.chat_postEphemeral, channel=channel, user=person_of(body), text=NOT_SAVED)
    elif press.view:
        show = client.views_push if press.in_modal else client.views_open
        call = partial(show, trigger_id=str(body.get("trigger_id", "")), view=_REGRET)
    else:
        return None
    told = await edge.show("regret not shown", call, patience=A_MOMENT)
    return BoltResponse(status=200, body="") if told else None


class Socket(AsyncSocketModeHandler):
    """The Socket Mode connection, which knows what it has in hand and hears when it was renewed."""

    def __init__(self, app: AsyncApp, app_token: str, client: AsyncWebClient) -> None:
        super().__init__(app, app_token, web_client=client)
        self.client.proxy = client.proxy  # the SDK would take one from the environment, for this computer too
        self.greeted = asyncio.Event()
        self.on_renewed: Callable[[], Awaitable[None]] | None = None
        self._turns, self._done = Turns(), OrderedDict[str, None]()
        self._copies: dict[str, set[str]] = {}
        self._in_hand = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopping = False
        self.client.on_message_listeners.append(self._listen_for_hello)
        self._new_address = self.client.issue_new_wss_url
        self.client.issue_new_wss_url = self._address  # type: ignore[method-assign]

    async def prepare(self) -> None:
        """Learn where to connect. Raises SettingsError where Slack refuses the token; any other trouble can wait."""
        try:
            self.client.wss_uri = await self._address()
        except CALL_FAILURES as error:
            problem = app_token.problem(of_error(error).code)
            if problem is not None:
                await self.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
                raise SettingsError([problem]) from error

    async def _address(self) -> str:
        try:
            return await self._new_address()
        except CALL_FAILURES as error:
            code = of_error(error).code
            if app_token.problem(code) is not None:  # the library does not say where this is put right
                log.error("Slack refuses SLACK_APP_TOKEN reason=%s; altogether doctor names the fix", code)
            raise

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        """Handle one envelope; while stopping, leave it unacknowledged for whoever runs next."""
        if self._stopping:
            return
        self._in_hand += 1
        self._idle.clear()
        try:
            await self._in_turn(client, req)
        except (OSError, SlackClientError):
            raise  # the acknowledgement could not be sent: Slack delivers again
        except Exception as error:  # noqa: BLE001 -- Bolt stumbled over the payload itself, and would every time
            log.error("envelope not understood type=%s error=%s", req.type, describe_exception(error))
            await client.send_socket_mode_response(SocketModeResponse(envelope_id=req.envelope_id))
        finally:
            self._in_hand -= 1
            if self._in_hand == 0:
                self._idle.set()

    async def _in_turn(self, client: SocketModeClient, req: SocketModeRequest) -> None:
        """Handle the envelope when it is this person's turn. A copy of what is stored already costs next to nothing."""
        event_id = req.payload.get("event_id") if req.type == "events_api" else None
        who, response = person_of(req.payload), BoltResponse(status=200, body="")
        if event_id not in self._done:
            if not await self._turns.begin(who, event_id):
                self._copies.setdefault(str(event_id), set()).add(req.envelope_id)
                return  # it has come again, and is acknowledged with the copy that took its place
            try:
                if event_id is not None and self._stopping:
                    return
                if event_id not in self._done:  # its first copy may have been in hand meanwhile
                    response = await run_async_bolt_app(self.app, req)
            finally:
                self._turns.end(who)
        # Not every server gives up on a copy when it sends the next: what came in an envelope of its own is told too.
        copies = self._copies.pop(str(event_id), set()) - {req.envelope_id}
        if event_id is not None and response.status == 200:
            for envelope_id in sorted(copies):
                await client.send_socket_mode_response(SocketModeResponse(envelope_id=envelope_id))
            self._done[event_id] = None
            if len(self._done) > REMEMBERED:
                self._done.popitem(last=False)
        await send_async_response(client, req, response, 0.0)

    async def _listen_for_hello(self, message: WSMessage) -> None:
        if message.type is not WSMsgType.TEXT or '"hello"' not in message.data[:200]:
            return
        renewed = self.greeted.is_set()
        self.greeted.set()
        if renewed and self.on_renewed is not None:
            log.info("socket renewed")
            await self.on_renewed()

    async def stop(self) -> None:
        """Take no more, let what is in hand be committed and acknowledged, then close."""
        self._stopping = True
        try:
            await asyncio.wait_for(self._idle.wait(), DRAIN_SECONDS)
        except TimeoutError:
            log.warning("stopped with deliveries in hand count=%d", self._in_hand)
        await self.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
