"""The doctor names the click or the line that mends whatever is wrong, and is quiet about what is well."""

import io
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.doctor import examine
from bot.keeper.report import fix, render
from bot.rehearsal.slack.workspace import BOT_USER_ID, REVIEW_CHANNEL, REVIEWERS, STORIES_CHANNEL, Grant
from storage import inbox, lock, outbox, schema
from storage.database import Database, Tx
from storage.records import Message

from .conftest import WEDNESDAY, Keeper, write

AMIRA, JOE = REVIEWERS


class Still(Clock):
    """A clock that stands still."""

    def __init__(self, at: datetime) -> None:
        super().__init__(wall=lambda: at)


def lines(page: str, about: str) -> list[str]:
    """What the page says under one heading, each with its status, wrapped lines joined."""
    whole = re.sub(r"\n {20}", " ", page)
    label = re.escape(f"{about:<14}")
    found = re.findall(rf"^(ok|FIX|note) +{label}(.*)$", whole, re.MULTILINE)
    return [f"{status} {message}" for status, message in found]


async def test_when_all_is_well_every_check_has_one_line(keeper: Keeper, home: Database) -> None:
    """The page is aligned, in a fixed order, says what was found, and ends with Ready."""
    code, page = await keeper.doctor()
    told = re.sub(r"(next digest   ).*", r"\1(a day)", page)
    assert told.splitlines() == [
        "ok    settings      10 read from the environment",
        "ok    bot token     @altogether in Example Borough",
        "ok    app token     Socket Mode opens",
        "ok    scopes        all 12",
        "ok    channels      in #info-stories and #story-review",
        "ok    reviewers     2 people",
        "ok    clock         agrees with Slack's",
        "ok    next digest   (a day)",
        "ok    script        built in, 8 questions",
        "ok    database      SQLite, up to date, 0 stories",
        "note  bot           not running. Start it with: altogether run",
        "ok    tombstones    can be written, 0 stories taken back",
        "note  Messages tab  can't be seen from here. To test it: altogether doctor --hello U0123 "
        "(sends that person one DM)",
        "Ready.",
    ]
    assert code == 0


async def test_the_next_digest_is_said_with_its_zone(keeper: Keeper) -> None:
    """The slot is worked out in the keeper's zone, before there is a database too."""
    _, page = await keeper.doctor(clock=Still(WEDNESDAY))
    assert lines(page, "next digest") == ["ok Friday 6 June, 10am UK time"]


async def test_swapped_tokens_are_both_explained_and_the_rest_is_checked(keeper: Keeper, home: Database) -> None:
    """The commonest mistake: each token is told where it belongs, and what needs neither is still looked at."""
    bot, app = keeper.rehearsal.workspace.bot_token, keeper.rehearsal.workspace.app_token
    code, page = await keeper.doctor(SLACK_BOT_TOKEN=app, SLACK_APP_TOKEN=bot)
    assert lines(page, "bot token") == [
        "FIX this is an app token (xapp-). Put it in SLACK_APP_TOKEN; the bot token starts xoxb- and is on your app's "
        '"OAuth & Permissions" page.'
    ]
    assert lines(page, "app token")[0].startswith("FIX this is a bot token (xoxb-). Put it in SLACK_BOT_TOKEN.")
    assert lines(page, "database") == ["ok SQLite, up to date, 0 stories"]
    assert (code, page.splitlines()[-1]) == (1, "2 things to fix.")


async def test_one_wrong_token_leaves_the_other_checked(keeper: Keeper) -> None:
    """With a good bot token and a wrong app token, channels and reviewers are looked at all the same."""
    _, page = await keeper.doctor(SLACK_APP_TOKEN=keeper.rehearsal.workspace.bot_token)
    assert lines(page, "app token")[0].startswith("FIX this is a bot token")
    assert lines(page, "channels") == ["ok in #info-stories and #story-review"]
    assert lines(page, "reviewers") == ["ok 2 people"]


