"""Listens to every test: what the bot logs at DEBUG must hold no story, no secret and nothing that says who told.

The line is judged as the keeper would read it, written by the program's own handler. What people wrote is learnt from
what is handed to a database and from what the people of a rehearsal say. `conftest.py` asks after every test.
"""

import io
import logging
import re
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from bot.log import set_up_logging
from bot.rehearsal.acting.person import Person
from bot.rehearsal.process import BotProcess

_CODE = Path(__file__).resolve().parents[1]
_OURS = ("bot", "storage")
LIBRARIES = ("slack_bolt", "slack_sdk", "aiohttp", "asyncio", "sqlalchemy")
_WORD = re.compile(r"[^\W_]+")
_TOGETHER = 3
"""So many words of a story in a row are no accident."""
_MOST = 4_000
"""Longer than any answer: a script, which nobody wrote as a story."""
_SECRET = re.compile(r"\b(?:xox[a-z]|xapp)-\w|\[hidden\]")
"""A token; or the mark of something that was nearly logged and was hidden at the last moment."""
_CHILD_DEBUG = re.compile(r"^\S+Z DEBUG +(?!bot\b|storage\b)\S")

_WRITES = re.compile(r"(?:INSERT INTO|UPDATE) (\w+)")
_OWN_WORDS = frozenset({"outbox", "removal", "audit", "edition", "inbox", "script_version"})
"""Tables that hold the program's own words, such as the reason why something was not sent, or a script's."""


class Watch(logging.Handler):
    """What was said in this test, and what the log gave away of it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.problems: list[str] = []
        self._heard: set[str] = set()
        self._runs: set[tuple[str, ...]] = set()
        self._tellers: set[str] = set()
        self._stream = io.StringIO()
        undo = set_up_logging("DEBUG", self._stream)
        self._writer = logging.getLogger().handlers[0]
        undo()

    def begin(self) -> None:
        """What was said before is forgotten, and ours is heard again, if a command was typed that made it quiet."""
        for name in _OURS:
            logging.getLogger(name).setLevel(logging.DEBUG)
        self.problems.clear()
        self._heard.clear()
        self._runs.clear()
        self._tellers.clear()

    def hear(self, words: str) -> None:
        """Somebody wrote this."""
        if len(words) <= _MOST and words.count(" ") >= _TOGETHER - 1:
            self._heard.add(words)

    def know(self, *ids: str) -> None:
        """Somebody who tells is known by these."""
        self._tellers.update(ids)

    def emit(self, record: logging.LogRecord) -> None:
        ours = record.name.partition(".")[0] in _OURS
        if ours and not Path(record.pathname).is_relative_to(_CODE):
            return
        if Path(record.pathname).is_relative_to(_CODE / "tests"):
            return  # a test of the log speaks for itself
        self._stream.seek(0)
        self._stream.truncate()
        self._writer.handle(record)
        self.judge(self._stream.getvalue(), hidden=ours)

    def judge(self, line: str, *, hidden: bool = True) -> None:
        """Notes what this line gives away; without `hidden`, what was hidden in it may have been there."""
        if not line:
            return
        for words in self._heard:
            self._runs.update(_runs(words))
        self._heard.clear()
        found = [" ".join(run) for run in _runs(line) if run in self._runs]
        found += [match[0] for match in _SECRET.finditer(line) if hidden or match[0] != "[hidden]"]
        found += [one for one in self._tellers if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", line)]
        found += [match[0] for match in [_CHILD_DEBUG.match(line)] if match]
        if found:
            self.problems.append(f"{line.strip()!r} gives away {found}")


def _runs(text: str) -> Iterable[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    return zip(*(words[start:] for start in range(_TOGETHER)), strict=False)


def start() -> Watch:
    """Listens from now on, to this process and to every bot that it starts."""
    watch = Watch()
    for name in (*_OURS, *LIBRARIES):
        logging.getLogger(name).addHandler(watch)

    @event.listens_for(Engine, "before_cursor_execute")
    def learn(_c: Any, _cursor: Any, statement: str, given: Any, _context: Any, many: bool) -> None:
        table = _WRITES.match(statement)
        if table is None or table[1] in _OWN_WORDS:
            return
        for row in given if many else (given,):
            values = [one for one in (row.values() if isinstance(row, dict) else row) if isinstance(one, str)]
            for one in values:
                watch.hear(one)
            if table[0] == "INSERT INTO teller":
                watch.know(*values[1:])  # after the workspace: theirs

    Person.say = _first(Person.say, lambda person, text, **_: watch.hear(text))  # type: ignore[method-assign]
    read = BotProcess._read

    async def read_along(bot: BotProcess) -> None:
        already = len(bot.lines)
        await read(bot)
        for line in bot.lines[already:]:
            watch.judge(line)

    BotProcess._read = read_along  # type: ignore[method-assign]
    return watch


def _first(then: Callable[..., Any], before: Callable[..., None]) -> Callable[..., Any]:
    @wraps(then)
    def both(*given: Any, **named: Any) -> Any:
        before(*given, **named)
        return then(*given, **named)

    return both
