"""Who may learn who told a story: two people, a reason, a day, and a trace that the teller can see."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.rehearsal.slack.validation import check_message, check_view
from bot.rights import breakglass, mydata_blocks
from bot.rights import breakglass_blocks as blocks
from bot.rights.breakglass_blocks import Came
from bot.rights.rendering import watched
from bot.rights.service import withdraw
from bot.story.policy import Policy
from storage import audit, mydata, outbox, stories, tellers
from storage import breakglass as kept
from storage.asked_who import AskedWho, AskState
from storage.audit_entry import Entry, Outcome
from storage.database import Database, Tx
from storage.records import Story
from storage.withdrawals import WithdrawnBy
from tests.digest.digest_house import AMIRA, JOE
from tests.rights.permission_house import EVERY, House

LEAD = "U0LEAD"
REASON = "A child in it may be at risk tonight."


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    """A house on Tuesday 3 June 2025, 10am, in which the lead may agree that a reviewer learns who told a story."""
    made = House(database)
    made.set(ig_lead=LEAD, break_glass=True)
    yield made
    made.close()


def ask(house: House, story: Story, by: str = AMIRA) -> Came:
    return house.do(breakglass.ask, by=by, number=story.number, reason=REASON)


def asked(house: House, story: Story) -> AskedWho:
    """The only one there is about this story."""
    [ask_id] = house.read(
        lambda tx: [row[0] for row in tx.connection.exec_driver_sql("SELECT id FROM break_glass").all()]
    )
    found = house.read(lambda tx: kept.find(tx, ask_id))
    assert found is not None and found.story_id == story.id
    return found


def decide(house: House, story: Story, *, agree: bool = True, tell: bool = True, by: str = LEAD) -> Came:
    return house.do(breakglass.decide, by=by, value=asked(house, story).id, agree=agree, tell=tell)


def look(house: House, story: Story, by: str = AMIRA) -> str | Came:
    """Whom the asker is shown, or why nobody."""
    found = house.do(breakglass.show, by=by, value=asked(house, story).id)
    return found if isinstance(found, Came) else found.told_by


def trail(house: House, story: Story) -> list[Entry]:
    return [one for one in house.read(lambda tx: audit.of_story(tx, story.id)) if one.verb.startswith("breakglass")]


def test_two_people_a_reason_and_a_day(house: House) -> None:
    """The lead reads the reason and agrees; the asker alone sees who it was, for a day; each step is in the trail."""
    story = house.tell(credit=None)
    teller = house.teller_of(story)
    assert ask(house, story) is Came.ASKED
    assert look(house, story) is Came.OVER, "before anybody agreed"
    house.deliver()
    assert REASON in house.seen() and "Amira Shah says:" in house.seen() and teller not in house.seen()
    assert decide(house, story) is Came.DECIDED
    sent = house.deliver()
    told = {one.row.kind: one for one in sent}
    assert "you may see who told story 1" in told[breakglass.TO_ASKER].text
    assert REASON in told[breakglass.TO_AUTHOR].shown and "Amira" not in told[breakglass.TO_AUTHOR].shown
    for one in sent:
        assert check_message({"text": one.text, "blocks": list(one.rendered.blocks)}) == []
    assert look(house, story) == teller and look(house, story) == teller
    window = blocks.window(asked(house, story), told_by=teller, zone=house.policy.zone)
    assert check_view(window, surface="modal") == []
    house.now += timedelta(hours=24)
    assert look(house, story) is Came.OVER
    house.do(breakglass.sweep)
    house.deliver()
    assert "you may see who told" not in house.seen() and teller not in house.seen()
    steps = [(one.actor, one.actor_id, one.verb, one.outcome, one.reason) for one in trail(house, story)]
    assert steps == [
        ("reviewer", AMIRA, "breakglass", "done", "asked"),
        ("reviewer", AMIRA, "breakglass_show", "denied", "over"),
        ("lead", LEAD, "breakglass_decide", "done", "agreed_told"),
        ("reviewer", AMIRA, "breakglass_show", "done", None),
        ("reviewer", AMIRA, "breakglass_show", "done", None),
        ("reviewer", AMIRA, "breakglass_show", "denied", "over"),
        ("system", None, "breakglass", "done", "time_is_over"),
    ]
    assert house.read(audit.check) is None


def test_it_is_off_unless_somebody_has_switched_it_on(house: House) -> None:
    """Without the setting, or without a lead, nothing is asked or shown, and the attempt is recorded."""
    story = house.tell()
    for changes in ({"break_glass": False}, {"ig_lead": ""}):
        house.set(**{"ig_lead": LEAD, "break_glass": True, **changes})
        assert ask(house, story) is Came.OFF
    house.set(ig_lead=LEAD, break_glass=True)
    ask(house, story)
    decide(house, story)
    house.set(break_glass=False)
    assert look(house, story) is Came.OFF
    assert decide(house, story) is Came.OFF
    denied = [one.reason for one in trail(house, story) if one.outcome == Outcome.DENIED]
    assert denied == ["off", "off", "off", "off"]
    assert not Policy.__dataclass_fields__["break_glass"].default


def test_nobody_else_gets_anywhere(house: House) -> None:
    """Whoever is no reviewer, no lead, both at once, the teller, or another reviewer: refused, and it is recorded."""
    story = house.tell()
    teller = house.teller_of(story)
    assert ask(house, story, by="U0NOBODY") is Came.NOT_REVIEWER
    house.set(reviewers=frozenset({AMIRA, JOE, LEAD, teller}))
    assert ask(house, story, by=LEAD) is Came.SECOND_PERSON
    assert ask(house, story, by=teller) is Came.OWN_STORY
    assert ask(house, story) is Came.ASKED and ask(house, story) is Came.TWICE
    assert decide(house, story, by=AMIRA) is Came.NOT_LEAD and decide(house, story, by=teller) is Came.NOT_LEAD
    assert asked(house, story).state is AskState.WAITING
    assert decide(house, story) is Came.DECIDED and decide(house, story, agree=False) is Came.ALREADY
    assert look(house, story, by=JOE) is Came.NOT_YOURS and look(house, story, by=LEAD) is Came.NOT_YOURS
    house.set(reviewers=frozenset({JOE}))
    assert look(house, story) is Came.NOT_REVIEWER
    assert house.do(breakglass.show, by=JOE, value="forged") is Came.NOT_YOURS
    assert house.do(breakglass.decide, by=LEAD, value="forged", agree=True) is Came.OVER
    assert house.do(breakglass.ask, by=JOE, number=99, reason=REASON) is Came.NO_STORY
    actors = [one.actor for one in trail(house, story) if one.reason == "own_story"]
    assert actors == ["author"]
    assert teller not in json.dumps([one.actor_id for one in trail(house, story)])


def test_a_lead_who_told_the_story_decides_nothing_and_is_not_found_out(house: House) -> None:
    """The lead's own story: they cannot decide, and neither the trail nor the asker learns that it is theirs."""
    story = house.tell()
    house.set(ig_lead=house.teller_of(story))
    assert ask(house, story) is Came.ASKED
    assert decide(house, story, by=house.teller_of(story)) is Came.OWN_STORY
    assert [one.verb for one in trail(house, story)] == ["breakglass"]
    house.now += timedelta(hours=72)
    assert decide(house, story, by=house.teller_of(story)) is Came.OWN_STORY
    house.do(breakglass.sweep)
    house.deliver()
    assert "Nobody decided in time" in house.seen()
    assert look(house, story) is Came.OVER


