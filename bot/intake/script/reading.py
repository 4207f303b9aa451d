"""Reading one value of a script at a time: its key, its type, its size, its words.

Pure. Nothing here compares one value with another; `rules.py` does that, and calls this. A value that cannot be
used becomes a problem and reads as None, so that the rest of the file is still looked at.
"""

import difflib
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from typing import Final

from bot.intake.script import ScriptProblem

KeyPath = tuple[str | int, ...]
"""Keys and list positions (from 0) from the top of the file."""
LineOf = Callable[[KeyPath], int | None]

SLUG: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_PING: Final = re.compile(r"<[!@#][^>\n]*>?")
_LINK: Final = re.compile(r"<[a-z][a-z+.-]*:[^>\n]*>?", re.IGNORECASE)
_LAYOUT: Final = frozenset("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Line and paragraph separators, and marks that reverse the order of what follows."""


def slack_length(text: str) -> int:
    """Return how many characters `text` takes once `&`, `<` and `>` are escaped for Slack."""
    return len(text) + 4 * text.count("&") + 3 * text.count("<") + 3 * text.count(">")


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Return ' Did you mean "x"?' for the nearest known word, or nothing."""
    near = difflib.get_close_matches(word, known, n=1)
    return f' Did you mean "{near[0]}"?' if near else ""


def quoted(words: Collection[str]) -> str:
    """Return the words in quotation marks, with commas."""
    return ", ".join(f'"{word}"' for word in words)


def brief(value: object) -> str:
    """Return a value as a message shows it: short, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        return "[…]" if isinstance(value, list) else "{…}"
    if isinstance(value, int) and value.bit_length() > 63:
        return "a very large number"  # and Python refuses to print some of them
    text = f'"{value}"' if isinstance(value, str) else str(value)
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= 60 else f"{text[:56]}…" + ('"' if isinstance(value, str) else "")


def type_of(value: object) -> str:
    """Return what a TOML value is, in a campaign lead's words."""
    if isinstance(value, bool):
        return "a true-or-false value"
    kinds: dict[type, str] = {str: "text", int: "a whole number", float: "a number", list: "a list", dict: "a table"}
    return kinds.get(type(value), "a date or time")


def _spoken(path: KeyPath) -> str:
    """Return a path as people say it: `when.any_of, item 2`."""
    said, after_item = "", False
    for part in path:
        item = isinstance(part, int)
        words = f"item {part + 1}" if isinstance(part, int) else part
        said += words if not said else f", {words}" if item or after_item else f".{words}"
        after_item = item
    return said


class Problems:
    """Everything found wrong so far, each with its prompt, key and line."""

    def __init__(self, line_of: LineOf) -> None:
        self._line_of = line_of
        self._found: list[ScriptProblem] = []
        self.ids: dict[int, str] = {}
        """Usable prompt ids by the prompt's position."""

    def add(self, path: KeyPath, message: str) -> None:
        """Note that what stands at `path` (or is missing there) needs fixing."""
        prompt, key = None, _spoken(path)
        if len(path) > 1 and path[0] == "prompt" and isinstance(path[1], int):
            prompt, key = self.ids.get(path[1]), _spoken(path[2:])
            if prompt is None:
                key = f"prompt {path[1] + 1}, {key}" if key else f"prompt {path[1] + 1}"
        self._found.append(ScriptProblem(prompt=prompt, key=key, line=self._line_of(path), message=message))

    def line(self, path: KeyPath) -> str:
        """Return ' (line 12)' for a message that points elsewhere, or nothing."""
        line = self._line_of(path)
        return "" if line is None else f" (line {line})"

    def in_order(self) -> tuple[ScriptProblem, ...]:
        """Return the problems in the order of the file, those without a line first."""
        return tuple(sorted(self._found, key=lambda problem: problem.line or 0))


class Table:
    """One table of the file. Each method takes a key out of it; `finish` calls what is left unknown."""

    def __init__(self, values: Mapping[str, object], path: KeyPath, problems: Problems) -> None:
        self.values = values
        self.path = path
        self.problems = problems
        self._known: list[str] = []

    def has(self, key: str) -> bool:
        """Whether the file gives this key."""
        return key in self.values

    def at(self, key: str) -> KeyPath:
        """Return where the key stands."""
        return (*self.path, key)

    def finish(self) -> None:
        """Report every key that nothing has asked for."""
        for key in self.values:
            if key not in self._known:
                self.problems.add(
                    self.at(key), f"is not a known key.{did_you_mean(key, self._known) or ' Take it out.'}"
                )

    def take(self, key: str, *, kind: type, needed: str | None = None, wanted: str) -> object | None:
        """Return the value if it is of `kind`. `needed` is the line to add where a missing key is a problem."""
        self._known.append(key)
        if key not in self.values:
            if needed is not None:
                self.problems.add(self.at(key), f"is missing. Add: {needed}")
            return None
        value = self.values[key]
        if type(value) is not kind:
            self.problems.add(self.at(key), f"{brief(value)} is {type_of(value)}. Write {wanted}.")
            return None
        return value

    def text(
        self, key: str, *, most: int, needed: bool = False, several_lines: bool = False, days: bool = False
    ) -> str | None:
        """Return a text, trimmed and in NFC, of at most `most` characters once escaped."""
        value = self.take(key, kind=str, needed=f'{key} = "…"' if needed else None, wanted=f'{key} = "…"')
        if not isinstance(value, str):
            return None
        return check_text(value, self.at(key), self.problems, most=most, several_lines=several_lines, days=days)

    def slug(self, key: str, *, needed: bool = False) -> str | None:
        """Return an id: a small letter, then small letters, digits, - or _, 40 at most."""
        value = self.take(key, kind=str, needed=f'{key} = "…"' if needed else None, wanted=f'{key} = "…"')
        if not isinstance(value, str):
            return None
        return check_slug(value, self.at(key), self.problems)

    def whole(self, key: str, *, least: int, most: int, needed: bool = False) -> int | None:
        """Return a whole number between `least` and `most`."""
        line = f"{key} = {least}"
        value = self.take(key, kind=int, needed=line if needed else None, wanted=f"a whole number, such as {line}")
        if not isinstance(value, int):
            return None
        if value < least:
            self.problems.add(self.at(key), f"{brief(value)} is under {least}. Use {least} or more.")
            return None
        if value > most:
            self.problems.add(self.at(key), f"{brief(value)} is over {most}. Use {most} or less.")
            return None
        return value

    def flag(self, key: str) -> bool | None:
        """Return true or false; False where the file does not say, None where it says something else."""
        value = self.take(key, kind=bool, wanted=f"{key} = true or {key} = false, without quotation marks")
        if isinstance(value, bool):
            return value
        return None if self.has(key) else False

    def items(self, key: str, *, needed: str | None = None, wanted: str) -> list[object] | None:
        """Return a list as it stands, its elements unread."""
        value = self.take(key, kind=list, needed=needed, wanted=wanted)
        return value if isinstance(value, list) else None

    def texts(self, key: str, *, most: int, needed: bool = False, days: bool = False) -> tuple[str, ...] | None:
        """Return a list of texts; None if it is missing or any of them cannot be used."""
        line = f'{key} = ["…"]'
        values = self.items(key, needed=line if needed else None, wanted=line)
        if values is None:
            return None
        texts: list[str] = []
        for n, value in enumerate(values):
            path = (*self.at(key), n)
            if not isinstance(value, str):
                self.problems.add(path, f"{brief(value)} is {type_of(value)}. Write it as text, in quotation marks.")
            elif (text := check_text(value, path, self.problems, most=most, days=days)) is not None:
                texts.append(text)
        return tuple(texts) if len(texts) == len(values) else None


def check_slug(value: str, path: KeyPath, problems: Problems) -> str | None:
    """Return `value` if it can be an id, else note the problem."""
    if SLUG.fullmatch(value):
        return value
    rule = "Use a small letter first, then small letters, digits, - or _, 40 at most"
    suggestion = slug_from(value)
    example = f', such as "{suggestion}"' if suggestion else ""
    problems.add(path, f"{brief(value)} cannot be an id. {rule}{example}.")
    return None


def slug_from(text: str) -> str | None:
    """Return an id made from a text ("Children's care" → "childrens-care"), or None if it begins with no letter."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("'", "")
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(words) > 40:
        words = words[:41].rpartition("-")[0] or words[:40]
    return words if SLUG.fullmatch(words) else None


def check_text(
    value: str, path: KeyPath, problems: Problems, *, most: int, several_lines: bool = False, days: bool = False
) -> str | None:
    """Return `value` trimmed and in NFC if people can be shown it, else note each reason why not."""
    text = unicodedata.normalize("NFC", value).strip()
    if several_lines:
        text = text.replace("\r\n", "\n")
    if all(character.isspace() or character in "\u200b\u200c\u200d\u2060\ufeff" for character in text):
        problems.add(path, "is empty. Write some words, or take the key out if it may be left out.")
        return None
    faults: list[str] = []
    for position, character in enumerate(text, start=1):
        if character == "\n":
            if not several_lines:
                faults.append("has more than one line. Write it as one line.")
                break
        elif unicodedata.category(character) in ("Cc", "Cs") or character in _LAYOUT:
            faults.append(f"has a control character (U+{ord(character):04X}) at character {position}. Take it out.")
            break
    length = slack_length(text)
    if length > most:
        escaped = " (Slack counts & as 5, < and > as 4)" if length != len(text) else ""
        faults.append(f"has {length} characters{escaped}. Use {most} or fewer.")
    if ping := _PING.search(text):
        faults.append(f"{brief(ping.group())} would ping people. Write the name in plain words.")
    if link := _LINK.search(text):
        faults.append(f"{brief(link.group())} would show its brackets. Write the address plainly, without < and >.")
    if days:
        if re.search(r"[{}]", text.replace("{days}", "")):
            faults.append("has { or }. Only {days} is filled in; take other braces out.")
    elif "{days}" in text:
        faults.append("{days} is filled in only in campaign.about. Write the number here.")
    for fault in faults:
        problems.add(path, fault)
    return None if faults else text
