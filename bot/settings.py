"""What the keeper decides: the only reader of the environment and of the `.env` file.

Every command loads its settings here once and passes them on. All that is wrong is reported together, each with its
fix; what a single value may be is in `setting_values.py`.
"""

import difflib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import EllipsisType
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from dotenv.parser import parse_stream

from bot import setting_values as values
from bot.errors import Problem, SettingsError
from bot.weekly import WeeklyTime

SLACK_API: Final = "https://slack.com/api/"
ENV_FILE: Final = "ALTOGETHER_ENV_FILE"
"""Names the file to read in place of `.env`; empty means no file. Read from the real environment only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the keeper decides, checked. Loaded without Slack, the fields that only Slack needs may be empty."""

    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)
    signing_secret: str | None = field(repr=False)
    api_url: str
    database_url: str
    tombstones: Path | None
    timezone: str
    digest_at: WeeklyTime
    digest_channel: str
    review_channel: str
    reviewers: tuple[str, ...]
    script: Path | None
    quiet_week: Literal["silent", "say", "reread"]
    guests_may_tell: bool
    draft_days: int
    nudge_days: int
    private_days: int
    review_reminder_days: int
    inbox_days: int
    parked_hours: int
    author_link_months: int
    audit_months: int
    backup_days: int
    renew_months: int
    renew_days: int
    follow_up_weeks: int
    storybook_dir: Path | None
    storybook_contact: str | None
    ig_lead: str
    break_glass: bool
    log_level: str
    clock_file: Path | None
    pace: float
    source: str
    """Where they came from, for people: "9 read from .env"."""
    notes: tuple[Problem, ...] = ()
    """What works but deserves a word from `doctor`."""

    @property
    def is_loopback(self) -> bool:
        """Whether the bot talks to a rehearsal on this computer rather than to Slack."""
        return values.is_loopback_url(self.api_url)

    @property
    def tombstones_file(self) -> Path:
        """The file that says which stories must stay forgotten: by default beside the database."""
        return self.tombstones or Path(f"{values.database_file(self.database_url)}.tombstones")

    @property
    def zone(self) -> ZoneInfo:
        """The keeper's zone, in which slots and dates are worked out."""
        return ZoneInfo(self.timezone)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown, for the log to hide wherever it appears."""
        return tuple(secret for secret in (self.bot_token, self.app_token, self.signing_secret) if secret)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name outside, its field inside, how it is checked, and what holds where it is not given.

    `required` is the sentence that says how to come by it; `slack` marks what only a command that talks to Slack needs.
    """

    name: str
    field: str
    check: Callable[[str], object]
    default: object = None
    required: str | None = None
    slack: bool = False


_CHANNEL_FIX: Final = "Give a channel's id (C0123) or its name with #: "

