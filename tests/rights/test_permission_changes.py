"""Changing one's mind about a story that was sent: what a change means for the story, its readers and the record."""

from collections.abc import Iterator

import pytest

from bot.digest import messages, service
from bot.rights.permission import Done
from bot.rights.permission_rules import Problem
from bot.story import tidings
from storage import audit, drafts, permissions, stories, tellers
from storage.database import Database, Tx
from storage.records import (
    Draft,
    DraftState,
    Naming,
    Part,
    Place,
    Purpose,
    Stage,
    StoryStatus,
)
from tests.digest.digest_house import FRIDAY, TWO_NIGHTS
from tests.rights.permission_house import NOTICE, House

DIGEST, STAFF, PUBLIC = Place.DIGEST, Place.STAFF_STORYBOOK, Place.PUBLIC_STORYBOOK
TOLD = (*TWO_NIGHTS, (Part.ROLE, "Your work", "Practitioner"), (Part.ORGANISATION, "For", "Housing and homelessness"))
NONE: frozenset[Place] = frozenset()


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    """A house on Tuesday 3 June 2025, 10am, whose digest goes out on Fridays at 10am."""
    made = House(database)
    made.do(service.tick)  # plans Friday's
    yield made
    made.close()


def post(house: House) -> None:
    """Friday's digest is made and sent."""
    house.now = FRIDAY
    house.do(service.tick)
    house.deliver()


def reasons(house: House, story_id: str) -> list[tuple[str, str | None, str]]:
    """What the trail says of changed permission: (actor, reason, outcome)."""
    rows = house.read(lambda tx: audit.of_story(tx, story_id))
    return [(str(row.actor), row.reason, str(row.outcome)) for row in rows if row.verb == "permission"]


# ── places ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_place_taken_away_is_revoked_and_the_story_is_in_no_later_digest(house: House) -> None:
    """An approved story whose digest was unticked before Friday is not posted on Friday; the row says since when."""
    story = house.tell(TOLD, places=frozenset({DIGEST, STAFF}))
    assert house.change(story, places=frozenset({STAFF})) == Done()
    [digest, staff] = house.read(lambda tx: permissions.of_story(tx, story.id))
    assert (digest.place, digest.revoked_at) == (DIGEST, house.now) and staff.revoked_at is None
    post(house)
    assert house.story(story).status is StoryStatus.APPROVED
    assert "Two nights" not in house.seen()
    assert reasons(house, story.id) == [("author", "took:digest", "done")]


def test_it_is_gone_though_its_digest_was_already_in_line(house: House) -> None:
    """Between the making of an edition and its sending, the permission of the moment decides."""
    story = house.tell(TOLD)
    kept = house.tell(TOLD, title="Told five times in one day")
    house.now = FRIDAY
    house.do(service.tick)
    house.change(story, places=NONE)
    house.deliver()
    assert "Told five times" in house.seen() and "Two nights for" not in house.seen()
    assert house.story(kept).status is StoryStatus.POSTED


def test_a_posted_digest_is_shown_again_without_it(house: House) -> None:
    """The other stories of the week stay; the thread of the one that was taken out goes."""
    story = house.tell(TOLD)
    house.tell(TOLD, title="Told five times in one day")
    post(house)
    assert "Two nights for" in house.seen()
    house.change(story, places=NONE)
    house.deliver()
    assert "Told five times" in house.seen() and "Two nights for" not in house.seen()


def test_a_digest_of_that_story_alone_is_deleted(house: House) -> None:
    """Nothing of it is left in the channel, in the week's message or its thread."""
    story = house.tell(TOLD)
    post(house)
    house.change(story, places=frozenset({STAFF}))
    house.deliver()
    assert "Two nights for" not in house.seen() and "This week's story" not in house.seen()
    assert house.change(story, places=frozenset({STAFF, DIGEST})) is Problem.NOT_OFFERED


