"""The review of a published story with the real bot: asked two years on, answered by a press."""

from datetime import timedelta
from pathlib import Path

from tests.rights.withdrawal_house import FRIDAY
from tests.whole.conftest import open_play
from tests.whole.telling import tell

TITLE = "A key at the door"


async def test_asked_and_kept(tmp_path: Path) -> None:
    """The teller presses *Yes, it may stay*; the digest stands as it stood, and the question says what was answered."""
    async with open_play(tmp_path / "play", RENEW_MONTHS="1") as play:
        sam, amira = play.person("sam"), play.person("amira")
        await tell(sam, TITLE)
        await amira.hear(TITLE, channel="#story-review")
        await amira.command("/story approve 1")
        await sam.hear("is approved")
        play.rehearsal.clock.set(FRIDAY)
        await sam.hear(TITLE, channel="#info-stories")
        play.rehearsal.clock.set(FRIDAY + timedelta(days=32))
        asked = await sam.hear("Story 1 has been shown since June 2025. May it stay?")
        assert TITLE in asked.shown
        await sam.press("Yes, it may stay")
        await sam.hear("Story 1 may stay where it is.")
        assert play.count("SELECT count(*) FROM renewal WHERE renewed_at IS NOT NULL AND asked_at IS NULL") == 1
        await sam.hear(TITLE, channel="#info-stories")