async def test_tokens_that_slack_refuses_say_where_the_right_ones_are(keeper: Keeper) -> None:
    """A token of the right shape that Slack does not know is to be copied again from its page."""
    code, page = await keeper.doctor(SLACK_BOT_TOKEN="xoxb-unknown", SLACK_APP_TOKEN="xapp-1-unknown")
    assert lines(page, "bot token") == [
        'FIX Slack does not know this token. Copy it again from your app\'s "OAuth & Permissions" page.'
    ]
    assert lines(page, "app token") == [
        "FIX Slack does not know this token. Create one with connections:write under "
        '"Basic Information", "App-Level Tokens".'
    ]
    assert code == 1
    assert "unknown" not in page


async def test_an_app_token_needs_its_scope(keeper: Keeper) -> None:
    """Socket Mode opens only with connections:write."""
    workspace = keeper.rehearsal.workspace
    workspace.grants[workspace.app_token].scopes.clear()
    _, page = await keeper.doctor()
    assert lines(page, "app token")[0].startswith("FIX it lacks connections:write. Create one with")


async def test_an_app_token_of_another_app_is_noticed(keeper: Keeper) -> None:
    """An app-level token carries its app's id; events would go to that app and none would arrive here."""
    token = "xapp-1-A0OTHERAPP-123-abc"
    keeper.rehearsal.workspace.grants[token] = Grant("app", {"connections:write"})
    _, page = await keeper.doctor(SLACK_APP_TOKEN=token)
    assert lines(page, "app token")[0].startswith("FIX belongs to another app than the bot token.")


async def test_missing_scopes_are_named(keeper: Keeper) -> None:
    """The scopes to add, the page to add them on, and the button to press afterwards."""
    workspace = keeper.rehearsal.workspace
    workspace.grants[workspace.bot_token].scopes -= {"im:write", "groups:history"}
    _, page = await keeper.doctor()
    assert lines(page, "scopes") == [
        'FIX missing: groups:history, im:write. Add them on your app\'s "OAuth & Permissions" page, '
        'then press "Reinstall".'
    ]


async def test_not_being_in_a_channel_names_the_line_to_type(keeper: Keeper) -> None:
    """The fix is one line, typed in that channel, and is never broken in two."""
    keeper.rehearsal.workspace.conversations[STORIES_CHANNEL].members.remove(BOT_USER_ID)
    _, page = await keeper.doctor()
    assert lines(page, "channels") == ["FIX not in #info-stories. In that channel type: /invite @altogether"]
    assert "/invite @altogether" in page


async def test_a_private_channel_without_the_app_is_unseen(keeper: Keeper) -> None:
    """Slack does not say that a private channel exists; the fix covers a wrong id and a missing invitation."""
    keeper.rehearsal.workspace.conversations[REVIEW_CHANNEL].members.remove(BOT_USER_ID)
    _, page = await keeper.doctor()
    (line,) = lines(page, "channels")
    assert line.startswith(f"FIX no channel {REVIEW_CHANNEL} that the app can see.")
    assert line.endswith("/invite @altogether")


async def test_an_archived_channel_is_named(keeper: Keeper) -> None:
    """Nothing can be posted in an archived channel."""
    keeper.rehearsal.workspace.conversations[STORIES_CHANNEL].archived = True
    _, page = await keeper.doctor()
    assert lines(page, "channels") == ["FIX #info-stories is archived. Unarchive it, or name another channel."]


async def test_a_reviewer_who_has_left_is_to_be_removed(keeper: Keeper) -> None:
    """Unlike a start of the bot, the doctor asks for it to be mended; and one reviewer alone is worth a note."""
    keeper.rehearsal.workspace.directory.profiles[JOE].deleted = True
    code, page = await keeper.doctor()
    assert lines(page, "reviewers") == [
        f"FIX {JOE} has left. Remove it from REVIEWERS.",
        "note only 1 person, whose own story nobody could review, and who can't approve alone what needs two "
        "reviewers. Add a second to REVIEWERS.",
    ]
    assert (code, page.splitlines()[-1]) == (1, "1 thing to fix.")


