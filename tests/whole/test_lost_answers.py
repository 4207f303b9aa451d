"""An answer of Slack's that breaks off, or is none, ends neither the bot nor what somebody was about to do."""

from collections.abc import Callable

import pytest

from bot.rehearsal.slack.faults import Faults

from .conftest import Play
from .telling import answer_until_title, at_question_two, begin, tell

LOST: dict[str, Callable[[Faults, str], None]] = {
    # Twice: aiohttp asks again by itself, once, where a reading has broken off.
    "broken off": lambda faults, method: faults.lose_reply_after(method, n=2),
    "malformed": lambda faults, method: faults.fail_next(method, malformed=True, performed=True),
}


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST.keys())
async def test_a_history_whose_answer_is_lost_is_read_again(mortal: Play, lost: Callable[[Faults, str], None]) -> None:
    """What was written while the bot was away is found at a later reading; the bot goes on meanwhile."""
    sam = mortal.person("sam")
    await at_question_two(mortal.person("sam"))
    await mortal.bot.kill()
    mortal.rehearsal.hub.times.retries = ()
    mortal.rehearsal.hub.keep_events = False
    await sam.say("nobody was there to hear that the key was in the other office", wait=False)
    lost(mortal.rehearsal.faults, "conversations.history")
    await mortal.bot.start()
    await mortal.bot.ready()
    await sam.hear("Got that")
    await sam.press("Next")
    await sam.hear("3 of 8")
    assert mortal.count("SELECT count(*) FROM fragment WHERE text LIKE '%other office%' AND removed = 0") == 1


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST.keys())
async def test_who_somebody_is_need_not_be_known_to_greet_them(play: Play, lost: Callable[[Faults, str], None]) -> None:
    """A broken answer to "who is this" counts as a Slack that cannot say: they are greeted at once."""
    lost(play.rehearsal.faults, "users.info")
    await begin(play.person("sam"))
    assert all(entry.outcome != "not acknowledged" for entry in play.rehearsal.log.entries)


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST.keys())
async def test_a_form_whose_opening_is_uncertain_is_not_said_to_have_failed(
    play: Play, lost: Callable[[Faults, str], None]
) -> None:
    """It stands there, and what is said of it is true all the same. The press is acknowledged, without an error."""
    sam = play.person("sam")
    await begin(sam)
    await answer_until_title(sam)
    await sam.say("A key at the door")
    await sam.hear("Check your story")
    lost(play.rehearsal.faults, "views.open")
    await sam.press("Change", beside="A key at the door")
    await sam.hear("If nothing has opened, please press that again.")
    await sam.see_view("A key at the door")


@pytest.mark.parametrize("opened", [True, False])
async def test_a_command_whose_form_is_uncertain_says_what_is_true_in_both_cases(play: Play, opened: bool) -> None:
    """Slack's servers may fail before a form opens or after it: whoever typed the command reads the same."""
    amira, faults = play.person("amira"), play.rehearsal.faults
    await tell(play.person("sam"), "A key at the door", places=("Storybook for staff",))
    await amira.hear("Story 1", channel="#story-review")
    await amira.command("/story sensitive 1")  # answered once the bot knows where the card stands
    faults.fail_next("views.open", status=503, performed=opened)
    assert (await amira.command("/story redact 1")).shown == "If no form has opened, try: /story redact 1"
    if opened:
        await amira.see_view("Redact story 1")
    await amira.command("/story approve 1")
    await play.person("joe").command("/story approve 1")
    faults.fail_next("views.open", status=503, performed=opened)
    assert (await amira.command("/story share 1")).shown == "If no form has opened, please type that again."
    if opened:
        await amira.see_view("Share")


async def test_a_form_that_opens_slowly_is_acknowledged_in_time(play: Play) -> None:
    """A press and a command are acknowledged though Slack has not said yet that it opened the form, and nothing wrong
    is said of it: it may be there already."""
    sam, amira = play.person("sam"), play.person("amira")
    await tell(sam, "A key at the door")
    await amira.hear("Story 1", channel="#story-review")
    await amira.command("/story sensitive 1")  # answered once the bot knows where the card stands
    play.rehearsal.hub.times.ack_deadline = 3.0
    play.rehearsal.faults.hang_next("views.open", seconds=20, n=2)
    await sam.press("See it")
    await sam.see_view("A key at the door")
    assert (await amira.command("/story redact 1")).shown == ""
    await amira.see_view("Redact story 1")
    assert play.count("SELECT count(*) FROM outbox WHERE op = 'whisper'") == 0


async def test_a_home_that_is_shown_slowly_is_acknowledged_in_time(play: Play) -> None:
    """Whoever presses on their home while Slack is slow sees no error."""
    sam, amira = play.person("sam"), play.person("amira")
    await tell(sam, "A key at the door", places=("Storybook for staff",))
    await amira.hear("Story 1", channel="#story-review")
    await amira.command("/story approve 1")
    await sam.open_home()
    await sam.see_home("A key at the door")
    play.rehearsal.hub.times.ack_deadline = 3.0
    play.rehearsal.faults.hang_next("views.publish", seconds=20)
    await sam.choose("Health")
