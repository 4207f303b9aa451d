"""Planting a bug: a few words of the program changed in a copy of it. The bugs themselves are in `plants.py`.

The workspace, the people and the checker of a campaign stay as they are; only the bot is forked from the copy. Where
tests are the instrument, they are copied too and run there.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KILL = ("kill",)
"""The instrument is the kill campaign; else it is these files of tests."""
ROOMS = ("bot", "storage")
BESIDE_TESTS = ("pyproject.toml", "README.md", ".env.example")


@dataclass(frozen=True, slots=True)
class Plant:
    """One bug: in this file, these words become those; `by` is the cheapest instrument that must notice it."""

    name: str
    by: tuple[str, ...]
    file: str
    good: str
    bad: str
    masked: str = ""
    """Where nothing can notice it by itself, what holds in its place; it is planted and counted all the same."""


def copy_with(plant: Plant | None, folder: Path, *, tests: bool = False) -> Path:
    """Returns a folder with the program's code, one bug in it. Raises LookupError where the program has changed."""
    rooms: Sequence[str] = (*ROOMS, "tests") if tests else ROOMS
    for room in rooms:
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__", "*.png"))
    if tests:
        for name in BESIDE_TESTS:
            shutil.copy(ROOT / name, folder)
    else:
        (folder / "tests").mkdir()
        shutil.copy(ROOT / "tests" / "nursery.py", folder / "tests")
    if plant is not None:
        planted(plant, folder)
    return folder


def planted(plant: Plant, folder: Path = ROOT) -> str:
    """Returns the file's text with the bug in it, and writes it where the folder is a copy."""
    path = folder / plant.file
    text = path.read_text("utf-8")
    if text.count(plant.good) != 1:
        raise LookupError(f"{plant.file} no longer holds what “{plant.name}” changes")
    bad = text.replace(plant.good, plant.bad)
    if folder != ROOT:
        path.write_text(bad, "utf-8")
    return bad
