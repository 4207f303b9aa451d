"""The home with the real bot: what waits for reviewers, where a teller is in their story, and their own stories."""

from datetime import timedelta

import pytest
from test_reading_search import OTHERS, THEMES, Begin
from test_reading_search import begin as begin

from bot.reading import home_blocks, service
from bot.rehearsal.acting.shown import readable_view
from bot.story import in_words
from bot.story.own_line import own_line
from storage import drafts, permissions, stories, tellers
from storage.records import Draft, DraftState, Place, Purpose, Stage, StoryStatus
from tests.digest.digest_house import POLICY
from tests.storybook.shelf import Tale, plant
from tests.whole.conftest import Play
from tests.whole.conftest import play as play
from tests.whole.telling import answer_until_title, finish
from tests.whole.telling import begin as start

TITLE = "Two nights for one phone call"


async def test_a_reviewer_reads_and_decides_from_the_home(play: Play) -> None:
    """*Review* on the home opens the list; *Read* the story; approving it there is approving it anywhere."""
    sam, amira, priya = play.person("sam"), play.person("amira"), play.person("priya")
    await start(sam)
    await sam.open_home()
    await sam.see_home("You're on question 1 of 8")
    sam.at_home = False  # back to the conversation
    await answer_until_title(sam)
    await sam.open_home()
    await sam.see_home("You're on question 8 of 8")
    await sam.press("Carry on")
    await sam.hear("8 of 8")
    await finish(sam, TITLE)
    await amira.hear(TITLE, channel="#story-review")
    await sam.open_home()
    home = await sam.see_home(f"1 · {TITLE} · with reviewers since 3 June")
    assert "Carry on" not in home.shown and "Tell your story" in home.shown and "[See]" in home.shown

    await priya.open_home()
    assert "waiting" not in (await priya.see_home("No stories yet")).shown
    await amira.open_home()
    await amira.see_home("1 waiting, since today")
    await amira.press("Review")
    await amira.see_view(f"1 · {TITLE} · since Tuesday 3 June · needs 1")
    await amira.press("Read")
    await amira.see_view("They waited two nights in a hotel.")
    await amira.press("Approve")
    await sam.hear("Story 1 is approved")
    await sam.open_home()
    await sam.see_home(f"1 · {TITLE} · approved, Friday 6 June")
    mine = (await sam.command("/story mine")).shown
    assert f"1 · {TITLE} · approved, Friday 6 June" in mine


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (StoryStatus.SUBMITTED, "with reviewers since"),
        (StoryStatus.APPROVED, "approved on"),
        (StoryStatus.POSTED, "in the digest"),
        (StoryStatus.DECLINED, "handed back to you on"),
    ],
)
def test_each_state_is_said_in_words(begin: Begin, status: StoryStatus, said: str) -> None:
    """A story that is for no digest is approved on a day; whatever its state, the line says it."""
    with begin() as tx:
        story = stories.get(tx, plant(tx, Tale("A key at the door", status=status)))
        tellers.set_author(tx, story.id, tellers.meet(tx, "U1").id, "draft")
        home = service.home(tx, POLICY, "U1", themes=THEMES, others=OTHERS)
        assert in_words.state(story, POLICY.zone).startswith(said)
        shown = readable_view(home_blocks.view(POLICY, home, tx.now), {}, lambda who: None, errors={})
    assert f"1 · A key at the door · {said}" in shown


@pytest.mark.parametrize("status", [StoryStatus.APPROVED, StoryStatus.POSTED])
def test_what_may_be_shown_no_more_is_not_said_to_be(begin: Begin, status: StoryStatus) -> None:
    """Taken out of the digest, or of every place, by its teller or by time, a story's line says so."""
    with begin() as tx:
        story_id = plant(tx, Tale("A key at the door", status=status))
        stories.change(tx, story_id, told_slot_at=tx.now if status is StoryStatus.POSTED else None)
        story, version = stories.get(tx, story_id), stories.version(tx, story_id, 1)
        permissions.revoke(tx, version, Place.DIGEST, notice_version=5)
        if status is StoryStatus.POSTED:
            assert own_line(tx, POLICY, story) == "1 · A key at the door · no longer in the digest of Wednesday 4 June"
        for place in Place:
            permissions.revoke(tx, version, place, notice_version=5)
        assert own_line(tx, POLICY, story) == "1 · A key at the door · shown nowhere now"


def test_a_story_kept_to_oneself_is_on_the_home(begin: Begin) -> None:
    """It stands there with the day on which it is deleted and the way back; a story that was deleted does not."""
    with begin() as tx:
        gone = stories.get(tx, plant(tx, Tale("A key at the door", status=StoryStatus.REMOVED)))
        teller = tellers.meet(tx, "U1")
        tellers.set_author(tx, gone.id, teller.id, "draft")
        drafts.remember_script(tx, "sha", "")
        until = tx.now + timedelta(days=30)
        kept = Draft(
            "kept", teller.id, "sha", Purpose.NEW, DraftState.KEPT, Stage.PLACES, None, tx.now, tx.now, expires_at=until
        )
        drafts.add(tx, kept)
        home = service.home(tx, POLICY, "U1", themes=THEMES, others=OTHERS)
        shown = readable_view(home_blocks.view(POLICY, home, tx.now), {}, lambda who: None, errors={})
    assert "Kept to yourself, begun" in shown and "[Carry on] [Delete]" in shown
    assert "deleted on" in shown and "A key at the door" not in shown
