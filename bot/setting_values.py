"""How each setting's text becomes a value, and what to tell the keeper when it cannot.

One function per kind of value: text in, value out, ValueError with a sentence that names the fix. Nothing here reads
the environment or knows a setting's default: `settings.py` does, and calls these. Secrets are never quoted back.
"""

import difflib
import ipaddress
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.redact import redact_secrets
from bot.weekly import WeeklyTime

XOXB_PLACE: Final = 'the bot token starts xoxb- and is on your app\'s "OAuth & Permissions" page'
XAPP_PLACE: Final = 'Create one with connections:write under "Basic Information"'
REVIEWERS_FIX: Final = "Give user or group ids, with commas: U0123,S0456"

_LONGEST_QUOTE: Final = 200
_CHANNEL_ID: Final = re.compile(r"[CG][A-Z0-9]{2,}")
_CHANNEL_NAME: Final = re.compile(r"#[^\s#@<>,.:/]{1,80}")
_CHANNEL_LINK: Final = re.compile(r"https://\S+/(?:archives|client/\w+)/([CG][A-Z0-9]{2,})\b\S*")
_REVIEWER: Final = re.compile(r"[UWS][A-Z0-9]{2,}")
_ZONE_NICKNAMES: Final = dict.fromkeys(("uk", "gb", "bst", "britain", "england", "wales", "scotland"), "Europe/London")


def quote(text: str) -> str:
    """Returns the text in quotation marks, cut and made printable, without anything that looks like a secret."""
    shown = "".join(c if c.isprintable() else "?" for c in redact_secrets(text))
    return f'"{shown[:_LONGEST_QUOTE]}…"' if len(shown) > _LONGEST_QUOTE else f'"{shown}"'


def bot_token(text: str) -> str:
    """Returns the token that the bot speaks with (xoxb-)."""
    if text.startswith("xapp-"):
        raise ValueError(f"this is an app token (xapp-). Put it in SLACK_APP_TOKEN; {XOXB_PLACE}.")
    if text.startswith("xoxp-"):
        raise ValueError(f"this is a person's token (xoxp-); {XOXB_PLACE}.")
    if text.startswith("xoxe"):
        raise ValueError("this token expires (xoxe). Turn token rotation off in your app, and use the xoxb- token.")
    if not re.fullmatch(r"xoxb-[A-Za-z0-9-]+", text):
        raise ValueError(f"not a whole bot token. Copy it again: {XOXB_PLACE}.")
    return text


def app_token(text: str) -> str:
    """Returns the token that opens Socket Mode (xapp-)."""
    if text.startswith("xoxb-"):
        raise ValueError(f"this is a bot token (xoxb-). Put it in SLACK_BOT_TOKEN. {XAPP_PLACE}: it starts xapp-.")
    if not re.fullmatch(r"xapp-[A-Za-z0-9-]+", text):
        raise ValueError(f"not an app token: it starts xapp-. {XAPP_PLACE}, and copy the whole of it.")
    return text


def signing_secret(text: str) -> str:
    """Returns the secret that Slack signs HTTP requests with: hexadecimal digits."""
    if not re.fullmatch(r"[0-9a-fA-F]{32,}", text):
        raise ValueError('not a signing secret. It has 32 digits and letters a-f, under "Basic Information".')
    return text


def is_loopback_url(url: str) -> bool:
    """Whether the address can only be on this computer."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False  # a name that is not an address may be anywhere


def api_url(text: str) -> str:
    """Returns the address of Slack's Web API with its last slash; https unless it is on this computer."""
    fix = "Leave it out for Slack's own, https://slack.com/api/."
    try:
        parts = urlsplit(text)
        whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)  # .port raises for what is no number
    except ValueError as error:
        raise ValueError(f"{quote(text)} is not an address. {fix}") from error
    if not whole or parts.scheme not in ("http", "https") or re.search(r"\s", text):
        raise ValueError(f"{quote(text)} is not an address. {fix}")
    if parts.query or parts.fragment or parts.username is not None or parts.password is not None:
        raise ValueError(f"has more in it than an address (a name, ? or #). {fix}")
    if parts.scheme == "http" and not is_loopback_url(text):
        raise ValueError(f"{quote(text)} would send tokens unencrypted. Use https://. {fix}")
    return text if text.endswith("/") else f"{text}/"


def database_url(text: str) -> str:
    """Returns the address of an SQLite file whose folder exists."""
    fix = "Use a file: sqlite:///altogether.db"
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        # make_url quotes the address, and an address may hold a password.
        raise ValueError(f"not a database address. {fix}") from error
    if url.get_backend_name() != "sqlite":
        raise ValueError(f"{url.get_backend_name()} is not served yet. {fix}")
    if url.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise ValueError(f"the driver {url.drivername} is not used here. {fix}")
    if url.host:
        raise ValueError(f"needs three slashes before a file's name. {fix}")
    name = url.database or ""
    if name in ("", ":memory:") or "mode=memory" in text or name.startswith("file::memory:"):
        raise ValueError(f"a database in memory forgets every story when the bot stops. {fix}")
    if name.startswith("file:") or url.query:
        raise ValueError(f"give a plain file, without file: or ?. {fix}")
    if not Path(name).parent.is_dir():
        raise ValueError(f"the folder {quote(str(Path(name).parent))} does not exist. Make it first, or: {fix}")
    if Path(name).is_dir():
        raise ValueError(f"{quote(name)} is a folder. {fix}")
    return text


