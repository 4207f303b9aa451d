"""Editing and deleting one's own messages: the story follows until it is sent, or until a form has won."""

from intake_person import DIFFERENCE, WHAT, At

from bot.intake import payloads, service


def test_an_edit_at_the_open_question(at: At) -> None:
    """An edit at the open question changes the foot in place, and nothing is posted."""
    sam = at("what")
    ts = sam.say("she couldnt manage the stares")
    count = len(sam.screen)
    sam.edit(ts, "she couldn't manage the stairs")
    assert sam.fragments == [("what", "she couldn't manage the stairs")]
    assert sam.last.words.startswith("Got that, with your edit.")
    assert (len(sam.screen), sam.last.changes) == (count, 1)


def test_an_edit_among_several(at: At) -> None:
    """The foot says how many messages there are, with the edit."""
    sam = at("what")
    ts, *_ = [sam.say(words) for words in ("one", "two", "three")]
    sam.house.wait(seconds=2)
    sam.edit(ts, "uno")
    assert sam.last.words.startswith("Got all three, with your edit. Press Next")


def test_a_deletion_at_the_open_question(at: At) -> None:
    """A deleted message is out of the story, and the foot says so in place."""
    sam = at("what")
    ts = [sam.say(words) for words in ("one", "two", "three", "four", "five")][1]
    sam.house.wait(seconds=2)
    sam.delete(ts)
    assert sam.last.words.startswith("Got four. The one you deleted is out of your story.")
    assert ("what", "two") not in sam.fragments


def test_the_only_message_is_deleted(at: At) -> None:
    """When nothing is left, the foot says so, and the next message begins again."""
    sam = at("what")
    sam.delete(sam.say("one"))
    assert sam.last.words.startswith("Nothing left. The one you deleted is out of your story.")
    sam.say("two")
    sam.house.wait(seconds=2)
    assert sam.last.words.startswith("Got that. Press Next when you're done.")


def test_an_edit_at_an_earlier_question(at: At) -> None:
    """An edit at an earlier question posts one line, and a second edit changes that line."""
    sam = at("what")
    ts = sam.say(WHAT)
    sam.press("Next")
    sam.edit(ts, WHAT + " Then she waited.")
    assert sam.last.words == "Updated question 2."
    sam.edit(ts, WHAT + " Then she waited long.")
    assert sam.last.words == "Updated question 2 again."
    assert sam.count("Updated question 2") == 1
    assert "3 of 8" in sam.with_next[-1].words


def test_a_deletion_at_an_earlier_question(at: At) -> None:
    """The same goes for deleting."""
    sam = at("what")
    ts = sam.say("one")
    sam.answer(WHAT)
    sam.delete(ts)
    assert sam.last.words == "Updated question 2."
    assert sam.fragments == [("what", WHAT)]


def test_an_edit_shows_in_the_check(at: At) -> None:
    """An edit while the story is read back changes it there, in place."""
    sam = at("lesson")
    ts = sam.say("Ring the ward.")
    sam.press("Next")
    sam.press("Skip")
    sam.press("Skip")
    count = len(sam.screen)
    sam.edit(ts, "Ring the door.")
    assert "Ring the door." in sam.last.words and "Ring the ward." not in sam.last.words
    assert len(sam.screen) == count


def test_an_edit_after_the_check_shows_in_it(at: At) -> None:
    """An edit at a later step says so, and changes the story where it is read back."""
    sam = at("_checking")
    ts = next(ts for ts, message in sam.messages.items() if message["text"] == DIFFERENCE)
    sam.press("Carry on")
    sam.edit(ts, "She waited one night.")
    assert sam.last.words == "Updated question 3."
    assert "She waited one night." in sam.find("Check your story.").words


def test_a_link_preview(at: At) -> None:
    """A link preview arrives as a change with the same words, and nothing happens."""
    sam = at("what")
    ts = sam.say("see https://example.org")
    before, shown = sam.messages[ts], len(sam.house.log)
    sam.hear_change(before, {**before, "attachments": [{"from_url": "https://example.org"}]})
    sam.hear_change(before, {**before, "edited": {"ts": "1.0"}, "blocks": []})
    assert len(sam.house.log) == shown


def test_an_edit_before_the_original(at: At) -> None:
    """When the edit arrives before the message, the edited words are kept and the late original changes nothing."""
    sam = at("what")
    message = sam.write("she couldnt")
    sam.edit(message["ts"], "she couldn't")
    sam.hand_over(message)
    assert sam.fragments == [("what", "she couldn't")]


def test_a_deletion_before_the_original(at: At) -> None:
    """When the deletion arrives before the message, a late copy cannot bring it back."""
    sam = at("what")
    message = sam.write("Marigold")
    sam.delete(message["ts"])
    sam.hand_over(message)
    assert sam.fragments == []
    assert not sam.house.file_holds("Marigold")


def test_an_edit_after_the_deletion(at: At) -> None:
    """A late copy of an edit cannot bring a deleted message back either."""
    sam = at("what")
    ts = sam.say("a name")
    before = sam.messages[ts]
    sam.delete(ts)
    sam.hear_change(before, {**before, "text": "another name", "edited": {"ts": before["ts"]}})
    assert sam.fragments == []


