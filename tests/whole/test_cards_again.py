"""The bot is put out of the reviewers' channel, or that closes for good: every story gets its card."""

from pathlib import Path

from bot.rehearsal.process import BotProcess
from bot.rehearsal.slack.workspace import BOT_USER_ID, REVIEW_CHANNEL, REVIEWERS
from tests.rights.withdrawal_house import running, until

from .conftest import Play, open_play, open_rehearsal
from .telling import tell

PARKED = "SELECT count(*) FROM outbox WHERE kind = 'card' AND state = 'parked'"


async def test_a_card_comes_as_soon_as_a_reviewer_asks_for_it(tmp_path: Path) -> None:
    """While the bot is out the answer says so; invited again, asking is enough, and one card comes."""
    async with open_play(tmp_path / "play") as play:
        amira, channel = play.person("amira"), play.rehearsal.workspace.conversations[REVIEW_CHANNEL]
        channel.members.remove(BOT_USER_ID)
        await tell(play.person("sam"), "A key at the door")
        await until(lambda: play.count(PARKED) == 1)
        answer = await amira.command("/story approve 1")
        assert "I couldn't post the card of story 1 in the reviewers' channel" in answer.shown
        await until(lambda: play.count(PARKED) == 1)
        channel.members.append(BOT_USER_ID)
        await amira.command("/story review")
        await amira.hear("Story 1: A key at the door", channel="#story-review")
        answer = await amira.command("/story approve 1")
        assert "is approved" in answer.shown


async def test_a_card_goes_to_the_channel_that_is_the_reviewers_now(tmp_path: Path) -> None:
    """Their channel was archived before it could be posted; with another in REVIEW_CHANNEL it is posted there, once."""
    async with open_rehearsal(tmp_path / "play") as (rehearsal, database, environment):
        workspace, play = rehearsal.workspace, Play(rehearsal, BotProcess(rehearsal, environment), database)
        other = workspace.add_channel("story-desk", "channel", members=[*REVIEWERS, BOT_USER_ID])
        async with running(play, environment):
            workspace.conversations[REVIEW_CHANNEL].archived = True
            await tell(play.person("sam"), "A key at the door")
            await until(lambda: play.count(PARKED) == 1)
        async with running(play, {**environment, "REVIEW_CHANNEL": other.id}):
            amira = play.person("amira")
            await amira.hear("Story 1: A key at the door", channel="#story-desk")
            assert "is approved" in (await amira.command("/story approve 1")).shown
            await amira.hear("Approved by Amira Shah", channel="#story-desk")
        assert sum("Story 1" in post.text for post in other.posts.values()) == 1
