"""What a reviewer is told, privately, after a press, a command or a form: one sentence, sometimes with a button.

Pure. `rules.Outcome` says what came of it; the table at the end says which sentence that is. Names and titles are other
people's words, so every line is shown as plain text.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot import ids, kit
from bot.outgoing import Rendered
from bot.review import rules
from bot.review.rules import What
from bot.story import declining
from bot.story.policy import Policy
from bot.story.screened import nouns
from bot.text import cut, day, day_and_time, escape, join, one_line, time_of_day
from storage.records import Decision, Verb

EXAMPLE: Final = "Which team was waiting?"
LIST: Final = f"{ids.COMMAND} review lists what is waiting."

_DENIED: Final[Mapping[Verb | None, str]] = {
    Verb.APPROVE: "approve",
    Verb.ASK: "ask the teller",
    Verb.DECLINE: "decline",
    Verb.UNDO: "undo an approval",
    Verb.REDACT: "redact",
    Verb.SENSITIVE: "mark a story as sensitive",
    Verb.SUGGEST: "suggest other words",
    None: "review",
}
_NOUN: Final[Mapping[Verb, str]] = {
    Verb.APPROVE: "approval",
    Verb.ASK: "question",
    Verb.DECLINE: "decline",
    Verb.UNDO: "undo",
    Verb.REDACT: "redaction",
    Verb.SENSITIVE: "mark",
    Verb.SUGGEST: "suggestion",
}
_TOLD: Final[Mapping[Verb, tuple[str, str]]] = {
    Verb.APPROVE: ("approved story {n}", "Story {n} was approved by {who}"),
    Verb.ASK: ("asked the teller about story {n}", "The teller of story {n} was asked by {who}"),
    Verb.DECLINE: ("declined story {n}", "Story {n} was declined by {who}"),
    Verb.UNDO: ("undid the approval of story {n}", "The approval of story {n} was undone by {who}"),
}
"""What somebody did, actively and passively."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a sentence may need besides the outcome; read when it is said."""

    reader: str
    """Slack user id of whoever is told."""
    now: datetime
    title: str | None = None
    decision: Decision | None = None
    slot: datetime | None = None
    changed_at: datetime | None = None
    left: Mapping[str, int] = field(default_factory=dict)
    """What the screen finds in an approved story that keeps it from readers."""
    approvers: tuple[str, ...] = ()
    """Everybody whose approval stands."""
    half_approved: bool = False
    """It needs two reviewers and has one."""
    card_due_at: datetime | None = None
    """When the version's card is still to come."""
    card_lost: bool = False
    """Its card could not be posted."""


def say(policy: Policy, outcome: rules.Outcome, facts: Facts) -> Rendered:
    """The private line."""
    text = sentence(policy, outcome, facts)
    buttons = [make(outcome) for make in _buttons(outcome, facts)]
    return plainly(text, *buttons)


def plainly(text: str, *buttons: kit.Element) -> Rendered:
    """A line shown as it is written, whoever wrote its parts."""
    blocks = [kit.rich(kit.words(text)), *([kit.actions(*buttons)] if buttons else [])]
    return Rendered(escape(text), blocks)


def sentence(policy: Policy, outcome: rules.Outcome, facts: Facts) -> str:
    """The line's words."""
    return _SENTENCES[outcome.what](policy, outcome, facts)


# ── the sentences ─────────────────────────────────────────────────────────────────────────────────────────────────


def _done(policy: Policy, outcome: rules.Outcome, facts: Facts) -> str:
    n = outcome.number
    match outcome.verb:
        case Verb.APPROVE:
            called = f', "{cut(one_line(facts.title), 80)}",' if facts.title else ""
            if facts.left:
                found = f"finds {nouns(facts.left)} that its teller was not asked about"
                found = "could not read it" if "unread" in facts.left else found
                return f"Story {n}{called} is approved, but can't go out like this: the screen {found}."
            if facts.slot is None:
                return f"Story {n}{called} is approved. It isn't for the digest, as its teller chose."
            return f"Story {n}{called} is approved for {day_and_time(facts.slot, policy.zone)}."
        case Verb.ASK:
            return f"Your question about story {n} is on its way to the teller, without your name."
        case Verb.DECLINE:
            return f"Story {n} is declined. The teller has your reason and their words."
        case Verb.REDACT:
            return f"Story {n} is redacted and has a new card. The teller is told what went, without your name."
        case Verb.SUGGEST:
            return f"Your wording for story {n} is on its way to the teller, without your name."
        case Verb.SENSITIVE:
            return f"Story {n} needs two different reviewers from now on."
        case _ if facts.half_approved:
            return f"Your approval of story {n} is undone. It needs one more reviewer again; the teller is told."
        case _:
            return f"The approval of story {n} is undone. It is waiting for a decision again, and the teller is told."


