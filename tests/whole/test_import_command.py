"""`altogether import`: a file typed at the keeper's terminal, from a wrong line to an edition."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from bot.rehearsal.process import BotProcess
from tests.rights.withdrawal_house import FRIDAY, running
from tests.whole.conftest import Play, open_rehearsal
from tests.whole.telling import DIFFERENCE, LESSON, WHAT

ROOT = Path(__file__).resolve().parents[2]
HEADING = "closeness,what,difference,services,lesson,role,title,naming,places\n"
ROW = f'helped,"{WHAT}","{DIFFERENCE}",health,{LESSON},practitioner,=1+1 at the door,role,digest; staff\n'


async def imported(environment: Mapping[str, str], file: Path) -> tuple[int, str]:
    """What the command does with the file: exit code, and all that it prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "import", str(file), env=dict(environment), cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, out.decode()


async def test_a_story_from_elsewhere_is_reviewed_like_any_other(tmp_path: Path) -> None:
    """A wrong line is named and nothing is taken; a good file waits for two reviewers, once, and can be in a digest."""
    file = tmp_path / "stories.csv"
    async with open_rehearsal(tmp_path / "play") as (rehearsal, database, environment):
        play = Play(rehearsal, BotProcess(rehearsal, environment), database)
        file.write_text(HEADING + ROW, encoding="utf-8")
        code, said = await imported(environment, file)
        assert code == 1 and "has no tables yet" in said and "Traceback" not in said
        async with running(play, environment):
            file.write_text(HEADING + ROW + ROW.replace("helped", "nearly", 1), encoding="utf-8")
            code, said = await imported(environment, file)
            assert code == 1 and 'line 3: closeness: "nearly" is not among its choices: ' in said, said
            assert said.rstrip().endswith("1 problem; nothing was imported.")
            assert play.count("SELECT count(*) FROM story") == 0
            file.write_text(HEADING + ROW, encoding="utf-8")
            assert await imported(environment, file) == (
                0,
                "1 story imported, waiting for two reviewers each. Number 1.\n",
            )
            code, said = await imported(environment, file)
            assert code == 0 and "1 had been imported before." in said
            assert play.rows("SELECT number, status FROM story") == [(1, "submitted")]
            amira, joe = play.person("amira"), play.person("joe")
            card = await amira.hear("=1+1 at the door", channel="#story-review")
            assert WHAT in card.shown
            assert "Needs 2 different reviewers: it was collected elsewhere, so nobody could ask" in card.shown
            await amira.command("/story approve 1")
            assert play.rows("SELECT status FROM story") == [("submitted",)]
            await joe.command("/story approve 1")
            assert play.rows("SELECT status FROM story") == [("approved",)]
            rehearsal.clock.set(FRIDAY)
            edition = await play.person("rae").hear("This week's story", channel="#info-stories")
            assert "=1+1 at the door" in edition.shown
