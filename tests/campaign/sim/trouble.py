"""What goes wrong, and how often it really did: one seeded die for the whole of a run."""

import random
from collections import Counter
from typing import Final

CALLS: Final = (
    "refused before the call",
    "answer lost after the call",
    "500 before the call",
    "500 after the call",
    "503",
    "429 for 1 s",
    "429 for 30 s",
    "429 for 600 s",
    "malformed answer after the call",
    "no answer in time, call made",
    "no answer in time, call not made",
    "ok:false service_unavailable",
    "ok:false fatal_error after the call",
    "ok:false internal_error",
    "ok:false invalid_auth",
    "ok:false token_revoked",
    "ok:false account_inactive",
)
"""Faults of one call."""
POINTS: Final = ("crash before a commit", "crash after a commit", "crash before a call", "crash after a call")
INBOUND: Final = (
    "delivered twice",
    "delivered again after 5 min",
    "delivered again after 1 h",
    "delivered again after 24 h",
    "delivered late",
    "first copy lost",
    "acknowledgement lost",
)


class Trouble:
    """Rolls the die. `on` is over when the faults have stopped; `fired` counts what happened."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.on = False
        self.fired: Counter[str] = Counter()

    def strikes(self, name: str, chance: float) -> bool:
        """Whether this happens now; counted when it does."""
        if not self.on or self.random.random() >= chance:
            return False
        self.fired[name] += 1
        return True

    def one_of(self, names: tuple[str, ...], chance: float) -> str | None:
        """Which of these happens now, if any; counted."""
        if not self.on or self.random.random() >= chance:
            return None
        name = self.random.choice(names)
        self.fired[name] += 1
        return name
