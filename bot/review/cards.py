"""The card: a story for reviewers to decide, and the one line that it shrinks to.

Pure. Reviewers see what readers will see: no teller, no time finer than the day. `rendering.py` works out how the story
stands and calls this, for the channel and for the page that *Read* opens.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from bot import ids, kit
from bot.outgoing import Rendered
from bot.review import fitting, rules
from bot.story.policy import Policy
from bot.story.screened import card_line, nouns, undisputed
from bot.story.screening import KIND_WORDS
from bot.story.view import StoryView, view_of
from bot.text import cut, day, escape, join
from storage.records import Decision, Naming, Place, ScreenHit, Story, Version, VersionKind

PLACES: Final[Mapping[Place, str]] = {
    Place.DIGEST: "weekly digest",
    Place.STAFF_STORYBOOK: "staff storybook",
    Place.PUBLIC_STORYBOOK: "storybook on the public web",
    Place.TRAINING: "training and reports",
}
MOST_ANSWERS: Final = 40
"""Of 50 blocks: the rest are the card's own."""
READING_ROOM: Final = 50_000
"""Characters of answers in a modal: four bytes each stay within its 250 kB."""
MOST_READING: Final = 85


class Stands(StrEnum):
    """How a story stands where its card does."""

    OPEN = "open"
    APPROVED = "approved"
    POSTED = "posted"
    ASKED = "asked"
    DECLINED = "declined"
    OLDER = "older"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Card:
    """What a card is made from."""

    story: Story
    version: Version
    stands: Stands
    decision: Decision | None = None
    question: str | None = None
    """The question that waits for the teller."""
    slot: datetime | None = None
    """When the digest went out that carries the story, or will."""
    approvers: tuple[str, ...] = ()
    """Reviewers whose approval of this version stands."""
    marked_by: str | None = None
    """The reviewer who said that it needs two."""
    kept: tuple[str, ...] = ()
    """Kinds that the screen found in it and its teller says are none."""
    kept_before: tuple[str, ...] = ()
    """Where nothing is kept in it any more: such kinds in the versions before it. It goes on needing two reviewers."""
    collected_elsewhere: bool = False
    """Nobody could ask then who can be found from it."""
    hits: Sequence[ScreenHit] = ()
    """What the screen found in it, by kind and count."""
    redacted_by: str | None = None
    """The reviewer who took out the words that this version lacks."""
    suggested: tuple[str, str, bool] | None = None
    """Who last suggested other words for this version, for which prompt, and whether its author has yet to answer."""

    @property
    def view(self) -> StoryView:
        """The version as its readers see it."""
        return view_of(self.story.number, self.version)

    @property
    def value(self) -> str:
        """What its buttons carry."""
        return rules.At(self.story.id, self.version.n).value


def card(policy: Policy, it: Card) -> Rendered:
    """The card as things stand: full while the story waits for a decision, else a heading and one line."""
    return _full(policy, it) if it.stands is Stands.OPEN else _shrunk(policy, it)


def _full(policy: Policy, it: Card) -> Rendered:
    view = it.view
    above = [kit.header(fitting.name(view)), kit.context(sent_line(policy, it)), *fitting.facts(view)]
    below = [kit.context(*terms(policy, it)), kit.actions(*deciding(it))]
    cut_short = [kit.context("Read shows the whole story."), kit.actions(reading(it))]
    room = kit.MOST_CHARACTERS - kit.size([*above, *below, *cut_short])
    answers, whole = fitting.answers(view, room=room, most=MOST_ANSWERS, changes=True)
    blocks = [*above, *answers, *([] if whole else cut_short), *below]
    return Rendered(escape(f"Story {view.number} is ready to review: {cut(view.heading, 150)}."), blocks)


def sent_line(policy: Policy, it: Card) -> str:
    """When it was sent (the day, nothing finer), which version it is, what changed, who is needed."""
    changed = it.view.changed_labels
    on = day(it.version.created_at, policy.zone)
    redacted = it.version.kind is VersionKind.REDACTED
    parts = [
        f"Redacted by {_name(policy, it.redacted_by)}, {on}" if redacted else f"Sent {on}",
        f"version {it.version.n}",
        *([f"changed: {cut(join(changed), 300)}"] if changed else []),
        "needs 1 reviewer" if not it.story.care else "needs 1 more reviewer" if it.approvers else "needs 2 reviewers",
    ]
    return " · ".join(parts)


def terms(policy: Policy, it: Card) -> list[str]:
    """How the story would be shown, where, and why it needs a second reviewer."""
    places = ", ".join(words for place, words in PLACES.items() if place in it.version.places)
    to = f"May go to: {places or 'nowhere now'}"
    if it.version.naming is Naming.NONE:
        lines = [f"Shown as: no name or role. Messages to the teller go through me. · {to}"]
    else:
        lines = [f"Shown as: {cut(it.view.credit or 'no name or role', 200)} · {to}"]
    if it.story.care:
        lines.append(f"Needs 2 different reviewers: {_why_two(policy, it)}.")
    if it.story.care and it.approvers and it.stands is Stands.OPEN:
        lines.append(f"Approved by {_name(policy, it.approvers[0])}. One more reviewer needed.")
    return [*lines, *_suggested(policy, it), card_line(it.version, it.hits)]


def _suggested(policy: Policy, it: Card) -> list[str]:
    """That other words were suggested, and what came of it; not where nobody is named: the hour would tell of them."""
    if it.suggested is None or it.stands is not Stands.OPEN:
        return []
    reviewer, prompt_id, waits = it.suggested
    label = next((a.label for a in it.version.answers if a.prompt_id == prompt_id), "an answer")
    said = f'{sentence(_name(policy, reviewer))} suggested other words for "{cut(label, 100)}".'
    if it.version.naming is Naming.NONE:
        return [said]
    return [f"{said} Waiting for the teller." if waits else f"{said} The teller keeps their own."]


