"""What waits for the writer, and whose turn it is to take the next batch of it. For any thread.

A *turn* belongs to one at a time: to whoever has been called to take a batch, or has one in hand.
"""

import threading
from collections import deque
from typing import Any, Final

from storage.errors import DatabaseUnavailable
from storage.jobs import Job

LIGHT_TOGETHER: Final = 32
"""Light jobs of one batch: so long, at most, the event loop does nothing else."""


class Waiting:
    """Jobs in the order of their coming. `most`: of one batch."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._jobs: deque[Job[Any]] = deque()
        self._lock = threading.Lock()
        self._in_hand: list[Job[Any]] = []
        self._called, self._closed = False, False

    @property
    def in_hand(self) -> bool:
        """Whether a batch has been taken and is not done with yet."""
        return bool(self._in_hand)

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits and nothing is in hand."""
        with self._lock:
            return not self._jobs and not self._in_hand

    def put(self, job: Job[Any]) -> None:
        """Raises DatabaseUnavailable once closed."""
        with self._lock:
            if self._closed:
                raise DatabaseUnavailable("stopping")
            self._jobs.append(job)

    def call(self, *, all_of_it: bool = False) -> bool:
        """Whether the turn is the caller's now: it was nobody's, and there is something to do.

        `all_of_it`: what can wait has waited, and from now on is as urgent as the rest.
        """
        with self._lock:
            if all_of_it:
                for job in self._jobs:
                    job.can_wait = False
            if self._called or not self._jobs:
                return False
            self._called = True
            return True

    def take(self) -> list[Job[Any]]:
        """The next batch, now in hand: either light jobs or others, as far as they stand together."""
        with self._lock:
            batch: list[Job[Any]] = []
            while self._jobs and not self._in_hand:
                where = self._jobs[0].light_on
                most = self._most if where is None else LIGHT_TOGETHER
                if batch and (where is not batch[0].light_on or len(batch) >= most):
                    break
                job = self._jobs.popleft()
                if job.done.set_running_or_notify_cancel():  # from here on nobody can cancel it half-way
                    batch.append(job)
            if batch:
                self._in_hand = batch
            elif not self._in_hand:
                self._called = False
            return batch

    def take_all(self) -> list[Job[Any]]:
        """Everything else that waits, beside the batch in hand."""
        with self._lock:
            taken = list(self._jobs)
            self._jobs.clear()
        # A cancelled one cannot be answered, and would end the thread.
        return [job for job in taken if job.done.set_running_or_notify_cancel()]

    def give_up(self) -> list[Job[Any]]:
        """Everything that waits and what is in hand, of which nothing comes any more; nothing else is taken."""
        self.close()
        return [*self._in_hand, *self.take_all()]

    def put_down(self) -> None:
        """The batch is no longer in hand; the turn is still its taker's."""
        with self._lock:
            self._in_hand = []

    def go_on(self) -> Job[Any] | None:
        """The job that the next batch begins with, where that is to be begun at once; else the turn is nobody's."""
        with self._lock:
            if not self._in_hand and any(not job.can_wait for job in self._jobs):
                return self._jobs[0]
            self._called = bool(self._in_hand)
            return None

    def close(self) -> bool:
        """Take nothing more; False when that has been said before."""
        with self._lock:
            was_open, self._closed = not self._closed, True
            return was_open
