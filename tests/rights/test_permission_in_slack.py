"""Permission changed by the person it belongs to, in a workspace that is as strict as Slack, with the real bot."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.whole.conftest import Play, open_play
from tests.whole.telling import DIGEST, LESSON, tell

STORYBOOK = "Storybook for staff"
FRIDAY = datetime(2025, 6, 6, 9, 0, 5, tzinfo=UTC)


@pytest.fixture
async def play(tmp_path: Path) -> AsyncIterator[Play]:
    """A rehearsal of its own for one test, the bot in this process."""
    async with open_play(tmp_path / "play") as opened:
        yield opened


async def test_a_place_is_taken_away_in_one_tap_and_leaves_the_posted_digest(play: Play) -> None:
    """A teller unticks the digest after it was posted: the week's message and its thread go, and it is recorded."""
    sam, amira, rae = play.person("sam"), play.person("amira"), play.person("rae")
    await tell(sam, "A key at the door", places=(DIGEST, STORYBOOK))
    await amira.hear("Story 1: A key at the door", channel="#story-review")
    await amira.command("/story approve 1")
    await sam.hear("Story 1 is approved")
    play.rehearsal.clock.set(FRIDAY)
    edition = await rae.hear("This week's story", channel="#info-stories")
    await rae.hear(LESSON, channel="#info-stories", thread_ts=edition.ts)
    await sam.hear("Story 1 is in this week's digest")

    answer = await sam.command("/story mine")
    assert "A key at the door" in answer.shown
    await sam.press("Change permission", ts=answer.ts)
    form = await sam.see_view("Where may we share it?")
    assert "☑ Weekly digest in #info-stories" in form.shown and "☑ Storybook for staff" in form.shown
    await sam.choose(STORYBOOK)
    await sam.press("Save")
    said = await sam.hear("The permission of story 1 is changed.")
    assert 'It may go in the staff storybook, as "Practitioner".' in said.shown
    assert "It is coming out of the digest; other people's replies stay." in said.shown
    await rae.gone("The story is in the thread", channel="#info-stories")
    await rae.gone(LESSON, channel="#info-stories", thread_ts=edition.ts)
    revoked = play.rows("SELECT place FROM permission WHERE revoked_at IS NOT NULL")
    assert revoked == [("digest",)]
    assert play.rows("SELECT actor, actor_id, reason FROM audit WHERE verb = 'permission'") == [
        ("author", None, "took:digest")
    ]

    await sam.press("Change permission", ts=said.ts)
    again = await sam.see_view("Where may we share it?")
    assert "Weekly digest" not in again.shown and "can't go back into one" in again.shown


async def test_a_teller_is_asked_for_a_name_only_where_they_want_one_shown(play: Play) -> None:
    """Choosing a name without typing it is answered beside the box; with it, a reviewer reads the story again."""
    sam, amira = play.person("sam"), play.person("amira")
    await tell(sam, "A key at the door")
    await amira.hear("Story 1: A key at the door", channel="#story-review")
    await amira.command("/story approve 1")
    await sam.hear("Story 1 is approved")
    await sam.press("Change permission")
    await sam.see_view("How should we describe you?")
    await sam.choose("My name and role")
    await sam.press("Save")
    form = await sam.see_view("Type your name and role as they should appear")
    await sam.fill("Your name and role, as they should appear", "Sam Okoro, housing officer")
    await sam.press("Save")
    assert form is not None
    said = await sam.hear("The permission of story 1 is changed.")
    assert 'as "Sam Okoro, housing officer". A reviewer reads it again before it goes anywhere.' in said.shown
    card = await amira.hear("Shown as: Sam Okoro, housing officer", channel="#story-review")
    assert "version 2" in card.shown
    assert play.rows("SELECT status FROM story") == [("submitted",)]


async def test_nobody_else_gets_the_form(play: Play) -> None:
    """A forged button of somebody else's story opens nothing, and says what an unknown story would get."""
    sam, priya = play.person("sam"), play.person("priya")
    await tell(sam, "A key at the door")
    story_id = play.rows("SELECT id FROM story")[0][0]
    post = play.rehearsal.workspace.post(
        play.rehearsal.workspace.direct_message(priya.profile.id),
        play.rehearsal.workspace.bot.id,
        "forged",
        blocks=[
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "button",
                        "action_id": "change_permission",
                        "value": story_id,
                        "text": {"type": "plain_text", "text": "Change permission"},
                    }
                ],
            }
        ],
    ).post
    assert post is not None
    await priya.press("Change permission", ts=post.ts)
    await priya.hear("There is no such story of yours that I know of.")
    assert priya.view is None
