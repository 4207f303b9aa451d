"""What a pure file may import and call: the allow-list behind `test_purity.py`.

A pure file does no I/O, reads no clock and no environment, and knows neither Slack nor SQL: time and settings come in
as arguments. Add a name here only when that stays true.
"""

import ast
import re
from collections.abc import Collection, Iterator

from .house import Module

# The standard library without files, sockets, processes, threads, randomness or the time.
_STANDARD = """
    __future__ abc base64 bisect collections collections.abc copy dataclasses datetime decimal difflib enum fractions
    functools hashlib heapq html ipaddress itertools json math numbers operator re string textwrap tomllib types typing
    unicodedata urllib.parse zoneinfo
"""
_GIVEN = "storage.records bot.errors bot.outgoing"
ALLOWED = frozenset(_STANDARD.split()) | frozenset(_GIVEN.split())
# The registry's types say that renderers and gates are given a transaction; it does nothing with one.
TYPES_ONLY = frozenset({("bot.outgoing", "storage.database.Tx")})

BUILT_IN = frozenset({"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint"})
CLOCKS = frozenset({"now", "today", "utcnow"})
FILES = frozenset({"tomllib.load", "json.load", "json.dump"})


def claims_purity(module: Module) -> bool:
    """Whether the file's docstring says so without reservation: "Pure." or "Pure: …"."""
    return re.search(r"(?:^|\.\s)Pure[.:]", module.docstring, re.MULTILINE) is not None


def imports(module: Module) -> Iterator[tuple[int, str, str | None]]:
    """Yields line, module and imported name (None for a plain import) of every import, relative ones resolved."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = module.package.split(".")[: len(module.package.split(".")) + 1 - node.level] if node.level else []
            source = ".".join([*above, *filter(None, [node.module])])
            yield from ((node.lineno, source, alias.name) for alias in node.names)


def impurities(module: Module, pure: Collection[str]) -> list[str]:
    """Returns what keeps the file from being pure, one line each; `pure` names the modules that count as pure."""
    found = [
        f"{module.path}:{line} imports {source if name is None else f'{source}.{name}'}"
        for line, source, name in imports(module)
        if not _may_import(module, source, name, pure)
    ]
    calls = (node for node in ast.walk(module.tree) if isinstance(node, ast.Call))
    return found + [f"{module.path}:{call.lineno} calls {name}" for call in calls if (name := _forbidden_call(call))]


def _may_import(module: Module, source: str, name: str | None, pure: Collection[str]) -> bool:
    whole = source if name is None else f"{source}.{name}"  # `from bot import text` means bot.text
    if (module.name, whole) in TYPES_ONLY:
        return True
    target = whole if whole in pure or whole in ALLOWED else source
    return target in ALLOWED or (target in pure and _is_near(module, target))


def _is_near(module: Module, target: str) -> bool:
    """Whether a pure file stands where every room may look (the top level, `bot.story`) or in the same room."""
    parts = target.split(".")
    return len(parts) == 2 or parts[:2] == ["bot", "story"] or parts[:2] == module.name.split(".")[:2]


def _forbidden_call(node: ast.Call) -> str | None:
    """What the call does that a pure file must not, as it is written, or None."""
    function = node.func
    if isinstance(function, ast.Name):
        return function.id if function.id in BUILT_IN else None
    if not isinstance(function, ast.Attribute):
        return None
    written = ast.unparse(function)
    if function.attr in CLOCKS or written in FILES:
        return written
    # Without a zone, astimezone asks the machine for its own.
    return written if function.attr == "astimezone" and not (node.args or node.keywords) else None
