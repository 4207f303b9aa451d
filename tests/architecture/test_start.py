"""What a start loads: to read what it does not use costs every start its time, and the bot its memory ever after."""

import os
import subprocess
import sys

from .house import ROOT

LATER = ("alembic", "fpdf", "jinja2", "rich", "sqlalchemy.dialects.postgresql", "sqlalchemy.orm")
"""What migrates, draws, prints tables, speaks to another database, or keeps sessions: for commands and chores."""


def test_a_start_loads_nothing_that_it_does_not_use() -> None:
    """Everything that `altogether run` loads before it begins is of the bot and what it talks to Slack with."""
    asked = "import sys, bot.app, bot.log, bot.settings; print(*sys.modules)"
    environment = {"PATH": os.defpath, "PYTHONPATH": str(ROOT)}
    run = subprocess.run([sys.executable, "-c", asked], env=environment, capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert "bot.app" in loaded
    assert not loaded.intersection(LATER)
