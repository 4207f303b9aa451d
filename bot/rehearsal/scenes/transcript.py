"""What happened in a rehearsal, as a pleasure to read: driven by the workspace's changes and the log.

The same scene prints the same text every time: no ids, no seconds, and what the bot does between two acts of people
stands in one order whatever the order it arrived in. The bot's tidying (feet it deletes, buttons it takes away) is
left out. `stage.py` makes it, scenes tell it when it is and what to leave out, `printing.py` does the paper.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TextIO

from bot.rehearsal.acting.overheard import deed_of, lines_of, news_in, view_lines
from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.log import LogEntry
from bot.rehearsal.slack.messages import Conversation, Post
from bot.rehearsal.slack.workspace import Change

from .printing import Printer

Json = dict[str, Any]

PRIVATE = "(only you see this)"
Saying = tuple[str, list[str], str]
"""Who, the lines, and the mark before them."""
_ORDER = {"channel": 0, "im": 1, "group": 2}


@dataclass(slots=True)
class Deed:
    """What one person did: words they typed, or what they pressed and chose without a pause."""

    who: str
    lines: list[str]
    mark: str = ""
    control: tuple[str, str] | None = None


@dataclass(slots=True)
class Reaction:
    """One message of the bot since the last deed: as it stood before (None: new), as it stands now."""

    post: Post
    before: list[str] | None


@dataclass(slots=True)
class Strand:
    """One conversation since it was last printed."""

    place: Conversation
    deeds: list[Deed] = field(default_factory=list)
    reactions: dict[str, Reaction] = field(default_factory=dict)
    forms: list[list[str]] = field(default_factory=list)
    held: list[Saying] = field(default_factory=list)
    acted: bool = False
    muted: bool = False


class Transcript:
    """Listens from the moment it is made until `close`."""

    def __init__(self, rehearsal: Rehearsal, printer: Printer) -> None:
        self._workspace, self._printer = rehearsal.workspace, printer
        self._names = rehearsal.person(self._workspace.bot.id).name
        self._strands = {c.id: Strand(c) for c in self._workspace.conversations.values()}
        self._moment = ""
        self._together = False
        self._where: dict[str, str] = {}
        self._views: dict[str, tuple[str, list[str]]] = {}
        self._sent: set[str] = set()
        self._stops = [self._workspace.listen(self._changed), rehearsal.log.listen(self._logged)]

    def close(self) -> None:
        """Prints what is left and listens no more."""
        self.flush()
        while self._stops:
            self._stops.pop()()

    # -- what scenes say -----------------------------------------------------------------------------------------

    def at(self, moment: datetime) -> None:
        """From now on it is this moment, in the zone it carries."""
        self.flush()
        self._moment = f"{moment:%a} {moment.day} {moment:%B} {moment:%H:%M}"

    def aside(self, sentence: str) -> None:
        """Prints a sentence about the play."""
        self.flush()
        self._printer.aside(sentence)

    def show(self, channel: str) -> None:
        """Prints a channel as its readers see it now, threads counted."""
        self.flush()
        found = self._workspace.find_channel(channel)
        for post in found.top_level() if found else ():
            replies = len(found.replies_to(post.ts)) if found else 0
            thread = [f"({replies} in the thread)"] if replies else []
            self._printer.heading(f"#{found.name}" if found else channel)
            self._printer.say(self._who(post.user), [*lines_of(post, self._names), *thread])

    def mute(self, *users: str, muted: bool = True) -> None:
        """Leaves the direct messages of these people (user ids) out, or in again."""
        self.flush()
        for user in users:
            self._strand(self._workspace.direct_message(user).id).muted = muted

    @contextmanager
    def together(self) -> Iterator[None]:
        """While several people act at once, their conversations are kept apart and printed one after another."""
        self.flush()
        self._together = True
        try:
            yield
        finally:
            self.flush()
            self._together = False
            for strand in sorted(self._in_order(), key=lambda s: not s.acted):
                for who, lines, mark in strand.held:
                    self._printer.heading(self._heading(strand))
                    self._printer.say(who, lines, mark=mark)
                strand.held.clear()
                strand.acted = False

    def flush(self) -> None:
        """Prints everything that has happened."""
        for strand in self._in_order():
            self._finish(strand)

    # -- listening -----------------------------------------------------------------------------------------------

    def _logged(self, entry: LogEntry) -> None:
        """Notes what people press, choose, send and type as commands, as it goes to the bot."""
        if entry.outcome != "sent" or entry.kind not in ("interactive", "slash_commands"):
            return
        payload: Json = entry.body["payload"]
        user = payload["user"]["id"] if "user" in payload else payload["user_id"]
        channel = (payload.get("container") or payload).get("channel_id") or self._where.get(user)
        if payload.get("type") == "view_submission":
            self._sent.add(payload["view"]["id"])
        deed = deed_of(payload, self._names)
        if deed is not None and channel is not None:
            self._do(channel, user, Deed(self._who(user), deed.lines, deed.mark, deed.control))

    def _changed(self, change: Change) -> None:
        match change.kind:
            case "view":
                self._view_changed(change.only_for or change.by)
            case "posted" | "changed" | "deleted" | "ephemeral":
                if change.by == self._workspace.bot.id:
                    self._reacted(change)
                else:
                    self._spoke(change)

    def _spoke(self, change: Change) -> None:
        """Somebody typed, edited or deleted."""
        post = change.post or change.previous
        if post is None:
            return
        lines, mark = lines_of(post, self._names), "↳ " if post.is_reply else ""
        if change.kind == "deleted":
            lines = [f'(deletes "{" ".join(lines)}")']
        elif change.kind == "changed":
            same = change.previous is not None and change.previous.text == post.text
            lines, mark = ([f'(Slack adds a link preview to "{" ".join(lines)}")'], "") if same else (lines, "~ ")
        self._do(post.channel, change.by, Deed(self._who(change.by), lines, mark))

    def _reacted(self, change: Change) -> None:
        """The bot posted, changed or deleted."""
        post = change.post or change.previous
        if post is None:
            return
        reactions = self._strand(post.channel).reactions
        if change.kind == "deleted":
            reactions.pop(post.ts, None)
        elif post.ts in reactions:
            reactions[post.ts].post = post
        else:
            before = lines_of(change.previous, self._names) if change.previous else None
            reactions[post.ts] = Reaction(post, before)

    def _view_changed(self, user: str) -> None:
        """A modal opened, changed or closed."""
        view = self._workspace.views.top(user)
        strand = self._strand(self._where.get(user) or self._workspace.direct_message(user).id)
        last_id, last_lines = self._views.pop(user, ("", []))
        if view is None:
            if last_lines and last_id not in self._sent:
                self._do(strand.place.id, user, Deed(self._who(user), [last_lines[-1].split("] ")[-1]], "→ "))
            return
        lines = view_lines(view, self._names)
        self._views[user] = (view.id, lines)
        news = lines if view.id != last_id else news_in(lines, last_lines)
        if news:
            strand.forms.append([f"│ {line}" for line in news])

    def _do(self, channel: str, user: str, deed: Deed) -> None:
        self._where[user] = channel
        strand = self._strand(channel)
        last = strand.deeds[-1] if strand.deeds else None
        # What is never printed must not part what was done in one breath: it comes sooner or later as it likes.
        pauses = bool(strand.forms) or any(self._lines(reaction)[0] for reaction in strand.reactions.values())
        if last is not None and not pauses and last.who == deed.who and last.mark == deed.mark == "→ ":
            if last.control is not None and last.control == deed.control:
                last.lines = last.lines[:-1]
            last.lines = [*last.lines, *deed.lines]
            last.control = deed.control
            return
        if not self._together:
            self.flush()
        elif pauses:
            self._finish(strand)
        strand.deeds.append(deed)
        strand.acted = True

    # -- printing ------------------------------------------------------------------------------------------------

    def _finish(self, strand: Strand) -> None:
        """Prints a strand's deeds and what the bot made of them: what it changed, what it posted, forms."""
        said: list[Saying] = [
            (d.who, [", ".join(d.lines)] if d.mark == "→ " else d.lines, d.mark) for d in strand.deeds
        ]
        bot = self._workspace.bot.real_name
        for reaction in sorted(strand.reactions.values(), key=lambda r: (r.before is None, r.post.ts)):
            lines, mark = self._lines(reaction)
            if lines:
                said.append((bot, lines, mark))
        said += [(bot, form, "") for form in strand.forms]
        strand.deeds, strand.forms = [], []
        strand.reactions.clear()
        if strand.muted:
            return
        for who, lines, mark in said:
            if self._together:
                strand.held.append((who, lines, mark))
            else:
                self._printer.heading(self._heading(strand))
                self._printer.say(who, lines, mark=mark)

    def _lines(self, reaction: Reaction) -> tuple[list[str], str]:
        """What is printed of it, and the mark before that; no lines where there is nothing to say."""
        lines, mark = lines_of(reaction.post, self._names), "↳ " if reaction.post.is_reply else ""
        if reaction.before is not None:
            lines, mark = news_in(lines, reaction.before), "~ "
        if lines and reaction.post.ephemeral_to:
            lines = [f"to {self._who(reaction.post.ephemeral_to)} {PRIVATE}: {lines[0]}", *lines[1:]]
        return lines, mark

    def _strand(self, channel: str) -> Strand:
        if channel not in self._strands:
            self._strands[channel] = Strand(self._workspace.conversations[channel])
        return self._strands[channel]

    def _in_order(self) -> list[Strand]:
        """Where people acted comes first; then the open channel, direct messages, and the reviewers' channel."""
        return sorted(self._strands.values(), key=lambda s: (not s.deeds, _ORDER[s.place.kind]))

    def _heading(self, strand: Strand) -> str:
        place = strand.place
        where = f"#{place.name}" if place.name else f"{self._who(place.user or '')}'s direct message"
        return f"{self._moment} · {where}" if self._moment else where

    def _who(self, user: str) -> str:
        return self._workspace.directory.name_of(user).partition(" ")[0]


def printer_for(out: TextIO) -> Printer:
    """Returns what prints to `out`: with bold and dim where people look at a terminal, else plain text."""
    if not out.isatty():
        return Printer(out)
    from rich.console import Console

    return Printer(out, Console(file=out))
