"""What it means when Slack refuses the app's token, which opens Socket Mode: the fix for each of its words.

The doctor says it, and `altogether run` stops with it.
"""

from typing import Final

from bot.errors import Problem

NAME: Final = "SLACK_APP_TOKEN"
PLACE: Final = 'Create one with connections:write under "Basic Information", "App-Level Tokens".'
_REFUSALS: Final = {
    "invalid_auth": f"Slack does not know this token. {PLACE}",
    "not_authed": f"Slack does not know this token. {PLACE}",
    "token_revoked": f"this token was revoked. {PLACE}",
    "account_inactive": f"the app was removed. Install it again, then: {PLACE}",
    "missing_scope": f"it lacks connections:write. {PLACE}",
    "not_allowed_token_type": f"this is another kind of token: it starts xapp-. {PLACE}",
}


def problem(code: str) -> Problem | None:
    """What is wrong with the token, by Slack's word for it; None where that does not speak of the token."""
    return Problem(NAME, _REFUSALS[code]) if code in _REFUSALS else None


def otherwise(why: str) -> str:
    """What to look at where Slack says something else."""
    return f'{why}. Is Socket Mode on, under "Socket Mode"? If so: {PLACE}'
