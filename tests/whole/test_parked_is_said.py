"""What could not be done and was parked is said to whoever asked for it, where they asked, and their words stay."""

import sqlite3
from contextlib import closing

import pytest

from bot.commands import NOT_SAVED

from .conftest import Play
from .telling import DIGEST, answer_until_title, at_question_two, begin, tell

STORYBOOK = "Storybook for staff"


def refuse(play: Play, table: str, when: str = "INSERT") -> None:
    """From now on the database takes nothing into this table: whatever needs it fails, and only that."""
    with closing(sqlite3.connect(play.database, timeout=30)) as other:
        other.execute(f"CREATE TRIGGER refusing_{table} BEFORE {when} ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END")
        other.commit()


async def told(play: Play, **how: object) -> None:
    """Sam has told story 1."""
    sam = play.person("sam")
    await tell(sam, "A key at the door", places=(DIGEST, STORYBOOK), **how)
    await play.person("amira").hear("Story 1: A key at the door", channel="#story-review")


async def test_a_form_of_permission_stays_open(play: Play) -> None:
    """*Save* that could not be done says so in the form, and no permission has changed."""
    sam, amira = play.person("sam"), play.person("amira")
    await told(play)
    await amira.command("/story approve 1")
    await sam.hear("Story 1 is approved")
    answer = await sam.command("/story mine")
    await sam.press("Change permission", ts=answer.ts)
    await sam.see_view("Where may we share it?")
    refuse(play, "permission", "UPDATE")
    await sam.choose(STORYBOOK)
    errors = await sam.submit()
    assert errors is not None and list(errors.values()) == [NOT_SAVED]
    assert play.count("SELECT count(*) FROM permission WHERE revoked_at IS NOT NULL") == 0
    assert play.count("SELECT count(*) FROM parked") == 1


async def test_a_form_keeps_the_words_that_are_in_it(play: Play) -> None:
    """A changed answer that could not be kept is still in its form, with what happened beneath."""
    sam = play.person("sam")
    await begin(sam)
    await answer_until_title(sam)
    await sam.say("A key at the door")
    await sam.hear("Check your story")
    await sam.press("Change", beside="A key at the door")
    await sam.see_view("A key at the door")
    refuse(play, "draft_answer", "UPDATE")
    await sam.fill("title", "A key at the wrong door")
    errors = await sam.submit()
    assert errors is not None and list(errors.values()) == [NOT_SAVED]
    assert "A key at the wrong door" in (await sam.see_view(NOT_SAVED)).shown
    assert play.rows("SELECT form_text FROM draft_answer WHERE prompt_id = 'title'") != [("A key at the wrong door",)]


async def test_a_reviewers_form_keeps_its_words(play: Play) -> None:
    """A reason for declining that could not be taken is still in its form, with what happened beneath."""
    amira = play.person("amira")
    await told(play)
    await amira.press("Decline", channel="#story-review")
    await amira.see_view("Decline")
    refuse(play, "decision")
    await amira.choose("Other")
    await amira.fill("What would make it usable?", "This belongs in the housing log.")
    errors = await amira.submit()
    assert errors is not None and list(errors.values()) == [NOT_SAVED]
    assert play.rows("SELECT status FROM story") == [("submitted",)]


async def test_a_press_is_answered_where_it_was_pressed(play: Play) -> None:
    """*Take it back* that could not be done is said at once, beside the button: nobody believes it was."""
    sam = play.person("sam")
    await told(play)
    refuse(play, "removal")
    await sam.press("Take it back")
    await sam.hear(NOT_SAVED)
    assert play.rows("SELECT status FROM story") == [("submitted",)]


async def test_a_slow_whisper_keeps_no_press_from_its_acknowledgement(play: Play) -> None:
    """Where Slack takes long to show the line, the press is acknowledged in time all the same, and so is an edit."""
    sam = play.person("sam")
    await at_question_two(sam)
    ts = await sam.say("she couldnt manage the stares")
    await sam.hear("Got that")
    refuse(play, "fragment", "UPDATE")
    refuse(play, "draft", "UPDATE")
    play.rehearsal.hub.times.ack_deadline = 3.0
    play.rehearsal.faults.hang_next("chat.postEphemeral", seconds=20, n=2)
    await sam.press("Next")
    await sam.hear(NOT_SAVED)
    await sam.edit(ts, "she couldn't manage the stairs")
    assert play.count("SELECT count(*) FROM parked") == 2
    assert all(entry.outcome != "not acknowledged" for entry in play.rehearsal.log.entries)


async def test_a_press_at_home_is_answered_by_a_page(play: Play) -> None:
    """Where there is no conversation to whisper in, a page says it; a story is not called gone that is not."""
    sam, amira = play.person("sam"), play.person("amira")
    await told(play)
    await amira.command("/story approve 1")
    await sam.hear("Story 1 is approved")
    await sam.open_home()
    await sam.see_home("A key at the door")
    refuse(play, "story_read")
    await sam.press("Read")
    await sam.see_view(NOT_SAVED)


@pytest.mark.parametrize(
    ("who", "line", "table"),
    [
        ("sam", "/story", "outbox"),
        ("sam", "/story mydata", "audit"),
        ("sam", "/story withdraw 2", "audit"),
        ("sam", "/story read 1", "story_read"),
        ("amira", "/story digest post", "audit"),
    ],
)
async def test_a_command_is_answered(play: Play, who: str, line: str, table: str) -> None:
    """A command that could not be done says that and nothing else: not that it was, nor that one may not."""
    await told(play)
    await play.person("amira").command("/story approve 1")
    await play.person("sam").hear("Story 1 is approved")
    refuse(play, table)
    assert (await play.person(who).command(line)).shown == NOT_SAVED
    assert play.count("SELECT count(*) FROM parked") == 1


async def test_an_edit_that_could_not_be_followed_is_said(play: Play) -> None:
    """Whoever edits a message hears that the story did not follow, and the edit does not come again."""
    sam = play.person("sam")
    await at_question_two(sam)
    ts = await sam.say("she couldnt manage the stares")
    await sam.hear("Got that")
    refuse(play, "fragment", "UPDATE")
    await sam.edit(ts, "she couldn't manage the stairs")
    await sam.hear(NOT_SAVED)
    assert play.count("SELECT count(*) FROM parked") == 1
