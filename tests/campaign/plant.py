"""Tests of the test: bugs planted one by one in a copy of the program, each of which the kill campaign must notice.

A plant is a few words of the program changed. The workspace, the people and the checker stay as they are; only the bot
is forked from the copy.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Plant:
    """One bug: in this file, these words become those."""

    name: str
    file: str
    good: str
    bad: str


PLANTS = (
    Plant(
        "keys of deliveries are not remembered",
        "storage/inbox.py",
        'return tx.insert_once(InboxRow, {"key": key, "received_at": tx.now})',
        "return True",
    ),
    Plant(
        "the same message counts as often as it comes",
        "bot/edge.py",
        'return f"event:{event_id}"',
        'import uuid\n        return f"event:{uuid.uuid4()}"',
    ),
    Plant(
        "a post in doubt is simply sent again",
        "bot/delivery/sending.py",
        "if row.id in self._doubts and row.op is Op.POST and (found.channel or found.teller):",
        "if False:",
    ),
    Plant(
        "what was being sent at a crash is forgotten to be in doubt",
        "bot/delivery/outbox.py",
        "self._doubts.arise(outbox_id)",
        "pass",
    ),
    Plant(
        "an answer that was lost counts as nothing done",
        "bot/delivery/sending.py",
        "case Verdict.DOUBT, Op.POST:\n                return await self._in_doubt(row, outcome.code)",
        "case Verdict.DOUBT, Op.POST:\n                return Pause(0.1)",
    ),
    Plant(
        "the SDK tries again by itself",
        "bot/delivery/client.py",
        "retry_handlers=[]",
        "retry_handlers=None",
    ),
    Plant(
        "an envelope is acknowledged before its transaction",
        "bot/connection.py",
        "await super().handle(client, req)",
        "await client.send_socket_mode_response(SocketModeResponse(envelope_id=req.envelope_id))\n"
        "            await asyncio.sleep(0.2)\n"
        "            await super().handle(client, req)",
    ),
    Plant(
        "a sent message is not marked as sent",
        "storage/outbox.py",
        'values: dict[str, Any] = {"state": OutboxState.SENT, "sent_at": tx.now, "response_url": None}',
        'values: dict[str, Any] = {"sent_at": tx.now, "response_url": None}',
    ),
    Plant(
        "an error of Slack's drops the message",
        "bot/delivery/sending.py",
        "case Verdict.LIMITED:\n                return Pause()\n            case Verdict.OURS:",
        'case Verdict.LIMITED | Verdict.AGAIN:\n                return await self._drop(errand, "error")\n'
        "            case Verdict.OURS:",
    ),
    Plant(
        "every second fragment is thrown away",
        "storage/drafts.py",
        "    return tx.insert_once(\n        FragmentRow",
        "    if int(fragment.ts[-1]) % 2:\n        return True\n    return tx.insert_once(\n        FragmentRow",
    ),
)


def copy_with(plant: Plant | None, folder: Path) -> Path:
    """Returns a folder with the program's code, one bug in it. Raises LookupError where the program has changed."""
    for room in ("bot", "storage"):
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "nursery.py", folder / "tests")
    if plant is not None:
        planted(plant, folder)
    return folder


def planted(plant: Plant, folder: Path = ROOT) -> str:
    """Returns the file's text with the bug in it, and writes it where the folder is a copy."""
    path = folder / plant.file
    text = path.read_text("utf-8")
    if text.count(plant.good) != 1:
        raise LookupError(f"{plant.file} no longer holds what “{plant.name}” changes")
    bad = text.replace(plant.good, plant.bad)
    if folder != ROOT:
        path.write_text(bad, "utf-8")
    return bad
