"""Words: what comes in made safe, what goes out made readable.

Pure. Slack's encoding is decoded once, at intake, where mentions become "[a colleague]" and the like; from then on a
teller's text is plain Unicode. Source of the encoding: docs.slack.dev/messaging/formatting-message-text.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

_TOKEN = re.compile(r"<([^<>\n]*)>")
_NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
# Directional embeddings, overrides and isolates: they can make a line read as something it is not.
_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C])
# Letters, marks and symbols that show nothing; white space and format characters (Cf) show nothing either.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0").union(
    map(chr, range(0xFE00, 0xFE10))
)


def normalise(text: str) -> str:
    """Text as it is stored: NFC, one kind of newline, no NUL or other controls, lone surrogates or direction marks.

    Nothing at all where nobody would see any of it.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(
        character
        for character in text.translate(_BIDI)
        if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs")
    )
    text = unicodedata.normalize("NFC", text)
    return text if any(map(_shows, text)) else ""


def _shows(character: str) -> bool:
    return not character.isspace() and character not in _BLANK and unicodedata.category(character) != "Cf"


def from_slack(text: str) -> str:
    """What a person meant by a message that Slack encoded: tokens made readable, entities decoded once, normalised."""
    return normalise(_decode(_TOKEN.sub(lambda match: _readable(match[1]), text))).strip()


def _readable(token: str) -> str:
    target, _, label = token.partition("|")
    if target.startswith(("@U", "@W", "@B")):
        return "[a colleague]"
    if target.startswith(("#C", "#G", "#D")):
        return "[a channel]"
    if target.startswith("!subteam"):
        return "[a team]"
    if target.startswith("!date"):
        return label
    if target.startswith("!"):
        return "[everyone]"
    if target.startswith(("mailto:", "tel:")):
        return label or target.partition(":")[2]
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", target):
        # A label is somebody's claim about where a link goes: both are shown.
        return target if not label or label in target else f"{label} ({target})"
    return f"<{token}>" if token else "<>"


def _decode(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def escape(text: str) -> str:
    """Text that Slack's own markup leaves alone: for the top-level `text`, which is read as mrkdwn."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a word where one ends near, with an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    at_word = head.rsplit(None, 1)[0] if re.search(r"\S\s", head[limit // 2 :]) else head
    return at_word.rstrip(" ,;:.–-") + "…"


def one_line(text: str) -> str:
    """The text with every run of white space made one space."""
    return " ".join(text.split())


def first_sentence(text: str, limit: int) -> str:
    """The opening of a story: its first sentence, cut at a word before `limit` characters."""
    line = one_line(text)
    end = re.search(r"[.!?…](?=\s+[\"'“‘(]?[A-Z0-9])", line)
    return cut(line[: end.end()] if end else line, limit)


def count(number: int, one: str, many: str | None = None) -> str:
    """ "1 story", "3 stories", "0 stories"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def number_word(number: int) -> str:
    """Small numbers as words ("five"), large ones as figures."""
    return _NUMBERS[number] if 0 <= number < len(_NUMBERS) else f"{number:,}"


def join(words: Sequence[str], last: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


# ── dates and times that people read ──────────────────────────────────────────────────────────────────────────────


def day(when: date | datetime, zone: ZoneInfo | None = None) -> str:
    """ "Tuesday 3 June"."""
    if isinstance(when, datetime) and zone is not None:
        when = when.astimezone(zone)
    return f"{_DAYS[when.weekday()]} {when.day} {_MONTHS[when.month - 1]}"


def short_day(when: date | datetime, zone: ZoneInfo | None = None) -> str:
    """ "3 June"."""
    return day(when, zone).partition(" ")[2]


def month_and_year(when: date | datetime) -> str:
    """ "June 2025"."""
    return f"{_MONTHS[when.month - 1]} {when.year}"


def time_of_day(when: datetime, zone: ZoneInfo) -> str:
    """ "10am", "10:42am", "noon" never: "12pm"."""
    local = when.astimezone(zone)
    hour = local.hour % 12 or 12
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{hour}{minutes}{'am' if local.hour < 12 else 'pm'}"


def zone_name(zone: ZoneInfo) -> str:
    """ "UK time", or the city of the zone: "Dublin time"."""
    if zone.key in ("Europe/London", "GB"):
        return "UK time"
    return f"{zone.key.rsplit('/', 1)[-1].replace('_', ' ')} time"


def day_and_time(when: datetime, zone: ZoneInfo) -> str:
    """ "Friday 6 June, 10am UK time"."""
    return f"{day(when, zone)}, {time_of_day(when, zone)} {zone_name(zone)}"


def waited(since: datetime, now: datetime) -> str:
    """How long ago, as people say it: "under an hour", "5 hours", "2 days"."""
    hours = int((now - since).total_seconds() // 3600)
    if hours < 1:
        return "under an hour"
    return count(hours, "hour") if hours < 24 else count(hours // 24, "day")
