"""What is said when a reviewer asks who told a story: to the lead who decides, to the asker, and to whoever told it.

Pure. A reviewer's reason is their own words, so it stands in plain text only. The answer is shown in a window that
nobody else sees and that leaves nothing in Slack.
"""

from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot import ids, kit
from bot.outgoing import Rendered
from bot.text import day_and_time, escape
from storage.asked_who import AskedWho, AskState

MOST_REASON: Final = 300


class Came(StrEnum):
    """What came of a command or a press."""

    ASKED = "asked"
    DECIDED = "decided"
    OFF = "off"
    NOT_REVIEWER = "not_reviewer"
    NOT_LEAD = "not_lead"
    SECOND_PERSON = "second_person"
    OWN_STORY = "own_story"
    NO_STORY = "no_story"
    GONE = "gone"
    UNKNOWN = "unknown"
    TWICE = "twice"
    ALREADY = "already"
    OVER = "over"
    NOT_YOURS = "not_yours"
    ASKER_LEFT = "asker_left"
    NOT_OPENED = "not_opened"


_LINES: Final = {
    Came.ASKED: "I've asked the information-governance lead, with your reason. You hear from me in our direct message.",
    Came.DECIDED: "Your decision is kept.",
    Came.OFF: "Asking who told a story is switched off here. Nothing was asked.",
    Came.NOT_REVIEWER: "Only reviewers can do that. Nothing was shown.",
    Came.NOT_LEAD: "Only the information-governance lead can decide that. Nothing changed.",
    Came.SECOND_PERSON: "You decide about such questions, so another reviewer has to ask this one. Nothing was asked.",
    Came.OWN_STORY: "You told this story yourself, so this isn't yours to ask or to decide. Nothing changed.",
    Came.NO_STORY: "There is no such story. Nothing was asked.",
    Came.GONE: "That story is gone, and so is the question. Nothing was shown.",
    Came.UNKNOWN: "It is no longer known who told that story. Nothing was asked.",
    Came.TWICE: "You have asked that already. The answer comes in our direct message.",
    Came.ALREADY: "That was decided already. Nothing changed.",
    Came.OVER: "The time for that is over. Nothing was shown or changed.",
    Came.NOT_YOURS: "Only the reviewer who asked can see that. Nothing was shown.",
    Came.ASKER_LEFT: "Whoever asked is no longer a reviewer, so the question is over. Nothing was shown.",
    Came.NOT_OPENED: kit.NOT_OPENED,
}


def line(came: Came) -> Rendered:
    """The sentence for what came of it."""
    return plain(_LINES[came])


def plain(sentence: str) -> Rendered:
    """One sentence of ours."""
    return Rendered(escape(sentence), [kit.section(escape(sentence))])


def to_lead(ask: AskedWho, *, asker: str, zone: ZoneInfo) -> Rendered:
    """The question as the lead decides it, or what became of it. `asker` is what Slack calls the reviewer."""
    sentence = f"A reviewer asks who told story {ask.number}."
    if ask.state is not AskState.WAITING:
        became = {
            AskState.AGREED: "You agreed. They can see it until " + day_and_time(ask.ends_at, zone) + ".",
            AskState.REFUSED: "You refused. Nothing was shown.",
            AskState.OVER: "That is over.",
        }[ask.state]
        return plain(f"{sentence} {became}")
    says = [kit.rich(kit.words(f"{asker} says:")), kit.quote(ask.reason)] if ask.reason else []
    rules = (
        "Agree only where somebody may come to serious harm and there is no other way. The reviewer alone then sees "
        "who it was, for a day; you don't. Whoever told the story gets a message with the reason. If that message "
        "could itself do harm, agree without it: their `/story mydata` still shows it."
    )
    buttons = kit.actions(
        kit.button("Agree and tell them", ids.AGREE_TO_SHOW, ask.id, style="danger", confirm=_sure(ask.number)),
        kit.button("Agree without a message", ids.AGREE_QUIETLY, ask.id, confirm=_sure(ask.number)),
        kit.button("Refuse", ids.REFUSE_TO_SHOW, ask.id),
    )
    until = kit.context(f"Without an answer the question is over on {day_and_time(ask.ends_at, zone)}.")
    return Rendered(sentence, [kit.section(f"*{sentence}*"), *says, kit.section(rules), buttons, until])


def _sure(number: int) -> kit.Element:
    return kit.confirm(
        "Show who told it?",
        f"The reviewer who asked can then see who told story {number}. This is recorded with your name.",
        "Agree",
        "Not yet",
    )


def to_asker(ask: AskedWho, zone: ZoneInfo) -> Rendered:
    """What the second person decided, as the reviewer who asked reads it."""
    match ask.state:
        case AskState.AGREED:
            sentence = (
                f"The information-governance lead agrees: you may see who told story {ask.number}, until "
                f"{day_and_time(ask.ends_at, zone)}."
            )
            rest = "Each look is recorded. Use it for the reason you gave, and for nothing else."
            button = kit.button("Show me", ids.SHOW_WHO, ask.id)
            return Rendered(sentence, [kit.section(f"{sentence} {rest}"), kit.actions(button)])
        case AskState.REFUSED:
            return plain(f"The information-governance lead does not agree that you see who told story {ask.number}.")
        case _ if ask.decided_at is None:
            return plain(f"Nobody decided in time whether you may see who told story {ask.number}, so you may not.")
        case _:
            return plain(f"The time in which you could see who told story {ask.number} is over.")


def to_author(ask: AskedWho, zone: ZoneInfo) -> Rendered:
    """That two people have agreed that one of them may know who told the story; never who the reviewer is."""
    sentence = f"A reviewer may see that you told story {ask.number}, until {day_and_time(ask.ends_at, zone)}."
    why = (
        "They asked, and the information-governance lead agreed. This is only done to keep somebody from serious harm."
    )
    says = [kit.rich(kit.words("The reason they gave:")), kit.quote(ask.reason)] if ask.reason else []
    kept = f"It is recorded, and stands in `{ids.COMMAND} mydata`."
    return Rendered(sentence, [kit.section(f"*{sentence}* {why}"), *says, kit.section(kept)])


def window(ask: AskedWho, *, told_by: str, zone: ZoneInfo) -> dict[str, Any]:
    """The answer: who told the story and nothing else of them. `told_by` is their Slack id."""
    words = [
        kit.words(f"Story {ask.number} was told by "),
        {"type": "user", "user_id": told_by},
        kit.words(". You alone see this, and that you looked is recorded."),
    ]
    until = kit.context(f"You can look again until {day_and_time(ask.ends_at, zone)}.")
    return kit.modal("Who told it", [kit.rich(*words), until], callback_id=ids.WHO_VIEW, metadata="", close="Close")
