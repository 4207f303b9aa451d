"""What the keeper may write in the environment and in `.env`, and what they are told when it is wrong."""

from pathlib import Path

import pytest

from bot.errors import Problem, SettingsError
from bot.settings import Settings, load_settings, render_settings_problems
from bot.weekly import WeeklyTime

BOT = "xoxb-123-abcDEF"
APP = "xapp-1-A0-123-abcdef"
GOOD = {
    "SLACK_BOT_TOKEN": BOT,
    "SLACK_APP_TOKEN": APP,
    "DIGEST_CHANNEL": "#info-stories",
    "REVIEW_CHANNEL": "C0REVIEW",
    "REVIEWERS": "U0123, S0456",
}
LOOPBACK = {"SLACK_API_URL": "http://127.0.0.1:8420/api"}


def settings(**over: str) -> Settings:
    return load_settings(GOOD | over, env_file=None)


def problems(environ: dict[str, str], *, env_file: Path | None = None, slack: bool = True) -> dict[str, str]:
    with pytest.raises(SettingsError) as raised:
        load_settings(environ, env_file=env_file, slack=slack)
    return {problem.name: problem.message for problem in raised.value.problems}


def problem(name: str, text: str, **over: str) -> str:
    found = problems(GOOD | over | {name: text})
    assert list(found) == [name]
    return found[name]


def test_five_settings_are_enough() -> None:
    """Tokens, two channels and reviewers are all that a keeper must give."""
    got = settings()
    assert (got.bot_token, got.app_token, got.signing_secret) == (BOT, APP, None)
    assert (got.digest_channel, got.review_channel, got.reviewers) == ("#info-stories", "C0REVIEW", ("U0123", "S0456"))
    assert (got.api_url, got.database_url) == ("https://slack.com/api/", "sqlite:///altogether.db")
    assert (got.digest_at, got.timezone, got.zone.key) == (WeeklyTime(4, 10, 0), "Europe/London", "Europe/London")
    assert (got.quiet_week, got.guests_may_tell, got.log_level) == ("silent", False, "INFO")
    assert (got.draft_days, got.nudge_days, got.private_days, got.review_reminder_days) == (14, 7, 30, 2)
    assert (got.script, got.clock_file, got.pace, got.is_loopback) == (None, None, 1.0, False)
    assert (got.source, got.notes) == ("5 read from the environment", ())


def test_the_keeper_sees_the_whole_list_of_what_to_fix() -> None:
    """Wrong settings are reported together, aligned, each with its fix."""
    wrong = GOOD | {"TIMEZONE": "London", "DIGEST_AT": "Friday 10", "REVIEWERS": ""}
    del wrong["SLACK_APP_TOKEN"]
    with pytest.raises(SettingsError) as raised:
        load_settings(wrong, env_file=None)
    assert render_settings_problems(raised.value) == (
        "4 settings need fixing; nothing was started.\n"
        '  SLACK_APP_TOKEN  missing. Create one with connections:write under "Basic Information".\n'
        '  TIMEZONE         "London" is not a zone. Use Europe/London.\n'
        '  DIGEST_AT        "Friday 10" is not a time. Use: fri 10:00\n'
        "  REVIEWERS        empty. Give user or group ids, with commas: U0123,S0456\n"
        "Check again with: altogether doctor"
    )


def test_one_problem_is_told_in_the_singular() -> None:
    """A single problem reads as one."""
    rendered = render_settings_problems(SettingsError([Problem("SCRIPT", "no file.")]))
    assert rendered.splitlines()[:2] == ["1 setting needs fixing; nothing was started.", "  SCRIPT  no file."]


def test_nothing_given_names_everything_that_is_required() -> None:
    """An empty environment gives five problems, not one after the other."""
    assert list(problems({})) == [
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "DIGEST_CHANNEL",
        "REVIEW_CHANNEL",
        "REVIEWERS",
    ]


def test_exchanged_tokens_are_recognised() -> None:
    """Each token in the other's place is told where it belongs, and neither is quoted."""
    found = problems(GOOD | {"SLACK_BOT_TOKEN": APP, "SLACK_APP_TOKEN": BOT})
    assert found["SLACK_BOT_TOKEN"] == (
        "this is an app token (xapp-). Put it in SLACK_APP_TOKEN; the bot token starts xoxb- "
        'and is on your app\'s "OAuth & Permissions" page.'
    )
    assert found["SLACK_APP_TOKEN"].startswith("this is a bot token (xoxb-). Put it in SLACK_BOT_TOKEN.")
    assert BOT not in str(found) and APP not in str(found)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-1-secret", "a person's token"),
        ("SLACK_BOT_TOKEN", "xoxe.xoxb-1-secret", "token rotation off"),
        ("SLACK_BOT_TOKEN", "xoxb-1 secret", "not a whole bot token"),
        ("SLACK_APP_TOKEN", "hunter2secret", "it starts xapp-"),
        ("SLACK_SIGNING_SECRET", "secret", "not a signing secret"),
    ],
)
def test_a_wrong_secret_is_never_quoted(name: str, text: str, says: str) -> None:
    """What is wrong with a secret is said without it."""
    assert says in problem(name, text)
    assert "secret" not in problem(name, text).replace("signing secret", "")