async def test_one_reviewer_is_a_note_and_no_fault(keeper: Keeper, home: Database) -> None:
    """A single reviewer works until that person tells a story."""
    code, page = await keeper.doctor(REVIEWERS=AMIRA)
    assert lines(page, "reviewers")[0].startswith("note only 1 person")
    assert code == 0


async def test_a_group_of_reviewers_is_counted(keeper: Keeper) -> None:
    """People in a user group count like people named one by one."""
    group = keeper.rehearsal.workspace.add_group("reviewers", "Reviewers", [JOE, AMIRA])
    _, page = await keeper.doctor(REVIEWERS=group.id)
    assert lines(page, "reviewers") == ["ok 2 people"]


async def test_a_group_cannot_be_read_without_its_scope(keeper: Keeper) -> None:
    """The scope that is missing is named, and the way round it."""
    workspace = keeper.rehearsal.workspace
    group = workspace.add_group("reviewers", "Reviewers", [JOE, AMIRA])
    workspace.grants[workspace.bot_token].scopes.discard("usergroups:read")
    _, page = await keeper.doctor(REVIEWERS=group.id)
    (line,) = lines(page, "reviewers")
    assert line.startswith(f"FIX {group.id} can't be read: the scope usergroups:read is missing.")


# ── this computer ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_looking_makes_no_database(keeper: Keeper) -> None:
    """Before the first start there is no database, and the doctor leaves it so."""
    code, page = await keeper.doctor()
    (line,) = lines(page, "database")
    assert line.startswith("note ")
    assert line.endswith("has no tables yet. Made by: altogether run, or: altogether migrate")
    assert not Database(keeper.database_url).path.exists()
    assert code == 0


async def test_a_database_of_a_newer_program_is_not_touched(keeper: Keeper, home: Database) -> None:
    """After a downgrade the fix is the newer program, not a migration."""
    with home.write_engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'zzzz'")
    code, page = await keeper.doctor()
    (line,) = lines(page, "database")
    assert line.startswith("FIX ")
    assert "was made by a newer version of Altogether" in line
    assert code == 1


