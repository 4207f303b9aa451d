"""`python -m tests.benchmarks`: the product against two echoes, or (`scale`) against itself with much more in it.

Every run prints its table and writes JSON; `--write` puts the JSON beside this file and makes RESULTS.md of it.
"""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from . import results
from .cases import all_cases, play, quick_cases
from .figures import machine, ratios, rows_of, table

HERE = Path(__file__).parent


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("load", "scale", "results"), default="load")
    parser.add_argument("--quick", action="store_true", help="a look of about a minute")
    parser.add_argument("--rounds", type=int, help="how often each case is played (5)")
    parser.add_argument("--only", metavar="TEXT", help="only cases whose load or target has this in it")
    parser.add_argument("--seconds", type=float, help="how long each case is measured (8)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where the figures go")
    parser.add_argument("--write", action="store_true", help="keep the figures and make RESULTS.md of them")
    asked = parser.parse_args()
    if asked.what == "results":
        results.write(HERE)
        return 0
    if asked.what == "scale":
        from . import scale

        found = asyncio.run(scale.play(rounds=asked.rounds or (1 if asked.quick else 5), quick=asked.quick, tell=_tell))
        found |= {"machine": machine()}
        print(scale.table(found["rows"]))
    else:
        every = quick_cases() if asked.quick else all_cases()
        cases = [one for one in every if not asked.only or asked.only in f"{one.load} {one.target}"]
        seconds = asked.seconds or (4.0 if asked.quick else 8.0)
        rounds = asked.rounds or (1 if asked.quick else 5)
        played = asyncio.run(play(cases, rounds=rounds, warm_up=1.0, seconds=seconds, tell=_tell))
        found = {"rows": rows_of(played), "rounds": rounds, "seconds": seconds, "machine": machine()}
        print(table(found["rows"]), ratios(found["rows"]), sep="\n\n")
    _keep(found, asked.json or (HERE / f"{asked.what}.json" if asked.write else None))
    if asked.write:
        results.write(HERE)
    return 0


def _keep(found: dict[str, Any], path: Path | None) -> None:
    if path is not None:
        path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
