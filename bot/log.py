"""How the program logs: one line per record, with ids, kinds and outcomes and never what people wrote.

`cli.py` calls `set_up_logging` once. The promise is kept here, at the one handler, and not where records are made,
since the libraries below us print requests, exceptions and addresses of their own accord.
"""

import errno
import logging
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path, PurePath
from traceback import walk_tb
from types import TracebackType
from typing import TYPE_CHECKING, Final, TextIO

from bot.redact import redact

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_HERE: Final = Path(__file__).resolve().parent.parent
_OURS: Final = ("bot", "storage")
_LIBRARIES: Final = frozenset({"slack_bolt", "slack_sdk", "aiohttp", "sqlalchemy", "alembic", "asyncio", "dotenv"})
_LEAST: Final[dict[str, int]] = {
    "aiohttp.access": logging.WARNING,  # at INFO: every request's path, and with it a connection's ticket
    "sqlalchemy": logging.WARNING,  # at INFO: every statement
    "alembic": logging.WARNING,  # at INFO: how it works, at every start
}
_ASK_THEMSELVES: Final = ("slack_sdk.web.async_base_client",)
"""Loggers whose own level is asked whether to build a message with the whole request and the whole answer."""
_LONGEST: Final = 2_000

# What libraries say at INFO or above that carries people's words, cut to what is safe. Where it is said, as of
# slack_bolt 1.30, slack_sdk 3.47 and Python's asyncio, stands beside each; a test speaks through the real ones.
_CUTS: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    # slack_bolt.logger.messages.warning_unhandled_by_global_middleware: the whole request
    (re.compile(r"( for the request) \(.*", re.DOTALL), r"\1"),
    # slack_bolt.middleware.request_verification: the whole request
    (re.compile(r"(Invalid request signature detected).*", re.DOTALL), r"\1"),
    # slack_bolt.adapter.socket_mode.async_internals.send_async_response: the whole answer
    (re.compile(r"(Unsuccessful Bolt execution result \(status: \d+).*", re.DOTALL), r"\1)"),
    # slack_bolt.listener.async_listener_error_handler and its neighbours, should the error have been re-made on the way
    (re.compile(r"(Failed to run \w+(?: \w+)* )\((?:error: )?.*", re.DOTALL), r"\1(error)"),
    # asyncio.events.Handle._run: what was to be called, arguments and all
    (re.compile(r"(Exception in callback) .*", re.DOTALL), r"\1"),
    # slack_bolt.logger.messages.warning_unhandled_request, and anything else that prints a payload as a dict
    (re.compile(r"\{['\"].*", re.DOTALL), "{…}"),
)
_LINE_ENDS: Final = re.compile(r"\s*[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+\s*")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SLACK_CODE: Final = re.compile(r"[a-z_]{2,60}")


def describe_exception(error: BaseException) -> str:
    """Returns what may be said of an exception on one line: class, code, our frames, and the same for its causes.

    Only our own exceptions' messages are quoted: those of others can carry what people wrote.
    """
    return "; from ".join(_describe_one(each) for each in _chain(error))


def set_up_logging(
    level: str = "INFO", stream: TextIO | None = None, *, secrets: Iterable[str] = ()
) -> Callable[[], None]:
    """Logs to `stream` (standard error if None) from now on, ours from `level`, others' from INFO or `level` if higher.

    Uncaught exceptions of any thread are logged too, without their messages. `secrets` are hidden wherever they appear.
    Returns a function that puts everything back as it was.
    """
    least = logging.getLevelNamesMapping()[level]
    handler = _SafeHandler(sys.stderr if stream is None else stream)
    handler.setFormatter(_LineFormatter(secrets))
    handler.addFilter(_loud_enough)
    root = logging.getLogger()
    before_handlers, before_level = root.handlers[:], root.level
    before_levels = {name: logging.getLogger(name).level for name in (*_OURS, *_ASK_THEMSELVES)}
    before_hooks = sys.excepthook, threading.excepthook, sys.unraisablehook

    root.handlers[:] = [handler]
    # Bolt copies the root's level to its own loggers and asks them whether to build a message with the whole request.
    root.setLevel(max(least, logging.INFO))
    for name in _ASK_THEMSELVES:
        logging.getLogger(name).setLevel(root.level)
    for name in _OURS:
        logging.getLogger(name).setLevel(least)
    sys.excepthook, threading.excepthook, sys.unraisablehook = _on_uncaught, _on_thread_end, _on_unraisable

    def undo() -> None:
        root.removeHandler(handler)
        for each in before_handlers:
            root.addHandler(each)  # does nothing where it is back already
        root.setLevel(before_level)
        for name, old in before_levels.items():
            logging.getLogger(name).setLevel(old)
        sys.excepthook, threading.excepthook, sys.unraisablehook = before_hooks

    return undo


def _is_ours(record: logging.LogRecord) -> bool:
    # By name and by place: a library that was handed one of our loggers is still a library.
    return record.name.partition(".")[0] in _OURS and not _is_librarys(record.pathname)


@lru_cache(maxsize=512)
def _is_librarys(path: str) -> bool:
    return not _LIBRARIES.isdisjoint(PurePath(path).parts)


