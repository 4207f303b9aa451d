"""The button *Take it back*, which stands on every receipt whichever room writes it, and what those hear who may not.

Pure. What a press does is decided in `bot/rights`.
"""

from typing import Final

from bot import ids, kit

BY_CODE: Final = f"its code still takes it back: {ids.COMMAND} withdraw maple-grape-stone-31"
"""How whoever told a story, and is no longer known to have, can take it back."""
NOT_YOURS: Final = f"There is no such story of yours that I know of. If I have forgotten that you told it, {BY_CODE}"
"""To whoever presses a button of a story that is not theirs; who told one without a name is forgotten after a time."""


def take_back_button(story_id: str, number: int) -> kit.Element:
    """The button, with the one question that it asks first."""
    asks = kit.confirm(
        f"Take story {number} back?",
        "It goes from the digest and everywhere else I can reach, and can't be undone.",
        "Take it back",
        "Keep it",
    )
    return kit.button("Take it back", ids.TAKE_BACK, story_id, confirm=asks)
