"""No name means no name: whoever told such a story is in nothing that reviewers can see, nor behind it."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from review_house import AMIRA, JOE, POLICY, House

from bot.review import answers, rendering, rules, service
from bot.review.rules import At, Outcome, What
from bot.story import tidings
from bot.story.policy import Policy
from storage import decisions, outbox, stories, tellers
from storage.database import Tx
from storage.records import Naming, OutboxRow, Story, Verb
from storage.tables import OutboxRowTable
from tests.sending import TWO_NIGHTS

ID, NAME, DM = "U0CANARY01", "Perpetua Nightingale", "D0CANARY01"
"""A reviewer who tells a story herself: the one teller whose name the bot knows."""
TOLD_AT = datetime(2025, 6, 4, 9, 41, 17, tzinfo=UTC)
ROUND = datetime(2025, 6, 4, 12, 0, tzinfo=UTC)
MOMENT = re.compile(r"\b(?:0?9|10):41\b|:41:17|T09:41|1749030077")
"""The minute at which it was told, in any clothes."""
WITH_CANARY = replace(POLICY, reviewers=frozenset({AMIRA, JOE, ID}), names={**POLICY.names, ID: NAME})
PAGES = (Verb.ASK, Verb.DECLINE, Verb.REDACT, None)
VERBS = (Verb.APPROVE, Verb.REDACT)


@pytest.fixture
def aviary(house: House) -> House:
    """A house in which the canary is a reviewer, and known by her direct message."""
    house.policy = WITH_CANARY
    house.do(lambda tx, policy: tellers.meet(tx, ID, dm_channel=DM))
    return house


def told(house: House, naming: Naming = Naming.NONE) -> Story:
    house.now = TOLD_AT.replace(second=16)
    return house.tell(TWO_NIGHTS, by=ID, naming=naming, care=True)


def everything(house: House, story: Story) -> Iterator[tuple[str, Any]]:
    """All that a reviewer could be shown of a story as it stands: what it is, and it."""
    house.deliver()
    fresh, house.sent = house.sent, []
    for sent in fresh:
        if not sent.row.recipient.startswith("author:"):
            yield sent.row.kind, (sent.text, list(sent.rendered.blocks))
    at = house.at(story)
    with one_look():
        shown = house.read(lambda tx: list(at_hand(tx, house.policy, story.number, at)))
    yield from shown


@contextmanager
def one_look() -> Iterator[None]:
    """Nothing changes within one transaction that only reads: its story is read once, not for each of 300 answers."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name in ((stories, "find"), (stories, "version"), (decisions, "of_story")):
            patch.setattr(module, name, read_once(getattr(module, name)))
        yield


