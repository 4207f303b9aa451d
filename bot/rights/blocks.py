"""What is said of taking a story back: the question before, the list after, one line for each press.

Pure. A reviewer's reason is their own words, so it stands in plain text only.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot import ids, kit
from bot.outgoing import Rendered
from bot.rights.rules import CODE, IN_DOUBT, Ledger, What
from bot.story.taking_back import NOT_YOURS
from bot.text import escape, short_day
from storage.withdrawals import Surface, Withdrawal, WithdrawnBy

_PLACES: Final[Mapping[Surface, str]] = {
    Surface.WORDS: "the story and every version",
    Surface.EDITION: "the digest",
    Surface.THREAD: "its thread",
    Surface.CARD: "the reviewers' card",
    Surface.PREVIEW: "the reviewers' preview of the digest",
    Surface.SHARED: "messages that shared it in channels",
    Surface.DIRECT: "my copies in this chat",
    Surface.SITE: "the storybook's pages",
    Surface.EXPORT: "a file that was exported",
}
_ONE_OF: Final[Mapping[Surface, str]] = {
    Surface.EDITION: "the digest with it",
    Surface.THREAD: "its post in the thread",
    Surface.CARD: "its card",
    Surface.PREVIEW: "the preview with it",
    Surface.SHARED: "a message that shared it",
    Surface.DIRECT: "a message with it",
}
_DOT: Final = " · "


# ── before ────────────────────────────────────────────────────────────────────────────────────────────────────────


def question(number: int, value: str) -> Rendered:
    """Asked once, privately, after the command."""
    sentence = f"Take story {number} back? It can't be undone."
    buttons = kit.actions(
        kit.button("Take it back", ids.TAKE_BACK, value, style="danger"), kit.button("Keep it", ids.LEAVE_STORY, "keep")
    )
    return Rendered(sentence, [kit.section(sentence), buttons])


def question_by_code(number: int, code: str) -> Rendered:
    """The same, for whoever holds the code."""
    return question(number, f"{CODE}{code}")


def takedown_question(number: int, story_id: str, reason: str) -> Rendered:
    """Asked once, privately, of a reviewer."""
    first = f"Take story {number} down?"
    rest = (
        "It goes from the digest and everywhere else I can reach, and can't be undone. Whoever told it hears this, "
        "without your name, unless I have forgotten who that is:"
    )
    buttons = kit.actions(
        kit.button("Take it down", ids.TAKE_DOWN, f"{story_id}:{reason}", style="danger"),
        kit.button("Keep it", ids.LEAVE_STORY, "keep"),
    )
    return Rendered(f"{first} {rest}", [kit.section(f"{first} {rest}"), kit.quote(reason), buttons])


# ── one line ──────────────────────────────────────────────────────────────────────────────────────────────────────

_LINES: Final[Mapping[What, str]] = {
    What.DONE: "The story is being taken back. Whoever told it finds the list of what has gone in our direct message.",
    What.DONE_UNKNOWN: (
        "The story is being taken back, from the digest and everywhere else I can find it. I no longer know who told "
        "it: what I wrote in their chat stays there, for them alone to see, and no list follows."
    ),
    What.TAKEN_DOWN: "The story is being taken down. Whoever told it hears that, with your reason.",
    What.TAKEN_DOWN_UNKNOWN: (
        "The story is being taken down. I no longer know who told it: nobody hears of it, and what I wrote in their "
        "chat stays there."
    ),
    What.LEFT: "Kept. Nothing changed.",
    What.ALREADY: "That story has been taken back already. Nothing changed.",
    What.NOT_YOURS: NOT_YOURS,
    What.BAD_CODE: "That code fits no story. It has three words and a number: /story withdraw maple-grape-stone-31",
    What.TOO_MANY: "Too many wrong codes were tried for that story. Nothing changed. Please try again in an hour.",
    What.NOT_REVIEWER: "Only reviewers can take a story down. Nothing changed.",
    What.NO_STORY: "That story is no longer there. Nothing changed.",
}


def line(what: What) -> Rendered:
    """The sentence for what came of it; it names no story, since somebody's name may stand beside it."""
    return plain(_LINES[what])


def plain(sentence: str) -> Rendered:
    """One sentence of ours."""
    return Rendered(escape(sentence), [kit.section(escape(sentence))])


