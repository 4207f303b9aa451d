"""A message changed or deleted while the bot was away: its story follows, and no history is the whole truth."""

from .conftest import Play
from .telling import DIFFERENCE, LESSON, answer_until_title, at_question_two, begin, finish

FIRST = "the ward rang the old office and nobody passed it on to us"
SECOND = "her name was on the board for everybody to see"


async def _two_messages(play: Play) -> tuple[str, str]:
    """Sam has written two messages at question two, the first in its thread, and the bot has gone."""
    sam = play.person("sam")
    asked = await at_question_two(sam)
    first = await sam.say(FIRST, thread_ts=asked.ts)
    second = await sam.say(SECOND)
    await sam.hear("Got both")
    await _goes(play)
    return first, second


async def _goes(play: Play) -> None:
    """The bot is killed, and nobody hears what happens now, neither now nor later."""
    await play.bot.kill()
    play.rehearsal.hub.times.retries = ()
    play.rehearsal.hub.keep_events = False


async def _back(play: Play) -> None:
    await play.bot.start()
    await play.bot.ready()


def _kept(play: Play) -> list[str]:
    return [row[0] for row in play.rows("SELECT text FROM fragment WHERE NOT removed ORDER BY ts")]


async def test_an_edit_is_found_again(mortal: Play) -> None:
    """A message that was edited has its newer words in the story, and it is said."""
    sam = mortal.person("sam")
    _, second = await _two_messages(mortal)
    await sam.edit(second, "it was on the board for everybody to see", wait=False)
    await _back(mortal)
    await sam.hear("Your edit is in your story; we're on question 2 of 8.")
    assert _kept(mortal) == [FIRST, "it was on the board for everybody to see"]


async def test_an_edit_in_a_thread_is_found_again(mortal: Play) -> None:
    """A reply in a question's thread stands in no history, and its edit is found all the same."""
    sam = mortal.person("sam")
    first, _ = await _two_messages(mortal)
    await sam.edit(first, "the ward rang the old office", wait=False)
    await _back(mortal)
    await sam.hear("Your edit is in your story")
    assert _kept(mortal) == ["the ward rang the old office", SECOND]


async def test_a_deletion_is_found_again(mortal: Play) -> None:
    """A deleted message leaves the story, however short Slack's pages are; one in a thread stays."""
    sam = mortal.person("sam")
    _, second = await _two_messages(mortal)
    mortal.rehearsal.workspace.largest_page = 2
    await sam.delete(second, wait=False)
    await _back(mortal)
    await sam.hear("The message you deleted is out of your story; we're on question 2 of 8.")
    assert _kept(mortal) == [FIRST]


async def test_an_old_history_deletes_nothing(mortal: Play) -> None:
    """What an old history does not show stays, and so does all that a Slack without threads cannot say anything of."""
    sam = mortal.person("sam")
    await _two_messages(mortal)
    mortal.rehearsal.faults.stale_history_next()
    mortal.rehearsal.faults.fail_next("conversations.replies", error="unknown_method", n=9)
    await _back(mortal)
    await sam.say("and this came after it was back")
    await sam.hear("Got all three")
    assert _kept(mortal) == [FIRST, SECOND, "and this came after it was back"]


TOO_LATE = "Story 1 has been sent, so that edit didn't change it."


async def _a_story_is_sent(play: Play) -> None:
    """Sam has told story 1, and edited one of its messages while telling it."""
    sam = play.person("sam")
    await begin(sam)
    await answer_until_title(sam)
    await sam.edit(_written(play, DIFFERENCE), f"{DIFFERENCE} At least.")
    await sam.hear("Updated question 3.")
    await finish(sam, "A key at the door")
    await play.person("amira").hear("Story 1", channel="#story-review")


def _written(play: Play, words: str) -> str:
    """Where this message of Sam's stands."""
    posts = play.rehearsal.workspace.direct_message("U0SAM00001").posts.values()
    return next(post.ts for post in posts if post.text == words)


async def test_an_edit_of_what_was_sent_is_answered(mortal: Play) -> None:
    """Whoever edited a message of a story on its way to readers is told, once, that it did not follow, and how to
    change it; of an edit that the story has, nothing is said."""
    sam = mortal.person("sam")
    await _a_story_is_sent(mortal)
    await _goes(mortal)
    mortal.rehearsal.faults.rate_limit_next("conversations.history", retry_after=0.1)
    await sam.edit(_written(mortal, LESSON), "Ring the person at the door, twice.", wait=False)
    await _back(mortal)
    await sam.hear(TOO_LATE)
    await mortal.bot.kill()
    async with mortal.until("conversations.history", "ok"):
        await _back(mortal)
    await sam.press("Change story 1")
    await sam.hear("Check your story")
    assert mortal.count("SELECT count(*) FROM outbox WHERE kind = 'edit_too_late'") == 1
    assert mortal.count("SELECT count(*) FROM version_answer WHERE value LIKE '%twice%'") == 0
