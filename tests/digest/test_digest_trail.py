"""Editions, holds and what is refused, in the audit trail."""

import pytest
from digest_house import AMIRA, FRIDAY, House

from bot.digest import holding, messages, service, trail
from bot.digest.rules import Said
from bot.pressed import Press
from storage import audit
from storage.audit import Entry
from storage.records import Story

READER = "U0READER01"


def rows(house: House, story: Story) -> list[Entry]:
    return list(house.read(lambda tx: audit.of_story(tx, story.id)))


def test_an_edition_leaves_a_row_for_each_story(house: House) -> None:
    """The clock's edition is the system's: each story goes from approved to posted, and the edition has its own row."""
    story = house.tell()
    house.do(service.tick)
    house.now = FRIDAY
    house.do(service.tick)
    (row,) = rows(house, story)
    assert (row.actor, row.verb, row.before, row.after) == ("system", "post", "approved", "posted")
    assert (row.surface, row.outcome) == ("scheduler", "done")
    assert house.read(lambda tx: audit.reasons(tx, trail.EDITION)) == ["full"]


@pytest.mark.parametrize(("by", "actor", "surface"), [(None, "keeper", "terminal"), (AMIRA, "reviewer", "command")])
def test_a_digest_posted_by_hand_says_whose(house: House, by: str | None, actor: str, surface: str) -> None:
    """The keeper at the terminal and a reviewer by command are told apart."""
    story = house.tell()
    house.do(service.tick)
    house.do(service.post_now, by=by)
    (row,) = rows(house, story)
    assert (row.actor, row.actor_id, row.surface) == (actor, by, surface)


def test_holding_and_being_refused(house: House) -> None:
    """A hold is its reviewer's; somebody who is no reviewer is refused without being named."""
    story = house.tell()
    house.do(service.tick)
    press = Press(AMIRA, value=f"{story.id}:1", channel="C0ELSE", message_ts="9.9")
    assert house.do(holding.hold, press) is Said.HELD
    assert house.do(holding.hold, press) is Said.ALREADY_HELD
    other = press._replace(user_id=READER)
    assert house.do(holding.put_back, other) is Said.ONLY_REVIEWERS
    assert house.do(service.post_now, by=READER).said is Said.ONLY_REVIEWERS
    assert [(row.verb, row.actor_id, row.outcome, row.reason) for row in rows(house, story)] == [
        ("hold", AMIRA, "done", None),
        ("hold", AMIRA, "denied", "already_held"),
        ("put_back", None, "denied", "only_reviewers"),
    ]
    table = house.read(lambda tx: str(tx.connection.exec_driver_sql("SELECT * FROM audit").fetchall()))
    assert READER not in table and house.read(audit.head).seq == 4


def test_reading_the_coming_digest_is_noted_of_no_name_stories(house: House) -> None:
    """*Read all* leaves a row for each story that names nobody, and none for the others."""
    hidden, shown = house.tell(credit=None), house.tell()
    house.do(service.tick)
    house.do(service.note_reading, by=AMIRA)
    assert [(row.verb, row.actor_id, row.day_only) for row in rows(house, hidden)] == [("read", AMIRA, True)]
    assert rows(house, shown) == []


@pytest.mark.parametrize("stories", [0, 1])
def test_the_heartbeat_carries_the_record_check(house: House, stories: int) -> None:
    """Each week reviewers are shown the end of the trail, quiet weeks too, so that it cannot be rewritten unnoticed."""
    for _ in range(stories):
        house.tell()
    house.do(service.tick)
    house.now = FRIDAY
    house.do(service.tick)
    house.deliver()
    beat = house.went(messages.HEARTBEAT)[-1]
    assert f"Record check: {house.read(audit.head).short}" in beat.shown