# In the order in which problems are told and `.env.example` lists them.
SETTINGS: Final[tuple[Setting, ...]] = (
    Setting(
        "SLACK_BOT_TOKEN",
        "bot_token",
        values.bot_token,
        "",
        values.XOXB_PLACE[:1].upper() + values.XOXB_PLACE[1:] + ".",
        slack=True,
    ),
    Setting("SLACK_APP_TOKEN", "app_token", values.app_token, "", f"{values.XAPP_PLACE}.", slack=True),
    Setting("SLACK_SIGNING_SECRET", "signing_secret", values.signing_secret, slack=True),
    Setting("SLACK_API_URL", "api_url", values.api_url, SLACK_API),
    Setting("DATABASE_URL", "database_url", values.database_url, "sqlite:///altogether.db"),
    Setting("TOMBSTONES", "tombstones", values.plain_path),
    Setting("TIMEZONE", "timezone", values.timezone, "Europe/London"),
    Setting("DIGEST_AT", "digest_at", values.weekly_time, WeeklyTime(4, 10, 0)),
    Setting("DIGEST_CHANNEL", "digest_channel", values.channel, "", f"{_CHANNEL_FIX}#info-stories", slack=True),
    Setting("REVIEW_CHANNEL", "review_channel", values.channel, "", f"{_CHANNEL_FIX}#story-review", slack=True),
    Setting("REVIEWERS", "reviewers", values.reviewers, (), values.REVIEWERS_FIX, slack=True),
    Setting("SCRIPT", "script", values.script_file),
    Setting("QUIET_WEEK", "quiet_week", values.one_of("silent", "say", "reread"), "silent"),
    Setting("GUESTS_MAY_TELL", "guests_may_tell", values.yes_or_no, False),
    Setting("DRAFT_DAYS", "draft_days", values.days(2, 365), 14),
    Setting("NUDGE_DAYS", "nudge_days", values.days(1, 364)),
    Setting("PRIVATE_DAYS", "private_days", values.days(1, 365), 30),
    Setting("REVIEW_REMINDER_DAYS", "review_reminder_days", values.days(1, 30, kind="working days"), 2),
    Setting("INBOX_DAYS", "inbox_days", values.days(1, 365), 30),
    Setting("PARKED_HOURS", "parked_hours", values.days(1, 168, kind="hours"), 24),
    Setting("AUTHOR_LINK_MONTHS", "author_link_months", values.days(1, 120, kind="months"), 12),
    Setting("AUDIT_MONTHS", "audit_months", values.days(1, 240, kind="months"), 24),
    Setting("BACKUP_DAYS", "backup_days", values.days(1, 3650), 35),
    Setting("RENEW_MONTHS", "renew_months", values.days(1, 240, kind="months"), 24),
    Setting("RENEW_DAYS", "renew_days", values.days(7, 365), 60),
    Setting("FOLLOW_UP_WEEKS", "follow_up_weeks", values.days(0, 104, kind="weeks"), 8),
    Setting("IG_LEAD", "ig_lead", values.one_person, ""),
    Setting("BREAK_GLASS", "break_glass", values.yes_or_no, False),
    Setting("STORYBOOK_DIR", "storybook_dir", values.plain_path),
    Setting("STORYBOOK_CONTACT", "storybook_contact", values.one_line),
    Setting("LOG_LEVEL", "log_level", values.one_of("DEBUG", "INFO", "WARNING", "ERROR"), "INFO"),
    Setting("ALTOGETHER_CLOCK", "clock_file", values.plain_path),
    Setting("ALTOGETHER_PACE", "pace", values.pace, 1.0),
)
_NAMES: Final = frozenset(setting.name for setting in SETTINGS) | {ENV_FILE}
_REHEARSAL_ONLY: Final = ("ALTOGETHER_CLOCK", "ALTOGETHER_PACE")
_SECRET_NAMES: Final = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")


def load_settings(
    environ: Mapping[str, str] | None = None,
    *,
    env_file: Path | EllipsisType | None = ...,
    slack: bool = True,
) -> Settings:
    """Returns the settings of `environ` (the process's own if None) over those of the file.

    `env_file` None reads no file; left out, ALTOGETHER_ENV_FILE decides, by default `.env` in the working directory
    where there is one. With `slack=False` what only Slack needs may be missing or wrong; what is wrong stays empty.
    Raises SettingsError with every problem.
    """
    outer = os.environ if environ is None else environ
    problems: list[Problem] = []
    file, must_exist = _which_file(outer, env_file)
    from_file = {} if file is None else _read_file(file, must_exist=must_exist, problems=problems)
    typos = _typos(from_file, slack=slack)

    given: dict[str, str] = {}
    for setting in SETTINGS:
        text = outer.get(setting.name, from_file.get(setting.name))
        if text is not None:
            given[setting.name] = _unquoted(text.strip())
    found: dict[str, Any] = {}
    failed: set[str] = set()
    for setting in SETTINGS:
        found[setting.field] = setting.default
        try:
            if given.get(setting.name):
                found[setting.field] = setting.check(given[setting.name])
            elif setting.required is not None and setting.name not in typos.values():
                raise ValueError(f"{'empty' if setting.name in given else 'missing'}. {setting.required}")
        except ValueError as error:
            if slack or not setting.slack:
                problems.append(Problem(setting.name, str(error)))
                failed.add(setting.name)

    if found["nudge_days"] is None:
        found["nudge_days"] = found["draft_days"] // 2
    problems += _disagreements(found, given, failed, slack=slack)
    problems += [Problem(typo, f"not a setting. Did you mean {meant}?") for typo, meant in typos.items()]
    if problems:
        raise SettingsError(problems)
    read_from_file = [name for name in given if name in from_file and name not in outer]
    return Settings(
        **found,
        source=_source(file, in_file=len(read_from_file), outside=len(given) - len(read_from_file)),
        notes=_notes(file, from_file),
    )


def render_settings_problems(error: SettingsError) -> str:
    """Returns what the keeper reads: how many settings, each with its fix in a column, and how to check again."""
    count = len({problem.name for problem in error.problems})
    width = max((len(problem.name) for problem in error.problems), default=0)
    head = f"{count} setting needs fixing" if count == 1 else f"{count} settings need fixing"
    lines = (f"  {problem.name:<{width}}  {problem.message}" for problem in error.problems)
    return "\n".join((f"{head}; nothing was started.", *lines, "Check again with: altogether doctor"))


