"""Away is not lost: what was written meanwhile is taken once, and nothing is taken that was taken before."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from intake_house import TUESDAY
from intake_person import WHAT, At, Person

from bot.intake import payloads
from bot.intake.heard import Said
from storage import drafts

AWAY = (TUESDAY + timedelta(hours=4), TUESDAY + timedelta(hours=5))


def history(person: Person) -> list[Said]:
    """Everything the person wrote in the direct message, newest first, as Slack gives it."""
    said = [payloads.said(message, channel=person.channel) for message in person.messages.values()]
    return sorted(said, key=lambda one: drafts.ts_key(one.ts), reverse=True)


def come_back(person: Person, *, gone: Sequence[str] = (), away: tuple[datetime, datetime] = AWAY) -> int:
    """Read the whole direct message back, as after an absence; returns how many messages were new."""
    person.house.do(lambda tx, policy: drafts.recover_all(tx))
    assert [draft.id for draft in person.house.read(drafts.to_recover)] == [person.draft.id]
    return person.house.recover(person.draft.id, history(person), away=away, gone=gone)


def edit_unheard(person: Person, ts: str, text: str) -> None:
    """Change one's own message while nobody listens."""
    person.house.now += timedelta(seconds=1)
    person.messages[ts] = {**person.messages[ts], "text": text, "edited": {"ts": person.house.next_ts()}}


def test_what_was_missed(at: At) -> None:
    """Messages written while the bot was away become part of the open answer, and the teller hears that all is safe."""
    sam = at("what")
    for words in ("one", "two"):
        sam.write(words)
    assert come_back(sam) == 2
    assert sam.fragments == [("what", "one"), ("what", "two")]
    sam.house.wait(seconds=2)
    assert sam.sees("I was offline from 2pm to 3pm. Everything you wrote is safe; we're on question 2 of 8.")
    assert sam.sees("Press Next when you're done.")
    assert sam.draft.recover_from is None


def test_a_second_look_finds_nothing_new(at: At) -> None:
    """Reading the same history again adds nothing and says nothing."""
    sam = at("what")
    sam.write("one")
    come_back(sam)
    sam.house.wait(seconds=2)
    shown = len(sam.house.log)
    assert come_back(sam) == 0
    sam.house.wait(seconds=2)
    assert sam.fragments == [("what", "one")]
    assert len(sam.house.log) == shown


def test_nobody_who_did_not_write_is_told(at: At) -> None:
    """Who wrote nothing meanwhile hears nothing."""
    sam = at("difference")
    shown = len(sam.house.log)
    assert come_back(sam) == 0
    assert len(sam.house.log) == shown


def test_a_message_that_comes_late_after_all(at: At) -> None:
    """A message that was read back and then delivered after all counts once."""
    sam = at("what")
    message = sam.write("one")
    come_back(sam)
    sam.hand_over(message)
    assert sam.fragments == [("what", "one")]


def test_what_was_never_an_answer_is_not_taken_for_one(at: At) -> None:
    """Options, control words and words for Something else that were typed before are not taken again as words."""
    sam = at("closeness")
    sam.say("one moment")
    sam.say("A mix")
    sam.answer(WHAT)
    sam.answer("She waited two long nights.")
    sam.say("Health")
    sam.say("help")
    sam.press("Next")
    sam.tick("What helped", "Something else")
    sam.say("A shared lunch")
    sam.say("stop")
    sam.press("Carry on")
    held, shown = sam.fragments, len(sam.house.log)
    assert come_back(sam) == 0
    assert sam.fragments == held
    assert len(sam.house.log) == shown


def test_a_name_is_not_taken_for_words(at: At) -> None:
    """A name typed for the credit line is not offered for the story after a restart."""
    sam = at("_naming")
    sam.choose("My name and role")
    sam.say("Sam Okoro, practitioner")
    shown = len(sam.house.log)
    assert come_back(sam) == 0
    assert len(sam.house.log) == shown


def test_a_title_that_was_handed_back_is_handed_back_once(at: At) -> None:
    """What was handed back because it was too long is not handed back again after a restart."""
    sam = at("title")
    sam.say("x" * 61)
    assert come_back(sam) == 0
    assert sam.count("That is too long for this one") == 1


def test_a_control_word_that_was_missed(at: At) -> None:
    """A control word typed while the bot was away is heard."""
    sam = at("what")
    sam.say(WHAT)
    sam.write("next")
    come_back(sam)
    assert sam.draft.open_prompt == "difference"


def test_a_control_word_that_comes_twice(at: At) -> None:
    """A control word that is delivered twice works once."""
    sam = at("closeness")
    sam.choose("A mix")
    word = sam.write("help")
    sam.hand_over(word)
    sam.hand_over(word)
    assert sam.count("These words work by themselves") == 1


def test_what_was_deleted_stays_deleted(at: At) -> None:
    """A message deleted before the absence does not come back from a history that still has it."""
    sam = at("what")
    ts = sam.say("a name")
    message = sam.messages[ts]
    sam.delete(ts)
    sam.messages[ts] = message
    assert come_back(sam) == 0
    assert sam.fragments == []


