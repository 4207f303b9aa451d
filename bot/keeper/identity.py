"""Who the bot is in Slack: what auth.test says of the token, and how long ago Slack says it is.

`facts.py` needs it to start, the doctor reports on it. A token that Slack refuses is a SettingsError with the fix.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import Problem, SettingsError
from bot.keeper.lookup import Answer, ask

_PAGE: Final = 'your app\'s "OAuth & Permissions" page'
_REFUSALS: Final = {
    "invalid_auth": f"Slack does not know this token. Copy it again from {_PAGE}.",
    "not_authed": f"Slack does not know this token. Copy it again from {_PAGE}.",
    "account_inactive": f"the app was removed from the workspace. Install it again on {_PAGE}; copy the new token.",
    "token_revoked": f"this token was revoked. Install the app again on {_PAGE}; copy the new token.",
    "token_expired": "this token has expired. Turn token rotation off in your app, and install it again.",
    "not_allowed_token_type": f"this is another kind of token. The bot token starts xoxb- and is on {_PAGE}.",
}

_WHOLE_ORGANISATION: Final = (
    f"the app is installed to the whole organisation. Install it to one workspace on {_PAGE}; copy that token."
)


@dataclass(frozen=True, slots=True)
class Identity:
    """What Slack says of the token's owner; what another server leaves out is None."""

    team_id: str
    enterprise_id: str | None
    team_name: str
    team_url: str
    bot_user_id: str
    bot_id: str | None
    bot_name: str
    app_id: str | None
    scopes: frozenset[str] | None
    server_time: datetime | None
    """What time it was in Slack when it answered, to the second."""


async def identify(client: AsyncWebClient) -> Identity:
    """Returns who the token speaks as. Raises SettingsError where Slack refuses it, SlackUnavailable for no answer."""
    answer = await ask(client, "auth.test")
    if answer.refused is not None:
        fix = _REFUSALS.get(answer.refused, f"{answer.why}. Copy the token again from {_PAGE}.")
        raise SettingsError([Problem("SLACK_BOT_TOKEN", fix)])
    team_id, user_id = _text(answer, "team_id"), _text(answer, "user_id")
    if team_id is None or user_id is None:
        unlike = "what answers there does not say which workspace it is. Leave it out for Slack's own."
        raise SettingsError([Problem("SLACK_API_URL", unlike)])
    if answer.data.get("is_enterprise_install") is True or team_id.startswith("E"):
        raise SettingsError([Problem("SLACK_BOT_TOKEN", _WHOLE_ORGANISATION)])
    bot_id = _text(answer, "bot_id")
    return Identity(
        team_id=team_id,
        enterprise_id=_text(answer, "enterprise_id"),
        team_name=_text(answer, "team") or team_id,
        team_url=_text(answer, "url") or "",
        bot_user_id=user_id,
        bot_id=bot_id,
        bot_name=_text(answer, "user") or "altogether",
        app_id=_text(answer, "app_id") or await _app_of(client, bot_id),
        scopes=_scopes(answer.header("x-oauth-scopes")),
        server_time=_instant(answer.header("date")),
    )


async def _app_of(client: AsyncWebClient, bot_id: str | None) -> str | None:
    """The app that the bot belongs to: good to know, and never a reason not to start."""
    if bot_id is None:
        return None
    answer = await ask(client, "bots.info", bot=bot_id)
    bot = answer.data.get("bot")
    app_id = bot.get("app_id") if isinstance(bot, dict) else None
    return app_id if isinstance(app_id, str) and app_id else None


def _text(answer: Answer, name: str) -> str | None:
    value = answer.data.get(name)
    return value if isinstance(value, str) and value else None


def _scopes(header: str | None) -> frozenset[str] | None:
    if header is None:
        return None
    return frozenset(scope.strip() for scope in header.split(",") if scope.strip())


def _instant(header: str | None) -> datetime | None:
    """The instant of a Date header (RFC 9110), or None for one that is none."""
    try:
        instant = parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