def _which_file(outer: Mapping[str, str], env_file: Path | EllipsisType | None) -> tuple[Path | None, bool]:
    """The file to read, if any, and whether it was asked for by name."""
    if env_file is None or isinstance(env_file, Path):
        return env_file, True
    named = outer.get(ENV_FILE)
    if named is None:
        return Path(".env"), False
    return (Path(named), True) if named.strip() else (None, False)


def _read_file(file: Path, *, must_exist: bool, problems: list[Problem]) -> dict[str, str]:
    """The names and values that the file gives; adds what cannot be read to `problems`, without quoting it."""
    found: dict[str, str] = {}
    try:
        with file.open(encoding="utf-8-sig") as stream:
            # Not dotenv_values: it only logs what it cannot read, and puts other variables in the place of ${…}.
            bindings = list(parse_stream(stream))
    except FileNotFoundError:
        if must_exist:
            problems.append(Problem(ENV_FILE, f"no file {values.quote(str(file))}. Name one that exists, or none."))
        return found
    except (OSError, UnicodeDecodeError) as error:
        why = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error.strerror or "it is no file"
        problems.append(Problem(file.name, f"cannot be read: {why}."))
        return found
    for binding in bindings:
        name, line = binding.key, binding.original.line
        if binding.error or (name is not None and binding.value is None):
            problems.append(Problem(f"{file.name} line {line}", "cannot be read. Write NAME=value"))
        elif name is not None and binding.value is not None:
            found[name] = binding.value
    return found


def _typos(from_file: Mapping[str, str], *, slack: bool) -> dict[str, str]:
    """Names in the file that are nearly a setting's, and the setting. Names of other programs are left alone."""
    meant = sorted(setting.name for setting in SETTINGS if slack or not setting.slack)
    near = {
        name: difflib.get_close_matches(name.upper(), meant, n=1, cutoff=0.85)
        for name in from_file
        if name not in _NAMES
    }
    return {name: match[0] for name, match in near.items() if match}


def _unquoted(text: str) -> str:
    """Without the quotation marks that `docker run --env-file` leaves around a value."""
    quoted = len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1].strip() if quoted else text


def _disagreements(
    found: Mapping[str, Any], given: Mapping[str, str], failed: set[str], *, slack: bool
) -> list[Problem]:
    """What is wrong between settings that are each right; silent about those that are not."""
    problems: list[Problem] = []
    if slack and found["review_channel"] and found["review_channel"] == found["digest_channel"]:
        same = "the same as DIGEST_CHANNEL. Readers would see stories under review: use another, such as #story-review"
        problems.append(Problem("REVIEW_CHANNEL", same))
    if found["nudge_days"] >= found["draft_days"] and failed.isdisjoint({"NUDGE_DAYS", "DRAFT_DAYS"}):
        late = f"must be less than DRAFT_DAYS, which is {found['draft_days']}. Use {found['draft_days'] // 2}."
        problems.append(Problem("NUDGE_DAYS", late))
    if found["break_glass"] and not found["ig_lead"] and "IG_LEAD" not in failed:
        nobody = "needs somebody to decide. Give their member id in IG_LEAD, or use BREAK_GLASS=no."
        problems.append(Problem("BREAK_GLASS", nobody))
    if "SLACK_API_URL" not in failed and not values.is_loopback_url(found["api_url"]):
        only = "only for a rehearsal: remove it, or let SLACK_API_URL be on this computer."
        problems += [Problem(name, only) for name in _REHEARSAL_ONLY if given.get(name) and name not in failed]
    return problems


def _source(file: Path | None, *, in_file: int, outside: int) -> str:
    if file is None or not in_file:
        return f"{outside} read from the environment"
    return f"{in_file} read from {file.name}" + (f", {outside} from the environment" if outside else "")


def _notes(file: Path | None, from_file: Mapping[str, str]) -> tuple[Problem, ...]:
    holds_secrets = any(from_file.get(name) for name in _SECRET_NAMES)
    if file is None or not holds_secrets or os.name != "posix":
        return ()  # elsewhere the mode says nothing about who may read it
    others = file.stat().st_mode & 0o077
    return (Problem(file.name, f"holds tokens and others may read it. Type: chmod 600 {file}"),) if others else ()
