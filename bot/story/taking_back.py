"""The button *Take it back*, which stands on every receipt whichever room writes it.

Pure. What a press does is decided in `bot/rights`.
"""

from bot import ids, kit


def take_back_button(story_id: str, number: int) -> kit.Element:
    """The button, with the one question that it asks first."""
    asks = kit.confirm(
        f"Take story {number} back?",
        "It goes from the digest and everywhere else I can reach, and can't be undone.",
        "Take it back",
        "Keep it",
    )
    return kit.button("Take it back", ids.TAKE_BACK, story_id, confirm=asks)