def _already(policy: Policy, outcome: rules.Outcome, facts: Facts) -> str:
    decision, verb = facts.decision, outcome.verb
    if decision is None or verb is None:
        return f"Story {outcome.number} has been decided already. Nothing changed."
    both = facts.approvers if decision.verb is Verb.APPROVE and len(facts.approvers) > 1 else (decision.reviewer,)
    mine = facts.reader in both
    active, passive = (words.format(n=outcome.number, who="{who}") for words in _TOLD[decision.verb])
    if mine and decision.verb is verb:
        if len(both) > 1:
            return f"{_begin(_names(policy, both, facts))} have {active}. Nothing changed."
        return f"You have already {_perfect(decision.verb, outcome.number)}. Nothing changed."
    who = _names(policy, both, facts)
    if outcome.typed:
        return f"{passive.replace('{who}', who)} on {day(decision.at, policy.zone)}. Nothing changed."
    return f"{_begin(who)} {active} {_when(policy, decision.at, facts.now)}. Your {_NOUN[verb]} was not used."


def _names(policy: Policy, who: Sequence[str], facts: Facts) -> str:
    """ "you and Joe Lind": whoever is told comes first."""
    others = [policy.name_of(user_id) for user_id in who if user_id != facts.reader]
    return join(["you", *others] if facts.reader in who else others)


def _begin(words: str) -> str:
    return words[:1].upper() + words[1:]


def _perfect(verb: Verb, number: int | None) -> str:
    if verb is Verb.UNDO:
        return f"undone the approval of story {number}"
    return _TOLD[verb][0].format(n=number)


def _when(policy: Policy, at: datetime, now: datetime) -> str:
    """ "at 10:42am"; to the second while that is under a minute ago; with the day where it was another."""
    zone = policy.zone
    if (now - at).total_seconds() < 60:
        local = at.astimezone(zone)
        return f"at {local.hour % 12 or 12}:{local:%M:%S}{'am' if local.hour < 12 else 'pm'}"
    if at.astimezone(zone).date() == now.astimezone(zone).date():
        return f"at {time_of_day(at, zone)}"
    return f"on {day(at, zone)} at {time_of_day(at, zone)}"


def _once(policy: Policy, outcome: rules.Outcome, facts: Facts) -> str:
    called = f', "{cut(one_line(facts.title), 80)}",' if facts.title else ""
    return f"Your approval of story {outcome.number}{called} is noted. One more reviewer needed."


def _changed(policy: Policy, outcome: rules.Outcome, facts: Facts) -> str:
    then = _DENIED[outcome.verb].partition(" ")[0]
    if facts.card_due_at is not None:
        due = day_and_time(facts.card_due_at, policy.zone)
        return f"Story {outcome.number} has changed. Its new card comes on {due}. Read it, then {then}."
    if facts.card_lost:
        return f"Story {outcome.number} has changed. {_lost(outcome, then)}"
    # The day and nothing finer, whatever the naming: when somebody wrote can tell who they are.
    when = "" if facts.changed_at is None else f" on {day(facts.changed_at, policy.zone)}"
    return f"Story {outcome.number} changed{when}. Read the new card, then {then}."


def _lost(outcome: rules.Outcome, then: str) -> str:
    return (
        f"I couldn't post the card of story {outcome.number} in the reviewers' channel, and am trying again now. If it "
        f"doesn't come, type there: /invite @altogether\nOr press Read here, then {then}."
    )


def _unshown(policy: Policy, outcome: rules.Outcome, facts: Facts) -> str:
    then = _DENIED[outcome.verb].partition(" ")[0]
    if facts.card_lost:
        return _lost(outcome, then)
    if facts.card_due_at is None:
        return f"The card of story {outcome.number} is on its way. Read it, then {then}."
    due = day_and_time(facts.card_due_at, policy.zone)
    return f"The card of story {outcome.number} comes on {due}. Read it, then {then}."


def _no_story(policy: Policy, outcome: rules.Outcome, facts: Facts) -> str:
    which = "no such story" if outcome.number is None else f"no story {outcome.number}"
    return f"There is {which}. {LIST}"


