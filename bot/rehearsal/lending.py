"""A workspace lent to a program of somebody's own: no bot is started, no scene is played, and Slack's limits are real.

What it needs is said in the terminal and nowhere else. `staying.py` calls.
"""

from typing import Final

from .scenes.printing import Printer
from .server import Rehearsal

PACE: Final = 1.0
"""Seconds between posts to one channel, as at Slack: whoever tries a program of their own here wants to meet that."""


def lend(rehearsal: Rehearsal, printer: Printer) -> None:
    """Says what a program needs to be this workspace's app, in lines that a .env takes, and what it is then."""
    printer.line("Bot      none: a program of your own takes its place, with these three settings.")
    printer.line()
    for name, value in settings(rehearsal).items():
        printer.line(f"{name}={value}")
    printer.line()
    printer.line(
        "They open nothing but this workspace, on this computer, until Ctrl-C. Your program is Altogether's app"
    )
    printer.line(
        "meanwhile: it has that app's scopes and events, and /story is its only command. What is not here at all"
    )
    printer.line("answers unknown_method. Allowances are Slack's own: a post a second to each channel, then 429.")


def settings(rehearsal: Rehearsal) -> dict[str, str]:
    """Returns what a program of one's own needs: where the API is, and the app's two tokens."""
    return {
        "SLACK_API_URL": rehearsal.api_url,
        "SLACK_BOT_TOKEN": rehearsal.workspace.bot_token,
        "SLACK_APP_TOKEN": rehearsal.workspace.app_token,
    }
