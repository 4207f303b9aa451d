"""Taking a story back, with the real bot: searched byte by byte, in everything it posted and everything it stored."""

import asyncio
import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from withdrawal_house import (
    CANARY,
    FRIDAY,
    NEXT_WEEK,
    OTHER,
    TITLE,
    WHAT,
    back_up,
    canary_story,
    gone,
    in_slack,
    on_disk,
    put_back,
    running,
    take_back,
    until,
)

from bot.app import serve
from bot.errors import SettingsError
from bot.rehearsal.process import BotProcess
from bot.settings import load_settings
from tests.whole.conftest import Play, open_play, open_rehearsal
from tests.whole.telling import answer_until_title, begin, finish, tell


@pytest.fixture
async def play(tmp_path: Path) -> AsyncIterator[Play]:
    """A rehearsal of its own for one test, the bot in this process."""
    async with open_play(tmp_path / "play") as opened:
        yield opened


async def heard_it_is_over(play: Play, who: str = "sam") -> str:
    """What the teller reads once all is settled."""
    message = await play.person(who).hear("Story 1 is taken back.")
    assert "Gone: the story and every version" in message.shown
    return message.shown


async def test_before_it_is_posted_nothing_of_it_is_left(play: Play) -> None:
    """Withdrawn while it waits for the digest: cards, chat and database are clean, and Friday posts only the other."""
    await canary_story(play)
    rae = play.person("rae")
    await tell(rae, OTHER)
    await play.person("amira").hear(OTHER, channel="#story-review")
    await play.person("amira").command("/story approve 2")
    assert in_slack(play) and on_disk(play)
    await take_back(play.person("sam"))
    await gone(play)
    told = await heard_it_is_over(play)
    assert "the reviewers' card · my copies in this chat" in told and "the digest" not in told
    assert "Waiting: backups, overwritten by 8 July" in told
    play.rehearsal.clock.set(FRIDAY)
    edition = await play.person("joe").hear("This week's story", channel="#info-stories")
    assert OTHER in edition.shown
    await gone(play)


async def test_in_the_preview_too(play: Play) -> None:
    """What reviewers were shown the day before is shown again without it."""
    await canary_story(play)
    play.rehearsal.clock.set(FRIDAY - timedelta(days=1))
    await play.person("amira").hear("digest, as it will look", channel="#story-review")
    await take_back(play.person("sam"))
    await gone(play)
    assert "the reviewers' preview of the digest" in await heard_it_is_over(play)


async def test_in_a_preview_that_showed_it_only_after_another_was_taken_back(play: Play) -> None:
    """A preview shown again without one story has room for the next: that one is taken out of it in its turn."""
    rae = play.person("rae")
    await tell(rae, OTHER)
    await play.person("amira").hear(OTHER, channel="#story-review")
    await play.person("amira").command("/story approve 1")
    play.rehearsal.clock.set(FRIDAY - timedelta(days=1))
    preview = await play.person("amira").hear("digest, as it will look", channel="#story-review")
    await canary_story(play, approve=False)
    await play.person("amira").hear(TITLE, channel="#story-review")
    await play.person("amira").command("/story approve 2")
    await take_back(rae, "/story withdraw 1")
    await rae.hear("Story 1 is taken back.")
    assert any(preview.ts in one for one in in_slack(play))
    await take_back(play.person("sam"), "/story withdraw 2")
    await gone(play)


async def test_in_a_preview_that_nobody_knew_was_posted(play: Play) -> None:
    """The answer to the preview was lost: once found it is shown as things stand, and a withdrawal finds it."""
    await canary_story(play)
    faults = play.rehearsal.faults
    faults.stale_history_next()
    faults.lose_reply_after("chat.postMessage")
    play.rehearsal.clock.set(FRIDAY - timedelta(days=1))
    await play.person("amira").hear("digest, as it will look", channel="#story-review")
    await take_back(play.person("sam"))
    await gone(play)


async def test_while_it_is_being_posted_it_is_corrected_afterwards(play: Play) -> None:
    """Slack has the message and has not answered: once it has, the digest is shown without the story."""
    await canary_story(play)
    faults = play.rehearsal.faults
    faults.hang_next("chat.postMessage", seconds=2.0)
    play.rehearsal.clock.set(FRIDAY)
    await play.person("rae").hear(TITLE, channel="#info-stories")
    await take_back(play.person("sam"))
    assert in_slack(play)
    await play.person("rae").gone(TITLE, channel="#info-stories")
    await gone(play)
    await heard_it_is_over(play)