def _no_words(policy: Policy, outcome: rules.Outcome, facts: Facts) -> str:
    if outcome.verb is Verb.ASK:
        add = f"{ids.COMMAND} ask {outcome.number} {EXAMPLE}"
        return f"Add your question: {add}" if outcome.typed else "Please write your question."
    if outcome.verb is Verb.SUGGEST:
        return "Please write the words that you suggest. To have some taken out, use Redact."
    return "Please write what would make it usable."


def _too_long(policy: Policy, outcome: rules.Outcome, facts: Facts) -> str:
    if outcome.verb is Verb.SUGGEST:
        return "That is longer than this answer may be, so nothing was sent. Please make it shorter."
    thing, most = ("question", rules.MOST_QUESTION) if outcome.verb is Verb.ASK else ("reason", declining.MOST_COMMENT)
    return f"That {thing} is longer than {most} characters, so nothing was sent. Please make it shorter."


_Say = Callable[[Policy, rules.Outcome, Facts], str]

_SENTENCES: Final[Mapping[What, _Say]] = {
    What.DONE: _done,
    What.ALREADY: _already,
    What.NOT_REVIEWER: lambda _, o, f: f"Only reviewers can {_DENIED[o.verb]}. To tell a story, type {ids.COMMAND}",
    What.NO_STORY: _no_story,
    What.REMOVED: lambda _, o, f: f"Story {o.number} has been removed. Nothing changed.",
    What.OWN_STORY: lambda _, o, f: (
        # Without a number where it was pressed: what is kept of that answer does not say which story (`service.tell`).
        ("That story" if o.number is None else f"Story {o.number}")
        + " can't be decided by the person who told it. Another reviewer needs to."
    ),
    What.CHANGED: _changed,
    What.UNSHOWN: _unshown,
    What.POSTED: lambda _, o, f: (
        f"Story {o.number} is in a digest already, so its approval can't be undone. Nothing changed."
    ),
    What.NOT_APPROVED: lambda _, o, f: f"Story {o.number} isn't approved now, so there is nothing to undo.",
    What.NO_WORDS: _no_words,
    What.TOO_LONG: _too_long,
    What.MALFORMED: lambda _, o, f: f"That button doesn't work any more. Nothing changed. {LIST}",
    What.NOT_OPENED: lambda _, o, f: kit.NOT_OPENED,
    What.ONCE: _once,
    What.TWICE: lambda _, o, f: f"You have approved story {o.number}. Someone else needs to, too.",
    What.TAKEN_BACK: lambda _, o, f: f"Your approval of story {o.number} is taken back.",
    What.NOT_YOURS: lambda _, o, f: (
        f"Only the reviewer who approved story {o.number} can take that back. Nothing changed."
    ),
    What.NEEDS_TWO: lambda _, o, f: f"Story {o.number} needs two different reviewers already. Nothing changed.",
    What.NOT_REDACTION: lambda _, o, f: (
        "Here words can only be taken out: put [removed] in their place and leave the rest as it was. "
        "For any other change, ask the teller."
    ),
    What.NOTHING_REMOVED: lambda _, o, f: (
        "Nothing is taken out yet. Put [removed] in place of the words that should go."
    ),
    What.NO_WORDS_TO_REMOVE: lambda _, o, f: (
        f"Story {o.number} has no typed words that fit a form. Ask the teller to change it."
    ),
    What.NOTHING_SUGGESTED: lambda _, o, f: "Nothing is changed yet. Change the words of one answer.",
    What.ONE_AT_A_TIME: lambda _, o, f: "One answer at a time, please: put this one back as it was.",
    What.LOOKS_LIKE: lambda _, o, f: "Something in these words looks like an identifier, so they can't be suggested.",
    What.SUGGESTED: lambda _, o, f: f"The teller of story {o.number} has yet to answer a suggestion. Nothing changed.",
    What.NOT_SAVED: lambda _, o, f: "I couldn't save that. Nothing has changed; please try again in a minute.",
}


def _read(outcome: rules.Outcome) -> kit.Element:
    return kit.button("Read", ids.READ, _value(outcome))


def _undo(outcome: rules.Outcome) -> kit.Element:
    return kit.button("Undo", ids.UNDO, _value(outcome))


def _value(outcome: rules.Outcome) -> str:
    return f"{outcome.story_id}:{outcome.version}"


def _buttons(outcome: rules.Outcome, facts: Facts) -> list[Callable[[rules.Outcome], kit.Element]]:
    if outcome.what in (What.DONE, What.ONCE) and outcome.verb is Verb.APPROVE:
        return [_undo]
    if outcome.what in (What.CHANGED, What.UNSHOWN) and facts.card_due_at is None:
        return [_read]
    return []
