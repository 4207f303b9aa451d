"""Texts that somebody might send to see what breaks, and the largest scripts that validation allows."""

import json
from functools import cache
from typing import Any

from small_scripts import HEAD, prompt

from bot.intake.script import Script
from bot.intake.script.file import parse_script

MARK = "Zq7"
"""Stands at the beginning of every one, so that it can be found wherever it is shown."""

_TEXTS = {
    "40,000 characters": "word " * 8000,
    "a mention of everybody": "<!channel> <!here> <!everyone> <!subteam^S1> @channel",
    "mentions": "<@U012AB3CD> <#C012AB3CD|general> <@W1|sam>",
    "a link that lies": "<https://evil.example/?a=1|https://bank.example>",
    "markup typed out": "&lt;!channel&gt; &lt;https://evil.example|bank&gt;",
    "entities": "&amp; &amp;amp; &lt;b&gt; &copy; &",
    "brackets": "<<<>>> < > <> <a <b> c>",
    "mrkdwn": "*bold* _it_ ~gone~ `code` ```block``` > quote :tada: • – \\n",
    "invisible": "\u200b\u200c\u200d\u2060\ufeff\u00ad",
    "right to left": "\u202eevil\u202c \u2067العربية\u2069 \u200f\u061c",
    "NUL": "a\u0000b\u0001\u001b[31m\u0085\u009f",
    "half characters": "\ud83d \udc00 \ud800\ud800",
    "1,000 lines": "line\n" * 1000,
    "carriage returns": "a\r\nb\rc\u2028d\u2029e",
    "emoji": "👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿" * 60,
    "no space": "x" * 3000,
    "no space, escaped": "&amp;" * 3000,
    "combining marks": "Z" + "\u0301\u0323\u0336" * 400,
    "white space": "\u00a0\u2003 \t\n" * 40 + "end",
    "not characters": "\ufffe\uffff\U0010ffff",
}
TEXTS = {name: MARK + " " + text for name, text in _TEXTS.items()}


def _full(length: int, start: str = "") -> str:
    """Words of exactly this length."""
    return (start + " " + "abcde fghi " * length)[:length].rstrip().ljust(length, "x")


def _choices(number: int, length: int) -> list[Any]:
    return [{"id": f"c{n}", "text": f"{n} " + _full(length - len(str(n)) - 1)} for n in range(number)]


_HEAD = HEAD.replace('"Tell us a story"', f'"{_full(140)}"').replace('"I collect stories."', f'"{_full(600)}"')
_HEAD = _HEAD.replace('"We learn from them."', f'"{_full(3000)}"').replace("minutes = 3", "minutes = 60")
_HEAD = _HEAD.replace('["It is deleted after {days} days."]', json.dumps([_full(300)] * 8))


def _words(n: int, **keys: Any) -> dict[str, Any]:
    return {"ask": _full(300, f"Ask {n}"), "label": _full(60, f"Label {n}"), "hint": _full(300), **keys}


def _stories(n: int) -> str:
    """A typed prompt with everything that it can have."""
    return prompt(f"story{n}", "story", **_words(n, required=True, why=_full(150), more=_full(150), max_length=3000))


def _lists(n: int) -> str:
    return prompt(f"list{n}", "choices", **_words(n, required=n == 0, choices=_choices(100, 54)))


def _together(n: int) -> str:
    beside = {} if n % 4 == 0 else {"beside": f"menu{n - n % 4}"}
    return prompt(f"menu{n}", "choices", **_words(n, choices=_choices(40, 28), other=_full(75, "Else"), **beside))


def _single(n: int) -> str:
    return prompt(f"one{n}", "choice", **_words(n, required=n == 0, choices=_choices(99, 75), other=_full(75, "Else")))


def _ampersands(n: int) -> str:
    words = {"ask": "&" * 60, "label": "&" * 12, "hint": "<" * 75, "required": n == 0}
    options = [{"id": f"c{m}", "text": "&" * (m % 14 + 1) + "x" * (m // 14)} for m in range(80)]
    return prompt(f"amp{n}", "choices", choices=options, **words)


def _groups(n: int) -> str:
    names = [f"{m} " + _full(30) for m in range(100)]
    options = [{"id": f"c{m}", "text": f"{m} " + _full(37), "group": name} for m, name in enumerate(names)]
    return prompt(f"group{n}", "choices", **_words(n, required=True, choices=options, groups=names))


def too_much() -> str:
    """A script whose one question fits until everything in it is chosen."""
    return _HEAD + prompt("list0", "choices", **_words(0, required=True, choices=_choices(100, 75)))


@cache
def largest() -> dict[str, Script]:
    """Scripts at the edge of what validation allows, by what is large in them."""
    line = prompt("title", "line", **_words(39, max_length=150))
    parts = 'title_prompt = "title"\nkind_prompt = "one0"\nservices_prompt = "one1"\n'
    parts += 'role_prompt = "one2"\norganisation_prompt = "one3"\n'
    plain = [prompt(f"one{n}", "choice", **_words(n, required=n == 0, choices=_choices(100, 75))) for n in range(4)]
    return {
        "stories": parse_script(_HEAD + "".join(_stories(n) for n in range(40))),
        "lists": parse_script(_HEAD + "".join(_lists(n) for n in range(40))),
        "together": parse_script(_HEAD + _stories(0) + "".join(_together(n) for n in range(36))),
        "single": parse_script(_HEAD + "".join(_single(n) for n in range(40))),
        "ampersands": parse_script(_HEAD + "".join(_ampersands(n) for n in range(40))),
        "groups": parse_script(_HEAD + "".join(_groups(n) for n in range(40))),
        "parts": parse_script(_HEAD + parts + "".join(plain) + "".join(_stories(n) for n in range(35)) + line),
    }
