"""What the doctor asks Slack: tokens, scopes, channels, reviewers, the time, and one message if it is asked to send it.

Each check returns its lines and changes nothing, but for `say_hello`. `doctor.py` gives each of them ten seconds.
"""

import re
from datetime import datetime, timedelta
from typing import Final

from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.facts import missing_scopes
from bot.ids import SCOPES
from bot.keeper import app_token
from bot.keeper.identity import Identity
from bot.keeper.lookup import ask
from bot.keeper.places import Places
from bot.keeper.report import Line, fix, note, ok
from bot.keeper.reviewers import find_reviewers
from bot.settings import Settings
from bot.text import count

MESSAGES_TAB: Final = "Messages tab"
_MOST_SKEW: Final = timedelta(seconds=60)
_HELLO: Final = "This is a test by whoever runs me. If you can type an answer here, direct messages work."
_APP_IN_TOKEN: Final = re.compile(r"xapp-\d+-(A[A-Z0-9]{6,})-")
_HELLO_REFUSALS: Final = {
    "messages_tab_disabled": 'is off. In your app: "App Home", switch on the Messages Tab, and tick "Allow users to '
    'send Slash commands and messages from the messages tab".',
    "user_not_found": 'nobody here has that id. In a profile: ⋮, "Copy member ID".',
    "user_disabled": "that person has left. Give the id of somebody who is here.",
    "cannot_dm_bot": "that is a bot. Give a person's id.",
}


def who(identity: Identity) -> list[Line]:
    """Whose token it is."""
    return [ok("bot token", f"@{identity.bot_name} in {identity.team_name}")]


def scopes(identity: Identity) -> list[Line]:
    """Whether the bot's token may do all that the code does."""
    if identity.scopes is None:
        return [note("scopes", "can't be seen: this server does not say what the token may do")]
    lacking = missing_scopes(identity)
    if not lacking:
        return [ok("scopes", f"all {len(SCOPES)}")]
    page = 'on your app\'s "OAuth & Permissions" page, then press "Reinstall"'
    return [fix("scopes", f"missing: {', '.join(lacking)}. Add {'it' if len(lacking) == 1 else 'them'} {page}.")]


async def socket(client: AsyncWebClient, settings: Settings, identity: Identity | None) -> list[Line]:
    """Whether the app's token opens Socket Mode; `client` speaks with that token."""
    answer = await ask(client, "apps.connections.open")
    if answer.refused is not None:
        problem = app_token.problem(answer.refused)
        return [fix("app token", app_token.otherwise(answer.why) if problem is None else problem.message)]
    of_app = _APP_IN_TOKEN.match(settings.app_token)
    if of_app is not None and identity is not None and identity.app_id not in (None, of_app[1]):
        return [fix("app token", f"belongs to another app than the bot token. {app_token.PLACE}")]
    return [ok("app token", "Socket Mode opens")]


def places(found: Places) -> list[Line]:
    """Whether both channels are there and the app is in them."""
    lines = [fix("channels", problem.message) for problem in found.problems]
    if not lines and found.digest is not None and found.review is not None:
        lines = [ok("channels", f"in {found.digest.mention} and {found.review.mention}")]
    return lines + [note("channels", said) for said in found.notes]


async def reviewers(client: AsyncWebClient, settings: Settings) -> list[Line]:
    """Whether the reviewers are people who are here, and enough of them."""
    found = await find_reviewers(client, settings)
    problems = [*found.left, *found.problems] or list(found.must_fix)
    lines = [fix("reviewers", problem.message) for problem in problems]
    if not lines and len(found.ids) > 1:
        lines = [ok("reviewers", count(len(found.ids), "person", "people"))]
    if len(found.ids) == 1:
        alone = (
            "only 1 person, whose own story nobody could review, and who can't approve alone what needs two reviewers. "
            "Add a second to REVIEWERS."
        )
        lines.append(note("reviewers", alone))
    return lines + [note("reviewers", said) for said in found.notes]


def clock(ours: Clock, settings: Settings, identity: Identity, *, asked_at: datetime) -> list[Line]:
    """Whether this computer's clock agrees with Slack's, which stamps every message; `asked_at` is ours."""
    if settings.clock_file is not None:
        return [note("clock", "follows the rehearsal, not this computer")]
    if identity.server_time is None:
        return [note("clock", "can't be compared: this server does not say what time it is")]
    ahead = asked_at - identity.server_time
    behind = identity.server_time - ours.now()
    if ahead <= _MOST_SKEW and behind <= _MOST_SKEW:
        return [ok("clock", "agrees with Slack's")]
    off, way = (ahead, "ahead of") if ahead > behind else (behind, "behind")
    minutes = count(max(1, round(off.total_seconds() / 60)), "minute")
    return [fix("clock", f"{minutes} {way} Slack's. Let this computer set its clock from the internet (NTP).")]


async def say_hello(client: AsyncWebClient, user_id: str) -> list[Line]:
    """Sends this person one direct message, which is the only way to see whether the Messages tab is on."""
    opened = await ask(client, "conversations.open", users=user_id)
    if opened.refused is None:
        channel = str((opened.data.get("channel") or {}).get("id") or user_id)
        opened = await ask(client, "chat.postMessage", channel=channel, text=_HELLO)
    if opened.refused is None:
        rest = 'If they cannot type an answer: "App Home", tick "Allow users to send Slash commands and messages".'
        return [ok(MESSAGES_TAB, f"one message is with {user_id}. {rest}")]
    return [fix(MESSAGES_TAB, _HELLO_REFUSALS.get(opened.refused, f"the message could not be sent: {opened.why}."))]


def unseen() -> list[Line]:
    """What no method of Slack's tells, and how to find out."""
    how = "To test it: altogether doctor --hello U0123 (sends that person one DM)"
    return [note(MESSAGES_TAB, f"can't be seen from here. {how}")]
