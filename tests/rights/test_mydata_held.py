"""What counts as held about somebody: every table, one person's rows, nobody else's id, nothing too long to send."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.rehearsal.slack.validation import check_message
from bot.rights import mydata as service
from bot.rights import mydata_blocks as blocks
from storage import audit, decisions, inbox, mydata, tellers
from storage.database import Database, Tx
from storage.inbox import Kept
from storage.records import Part, Story, Verb
from storage.tables import Base
from storage.writer import Writer
from tests.digest.digest_house import JOE, TWO_NIGHTS
from tests.rights.permission_house import House

LONG = (*TWO_NIGHTS[:3], (Part.BODY, "What happened", "It went & went <on>.\n" * 700))


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    """A house on Tuesday 3 June 2025, 10am."""
    made = House(database)
    yield made
    made.close()


def held(house: House, story: Story) -> mydata.Held:
    """What is held about whoever told the story."""

    def read(tx: Tx) -> mydata.Held:
        author = tellers.find_author(tx, story.id)
        assert author is not None
        return mydata.held_about(tx, author.id)

    return house.read(read)


def test_no_table_is_forgotten() -> None:
    """Every table leads to its person, or is named with the reason why it is not read for them."""
    unknown = [
        table.name
        for table in Base.metadata.sorted_tables
        if not mydata.leads(table) and table.name not in {**mydata.ELSEWHERE, **mydata.NOT_ABOUT_TELLERS}
    ]
    assert not unknown
    named = {*mydata.ELSEWHERE, *mydata.NOT_ABOUT_TELLERS}
    assert named <= set(Base.metadata.tables), "a table that is named no longer exists"


def test_every_signature_has_its_words() -> None:
    """Whatever table bears somebody's Slack id for what they did is told of in words."""
    assert {*mydata.signatures(), "parked"} == set(blocks.SIGNED)


def test_a_reviewer_reads_what_stands_under_their_id(house: House) -> None:
    """Somebody who tells no story but decides about one is told how much stands about them, and where from."""
    story = house.tell()

    def decide(tx: Tx, _policy: object) -> None:
        decisions.add(tx, story.id, 1, reviewer=JOE, verb=Verb.HOLD, comment="Next week")
        audit.record(tx, actor=audit.reviewer(JOE), verb="hold", story=story.id, surface="button")

    assert blocks.work(house.read(lambda tx: mydata.signed_by(tx, JOE))).text.startswith("I hold nothing about you.")
    house.do(decide)
    said = json.dumps(blocks.work(house.read(lambda tx: mydata.signed_by(tx, JOE))).blocks)
    assert "1 decision about stories" in said and "1 line in the record of what was done" in said
    assert "Next week" not in said and "I hold nothing" not in said
    counted = house.read(lambda tx: mydata.signed_by(tx, JOE))
    as_teller = json.dumps(blocks.summary(house.policy, held(house, story), [], house.now, counted).blocks)
    assert "Under your Slack id, not as a teller: 1 decision about stories." in as_teller


def test_whoever_tells_nothing_reads_that_something_of_theirs_was_parked(house: House) -> None:
    """For the day that it is kept they are not told that nothing is; once it has gone, they are."""
    house.do(lambda tx, _: inbox.park(tx, key="event:1", reason="KeyError", kept=Kept("U0NOBODY", "{}")))
    said = json.dumps(house.read(lambda tx: service.work(tx, house.policy, "U0NOBODY")).blocks)
    assert "1 thing that I could not handle" in said
    assert house.read(lambda tx: service.work(tx, house.policy, JOE)).text.startswith("I hold nothing about you.")
    house.now += timedelta(hours=25)
    house.do(lambda tx, _: inbox.forget_old(tx))
    nothing = house.read(lambda tx: service.work(tx, house.policy, "U0NOBODY"))
    assert nothing.text.startswith("I hold nothing about you.")


def test_it_is_about_one_person_and_names_nobody_else(house: House) -> None:
    """Another teller's story is not in it, and neither is the reviewer who decided or denied."""
    mine, theirs = house.tell(), house.tell(title="Told five times in one day")

    def decide(tx: Tx, _policy: object) -> None:
        decisions.add(tx, mine.id, 1, reviewer=JOE, verb=Verb.HOLD, comment="Next week")
        audit.record(tx, actor=audit.reviewer(JOE), verb="hold", story=mine.id, surface="button")

    house.do(decide)
    found = held(house, mine)
    text = json.dumps(found)
    assert {"teller", "story", "story_version", "version_answer", "permission", "decision", "author"} <= set(found)
    assert "Two nights for one phone call" in text and "Next week" in text
    assert "Told five times" not in text and theirs.id not in text and house.teller_of(theirs) not in text
    assert JOE not in text and "U0AMIRA" not in text


def test_what_was_put_aside_is_found_by_the_persons_id(house: House, database: Database) -> None:
    """A message that could not be handled is kept for a day, and for that day it is theirs to see."""
    story = house.tell()
    person = house.teller_of(story)
    key = "event:Ev1"
    writer: Writer = house.writer

    def stumble(tx: Tx) -> None:
        raise KeyError("a mistake of ours")

    async def park() -> None:
        await writer.once(stumble, key=key, kept=lambda tx: Kept(person, "my very words"), apology=lambda tx: None)

    asyncio.run(park())
    [row] = held(house, story)["parked"]
    assert "my very words" in row["body"]


def test_what_is_asked_for_is_in_no_row_of_the_outbox(house: House) -> None:
    """The rows say that it is to be sent, and to whom by our own id; asked twice in a minute it is sent once."""
    story = house.tell()
    assert house.do(service.ask, house.teller_of(story)) and house.do(service.ask, house.teller_of(story))
    rows = house.read(
        lambda tx: [
            row
            for row in tx.connection.exec_driver_sql("SELECT kind, args, recipient FROM outbox").all()
            if row[0].startswith("mydata")
        ]
    )
    assert [(row[0], row[1]) for row in rows] == [("mydata", "{}"), ("mydata_file", "{}")]
    assert all(house.teller_of(story) not in row[2] for row in rows)
    [message] = [one for one in house.deliver() if one.row.kind == "mydata"]
    assert check_message({"text": message.text, "blocks": list(message.rendered.blocks)}) == []


def test_every_piece_of_a_long_answer_fits_into_a_message(house: House) -> None:
    """The pieces are within Slack's limits however the words grow in escaping, and together they are the whole."""
    story = house.tell(LONG)
    text = blocks.whole(held(house, story), [], house.now)
    pieces = blocks.parts(text)
    assert "".join(pieces) == text and len(pieces) > 1
    for number in range(len(pieces)):
        said = blocks.part(text, number)
        assert said is not None and check_message({"text": said.text, "blocks": list(said.blocks)}) == []
    assert blocks.part(text, len(pieces)) is None


def test_a_teller_of_many_stories_gets_a_message_that_fits(house: House) -> None:
    """The list ends where a message would; the file has the rest."""
    first = house.tell()
    for _ in range(39):
        story = house.tell()
        house.do(lambda tx, policy, told=story: tellers.set_author(tx, told.id, "nobody", "draft"))
    found = dict(held(house, first))
    found["story"] = [dict(found["story"][0], number=number) for number in range(1, 41)]
    said = blocks.summary(house.policy, found, [], house.now)
    assert check_message({"text": said.text, "blocks": list(said.blocks)}) == []
    assert "20 more stories, in the file." in json.dumps(said.blocks)
