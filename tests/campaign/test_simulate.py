"""A slice of the simulator, and that a seed is all that a run depends on."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from tests.nursery import CODE_ROOT

from .sim.when import beginning, changes
from .simulate import play, simulate

ONE_RUN = "from tests.campaign.simulate import history_of; print(history_of({seed}, acts=8))"


def test_a_few_seeds_of_everything_going_wrong() -> None:
    """A life of the whole bot, with every kind of fault: nothing is lost, doubled, mixed up, leaked or owed."""
    outcome = simulate(seeds=1, first=2, acts=60, say=lambda _: None)
    assert outcome.violations == []
    assert outcome.counts["operations"] > 50
    assert sum(outcome.fired.values()) > 20


def test_one_seed_is_one_run() -> None:
    """The same seed makes the same run to the last byte, in whatever order Python keeps its sets."""

    def told(seed: int, hashing: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": hashing}
        command = [sys.executable, "-c", ONE_RUN.format(seed=seed)]
        ran = subprocess.run(command, cwd=CODE_ROOT, env=environment, capture_output=True, text=True, check=True)
        return ran.stdout.strip().splitlines()[-1]

    first = told(4, "1")
    assert told(4, "2") == first
    assert told(5, "1") != first


def test_nor_does_it_depend_on_the_run_before(tmp_path: Path) -> None:
    """A violation that comes in the middle of ten thousand seeds comes again when its seed is played alone."""
    played = [play((seed, 36, str(tmp_path))).history for seed in (70007, 70005, 70007, 70003, 70007)]
    assert played[0] == played[2] == played[4]


def test_every_change_of_the_clocks_is_lived_through() -> None:
    """The runs of sixty-eight seeds begin in the week before every change of the clocks in London, 2024 to 2040."""
    starts = {beginning(seed).date() for seed in range(0, 2 * len(changes()), 2)}
    assert starts == {sunday - timedelta(days=4) for sunday in changes()}
    assert len(changes()) == 34
