"""The whole product on the page, with the real bot: five steps by three people, with a mouse and with keys alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from open_rehearsal import OpenRehearsal
from page_hands import Keys, Mouse, Visit
from playwright.sync_api import expect

from tests.nursery import Nursery


@pytest.fixture
def rehearsal(tmp_path: Path, nursery: Nursery) -> Iterator[OpenRehearsal]:
    with OpenRehearsal(tmp_path / "rehearsal") as opened:
        yield opened


def answer(sam: Mouse, words: str) -> None:
    """One message answers the open question; what was said under it goes when it is left."""
    sam.say(words)
    sam.see("Got that.")
    sam.press("Next")
    expect(sam.main.get_by_text("Got that.")).to_have_count(0)


def tell_a_story(sam: Mouse) -> None:
    """Sam tells a story, changes an answer on the way, and sends it."""
    sam.say("hi")
    sam.see("Tell us about a time when sharing information mattered")
    sam.press("Start")
    sam.see("1 of 8")
    sam.choose("radio", "It happened late or only in part")
    sam.press("Next")
    sam.see("2 of 8")
    answer(sam, "A tenant came home from hospital, and housing heard of it from the front step.")
    sam.see("3 of 8")
    answer(sam, "She waited two nights, and one call would have saved both of them.")
    sam.see("4 of 8")
    sam.press("Choose services")
    sam.choose("checkbox", "Health")
    sam.choose("checkbox", "Housing and homelessness")
    sam.press("Done")
    sam.press("Next")
    sam.see("5 of 8")
    sam.press("Skip")
    sam.see("6 of 8")
    answer(sam, "Ring the person who will be at the door.")
    sam.see("7 of 8")
    sam.pick("Your work", "Practitioner")
    sam.press("Next")
    sam.see("8 of 8")
    sam.say("Two nights for one phone call")
    sam.see("Check your story.")


def change_and_send(sam: Mouse) -> None:
    """One answer changed in the form, permission given, sent."""
    beside = sam.main.locator(".split", has_text="One thing to tell others")
    sam.press("Change", beside)
    form = sam.page.get_by_role("dialog")
    form.wait_for()
    sam.fill("What one thing", "Ring the person who will be at the door, not the one on the form.")
    sam.press("Save")
    form.wait_for(state="hidden")  # the message behind it may change before the form has heard that it was saved
    sam.see("Changed just now")
    sam.press("Carry on")
    sam.see("Permission, 1 of 2")
    sam.choose("radio", "My role only")
    sam.press("Next")
    sam.see("Permission, 2 of 2")
    sam.choose("checkbox", "Weekly digest")
    sam.press("Next")
    sam.see("Ready to send")
    sam.press("Send for review")
    sam.see("This is story 1.")


@pytest.mark.parametrize("way", [Mouse, Keys], ids=["mouse", "keyboard"])
def test_three_people_live_the_five_steps(visit: Visit, rehearsal: OpenRehearsal, way: type[Mouse]) -> None:
    """Sam tells and changes, Amira approves, Friday comes, Rae reads; the guide ticks each as it happens."""
    page = visit(rehearsal.url)
    guide = page.get_by_role("tabpanel", name="Guide")
    done = guide.locator(".step.done")
    hands = way(page)
    tell_a_story(hands)
    change_and_send(hands)
    expect(done).to_have_count(2)

    hands.press("Become Amira", guide)
    page.get_by_role("button", name="You are Amira").wait_for()
    hands.open("story-review")
    hands.see("Story 1: Two nights for one phone call")
    hands.press("Approve")
    page.get_by_role("alertdialog").get_by_text("Could a colleague, a local paper").wait_for()
    hands.press("Approve")
    hands.see("Approved by Amira Shah")
    expect(done).to_have_count(3)

    hands.press("To Friday, 10:00", page.get_by_role("navigation"))
    page.get_by_role("navigation").get_by_text("Digest posted in #info-stories.").wait_for()
    expect(done).to_have_count(4)

    hands.become("Rae")
    hands.open("info-stories")
    hands.see("This week's story")
    hands.press("1 reply")
    page.get_by_role("complementary", name="Thread").get_by_text("A tenant came home from hospital").last.wait_for()
    expect(done).to_have_count(5)
    guide.get_by_text("That was the whole product.").wait_for()