def test_refused_or_too_late_shows_nothing(house: House) -> None:
    """A refusal is told to the asker, and after three days without an answer the question is over."""
    story = house.tell()
    ask(house, story)
    assert decide(house, story, agree=False) is Came.DECIDED
    assert look(house, story) is Came.OVER
    assert not [one for one in house.deliver() if one.row.kind == breakglass.TO_AUTHOR]
    assert "does not agree" in house.seen()
    assert ask(house, story) is Came.ASKED, "it may be asked again"


@pytest.mark.parametrize("tell", [True, False])
def test_the_teller_can_always_see_it(house: House, tell: bool) -> None:
    """Whether or not a message was sent, what is held about the teller says that it was asked, why, and looked at."""
    story = house.tell()
    ask(house, story)
    decide(house, story, tell=tell)
    assert [one.row.kind for one in house.deliver()].count(breakglass.TO_AUTHOR) == int(tell)
    look(house, story)

    def held(tx: Tx) -> mydata.Held:
        author = tellers.find_author(tx, story.id)
        assert author is not None
        return mydata.held_about(tx, author.id)

    found = house.read(held)
    [row] = found["break_glass"]
    assert row["reason"] == REASON and row["shown"] == 1 and row["author_told"] is tell
    assert AMIRA not in json.dumps(found) and LEAD not in json.dumps(found)
    said = json.dumps(mydata_blocks.summary(house.policy, found, [], house.now).blocks)
    assert "a reviewer asked on Tuesday 3 June who told story 1, and that they were shown it" in said


def test_a_story_that_is_taken_back_takes_the_question_with_it(house: House) -> None:
    """After a withdrawal the reason is erased and nobody is shown anything, however far the question was."""
    story = house.tell()
    ask(house, story)
    decide(house, story)
    house.deliver()
    house.do(
        lambda tx, policy: withdraw(
            tx,
            policy,
            stories.get(tx, story.id),
            by=WithdrawnBy.AUTHOR,
            actor=audit.AUTHOR,
            surface=audit.Surface.BUTTON,
        )
    )
    assert look(house, story) is Came.GONE
    assert asked(house, story).reason is None and asked(house, story).state is AskState.OVER
    assert ask(house, story) is Came.GONE
    gate = watched(EVERY)[breakglass.TO_AUTHOR].gate
    row = house.read(lambda tx: outbox.of_story(tx, story.id, breakglass.TO_AUTHOR))[0]
    assert gate is not None and house.read(lambda tx: gate(tx, house.policy, row)) == "withdrawn"


def test_an_asker_who_has_left_and_a_teller_who_is_not_known_end_it(house: House) -> None:
    """What cannot be shown any more is not agreed to."""
    story = house.tell()
    ask(house, story)
    house.policy = replace(house.policy, reviewers=frozenset({JOE}))
    assert decide(house, story) is Came.ASKER_LEFT
    assert asked(house, story).state is AskState.OVER
    other = house.tell(title="Another")
    house.do(lambda tx, policy: tx.connection.exec_driver_sql("DELETE FROM author"))
    assert ask(house, other, by=JOE) is Came.UNKNOWN
