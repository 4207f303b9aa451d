"""The two boxes in which a reviewer declines: a reason, and what would make it usable.

Pure. Stories (`bot/review`) and what happened next (`bot/sequel`) are declined alike; each room has its own reasons.
"""

from collections.abc import Mapping
from typing import Final

from bot import kit
from bot.pressed import Form
from storage.records import DeclineReason

REASON: Final = "reason"
COMMENT: Final = "comment"
"""Block ids of the boxes, and the action ids within them."""
MOST_COMMENT: Final = 500
"""Characters."""

Reasons = Mapping[DeclineReason, tuple[str, str | None]]
"""Each reason as reviewers choose it, and as it ends a sentence to the teller (none: nothing is said of it)."""


def boxes(reasons: Reasons) -> list[kit.Block]:
    """The two inputs of the form."""
    options = [kit.option(words, reason.value) for reason, (words, _) in reasons.items()]
    return [
        kit.field(REASON, "Reason", kit.menu(REASON, "Choose a reason", options)),
        kit.field(
            COMMENT,
            "What would make it usable?",
            kit.text_field(COMMENT, longest=MOST_COMMENT),
            hint="The teller sees this without your name.",
        ),
    ]


def said_in(form: Form) -> tuple[DeclineReason, str]:
    """The reason (`OTHER` where Slack sends none that we know), and the comment as it was typed."""
    known = {reason.value: reason for reason in DeclineReason}
    return known.get(form.choice(REASON), DeclineReason.OTHER), form.typed.get(COMMENT, "")
