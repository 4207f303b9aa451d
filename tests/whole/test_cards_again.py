"""The bot is put out of the reviewers' channel and invited again: every story gets its card."""

from pathlib import Path

from bot.rehearsal.workspace import BOT_USER_ID, REVIEW_CHANNEL
from tests.rights.withdrawal_house import until

from .conftest import open_play
from .telling import tell


async def test_a_card_comes_as_soon_as_a_reviewer_asks_for_it(tmp_path: Path) -> None:
    """While the bot is out the answer says so; invited again, asking is enough, and one card comes."""
    async with open_play(tmp_path / "play") as play:
        amira, channel = play.person("amira"), play.rehearsal.workspace.conversations[REVIEW_CHANNEL]
        channel.members.remove(BOT_USER_ID)
        await tell(play.person("sam"), "A key at the door")
        parked = "SELECT count(*) FROM outbox WHERE kind = 'card' AND state = 'parked'"
        await until(lambda: play.count(parked) == 1)
        answer = await amira.command("/story approve 1")
        assert "I couldn't post the card of story 1 in the reviewers' channel" in answer.shown
        await until(lambda: play.count(parked) == 1)
        channel.members.append(BOT_USER_ID)
        await amira.command("/story review")
        await amira.hear("Story 1: A key at the door", channel="#story-review")
        answer = await amira.command("/story approve 1")
        assert "is approved" in answer.shown
