"""What goes wrong between us and Slack: each outcome has its consequence, and no message is lost or doubled."""

import pytest
from delivery_house import HASTY, REVIEW, SAM, STORIES, House, until

from bot.delivery.calls import METHODS
from bot.delivery.line import ENOUGH_OTHERS, MOST_FAILURES
from bot.delivery.outbox import Patience
from bot.rehearsal.slack.workspace import REVIEW_CHANNEL, STORIES_CHANNEL
from storage.records import Op, OutboxState


async def test_slack_says_when_to_come_back(house: House) -> None:
    """After "too many requests" a channel waits as long as Slack asked, and other conversations go on."""
    house.start()
    house.faults.rate_limit_next("chat.postMessage", retry_after=1)
    limited = await house.put("limited")
    await until(lambda: house.faults.fired("rate_limit_next"))
    free = await house.put("free", await house.teller())
    await house.settled(free)
    assert house.row(limited).state is OutboxState.SENDING
    assert house.row(limited).attempts == 0
    await house.settled(limited)
    assert house.calls("chat.postMessage") == 3
    assert house.texts() == ["limited"]


@pytest.mark.parametrize("error", ["ratelimited", "service_unavailable", "request_timeout"])
async def test_what_was_not_done_is_done_again(house: House, error: str) -> None:
    """An answer that says nothing was done is followed by another try, without a look at the history."""
    house.start()
    house.faults.fail_next("chat.postMessage", error=error, n=3)
    sent = await house.put("words")
    await house.drained()
    assert house.texts() == ["words"]
    assert house.calls("conversations.history") == 0
    assert house.row(sent).attempts == (0 if error == "ratelimited" else 3)


@pytest.mark.parametrize("op", [Op.UPDATE, Op.DELETE, Op.PERMALINK])
async def test_what_may_be_done_twice_is_simply_done_again(house: House, op: Op) -> None:
    """A change, a deletion or a link is repeated after any failure: twice is the same as once."""
    house.start()
    posted = await house.put("before")
    await house.drained()
    method = {Op.UPDATE: "chat.update", Op.DELETE: "chat.delete", Op.PERMALINK: "chat.getPermalink"}[op]
    house.faults.fail_next(method, status=500)
    house.faults.fail_next(method, malformed=True)
    house.faults.fail_next(method, error="fatal_error")
    if op is not Op.PERMALINK:  # asking is repeated below us, which an answer lost on the way would hide
        house.faults.lose_reply_after(method)
    done = await house.put("after", op=op, target=posted)
    await house.drained()
    assert house.outcome(done) == ("sent", None)
    assert house.texts() == {Op.UPDATE: ["after"], Op.DELETE: [], Op.PERMALINK: ["before"]}[op]


@pytest.mark.parametrize(
    "error", ["channel_not_found", "not_in_channel", "msg_too_long", "restricted_action", "invalid_arguments"]
)
async def test_what_can_never_be_sent_is_parked(house: House, error: str) -> None:
    """Slack's refusal of a message is kept with its reason, the room hears of it, and the lane goes on."""
    house.start()
    house.faults.fail_next("chat.postMessage", error=error)
    refused = await house.put("no")
    await house.put("yes")
    await house.drained()
    assert house.outcome(refused) == ("parked", error)
    assert house.parked == [(refused, error)]
    assert ("parked", refused, None) in house.hooked
    assert house.texts() == ["yes"]


async def test_one_message_that_slack_cannot_take_does_not_stop_its_channel(house: House) -> None:
    """A message at which Slack fails again and again while it takes others is parked, and the lane goes on."""
    house.start()
    house.faults.fail_next("chat.postMessage", holding="poison", n=10 * MOST_FAILURES)
    poison, after = await house.put("poison"), await house.put("after")
    await until(lambda: house.row(poison).attempts >= MOST_FAILURES)
    assert house.row(poison).state is OutboxState.SENDING  # it may be Slack: nothing else has gone through meanwhile
    to_sam = await house.teller()
    for number in range(ENOUGH_OTHERS):
        await house.put(f"{number}", to_sam)
    await house.settled(poison, after)
    assert house.outcome(poison) == ("parked", "keeps_failing")
    assert house.texts() == ["after"]
    assert len(house.direct()) == ENOUGH_OTHERS