def test_a_token_in_any_other_place_is_not_quoted_either() -> None:
    """A token pasted into the wrong setting is not printed to the terminal."""
    found = problems(GOOD | {"DIGEST_AT": BOT, "TIMEZONE": APP, "DIGEST_CHANNEL": f"the {BOT}", "QUIET_WEEK": BOT})
    assert len(found) == 4
    assert "abcDEF" not in str(found) and "abcdef" not in str(found)


def test_settings_can_be_printed_without_giving_away_tokens() -> None:
    """Neither token nor signing secret is in the settings' own description."""
    shown = repr(settings(SLACK_SIGNING_SECRET="0123456789abcdef" * 2))
    assert BOT not in shown and APP not in shown and "0123456789abcdef" not in shown
    assert "#info-stories" in shown


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("London", "Use Europe/London."),
        ("europe/london", "Use Europe/London."),
        ("BST", "Use Europe/London."),
        ("new york", "Use America/New_York."),
        ("Europe", "is not a zone"),
        ("../etc/passwd", "is not a zone"),
        ("Nowhere at all", "Use Europe/London, or another of the form Area/City."),
    ],
)
def test_a_zone_that_is_none_gets_the_nearest_one(text: str, says: str) -> None:
    """A city, a nickname or the wrong capitals are answered with the zone that was meant."""
    assert says in problem("TIMEZONE", text)


@pytest.mark.parametrize(
    ("text", "suggested"),
    [
        ("Friday 10", "fri 10:00"),
        ("mon 2.30pm", "mon 14:30"),
        ("tuesday at 12am", "tue 00:00"),
        ("10:00", "fri 10:00"),
        ("fri 25:00", "fri 10:00"),
        ("every wed, 9:15", "wed 09:15"),
        ("fri or sat 9", "fri 10:00"),
    ],
)
def test_a_time_that_is_none_gets_the_nearest_one(text: str, suggested: str) -> None:
    """What was probably meant is offered in the form that works."""
    assert problem("DIGEST_AT", text) == f'"{text}" is not a time. Use: {suggested}'


@pytest.mark.parametrize(
    ("text", "time", "words"),
    [
        ("fri 10:00", WeeklyTime(4, 10, 0), "Friday 10am"),
        ("  Thurs  9:05 ", WeeklyTime(3, 9, 5), "Thursday 9:05am"),
        ("SUNDAY 14:30", WeeklyTime(6, 14, 30), "Sunday 2:30pm"),
        ("mon 12:00", WeeklyTime(0, 12, 0), "Monday midday"),
        ("tue 12:15", WeeklyTime(1, 12, 15), "Tuesday 12:15pm"),
        ("wed 00:00", WeeklyTime(2, 0, 0), "Wednesday 00:00"),
    ],
)
def test_a_weekly_time_is_read_and_said(text: str, time: WeeklyTime, words: str) -> None:
    """Short and full names of days are read, and people see words; what is written back is read back."""
    assert settings(DIGEST_AT=text).digest_at == time
    assert time.words == words
    assert WeeklyTime.parse(str(time)) == time


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("info-stories", '"info-stories" is not a channel. Give its id (C0123) or its name with #: #info-stories'),
        ("https://example.slack.com/archives/C0123ABCD", "a link, not a channel. Use its id: C0123ABCD"),
        ("D0123ABCD", "is a direct message"),
        ("#two words", "is not a channel"),
    ],
)
def test_a_channel_that_is_none_gets_the_form_that_works(text: str, says: str) -> None:
    """Names without #, links and direct messages are answered with what to write."""
    assert says in problem("DIGEST_CHANNEL", text)


def test_cards_may_not_land_before_readers() -> None:
    """The reviewers' channel cannot be the digest's, however it is written."""
    assert "the same as DIGEST_CHANNEL" in problem("REVIEW_CHANNEL", "#Info-Stories")


def test_reviewers_are_ids() -> None:
    """Names are refused together with how to find an id; ids count once, however they are separated."""
    assert settings(REVIEWERS="U0123,W0456 S0789,,U0123\n").reviewers == ("U0123", "W0456", "S0789")
    assert '"@amira", "joe@example.org" are not ids' in problem("REVIEWERS", "@amira, U0123, joe@example.org")
    assert "is not an id" in problem("REVIEWERS", "B0123")
    assert problem("REVIEWERS", " , ").startswith("empty.")


@pytest.mark.parametrize(
    ("text", "loopback"),
    [
        ("https://slack.com/api", False),
        ("https://slack-gov.com/api/", False),
        ("http://127.0.0.1:8420/api/", True),
        ("http://localhost:8420/api", True),
        ("http://[::1]:8420/api/", True),
    ],
)
def test_slack_is_reached_safely(text: str, loopback: bool) -> None:
    """The address ends with a slash; only one on this computer counts as a rehearsal's and may do without https."""
    got = settings(SLACK_API_URL=text)
    assert got.api_url == text.rstrip("/") + "/"
    assert got.is_loopback is loopback