def _loud_enough(record: logging.LogRecord) -> bool:
    if _is_ours(record):
        return True
    held = (least for name, least in _LEAST.items() if record.name == name or record.name.startswith(f"{name}."))
    return record.levelno >= max(held, default=logging.INFO)


class _LineFormatter(logging.Formatter):
    """Time, level, logger, message: on one line, whatever is in them."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        # Inside an `except`, messages often quote the exception without passing it on.
        text = self._message(record, error or sys.exc_info()[1])
        if error is not None:
            text = f"{text} [{describe_exception(error)}]"
        text = redact(_LINE_ENDS.sub(" / ", text.strip()), known=self._secrets)
        text = _UNPRINTABLE.sub("?", text)
        if len(text) > _LONGEST:
            text = f"{text[:_LONGEST]}…"
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")
        return f"{at}Z {record.levelname:<7} {record.name} {text}"

    def _message(self, record: logging.LogRecord, error: BaseException | None) -> str:
        ours = _is_ours(record)
        # asyncio's "Executing %s took %.3f seconds": the task's repr quotes what it returned.
        unsafe_arguments = record.name == "asyncio" and record.args
        text = str(record.msg) if unsafe_arguments else record.getMessage()
        given = record.args.values() if isinstance(record.args, Mapping) else record.args or ()
        for known in (error, *given):
            if isinstance(known, BaseException):
                text = _without_words_of(known, text)
        if ours:
            return text
        for pattern, instead in _CUTS:
            text = pattern.sub(instead, text)
        # The lines that follow are code to paste (Bolt) or the repr of a task, exception and all (asyncio).
        return text.strip().partition("\n")[0]


def _without_words_of(error: BaseException, text: str) -> str:
    """The text with the class of each foreign exception of the chain in the place of what it says."""
    for each in _chain(error):
        if not _is_our_exception(each):
            for said in (repr(each), str(each)):
                if len(said) > 2:  # anything shorter says nothing, and would be found inside other words
                    text = text.replace(said, _brief(each))
    return text


class _SafeHandler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:
        """Says where a record could not be written; logging's own way prints the record's arguments."""
        # Where the stream itself has gone there is nowhere left to say so.
        with suppress(OSError, ValueError):
            place = PurePath(record.pathname).name
            self.stream.write(f"a log line could not be written ({place}:{record.lineno})\n")
            self.flush()


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception, what it holds together (groups), and what it came from."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        if isinstance(each, BaseExceptionGroup):
            waiting.extend(each.exceptions)
        cause = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
        if cause is not None:
            waiting.append(cause)


def _describe_one(error: BaseException) -> str:
    said = f": {error}" if _is_our_exception(error) and str(error) else ""
    frames = _frames(error.__traceback__)
    return f"{_brief(error)}{said}{f' at {frames}' if frames else ''}"


def _is_our_exception(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] in _OURS


def _brief(error: BaseException) -> str:
    """The exception's class and, where it has one, its code: "OSError ENOSPC"."""
    kind = type(error)
    plain = kind.__module__ == "builtins" or _is_our_exception(error)
    name = kind.__qualname__ if plain else f"{kind.__module__}.{kind.__qualname__}"
    code = _code(error)
    return f"{name} {code}" if code else name


def _code(error: BaseException) -> str | None:
    """What the system, SQLite or Slack call this failure: one word of a fixed list, never text."""
    if isinstance(error, OSError) and error.errno is not None:
        return errno.errorcode.get(error.errno)
    name = getattr(error, "sqlite_errorname", None)
    if name is None and (answer := getattr(error, "response", None)) is not None:
        # SlackApiError keeps Slack's answer, whose `error` is a code; other libraries keep other things there.
        data = getattr(answer, "data", answer)
        name = data.get("error") if isinstance(data, dict) else None
        name = name if isinstance(name, str) and _SLACK_CODE.fullmatch(name) else None
    return name if isinstance(name, str) else None


def _frames(trace: TracebackType | None) -> str:
    """Our frames, innermost first, six at most, before them the innermost of all where that is another's."""
    places: list[str] = []
    outside: str | None = None
    for frame, line in walk_tb(trace):
        code, path = frame.f_code, Path(frame.f_code.co_filename)
        if path.is_relative_to(_HERE) and path.relative_to(_HERE).parts[0] in _OURS:
            places.append(f"{path.relative_to(_HERE).as_posix()}:{line} {code.co_name}")
            outside = None
        else:
            outside = f"{frame.f_globals.get('__name__', '?')}:{line} {code.co_name}"
    nearest = places[::-1][:6]
    return " < ".join([outside, *nearest] if outside else nearest)


def _on_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        logging.getLogger("bot").critical("stopped by an error", exc_info=(kind, error, trace))


def _on_thread_end(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value is not None and not issubclass(ended.exc_type, SystemExit):
        error = (ended.exc_type, ended.exc_value, ended.exc_traceback)
        logging.getLogger("bot").critical("a thread was stopped by an error", exc_info=error)


def _on_unraisable(lost: "UnraisableHookArgs") -> None:
    if lost.exc_value is not None:
        error = (lost.exc_type, lost.exc_value, lost.exc_traceback)
        logging.getLogger("bot").error("an error had nobody to go to", exc_info=error)