def test_two_edits_in_the_wrong_order(at: At) -> None:
    """Of two edits the newer one stays, whichever arrives last."""
    sam = at("what")
    ts = sam.say("one")
    first, second = sam.house.next_ts(), sam.house.next_ts()
    before = sam.messages[ts]
    sam.edit(ts, "three", edited_ts=second)
    sam.hear_change(before, {**before, "text": "two", "edited": {"ts": first}})
    assert sam.fragments == [("what", "three")]


def test_an_edit_of_a_waiting_message(at: At) -> None:
    """A message that waits for its question is edited like any other."""
    sam = at("what")
    sam.say(WHAT)
    sam.house.asleep = True
    sam.press("Next")
    ts = sam.say("frist")
    sam.edit(ts, "first")
    sam.house.asleep = False
    sam.house.deliver()
    assert sam.fragments[-1] == ("what", "first")


def test_a_control_word_that_is_edited(at: At) -> None:
    """A control word that is edited into words has done its work, and the words are kept; deleting it says nothing."""
    sam = at("what")
    sam.say(WHAT)
    ts = sam.say("help")
    sam.edit(ts, "help came late")
    assert sam.fragments[-1] == ("what", "help came late")
    word = sam.say("help")
    sam.house.wait(seconds=2)
    shown = len(sam.house.log)
    sam.delete(word)
    assert len(sam.house.log) == shown


# ── after a form ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_form_wins(at: At) -> None:
    """Once an answer is changed in the form, a later edit in Slack is not used, and that is said once."""
    sam = at("_checking")
    ts = next(ts for ts, message in sam.messages.items() if message["text"] == DIFFERENCE)
    assert sam.save_form("difference", difference="She waited two whole nights.") is None
    sam.edit(ts, "She waited one night only.")
    assert sam.last.words == "You changed question 3 in the form, so I kept that."
    sam.edit(ts, "She waited three nights.")
    assert sam.count("in the form, so I kept that") == 1
    assert "She waited two whole nights." in sam.find("Check your story.").words


def test_a_deletion_after_the_form(at: At) -> None:
    """The same goes for deleting."""
    sam = at("_checking")
    ts = next(ts for ts, message in sam.messages.items() if message["text"] == DIFFERENCE)
    sam.save_form("difference", difference="She waited two whole nights.")
    sam.delete(ts)
    assert sam.last.words == "You changed question 3 in the form, so I kept that."


# ── after the end ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_edit_after_sending(at: At) -> None:
    """An edit after sending changes nothing, and says so once with a way to change the story."""
    sam = at("sent")
    ts = next(ts for ts, message in sam.messages.items() if message["text"] == WHAT)
    sam.edit(ts, "Something else happened.")
    assert sam.last.words.startswith("Story 1 has been sent, so that edit didn't change it.")
    assert list(sam.last.buttons) == ["Change story 1", "Leave it"]
    sam.edit(ts, "Something else again.")
    assert sam.count("so that edit didn't change it") == 1
    assert sam.house.words_of()["what"] == WHAT
    sam.press("Leave it")
    assert sam.last.words == "Left as you sent it."


def test_a_deletion_after_sending(at: At) -> None:
    """A deletion after sending changes nothing, and says so."""
    sam = at("sent")
    sam.delete(next(ts for ts, message in sam.messages.items() if message["text"] == WHAT))
    assert sam.last.words.startswith("Story 1 has been sent, so deleting that message didn't change it.")
    assert sam.house.words_of()["what"] == WHAT


def test_an_edit_of_a_private_story(at: At) -> None:
    """A story that was kept private follows edits and deletions, silently."""
    sam = at("_places")
    kept = sam.draft.id
    ts = {message["text"]: ts for ts, message in sam.messages.items()}
    sam.press("Keep it to myself")
    shown = len(sam.house.log)
    sam.edit(ts[DIFFERENCE], "She waited one night.")
    sam.delete(ts["Two nights for one phone call"])
    assert len(sam.house.log) == shown
    held = dict(sam.house.fragments(kept))
    assert held["difference"] == "She waited one night." and "title" not in held


def test_an_edit_without_a_draft(at: At) -> None:
    """An edit by somebody who is not telling a story is not answered and not kept."""
    sam = at("sent")
    message = sam.write("heron")
    shown = len(sam.house.log)
    sam.edit(message["ts"], "kingfisher")
    assert len(sam.house.log) == shown
    assert not sam.house.file_holds("kingfisher")


def test_a_deleted_thread_starter(at: At) -> None:
    """A message with replies that is deleted leaves a tombstone in Slack; here it goes like any other."""
    sam = at("what")
    ts = sam.say("a name")
    event = {
        "channel": sam.channel,
        "message": {"subtype": "tombstone", "ts": ts, "user": "USLACKBOT"},
        "previous_message": sam.messages[ts],
    }
    assert payloads.is_tombstone(event)
    gone = payloads.deleted(event)
    assert gone is not None
    sam.house.do(service.delete_message, sam.house.shelf, gone)
    assert sam.fragments == []
