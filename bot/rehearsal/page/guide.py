"""The guide: five steps through the product, each ticked when it really happens, whoever did it.

It listens to the workspace and knows the bot by its words only. Doing a step for somebody is in `guide_help.py`; the
page shows it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from bot.rehearsal.acting.shown import Names, readable, readable_blocks
from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.messages import Post
from bot.rehearsal.slack.workspace import REVIEW_CHANNEL, STORIES_CHANNEL, Change

Json = dict[str, Any]
StepId = Literal["tell", "change", "approve", "post", "read"]

AFTERWARDS: Final = "That was the whole product. Try to make it lose something: Faults."

_TOLD: Final = re.compile(r"^This is story \d+\.")
_CHANGED: Final = re.compile(
    r"Changed just now|, with your edit\.|is out of your story\.|^Updated question \d+|^You answered on "
)
_APPROVED: Final = re.compile(r"\bApproved by ")
EDITION: Final = re.compile(r"^This week's stor(?:y|ies)\b")


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is called, what to do, and as whom (None: it does not matter)."""

    id: StepId
    title: str
    now: str
    person: str | None


STEPS: Final = (
    Step(
        "tell",
        "Tell a story",
        "You are Sam. Write hi to Altogether, press Start and answer each question. At the end, press Send for review.",
        "sam",
    ),
    Step(
        "change",
        "Change an answer",
        "As Sam, press Change story on the message that gave you its number, then Change beside an answer. "
        "Save it, and send the story again.",
        "sam",
    ),
    Step(
        "approve",
        "Approve it",
        "Become Amira, a reviewer. Open #story-review, read a card and press Approve.",
        "amira",
    ),
    Step("post", "Post the digest", "Move the clock to Friday 10:00. The digest goes out by itself.", None),
    Step("read", "Read it", "Become Rae, a reader. Open #info-stories and the thread under the digest.", "rae"),
)


class Guide:
    """Which steps have happened since `begin`; `ticked` is called at each."""

    def __init__(self, rehearsal: Rehearsal, ticked: Callable[[], None]) -> None:
        self.done: set[str] = set()
        self.editions: set[str] = set()  # the ts of every digest posted since the guide began
        self.begun = False
        self._workspace, self._ticked = rehearsal.workspace, ticked
        self._names: Names = rehearsal.person(self._workspace.bot.id).name
        self.stop = self._workspace.listen(self._changed)

    @property
    def next(self) -> Step | None:
        """The first step that has not happened."""
        return next((step for step in STEPS if step.id not in self.done), None)

    def begin(self) -> None:
        """What happens from now on counts."""
        self.begun = True
        self._ticked()

    def read(self, channel: str, thread_ts: str | None = None) -> None:
        """Somebody has read a channel to its end, or opened a thread in it: is that a digest since the beginning?"""
        if channel == STORIES_CHANNEL and self.editions and (thread_ts is None or thread_ts in self.editions):
            self._tick("read")

    def as_json(self) -> Json:
        """Returns the guide as the page shows it: the step to do next says how."""
        following = self.next
        steps = [
            {
                "id": step.id,
                "title": step.title,
                "done": step.id in self.done,
                "now": step.now if step is following else "",
                "as": step.person,
            }
            for step in STEPS
        ]
        finished = following is None
        return {"steps": steps, "finished": finished, "line": AFTERWARDS if finished else ""}

    def as_record(self) -> Json:
        """Returns it as it can be written down."""
        return {"done": sorted(self.done), "editions": sorted(self.editions)}

    def restore(self, record: Json) -> None:
        """Makes it what was written down, and goes on."""
        self.done, self.editions = set(record["done"]), set(record["editions"])
        self.begin()

    def _changed(self, change: Change) -> None:
        post = change.post
        if not self.begun or post is None or change.by != self._workspace.bot.id:
            return
        shown = self._read(post)
        is_dm = self._workspace.conversations[post.channel].kind == "im"
        if is_dm and change.kind == "posted" and _TOLD.search(shown):
            self._tick("tell")
        if is_dm and _CHANGED.search(shown):
            self._tick("change")
        if post.channel == REVIEW_CHANNEL and _APPROVED.search(shown) and not self._said_before(change):
            self._tick("approve")
        if post.channel == STORIES_CHANNEL and change.kind == "posted" and EDITION.search(shown):
            self.editions.add(post.ts)
            self._tick("post")

    def _said_before(self, change: Change) -> bool:
        return change.previous is not None and _APPROVED.search(self._read(change.previous)) is not None

    def _read(self, post: Post) -> str:
        return readable_blocks(post.blocks, {}, self._names) if post.blocks else readable(post.text, self._names)

    def _tick(self, step: StepId) -> None:
        if self.begun and step not in self.done:
            self.done.add(step)
            self._ticked()