@pytest.mark.parametrize("replied", [True, False])
async def test_a_digest_of_which_nothing_is_left_stays_for_the_replies_of_others(play: Play, replied: bool) -> None:
    """Where somebody has replied it says that its story has been taken back, and where nobody has it is deleted."""
    await canary_story(play)
    joe = play.person("joe")
    play.rehearsal.clock.set(FRIDAY)
    edition = await joe.hear("This week's story", channel="#info-stories")
    await joe.hear(WHAT_FOLLOWS, channel="#info-stories", thread_ts=edition.ts)
    if replied:
        await joe.say("Thank you for this.", channel="#info-stories", thread_ts=edition.ts)
    await play.person("sam").hear("is in this week's digest")
    await take_back(play.person("sam"))
    await gone(play)
    told = await heard_it_is_over(play)
    assert "the digest and its thread" in told
    shown = [message.shown for message in joe.messages("#info-stories")]
    assert [one for one in shown if "This week's story" in one] == ["This week's story has been taken back."] * replied


async def test_a_post_whose_answer_is_lost_is_found_and_corrected(play: Play) -> None:
    """Nobody knows whether the digest was posted; it was, and it goes."""
    await canary_story(play)
    play.rehearsal.faults.lose_reply_after("chat.postMessage")
    play.rehearsal.clock.set(FRIDAY)
    await play.person("rae").hear(TITLE, channel="#info-stories")
    await take_back(play.person("sam"))
    await gone(play, seconds=60)


async def test_a_post_that_has_not_reached_slack_never_does(play: Play) -> None:
    """The digest is being tried while Slack refuses; after the withdrawal it is not tried again."""
    await canary_story(play)
    play.rehearsal.faults.rate_limit_next("chat.postMessage", retry_after=3.0)
    async with play.until("chat.postMessage", "called"):
        play.rehearsal.clock.set(FRIDAY)
    await take_back(play.person("sam"))
    await gone(play)
    await heard_it_is_over(play)
    assert not any(CANARY in message.shown for message in play.person("rae").messages("#info-stories"))


async def test_posted_last_week_it_leaves_the_digest_and_the_thread(play: Play) -> None:
    """The week's message keeps the other story, and the replies of others; the thread's post is gone."""
    await canary_story(play)
    rae, joe = play.person("rae"), play.person("joe")
    await tell(rae, OTHER)
    await play.person("amira").hear(OTHER, channel="#story-review")
    await play.person("amira").command("/story approve 2")
    await rae.hear("is approved")
    play.rehearsal.clock.set(FRIDAY)
    edition = await joe.hear("This week's stories", channel="#info-stories")
    await joe.hear(WHAT_FOLLOWS, channel="#info-stories", thread_ts=edition.ts)
    await joe.say("Thank you for this.", channel="#info-stories", thread_ts=edition.ts)
    await play.person("sam").hear("is in this week's digest")
    play.rehearsal.clock.set(NEXT_WEEK)
    await play.person("sam").press("Take it back")
    assert "It goes from the digest and everywhere else I can reach" in play.person("sam").confirmed[-1]
    await gone(play)
    told = await heard_it_is_over(play)
    assert "the digest and its thread" in told and "other people's replies" in told
    left = await joe.hear("This week's story", channel="#info-stories")
    assert OTHER in left.shown
    thread = [message.shown for message in joe.messages("#info-stories", thread_ts=edition.ts)]
    assert "Thank you for this." in thread and any(OTHER in shown for shown in thread)


WHAT_FOLLOWS = re.compile(r"rang the old office")


async def test_where_edits_are_refused_the_message_is_deleted(play: Play) -> None:
    """The workspace forbids late edits: the digest and the card are deleted instead, and reviewers are told."""
    await canary_story(play)
    play.rehearsal.clock.set(FRIDAY)
    await play.person("sam").hear("is in this week's digest")
    await until(lambda: play.count("SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')") == 0)
    edition = await play.person("joe").hear(TITLE, channel="#info-stories")
    await play.person("joe").say("Thank you for this.", channel="#info-stories", thread_ts=edition.ts)
    play.rehearsal.workspace.edit_window = timedelta(hours=1)
    play.rehearsal.clock.set(NEXT_WEEK)
    await take_back(play.person("sam"))
    await gone(play)
    heard = await play.person("amira").hear("didn't let me edit the digest", channel="#story-review")
    assert "edit_window_closed" in heard.shown
    assert play.rows("SELECT count(*) FROM removal WHERE state = 'cannot'") == [(0,)]
    assert play.rows("SELECT count(*) FROM outbox WHERE state = 'parked'") == [(0,)]


async def test_what_slack_will_not_let_go_is_said(play: Play) -> None:
    """Neither an edit nor a deletion is let through for the card: the teller reads so, with Slack's word for why."""
    await canary_story(play)
    play.rehearsal.faults.fail_next("chat.update", error="cant_update_message")
    play.rehearsal.faults.fail_next("chat.delete", error="cant_delete_message", n=40)
    await take_back(play.person("sam"))
    message = await play.person("sam").hear("Story 1 is taken back.")
    assert "my copies in this chat: Slack says cant_delete_message" in message.shown
    states = play.rows("SELECT DISTINCT reason FROM removal WHERE state = 'cannot'")
    assert states == [("cant_delete_message",)]


