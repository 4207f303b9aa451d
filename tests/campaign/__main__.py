"""`python -m tests.campaign`: each campaign by its name; exit code 1 where anything was wrong."""

import argparse
import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from .kill import Outcome, campaign
from .plant import PLANTS, copy_with


def main() -> int:
    """Runs the campaign that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description=__doc__)
    campaigns = parser.add_subparsers(dest="name", required=True, metavar="CAMPAIGN")
    kill = campaigns.add_parser(
        "kill", help="kill -9 the real bot while many people use it", description=campaign.__doc__
    )
    kill.add_argument("--kills", type=int, default=2_000, help="how often (default: %(default)s)")
    kill.add_argument("--tellers", type=int, default=20, help="how many tell stories at once (default: %(default)s)")
    kill.add_argument("--week", type=float, default=12.0, help="seconds that a week takes (default: %(default)s)")
    kill.add_argument("--seed", default="1", help="what the people and the faults roll their dice with")
    plant = campaigns.add_parser("plant", help="plant bugs in a copy, one by one: is each noticed?")
    plant.add_argument("--kills", type=int, default=60, help="how many kills each bug gets (default: %(default)s)")
    plant.add_argument("--only", default="", help="only bugs whose name holds these words")
    asked = parser.parse_args()
    if asked.name == "plant":
        return plants(asked.kills, asked.only)
    outcome = asyncio.run(campaign(kills=asked.kills, tellers=asked.tellers, seed=asked.seed, week=asked.week))
    report(outcome)
    return 1 if outcome.violations else 0


def plants(kills: int, only: str) -> int:
    """Plays a short campaign for each bug; 1 where one was not noticed."""
    missed = []
    chosen = [plant for plant in PLANTS if only in plant.name]
    for plant in chosen:
        with TemporaryDirectory(prefix="plant-") as folder:
            code = copy_with(plant, Path(folder))
            outcome = asyncio.run(campaign(kills=kills, tellers=10, seed="1", week=12.0, say=lambda _: None, code=code))
        first = outcome.violations[0].splitlines()[0] if outcome.violations else "NOT NOTICED"
        print(f"{plant.name}: {len(outcome.violations)} violations in {outcome.seconds:.0f} s: {first}", flush=True)
        missed += [] if outcome.violations else [plant.name]
    print(f"{len(chosen) - len(missed)} of {len(chosen)} bugs noticed")
    return 1 if missed else 0


def report(outcome: Outcome) -> None:
    """Prints what happened, what fired and what was wrong."""
    for name, number in {**outcome.counts, **{f"fired: {k}": v for k, v in outcome.fired.items()}}.items():
        print(f"{number:>8,}  {name}")
    print(f"{outcome.seconds:>8,.0f}  seconds, seed {outcome.seed}")
    for line in outcome.violations:
        print(f"VIOLATION {line}")
    print(f"{len(outcome.violations)} violations")


if __name__ == "__main__":
    sys.exit(main())
