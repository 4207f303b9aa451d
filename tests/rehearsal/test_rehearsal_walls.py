"""What the rehearsal may know: the standard library, aiohttp and slack_sdk, and of ours only itself."""

import ast
import sys
from pathlib import Path

import pytest

import bot.rehearsal

HOME = Path(bot.rehearsal.__file__).parent
OURS = sorted(HOME.rglob("*.py"))
ALLOWED = {*sys.stdlib_module_names, "aiohttp", "slack_sdk"}
BY_OTHERS = {"catalogue.py", "transcript.py"}  # these play and print, and may use what draws in a terminal


@pytest.mark.parametrize("file", [f for f in OURS if f.name not in BY_OTHERS], ids=lambda f: str(f.relative_to(HOME)))
def test_the_rehearsal_imports_nothing_of_the_bot(file: Path) -> None:
    """A rehearsal works for any bot, and no file has outgrown one idea."""
    text = file.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            assert all(alias.name.partition(".")[0] in ALLOWED for alias in node.names), file.name
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            module = node.module or ""
            assert module.partition(".")[0] in ALLOWED or module.startswith("bot.rehearsal"), file.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 1, file.name
    assert text.count("\n") <= 310, file.name