def test_a_place_that_is_added_counts_at_once_and_is_recorded(house: House) -> None:
    """The words were read already, so no reviewer reads them again; the notice that the form named is kept."""
    story = house.tell(TOLD, places=frozenset({STAFF}))
    assert house.change(story, places=frozenset({STAFF, DIGEST})) == Done(again=False)
    assert house.story(story).status is StoryStatus.APPROVED
    given = {one.place: one for one in house.read(lambda tx: permissions.of_story(tx, story.id))}
    assert given[DIGEST].notice_version == NOTICE and given[STAFF].notice_version == 1
    post(house)
    assert "Two nights for" in house.seen()


def test_what_was_taken_and_given_again_is_all_remembered(house: House) -> None:
    """The permission row says how it stands; the record says every change there was."""
    story = house.tell(TOLD, places=frozenset({STAFF}))
    house.change(story, places=NONE)
    house.change(story, places=frozenset({STAFF}))
    assert [one.revoked_at for one in house.read(lambda tx: permissions.of_story(tx, story.id))] == [None]
    assert [reason for _, reason, _ in reasons(house, story.id)] == ["took:staff_storybook", "gave:staff_storybook"]


def test_with_no_place_left_the_teller_hears_how_to_have_it_deleted(house: House) -> None:
    """Taking every tick away is allowed, and is not a withdrawal."""
    story = house.tell(TOLD)
    house.change(story, places=NONE)
    house.deliver()
    assert f"It isn't shown anywhere now. To have it deleted: /story withdraw {story.number}" in house.seen()


def test_saving_the_form_as_it_was_does_nothing(house: House) -> None:
    """No row, no record, no message."""
    story = house.tell(TOLD)
    assert house.change(story) == Done(nothing=True)
    assert reasons(house, story.id) == [] and house.deliver() == []


def test_a_digest_that_slack_will_not_edit_is_deleted(house: House) -> None:
    """Where a workspace forbids late edits, the week's message goes rather than that it shows what it must not."""
    story = house.tell(TOLD)
    house.tell(TOLD, title="Told five times in one day")
    post(house)
    house.change(story, places=NONE)
    house.deliver(park=messages.EDITION)
    assert "Two nights for" not in house.seen() and "This week's stories" not in house.seen()


# ── naming ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_another_naming_is_read_again_before_it_goes_anywhere(house: House) -> None:
    """An approved story under a new line is a new version that waits for a reviewer, with its permission."""
    story = house.tell(TOLD)
    assert house.change(story, naming=Naming.ROLE) == Done(again=True)
    now = house.version(story)
    assert (now.n, now.credit_line, now.places) == (2, "Practitioner", frozenset({DIGEST}))
    assert now.answers == house.read(lambda tx: stories.version(tx, story.id, 1)).answers
    assert (house.story(story).status, house.story(story).approved_version) == (StoryStatus.SUBMITTED, None)
    post(house)
    assert house.story(story).status is StoryStatus.SUBMITTED
    assert house.waiting(tidings.CARD) == 0 and "Shown as: Practitioner" in house.seen()


@pytest.mark.parametrize("line", ["Sam Okoro, 01632 960 983", "sam@example.org"])
def test_a_line_that_holds_more_than_a_name_is_handed_back(house: House, line: str) -> None:
    """What readers see is screened wherever it is typed; a name is what the box asks for, and passes."""
    story = house.tell(TOLD)
    assert house.change(story, naming=Naming.NAME, credit=line) is Problem.IDENTIFIER
    assert house.change(story, naming=Naming.NAME, credit="Mrs Sam Okoro, nurse") == Done(again=True)


def test_in_a_digest_a_teller_can_be_described_by_less_at_once(house: House) -> None:
    """The thread is shown again under the new line, without waiting for anybody."""
    story = house.tell(TOLD)
    post(house)
    assert "Practitioner, Housing and homelessness" in house.seen()
    assert house.change(story, naming=Naming.NONE) == Done(again=False)
    house.deliver()
    assert house.story(story).status is StoryStatus.POSTED
    assert "Practitioner, Housing" not in house.seen() and "Two nights for" in house.seen()


