"""The simulator's world with its faults chosen one by one, for tests that try sequences of acts and shrink them.

`Directed` strikes where it was told to and nowhere else; `Lives` plays what a rule asks for and looks at everything
after it. Used by `test_life_cycles.py`.
"""

import asyncio
import logging
from collections.abc import Awaitable
from contextlib import ExitStack
from datetime import timedelta

from .sim import checks
from .sim.folk import Robot, labels
from .sim.loop import VirtualLoop, later
from .sim.run import Bench, _quiet, _Run
from .sim.ship import note_tasks, simulated
from .sim.trouble import INBOUND, POINTS, Trouble
from .sim.world import one_die

FAULTS = (
    *POINTS,
    *INBOUND,
    "answer lost after the call",
    "500 after the call",
    "429 for 30 s",
    "ok:false internal_error",
    "press or command never arrives",
    "press or command replayed",
    "acknowledgement of a press lost",
    "same gesture with two ts",
)
"""What can be armed."""


class Directed(Trouble):
    """Trouble that is armed by name."""

    def __init__(self) -> None:
        super().__init__(0)
        self.on, self._armed = True, dict[str, int]()

    def arm(self, name: str, at: int) -> None:
        """The fault of this name happens where it could happen for the `at`-th time from now on."""
        self._armed[name] = at

    def strikes(self, name: str, chance: float) -> bool:
        """Whether it happens here."""
        if name not in self._armed or not self.on:
            return False
        self._armed[name] -= 1
        if self._armed[name] > 0:
            return False
        del self._armed[name]
        self.fired[name] += 1
        return True

    def one_of(self, names: tuple[str, ...], chance: float) -> str | None:
        """Which of these is armed, once it is its turn."""
        name = next((one for one in names if one in self._armed), None)
        return name if name is not None and self.strikes(name, chance) else None


class Lives:
    """One world, from an empty file on, until it is closed."""

    def __init__(self, bench: Bench) -> None:
        self._stack, self._bench, self._loop = ExitStack(), bench, VirtualLoop()
        self._stack.callback(bench.database.close)
        self._stack.callback(self._loop.close)
        note_tasks(self._loop)
        self._loop.set_exception_handler(_quiet)
        asyncio.set_event_loop(self._loop)
        self._stack.callback(asyncio.set_event_loop, None)
        before = logging.root.manager.disable
        logging.disable(logging.CRITICAL)  # what is said of a crash that was asked for
        self._stack.callback(logging.disable, before)
        self._stack.enter_context(simulated())
        self._stack.enter_context(one_die(0, self._loop))
        self.trouble = Directed()
        self.run = self._loop.run_until_complete(self._begin())

    def close(self) -> None:
        """Nothing of it runs any more."""
        self._loop.run_until_complete(self.run.end())
        self._stack.close()

    def play(self, act: Awaitable[None], *, seconds: float = 1.0) -> None:
        """Somebody does this while a living bot is connected; and so much time goes by."""
        self._loop.run_until_complete(self._played(act, seconds))

    def look(self) -> list[str]:
        """The faults stop, and what is owed is done; returns what is wrong then."""
        return self._loop.run_until_complete(self._looked())

    async def days(self, days: int) -> None:
        """So many days go by."""
        self.run.world.calendar.advance(timedelta(days=days))
        await later(40.0)  # whoever sees the clock moved looks at once

    async def press(self, robot: Robot, label: str) -> None:
        """Somebody presses the newest button of that name in their direct message, if there is one."""
        home = self.run.world.workspace.direct_message(robot.id).id
        post = next((one for one in robot.recent(home) if label in labels(one)), None)
        if post is not None:
            await robot.tries(robot.person.press(label, ts=post.ts))

    def statuses(self) -> list[str]:
        """Where every story is in its life, as the file has it."""
        with self._bench.database.read_engine.connect() as connection:
            return [str(row[0]) for row in connection.exec_driver_sql("SELECT status FROM story ORDER BY number")]

    async def _begin(self) -> _Run:
        run = _Run(0, 0, self._bench.database, self._bench.template)
        world = run.world
        world.trouble = world.hub.trouble = world.wire.trouble = self.trouble
        world.settings |= {"RENEW_MONTHS": "1", "RENEW_DAYS": "7"}
        await world.afloat()
        return run

    async def _played(self, act: Awaitable[None], seconds: float) -> None:
        await self.run.world.afloat()
        await act
        await later(seconds)
        await self.run.world.afloat()
        await self.run.world.hub.deliver_later()

    async def _looked(self) -> list[str]:
        self.trouble.on = False
        try:
            await self.run.world.afloat()
            await self.run.world.hub.deliver_later(everything=True)
            while self.run.world.hub.tasks:
                await asyncio.wait(tuple(self.run.world.hub.tasks), timeout=400.0)
            await self.run.nothing_owed()
        finally:
            self.trouble.on = True
        for teller in self.run.tellers:
            teller.learn()
        return [one for one in checks.everything(self.run.world, self.run.memory) if not _waits(one)]


def _waits(line: str) -> bool:
    """An approved story that has not come to its Friday yet is no fault here: no slot need have passed."""
    return line.endswith("is approved and was left out")
