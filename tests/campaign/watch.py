"""What the workspace itself saw, written down as it happens: deliveries, calls, cards, editions, and what was in them.

It is the campaign's camera on the wall: it holds what later edits and deletions would hide, and keeps the workspace's
log short, so that an hour's campaign fits into memory.
"""

import re
from collections import Counter
from collections.abc import Callable

from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.log import LogEntry
from bot.rehearsal.slack.messages import Post
from bot.rehearsal.slack.workspace import REVIEW_CHANNEL, STORIES_CHANNEL, Change

WORD = re.compile(r"zq\d{5}x\d{4}")
EDITION = re.compile(r"This week's stor(?:y|ies)")
CARD = re.compile(r"^Story (\d+)\b.*?\bSent .*?version (\d+)", re.DOTALL)
LONGEST_LOG = 20_000
OnEdition = Callable[[set[str]], None]


class Sightings:
    """Cards and editions that were posted, and the words in them."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self.rehearsal = rehearsal
        self.editions: list[str] = []
        """The ts of every edition."""
        self.published: Counter[str] = Counter()
        """How many editions each word was posted in."""
        self.cards: Counter[tuple[int, int]] = Counter()
        """How often each story's version was posted as a card."""

    def see(self, post: Post) -> None:
        """Notes a message of the bot's that is an edition or a card."""
        everything = everything_in(post)
        if post.channel == STORIES_CHANNEL and EDITION.search(everything):
            self.editions.append(post.ts)
            self.published.update(set(WORD.findall(everything)))
        elif post.channel == REVIEW_CHANNEL and (found := CARD.search(everything)):
            self.cards[int(found[1]), int(found[2])] += 1


def present(rehearsal: Rehearsal) -> Sightings:
    """What stands in the channels at this moment, for campaigns without a camera."""
    now = Sightings(rehearsal)
    for channel in (STORIES_CHANNEL, REVIEW_CHANNEL):
        for post in rehearsal.workspace.conversations[channel].top_level():
            if post.bot_id is not None and not post.is_tombstone:
                now.see(post)
    return now


class Watch(Sightings):
    """Listens from the beginning to the end."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        super().__init__(rehearsal)
        self.sent: Counter[str] = Counter()
        """Envelopes sent to the bot, by kind."""
        self.events: Counter[str] = Counter()
        """How often each event was sent."""
        self.calls: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        """Answers that were faults, by kind."""
        self.acked: set[str] = set()
        """The words of every message that the bot has acknowledged."""
        self._under_way: dict[str, set[str]] = {}
        """The words in envelopes that are not acknowledged yet."""
        self.waiting: dict[str, Post] = {}
        """The cards that can be approved now."""
        self.on_edition: OnEdition | None = None
        """Told the words of an edition as soon as the workspace is asked to post it."""
        rehearsal.log.listen(self._log)
        rehearsal.workspace.listen(self._change)

    @property
    def duplicates(self) -> int:
        """How many deliveries of events had been made before."""
        return self.events.total() - len(self.events)

    def _log(self, entry: LogEntry) -> None:
        if entry.outcome == "sent":
            self.sent[entry.kind] += 1
            if entry.kind == "events_api":
                self.events[str(entry.body["payload"].get("event_id"))] += 1
                if words := set(WORD.findall(str(entry.body["payload"]["event"].get("text")))):
                    self._under_way[str(entry.body["envelope_id"])] = words
        elif entry.kind == "ack" and entry.outcome == "ok":
            self.acked |= self._under_way.pop(str(entry.body.get("envelope_id")), set())
        elif entry.outcome == "called":
            self.calls[entry.kind] += 1
            posting = entry.kind == "chat.postMessage" and entry.body.get("channel") == STORIES_CHANNEL
            if posting and self.on_edition is not None:
                self.on_edition(set(WORD.findall(repr(entry.body))))
        if len(self.rehearsal.log.entries) > LONGEST_LOG:
            del self.rehearsal.log.entries[: LONGEST_LOG // 2]

    def _change(self, change: Change) -> None:
        post = change.post or change.previous
        if post is None or post.bot_id is None or post.is_reply:
            return
        if post.channel == REVIEW_CHANNEL:
            self.waiting.pop(post.ts, None)
            if change.kind in ("posted", "changed") and "'Approve'" in repr(post.blocks):
                self.waiting[post.ts] = post
        if change.kind == "posted":
            self.see(post)


def everything_in(post: Post) -> str:
    """All that a message holds, seen or not."""
    return f"{post.text} {post.blocks!r} {post.metadata!r}"