async def test_the_code_works_from_another_account_and_once(play: Play) -> None:
    """Whoever holds the code takes the story back; the code is stored nowhere, and then it fits nothing."""
    await canary_story(play)
    receipt = await play.person("sam").hear("save this code somewhere else")
    found = re.search(r"[a-z]{5}-[a-z]{5}-[a-z]{5}-1", receipt.shown)
    assert found is not None
    code = found[0]
    assert code.encode() not in play.everything_stored()
    rae = play.person("rae")
    wrong = await rae.command("/story withdraw maple-grape-stone-1")
    assert "That code fits no story." in wrong.shown
    await take_back(rae, f"/story withdraw {code.upper()}")
    await gone(play)
    await heard_it_is_over(play)
    assert "That code fits no story." in (await rae.command(f"/story withdraw {code}")).shown


async def test_only_its_teller_is_asked_by_number(play: Play) -> None:
    """Somebody else's story is no story of theirs; a forged button does nothing; both are recorded, without a name."""
    await canary_story(play)
    rae, sam = play.person("rae"), play.person("sam")
    said = await rae.command("/story withdraw 1")
    assert said.shown.startswith("There is no story 1 of yours that I know of.")
    assert (await sam.command("/story withdraw")).shown == "Which story? Try: /story withdraw 31"
    await sam.command("/story withdraw 1")
    await sam.press("Keep it")
    assert play.rows("SELECT status FROM story") == [("approved",)]
    denied = play.rows("SELECT actor, actor_id, reason FROM audit WHERE verb = 'withdraw' AND outcome = 'denied'")
    assert denied == [("other", None, "not_theirs")]


async def test_withdrawn_is_final_by_every_path(play: Play) -> None:
    """No command, button, form or second withdrawal moves a story that was taken back; nor can it be changed."""
    await canary_story(play, approve=False)
    amira, sam = play.person("amira"), play.person("sam")
    await amira.hear(TITLE, channel="#story-review")
    story_id = play.rows("SELECT id FROM story")[0][0]
    await take_back(sam)
    await gone(play)
    for line in ("approve 1", "ask 1 Which team?", "decline 1 too little", "takedown 1 the family asked"):
        answer = await amira.command(f"/story {line}")
        assert "removed" in answer.shown or "taken back already" in answer.shown
    assert play.rows("SELECT status, approved_version FROM story") == [("withdrawn", None)]
    stored = play.rows("SELECT count(*) FROM story_version WHERE story_id = ?", story_id)
    assert stored == [(0,)]


async def test_a_reviewer_takes_a_story_down_and_its_teller_is_told_kindly(play: Play) -> None:
    """The person in a story, or their family, asks: the same ledger, the reason, and nothing against the teller."""
    await canary_story(play)
    amira, sam, rae = play.person("amira"), play.person("sam"), play.person("rae")
    play.rehearsal.clock.set(FRIDAY)
    await sam.hear("is in this week's digest")
    assert "Only reviewers can take a story down" in (await rae.command("/story takedown 1 they asked")).shown
    assert "Add the reason" in (await amira.command("/story takedown 1")).shown
    await amira.command("/story takedown 1 Somebody in it asked us.")
    await amira.press("Take it down")
    await gone(play)
    letter = await sam.hear("Gone: the story and every version")
    assert "A reviewer has taken story 1 down." in letter.shown and "Somebody in it asked us." in letter.shown
    assert "says nothing against you" in letter.shown and "Amira" not in letter.shown
    await until(lambda: play.rows("SELECT reason, closed FROM withdrawal") == [(None, 1)])
    assert play.rows("SELECT actor, verb FROM audit WHERE verb = 'takedown' AND outcome = 'done'") == [
        ("reviewer", "takedown")
    ]
    assert play.rows("SELECT count(*) FROM author") == [(0,)]


async def test_a_change_that_was_begun_goes_too(play: Play) -> None:
    """Taken back in the middle of changing it: the words of the draft go as well, and what shows them."""
    await canary_story(play)
    sam = play.person("sam")
    await sam.press("Change story 1")
    await sam.hear("Check your story")
    await take_back(sam)
    await gone(play)
    await heard_it_is_over(play)


