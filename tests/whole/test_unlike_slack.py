"""Servers that keep to Slack's documentation and to nothing else: small pages, bare messages, copies."""

import asyncio

from .conftest import Play
from .telling import at_question_two
from .test_killed import database_locked


async def test_the_bots_own_words_never_become_the_tellers(mortal: Play) -> None:
    """A history that does not say which app wrote a message is read for the teller's words alone, in the end."""
    mortal.rehearsal.faults.omit_bot_id()
    sam = mortal.person("sam")
    await at_question_two(mortal.person("sam"))
    await mortal.bot.kill()
    mortal.rehearsal.hub.times.retries = ()  # nor again, where the hub has not seen yet that the bot has gone
    mortal.rehearsal.hub.keep_events = False
    await sam.say("the key was in the other office all the time", wait=False)
    mortal.rehearsal.faults.rate_limit_next("conversations.history", retry_after=0.1, n=2)
    await mortal.bot.start()
    await mortal.bot.ready()
    await sam.hear("Got that.")
    assert mortal.rows("SELECT text FROM fragment") == [("the key was in the other office all the time",)]


async def test_an_absence_is_read_back_in_pages_of_any_size(mortal: Play) -> None:
    """However few messages a page holds, all that was written is found, and so is what the bot itself had said."""
    sam = mortal.person("sam")
    await at_question_two(mortal.person("sam"))
    await mortal.bot.kill()
    mortal.rehearsal.hub.times.retries = ()  # nor again, where the hub has not seen yet that the bot has gone
    mortal.rehearsal.hub.keep_events = False
    for number in range(45):
        await sam.say(f"part {number} of what happened", wait=False)
    mortal.rehearsal.workspace.largest_page = 2
    await mortal.bot.start()
    await mortal.bot.ready()
    await sam.hear("Got ")
    assert mortal.count("SELECT count(*) FROM fragment WHERE prompt_id = 'what'") == 45
    assert sum(message.shown.startswith("2 of 8") for message in sam.messages()) == 1


async def test_every_envelope_of_an_event_is_acknowledged(play: Play) -> None:
    """A second envelope with the same event does not leave the first unacknowledged, however long both must wait."""
    sam = play.person("sam")
    await at_question_two(sam)
    play.rehearsal.faults.duplicate_next(8)
    with database_locked(play.database):
        for number in range(8):
            async with play.until("events_api", "sent"):
                await sam.say(f"part {number} of what happened", wait=False)
    await sam.hear("Got all eight")
    assert play.count("SELECT count(*) FROM fragment") == 8
    log, news = play.rehearsal.log, asyncio.Event()
    forget = log.listen(lambda _: news.set())

    def envelopes(kind: str, outcomes: tuple[str, ...]) -> set[str]:
        return {entry.body["envelope_id"] for entry in log.entries if entry.kind == kind and entry.outcome in outcomes}

    async with asyncio.timeout(30):
        while not envelopes("events_api", ("sent",)) <= envelopes("ack", ("ok", "late")):
            news.clear()
            await news.wait()
    forget()


async def test_a_home_that_went_astray_is_shown_all_the_same(play: Play) -> None:
    """A home whose answer was lost is published a second time at once: whoever opened it would not see it otherwise."""
    play.rehearsal.faults.refuse_connection("views.publish")
    sam = play.person("sam")
    await sam.open_home(wait=False)
    await sam.see_home("Tell your story")
    assert len(play.calls("views.publish")) == 2
