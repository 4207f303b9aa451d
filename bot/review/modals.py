"""What opens over the conversation: reading a story, asking its teller, declining it, taking words out of it.

Pure. Every modal carries the story, the version and the channel that it was opened from (`rules.Opened`), so that the
answer to it can be whispered there.
"""

from typing import Any, Final

from bot import ids, kit
from bot.pressed import Form
from bot.review import cards, fitting, redaction, rules
from bot.story import declining
from bot.story.policy import Policy
from bot.story.screened import REMOVED

ABOUT: Final = "about"
QUESTION: Final = "question"
"""Block ids of the inputs, and the action ids within them."""
ANSWER: Final = "answer:"
"""Comes before the prompt id of an answer to redact."""

View = dict[str, Any]


def read(policy: Policy, it: cards.Card, channel: str) -> View:
    """The whole story with what a reviewer needs to decide it, and the buttons while it waits for that."""
    view = it.view
    answers, whole = fitting.answers(view, room=cards.READING_ROOM, most=cards.MOST_READING, changes=True)
    return kit.modal(
        f"Story {view.number}",
        [
            kit.header(fitting.name(view)),
            kit.context(cards.sent_line(policy, it)),
            *fitting.facts(view),
            *answers,
            *([] if whole else [kit.context("The rest is too long to show here.")]),
            kit.context(*cards.terms(policy, it)),
            *_ending(policy, it),
        ],
        callback_id=ids.CARD_VIEW,
        metadata=_metadata(it, channel),
        close="Close",
    )


def _ending(policy: Policy, it: cards.Card) -> list[kit.Block]:
    """The buttons, or how the story stands; neither for a version that a newer one is about to follow."""
    if it.stands is cards.Stands.OPEN:
        return [kit.actions(*cards.deciding(it))]
    return [] if it.stands is cards.Stands.OLDER else [kit.context(cards.line(policy, it))]


def ask(it: cards.Card, channel: str) -> View:
    """The form for a question to the teller, about one of the answers."""
    answers = rules.askable(it.version)
    options = [kit.option(answer.label, answer.prompt_id) for answer in answers][: kit.MOST_OPTIONS]
    return kit.modal(
        "Ask the teller",
        [
            kit.context(fitting.name(it.view)),
            kit.field(ABOUT, "About", kit.menu(ABOUT, "Which answer?", options, answers[0].prompt_id)),
            kit.field(
                QUESTION,
                "Your question",
                kit.text_field(QUESTION, longest=rules.MOST_QUESTION),
                hint="The teller sees this without your name.",
            ),
        ],
        callback_id=ids.ASK_VIEW,
        metadata=_metadata(it, channel),
        submit="Send",
        close="Cancel",
    )


def decline(it: cards.Card, channel: str) -> View:
    """The form for a reason and for what would make the story usable."""
    return kit.modal(
        f"Decline story {it.story.number}",
        [kit.context(fitting.name(it.view)), *declining.boxes(rules.REASONS)],
        callback_id=ids.DECLINE_VIEW,
        metadata=_metadata(it, channel),
        submit="Decline",
        close="Cancel",
    )


def redact(it: cards.Card, channel: str) -> View:
    """The form that holds the story's typed words, for parts of them to be replaced by [removed]."""
    return kit.modal(
        f"Redact story {it.story.number}",
        [
            kit.context(fitting.name(it.view)),
            kit.context(
                f"Put {REMOVED} in place of what could identify someone, and leave the rest as it is. The "
                "teller is told what you took out, without your name. For anything else, ask the teller."
            ),
            *(
                kit.field(
                    ANSWER + answer.prompt_id,
                    answer.label,
                    kit.text_field(ANSWER + answer.prompt_id, answer.value, longest=redaction.LONGEST),
                    optional=True,
                )
                for answer in redaction.redactable(it.version)
            ),
        ],
        callback_id=ids.REDACT_VIEW,
        metadata=_metadata(it, channel),
        submit="Take out",
        close="Cancel",
    )


def _metadata(it: cards.Card, channel: str) -> str:
    return rules.Opened(rules.At(it.story.id, it.version.n), channel).metadata


# ── what comes back ───────────────────────────────────────────────────────────────────────────────────────────────


def answers_in(form: Form) -> dict[str, str]:
    """The words of each answer in the form for redacting, by prompt id, exactly as Slack hands them back."""
    return {box.removeprefix(ANSWER): words for box, words in form.typed.items() if box.startswith(ANSWER)}