async def test_a_question_and_its_answer_go_too(play: Play) -> None:
    """A reviewer's question, the teller's words in its thread and the new version are gone like the rest."""
    await canary_story(play, approve=False)
    amira, sam = play.person("amira"), play.person("sam")
    await amira.hear(TITLE, channel="#story-review")
    await amira.command(f"/story ask 1 Which {CANARY} team was it?")
    asked = await sam.hear("A reviewer has a question")
    await sam.say(f"The {CANARY} team.", thread_ts=asked.ts)
    await sam.hear("Got that. Press Send back", thread_ts=asked.ts)
    await take_back(sam)
    await gone(play)
    await heard_it_is_over(play)


@pytest.mark.parametrize("chosen", [None, "Keep mine", "Use this wording"])
async def test_other_words_that_were_suggested_go_too(play: Play, chosen: str | None) -> None:
    """What a reviewer suggested is gone with the story, waiting, kept out or used; the letter about it too."""
    await canary_story(play, approve=False)
    amira, sam = play.person("amira"), play.person("sam")
    await amira.hear(TITLE, channel="#story-review")
    await amira.press("Suggest words", channel="#story-review")
    await amira.fill("What difference it made", f"A {CANARY} suggestion, in other words than theirs.")
    assert await amira.submit() is None
    await sam.hear("A reviewer suggests other words for part of story 1.")
    if chosen is not None:
        await sam.press(chosen)
        await sam.hear("You kept your own wording" if chosen == "Keep mine" else "You chose the suggested wording")
    await take_back(sam)
    await gone(play)
    await heard_it_is_over(play)


@pytest.mark.parametrize("posted", [False, True], ids=["before the digest", "after the digest"])
async def test_a_backup_taken_before_is_forgotten_again_before_the_bot_serves(tmp_path: Path, posted: bool) -> None:
    """The keeper puts back a copy from before: at start the story goes again, and nothing of it is posted later."""
    async with open_rehearsal(tmp_path / "play") as (rehearsal, database, environment):
        play = Play(rehearsal, BotProcess(rehearsal, environment), database)
        async with running(play, environment):
            await canary_story(play)
            if posted:
                rehearsal.clock.set(FRIDAY)
                await play.person("sam").hear("is in this week's digest")
            back_up(play, tmp_path / "backup.db")
            await take_back(play.person("sam"))
            await gone(play)
            await heard_it_is_over(play)
        assert CANARY.encode() in (tmp_path / "backup.db").read_bytes()
        put_back(play, tmp_path / "backup.db")
        assert on_disk(play)
        async with running(play, environment):
            assert not on_disk(play), "it serves before it has forgotten"
            assert play.rows("SELECT status FROM story") == [("withdrawn",)]
            rehearsal.clock.set(NEXT_WEEK if posted else FRIDAY)
            await play.person("amira").hear("No digest this week", channel="#story-review")
            await gone(play)
            reopened = await play.person("amira").command("/story approve 1")
            assert "removed" in reopened.shown


async def test_a_backup_taken_while_it_was_told_is_forgotten_again_too(tmp_path: Path) -> None:
    """Where the copy holds a draft and no story yet, the draft's words go before the bot serves."""
    async with open_rehearsal(tmp_path / "play") as (rehearsal, database, environment):
        play = Play(rehearsal, BotProcess(rehearsal, environment), database)
        sam = play.person("sam")
        async with running(play, environment):
            await begin(sam)
            await answer_until_title(sam, what=WHAT)
            back_up(play, tmp_path / "backup.db")
            await finish(sam, TITLE)
            await take_back(sam)
            await gone(play)
            await heard_it_is_over(play)
        put_back(play, tmp_path / "backup.db")
        assert on_disk(play)
        async with running(play, environment):
            assert not on_disk(play), "it serves before it has forgotten"
            assert play.rows("SELECT state FROM draft") == [("deleted",)]


async def test_the_tombstones_hold_ids_and_days_and_nothing_else(play: Play) -> None:
    """A line for each story and each draft of it, where the keeper says; no words, nobody's id, no time."""
    await canary_story(play)
    await take_back(play.person("sam"))
    await gone(play)
    lines = Path(f"{play.database}.tombstones").read_text().splitlines()
    workspace, story_id = play.rows("SELECT workspace, id FROM story")[0]
    [(draft_id,)] = play.rows("SELECT id FROM draft")
    assert lines == [f"2025-06-03 {workspace} {draft_id} 0", f"2025-06-03 {workspace} {story_id} 1"]


async def test_a_bot_whose_tombstones_cannot_be_read_does_not_serve(tmp_path: Path) -> None:
    """Better not at all than with stories that were taken back: it says which file, and starts nothing."""
    async with open_rehearsal(tmp_path / "play") as (_, database, environment):
        Path(f"{database}.tombstones").write_text("what is this\n", encoding="utf-8")
        with pytest.raises(SettingsError, match="TOMBSTONES"):
            await serve(load_settings(environment, env_file=None), out=io.StringIO(), stop=asyncio.Event())