def read_once(read: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[tuple[Any, ...], Any] = {}

    def once(tx: Tx, *of: Any) -> Any:
        if of not in known:
            known[of] = read(tx, *of)
        return known[of]

    return once


def at_hand(tx: Tx, policy: Policy, number: int, at: At) -> Iterator[tuple[str, Any]]:
    """The list, every page and form, and every private answer."""
    made = outbox.of_story(tx, at.story_id, tidings.OUTCOME)
    decision = str(made[-1].args["decision"]) if made else None
    for reader in (AMIRA, ID):
        yield "list", rendering.waiting_list(tx, policy, shown=10)
        for verb, target in product(PAGES, (at, number)):
            where = POLICY.review_channel
            yield f"page {verb}", rendering.page_for(tx, policy, verb, by=reader, target=target, channel=where)
        for what, verb in product(What, VERBS):
            outcome = Outcome(what, verb, number, at.story_id, at.version, decision)
            yield f"answer {what}", answer(tx, policy, outcome, reader)


def answer(tx: Tx, policy: Policy, outcome: Outcome, reader: str) -> Any:
    if outcome.what is What.DONE and outcome.verb is None:
        return None
    return rendering.answer(tx, policy, outcome, reader), rendering.problem(tx, policy, outcome, reader)


def acts(house: House, story: Story) -> Iterator[str]:
    """The story's life at the reviewers' hands; yields the name of each stop."""
    yield "before its round"
    house.now = ROUND
    house.deliver()
    yield "its card is out"
    at = house.at(story)
    for by in (AMIRA, ID, JOE):
        house.do(service.approve, by=by, target=at)
        yield f"approved by {house.policy.name_of(by)}" if by != ID else "tried by its teller"
    house.do(service.undo, by=JOE, target=at)
    yield "undone"
    house.do(service.redact, by=AMIRA, target=at, words={"p4": "She waited [removed]."})
    house.deliver()
    yield "redacted"
    house.do(service.ask, by=JOE, target=house.at(story), question="Who could have told housing first?")
    yield "asked"
    house.now = TOLD_AT.replace(day=5)
    house.tell_again(story, TWO_NIGHTS, naming=Naming.NONE)
    yield "answered, before its round"
    house.now = ROUND.replace(day=5)
    house.deliver()
    house.do(service.decline, by=AMIRA, target=house.at(story), comment="Too near.")
    yield "declined"
    for row in house.read(lambda tx: outbox.of_story(tx, story.id, tidings.RELAYED_QUESTION)):
        house.do(lambda tx, policy, row=row: service.tell_parked(tx, policy, row))
    yield "a message was lost"


def found(thing: Any, *, moment: bool = False) -> list[str]:
    """What of the canary is in it."""
    text = thing if isinstance(thing, str) else json.dumps(thing, default=repr)
    traces = [trace for trace in (ID, NAME, "Perpetua", "Nightingale", DM) if trace in text]
    return traces + (MOMENT.findall(text) if moment else [])


def test_nobody_sees_who(aviary: House, caplog: pytest.LogCaptureFixture) -> None:
    """Cards, list, pages, forms, private answers and notices, at every stop, to others and to herself; and the log."""
    with caplog.at_level(logging.DEBUG):
        story = told(aviary)
        for stop in acts(aviary, story):
            for where, thing in everything(aviary, story):
                assert not found(thing, moment=True), (stop, where)
    own = "\n".join(f"{record.name} {record.getMessage()}" for record in caplog.records)
    assert not found(own, moment=False)
    assert "own_story" in own


@pytest.mark.parametrize("naming", [Naming.NAME, Naming.ROLE_AND_ORGANISATION, Naming.ROLE])
def test_no_time_is_finer_than_the_day(aviary: House, naming: Naming) -> None:
    """However the teller is described, reviewers hear the day on which something was sent, never the minute."""
    story = told(aviary, naming)
    for stop in acts(aviary, story):
        for where, thing in everything(aviary, story):
            assert not MOMENT.search(json.dumps(thing, default=repr)), (stop, where)


def test_no_row_links_her_to_the_story(aviary: House) -> None:
    """The messages in line hold neither name nor direct message, and no row that is hers names the story."""
    story = told(aviary)
    for _ in acts(aviary, story):
        for by in (ID, AMIRA):
            for verb in (service.approve, service.undo, service.mark_sensitive):
                outcome = aviary.do(verb, by=by, target=aviary.at(story))
                aviary.do(service.tell, outcome, person=by, channel=POLICY.review_channel)
                aviary.do(service.tell, outcome, person=by, channel=DM)
    rows = aviary.read(all_rows)
    assert not [row for row in rows if NAME in repr(row)]
    hers = [row for row in rows if ID in repr(row) or DM in repr(row)]
    assert hers
    for row in hers:
        assert row.kind == service.ANSWER
        assert story.id not in repr(row)
        assert row.args.get("number") is None
    about = [row for row in rows if row.story_id == story.id]
    assert not found([repr(row) for row in about])


def all_rows(tx: Tx) -> list[OutboxRow]:
    ids = tx.connection.execute(OutboxRowTable.__table__.select().with_only_columns(OutboxRowTable.id)).scalars()
    return [outbox.get(tx, outbox_id) for outbox_id in ids.all()]


def test_her_own_press_is_answered_without_a_number(aviary: House) -> None:
    """Beside her id stands no story: what is kept of the answer says only that she told it."""
    story = told(aviary)
    aviary.now = ROUND
    aviary.deliver()
    outcome = aviary.do(service.approve, by=ID, target=At(story.id, 1))
    aviary.do(service.tell, outcome, person=ID, channel=POLICY.review_channel)
    (line,) = [sent for sent in aviary.deliver() if sent.row.kind == service.ANSWER]
    assert line.text == "That story can't be decided by the person who told it. Another reviewer needs to."
    assert line.row.story_id is None
    assert rules.outcome_of(line.row.args, None, None).number is None
    typed = aviary.do(service.approve, by=ID, target=story.number)
    said = aviary.read(lambda tx: answers.say(aviary.policy, typed, answers.Facts(ID, ROUND)))
    assert said.text.startswith("Story 1 can't be decided")
