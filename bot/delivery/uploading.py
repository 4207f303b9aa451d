"""A file into a direct message: ask for an address, hand over the bytes, say where they belong.

Three calls, of which only the last can be seen: whatever fails before it is begun anew. Source of the flow:
docs.slack.dev/messaging/working-with-files. `sending.py` decides what becomes of the outcome.
"""

import json
from typing import Final

from bot.delivery.calls import Calls, Request
from bot.delivery.errands import Errand
from bot.delivery.line import Line, Pause, Ticket
from bot.delivery.outcomes import Outcome, Verdict

ASK: Final = "files.getUploadURLExternal"
SHARE: Final = "files.completeUploadExternal"
NO_FILES: Final = frozenset({"missing_scope", "not_allowed_token_type", "no_permission"})
"""Refusals that mean "no files", and nothing about our other calls."""
TRIES: Final = 3
"""After so many failures the words go another way: a server that has no such method may never say so."""


class Uploads:
    """Shares files over one line."""

    def __init__(self, calls: Calls, line: Line) -> None:
        self._calls, self._line = calls, line

    async def share(self, errand: Errand, ticket: Ticket) -> Outcome | Pause:
        """Shares the errand's file where it belongs; the OK outcome's answer names it as `file`."""
        file = None if errand.rendered is None else errand.rendered.file
        if file is None or errand.rendered is None:
            return Outcome(Verdict.NEVER, "no_file")
        asked = await self._call(
            Request(ASK, {"filename": file.name, "length": str(len(file.content))}), errand, ticket
        )
        if isinstance(asked, Pause) or asked.verdict is not Verdict.OK:
            return asked
        url, file_id = str(asked.answer.get("upload_url") or ""), str(asked.answer.get("file_id") or "")
        if not url or not file_id:
            return Outcome(Verdict.AGAIN, "malformed_answer")
        taken = await self._calls.upload(url, file.content)
        if taken.verdict is not Verdict.OK:
            return taken
        share = {
            "files": json.dumps([{"id": file_id, "title": file.title}]),
            "channel_id": errand.channel,
            "initial_comment": errand.rendered.text,
        }
        done = await self._call(Request(SHARE, share), errand, ticket)
        if isinstance(done, Pause) or done.verdict is not Verdict.OK:
            return done
        return Outcome(Verdict.OK, "ok", {"file": file_id})

    async def _call(self, request: Request, errand: Errand, ticket: Ticket) -> Outcome | Pause:
        return self._line.blocked(request, errand.row.id, ticket) or await self._line.call(request)
