"""`/story …`: which verb a person meant, whether it is theirs, and the private answer.

Rooms bring their verbs (`Command`); `app.py` puts them together. The answer rides in the acknowledgement, after the
commit, so a command that was not answered was not done.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot import ids
from bot.edge import Edge
from bot.errors import NotSaved
from bot.outgoing import Rendered
from bot.story.policy import is_reviewer
from bot.text import escape, from_slack
from storage import audit
from storage.database import Tx
from storage.errors import DatabaseUnavailable

log = logging.getLogger(__name__)

NOT_SAVED = "I couldn't save that. Nothing has changed; please try again in a minute."


@dataclass(frozen=True, slots=True)
class Call:
    """One command as somebody typed it."""

    user_id: str
    channel_id: str
    rest: str
    """What follows the verb, trimmed."""
    body: Mapping[str, Any]


Run = Callable[[Edge, Call], Awaitable[Rendered | None]]


@dataclass(frozen=True, slots=True)
class Command:
    """A verb: what runs it (its answer is private; None says nothing) and how it is used."""

    run: Run
    usage: str
    """As typed: "/story approve 31"."""
    reviewers_only: bool = False
    denied: str = ""
    """The end of "Only reviewers can …" ."""


Commands = Mapping[str, Command]


def split(text: str) -> tuple[str, str]:
    """The verb in lower case and the rest; both empty for a bare command."""
    verb, _, rest = text.strip().partition(" ")
    return verb.lower(), rest.strip()


def story_number(text: str) -> int | None:
    """The story number that leads the text ("31", "#31", "story 31"), if one does."""
    match = re.match(r"(?:story\s+)?#?(\d{1,9})\b", text.strip(), re.IGNORECASE)
    return int(match[1]) if match else None


def after_number(text: str) -> str:
    """What follows the story number."""
    return re.sub(r"^\s*(?:story\s+)?#?\d{1,9}\b[\s:,-]*", "", text, flags=re.IGNORECASE).strip()


def unknown(verb: str, rest: str, commands: Commands) -> str:
    """The answer to a verb that is none: the one line that would have worked. What was typed is escaped."""
    if number := re.fullmatch(r"#?(\d{1,9})", verb) or (verb == "story" and re.match(r"#?(\d{1,9})\b", rest)):
        return f"To read story {number[1]}: {ids.COMMAND} read {number[1]}"
    verb, rest = escape(from_slack(verb)[:40]), escape(from_slack(rest)[:100])
    close = get_close_matches(verb, [name for name in commands if name], n=1, cutoff=0.6)
    if close:
        return f'I don\'t know "{verb}". Did you mean: {ids.COMMAND} {" ".join([close[0], rest]).strip()}'
    return f'I don\'t know "{verb}". To see what I do: {ids.COMMAND} help'


def register(app: AsyncApp, edge: Edge, commands: Commands) -> None:
    """Listen to the command."""

    @app.command(ids.COMMAND)
    async def on_command(ack: AsyncAck, body: dict[str, Any]) -> None:
        answer = await answer_to(edge, commands, body)
        if answer is None:
            await ack()
        else:
            await ack(response_type="ephemeral", text=answer.text, blocks=list(answer.blocks) or None)


async def answer_to(edge: Edge, commands: Commands, body: Mapping[str, Any]) -> Rendered | None:
    """Do what the command asks and return the private answer."""
    verb, rest = split(str(body.get("text") or ""))
    command = commands.get(verb)
    if command is None:
        return Rendered(unknown(verb, rest, commands))
    user_id = str(body.get("user_id", ""))
    if command.reviewers_only and not is_reviewer(edge.policy, user_id):
        log.info("denied verb=%s", verb)
        try:
            await edge.writer.run(lambda tx: _note_denial(tx, verb))
        except DatabaseUnavailable:
            log.error("denial not recorded verb=%s", verb)
        return Rendered(f"Only reviewers can {command.denied or verb}. To tell a story, type {ids.COMMAND}")
    try:
        return await command.run(edge, Call(user_id, str(body.get("channel_id", "")), rest, body))
    except (DatabaseUnavailable, NotSaved):
        log.error("command not saved verb=%s", verb)
        return Rendered(NOT_SAVED)


def _note_denial(tx: Tx, verb: str) -> None:
    """A row says that somebody tried; not which story they named, since it could be their own."""
    audit.record(
        tx,
        actor=audit.OTHER,
        verb=verb,
        outcome=audit.Outcome.DENIED,
        reason="not_reviewer",
        surface=audit.Surface.COMMAND,
    )
