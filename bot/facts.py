"""What Slack says of the places and people that the settings name: looked up at start, and made into the policy.

`app.py` learns the facts before anything is served and refreshes the reviewers when a group changes. Whatever would
stop the bot is one SettingsError with every problem; what another Slack-like server cannot tell is a note.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SettingsError
from bot.ids import SCOPES
from bot.keeper.identity import Identity, identify
from bot.keeper.lookup import SlackUnavailable
from bot.keeper.places import Channel, find_places
from bot.keeper.reviewers import find_reviewers
from bot.settings import Settings
from bot.story.codes import key_of
from bot.story.policy import Policy, QuietWeek

__all__ = [
    "Channel",
    "Facts",
    "SlackUnavailable",
    "learn",
    "make_policy",
    "missing_scopes",
    "offline_policy",
    "refresh_reviewers",
]


@dataclass(frozen=True, slots=True)
class Facts:
    """The workspace, the bot in it, its two channels and its reviewers, as Slack described them at one moment."""

    team_id: str
    enterprise_id: str | None
    team_name: str
    team_url: str
    bot_user_id: str
    bot_id: str | None
    app_id: str | None
    scopes: frozenset[str] | None
    """What the token may do; None where the server does not say."""
    digest: Channel
    review: Channel
    reviewers: frozenset[str]
    names: Mapping[str, str]
    """Reviewers' names by user id, as far as they are known."""
    notes: tuple[str, ...]


async def learn(client: AsyncWebClient, settings: Settings) -> Facts:
    """Returns what Slack says of everything that the settings name.

    Reviewers who have left are left out with a note as long as somebody remains. Raises SettingsError with every
    problem, each naming its fix, and SlackUnavailable when Slack cannot be asked just now.
    """
    identity = await identify(client)
    places = await find_places(client, settings, bot_name=identity.bot_name)
    people = await find_reviewers(client, settings)
    problems = [*places.problems, *people.must_fix]
    if problems or places.digest is None or places.review is None:
        raise SettingsError(problems)
    lacking = missing_scopes(identity)
    return Facts(
        team_id=identity.team_id,
        enterprise_id=identity.enterprise_id,
        team_name=identity.team_name,
        team_url=identity.team_url,
        bot_user_id=identity.bot_user_id,
        bot_id=identity.bot_id,
        app_id=identity.app_id,
        scopes=identity.scopes,
        digest=places.digest,
        review=places.review,
        reviewers=people.ids,
        names=people.names,
        notes=(
            *((f"scopes missing: {', '.join(lacking)}",) if lacking else ()),
            *places.notes,
            *(problem.message for problem in people.left),
            *people.notes,
        ),
    )


def missing_scopes(identity: Identity) -> tuple[str, ...]:
    """Returns the scopes that the code needs and the token has not, in order; none where they cannot be seen."""
    return () if identity.scopes is None else tuple(sorted(SCOPES.keys() - identity.scopes))


def make_policy(settings: Settings, facts: Facts) -> Policy:
    """Returns the policy that the services work by."""
    return _policy(
        settings,
        team_id=facts.team_id,
        bot_user_id=facts.bot_user_id,
        reviewers=facts.reviewers,
        names=facts.names,
        digest=facts.digest,
        review=facts.review,
    )


def offline_policy(settings: Settings, *, team_id: str, digest: Channel | None = None) -> Policy:
    """Returns a policy for looking only, made without Slack: places as the settings name them, nobody a reviewer."""
    as_given = settings.digest_channel.removeprefix("#")
    return _policy(
        settings,
        team_id=team_id,
        bot_user_id="",
        reviewers=frozenset(),
        names={},
        digest=digest or Channel(settings.digest_channel, as_given, None),
        review=Channel(settings.review_channel, settings.review_channel.removeprefix("#"), None),
    )


async def refresh_reviewers(client: AsyncWebClient, settings: Settings) -> tuple[frozenset[str], Mapping[str, str]]:
    """Returns who reviews now, and their names; those who have left or whose id is wrong are simply not among them.

    Raises SlackUnavailable when Slack cannot be asked, or will not say who is in a group or who somebody is: then
    whoever was known before is the better answer. An empty set means that nobody of them is here any more.
    """
    people = await find_reviewers(client, settings)
    if people.unread:
        raise SlackUnavailable("; ".join(problem.message for problem in people.unread))
    return people.ids, people.names


def _policy(
    settings: Settings,
    *,
    team_id: str,
    bot_user_id: str,
    reviewers: frozenset[str],
    names: Mapping[str, str],
    digest: Channel,
    review: Channel,
) -> Policy:
    return Policy(
        team_id=team_id,
        bot_user_id=bot_user_id,
        reviewers=reviewers,
        review_channel=review.id,
        digest_channel=digest.id,
        digest_name=digest.name,
        digest_members=digest.members,
        zone=settings.zone,
        digest_at=settings.digest_at,
        quiet_week=QuietWeek(settings.quiet_week),
        guests_may_tell=settings.guests_may_tell,
        draft_days=settings.draft_days,
        nudge_days=settings.nudge_days,
        private_days=settings.private_days,
        reminder_days=settings.review_reminder_days,
        inbox_days=settings.inbox_days,
        parked_hours=settings.parked_hours,
        author_link_months=settings.author_link_months,
        audit_months=settings.audit_months,
        backup_days=settings.backup_days,
        renew_months=settings.renew_months,
        renew_days=settings.renew_days,
        follow_up_weeks=settings.follow_up_weeks,
        ig_lead=settings.ig_lead,
        break_glass=settings.break_glass,
        names=names,
        code_key=key_of(settings.bot_token),
    )