def database_file(url: str) -> Path:
    """Returns the file that a checked database address names."""
    return Path(make_url(url).database or "")


def channel(text: str) -> str:
    """Returns a channel's id (C…, G…) or its name with # in small letters, as Slack has them."""
    if _CHANNEL_ID.fullmatch(text):
        return text
    if _CHANNEL_NAME.fullmatch(text):
        return text.lower()
    if link := _CHANNEL_LINK.fullmatch(text):
        raise ValueError(f"a link, not a channel. Use its id: {link[1]}")
    if re.fullmatch(r"D[A-Z0-9]{7,}", text):
        raise ValueError(f"{quote(text)} is a direct message. Give a channel: its id (C0123) or #name.")
    suggestion = f"#{text.lower()}"
    nearest = suggestion if _CHANNEL_NAME.fullmatch(suggestion) else "#name"
    raise ValueError(f"{quote(text)} is not a channel. Give its id (C0123) or its name with #: {nearest}")


def reviewers(text: str) -> tuple[str, ...]:
    """Returns the ids of people (U…, W…) and user groups (S…) who review, each once, in the order given."""
    given = tuple(dict.fromkeys(part for part in re.split(r"[\s,;]+", text) if part))
    if not given:
        raise ValueError(f"empty. {REVIEWERS_FIX}")
    wrong = [part for part in given if not _REVIEWER.fullmatch(part)]
    if wrong:
        are = "is not an id" if len(wrong) == 1 else "are not ids"
        raise ValueError(f'{", ".join(map(quote, wrong))} {are}. In a profile: ⋮, "Copy member ID". {REVIEWERS_FIX}')
    return given


def one_person(text: str) -> str:
    """Returns the id of one person (U…, W…)."""
    if not re.fullmatch(r"[UW][A-Z0-9]{2,}", text):
        raise ValueError(f'{quote(text)} is not one person\'s id (U0123). In a profile: ⋮, "Copy member ID".')
    return text


def timezone(text: str) -> str:
    """Returns the key of a zone that the system or the tzdata package knows."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: "Europe" is a folder
        raise ValueError(f"{quote(text)} is not a zone. Use {_nearest_zone(text)}.") from error
    return text


def _nearest_zone(text: str) -> str:
    wanted = re.sub(r"\s+", "_", text.strip().lower())
    if wanted in _ZONE_NICKNAMES:
        return _ZONE_NICKNAMES[wanted]
    by_words = {zone.lower(): zone for zone in sorted(available_timezones())}
    by_city = {low.rpartition("/")[2]: zone for low, zone in by_words.items() if "/" in low}
    for names in (by_words, by_city):
        if near := difflib.get_close_matches(wanted, names, n=1, cutoff=0.8):
            return names[near[0]]
    return "Europe/London, or another of the form Area/City"


def weekly_time(text: str) -> WeeklyTime:
    """Returns a weekday and a time of day."""
    if quote(text) != f'"{text}"':  # what had to be cut or hidden was no near miss, and is not to be quoted
        raise ValueError(f"{quote(text)} is not a time. Use: fri 10:00")
    return WeeklyTime.parse(text)


def script_file(text: str) -> Path:
    """Returns the path of a file that can be read; what it says is checked by `script check`."""
    file = Path(text).expanduser()
    leave_out = "Give the path of a script, or leave it out for the built-in one."
    try:
        with file.open("rb") as opened:
            opened.read(1)
    except FileNotFoundError as error:
        raise ValueError(f"no file {quote(text)}. {leave_out}") from error
    except (OSError, ValueError) as error:
        raise ValueError(f"{quote(text)} cannot be read. {leave_out}") from error
    return file


def plain_path(text: str) -> Path:
    """Returns the path of a file that need not be there yet."""
    return Path(text)


def one_line(text: str) -> str:
    """Returns a short text that readers are shown."""
    if len(text) > 200 or not text.isprintable():
        raise ValueError("is too long or can't be shown. Give one line of at most 200 characters.")
    return text


def yes_or_no(text: str) -> bool:
    """Returns True for yes, False for no; true, false, on, off, 1 and 0 are understood."""
    if text.lower() in ("yes", "true", "on", "1"):
        return True
    if text.lower() in ("no", "false", "off", "0"):
        return False
    raise ValueError(f"{quote(text)} is neither yes nor no. Use: no")


def one_of(*choices: str) -> Callable[[str], str]:
    """Returns a check that the value is one of these, whatever its capitals."""

    def check(text: str) -> str:
        by_fold = {choice.lower(): choice for choice in choices}
        if text.lower() not in by_fold:
            raise ValueError(f"{quote(text)} is not a choice. Use one of: {', '.join(choices)}")
        return by_fold[text.lower()]

    return check


def days(least: int, most: int, *, kind: str = "days") -> Callable[[str], int]:
    """Returns a check that the value is a whole number of days from `least` to `most`."""

    def check(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,6}", text) or not least <= int(text) <= most:
            raise ValueError(f"{quote(text)} is not a number of {kind}. Use {least} to {most}.")
        return int(text)

    return check


def pace(text: str) -> float:
    """Returns the seconds between two posts to one channel, 0 to 60."""
    try:
        seconds = float(text)
    except ValueError as error:
        raise ValueError(f"{quote(text)} is not a number of seconds. Use 0 to 60.") from error
    if not (math.isfinite(seconds) and 0 <= seconds <= 60):
        raise ValueError(f"{quote(text)} is not a number of seconds from 0 to 60.")
    return seconds
