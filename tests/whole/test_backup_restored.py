"""A backup that is put back: what people wrote after it is read again, and nothing is said twice."""

from pathlib import Path

from bot.keeper.backup import back_up
from bot.keeper.backup_restoring import restore
from bot.rehearsal.process import BotProcess
from bot.settings import load_settings
from tests.rights.withdrawal_house import running, until

from .conftest import Play, open_rehearsal
from .telling import at_question_two, tell

HELD = "the ward rang the old office and nobody picked up for two days"
AFTER = "and on the third day somebody walked over and knocked"


async def test_what_people_wrote_after_the_backup_is_read_again(tmp_path: Path) -> None:
    """The backup is taken in the middle of a story, beside the running bot; after the restore no message is missing."""
    async with open_rehearsal(tmp_path / "play") as (rehearsal, database, environment):
        play = Play(rehearsal, BotProcess(rehearsal, environment), database)
        settings = load_settings(environment, env_file=None)
        sam = play.person("sam")
        async with running(play, environment):
            await tell(play.person("joe"), "A key at the door")
            await play.person("amira").hear("Story 1", channel="#story-review")
            await at_question_two(sam)
            await sam.say(HELD)
            await sam.hear("Got that")
            holds, _ = back_up(settings, tmp_path / "backup.db")
            assert holds
            await sam.say(AFTER)
            await sam.hear("Got both")
        cards = sum("Story 1:" in call for call in play.calls("chat.postMessage"))
        restore(settings, tmp_path / "backup.db")
        assert play.rows("SELECT text FROM fragment WHERE removed = 0") == [(HELD,)]
        async with running(play, environment):
            await until(lambda: play.count("SELECT count(*) FROM fragment WHERE removed = 0") == 2)
            await sam.press("Next")
            await sam.hear("3 of 8")
        texts = play.rows("SELECT text FROM fragment WHERE removed = 0 ORDER BY ts")
        assert texts == [(HELD,), (AFTER,)]
        assert sum("Story 1:" in call for call in play.calls("chat.postMessage")) == cards == 1
