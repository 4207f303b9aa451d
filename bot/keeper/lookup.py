"""One question to Slack: asked once, with patience for a busy moment, and answered in words of ours.

What Slack refuses is an answer; that it cannot be reached is an exception. What is asked, and what a refusal means for
the settings, is in the files beside this one.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.outcomes import CALL_FAILURES, Outcome, Verdict, of_error
from bot.errors import AltogetherError

_LONGEST_WAIT: Final = 30.0
_MOST_WAITS: Final = 2
_DEFAULT_WAIT: Final = 1.0
_NOT_REACHED: Final = {
    "no_connection": "there is no connection",
    "no_answer": "it took too long to answer",
    "connection_lost": "the connection broke",
    "malformed_answer": "what came back is no answer of Slack's",
    "ratelimited": "it asks us to wait, having been asked too much",
}
WHAT_NEXT: Final = "Check the network, and HTTPS_PROXY if you need a proxy; then try again."
"""For whoever is told that Slack can't be asked."""
_REFUSED: Final = frozenset({Verdict.NEVER, Verdict.STRANGE, Verdict.OURS, Verdict.GONE})
# The server has no such method, or this token may not use it: what was asked cannot be known, which is not its fault.
_CANNOT_KNOW: Final = frozenset(
    {"unknown_method", "missing_scope", "no_permission", "not_allowed_token_type", "http_404", "http_405", "http_501"}
)


class SlackUnavailable(AltogetherError, ConnectionError):
    """Slack could not be asked just now; nothing follows about the settings.

    Also a ConnectionError, so that whoever waits for a connection to come back need not know of this room.
    """


@dataclass(frozen=True, slots=True)
class Answer:
    """What Slack said: its answer, or the short code of its refusal (`invalid_auth`)."""

    data: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    refused: str | None = None

    @property
    def cannot_know(self) -> bool:
        """Whether it was refused because this token or this server cannot answer it at all."""
        return self.refused in _CANNOT_KNOW

    @property
    def why(self) -> str:
        """Why it was refused, for people: "Slack says channel_not_found"."""
        if self.refused == "missing_scope":
            needed = re.sub(r"[^a-z:.,]", "", str(self.data.get("needed") or ""))[:80]
            return f"the scope {needed.replace(',', ' or ')} is missing" if needed else "a scope is missing"
        return f"Slack says {self.refused}"

    def header(self, name: str) -> str | None:
        """A header, whatever its capitals."""
        return next((value for key, value in self.headers.items() if key.lower() == name), None)


async def ask(client: AsyncWebClient, method: str, **arguments: str | int | bool) -> Answer:
    """Returns Slack's answer to one call that changes nothing, or its refusal.

    A Retry-After of up to 30 seconds is waited for, twice. Raises SlackUnavailable when there is no answer.
    """
    waits = 0
    while True:
        try:
            response = await client.api_call(method, params=arguments)
        except CALL_FAILURES as error:
            outcome = of_error(error)
            if outcome.verdict in _REFUSED or outcome.code in _CANNOT_KNOW:
                return Answer(outcome.answer, _headers_of(error), refused=plain_code(outcome.code))
            wait = _DEFAULT_WAIT if outcome.after is None else outcome.after
            if outcome.verdict is not Verdict.LIMITED or waits == _MOST_WAITS or wait > _LONGEST_WAIT:
                raise SlackUnavailable(f"Slack can't be asked: {_say(outcome)}") from error
            waits += 1
            await asyncio.sleep(wait)
        else:
            data = response.data if isinstance(response.data, dict) else {}
            return Answer(data, {str(key): str(value) for key, value in response.headers.items()})


def plain_code(code: str) -> str:
    """Returns Slack's short code with nothing in it but what such a code has."""
    return re.sub(r"[^a-z0-9_]", "", code.lower())[:60] or "no reason"


def _say(outcome: Outcome) -> str:
    return _NOT_REACHED.get(outcome.code, f"it answered {plain_code(outcome.code)}")


def _headers_of(error: BaseException) -> dict[str, str]:
    headers: Mapping[str, str] = getattr(getattr(error, "response", None), "headers", None) or {}
    return {str(key): str(value) for key, value in headers.items()}
