"""A file into a direct message: ask for an address, hand over the bytes, say where they belong.

Three calls, of which only the last can be seen: whatever fails before it is begun anew. Where nobody knows what became
of the last, the file is deleted before another is shared, so that one stands or none. Source of the flow:
docs.slack.dev/messaging/working-with-files. `sending.py` decides what becomes of the outcome.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Final

from bot.delivery.calls import Calls, Request
from bot.delivery.errands import Errand
from bot.delivery.line import Line, Pause, Ticket
from bot.delivery.outcomes import Outcome, Verdict

ASK: Final = "files.getUploadURLExternal"
SHARE: Final = "files.completeUploadExternal"
DELETE: Final = "files.delete"
NO_FILES: Final = frozenset({"missing_scope", "not_allowed_token_type", "no_permission"})
"""Refusals that mean "no files", and nothing about our other calls."""
TRIES: Final = 3
"""After so many failures the words go another way: a server that has no such method may never say so."""


class Uploads:
    """Shares files over one line."""

    def __init__(self, calls: Calls, line: Line) -> None:
        self._calls, self._line = calls, line

    async def share(self, errand: Errand, ticket: Ticket, begun: Callable[[str], Awaitable[None]]) -> Outcome | Pause:
        """Shares the errand's file where it belongs; the OK outcome's answer names it as `file`.

        `begun` is told the file's id before anybody can see it.
        """
        file = None if errand.rendered is None else errand.rendered.file
        if file is None or errand.rendered is None:
            return Outcome(Verdict.NEVER, "no_file")
        ask = Request(ASK, {"filename": file.name, "length": str(len(file.content))})
        pause = self._blocked(ask, errand, ticket) or self._blocked(Request(SHARE, {}), errand, ticket)
        if pause is not None:
            return pause
        asked = await self._line.call(ask)
        if asked.verdict is not Verdict.OK:
            return asked
        url, file_id = str(asked.answer.get("upload_url") or ""), str(asked.answer.get("file_id") or "")
        if not url or not file_id:
            return Outcome(Verdict.AGAIN, "malformed_answer")
        taken = await self._calls.upload(url, file.content)
        if taken.verdict is not Verdict.OK:
            return taken
        await begun(file_id)
        share = {
            "files": json.dumps([{"id": file_id, "title": file.title}]),
            "channel_id": errand.channel,
            "initial_comment": errand.rendered.text,
        }
        done = await self._line.call(Request(SHARE, share))
        return Outcome(Verdict.OK, "ok", {"file": file_id}) if done.verdict is Verdict.OK else done

    async def take_back(self, errand: Errand, ticket: Ticket) -> Outcome | Pause:
        """Deletes the file of an earlier try, which may stand; GONE when it does not."""
        request = Request(DELETE, {"file": errand.row.ts})
        return self._blocked(request, errand, ticket) or await self._line.call(request)

    def _blocked(self, request: Request, errand: Errand, ticket: Ticket) -> Pause | None:
        return self._line.blocked(request, errand.row.id, ticket)