async def test_what_fails_for_everybody_is_tried_for_ever(house: House) -> None:
    """While Slack fails at everything, nothing is given up, however often it was tried."""
    house.start()
    many = 3 * MOST_FAILURES
    house.faults.fail_next("chat.postMessage", n=many)
    put = [await house.put("here"), await house.put("there", await house.teller())]
    await until(lambda: house.faults.fired("fail_next") == many)
    await house.settled(*put)
    assert [house.outcome(one) for one in put] == [("sent", None)] * 2


async def test_an_archived_channel_and_a_colleague_who_left_are_reasons(house: House) -> None:
    """Real refusals by the workspace park a message: an archived channel, an account that is no more."""
    house.start()
    house.slack.conversations[STORIES_CHANNEL].archived = True
    gone = house.slack.add_person("gone", "Gone Away", deleted=True).id
    archived, left = await house.put("words"), await house.put("words", await house.teller_of(gone))
    await house.drained()
    assert house.outcome(archived) == ("parked", "is_archived")
    assert house.outcome(left) == ("parked", "user_disabled")


async def test_an_edit_that_slack_no_longer_allows_is_told(house: House) -> None:
    """Where messages may not be edited any more, the change is parked, since a story may be about to be taken out."""
    house.start()
    posted = await house.put("before")
    await house.drained()
    house.faults.fail_next("chat.update", error="edit_window_closed")
    changed = await house.put("after", op=Op.UPDATE, target=posted)
    await house.drained()
    assert house.parked == [(changed, "edit_window_closed")]


@pytest.mark.parametrize("op", [Op.POST, Op.WHISPER])
async def test_a_refusal_that_nobody_knows_may_pass(house: House, op: Op) -> None:
    """Slack answers with a new word, twice: nothing was done, so it is tried again, and said once."""
    house.start()
    house.faults.fail_next(METHODS[op], error="some_new_error", n=2)
    said = await house.put("words", op=op, person=SAM if op is Op.WHISPER else None)
    await house.settled(said)
    assert house.outcome(said) == ("sent", None)
    assert house.calls(METHODS[op]) == 3


async def test_a_refusal_that_nobody_knows_and_that_stays(house: House) -> None:
    """After so many tries it is parked with Slack's own word, and what comes after it goes on."""
    house.start()
    house.faults.fail_next("chat.postMessage", error="some_new_error", n=HASTY.strange + 1)
    lost, after = await house.put("words"), await house.put("next")
    await house.settled(lost, after)
    assert house.parked == [(lost, "some_new_error")]
    assert house.texts() == ["next"]


async def test_a_private_line_that_is_strangely_refused_does_not_hold_up_others(house: House) -> None:
    """After a few tries it is given up, and whoever else pressed something in that channel is answered."""
    house.start()
    house.faults.fail_next("chat.postEphemeral", error="some_new_error", n=HASTY.strange_aside + 1)
    lost = await house.put("Story 1 is approved.", op=Op.WHISPER, person=SAM)
    after = await house.put("Story 2 is approved.", op=Op.WHISPER, person="U0PRIYA001")
    await house.settled(lost, after)
    assert house.outcome(lost) == ("parked", "some_new_error") and house.outcome(after) == ("sent", None)


async def test_a_private_line_in_doubt_is_not_said_twice(house: House) -> None:
    """When nobody knows whether a whisper was seen, it is left."""
    house.start()
    house.faults.lose_reply_after("chat.postEphemeral")
    whisper = await house.put("Only you see this.", op=Op.WHISPER, person=SAM)
    await house.drained()
    assert house.outcome(whisper) == ("dropped", "in_doubt")
    assert len(house.slack.conversations[STORIES_CHANNEL].ephemerals) == 1


async def test_a_revoked_token_holds_everything_and_loses_nothing(house: House) -> None:
    """While Slack refuses the token nothing is parked or counted; once it is taken again, everything goes out."""
    house.start()
    house.slack.grants[house.slack.bot_token].revoked = "token_revoked"
    messages = [await house.put("one"), await house.put("two"), await house.put("three", REVIEW)]
    await until(lambda: len(house.rehearsal.log.of("chat.postMessage", "token_revoked")) >= 3)
    assert [house.row(each).attempts for each in messages] == [0, 0, 0]
    house.slack.grants[house.slack.bot_token].revoked = None
    await house.drained()
    assert (house.texts(), house.texts(REVIEW_CHANNEL)) == (["one", "two"], ["three"])
    assert house.parked == []


