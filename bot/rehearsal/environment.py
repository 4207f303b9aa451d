"""The sealed environment of a rehearsed bot: everything it may know, and nothing from outside.

A pure function of its arguments. A rehearsal must never reach a real workspace or database, so nothing is inherited
but the way to find programs.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from .slack.workspace import REVIEW_CHANNEL, REVIEWERS, STORIES_CHANNEL

INHERITED = ("PATH", "SYSTEMROOT", "PATHEXT", "COMSPEC")  # where programs are; the last three on Windows
CODE_ROOT = Path(__file__).resolve().parents[2]


def sealed_environment(
    outer: Mapping[str, str],
    *,
    directory: Path,
    api_url: str,
    bot_token: str,
    app_token: str,
    clock_file: Path,
    pace: float,
    database_url: str | None = None,
    overrides: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Returns the complete environment of the bot process; the folders it names exist afterwards."""
    home, temporary = directory / "home", directory / "tmp"
    for folder in (home, temporary):
        folder.mkdir(parents=True, exist_ok=True)
    inherited = {name: outer[name] for name in INHERITED if name in outer}
    sealed = {
        "PATH": os.defpath,
        "HOME": str(home),
        "USERPROFILE": str(home),
        "TMPDIR": str(temporary),
        "TEMP": str(temporary),
        "TMP": str(temporary),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(CODE_ROOT),
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        "PYTHONNOUSERSITE": "1",
        "SLACK_BOT_TOKEN": bot_token,
        "SLACK_APP_TOKEN": app_token,
        "SLACK_API_URL": api_url,
        "DATABASE_URL": database_url or f"sqlite:///{(directory / 'rehearsal.db').as_posix()}",
        "DIGEST_CHANNEL": STORIES_CHANNEL,
        "REVIEW_CHANNEL": REVIEW_CHANNEL,
        "REVIEWERS": ",".join(REVIEWERS),
        "DIGEST_AT": "fri 10:00",
        "TIMEZONE": "Europe/London",
        "ALTOGETHER_CLOCK": str(clock_file),
        "ALTOGETHER_PACE": str(pace),
        "ALTOGETHER_ENV_FILE": "",  # read no .env
    }
    return sealed | inherited | dict(overrides or {})
