"""`digest preview` and `digest post` as a keeper types them, with a bot running and without."""

from pathlib import Path

import pytest

from bot.digest.service import Posted
from bot.errors import NotFound
from bot.keeper.digest_work import post_digest, preview_digest
from bot.rehearsal.slack.workspace import STORIES_CHANNEL
from bot.settings import Settings
from storage import decisions, lock, schema, stories, tellers
from storage.database import Database, Tx
from storage.errors import DatabaseLocked, DatabaseNotReady
from storage.records import Naming, Part, Place, Verb, Version, VersionAnswer, VersionKind
from storage.tables import ScriptRow

from .conftest import Keeper, typed, write

# ── the coming digest ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_coming_digest_can_be_looked_at_without_slack(keeper: Keeper, home: Database, tmp_path: Path) -> None:
    """Only the database is read, and the channel is called what the settings call it."""
    environ = keeper.environ(SLACK_API_URL="http://127.0.0.1:9/api/")
    code, out, err = await typed("digest", "preview", environ=environ, cwd=tmp_path)
    assert out.startswith(f"Next digest: #{STORIES_CHANNEL}, ")
    assert out.endswith("  No story is approved for it yet.\n")
    assert (code, err) == (0, "")


async def test_before_the_first_start_there_is_no_digest_to_see(keeper: Keeper) -> None:
    """Neither without tables nor without a bot that has served a workspace; each is said."""
    with pytest.raises(DatabaseNotReady, match="make them with: altogether migrate"):
        await preview_digest(keeper.settings())
    database = Database(keeper.database_url)
    schema.migrate(database)
    with pytest.raises(NotFound, match="no bot has run on this database yet"):
        await preview_digest(keeper.settings())


async def test_a_digest_channel_given_by_name_is_looked_up(keeper: Keeper, home: Database) -> None:
    """Editions are kept by the channel's id: a name is asked for, and stands for it where Slack does not answer."""
    with_slack = await preview_digest(keeper.settings(DIGEST_CHANNEL="#info-stories"))
    assert with_slack.startswith("Next digest: #info-stories, ")
    assert keeper.rehearsal.log.of("conversations.list", "called")
    away = keeper.settings(DIGEST_CHANNEL="#info-stories", SLACK_API_URL="http://127.0.0.1:9/api/")
    assert await preview_digest(away) == with_slack


# ── posting it ────────────────────────────────────────────────────────────────────────────────────────────────────


def put_in_line(home: Database) -> None:
    """One story in the keeper's database, approved for the digest."""

    def approve(tx: Tx) -> None:
        tx.insert(ScriptRow, {"sha": "sha", "toml": "", "first_used_at": tx.now})
        answers = (VersionAnswer("title", Part.TITLE, 0, "Title", "A title?", "One phone call"),)
        places = frozenset({Place.DIGEST})
        version = Version("story", 1, VersionKind.ORIGINAL, Naming.NONE, None, "sha", tx.now, answers, places)
        stories.add(tx, version, care=False, notice_version=1)
        tellers.set_author(tx, "story", tellers.meet(tx, "U0SAM00001").id, "draft")
        assert decisions.decide(tx, "story", 1, Verb.APPROVE, by="U1")

    write(home, approve)


async def must_not_run(settings: Settings, work: object) -> Posted:
    """Stands where `deliver_once` would, in tests in which another bot has the lock."""
    raise AssertionError("a bot is running, and this command has no business sending")


async def test_posting_with_a_bot_running_only_writes_the_database(keeper: Keeper, home: Database) -> None:
    """The lock stays with the bot, which sends what it finds; the command sends nothing itself."""
    put_in_line(home)
    with lock.hold(home.path, "altogether run"):
        said = await post_digest(keeper.settings(), must_not_run)
        again = await post_digest(keeper.settings(), must_not_run)
    assert said == "This week's digest is going out now: 1 story in #info-stories.\nThe running bot sends it."
    assert again.startswith("This week's digest went out on ")
    assert "The running bot" not in again
    assert not keeper.rehearsal.log.of("chat.postMessage", "called")


async def test_posting_waits_for_another_command_to_finish(keeper: Keeper, home: Database) -> None:
    """Only a running bot sends what others write, so beside a migration nothing is written."""
    with lock.hold(home.path, "altogether migrate"), pytest.raises(DatabaseLocked, match="altogether migrate"):
        await post_digest(keeper.settings(), must_not_run)


async def test_posting_for_another_workspaces_bot_is_refused(keeper: Keeper, home: Database) -> None:
    """Settings of one workspace beside a bot of another write nothing."""
    with home.write_engine.begin() as connection:
        connection.exec_driver_sql("UPDATE workspace SET slack_team_id = 'T0OTHER0001'")
    with lock.hold(home.path, "altogether run"), pytest.raises(NotFound, match="does not serve Example Borough"):
        await post_digest(keeper.settings(), must_not_run)


async def test_posting_with_no_bot_running_takes_its_place(keeper: Keeper, home: Database, tmp_path: Path) -> None:
    """The command takes the lock, posts, and leaves the database free; what it posts is in the channel when it ends."""
    put_in_line(home)
    code, out, _ = await typed("digest", "post", environ=keeper.environ(), cwd=tmp_path)
    assert (code, out) == (0, "This week's digest is going out now: 1 story in #info-stories.\n")
    assert lock.holder(home.path) is None
    channel = keeper.rehearsal.workspace.conversations[STORIES_CHANNEL]
    assert [post.text for post in channel.top_level()] == ["This week's story: 1 new, about 1 minute to read."]


async def test_a_digest_that_slack_refuses_is_no_success(keeper: Keeper, home: Database, tmp_path: Path) -> None:
    """With no bot running nobody else would notice, so the command fails and points to what to do."""
    put_in_line(home)
    keeper.rehearsal.faults.fail_next("chat.postMessage", error="restricted_action", n=9)
    code, out, err = await typed("digest", "post", environ=keeper.environ(), cwd=tmp_path)
    assert (code, out) == (1, "")
    said = "the digest could not be posted (restricted_action). What to do about it: altogether doctor."
    assert err.splitlines()[-1] == said
    _, page = await keeper.doctor()
    fix = "Let the bot post there, in the channel's settings. A digest goes out again with: altogether digest post"
    assert fix in " ".join(page.split())
