"""The hand-over of turns in a lane, tried with every sequence that Hypothesis can think of, and a few by name."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import create_engine

from storage import outbox
from storage.database import Tx
from storage.records import Message, Op, OutboxState
from storage.tables import Base

NAMES = ["channel:C1", "teller:t1", "tidy:teller:t1"]
LANES = st.sampled_from(NAMES)
MINUTES = st.integers(0, 3)
OVER = {OutboxState.SENT, OutboxState.PARKED, OutboxState.DROPPED}


def step(tx: Tx, lane: str, how: str = "sent") -> bool:
    """What delivery does in a lane, once: whose turn is it, may it go, say so, settle it. False when nothing can go."""
    row = outbox.next_in_lane(tx, lane)
    if row is None:
        return False
    if row.depends_on is not None:
        before = outbox.get(tx, row.depends_on).state
        if before not in OVER:
            return False
        if before is not OutboxState.SENT:
            return outbox.mark_dropped(tx, row, "dependency") is not None
    assert outbox.claim(tx, row.id)
    assert outbox.get(tx, row.id).state is OutboxState.SENDING
    if how == "retry":
        outbox.count_attempt(tx, row)
        return True
    if how == "parked":
        return outbox.mark_parked(tx, row, "channel_not_found") is not None
    return outbox.mark_sent(tx, row, channel="C1", ts="1.0") is not None


MEMORY = create_engine("sqlite://")
Base.metadata.create_all(MEMORY)


class Lanes(RuleBasedStateMachine):
    """Messages are put, moved, taken back and sent in any order while time passes."""

    ids = Bundle("ids")

    @initialize()
    def open(self) -> None:
        self.connection = MEMORY.connect()  # one transaction an example, rolled back at its end
        self.names = (f"row{n}" for n in count())
        self.now = datetime(2025, 6, 4, 9, 30, tzinfo=UTC)
        self.at_once: dict[str, list[str]] = {}
        """Rows of each lane that were due when put and never moved, in the order in which they were put."""
        self.sent: dict[str, list[str]] = {}
        self.announced: set[str] = set()
        self.model: set[str] = set()

    def tx(self) -> Tx:
        return Tx(self.connection, "w", self.now, lambda: next(self.names), self.announced)

    @rule(target=ids, lane=LANES, later=MINUTES, key=st.sampled_from([None, None, None, "k1", "k2"]))
    def enqueue(self, lane: str, later: int, key: str | None) -> str:
        due_at = self.now + timedelta(minutes=later) if later else None
        put = outbox.enqueue(self.tx(), Message("kind", lane, key=key, due_at=due_at))
        if not later and put not in self.model:
            self.at_once.setdefault(lane, []).append(put)
        self.model.add(put)
        return put

    @rule(target=ids, tidying=st.booleans(), later=MINUTES, before=ids)
    def enqueue_after(self, tidying: bool, later: int, before: str) -> str:
        """A message that waits for another goes into the same lane or into a tidying one, as the rooms do it."""
        lane = "tidy:teller:t1" if tidying else outbox.get(self.tx(), before).lane
        due_at = self.now + timedelta(minutes=later)
        put = outbox.enqueue(self.tx(), Message("kind", lane, depends_on=before, target=before, due_at=due_at))
        self.model.add(put)
        return put

    @rule(lane=LANES, how=st.sampled_from(["sent", "sent", "parked", "retry"]))
    def deliver(self, lane: str, how: str) -> None:
        row = outbox.next_in_lane(self.tx(), lane)
        if step(self.tx(), lane, how) and row is not None and outbox.get(self.tx(), row.id).state is OutboxState.SENT:
            self.sent.setdefault(lane, []).append(row.id)

    @rule(chosen=ids)
    def claim(self, chosen: str) -> None:
        """Delivery may have read a row, and claim it only after others have written."""
        waits_for = outbox.get(self.tx(), chosen).depends_on
        if waits_for is None or outbox.get(self.tx(), waits_for).state is OutboxState.SENT:
            outbox.claim(self.tx(), chosen)

    @rule(chosen=ids)
    def take_back(self, chosen: str) -> None:
        state = outbox.get(self.tx(), chosen).state
        assert outbox.drop_waiting(self.tx(), chosen, "said otherwise") == (state is OutboxState.QUEUED)

    @rule(chosen=ids, later=MINUTES)
    def postpone(self, chosen: str, later: int) -> None:
        before = outbox.get(self.tx(), chosen)
        moved = outbox.postpone(self.tx(), chosen, self.now + timedelta(minutes=later))
        assert moved == (before.state is OutboxState.QUEUED)
        if moved:
            after = outbox.get(self.tx(), chosen)
            assert after.seq >= before.seq and after.due_at == self.now + timedelta(minutes=later)
            self.at_once[before.lane] = [put for put in self.at_once.get(before.lane, []) if put != chosen]

    @rule(minutes=st.integers(1, 2))
    def pass_time(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @invariant()
    def one_is_being_sent(self) -> None:
        """At most one row of a lane may have been tried: after a crash, one message a lane is in doubt."""
        sending = self.connection.exec_driver_sql("SELECT lane FROM outbox WHERE state = 'sending'").scalars().all()
        assert len(sending) == len(set(sending))

    @invariant()
    def what_is_due_has_a_turn(self) -> None:
        """A lane with something due always has a next row, whatever else it holds for later."""
        for lane in NAMES:
            due = outbox.next_due(self.tx(), lane)
            if due is not None and due <= self.now:
                assert outbox.next_in_lane(self.tx(), lane) is not None

    def teardown(self) -> None:
        """In the end everything has been settled, each lane was announced, and what was due at once went in order."""
        self.now += timedelta(days=1)
        for _ in range(2 * len(self.model) + 2):
            lanes = outbox.waiting_lanes(self.tx())
            assert set(lanes) <= self.announced
            for lane in lanes:
                self.deliver(lane, "sent")
        assert outbox.waiting(self.tx()) == 0
        for lane, sent in self.sent.items():
            ordered = [put for put in self.at_once.get(lane, []) if put in sent]
            assert [put for put in sent if put in ordered] == ordered
        self.connection.close()


TestLanes = Lanes.TestCase
TestLanes.settings = settings(max_examples=20, stateful_step_count=30, deadline=None)


@pytest.fixture
def tx(begin: Any) -> Iterator[Tx]:
    with begin() as made:
        yield made


def states(tx: Tx, *ids: str) -> list[str]:
    return [outbox.get(tx, put).state.value for put in ids]


def test_the_first_of_an_idle_lane_may_be_tried_at_once(tx: Tx) -> None:
    """A row put into an idle lane is SENDING from the start; settling it hands the turn on in the same transaction."""
    first, second, third = (outbox.enqueue(tx, Message("kind", "channel:C1")) for _ in range(3))
    other = outbox.enqueue(tx, Message("kind", "channel:C2"))
    assert states(tx, first, second, third, other) == ["sending", "queued", "queued", "sending"]
    assert outbox.mark_sent(tx, outbox.get(tx, first), channel="C1", ts="1.0")
    assert states(tx, first, second, third) == ["sent", "sending", "queued"]
    assert not outbox.mark_parked(tx, outbox.get(tx, first), "too late")
    assert outbox.mark_parked(tx, outbox.get(tx, second), "is_archived")
    assert states(tx, first, second, third) == ["sent", "parked", "sending"]
    assert [row.id for row in outbox.parked(tx)] == [second]


def test_what_is_due_later_holds_nothing_up(tx: Tx, now: datetime) -> None:
    """A message for later lets those behind it go first, and is next once its time has come."""
    later = outbox.enqueue(tx, Message("nudge", "channel:C1", due_at=now + timedelta(hours=1)))
    soon = outbox.enqueue(tx, Message("question", "channel:C1"))
    assert states(tx, later, soon) == ["queued", "sending"]
    outbox.mark_sent(tx, outbox.get(tx, soon))
    assert outbox.next_in_lane(tx, "channel:C1") is None
    assert outbox.next_due(tx, "channel:C1") == now + timedelta(hours=1)
    tx.now = now + timedelta(hours=1)
    row = outbox.next_in_lane(tx, "channel:C1")
    assert row is not None and row.id == later


def test_a_turn_is_never_given_twice(tx: Tx, now: datetime) -> None:
    """Taking a message back while another is being sent gives nobody else a turn, not even one that has become due."""
    early = outbox.enqueue(tx, Message("nudge", "channel:C1", due_at=now + timedelta(minutes=1)))
    sending = outbox.enqueue(tx, Message("question", "channel:C1"))
    waiting = outbox.enqueue(tx, Message("question", "channel:C1"))
    tx.now = now + timedelta(minutes=2)
    assert outbox.drop_waiting(tx, waiting, "said otherwise")
    assert states(tx, early, sending, waiting) == ["queued", "sending", "dropped"]
    assert not outbox.claim(tx, early)


def test_what_waits_for_another_message_is_woken_by_it(tx: Tx) -> None:
    """Settling a message, however, tells the lanes of all that wait for it; a chain goes link by link."""
    post = outbox.enqueue(tx, Message("card", "channel:C1"))
    change = outbox.enqueue(tx, Message("card", "channel:C1", op=Op.UPDATE, target=post, depends_on=post, lane="tidy"))
    last = outbox.enqueue(tx, Message("link", "teller:t1", op=Op.PERMALINK, target=post, depends_on=change))
    assert states(tx, post, change, last) == ["sending", "queued", "queued"]
    for settled, woken in ((post, "tidy"), (change, "teller:t1")):
        tx.lanes.clear()
        outbox.mark_sent(tx, outbox.get(tx, settled), channel="C1", ts="1.0")
        assert woken in tx.lanes
        row = outbox.next_in_lane(tx, woken)
        assert row is not None and outbox.claim(tx, row.id)


def test_what_waits_for_another_message_keeps_its_place_untried(tx: Tx) -> None:
    """A message that waits for one of another lane gets no turn with it, and nothing overtakes it in its own lane."""
    first = outbox.enqueue(tx, Message("question", "channel:C1"))
    other = outbox.enqueue(tx, Message("card", "channel:C2"))
    waits = outbox.enqueue(tx, Message("link", "channel:C1", depends_on=other))
    outbox.mark_sent(tx, outbox.get(tx, first))
    behind = outbox.enqueue(tx, Message("question", "channel:C1"))
    assert states(tx, waits, behind) == ["queued", "queued"]
    row = outbox.next_in_lane(tx, "channel:C1")
    assert row is not None and row.id == waits


def test_moving_a_message_moves_what_waits_for_it(tx: Tx, now: datetime) -> None:
    """A change to a message that has been moved to later does not stand in front of it, or both would wait for ever."""
    held = outbox.enqueue(tx, Message("question", "channel:C1"))
    foot = outbox.enqueue(tx, Message("foot", "channel:C1"))
    change = outbox.enqueue(tx, Message("foot", "channel:C1", op=Op.UPDATE, target=foot, depends_on=foot))
    assert outbox.postpone(tx, foot, now + timedelta(seconds=2))
    assert not outbox.postpone(tx, held, now + timedelta(seconds=2))
    outbox.mark_sent(tx, outbox.get(tx, held))
    assert outbox.next_in_lane(tx, "channel:C1") is None
    tx.now = now + timedelta(seconds=2)
    sent = []
    while (row := outbox.next_in_lane(tx, "channel:C1")) is not None:
        assert outbox.claim(tx, row.id)
        outbox.mark_sent(tx, row)
        sent.append(row.id)
    assert sent == [foot, change]


def test_a_key_is_put_once(tx: Tx) -> None:
    """A message whose key is there is not put again, even when it has long been sent; without a key each is its own."""
    first = outbox.enqueue(tx, Message("digest", "channel:C1", key="digest:2025:23"))
    outbox.mark_sent(tx, outbox.get(tx, first), channel="C1", ts="1.0")
    assert outbox.enqueue(tx, Message("digest", "channel:C1", key="digest:2025:23")) == first
    assert outbox.waiting(tx) == 0
    found = outbox.find_by_key(tx, "digest:2025:23")
    assert found is not None and found.state is OutboxState.SENT
    assert outbox.find_message(tx, "C1", "1.0") == found
    assert len({outbox.enqueue(tx, Message("digest", "channel:C1")) for _ in range(3)}) == 3


def test_a_response_url_is_not_kept(tx: Tx, plain: Any) -> None:
    """The address of a press is forgotten once its message is settled."""
    row = outbox.enqueue(tx, Message("thanks", "channel:C1", response_url="https://hooks.slack.com/x"))
    outbox.mark_sent(tx, outbox.get(tx, row))
    assert outbox.get(tx, row).response_url is None


@pytest.mark.parametrize("how", ["sent", "parked", "dropped"])
def test_for_whom_a_whisper_was_is_not_kept(tx: Tx, plain: Any, how: str) -> None:
    """Whom a private line was for is forgotten as soon as the row is sent, parked or dropped."""
    row = outbox.get(tx, outbox.enqueue(tx, Message("hello", "channel:C1", op=Op.WHISPER, person="U0SAM")))
    assert row.person == "U0SAM"
    settled = {
        "sent": lambda: outbox.mark_sent(tx, row, channel="C1"),
        "parked": lambda: outbox.mark_parked(tx, row, "user_not_in_channel"),
        "dropped": lambda: outbox.mark_dropped(tx, row, "superseded"),
    }[how]()
    assert settled is not None and settled.row.person is None
    assert outbox.get(tx, row.id).person is None


def test_workspaces_do_not_see_each_other(begin: Any) -> None:
    """The same lane, key and place in two workspaces are two."""
    made = []
    for name in ("w1", "w2"):
        with begin(in_workspace=name) as tx:
            made.append(outbox.enqueue(tx, Message("kind", "channel:C1", key="same")))
            assert outbox.waiting(tx) == 1
            assert outbox.find(tx, made[0]) is None or name == "w1"
    assert len(set(made)) == 2