async def test_a_database_of_an_earlier_program_names_the_command(
    keeper: Keeper, home: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an upgrade with new tables the fix is: altogether migrate."""
    later = tmp_path / "migrations"
    (later / "versions").mkdir(parents=True)
    for name in ("env.py", "script.py.mako"):
        (later / name).write_text((schema.MIGRATIONS / name).read_text(encoding="utf-8"), encoding="utf-8")
    for migration in (schema.MIGRATIONS / "versions").glob("0*.py"):
        (later / "versions" / migration.name).write_text(migration.read_text(encoding="utf-8"), encoding="utf-8")
    head = schema.state(home).head
    (later / "versions" / "later.py").write_text(
        f'revision, down_revision = "later", "{head}"\n\n\ndef upgrade() -> None:\n    pass\n', encoding="utf-8"
    )
    # `state` took its place at import; a program with one more migration is what is tried here.
    monkeypatch.setitem(schema.state.__kwdefaults__, "script_location", later)
    _, page = await keeper.doctor()
    (line,) = lines(page, "database")
    assert line.startswith("FIX ")
    assert line.endswith("bring it up to date with: altogether migrate")


async def test_a_file_that_is_no_database_is_said_to_be_none(keeper: Keeper) -> None:
    """Another kind of file under the database's name is not opened over."""
    Database(keeper.database_url).path.write_text("not a database, " * 100, encoding="utf-8")
    _, page = await keeper.doctor()
    assert "can't be read: it is no SQLite database" in lines(page, "database")[0]


async def test_another_workspaces_database_is_noted(keeper: Keeper, home: Database) -> None:
    """A DATABASE_URL copied from another installation is noticed before stories are mixed."""
    with home.write_engine.begin() as connection:
        connection.exec_driver_sql("UPDATE workspace SET slack_team_id = 'T0OTHER0001'")
    _, page = await keeper.doctor()
    assert lines(page, "database")[1] == "note holds another workspace's stories. Is DATABASE_URL the one you mean?"


async def test_a_running_bot_is_no_fault(keeper: Keeper, home: Database) -> None:
    """The lock says since when it runs and which process it is."""
    with lock.hold(home.path, "altogether run", at=WEDNESDAY):
        code, page = await keeper.doctor()
    (line,) = lines(page, "bot")
    assert re.fullmatch(r"ok running since Wednesday 4 June, 10:30am UK time \(process \d+ on .+\)", line)
    assert code == 0


async def test_another_command_at_work_is_named(keeper: Keeper, home: Database) -> None:
    """A migration that has the database is not taken for a running bot."""
    with lock.hold(home.path, "altogether migrate"):
        _, page = await keeper.doctor()
    assert lines(page, "bot")[0].startswith("note the database is in use by altogether migrate (process ")


async def test_what_was_put_aside_is_counted_with_what_to_do(keeper: Keeper, home: Database) -> None:
    """Messages by reason and kind, deliveries from Slack by failure; never what was in them."""

    def put_aside(tx: Tx) -> None:
        reasons = ["not_in_channel", "not_in_channel", "user_disabled", "Some <odd> reason"]
        for number, reason in enumerate(reasons):
            row_id = outbox.enqueue(tx, Message("edition_story", f"channel:C{number}", args={"words": "secret words"}))
            outbox.mark_parked(tx, outbox.get(tx, row_id), reason)
        inbox.park(tx, key="event:Ev1", reason="KeyError", kept=inbox.Kept("U1", '{"text": "secret words"}'))

    write(home, put_aside)
    code, page = await keeper.doctor()
    assert lines(page, "parked") == [
        "note 2 messages not sent (not_in_channel; edition_story), last Wednesday 4 June. In that channel type: "
        "/invite @altogether. A digest goes out again with: altogether digest post",
        "note 1 message not sent (user_disabled; edition_story), last Wednesday 4 June. The person has left or is no "
        "longer known. Nothing to do.",
        "note 1 message not sent (someoddreason; edition_story), last Wednesday 4 June. This is a fault of the "
        "program: please report it with these words.",
        "note 1 thing from Slack not handled (KeyError), last Wednesday 4 June. This is a fault of the program: please "
        "report it with these words.",
    ]
    assert "secret words" not in page
    assert code == 0


async def test_a_script_that_cannot_be_used_names_the_command_that_shows_why(keeper: Keeper, tmp_path: Path) -> None:
    """The problems themselves are the work of script check, with their lines."""
    broken = tmp_path / "mine.toml"
    broken.write_text("nonsense = [", encoding="utf-8")
    _, page = await keeper.doctor(SCRIPT=str(broken))
    (line,) = lines(page, "script")
    assert line == f"FIX 1 problem. To see more: altogether script check {broken}"


@pytest.mark.parametrize(("off", "said"), [(130, "2 minutes ahead of"), (-3600, "60 minutes behind")])
async def test_a_clock_that_is_wrong_is_to_be_set(keeper: Keeper, off: int, said: str) -> None:
    """More than a minute from Slack's time, questions and answers would be put in the wrong order."""
    ahead = Clock(wall=lambda: Clock().now() + timedelta(seconds=off))
    _, page = await keeper.doctor(clock=ahead)
    assert lines(page, "clock") == [f"FIX {said} Slack's. Let this computer set its clock from the internet (NTP)."]


async def test_a_rehearsals_clock_is_no_fault(keeper: Keeper, tmp_path: Path) -> None:
    """A rehearsal moves its clock on purpose."""
    _, page = await keeper.doctor(ALTOGETHER_CLOCK=str(tmp_path / "clock"))
    assert lines(page, "clock") == ["note follows the rehearsal, not this computer"]


# ── and whatever happens ──────────────────────────────────────────────────────────────────────────────────────────


async def test_a_slack_that_never_answers_does_not_hold_the_doctor_up(keeper: Keeper, home: Database) -> None:
    """Each check has its time; what hangs is said, and the rest of the page still comes."""
    keeper.rehearsal.faults.hang_next("conversations.info", seconds=3)
    _, page = await keeper.doctor(seconds=0.3)
    assert lines(page, "channels")[0].startswith("FIX Slack can't be asked: it took too long to answer. Check the net")
    assert lines(page, "reviewers") == ["ok 2 people"]
    assert lines(page, "database") == ["ok SQLite, up to date, 0 stories"]


async def test_without_a_connection_one_line_says_so(keeper: Keeper) -> None:
    """Nothing that needs Slack is then blamed on the settings."""
    code, page = await keeper.doctor(SLACK_API_URL="http://127.0.0.1:9/api/")
    assert lines(page, "bot token")[0].startswith("FIX Slack can't be asked: there is no connection.")
    assert not lines(page, "channels") + lines(page, "reviewers") + lines(page, "scopes")
    assert lines(page, "next digest")
    assert code == 1


async def test_being_told_to_wait_for_long_is_said(keeper: Keeper) -> None:
    """A Retry-After of minutes is not sat through."""
    keeper.rehearsal.faults.rate_limit_next("users.info", retry_after=300)
    _, page = await keeper.doctor()
    assert "it asks us to wait" in lines(page, "reviewers")[0]


async def test_settings_that_cannot_be_used_are_all_told(keeper: Keeper) -> None:
    """Every problem at once, each under the heading where the keeper looks for it."""
    code, page = await keeper.doctor(TIMEZONE="London", DIGEST_AT="Friday 10", REVIEWERS="", SLACK_BOT_TOKEN="")
    assert lines(page, "zone") == ['FIX TIMEZONE "London" is not a zone. Use Europe/London.']
    assert lines(page, "next digest") == ['FIX DIGEST_AT "Friday 10" is not a time. Use: fri 10:00']
    assert lines(page, "reviewers")[0].startswith("FIX REVIEWERS empty. Give user or group ids")
    assert lines(page, "bot token")[0].startswith("FIX SLACK_BOT_TOKEN empty.")
    assert (code, page.splitlines()[-1]) == (1, "4 things to fix.")


async def test_an_empty_environment_lists_what_is_needed() -> None:
    """On a fresh machine the doctor is a list of what to fill in."""
    page = io.StringIO()
    assert await examine(page, environ={}, env_file=None) == 1
    assert page.getvalue().count("missing.") == 5
    assert page.getvalue().endswith("5 things to fix.\n")


async def test_hello_sends_one_direct_message(keeper: Keeper) -> None:
    """The only way to see whether people can be written to is to write to one of them."""
    _, page = await keeper.doctor(hello=AMIRA)
    assert lines(page, "Messages tab")[0].startswith(f"ok one message is with {AMIRA}.")
    (message,) = keeper.rehearsal.person("amira").messages()
    assert message.text.startswith("This is a test by whoever runs me.")


@pytest.mark.parametrize(
    ("person", "said"),
    [(AMIRA, 'FIX is off. In your app: "App Home", switch on'), ("U0NOBODY01", "FIX nobody here has that id.")],
)
async def test_a_hello_that_cannot_be_said_names_the_fix(keeper: Keeper, person: str, said: str) -> None:
    """A Messages tab that is off, or an id that is nobody's."""
    keeper.rehearsal.workspace.messages_tab_enabled = False
    code, page = await keeper.doctor(hello=person)
    assert lines(page, "Messages tab")[0].startswith(said)
    assert code == 1


def test_what_is_to_be_typed_is_never_broken_in_two() -> None:
    """Long lines wrap beneath themselves, but a command stays whole, to be copied; a token is never shown."""
    for words in range(8, 24):
        said = render(fix("channels", f"{'word ' * words}type: /invite @altogether, with xoxb-1234-abc"))
        assert "/invite @altogether" in said
        assert "1234" not in said
        assert all(len(line) <= 116 for line in said.splitlines())
        assert all(line.startswith(" " * 20) for line in said.splitlines()[1:])
