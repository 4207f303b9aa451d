"""What reviewers do, and what is refused, in the audit trail: one row each, and never who told a story."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from review_desk import Desk
from review_house import AMIRA, JOE, POLICY, RAE, SAM, House

from bot.review import service, trail
from bot.review.rules import At, Outcome, Target, What
from bot.story.policy import Policy
from storage import audit
from storage.audit import Entry
from storage.database import Tx
from storage.records import Naming, Story
from tests.sending import TWO_NIGHTS

Act = Callable[[Tx, Policy, str, Target], Outcome]

ACTS: dict[str, Act] = {
    "approve": lambda tx, policy, by, target: service.approve(tx, policy, by=by, target=target),
    "ask": lambda tx, policy, by, target: service.ask(tx, policy, by=by, target=target, question="Which month?"),
    "decline": lambda tx, policy, by, target: service.decline(tx, policy, by=by, target=target, comment="Canary."),
    "undo": lambda tx, policy, by, target: service.undo(tx, policy, by=by, target=target),
    "redact": lambda tx, policy, by, target: service.redact(tx, policy, by=by, target=target, words={"p0": "Canary"}),
    "sensitive": lambda tx, policy, by, target: service.mark_sensitive(tx, policy, by=by, target=target),
}
HOW: dict[str, Callable[[Story], Target]] = {
    "button": lambda story: At(story.id, 1),
    "command": lambda story: story.number,
}


def rows(house: House, story: Story) -> list[Entry]:
    return list(house.read(lambda tx: audit.of_story(tx, story.id)))


def everything(house: House) -> list[tuple[Any, ...]]:
    """Every row of the table, as the file has it."""
    return house.read(lambda tx: [tuple(row) for row in tx.connection.exec_driver_sql("SELECT * FROM audit")])


def test_the_table_has_every_act_of_the_room() -> None:
    """Every function that decides leaves its row: each of them takes the one way that does."""
    deciding = {name for name, act in vars(service).items() if getattr(act, "__wrapped__", None) is not None}
    assert deciding == {"approve", "ask", "decline", "undo", "redact", "mark_sensitive"}


@pytest.mark.parametrize("how", list(HOW))
@pytest.mark.parametrize("verb", list(ACTS))
def test_every_verb_leaves_one_row(house: House, verb: str, how: str) -> None:
    """Whatever a reviewer does or tries, one row says what came of it, with their id, and holds none of the words."""
    story = house.tell()
    outcome = house.do(ACTS[verb], AMIRA, HOW[how](story))
    (row,) = rows(house, story)
    assert (row.actor, row.actor_id) == ("reviewer", AMIRA)
    assert (row.outcome == "done") is (outcome.what in (What.DONE, What.ONCE))
    assert row.before == "submitted"
    assert row.surface == "command" if how == "command" else row.surface in ("button", "modal")
    assert "Canary" not in str(everything(house)) and SAM not in str(everything(house))
    assert house.read(audit.check) is None


@pytest.mark.parametrize("verb", list(ACTS))
def test_a_refused_author_is_not_named(house: House, verb: str) -> None:
    """A reviewer who tries to decide their own story leaves a row that says "author", the day, and no id."""
    story = house.tell(by=AMIRA)
    assert house.do(ACTS[verb], AMIRA, At(story.id, 1)).what is What.OWN_STORY
    (row,) = rows(house, story)
    assert (row.actor, row.actor_id, row.outcome, row.reason) == ("author", None, "denied", "own_story")
    assert row.day_only and row.after is None
    assert AMIRA not in str(everything(house))


@pytest.mark.parametrize("verb", list(ACTS))
@pytest.mark.parametrize("who", ["a reader", "the teller", "a removed reviewer"])
def test_somebody_who_is_no_reviewer_is_not_named(house: House, verb: str, who: str) -> None:
    """Others are refused and the row says so, not who they are: it could be whoever told the story."""
    story = house.tell()
    by = {"a reader": RAE, "the teller": SAM, "a removed reviewer": JOE}[who]
    house.policy = replace(house.policy, reviewers=frozenset({AMIRA}))
    assert house.do(ACTS[verb], by, At(story.id, 1)).what is What.NOT_REVIEWER
    (row,) = rows(house, story)
    assert (row.actor, row.actor_id, row.outcome, row.reason) == ("other", None, "denied", "not_reviewer")
    assert by not in str(everything(house))


@pytest.mark.parametrize("verb", ["approve", "ask", "decline"])
def test_a_stale_version_is_a_denial(house: House, verb: str) -> None:
    """A press on a card that shows older words leaves a row with the reason."""
    story = house.tell()
    house.tell_again(story, TWO_NIGHTS)
    house.do(ACTS[verb], AMIRA, At(story.id, 1))
    (row,) = rows(house, story)
    assert (row.outcome, row.reason, row.before) == ("denied", "changed", "submitted")


def test_a_no_name_story_has_days(house: House) -> None:
    """No row about a story that names nobody says at which hour."""
    story = house.tell(naming=Naming.NONE, deliver=False)
    house.do(ACTS["approve"], AMIRA, At(story.id, 1))
    assert [row.day_only for row in rows(house, story)] == [True]


@pytest.mark.parametrize(("naming", "noted"), [(Naming.NONE, ["read"]), (Naming.ROLE, [])])
def test_reading_is_noted_of_stories_that_name_nobody(house: House, naming: Naming, noted: list[str]) -> None:
    """Opening the whole of a no-name story leaves a row; of any other story none."""
    story = house.tell(naming=naming)
    house.do(lambda tx, policy: trail.note_reading(tx, by=AMIRA, target=At(story.id, 1)))
    assert [row.verb for row in rows(house, story)] == noted


@pytest.mark.parametrize("label", ["Approve", "Ask the teller", "Decline", "Redact", "Read"])
async def test_a_refused_press_leaves_a_row(desk: Desk, label: str) -> None:
    """A button pressed by somebody who is no reviewer is recorded, whether it would decide or open a form."""
    story = await desk.tell()
    if label == "Read":
        await desk.amira.press("Approve")
    desk.edge.policy = desk.house.policy = replace(POLICY, reviewers=frozenset({JOE}))
    await desk.send()
    before = len(rows(desk.house, story))
    await desk.amira.press(label)
    (row,) = rows(desk.house, story)[before:]
    assert (row.actor, row.actor_id, row.outcome) == ("other", None, "denied")


async def test_a_refused_command_leaves_a_row(desk: Desk) -> None:
    """A command of somebody who is no reviewer is recorded without their id and without the story they named."""
    story = await desk.tell()
    await desk.rae.command("/story approve 1")
    (row,) = everything(desk.house)
    assert {"other", "approve", "denied", "not_reviewer", "command"} <= set(row)
    assert story.id not in row and RAE not in row


async def test_opening_a_no_name_story_is_recorded(desk: Desk) -> None:
    """*Read* on a card of a story that names nobody leaves a row with the reviewer's id and the day."""
    story = await desk.tell()
    await desk.joe.press("Approve")
    await desk.send()
    await asyncio.to_thread(desk.house.do, _name_nobody)
    await desk.joe.press("Read")
    await desk.joe.see_view()
    row = rows(desk.house, story)[-1]
    assert (row.verb, row.actor_id, row.outcome, row.day_only) == ("read", JOE, "done", True)


def _name_nobody(tx: Tx, policy: Policy) -> None:
    tx.connection.exec_driver_sql("UPDATE story_version SET naming = 'none'")
