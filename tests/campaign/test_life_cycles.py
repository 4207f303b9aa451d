"""Life cycles of stories, in any order that Hypothesis thinks of: told, approved, posted, renewed, lapsed, taken back.

Between any two acts a message may come twice, an answer be lost, or the bot die at a commit or a call. After each
look everything must be as the simulator's checks say. `--hypothesis-profile=long -n0` plays a thousand longer ones.
"""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from .directed import FAULTS, Lives
from .sim.run import Bench

WHO = st.integers(0, 1)


class LifeCycles(RuleBasedStateMachine):
    """Two tellers, two reviewers, a calendar, and a bot that may die."""

    bench: Bench
    seen: set[str]

    def __init__(self) -> None:
        super().__init__()
        self.lives = Lives(self.bench)
        self.run = self.lives.run

    def teardown(self) -> None:
        """Whatever has happened, all is well in the end."""
        try:
            self.look()
        finally:
            self.lives.close()

    def look(self) -> None:
        assert self.lives.look() == []
        self.seen.update(self.lives.statuses())

    # ── a story's life ────────────────────────────────────────────────────────────────────────────────────────────

    @rule(who=WHO, steps=st.integers(1, 12))
    def tells(self, who: int, steps: int) -> None:
        """A teller goes on, so many steps."""
        for _ in range(steps):
            self.lives.play(self.run.tellers[who].go_on())

    @rule(who=WHO)
    def tells_to_the_end(self, who: int) -> None:
        """A teller goes on until the receipt is there, or long enough."""
        sent = len(self.run.memory.tellings)
        for _ in range(25):
            telling = self.run.tellers[who].telling
            if telling is not None and telling.over and len(self.run.memory.tellings) >= sent:
                break
            self.lives.play(self.run.tellers[who].go_on())
            self.run.tellers[who].learn()

    @rule(who=WHO)
    def approves(self, who: int) -> None:
        """A reviewer approves something that waits, after some days where no card has come yet."""
        if not self.run.reviewers[who].cards("Approve"):
            self.lives.play(self.lives.days(3))
        self.lives.play(self.run.reviewers[who].approve())

    @rule()
    def takes_back_an_approval(self) -> None:
        """A reviewer undoes an approval."""
        self.lives.play(self.run.reviewers[0].press("Undo"))

    @rule(days=st.sampled_from((1, 3, 7)))
    def time_goes_by(self, days: int) -> None:
        """Cards go out in rounds, and on Fridays an edition."""
        self.lives.play(self.lives.days(days))

    @rule()
    def it_is_friday(self) -> None:
        """The next slot."""
        self.lives.play(self.run.week())

    @rule(who=WHO)
    def takes_back(self, who: int) -> None:
        """A teller takes one of their stories back."""
        self.lives.play(self.run.tellers[who].take_back())

    @rule(days=st.sampled_from((32, 40)))
    def a_month_goes_by(self, days: int) -> None:
        """Whoever has a story that has been shown for a month is asked whether it may stay; unanswered, it lapses."""
        self.lives.play(self.lives.days(days))

    @rule(who=WHO)
    def lets_it_stay(self, who: int) -> None:
        """A teller says that their story may stay."""
        self.lives.play(self.lives.press(self.run.tellers[who], "Yes, it may stay"))

    # ── what goes wrong ───────────────────────────────────────────────────────────────────────────────────────────

    @rule(name=st.sampled_from(FAULTS), at=st.integers(1, 8))
    def something_will_go_wrong(self, name: str, at: int) -> None:
        """A fault, at the so-manieth place where it could happen."""
        self.lives.trouble.arm(name, at)

    @rule()
    def is_killed(self) -> None:
        """The bot dies between two acts, and is started again."""
        self.lives.play(self.run.crash("killed"))

    @precondition(lambda self: self.run.memory.tellings)
    @rule()
    def all_is_well(self) -> None:
        """The faults stop for a moment, and everything is looked at."""
        self.look()


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A file to begin each life with."""
    return Bench(tmp_path_factory.mktemp("lives"))


def test_whatever_order_a_story_lives_through(bench: Bench) -> None:
    """Told, approved, posted, renewed, lapsed or taken back, with faults between: nothing is lost, doubled or kept."""
    seen = set[str]()
    machine = type("LifeCycles", (LifeCycles,), {"bench": bench, "seen": seen})
    name = settings.get_current_profile_name()
    run_state_machine_as_test(machine, settings=settings.get_profile("long" if name == "long" else "lives"))
    assert seen


def test_a_story_goes_all_the_way(bench: Bench) -> None:
    """One sequence by hand: told, approved while the bot dies at a commit, posted twice over the wire, taken back."""
    machine = type("LifeCycles", (LifeCycles,), {"bench": bench, "seen": set()})()
    try:
        machine.tells_to_the_end(0)
        machine.time_goes_by(3)
        machine.something_will_go_wrong("crash after a commit", 1)
        machine.approves(0)
        machine.all_is_well()
        machine.approves(1)
        machine.something_will_go_wrong("answer lost after the call", 2)
        machine.it_is_friday()
        machine.all_is_well()
        assert machine.lives.statuses() == ["posted"]
        machine.a_month_goes_by(32)
        machine.lets_it_stay(0)
        machine.all_is_well()
        assert machine.lives.statuses() == ["posted"]
        machine.something_will_go_wrong("crash before a call", 2)
        machine.takes_back(0)
        machine.takes_back(0)
        machine.all_is_well()
        assert machine.lives.statuses() == ["withdrawn"]
    finally:
        machine.teardown()