def _why_two(policy: Policy, it: Card) -> str:
    kept = join([KIND_WORDS.get(kind, "something") for kind in it.kept or it.kept_before])
    then = "" if it.kept else " in an earlier version"
    whys = [
        *([f"the teller kept something that looks like {kept}{then}"] if kept else []),
        *([f"{_name(policy, it.marked_by)} marked it as sensitive"] if it.marked_by is not None else []),
    ]
    if it.collected_elsewhere:
        whys = whys or ["it was collected elsewhere, so nobody could ask its teller"]
    return join(whys) or "the teller wasn't sure and asked for it to be checked twice"


def _name(policy: Policy, user_id: str | None) -> str:
    return "a reviewer" if user_id is None else policy.name_of(user_id)


def deciding(it: Card) -> list[kit.Element]:
    """What a reviewer may do; Approve asks the four questions first. Undo takes back the first of two approvals."""
    ask_first = kit.confirm(
        f"Approve story {it.story.number}?",
        "Could a colleague, a local paper or the family tell who this is? Could two stories together? "
        "Approve if all four are no.",
        "Approve",
        "Not yet",
    )
    mark_first = kit.confirm(
        f"Ask for two reviewers of story {it.story.number}?",
        "For a child, a death, a case or complaint that is not over, domestic abuse, or a place so small that people "
        "would know. Two different reviewers then need to approve. This can't be undone.",
        "Ask for two",
        "Not now",
    )
    return [
        kit.button("Approve", ids.APPROVE, it.value, style="primary", confirm=ask_first),
        kit.button("Ask the teller", ids.ASK, it.value),
        kit.button("Decline", ids.DECLINE, it.value),
        kit.button("Redact", ids.REDACT, it.value),
        kit.button("Suggest words", ids.SUGGEST, it.value),
        *([kit.button("Undo", ids.UNDO, it.value)] if it.approvers else []),
        *([] if it.story.care else [kit.button("Needs two", ids.SENSITIVE, it.value, confirm=mark_first)]),
    ]


def reading(it: Card) -> kit.Element:
    """The button that shows the whole story."""
    return kit.button("Read", ids.READ, it.value)


# ── decided ───────────────────────────────────────────────────────────────────────────────────────────────────────


def line(policy: Policy, it: Card) -> str:
    """How the story stands, in one line; empty while it waits for a decision."""
    return _LINES[it.stands](policy, it) if it.stands in _LINES else ""


def _shrunk(policy: Policy, it: Card) -> Rendered:
    said = line(policy, it)
    if it.stands is Stands.REMOVED:
        return removed(it.story.number)
    undo = kit.button("Undo", ids.UNDO, it.value)
    buttons = [] if it.stands is Stands.OLDER else [reading(it), *([undo] if it.stands is Stands.APPROVED else [])]
    blocks = [kit.header(fitting.name(it.view)), kit.rich(kit.words(said))]
    if buttons:
        blocks.append(kit.actions(*buttons))
    return Rendered(escape(f"Story {it.story.number}. {cut(said, 500)}"), blocks)


def removed(number: int | None) -> Rendered:
    """What is left of the card of a story that is gone."""
    name = "This story" if number is None else f"Story {number}"
    return Rendered(f"{name} has been removed.", [kit.context(f"{name} has been removed.")])


def _who(policy: Policy, it: Card) -> str:
    if it.stands in (Stands.APPROVED, Stands.POSTED) and len(it.approvers) > 1:
        return join([policy.name_of(user_id) for user_id in it.approvers])
    return "a reviewer" if it.decision is None else policy.name_of(it.decision.reviewer)


def _on(policy: Policy, it: Card) -> str:
    return "" if it.decision is None else f", {day(it.decision.at, policy.zone)}"


def _approved(policy: Policy, it: Card) -> str:
    if it.slot is not None:
        where = f"digest {day(it.slot, policy.zone)}"
    elif it.story.held:
        where = "held for a later digest"
    else:
        left = undisputed(it.version, it.hits) if Place.DIGEST in it.version.places else {}
        where = f"left out of the digest: {nouns(left)} found" if left else "not for the digest"
    return f"Approved by {_who(policy, it)}{_on(policy, it)} · {where}"


def _posted(policy: Policy, it: Card) -> str:
    where = "in a digest" if it.slot is None else f"in the digest of {day(it.slot, policy.zone)}"
    return f"Approved by {_who(policy, it)}{_on(policy, it)} · {where}"


def _asked(policy: Policy, it: Card) -> str:
    who = sentence(_who(policy, it))
    on = "" if it.decision is None else f" on {day(it.decision.at, policy.zone)}"
    asked = f': "{it.question}"' if it.question else "."
    return f"{who} asked{on}{asked} Waiting for the teller."


def _declined(policy: Policy, it: Card) -> str:
    reason = None if it.decision is None or it.decision.reason is None else rules.REASONS[it.decision.reason][1]
    return f"Declined by {_who(policy, it)}{_on(policy, it)}" + (f" · {reason}" if reason else "")


def _older(policy: Policy, it: Card) -> str:
    return f"Version {it.story.current_version} has its own card below."


_LINES: Final[Mapping[Stands, Callable[[Policy, Card], str]]] = {
    Stands.APPROVED: _approved,
    Stands.POSTED: _posted,
    Stands.ASKED: _asked,
    Stands.DECLINED: _declined,
    Stands.OLDER: _older,
    Stands.REMOVED: lambda policy, it: f"Story {it.story.number} has been removed.",
}


def sentence(words: str) -> str:
    """The words with a capital to begin with."""
    return words[:1].upper() + words[1:]
