"""A story that is shared in a channel: which may be, where, how often, what stands there, and when it goes again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest

from bot.digest import service as digest
from bot.outgoing import Kinds
from bot.reading import share_blocks, sharing
from bot.reading.share_rules import MOST, What, refusal
from bot.rehearsal.slack.validation import check_message, check_view
from bot.rights import rendering as rights_rendering
from bot.rights import service as rights
from bot.rights.rendering import watched
from bot.story import tidings
from bot.story.view import view_of
from storage import audit, mydata, stories, tellers
from storage import sharing as kept
from storage.database import Database, Tx
from storage.records import Naming, Part, Place, Story, StoryStatus, Version, VersionAnswer, VersionKind
from storage.withdrawals import WithdrawnBy
from tests.digest.digest_house import FRIDAY, TWO_NIGHTS
from tests.rights.permission_house import EVERY
from tests.rights.permission_house import House as RightsHouse

STAFF, DIGEST = Place.STAFF_STORYBOOK, Place.DIGEST
TEAM, PRIYA, CHANNEL, OTHER = "T0", "U0PRIYA", "C0TEAM", "C0OTHER"
OPEN = {"id": CHANNEL, "is_member": True, "is_ext_shared": False, "is_shared": False, "is_org_shared": False}
TOLD = (*TWO_NIGHTS, (Part.ROLE, "Your work", "Practitioner"), (Part.ORGANISATION, "For", "Housing and homelessness"))
HOSTILE = "<!channel> <@U0BOSS> <https://evil.example|here> *b* `c` =HYPERLINK(1) <script> & \u202etxet " + "x" * 3_000


class House(RightsHouse):
    """One workspace in which stories are shared."""

    kinds: Kinds = watched({**EVERY, **sharing.KINDS, **rights_rendering.KINDS})

    def share(self, story: Story, *, by: str = PRIYA, channel: str = CHANNEL, refused: What | None = None) -> What:
        """Somebody sends the form."""
        return self.do(lambda tx, _: sharing.share(tx, by=by, number=story.number, channel=channel, refused=refused))

    def standing(self) -> list[str]:
        """Ids of the messages that stand in channels because somebody shared a story there."""
        return [sent.row.id for sent in self.went(tidings.SHARED) if sent.row.id in self.screen]

    def tend(self) -> None:
        """The chore looks, and what it put in line is sent."""
        self.do(sharing.tend)
        self.deliver()

    def outcomes(self) -> list[tuple[str, str | None, str]]:
        """What the trail says of sharing: actor, reason, outcome; nobody is named in it."""
        rows = self.read(
            lambda tx: tx.connection.exec_driver_sql(
                "SELECT actor, actor_id, reason, outcome FROM audit WHERE verb = 'share' ORDER BY seq"
            ).all()
        )
        assert all(row[1] is None for row in rows)
        return [(row[0], row[2], row[3]) for row in rows]


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    """A house on Tuesday 3 June 2025, 10am, whose digest goes out on Fridays at 10am."""
    made = House(database)
    made.do(digest.tick)
    yield made
    made.close()


# ── which stories, which channels ─────────────────────────────────────────────────────────────────────────────────

PLACES = [frozenset(some) for size in range(len(Place) + 1) for some in combinations(Place, size)]


def test_permission_for_staff_covers_a_channel_and_nothing_else_does(house: House) -> None:
    """For every combination of places, with and without a name, a story is shared just where staff may read it."""
    standing = 0
    for number, places in enumerate(PLACES):
        credit = None if number % 2 else "Nurse"
        story = house.tell(places=places, credit=credit)
        wanted = What.DONE if STAFF in places else What.GONE
        assert house.share(story, by=f"U0{number}") is wanted, (places, credit)
        house.deliver()
        standing += wanted is What.DONE
        assert len(house.standing()) == standing, (places, credit)
    assert standing == len(PLACES) / 2
    assert "Nurse" not in house.seen(), "how its teller is described is not on the card"


def test_a_story_that_is_not_published_is_not_shared(house: House) -> None:
    """With reviewers, declined, deleted or taken back: there is nothing to share."""
    for status in StoryStatus:
        if status not in (StoryStatus.APPROVED, StoryStatus.POSTED):
            assert house.share(house.tell(places=frozenset({STAFF}), status=status)) is What.GONE, status
    assert house.deliver() == []


KINDS_OF_CHANNEL: list[tuple[dict[str, Any], What | None]] = [
    ({}, None),
    ({"is_private": True}, None),
    ({"is_member": False}, What.NOT_INVITED),
    ({"is_member": None}, What.NOT_INVITED),
    ({"is_archived": True}, What.ARCHIVED),
    ({"is_im": True}, What.NO_CHANNEL),
    ({"is_mpim": True}, What.NO_CHANNEL),
    ({"is_read_only": True}, What.READ_ONLY),
    ({"is_thread_only": True}, What.READ_ONLY),
    ({"is_ext_shared": True}, What.OUTSIDE),
    ({"is_ext_shared": None}, What.OUTSIDE),
    ({"is_pending_ext_shared": True}, What.OUTSIDE),
    ({"pending_connected_team_ids": ["T9"]}, What.OUTSIDE),
    ({"pending_shared": ["T9"]}, What.OUTSIDE),
    ({"is_shared": True}, What.OUTSIDE),
    ({"is_org_shared": True}, What.OUTSIDE),
    ({"is_org_shared": True, "is_shared": True, "shared_team_ids": [TEAM, "T9"]}, What.OUTSIDE),
    ({"is_org_shared": True, "is_shared": True, "shared_team_ids": [TEAM]}, None),
    ({"connected_team_ids": ["T9"]}, What.OUTSIDE),
    ({"shared_team_ids": [TEAM]}, None),
]


@pytest.mark.parametrize(("said", "wanted"), KINDS_OF_CHANNEL, ids=[repr(said) for said, _ in KINDS_OF_CHANNEL])
def test_only_a_channel_of_colleagues_will_do(said: dict[str, Any], wanted: What | None) -> None:
    """Whatever people from elsewhere read, or are invited to, is refused; so is what Slack does not describe."""
    assert refusal(OPEN | said, TEAM) is wanted
    assert refusal({}, TEAM) is What.OUTSIDE


def test_what_the_channel_refuses_is_recorded_and_said(house: House) -> None:
    """Nothing is put in line; the trail has the reason and not who; the form has a sentence to say."""
    story = house.tell(places=frozenset({STAFF}))
    refusals = [one for one in What if one not in (What.DONE, What.ALREADY)]
    for refused in refusals:
        assert house.share(story, refused=refused) is refused
        assert 20 < len(share_blocks.LINES[refused]) < 150
    assert house.deliver() == []
    assert house.outcomes() == [("other", refused.value, "denied") for refused in refusals]


# ── once, and not too often ───────────────────────────────────────────────────────────────────────────────────────


def test_the_same_person_shares_the_same_story_in_a_channel_once(house: House) -> None:
    """Pressed twice it is posted once; elsewhere, or by somebody else, it is shared again."""
    story = house.tell(places=frozenset({STAFF}))
    assert [house.share(story), house.share(story)] == [What.DONE, What.ALREADY]
    house.deliver()
    assert house.share(story) is What.ALREADY
    assert len(house.standing()) == 1
    assert house.share(story, channel=OTHER) is What.DONE
    assert house.share(story, by="U0OTHER") is What.DONE
    house.deliver()
    assert len(house.standing()) == 3


def test_nobody_floods_channels(house: House) -> None:
    """After a few within an hour one more has to wait; an hour later it is shared, and others never had to wait."""
    told = [house.tell(places=frozenset({STAFF})) for _ in range(MOST + 1)]
    assert [house.share(story) for story in told] == [What.DONE] * MOST + [What.TOO_MANY]
    assert house.share(told[-1], by="U0OTHER") is What.DONE
    house.now += timedelta(hours=1, seconds=1)
    assert house.share(told[-1]) is What.DONE


def test_where_slack_lets_nobody_post_the_person_hears_of_it_and_can_try_again(house: House) -> None:
    """Reviewers are not told; whoever shared it is, once, in their direct message, with the fix."""
    story = house.tell(places=frozenset({STAFF}))
    house.share(story)
    [said] = house.deliver(park=tidings.SHARED)
    assert said.row.kind == sharing.NOT_POSTED
    assert "/invite" in said.text
    assert said.row.recipient == tidings.teller(house.read(lambda tx: _id_of(tx, PRIYA)))
    assert house.share(story) is What.DONE
    house.deliver()
    assert len(house.standing()) == 1


def _id_of(tx: Tx, user: str) -> str:
    person = tellers.find_teller(tx, user)
    assert person is not None
    return person.id


# ── what stands there ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_card_is_harmless_whatever_is_in_the_story() -> None:
    """Mentions, links, formulae and 3,000 characters stand in plain text, within Slack's limits."""
    answers = tuple((part, label, HOSTILE) for part, label, _ in TOLD)
    view = view_of(31, _version(answers))
    card = share_blocks.card(view, by=PRIYA)
    assert check_message({"text": card.text, "blocks": list(card.blocks)}) == []
    assert check_view(share_blocks.question(view), surface="modal") == []
    assert all(block["type"] in ("header", "rich_text", "actions") for block in card.blocks)
    assert HOSTILE[:20] not in card.text
    people = [run for block in card.blocks for part in block.get("elements", []) for run in part.get("elements", [])]
    assert [run["user_id"] for run in people if run["type"] == "user"] == [PRIYA]
    assert {run["type"] for run in people} == {"text", "user"}


