"""What was written in threads while nobody was listening: a history leaves it out, and it is an answer all the same."""

from .conftest import Play
from .telling import at_question_two, tell

REPLY = "the housing officer knew it on the Friday"


async def nobody_listens(play: Play) -> None:
    """The bot is killed, and Slack delivers nothing of what happens now, neither now nor later."""
    await play.bot.kill()
    play.rehearsal.hub.times.retries = ()  # nor again, where the hub has not seen yet that the bot has gone
    play.rehearsal.hub.keep_events = False


async def listens_again(play: Play) -> None:
    await play.bot.start()
    await play.bot.ready()


async def asked(play: Play) -> str:
    """A story is sent, and a reviewer has a question; returns where that stands."""
    sam, amira = play.person("sam"), play.person("amira")
    await tell(sam, "A key at the door")
    await amira.hear("Story 1", channel="#story-review")
    await amira.command("/story ask 1 Who could have told housing?")
    return str((await sam.hear("A reviewer has a question about story 1.")).ts)


async def test_an_answer_to_a_reviewer_in_its_thread(mortal: Play) -> None:
    """A reply to a relayed question is read back, though its teller has no story open, and goes back when they say."""
    sam = mortal.person("sam")
    question = await asked(mortal)
    await nobody_listens(mortal)
    await sam.say(REPLY, thread_ts=question, wait=False)
    await sam.say("and the ward knew it too", thread_ts=question, wait=False)
    mortal.rehearsal.workspace.largest_page = 1
    mortal.rehearsal.faults.rate_limit_next("conversations.replies", retry_after=0.1, n=2)
    await listens_again(mortal)
    await sam.hear("Got both. Press Send back when you're done.", thread_ts=question)
    await sam.press("Send back")
    await sam.hear("You answered on Tuesday 3 June. Story 1 is back with the reviewers.")
    held = mortal.rows("SELECT value FROM version_answer WHERE n = 2 AND prompt_id = 'what'")
    assert held[0][0].endswith(f"{REPLY}\nand the ward knew it too")


async def test_a_reply_to_the_open_question(mortal: Play) -> None:
    """Words in the thread of the question that waits, or of a foot beneath it, are part of its answer."""
    sam = mortal.person("sam")
    await at_question_two(mortal.person("sam"))
    question = await sam.hear("2 of 8")
    await sam.say("the first half of what I wanted to say")
    foot = await sam.hear("Got that.")
    await nobody_listens(mortal)
    await sam.say(REPLY, thread_ts=question.ts, wait=False)
    await sam.say("and the ward knew it too", thread_ts=foot.ts, wait=False)
    await listens_again(mortal)
    await sam.hear("Got all three")
    assert mortal.count("SELECT count(*) FROM fragment WHERE prompt_id = 'what' AND removed = 0") == 3


async def test_where_threads_cannot_be_read(mortal: Play) -> None:
    """A server that knows no threads loses nobody what they wrote outside one."""
    sam = mortal.person("sam")
    await at_question_two(mortal.person("sam"))
    mortal.rehearsal.faults.fail_next("conversations.replies", error="unknown_method", n=9)
    await nobody_listens(mortal)
    await sam.say(REPLY, wait=False)
    await listens_again(mortal)
    await sam.hear("Got that.")
    assert mortal.rows("SELECT text FROM fragment") == [(REPLY,)]
