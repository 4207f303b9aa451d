"""Turns an errand into a call of Slack's, and the answer into an outcome. One call each: no waiting, no trying again.

Names here are Slack's. Which call comes when is decided in `sending.py`, what an answer means in `outcomes.py`.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.client import may_respond, may_upload
from bot.delivery.errands import Errand
from bot.delivery.outcomes import CALL_FAILURES, Outcome, Verdict, of_answer, of_error
from bot.outgoing import Rendered
from storage.records import Op

log = logging.getLogger(__name__)

EVENT_TYPE: Final = "altogether"
_RESPOND_SECONDS: Final = 3.0
_READS: Final = frozenset({"conversations.history", "conversations.replies", "chat.getPermalink"})
_AS_A_FORM: Final = frozenset({"files.getUploadURLExternal", "files.completeUploadExternal", "files.delete"})
"""Their arguments go as a form's would, as Slack's own SDK sends them: JSON is newer there than the methods."""

METHODS: Final[Mapping[Op, str]] = {
    Op.POST: "chat.postMessage",
    Op.UPDATE: "chat.update",
    Op.DELETE: "chat.delete",
    Op.WHISPER: "chat.postEphemeral",
    Op.PERMALINK: "chat.getPermalink",
    Op.FILE: "files.completeUploadExternal",
}


@dataclass(frozen=True, slots=True)
class Request:
    """A call that is ready to be made."""

    method: str
    args: Mapping[str, Any]
    channel: str | None = None


def request_of(errand: Errand) -> Request:
    """Returns the call that does what the errand asks; its place and words must be known."""
    method, channel = METHODS[errand.row.op], errand.channel
    args: dict[str, Any] = {"channel": channel}
    match errand.row.op:
        case Op.POST:
            args |= _content(errand.rendered)
            args |= {"unfurl_links": False, "unfurl_media": False, "metadata": metadata_of(errand.row.id)}
            args |= {"thread_ts": errand.thread_ts} if errand.thread_ts else {}
        case Op.WHISPER:
            args |= _content(errand.rendered) | {"user": errand.person}
            args |= {"thread_ts": errand.thread_ts} if errand.thread_ts else {}
        case Op.UPDATE:
            # Without `blocks` the old ones would go or stay as Slack pleases; `parse` defaults to "client" here only.
            args |= {"ts": errand.target_ts, "blocks": []} | _content(errand.rendered) | {"parse": "none"}
        case Op.DELETE if is_file(errand.target_ts):
            return Request("files.delete", {"file": errand.target_ts}, channel)
        case Op.DELETE:
            args |= {"ts": errand.target_ts}
        case Op.PERMALINK:
            args |= {"message_ts": errand.target_ts}
        case Op.FILE:
            raise ValueError("a file takes three calls: uploading.py makes them")
    return Request(method, args, channel)


def deletion_of(errand: Errand) -> Request:
    """Returns the call that deletes the message which the errand is about."""
    return Request(METHODS[Op.DELETE], {"channel": errand.channel, "ts": errand.target_ts}, errand.channel)


def is_file(ts: str | None) -> bool:
    """Whether this is the id of a file, which stands where a message has its `ts`."""
    return ts is not None and ts.startswith("F")


def open_dm(slack_user_id: str) -> Request:
    """Returns the call that opens (or finds) the direct message with a person."""
    return Request("conversations.open", {"users": slack_user_id})


def metadata_of(outbox_id: str) -> dict[str, Any]:
    """Returns the hidden mark by which a message is found again. Anyone in the channel can read it: an id, no more."""
    return {"event_type": EVENT_TYPE, "event_payload": {"id": outbox_id}}


def _content(rendered: Rendered | None) -> dict[str, Any]:
    if rendered is None:
        raise ValueError("a message that is to be said must have been rendered")
    return {"text": rendered.text} | ({"blocks": list(rendered.blocks)} if rendered.blocks else {})


class Calls:
    """Makes calls over one client."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def make(self, request: Request) -> Outcome:
        """Makes the call and returns what became of it; nothing that Slack or the network does is raised."""
        args: dict[str, Any] = dict(request.args)
        try:
            if request.method in _READS:
                answer = await self._client.api_call(request.method, http_verb="GET", params=args)
            elif request.method in _AS_A_FORM:
                answer = await self._client.api_call(request.method, params=args)
            else:
                answer = await self._client.api_call(request.method, json=args)
            return of_answer(answer.status_code, answer.data, answer.headers)
        except CALL_FAILURES as error:
            return of_error(error)

    async def upload(self, url: str, content: bytes) -> Outcome:
        """Hands over the bytes of a file to the address that Slack gave for them; the token does not go with them."""
        session = self._client.session
        if session is None or not may_upload(url, api_url=self._client.base_url):
            return Outcome(Verdict.NEVER, "upload_address")
        try:
            async with session.post(
                url,
                data=content,
                headers={"Content-Type": "application/octet-stream"},
                allow_redirects=False,
                proxy=self._client.proxy,
            ) as answer:
                if answer.status == 200:
                    return Outcome(Verdict.OK, "ok")
                return Outcome(Verdict.AGAIN, f"upload_{answer.status}")
        except (aiohttp.ClientError, OSError) as error:
            log.info("upload failed: %s", type(error).__name__)
            return Outcome(Verdict.AGAIN, "upload_failed")

    async def respond(self, response_url: str, rendered: Rendered, *, beside: bool = False) -> bool:
        """Replaces the message that was pressed through its response_url; False when that was not to be had.

        `beside`: says it to whoever pressed, and leaves that message as it is.
        """
        session = self._client.session
        if session is None or not may_respond(response_url, api_url=self._client.base_url):
            log.warning("answer not sent to where it was asked for: not an address of Slack's")
            return False
        how: dict[str, Any] = {"replace_original": True, "blocks": []}
        if beside:
            how = {"response_type": "ephemeral", "replace_original": False}
        payload = how | _content(rendered)
        try:
            async with session.post(
                response_url,
                json=payload,
                allow_redirects=False,
                proxy=self._client.proxy,
                timeout=aiohttp.ClientTimeout(total=_RESPOND_SECONDS),
            ) as answer:
                return answer.status == 200 and '"ok":false' not in (await answer.text()).replace(" ", "")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # The kind alone: the error's own words hold the address.
            log.info("answer not given where it was asked for kind=%s", type(error).__name__)
            return False