def _version(answers: tuple[tuple[Part, str, str], ...]) -> Any:
    told = tuple(VersionAnswer(f"p{n}", part, n, label, label, words) for n, (part, label, words) in enumerate(answers))
    made_at = datetime(2025, 6, 3, tzinfo=UTC)
    return Version("s", 1, VersionKind.ORIGINAL, Naming.ROLE, "Practitioner", "sha", made_at, told)


def test_what_the_screen_would_find_is_not_posted(house: House) -> None:
    """A story that was stored by an older screen is screened again: it cannot be shared."""
    phone = (*TWO_NIGHTS[:3], (Part.BODY, "What happened", "Ring her on 01632 960 983, she said."), *TWO_NIGHTS[4:])
    assert house.share(house.tell(phone, places=frozenset({STAFF}))) is What.GONE


def test_a_story_that_waits_too_long_for_its_channel_is_not_posted(house: House) -> None:
    """The channel was looked at when it was shared: hours later it may be another place."""
    house.share(house.tell(places=frozenset({STAFF})))
    house.now += timedelta(hours=2)
    assert house.deliver() == []


# ── and goes again ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("when", ["before it is posted", "while it stands"])
@pytest.mark.parametrize("how", ["narrowed", "withdrawn", "held", "undone"])
def test_it_goes_when_colleagues_may_no_longer_read_it(house: House, how: str, when: str) -> None:
    """Permission narrowed, story taken back, held or undone: no shared message is left, and none comes."""
    story = house.tell(TOLD, places=frozenset({STAFF, DIGEST}))
    for channel in (CHANNEL, OTHER):
        assert house.share(story, channel=channel) is What.DONE
    if when == "while it stands":
        house.deliver()
        assert len(house.standing()) == 2
    match how:
        case "narrowed":
            house.change(story, places=frozenset({DIGEST}))
            house.deliver()
        case "withdrawn":
            house.do(_withdraw, story)
            house.deliver()
        case "held":
            house.do(lambda tx, _: stories.change(tx, story.id, held=True))
            house.tend()
        case _:
            house.do(lambda tx, _: stories.change(tx, story.id, status=StoryStatus.SUBMITTED, approved_version=None))
            house.tend()
    assert house.standing() == []
    assert house.read(lambda tx: kept.of_story(tx, story.id)) == []
    house.tend()
    assert house.standing() == []


