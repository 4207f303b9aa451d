"""What is held about somebody, as they read it: a message that says what there is, and the file that has every word.

Pure. It is made of plain rows by table, at the moment of sending, and is kept nowhere.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from bot import ids, kit
from bot.outgoing import File, Rendered
from bot.rights.permission_rules import NAMING_WORDS, places_in_a_sentence
from bot.story.policy import Policy
from bot.text import count, day, day_and_time
from storage.records import DraftState, Naming, Place, Purpose, Stage, StoryStatus

Held = Mapping[str, Sequence[Mapping[str, Any]]]
Messages = Sequence[Mapping[str, Any]]

PART: Final = 8_000
"""Characters of one message's worth of the file, as Slack counts them."""
MOST_STORIES: Final = 20

_STATES: Final = {
    StoryStatus.SUBMITTED: "with reviewers",
    StoryStatus.ASKED: "a reviewer has a question for you",
    StoryStatus.APPROVED: "approved",
    StoryStatus.DECLINED: "handed back to you",
    StoryStatus.POSTED: "in a digest",
    StoryStatus.WITHDRAWN: "taken back; its words are deleted",
    StoryStatus.REMOVED: "its words are deleted; its number stays",
}


SIGNED: Final[Mapping[str, tuple[str, str]]] = {
    "decision": ("decision about stories", "decisions about stories"),
    "ask": ("question to a teller", "questions to tellers"),
    "suggestion": ("suggestion of words", "suggestions of words"),
    "sequel": ("decision about what happened next", "decisions about what happened next"),
    "story": ("first approval that waits for a second", "first approvals that wait for a second"),
    "break_glass": ("request to know who told a story", "requests to know who told a story"),
    "audit": ("line in the record of what was done", "lines in the record of what was done"),
    "outbox": ("message that only you saw", "messages that only you saw"),
    "parked": ("thing that I could not handle", "things that I could not handle"),
}
"""What bears somebody's Slack id for what they did, or were told, and not as a teller; by table."""


def signed(counted: Mapping[str, int]) -> list[str]:
    """ "3 decisions about stories", for each table."""
    return [count(counted[name], *words) for name, words in SIGNED.items() if counted.get(name)]


def work(counted: Mapping[str, int]) -> Rendered:
    """To somebody who tells no story: what stands under their Slack id all the same, or that nothing does."""
    if not counted:
        sentence = "I hold nothing about you. Nothing is kept before you press Start."
        return Rendered(sentence, [kit.section(sentence)])
    sentence = "You have told no story here. This is under your Slack id, for what you did or were told:"
    kept = "Each is kept for as long as what it belongs to; no teller is shown whose it is."
    return Rendered(sentence, [kit.section(sentence), kit.bullets(*signed(counted)), kit.context(kept)])


def summary(
    policy: Policy, held: Held, messages: Messages, now: datetime, counted: Mapping[str, int] | None = None
) -> Rendered:
    """What there is, without a word of what they wrote: that is in the file."""
    blocks: list[kit.Block] = [
        kit.section(f"*Here is what I hold about you*, as of {day_and_time(now, policy.zone)}."),
        kit.bullets(
            "Your Slack id and that of this chat, to answer you here. No e-mail address, picture or anything else of "
            "your profile.",
            *_lines(policy, held, messages),
            *(f"Under your Slack id, not as a teller: {line}." for line in signed(counted or {})),
        ),
    ]
    for draft in held.get("draft", ()):
        door = _door(policy, draft)
        if door is not None:
            blocks.append(door)
    blocks.append(
        kit.section(
            f"The file has every word of it. To take a story back: `{ids.COMMAND} withdraw` and its number. "
            f"To change where one may go: `{ids.COMMAND} mine`."
        )
    )
    return Rendered("Here is what I hold about you.", blocks)


def _lines(policy: Policy, held: Held, messages: Messages) -> list[str]:
    told = held.get("story", ())
    lines = [_story(policy, held, story) for story in told[:MOST_STORIES]]
    if len(told) > MOST_STORIES:
        lines.append(f"{count(len(told) - MOST_STORIES, 'more story', 'more stories')}, in the file.")
    ended = [draft for draft in held.get("draft", ()) if draft["state"] not in (DraftState.OPEN, DraftState.KEPT)]
    if ended:
        what = count(len(ended), "draft that has ended. Its", "drafts that have ended. Their")
        lines.append(f"That you wrote {what} words are gone from there.")
    decided = len(held.get("decision", ()))
    if decided:
        lines.append(f"{count(decided, 'decision')} about your stories, without who made them.")
    lines += [_asked_who(policy, one) for one in held.get("break_glass", ())]
    sent = sum(int(one["messages"]) for one in messages)
    lines.append(f"That there were {count(sent, 'message')} to you: of which kind, not what they said.")
    return lines