async def test_a_missing_scope_holds_only_what_needs_it(house: House) -> None:
    """Without `im:write` nobody new can be written to, while channels and known conversations go on."""
    house.start()
    scopes = house.slack.grants[house.slack.bot_token].scopes
    scopes.discard("im:write")
    held = await house.put("held", await house.teller(known=False))
    await until(lambda: house.rehearsal.log.of("conversations.open", "missing_scope"))
    free = await house.put("free")
    await house.settled(free)
    assert house.row(held).state is OutboxState.SENDING
    scopes.add("im:write")
    await house.drained()
    assert house.direct() == ["held"]


async def test_a_pause_keeps_everything_for_later(house: House) -> None:
    """After the app was uninstalled nothing is called; what was put meanwhile goes out with its new token."""
    delivery = house.start()
    await house.put("before")
    await house.drained()
    delivery.pause()
    during = await house.put("during")
    calls = house.calls("chat.postMessage")
    await house.do(lambda tx: None)
    assert house.row(during).state is OutboxState.SENDING
    assert house.calls("chat.postMessage") == calls
    await house.stop()
    house.start()
    await house.drained()
    assert house.texts() == ["before", "during"]


async def test_nobody_at_slacks_address_is_tried_again(house: House) -> None:
    """While Slack cannot be reached at all, messages wait; nothing was sent, so nothing is looked up."""
    house.start(api_url="http://127.0.0.1:9/api/")
    waiting = await house.put("words")
    await until(lambda: house.row(waiting).attempts >= 2)
    assert house.row(waiting).state is OutboxState.SENDING
    assert house.calls("conversations.history") == 0
    await house.stop()
    house.start()
    await house.drained()
    assert house.texts() == ["words"]


async def test_stopping_lets_calls_finish(house: House) -> None:
    """A message that is being posted when the bot stops is marked as sent; the others stay for the next start."""
    house.start()
    house.faults.hang_next("chat.postMessage", seconds=0.2)
    begun, waiting = await house.put("begun"), await house.put("waiting")
    await until(lambda: house.calls("chat.postMessage"))
    await house.stop()
    assert house.row(begun).state is OutboxState.SENT
    assert house.row(waiting).state is not OutboxState.SENT
    house.start()
    await house.drained()
    assert house.texts() == ["begun", "waiting"]


async def test_a_call_that_never_ends_does_not_keep_the_bot(house: House) -> None:
    """Stopping waits a little for an answer and then goes; the message is looked up at the next start."""
    house.start(patience=Patience(stop=0.05))
    house.faults.hang_next("chat.postMessage", seconds=0.4)
    await house.put("words")
    await until(lambda: house.calls("chat.postMessage"))
    await house.stop()
    house.start()
    await house.drained()
    assert house.texts() == ["words"]


async def test_an_answer_for_one_person_does_not_wait_for_the_channel(house: House) -> None:
    """While Slack takes no message into a channel, what only one person sees there arrives."""
    house.faults.rate_limit_next("chat.postMessage", retry_after=600)
    house.start()
    first = await house.put("for all")
    await until(lambda: house.faults.fired("rate_limit_next"))
    whisper = await house.put("Only you see this.", op=Op.WHISPER, person=SAM)
    await house.settled(whisper)
    assert house.row(whisper).state is OutboxState.SENT
    assert house.row(first).state is not OutboxState.SENT


async def test_a_limited_lane_named_for_tidying_leaves_the_budget_to_others(house: House) -> None:
    """Tidying stops when half of a minute's edits are used up; a person's own edit still goes at once."""
    house.start(pace=0.5)
    posted = await house.put("0")
    await house.drained()
    tidied = [await house.put(f"tidy {n}", op=Op.UPDATE, target=posted, lane=f"tidy:{STORIES}") for n in range(12)]
    await until(lambda: house.calls("chat.update") >= 6)
    mine = await house.put("mine", op=Op.UPDATE, target=posted)
    await house.settled(mine, seconds=0.5)
    assert house.row(tidied[-1]).state is OutboxState.QUEUED