def _withdraw(tx: Tx, policy: Any, story: Story) -> None:
    found = stories.get(tx, story.id)
    button = audit.Surface.BUTTON
    rights.withdraw(tx, policy, found, by=WithdrawnBy.AUTHOR, actor=audit.AUTHOR, surface=button)


def test_a_teller_who_is_described_otherwise_keeps_what_was_shared(house: House) -> None:
    """A posted story under another line reads the same where it was shared, and stands."""
    story = house.tell(TOLD, places=frozenset({STAFF, DIGEST}))
    house.share(story)
    house.now = FRIDAY
    house.do(digest.tick)
    house.deliver()
    house.share(story, channel=OTHER)
    house.deliver()
    before = house.standing()
    house.change(story, naming=Naming.NONE)
    house.deliver()
    house.tend()
    assert house.standing() == before
    assert house.waiting(tidings.SHARED) == 0


def test_my_data_tells_whoever_shared_and_not_its_teller_who_did(house: House) -> None:
    """Somebody who shared stories finds them in their data; a teller finds where theirs was shared, and not by whom."""
    story = house.tell(places=frozenset({STAFF}))
    house.share(story)

    def held(tx: Tx, user: str) -> mydata.Held:
        return mydata.held_about(tx, _id_of(tx, user))

    assert len(house.read(lambda tx: held(tx, PRIYA))["share"]) == 1
    [row] = house.read(lambda tx: held(tx, house.teller_of(story)))["share"]
    assert "teller_id" not in row