def _asked_who(policy: Policy, one: Mapping[str, Any]) -> str:
    """That somebody asked who told a story, whatever came of it; the reason is in the file."""
    asked = f"That a reviewer asked on {day(_at(one['asked_at']), policy.zone)} who told story {one['number']}"
    if one["decided_at"] is None:
        return f"{asked}. It was not agreed to."
    if not one["shown"]:
        return f"{asked}, and what was decided. They did not look."
    return f"{asked}, and that they were shown it."


def _story(policy: Policy, held: Held, story: Mapping[str, Any]) -> str:
    state = _STATES[StoryStatus(story["status"])]
    line = f"Story {story['number']}, sent {day(_at(story['submitted_at']), policy.zone)}: {state}."
    version = next(
        (
            one
            for one in held.get("story_version", ())
            if one["story_id"] == story["id"] and one["n"] == story["current_version"]
        ),
        None,
    )
    if version is None:
        return line
    permitted = [
        one
        for one in held.get("permission", ())
        if one["story_id"] == story["id"] and one["version"] == version["n"] and one["revoked_at"] is None
    ]
    places = places_in_a_sentence(frozenset(Place(one["place"]) for one in permitted))
    naming = NAMING_WORDS[Naming(version["naming"])]
    notices = sorted({int(one["notice_version"]) for one in permitted})
    under = f", under notice {' and '.join(map(str, notices))}" if notices else ""
    return f"{line} It may go in {places or 'no place'}{under}. Described by: {naming[0].lower()}{naming[1:]}."


def _door(policy: Policy, draft: Mapping[str, Any]) -> kit.Block | None:
    """An unsent story, with the button that deletes it."""
    if draft["purpose"] == Purpose.ANSWER or draft["state"] not in (DraftState.OPEN, DraftState.KEPT):
        return None
    kept = draft["state"] == DraftState.KEPT
    until = "" if draft["expires_at"] is None else f" It is deleted on {day(_at(draft['expires_at']), policy.zone)}."
    what = "A story that you kept to yourself." if kept else "An unfinished story."
    if draft["purpose"] == Purpose.CHANGE:
        what = "Changes to a story that you haven't sent."
    place = f"_{Stage.PLACES}" if kept else draft["open_prompt"] or f"_{draft['stage']}"
    return kit.section_with(what + until, kit.button("Delete", ids.DELETE, f"{draft['id']}:{place}"))


def _at(iso: str) -> datetime:
    return datetime.fromisoformat(iso)


# ── every word of it ──────────────────────────────────────────────────────────────────────────────────────────────


def whole(held: Held, messages: Messages, now: datetime) -> str:
    """Everything, as JSON."""
    told = {
        "about": "Everything that Altogether holds about you, by table. Reviewers' ids are left out.",
        "as_of": now.isoformat(),
        "held": held,
        "messages_to_you": messages,
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def as_file(text: str, now: datetime) -> Rendered:
    """The same as a file."""
    name = f"my-data-{now.date().isoformat()}.json"
    return Rendered("Every word of it:", file=File(name, "What Altogether holds about you", text.encode()))


def parts(text: str) -> list[str]:
    """The text in pieces that fit into a message each, cut at the ends of lines where there is one."""
    made, rest = [], text
    while rest:
        length = _fitting(rest)
        made.append(rest[:length])
        rest = rest[length:]
    return made


def _fitting(text: str) -> int:
    """How many characters of the text fit into a message."""
    room, length = PART, 0
    for character in text:
        room -= {"&": 5, "<": 4, ">": 4}.get(character, 1)
        if room < 0:
            break
        length += 1
    if length == len(text):
        return length
    at_line = text.rfind("\n", 0, length)
    return at_line + 1 if at_line > 0 else length


def part(text: str, number: int) -> Rendered | None:
    """One piece of the file, where files cannot be sent; None when there is no such piece."""
    pieces = parts(text)
    if number >= len(pieces):
        return None
    said = f"Part {number + 1} of {len(pieces)}."
    if number == 0:
        said = f"This Slack takes no files from me, so here it is as messages. {said}"
    words = {"type": "rich_text_preformatted", "elements": [kit.words(pieces[number])]}
    return Rendered(said, [kit.section(said), {"type": "rich_text", "elements": [words]}])
