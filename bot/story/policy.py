"""What this installation has decided, and who may do what. Pure: time and facts come in as arguments.

`Policy` is made by `app.py` from the settings and from what Slack says of the channels and reviewers, and made anew
when those change. Services take it as an argument, so what they do never depends on a setting read elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.weekly import WeeklyTime
from storage.records import Story, StoryStatus


class QuietWeek(StrEnum):
    """What a week without new stories gets."""

    SILENT = "silent"
    SAY = "say"
    REREAD = "reread"


class May(StrEnum):
    """Whether somebody may read the storybook in Slack."""

    READ = "read"
    NOT = "not"
    """A guest, or somebody of another organisation."""
    UNSURE = "unsure"
    """Slack cannot say who they are."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The keeper's decisions, and what Slack says of the places and people they name."""

    team_id: str
    bot_user_id: str
    reviewers: frozenset[str]
    """Slack user ids, groups already resolved."""
    review_channel: str
    digest_channel: str
    digest_name: str
    """The channel's name without "#"."""
    digest_members: int | None
    zone: ZoneInfo
    digest_at: WeeklyTime
    quiet_week: QuietWeek = QuietWeek.SILENT
    guests_may_tell: bool = False
    draft_days: int = 14
    nudge_days: int = 7
    private_days: int = 30
    reminder_days: int = 2
    inbox_days: int = 30
    parked_hours: int = 24
    author_link_months: int = 12
    audit_months: int = 24
    backup_days: int = 35
    """How long backups are kept at most, as tellers are told. The keeper's schedule must hold it."""
    renew_months: int = 24
    renew_days: int = 60
    follow_up_weeks: int = 8
    """0: nobody is asked what happened next."""
    ig_lead: str = ""
    """Slack id of the information-governance lead; empty where there is none."""
    break_glass: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    """Reviewers' names as Slack shows them, by user id."""
    code_key: bytes = field(default=b"", repr=False)
    """What withdrawal codes are made with; never in the database."""

    @property
    def may_break_glass(self) -> bool:
        """Whether a reviewer may ask who told a story at all: switched on, and somebody there to decide."""
        return self.break_glass and bool(self.ig_lead)

    def name_of(self, user_id: str) -> str:
        """What to call a reviewer."""
        return self.names.get(user_id, "another reviewer")


def is_reviewer(policy: Policy, user_id: str) -> bool:
    """Whether this person may decide, hold or post."""
    return user_id in policy.reviewers


def can_be_changed(story: Story) -> bool:
    """Whether its teller may still send a new version: not once it is in a digest, or gone."""
    return story.status not in (StoryStatus.POSTED, StoryStatus.REMOVED, StoryStatus.WITHDRAWN)


def nudge_at(policy: Policy, active_at: datetime) -> datetime:
    """When an idle draft is asked about: 10am of the day that is `nudge_days` after the last sign of life."""
    return _ten_in_the_morning(policy, active_at, policy.nudge_days)


def expires_at(policy: Policy, active_at: datetime) -> datetime:
    """When an unsent draft is deleted: 10am of the day that is `draft_days` after the last sign of life."""
    return _ten_in_the_morning(policy, active_at, policy.draft_days)


def private_until(policy: Policy, kept_at: datetime) -> datetime:
    """When a story that was kept private is deleted."""
    return _ten_in_the_morning(policy, kept_at, policy.private_days)


def _ten_in_the_morning(policy: Policy, since: datetime, days: int) -> datetime:
    local = since.astimezone(policy.zone) + timedelta(days=days)
    return local.replace(hour=10, minute=0, second=0, microsecond=0).astimezone(since.tzinfo)
