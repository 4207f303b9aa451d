"""Whether a message whose sending is in doubt stands in Slack, or is replied to: looked up in the channel itself.

Own messages are recognised by whichever id the history carries, the message by the hidden mark it was posted with, or
(where histories carry no metadata) by its words and by being nobody else's. Looks once and says what it saw; when to
look again, and what follows, is decided in `doubts.py`. Nothing here posts.
"""

import re
import unicodedata
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from bot.delivery.calls import Request
from bot.delivery.errands import Errand
from bot.delivery.outcomes import Outcome, Verdict
from bot.delivery.reader import Reader
from storage import outbox

MARGIN: Final = timedelta(days=2)
"""Slack's clock and ours need not agree better than this: ours may be wrong, or be set right between two tries."""
NEAR: Final = timedelta(minutes=5)
"""The same for a message that is known by its words alone: the same was said before, perhaps, and is another."""
PAGE: Final = 200
MOST: Final = 2_000
"""Messages looked through at most. Pages may hold fewer than was asked for, so their number says nothing."""
_TEMPORARY: Final = (Verdict.LIMITED, Verdict.AGAIN, Verdict.DOUBT, Verdict.STRANGE)

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is in Slack: its own messages carry one or more of these."""

    bot_user_id: str
    bot_id: str | None = None
    app_id: str | None = None

    def wrote(self, message: Json) -> bool:
        """Whether the message is the bot's own."""
        ours = (("user", self.bot_user_id), ("bot_id", self.bot_id), ("app_id", self.app_id))
        return any(value is not None and message.get(name) == value for name, value in ours)


@dataclass(frozen=True, slots=True)
class Found:
    """It was posted: here."""

    ts: str


@dataclass(frozen=True, slots=True)
class Absent:
    """It is not in the history."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The history cannot be read, and waiting will not change that."""

    code: str


@dataclass(frozen=True, slots=True)
class NotNow:
    """The history cannot be read at this moment, for the reason in `outcome`."""

    outcome: Outcome


Finding = Found | Absent | Unreadable | NotNow


@dataclass(slots=True)
class _Candidates:
    """Own messages of the right age and words that carry no mark, by `ts`."""

    words: str | None
    ts: list[str] = field(default_factory=list)


class Search:
    """Looks for messages; `call` makes one call of Slack's."""

    def __init__(self, call: Callable[[Request], Awaitable[Outcome]], reader: Reader, identity: Identity) -> None:
        self._call, self._reader, self._identity = call, reader, identity

    async def look(self, errand: Errand) -> Finding:
        """Returns what the history shows now; it may be a little stale. The errand's channel must be known."""
        row = errand.row
        due_at = max(row.enqueued_at, row.due_at)  # it was not tried before that
        oldest, near = (f"{(due_at - margin).timestamp():.6f}" for margin in (MARGIN, NEAR))
        candidates = _Candidates(None if errand.rendered is None else plain(errand.rendered.text))
        cursor, looked = "", 0
        while looked < MOST:
            outcome = await self._call(_page(errand, oldest, cursor))
            if outcome.verdict is not Verdict.OK:
                return _unread(outcome)
            messages = outcome.answer.get("messages") or []
            looked += max(1, len(messages))
            found = self._among(messages, row.id, candidates)
            if found is not None:
                return Found(found)
            cursor = str((outcome.answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return await self._by_words(errand, candidates, near)
        return Unreadable("history_too_long")

    async def is_replied_to(self, errand: Errand) -> bool:
        """Whether anybody else has written below the message that the errand is about; yes, where that is not seen."""
        args = {"channel": errand.channel, "ts": errand.target_ts, "limit": PAGE}
        outcome = await self._call(Request("conversations.replies", args, errand.channel))
        messages = outcome.answer.get("messages")
        if outcome.verdict is not Verdict.OK or not messages or outcome.answer.get("has_more"):
            return True
        return any(not self._identity.wrote(message) for message in messages)

    def _among(self, messages: Sequence[Json], outbox_id: str, candidates: _Candidates) -> str | None:
        """The `ts` of the message with this mark; notes on the way which others it could be."""
        for message in messages:
            if not self._identity.wrote(message):
                continue
            mark = ((message.get("metadata") or {}).get("event_payload") or {}).get("id")
            if mark == outbox_id:
                return str(message["ts"])
            if mark is None and candidates.words is not None and plain(message.get("text")) == candidates.words:
                candidates.ts.append(str(message["ts"]))
        return None

    async def _by_words(self, errand: Errand, candidates: _Candidates, near: str) -> Finding:
        """The first unmarked message since then with the same words that no other row accounts for."""
        channel = errand.channel
        if not candidates.ts or channel is None:
            return Absent()
        known = await self._reader.read(lambda tx: outbox.known_ts(tx, channel, errand.row.enqueued_at - NEAR))
        free = sorted(ts for ts in candidates.ts if ts not in known and ts >= near)
        return Found(free[0]) if free else Absent()


def plain(text: object) -> str:
    """Returns words as they compare: Slack rewrites entities, links, emoji and spaces on the way."""
    if not isinstance(text, str):
        return ""
    words = re.sub(r"<([^<>|]*)(?:\|[^<>]*)?>", r"\1", text)
    words = words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    words = re.sub(r":[a-z0-9_+'-]+:", "", words)
    words = "".join(c for c in unicodedata.normalize("NFC", words) if unicodedata.category(c) not in ("So", "Sk", "Mn"))
    return " ".join(words.split())


def _page(errand: Errand, oldest: str, cursor: str) -> Request:
    args: dict[str, Any] = {
        "channel": errand.channel,
        "oldest": oldest,
        "inclusive": True,
        "include_all_metadata": True,
        "limit": PAGE,
    }
    if cursor:
        args["cursor"] = cursor
    if errand.thread_ts:
        return Request("conversations.replies", args | {"ts": errand.thread_ts}, errand.channel)
    return Request("conversations.history", args, errand.channel)


def _unread(outcome: Outcome) -> Finding:
    if outcome.verdict in _TEMPORARY:
        return NotNow(outcome)
    if outcome.verdict is Verdict.OURS and outcome.code not in ("missing_scope", "no_permission", "access_denied"):
        return NotNow(outcome)
    if outcome.code in ("thread_not_found", "message_not_found"):
        return Absent()  # the beginning of the thread is gone, and nothing can have been added to it
    return Unreadable(outcome.code)
