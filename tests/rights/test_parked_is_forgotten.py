"""What the bot could not handle: how little is kept of it, whose it is to see, and that a withdrawal reaches it."""

import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from storage import inbox
from storage.database import Database, Tx
from tests.rights.permission_house import House
from tests.rights.withdrawal_house import CANARY, canary_story, gone, take_back
from tests.whole.conftest import Play, open_play
from tests.whole.telling import begin


@pytest.fixture
async def play(tmp_path: Path) -> AsyncIterator[Play]:
    """A rehearsal of its own for one test, the bot in this process."""
    async with open_play(tmp_path / "play") as opened:
        yield opened


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    """A house on Tuesday 3 June 2025, 10am."""
    made = House(database)
    yield made
    made.close()


@contextmanager
def refused(play: Play, table: str) -> Iterator[None]:
    """Meanwhile the database takes nothing into this table: whatever needs it is parked."""
    with closing(sqlite3.connect(play.database, timeout=30)) as other:
        other.execute(f"CREATE TRIGGER refusing BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END")
        yield
        other.execute("DROP TRIGGER refusing")


def parked(play: Play) -> list[tuple[str | None, dict[str, Any] | None]]:
    """Whose each is, and what is kept of it."""
    rows = play.rows("SELECT person, body FROM parked ORDER BY parked_at")
    return [(person, None if body is None else json.loads(body)) for person, body in rows]


async def at_question_two(person: Any) -> None:
    """The first question that is answered in one's own words."""
    await begin(person)
    await person.choose("Sharing helped")
    await person.press("Next")
    await person.hear("2 of 8")


async def test_a_press_on_a_card_keeps_nothing_of_the_story(play: Play) -> None:
    """A reviewer's press that failed leaves who pressed what; nothing of the card it stood on is left."""
    sam, amira = play.person("sam"), play.person("amira")
    await canary_story(play, approve=False)
    await amira.hear(CANARY, channel="#story-review")
    with refused(play, "decision"):
        await amira.press("Approve", channel="#story-review")
    assert parked(play) == [(amira.profile.id, {"type": "block_actions", "action_id": "approve"})]
    await take_back(sam)
    await gone(play)
    assert parked(play) == [(None, None)]


async def test_a_reviewers_form_goes_with_the_story(play: Play) -> None:
    """What a reviewer wrote of a story, and could not be taken, is forgotten with it."""
    sam, amira = play.person("sam"), play.person("amira")
    await canary_story(play, approve=False)
    await amira.hear(CANARY, channel="#story-review")
    await amira.press("Decline", channel="#story-review")
    await amira.see_view("Decline")
    await amira.choose("Other")
    await amira.fill("What would make it usable?", f"Leave out the {CANARY}.")
    with refused(play, "decision"):
        await amira.submit()
    [(person, body)] = parked(play)
    assert person == amira.profile.id and body is not None and CANARY in str(body["words"])
    await take_back(sam)
    await gone(play)


async def test_mydata_shows_what_one_sent_oneself_and_nobody_elses_words(play: Play) -> None:
    """Whoever is merely named in what another teller wrote is not shown it; its writer is."""
    sam, rae = play.person("sam"), play.person("rae")
    await begin(rae)
    await at_question_two(sam)
    with refused(play, "fragment"):
        await sam.say(f"My colleague <@{rae.profile.id}> shouted about the key.")
        await sam.hear("Something went wrong with your last message")
    for person, seen in ((rae, False), (sam, True)):
        await person.command("/story mydata")
        await person.hear("Every word of it:")
        upload = play.rehearsal.workspace.files.standing()[-1]
        text = (upload.content or b"").decode()
        assert ("shouted about the key" in text, sam.profile.id in text) == (seen, seen)


async def test_nothing_that_is_typed_before_start_is_kept(play: Play) -> None:
    """Not even where it made the bot stumble: that something came is kept, its words are not."""
    sam = play.person("sam")
    with refused(play, "outbox"):
        await sam.say("The zephyr took the key, and this is not for keeping.")
        await sam.hear("I couldn't save that.")
    [(person, body)] = parked(play)
    assert person == sam.profile.id and body == {"type": "message", "channel_type": "im"}
    assert b"zephyr" not in play.everything_stored()


async def test_a_story_that_is_deleted_before_it_is_sent_takes_along_what_was_parked(play: Play) -> None:
    """*Delete* leaves none of the words, those that could not be taken included."""
    sam = play.person("sam")
    await at_question_two(sam)
    with refused(play, "fragment"):
        await sam.say(f"The {CANARY} took the key.")
        await sam.hear("Something went wrong with your last message")
    assert CANARY in str(parked(play))
    await sam.say("delete")
    await sam.hear("[Delete it]")
    await sam.press("Delete it")
    await sam.hear("Your story is deleted.")
    assert parked(play) == [(None, None)]


KEYS = {
    "the teller's message": ("event:1", "teller"),
    "another's message": ("event:2", "U0OTHER"),
    "a message of nobody knows whom": ("event:3", None),
    "another's press": ("action:block_actions:4", "U0OTHER"),
}


@pytest.mark.parametrize(
    ("known", "left"),
    [(True, {"another's message"}), (False, {"another's message", "the teller's message"})],
)
def test_a_withdrawal_reaches_whatever_may_hold_its_words(house: House, known: bool, left: set[str]) -> None:
    """All but what somebody else said, and also where it is no longer known who told it."""
    story = house.tell()
    teller = house.teller_of(story)

    def put_aside(tx: Tx, _policy: object) -> None:
        for what, (key, person) in KEYS.items():
            kept = inbox.Kept(teller if person == "teller" else person, what)
            inbox.park(tx, key=key, reason="KeyError", kept=kept)
        if not known:
            tx.connection.exec_driver_sql("DELETE FROM author")

    house.do(put_aside)
    house.do(lambda tx, policy: inbox.forget_about(tx, story.id))
    rows = house.read(lambda tx: tx.connection.exec_driver_sql("SELECT body, person FROM parked").all())
    assert {body for body, _ in rows if body is not None} == left
    assert all(person is None for body, person in rows if body is None)