@pytest.mark.parametrize(
    "text",
    [
        "http://slack.com/api/",
        "http://127.0.0.1.example.org/",
        "http://localhost.example.org/",
        "http://0.0.0.0/api/",
        "http://127.0.0.1@example.org/",
        "https://user:hunter2@slack.com/api/",
        "https://slack.com/api/?x=1",
        "https://slack.com:port/",
        "ftp://slack.com/",
        "slack.com/api",
        "https:///api",
    ],
)
def test_an_address_that_is_not_safe_is_refused(text: str) -> None:
    """Unencrypted, disguised or broken addresses are refused, and a password in one is not shown."""
    assert "hunter2" not in problem("SLACK_API_URL", text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sqlite:///:memory:", "forgets every story"),
        ("sqlite://", "forgets every story"),
        ("sqlite:///file:x?mode=memory&uri=true", "forgets every story"),
        ("sqlite://altogether.db", "three slashes"),
        ("sqlite:///a.db?timeout=3", "plain file"),
        ("postgresql://bot:hunter2@db/stories", "postgresql is not served yet"),
        ("sqlite+aiosqlite:///a.db", "the driver sqlite+aiosqlite is not used"),
        ("altogether.db hunter2", "not a database address"),
        ("sqlite:////no/such/folder/a.db", 'the folder "/no/such/folder" does not exist'),
    ],
)
def test_a_database_is_a_file(text: str, says: str) -> None:
    """What cannot hold stories is refused with the form that can, and no password is shown."""
    message = problem("DATABASE_URL", text)
    assert says in message and "sqlite:///altogether.db" in message
    assert "hunter2" not in message


def test_a_script_must_be_there(tmp_path: Path) -> None:
    """A script is a file that can be read; what it says is another command's business."""
    script = tmp_path / "script.toml"
    assert f'no file "{script}"' in problem("SCRIPT", str(script))
    assert "cannot be read" in problem("SCRIPT", str(tmp_path))
    script.write_text("anything", encoding="utf-8")
    assert settings(SCRIPT=str(script)).script == script


def test_what_governance_adds_has_limits() -> None:
    """Choices, yes or no, and days are checked; reminders follow a draft's life unless they are set."""
    got = settings(QUIET_WEEK="Reread", GUESTS_MAY_TELL="Yes", DRAFT_DAYS="5", LOG_LEVEL="debug")
    assert (got.quiet_week, got.guests_may_tell, got.draft_days, got.nudge_days) == ("reread", True, 5, 2)
    assert got.log_level == "DEBUG"
    assert problem("QUIET_WEEK", "loud") == '"loud" is not a choice. Use one of: silent, say, reread'
    assert problem("GUESTS_MAY_TELL", "perhaps") == '"perhaps" is neither yes nor no. Use: no'
    assert problem("PRIVATE_DAYS", "a month") == '"a month" is not a number of days. Use 1 to 365.'
    assert "working days" in problem("REVIEW_REMINDER_DAYS", "0")
    assert problem("NUDGE_DAYS", "14") == "must be less than DRAFT_DAYS, which is 14. Use 7."


def test_a_real_bot_cannot_be_given_a_rehearsals_clock(tmp_path: Path) -> None:
    """The clock and the pace can be set only where Slack is on this computer."""
    clock = str(tmp_path / "clock")
    found = problems(GOOD | {"ALTOGETHER_CLOCK": clock, "ALTOGETHER_PACE": "0"})
    assert list(found) == ["ALTOGETHER_CLOCK", "ALTOGETHER_PACE"]
    assert "only for a rehearsal" in found["ALTOGETHER_CLOCK"]
    got = settings(**LOOPBACK, ALTOGETHER_CLOCK=clock, ALTOGETHER_PACE="0.05")
    assert (got.clock_file, got.pace) == (Path(clock), 0.05)
    for wrong in ("61", "-1", "nan", "inf", "fast"):
        assert "number of seconds" in problem("ALTOGETHER_PACE", wrong, **LOOPBACK)


def test_quotation_marks_around_a_value_are_dropped() -> None:
    """What `docker run --env-file` passes with its quotation marks works all the same."""
    assert settings(TIMEZONE='"Europe/Paris"').timezone == "Europe/Paris"


def test_a_command_without_slack_needs_no_slack_settings() -> None:
    """Slack's settings may be missing or wrong for it; the others are still checked."""
    got = load_settings({"SLACK_BOT_TOKEN": "nonsense", "REVIEWERS": "U0123"}, env_file=None, slack=False)
    assert (got.bot_token, got.digest_channel, got.reviewers) == ("", "", ("U0123",))
    assert list(problems({"TIMEZONE": "London", "REVIEWERS": "@joe"}, slack=False)) == ["TIMEZONE"]