# ── after ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def begun(case: Withdrawal) -> Rendered:
    """What the teller reads first."""
    if case.by is WithdrawnBy.REVIEWER:
        return _taken_down(case, [])
    sentence = f"Taking story {case.number} back. I'll list here what has gone."
    return Rendered(sentence, [kit.section(sentence)])


def receipt(case: Withdrawal, ledger: Ledger, zone: ZoneInfo, *, backup_days: int) -> Rendered:
    """What has gone, what is waited for (backups for so many days), and what cannot be removed."""
    overwritten = case.at + timedelta(days=backup_days)
    lists = [kit.section("\n".join(escape(words) for words in _lists(case, ledger, zone, overwritten)))]
    if case.by is WithdrawnBy.REVIEWER:
        return _taken_down(case, lists)
    sentence = f"Story {case.number} is taken back."
    if not ledger.settled:
        sentence = f"Taking story {case.number} back."
    return Rendered(sentence, [kit.section(f"*{sentence}*"), *lists])


def _taken_down(case: Withdrawal, lists: list[kit.Block]) -> Rendered:
    sentence = f"A reviewer has taken story {case.number} down."
    said = [kit.rich(kit.words("They say:")), kit.quote(case.reason)] if case.reason else []
    kindly = (
        "Sometimes somebody in a story, or their family, would rather it were not told. Thank you for telling it; "
        f"that it has gone says nothing against you. To tell another, type {ids.COMMAND}"
    )
    return Rendered(sentence, [kit.section(sentence), *said, kit.section(kindly), *lists])


def _lists(case: Withdrawal, ledger: Ledger, zone: ZoneInfo, overwritten: datetime) -> list[str]:
    gone = [_PLACES[surface] for surface in ledger.gone if surface in _PLACES]
    if Surface.EDITION in ledger.gone and Surface.THREAD in ledger.gone:
        gone[gone.index("the digest") : gone.index("its thread") + 1] = ["the digest and its thread"]
    waiting = [_PLACES[surface] for surface in ledger.waiting if surface in _PLACES]
    if Surface.DISK in ledger.waiting:
        waiting.append("the last traces on the computer I run on")
    waiting.append(f"backups, overwritten by {short_day(overwritten, zone)}")
    cannot = ["your own messages here (you can)"]
    if ledger.was_posted:
        cannot.append("other people's replies")
    cannot += ["copies people took", "what Slack itself keeps"]
    cannot += [_not_gone(surface, why) for surface, why in ledger.cannot if surface in _PLACES]
    return [
        f"Gone: {_DOT.join(gone)}",
        f"Waiting: {_DOT.join(waiting)}",
        f"I can't remove: {_DOT.join(cannot)}",
    ]


def _not_gone(surface: Surface, why: str) -> str:
    """What could not be removed, and why."""
    if surface is Surface.EXPORT:
        return f"{_PLACES[surface]} before ({why}); reviewers are asked to see to it"
    if surface is Surface.SITE:
        return f"{_PLACES[surface]}, which were moved to where I can't see them"
    if IN_DOUBT in why.split(", "):
        see_to_it = "" if surface is Surface.DIRECT else "; reviewers are asked to look there and see to it"
        return f"{_PLACES[surface]}, of which one may stand where I can't find it{see_to_it}"
    return f"{_PLACES[surface]}: Slack says {why}"


def look(number: int, surface: Surface, where: str) -> Rendered:
    """Reviewers are asked to look for a message that the bot cannot find, and to have it deleted."""
    said = (
        f"Story {number} has been taken back. I couldn't tell whether {_ONE_OF[surface]} was posted in {where}, so I "
        "can't take it out. Please look; if it is there, have somebody who manages this Slack delete that message."
    )
    return Rendered(said, [kit.section(said)])


def exported(number: int, what: str) -> Rendered:
    """Reviewers hear that a file which was handed out holds a story that was taken back."""
    return plain(
        f"Story {number} has been taken back. A file that was exported before still holds it ({what}). Please delete "
        "that file wherever it is, or export it again: altogether export"
    )


def refused(number: int, reason: str) -> Rendered:
    """Reviewers hear that a digest had to be deleted to take one story out of it."""
    return plain(
        f"Story {number} has been taken back. Slack didn't let me edit the digest that showed it ({reason}), so I "
        "deleted that message. Its other stories stand in the thread, if it had any."
    )
