"""Purity: what decides and what shows does no I/O, so it can be tried alone, at any time, with any words.

A file that says "Pure." in its docstring is held to it; the files named here are held to it in any case.
"""

import re

import pytest

from .house import Module, modules, parsed
from .purity import claims_purity, impurities

_NAMES = """
    bot.ids bot.text bot.kit bot.weekly bot.redact bot.story.policy bot.story.slots bot.story.view
    bot.intake.asking bot.intake.checking bot.intake.completion bot.intake.conversation bot.intake.telling
    bot.intake.script bot.intake.script.building bot.intake.script.reading bot.intake.script.rules
    bot.intake.script.tables bot.intake.script.toml_lines
"""
MUST_BE_PURE = frozenset(_NAMES.split())
BY_FILE_NAME = re.compile(r"^bot\.\w+\.(?:\w+_)?(?:rules|blocks)(?:\.\w+)*$|^bot\.story\.screening(?:\.\w+)*$")

OURS = {module.name: module for module in modules("bot", "storage")}


def must_be_pure(name: str) -> bool:
    return name in MUST_BE_PURE or BY_FILE_NAME.match(name) is not None


def packages_above(module: Module) -> list[Module]:
    """The folders' own files, which Python runs before the file itself."""
    parts = module.name.split(".")
    above = (".".join(parts[:length]) for length in range(1, len(parts)))
    return [OURS[name] for name in above if name in OURS]


PURE = {name: module for name, module in OURS.items() if must_be_pure(name) or claims_purity(module)}
HELD = {held.name: held for module in PURE.values() for held in (module, *packages_above(module))} | {
    "storage.records": OURS["storage.records"],
}


@pytest.mark.parametrize("module", HELD.values(), ids=HELD.keys())
def test_a_pure_file_stays_pure(module: Module) -> None:
    """A pure file imports only what is on the allow-list, opens nothing and asks nobody for the time."""
    found = impurities(module, PURE.keys())
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", sorted(filter(BY_FILE_NAME.match, OURS)))
def test_rules_and_blocks_say_that_they_are_pure(name: str) -> None:
    """Rules and blocks of every room say "Pure." where a reader looks first."""
    assert re.search(r"\bPure\b", OURS[name].docstring), f'{OURS[name].path}: say "Pure." in its docstring'


def test_the_list_names_files_that_exist() -> None:
    """A pure file that is renamed or split takes its place on the list with it."""
    assert not MUST_BE_PURE - OURS.keys()


@pytest.mark.parametrize(
    "line",
    [
        "import sqlalchemy",
        "import os.path",
        "from pathlib import Path",
        "import random",
        "from storage import drafts",
        "from storage.database import Tx",
        "from . import service",
        "from .service import answer",
        "from bot.intake import service",
        "from bot.review.rules import anything",
        "from ..clock import Clock",
        "open('story.txt')",
        "print('story')",
        "datetime.now(UTC)",
        "json.load(stream)",
        "instant.astimezone()",
        "def later():\n    import time",
    ],
)
def test_an_impure_line_is_noticed(line: str) -> None:
    """Files, the clock, the database, services and other rooms' rules are out of a pure file's reach."""
    assert impurities(parsed(line), {"bot.text", "bot.intake.script", "bot.review.rules"})


@pytest.mark.parametrize(
    "line",
    [
        "from collections.abc import Mapping",
        "from storage.records import Draft",
        "from storage import records",
        "from bot import text",
        "from bot.text import escape",
        "from bot.intake import script",
        "from .script import Prompt",
        "from bot.story.policy import Policy",
        "instant.astimezone(zone)",
        "json.loads(words)",
    ],
)
def test_a_pure_line_is_let_through(line: str) -> None:
    """Records, words, a room's own pure files and the harmless part of the standard library are allowed."""
    assert not impurities(parsed(line), {"bot.text", "bot.intake.script", "bot.story.policy"})
