"""The campaign of planted bugs: each bug in a copy of the program, and the cheapest instrument that must notice it.

Tests that notice a bug must pass without it: they are run on a copy as it is first. A bug for which the kill campaign
is named must be noticed by it, in as many kills as the command line says.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from .kill import campaign
from .plant import KILL, Plant, copy_with
from .plants import PLANTS
from .report import Bar, Campaign, Outcome

LONGEST = 600
"""Seconds that the tests for one bug may take: a bug that makes them wait for ever is noticed by that."""


def options(parser: argparse.ArgumentParser) -> None:
    """Adds what can be said to it."""
    parser.add_argument("--kills", type=int, default=60, help="how many kills a bug gets (default: %(default)s)")
    parser.add_argument("--only", default="", help="only bugs whose name holds these words")
    parser.add_argument("--by", choices=("kill", "tests", "both"), default="both", help="only one kind of instrument")


def play(asked: argparse.Namespace) -> Outcome:
    """Plants one bug after the other; a violation for each that was not noticed."""
    began, wrong, caught = time.monotonic(), list[str](), 0
    wanted = {"kill": (True,), "tests": (False,), "both": (True, False)}[asked.by]
    chosen = [plant for plant in PLANTS if asked.only in plant.name and (plant.by == KILL) in wanted]
    files = sorted({file for plant in chosen if plant.by != KILL for file in plant.by})
    if files and (first := failure(None, files)):
        wrong.append(f"without any bug: {first}")
    bar = Bar(len(chosen), "bugs", every=0)
    for number, plant in enumerate(chosen, 1):
        before = time.monotonic()
        noticed = _killed(plant, asked.kills) if plant.by == KILL else failure(plant, plant.by)
        caught += bool(noticed)
        wrong += [] if noticed or plant.masked else [f"not noticed: {plant.name}"]
        said = noticed or (f"not noticed: {plant.masked}" if plant.masked else "NOT NOTICED")
        bar.at(number, f"· {plant.name}: {said} ({time.monotonic() - before:.0f} s)")
    counts = {
        "bugs planted": len(chosen),
        "bugs noticed": caught,
        "% noticed": round(100 * caught / max(1, len(chosen))),
        "bugs that something else makes up for": sum(bool(plant.masked) for plant in chosen),
    }
    return Outcome("1", time.monotonic() - began, counts, {}, wrong)


def _killed(plant: Plant, kills: int) -> str:
    """What the kill campaign says of a bot with this bug, in a line; nothing where it noticed nothing."""
    with TemporaryDirectory(prefix="plant-") as folder:
        code = copy_with(plant, Path(folder))
        outcome = asyncio.run(campaign(kills=kills, tellers=10, seed="1", week=12.0, say=lambda _: None, code=code))
    found = outcome.violations
    return f"kill, {len(found)} violations: {found[0].splitlines()[0][:100]}" if found else ""


def failure(plant: Plant | None, files: tuple[str, ...] | list[str]) -> str:
    """The first of these tests that fails on a copy with this bug; nothing where all pass."""
    with TemporaryDirectory(prefix="plant-", ignore_cleanup_errors=True) as folder:
        code = copy_with(plant, Path(folder), tests=True)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
        command = [sys.executable, "-m", "pytest", "-n0", "-x", "-q", "--no-header", "-p", "no:cacheprovider", *files]
        try:
            ended = subprocess.run(
                command, cwd=code, env=environment, capture_output=True, text=True, timeout=LONGEST, check=False
            )
        except subprocess.TimeoutExpired:
            return f"no end after {LONGEST} s"
    if ended.returncode == 0:
        return ""
    lines = [line for line in ended.stdout.splitlines() if line.startswith(("FAILED tests", "ERROR tests"))]
    if ended.returncode == 1 and lines:
        return lines[0].removeprefix("FAILED ")[:140]
    raise RuntimeError(f"the tests could not be run: {(ended.stdout + ended.stderr)[-2000:]}")


CAMPAIGN = Campaign("plant", "plant bugs in a copy, one by one: is each noticed?", options, play)
