"""What a person sees who shares a story, and what the channel sees then.

Pure. The card holds the title, the first lines and the number, never how its teller is described: who reads it in full
reads what stands then.
"""

from collections.abc import Mapping
from typing import Any, Final

from bot import ids, kit
from bot.outgoing import Rendered
from bot.reading.blocks import REFUSALS, heading
from bot.reading.share_rules import MOST, What
from bot.story.policy import May
from bot.story.view import StoryView
from bot.text import cut, one_line

CHANNEL: Final = "channel"
"""Block and action of the one field."""
FIRST_LINES: Final = 300

LINES: Final[Mapping[What, str]] = {
    What.DONE: "The story is on its way to the channel.",
    What.ALREADY: "You have shared this story there already.",
    What.GONE: "This story can't be read here any more, so it can't be shared.",
    What.NOT_FOR_YOU: REFUSALS[May.NOT],
    What.NOT_SURE: "Slack can't tell me just now who is a member. Nothing is shared; please try again in a minute.",
    What.TOO_MANY: f"You have shared {MOST} stories within an hour. Give people time to read; share this one later.",
    What.NO_CHANNEL: "Choose a channel. A story can't be shared in a direct message.",
    What.NOT_SEEN: "I can't see that channel. In it, type /invite and choose me; then press Share again.",
    What.ARCHIVED: "That channel is archived. Choose another.",
    What.OUTSIDE: "People from outside this workspace read that channel, or will soon. This story is for staff only.",
    What.READ_ONLY: "I may not post in that channel. Choose another, or ask whoever looks after it.",
    What.NOT_INVITED: "I'm not in that channel. In it, type /invite and choose me; then press Share again.",
    What.NOT_THEIRS: "You're not in that channel. Choose one that you are in.",
    What.NOT_KNOWN: "Slack didn't tell me enough about that channel just now. Nothing is shared; please try again.",
    What.NOT_SAVED: "I couldn't save that. Nothing has changed; please try again in a minute.",
}


def question(view: StoryView) -> dict[str, Any]:
    """Where to share it: a channel of their own, where nobody from outside reads."""
    menu: kit.Element = {
        "type": "conversations_select",
        "action_id": CHANNEL,
        "placeholder": kit.plain("Choose a channel", 150),
        "default_to_current_conversation": True,
        "filter": {
            "include": ["public", "private"],
            "exclude_external_shared_channels": True,
            "exclude_bot_users": True,
        },
    }
    blocks = [
        kit.header(heading(view)),
        kit.field(CHANNEL, "Share it in", menu),
        kit.context(
            "I post its title, its first lines and its number, and that you shared it. Whoever told it can take it "
            "back at any time, and then it goes from there too."
        ),
    ]
    title = f"Share story {view.number}"
    return kit.modal(
        title, blocks, callback_id=ids.SHARE_VIEW, metadata=str(view.number), submit="Share", close="Not now"
    )


def done_page(number: int, what: What) -> dict[str, Any]:
    """What came of it, in the place of the question."""
    return kit.modal(
        f"Share story {number}",
        [kit.section(LINES[what])],
        callback_id=ids.READING_VIEW,
        metadata="",
        close="Close",
    )


# ── in the channel ────────────────────────────────────────────────────────────────────────────────────────────────


def card(view: StoryView, *, by: str) -> Rendered:
    """The story as the channel sees it; `by` is the Slack id of whoever shared it."""
    lines = cut(one_line(view.sections[0][1] if view.sections else view.lesson or ""), FIRST_LINES)
    shared_by: kit.Element = {"type": "user", "user_id": by}
    return Rendered(
        f"Story {view.number}, shared from the storybook.",
        [
            kit.header(heading(view)),
            *([kit.rich(kit.words(lines))] if lines else []),
            kit.rich(kit.words(f"Story {view.number} · shared by "), shared_by),
            kit.actions(kit.button("Read in full", ids.READ_STORY, str(view.number))),
        ],
    )


def not_posted(number: int, channel: str, *, in_doubt: bool) -> Rendered:
    """To whoever shared it: Slack did not take it."""
    if in_doubt:
        words = f"Slack didn't say whether story {number} was posted in <#{channel}>. Please look there."
    else:
        words = (
            f"I couldn't share story {number} in <#{channel}>: Slack doesn't let me post there. In that channel, type "
            "`/invite` and choose me, or choose another; then share it again."
        )
    return Rendered(words, [kit.section(words)])
