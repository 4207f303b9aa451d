"""`altogether withdraw`: a code typed at the keeper's terminal, with no bot running and beside one."""

import asyncio
import re
import sqlite3
import sys
from collections.abc import Mapping
from pathlib import Path

from bot.keeper.withdrawing import withdraw_by_code
from bot.rehearsal.process import BotProcess
from bot.rehearsal.server import Rehearsal
from bot.settings import load_settings
from tests.rights.withdrawal_house import CANARY, canary_story, gone, in_slack, on_disk, running
from tests.whole.conftest import Play, open_rehearsal
from tests.whole.telling import tell

ROOT = Path(__file__).resolve().parents[2]


async def typed(environment: Mapping[str, str], code: str) -> tuple[int, str]:
    """What the command does with this code on its standard input: exit code, and all that it prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "withdraw", env=dict(environment), cwd=ROOT,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await asyncio.wait_for(process.communicate(f"{code}\n".encode()), 60)
    said = out.decode()
    assert process.returncode is not None and "Traceback" not in said
    assert code not in said, "a code is never printed"
    return process.returncode, said


async def code_of(play: Play, who: str) -> str:
    """The code that stands on this person's receipt."""
    receipt = await play.person(who).hear("save this code somewhere else")
    [code] = re.findall(r"\b[a-z]{5}-[a-z]{5}-[a-z]{5}-\d+\b", receipt.shown)[:1]
    return str(code)


def stand(rehearsal: Rehearsal, environment: Mapping[str, str], database: Path) -> Play:
    return Play(rehearsal, BotProcess(rehearsal, environment), database)


async def test_a_code_at_the_terminal_takes_a_story_back(tmp_path: Path) -> None:
    """The words go from database and disk at once, the tombstone stands, and Slack is cleaned by the next bot."""
    async with open_rehearsal(tmp_path / "play") as (rehearsal, database, environment):
        play = stand(rehearsal, environment, database)
        async with running(play, environment):
            await canary_story(play, approve=False)
            code = await code_of(play, "sam")
            rae = play.person("rae")
            await tell(rae, "A key at the door")
            exit_code, said = await typed(environment, await code_of(play, "rae"))
            assert exit_code == 0 and "by the running bot" in said
            await rae.hear("Story 2 is taken back.")
        assert in_slack(play) and on_disk(play)
        settings = load_settings(environment, env_file=None, slack=False)
        wrong = await asyncio.to_thread(withdraw_by_code, settings, "abbey-abbey-abbey-1")
        assert wrong == (False, "That code fits no story. Nothing changed.")
        done, said = await asyncio.to_thread(withdraw_by_code, settings, code)
        assert done and said.startswith("Story 1 is taken back") and "altogether run" in said and code not in said
        assert on_disk(play) == [] and in_slack(play), "Slack is the bot's to clean"
        stones = Path(f"{database}.tombstones").read_text(encoding="utf-8").splitlines()
        assert sorted(line.rsplit(" ", 1)[1] for line in stones) == ["0", "0", "1", "2"], "two stories and their drafts"
        rows = play.rows("SELECT actor, outcome, reason FROM audit WHERE verb = 'withdraw' ORDER BY seq")
        assert rows == [
            ("keeper", "done", "code"),
            ("other", "denied", "wrong_code"),
            ("keeper", "done", "code"),
        ]
        async with running(play, environment):
            await gone(play)
            letter = await play.person("sam").hear("Story 1 is taken back.")
            assert CANARY not in letter.shown


async def test_where_nobody_knows_who_told_it_the_terminal_says_what_stays(tmp_path: Path) -> None:
    """A story whose teller is forgotten goes by its code as well; what the bot wrote in their chat is said to stay."""
    async with open_rehearsal(tmp_path / "play") as (rehearsal, database, environment):
        play = stand(rehearsal, environment, database)
        async with running(play, environment):
            await canary_story(play, approve=False)
            code = await code_of(play, "sam")
        with sqlite3.connect(database) as connection:
            connection.execute("DELETE FROM author")
        settings = load_settings(environment, env_file=None, slack=False)
        done, said = await asyncio.to_thread(withdraw_by_code, settings, code)
        assert done and "Who told it is known no more: what the bot wrote in their chat stays there." in said
        assert on_disk(play) == []
