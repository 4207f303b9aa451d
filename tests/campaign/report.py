"""What every campaign shares: its line in `python -m tests.campaign`, its progress bar, and its report.

A campaign's module exports one `Campaign`; `__main__.py` lists them. Counts say what really happened, never what was
merely armed.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a campaign came to: what happened, what was wrong, and how long it took."""

    seed: str
    """What replays the dice."""
    seconds: float
    counts: dict[str, int]
    fired: dict[str, int]
    """How often each fault really happened."""
    violations: list[str]


def together(parts: Sequence[Outcome]) -> Outcome:
    """Returns what processes that played side by side came to, as one."""
    counts, fired = Counter[str](), Counter[str]()
    for part in parts:
        for name, times in part.counts.items():  # each part finds out by itself how many boundaries there are
            counts[name] = max(counts[name], times) if name.startswith("boundaries") else counts[name] + times
        fired.update(part.fired)
    wrong = [line for part in parts for line in part.violations]
    return Outcome(parts[0].seed, max(part.seconds for part in parts), dict(counts), dict(fired.most_common()), wrong)


@dataclass(frozen=True, slots=True)
class Campaign:
    """One line of the command: `options` adds to its parser, `play` runs it and prints its progress."""

    name: str
    help: str
    options: Callable[[argparse.ArgumentParser], None]
    play: Callable[[argparse.Namespace], Outcome]


@dataclass
class Bar:
    """A progress bar that draws a line every few seconds, in a terminal over itself and in a file below the last."""

    most: int
    unit: str
    say: Say | None = None
    every: float = 5.0
    _began: float = field(default_factory=time.monotonic)
    _drawn: float = field(default=float("-inf"))

    def at(self, done: int, beside: str = "") -> None:
        """Says how far it is; `beside` is what else is worth knowing."""
        now = time.monotonic()
        if now - self._drawn < self.every and done < self.most:
            return
        self._drawn = now
        share = min(1.0, done / self.most) if self.most else 1.0
        left = (now - self._began) * (1 - share) / share if share else 0.0
        bar, far = f"[{'#' * round(30 * share):<30}]", f"{done:,} of {self.most:,} {self.unit}"
        line = f"{bar} {far}, {left / 60:.0f} min left {beside}"
        if self.say is not None:
            self.say(line)
        elif sys.stdout.isatty():
            print(f"\r\x1b[K{line}", end="" if done < self.most else "\n", flush=True)
        else:
            print(line, flush=True)


def report(outcome: Outcome) -> int:
    """Prints what happened, what fired and what was wrong; returns the exit code, 1 where anything was."""
    for name, number in {**outcome.counts, **{f"fired: {k}": v for k, v in outcome.fired.items()}}.items():
        print(f"{number:>10,}  {name}")
    print(f"{outcome.seconds:>10,.0f}  seconds, seed {outcome.seed}")
    for line in outcome.violations:
        print(f"VIOLATION (seed {outcome.seed}) {line}")
    print(f"{len(outcome.violations)} violations", flush=True)
    return 1 if outcome.violations else 0