def test_less_is_shown_though_the_thread_was_still_in_line(house: House) -> None:
    """What waited to be posted is posted under the new line, never under the old one."""
    story = house.tell(TOLD)
    house.now = FRIDAY
    house.do(service.tick)
    house.change(story, naming=Naming.ROLE)
    house.deliver()
    assert "She waited two nights." in house.seen() and "Practitioner, Housing" not in house.seen()


def test_in_a_digest_nobody_is_described_by_more(house: House) -> None:
    """Words that no reviewer has read reach no reader: a name is not offered, and is refused if it is sent."""
    story = house.tell(TOLD, credit=None)
    post(house)
    assert house.standing(story).namings == (Naming.NONE,)
    assert house.change(story, naming=Naming.NAME, credit="Sam Okoro") is Problem.NOT_OFFERED
    assert house.change(story, naming=Naming.ROLE) is Problem.NOT_OFFERED


def test_what_was_confirmed_of_the_words_holds_for_the_same_words(house: House) -> None:
    """Only the line beneath is new, so the teller's word that nobody can be found is kept with the new version."""
    story = house.tell(TOLD)
    house.do(lambda tx, policy: permissions.confirm(tx, story.id, 1, taken_out=False, notice_version=3))
    house.change(story, naming=Naming.NONE)
    assert house.read(lambda tx: permissions.confirmed(tx, story.id, 2)) is False


# ── who, and when ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_somebody_else_changes_nothing_and_is_not_named(house: House) -> None:
    """The trail says that somebody tried; it does not say who."""
    story = house.tell(TOLD)
    assert house.change(story, places=NONE, by="U0JOE") is Problem.NOT_YOURS
    assert house.version(story).places == {DIGEST}
    assert reasons(house, story.id) == [("other", "not_yours", "denied")]


def test_a_form_of_an_older_version_changes_nothing(house: House) -> None:
    """Whoever opened the form before the story changed is asked to open it again."""
    story = house.tell(TOLD)
    house.change(story, naming=Naming.ROLE)
    assert house.change(story, version=1, places=NONE) is Problem.MOVED_ON


@pytest.mark.parametrize("status", [StoryStatus.DECLINED, StoryStatus.REMOVED])
def test_a_story_that_is_shown_nowhere_has_no_form(house: House, status: StoryStatus) -> None:
    """Declined and deleted stories have no permission to change, and changing it never sends one in again."""
    story = house.tell(TOLD, status=status)
    assert house.change(story, naming=Naming.NONE) is Problem.NOT_SHOWN
    assert house.story(story).status is status


def test_a_draft_that_was_changing_the_story_cannot_give_it_back(house: House) -> None:
    """Changes that were begun before the place was taken away are sent without it."""
    story = house.tell(TOLD, places=frozenset({DIGEST, STAFF}))

    def begin(tx: Tx, _policy: object) -> str:
        teller = tellers.find_author(tx, story.id)
        assert teller is not None
        draft = Draft(
            tx.new_id(), teller.id, "sha", Purpose.CHANGE, DraftState.OPEN, Stage.CHECKING, None, tx.now, tx.now
        )
        drafts.add(tx, draft)
        tellers.set_change_draft(tx, story.id, draft.id)
        return draft.id

    draft_id = house.do(begin)
    house.change(story, places=frozenset({STAFF}))
    answers = house.read(lambda tx: drafts.answers(tx, draft_id))
    assert answers["_places"].choices == (STAFF,)


def test_the_card_of_a_no_name_story_waits_for_its_round(house: House) -> None:
    """At which minute somebody changed their mind is not to be read from an edit in the reviewers' channel."""
    story = house.tell(TOLD, credit=None, status=StoryStatus.SUBMITTED)
    house.do(lambda tx, policy: tidings.put_card(tx, policy, stories.version(tx, story.id, 1)))
    house.now = tidings.next_card_round(house.policy, house.now)
    house.deliver()
    assert "May go to: weekly digest" in house.seen()
    house.change(story, places=NONE)
    house.deliver()
    assert "May go to: weekly digest" in house.seen()
    house.now = tidings.next_card_round(house.policy, house.now)
    house.deliver()
    assert "May go to: nowhere now" in house.seen()
