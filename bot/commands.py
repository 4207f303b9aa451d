"""`/story …`: which verb a person meant, whether it is theirs, and the private answer.

Rooms bring their verbs (`Command`); `rooms.py` puts them together. The answer rides in the acknowledgement, after the
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


_UNSEEN = "\u200b\u2060\ufeff"
_GAP = rf"[\s{_UNSEEN}]"
"""White space of any kind, those that do not break among it, and those that nobody sees."""
_MARKS = "\"'“”‘’«»*_`"
_NUMBER = re.compile(rf"{_GAP}*(?:story{_GAP}+)?[#{_MARKS}]*(\d{{1,9}})\b[{_MARKS}]*", re.IGNORECASE)


def split(text: str) -> tuple[str, str]:
    """The verb in lower case and the rest; both empty for a bare command. A mention in front stands for the verb."""
    match = re.match(rf"{_GAP}*(<[^<>\n]*>|(?:(?!{_GAP}).)+){_GAP}*", text)
    if match is None:
        return "", ""
    word, rest = match[1], text[match.end() :].rstrip().rstrip(_UNSEEN).rstrip()
    if word.startswith("<"):
        return word, rest
    return (word.strip(_MARKS).rstrip(".,:;!?") or word).lower(), rest


def story_number(text: str) -> int | None:
    """The story number that leads the text ("31", "#31", "story “31”"), if one does."""
    match = _NUMBER.match(text)
    return int(match[1]) if match else None


def after_number(text: str) -> str:
    """What follows the story number."""
    match = _NUMBER.match(text)
    return re.sub(rf"^(?:{_GAP}|[.:,-])*", "", text[match.end() :] if match else text).strip()


def unknown(verb: str, rest: str, commands: Commands) -> str:
    """The answer to a verb that is none: the one line that would have worked. What was typed is escaped."""
    if number := re.fullmatch(r"#?(\d{1,9})", verb) or (verb == "story" and re.match(r"#?(\d{1,9})\b", rest)):
        return f"To read story {number[1]}: {ids.COMMAND} read {number[1]}"
    if verb.startswith("<") and split(rest)[0] in commands and rest:
        return (
            f'I don\'t know "{escape(from_slack(verb))}". Did you mean: {ids.COMMAND} {escape(from_slack(rest)[:100])}'
        )
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
    if re.fullmatch(rf"<@{re.escape(edge.policy.bot_user_id)}(\|.*)?>", verb):
        verb, rest = split(rest)
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
