"""Whoever edits, deletes, rests, says no or takes back, at every place, is left with exactly what they were told.

Every place of the default script is reached in a real database, everything of that sort is done there, and what the bot
said last is held against every column that keeps words. What is not done by this room (the withdrawal) is in
`tests/rights`.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest
from intake_house import House
from intake_person import DIFFERENCE, LESSON, PLACES, WHAT, At, Person

from storage import stories
from storage.records import DraftState, StoryStatus

UNSENT = PLACES[:-1]
CANARY = "The zephyrine nurse came round on the bus that evening."
_MINE = (WHAT, DIFFERENCE, LESSON)


def kept(sam: Person) -> str:
    """Everything that is kept of what anybody wrote, as one text."""
    return "\n".join(sam.house.words_kept())


def written(sam: Person) -> dict[str, str]:
    """What they have written for the story so far, by its `ts`."""
    return {ts: one["text"] for ts, one in sam.messages.items() if one["text"] in _MINE}


def holds_all(sam: Person, *, but: str | None = None) -> None:
    """Every answer that they have given is kept as they gave it, and the one left out is nowhere."""
    held = kept(sam)
    for text in written(sam).values():
        assert text == but or text in held
    assert but is None or not sam.house.file_holds(but)


def nothing_left(sam: Person) -> None:
    """No byte of the story is in any file, and no draft hears what they type."""
    assert not any(sam.house.file_holds(words) for words in (*_MINE, CANARY, "Two nights for one phone call"))
    assert sam.house.draft(sam.id) is None and kept(sam) == ""


# ── what can be done at every place ───────────────────────────────────────────────────────────────────────────────


def delete_and_mean_it(sam: Person) -> None:
    sam.say("delete")
    assert "Delete it" in sam.last.buttons
    holds_all(sam)
    sam.press("Delete it")
    assert sam.last.words.startswith("Your story is deleted. Nobody else read it;")
    nothing_left(sam)


def delete_and_think_again(sam: Person) -> None:
    before, held = sam.draft, kept(sam)
    sam.say("delete")
    sam.press("Keep it")
    assert (replace(sam.draft, active_at=before.active_at), kept(sam)) == (before, held)


def finish_later_and_let_it_go(sam: Person) -> None:
    sam.say("stop")
    assert "Saved." in sam.last.words
    holds_all(sam)
    sam.house.wait(days=7, hours=1)
    sam.house.wake()
    assert "it goes on 17 June" in sam.last.words
    holds_all(sam)
    sam.house.wait(days=7)
    sam.house.wake()
    assert sam.last.words.startswith("Your unfinished story is deleted, as I said. Nobody else read it;")
    nothing_left(sam)


def delete_every_message(sam: Person) -> None:
    for ts, text in written(sam).items():
        sam.delete(ts)
        holds_all(sam, but=text)
        assert any(
            word in sam.last.words for word in ("deleted", "out of your story", "Updated question", "Check your")
        ), sam.last.words


def edit_every_message(sam: Person) -> None:
    for ts, text in written(sam).items():
        sam.edit(ts, f"{text} {CANARY}")
        assert f"{text} {CANARY}" in kept(sam)
        sam.edit(ts, CANARY)
        held = kept(sam)
        assert CANARY in held and text not in held
        sam.messages.pop(ts)


def go_back_and_leave(sam: Person) -> None:
    held = kept(sam)
    sam.say("back")
    assert kept(sam) == held
    sam.say("stop")
    assert kept(sam) == held and sam.draft.paused


_DONE: tuple[Callable[[Person], None], ...] = (
    delete_and_mean_it,
    delete_and_think_again,
    finish_later_and_let_it_go,
    delete_every_message,
    edit_every_message,
    go_back_and_leave,
)


@pytest.mark.parametrize(("place", "do"), list(product(UNSENT, _DONE)), ids=lambda one: getattr(one, "__name__", one))
def test_at_every_place_before_sending(at: At, place: str, do: Callable[[Person], None]) -> None:
    """What was said to be kept is kept, what was said to be gone is in no file; a second thought changes nothing."""
    do(at(place))


# ── saying no ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_not_now(house: House) -> None:
    """Whoever says *Not now* leaves nothing behind, however much they wrote before."""
    sam = Person(house, "Sam")
    sam.say(WHAT)
    sam.say(CANARY)
    sam.press("Not now")
    assert sam.find("Nothing was kept.")
    assert kept(sam) == "" and not house.file_holds(WHAT) and not house.file_holds(CANARY)


def test_a_form_of_permission_without_a_tick(at: At) -> None:
    """No place ticked is no permission: it is kept to oneself on one's own word only, and then until the day named."""
    sam = at("_places")
    sam.press("Next")
    assert "Tick a place, or press Keep it to myself." in sam.last.words
    assert sam.house.read(lambda tx: stories.count(tx)) == 0
    sam.press("Keep it to myself")
    assert "Nobody else has read it or will. It is deleted on Thursday 3 July" in sam.last.words
    holds_all(sam)
    sam.house.wait(days=29)
    sam.house.wake()
    holds_all(sam)
    sam.house.wait(days=2)
    sam.house.wake()
    nothing_left(sam)


def test_an_edit_or_a_deletion_after_sending(at: At) -> None:
    """A story that was sent stands as it was sent, whatever becomes of the messages it was told in; each is said so."""
    sam = at("sent")
    for ts, text in written(sam).items():
        sam.edit(ts, CANARY)
        assert "that edit didn't change it" in sam.last.words
        sam.delete(ts)
        assert "deleting that message didn't change it" in sam.last.words
        assert text in sam.house.words_of().values()
    assert CANARY not in kept(sam)


@pytest.mark.parametrize("how", ["delete", "expire"])
def test_a_change_that_is_given_up(at: At, how: str) -> None:
    """Changes thrown away, or let go of, leave the story as it was last sent, and none of the new words."""
    sam = at("sent")
    sam.press("Change story 1")
    draft = sam.draft
    sam.save_form("what", what=CANARY)
    assert CANARY in kept(sam)
    if how == "delete":
        sam.say("delete")
        sam.press("Throw them away")
        assert sam.last.words == "Thrown away. Your story stays as you last sent it."
    else:
        sam.house.wait(days=15)
        sam.house.wake()
        assert sam.last.words == "Your unfinished changes are deleted. Your story stays as you last sent it."
    assert sam.house.state_of(draft.id) in (DraftState.DELETED, DraftState.EXPIRED)
    assert not sam.house.file_holds(CANARY)
    assert sam.house.words_of()["what"] == WHAT and sam.house.version().n == 1
    assert sam.house.story().status is StoryStatus.SUBMITTED