def test_what_was_written_before_start_is_left(at: At) -> None:
    """Reading back goes no further than Start."""
    sam = at("what")
    assert any(message["text"] == "hello" for message in sam.messages.values())
    come_back(sam)
    assert sam.fragments == []


def test_an_old_edit_in_the_history(at: At) -> None:
    """A message that is read back as edited is not overwritten by an older edit that comes late."""
    sam = at("what")
    message = sam.write("one")
    older, newer = sam.house.next_ts(), sam.house.next_ts()
    sam.messages[message["ts"]] = {**message, "text": "three", "edited": {"ts": newer}}
    come_back(sam)
    sam.hear_change(message, {**message, "text": "two", "edited": {"ts": older}})
    assert sam.fragments == [("what", "three")]


def test_a_draft_that_ended_meanwhile(at: At) -> None:
    """A history that comes after the end changes nothing."""
    sam = at("_ready")
    draft = sam.draft.id
    sam.write("too late")
    sam.press("Send for review")
    assert sam.house.recover(draft, history(sam), away=AWAY) == 0
    assert not sam.house.file_holds("too late")


# ── edits and deletions ───────────────────────────────────────────────────────────────────────────────────────────


def test_an_edit_that_was_missed(at: At) -> None:
    """A message edited while the bot was away has its newer words in the story, and its teller hears so, once."""
    sam = at("what")
    ts = sam.say("one")
    edit_unheard(sam, ts, "two")
    come_back(sam)
    sam.house.wait(seconds=2)
    assert sam.fragments == [("what", "two")]
    assert sam.sees("I was offline from 2pm to 3pm. Your edit is in your story; we're on question 2 of 8.")
    assert sam.sees("Got that, with your edit.")
    assert not sam.sees("Everything you wrote is safe")
    shown = len(sam.house.log)
    come_back(sam)
    assert len(sam.house.log) == shown


def test_an_edit_of_an_earlier_answer_that_was_missed(at: At) -> None:
    """An edit is found in whichever answer the message stands, and the line about it is the one that is always said."""
    sam = at("what")
    ts = sam.say(WHAT)
    sam.press("Next")
    edit_unheard(sam, ts, WHAT.replace("key", "map"))
    come_back(sam)
    assert sam.fragments == [("what", WHAT.replace("key", "map"))]
    assert sam.sees("Updated question 2.")
    assert sam.sees("Your edit is in your story; we're on question 3 of 8.")


def test_a_deletion_that_was_missed(at: At) -> None:
    """A message deleted while the bot was away is out of the story, and its teller hears so."""
    sam = at("what")
    sam.say("one")
    ts = sam.say("a name that was too much")
    sam.house.wait(seconds=2)
    sam.messages.pop(ts)
    come_back(sam, gone=[ts])
    assert sam.fragments == [("what", "one")]
    assert sam.sees("I was offline from 2pm to 3pm. The message you deleted is out of your story;")
    assert sam.sees("Got one. The one you deleted is out of your story.")
    assert "a name that was too much" not in sam.house.words_kept()
    assert not sam.sees("Everything you wrote is safe")


def test_all_three_at_once(at: At) -> None:
    """Words, edits and deletions that were missed are told of in one sentence."""
    sam = at("what")
    first, second = sam.say("one"), sam.say("two")
    edit_unheard(sam, first, "uno")
    sam.messages.pop(second)
    sam.write("three")
    come_back(sam, gone=[second])
    assert sam.fragments == [("what", "uno"), ("what", "three")]
    told = "Everything you wrote is safe, your edit is in your story and the message you deleted is out of it; we're on"
    assert sam.sees(told)


def test_a_message_that_a_history_leaves_out(at: At) -> None:
    """A history that does not show a message says nothing of it: its words stay."""
    sam = at("what")
    ts = sam.say("one")
    sam.messages.pop(ts)
    come_back(sam)
    assert sam.fragments == [("what", "one")]


def test_an_edit_that_a_form_has_won_over(at: At) -> None:
    """An edit that was missed of an answer that a form has changed is not claimed to be in the story."""
    sam = at("what")
    ts = sam.say(WHAT)
    sam.save_form("what", what=WHAT + " Nobody rang.")
    edit_unheard(sam, ts, "something else altogether")
    come_back(sam)
    assert sam.sees("You changed question 2 in the form, so I kept that.")
    assert not sam.sees("I was offline")


def test_an_old_message_that_was_never_heard(at: At) -> None:
    """The reading goes back to the first message for edits alone: what stands before the open question is not taken."""
    sam = at("what")
    sam.say(WHAT)
    sam.write("put aside")
    sam.press("Next")
    come_back(sam)
    assert sam.fragments == [("what", WHAT)]


def test_a_moment_away(at: At) -> None:
    """An absence within one minute has one time, not two that are the same."""
    sam = at("what")
    sam.write("one")
    come_back(sam, away=(AWAY[0], AWAY[0] + timedelta(seconds=20)))
    assert sam.sees("I was offline for a moment at 2pm. Everything you wrote is safe;")
