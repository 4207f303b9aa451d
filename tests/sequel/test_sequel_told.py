"""What happened next is told, screened, decided and shown; and whatever takes the story away takes it away too."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.digest import service as digest
from bot.reading import service as reading
from bot.rehearsal.slack.validation import check_view
from bot.rights import service as rights
from bot.sequel import asking, blocks, card_blocks, rules
from bot.sequel.rules import What
from storage import mydata, removals, search, sequels, stories, tellers
from storage.database import Database, Tx
from storage.records import Place, Story, StoryStatus, Verb
from storage.told_next import SequelState
from tests.digest.digest_house import AMIRA, FRIDAY, JOE
from tests.sequel.sequel_house import EVERYWHERE, NEXT, House

PHONE = "Ring her on 07700 900123 and she will tell you about the key."
BOTH = frozenset({Place.DIGEST, Place.STAFF_STORYBOOK})


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    """A house on Tuesday 3 June 2025, 10am."""
    made = House(database)
    made.do(digest.tick)
    yield made
    made.close()


def shown(house: House, story: Story) -> bool:
    """Whether a reader of the staff storybook sees what happened next, and search finds it by its words."""
    view = house.read(lambda tx: reading.find(tx, story.number))
    seen = view is not None and any(words == NEXT for _, words in view.sections)
    found = house.read(lambda tx: story.number in search.numbers(tx, "key safe"))
    assert view is None or seen == found
    return seen


def told(house: House, **how: object) -> Story:
    """A story with what happened next, approved."""
    story = house.publish(**{"places": BOTH, **how})
    assert house.send(story).what is What.DONE
    assert house.decide(story) is What.DONE
    return story


# ── told and decided ──────────────────────────────────────────────────────────────────────────────────────────────


def test_it_stands_beside_the_story_once_a_reviewer_has_approved_it(house: House) -> None:
    """Word for word, in search too; before that nobody but reviewers reads it, and the teller hears of both."""
    story = house.publish(places=BOTH)
    assert house.send(story, f"  {NEXT}\n").what is What.DONE
    assert not shown(house, story)
    [card] = house.went("sequel_card")
    assert NEXT in card.shown and "the weekly digest and the storybook for staff" in card.shown
    assert "needs 1 reviewer" in card.shown and "Two nights" in card.shown
    assert house.decide(story) is What.DONE
    assert shown(house, story)
    assert "What happened next in story 1 is approved" in house.seen()
    assert "Approved by Amira Shah, Friday 6 June" in house.seen()
    assert [verb for verb, _ in house.verbs()] == ["sequel_send", "sequel_approve"]


def test_a_reviewer_declines_with_a_reason(house: House) -> None:
    """The teller hears why, has every word back, and can send another text; the declined one is gone after a month."""
    story = house.publish(places=BOTH)
    house.send(story)
    assert house.decide(story, Verb.DECLINE, comment=" ") is What.NO_WORDS
    assert house.decide(story, Verb.DECLINE, comment="x" * 501) is What.TOO_LONG
    assert house.decide(story, Verb.DECLINE, comment="Say <who> decided") is What.DONE
    letter = house.went("sequel_news")[-1]
    assert "there is too little to follow" in letter.text and NEXT in letter.shown and "<who>" in letter.shown
    assert not shown(house, story)
    assert house.send(story, f"{NEXT} The team decided.").what is What.DONE
    assert house.sequel(story).n == 2 and house.sequel(story).state is SequelState.SUBMITTED
    assert house.decide(story, Verb.DECLINE) is What.DONE
    house.look(house.now + timedelta(days=31))
    assert house.read(lambda tx: sequels.find(tx, story.id)) is None and NEXT not in house.seen()


def test_what_looks_like_an_identifier_is_asked_about(house: House) -> None:
    """It is not taken before its teller has said that it is none; then two reviewers read it."""
    story = house.publish(places=BOTH)
    refused = house.send(story, PHONE)
    assert refused.what is What.FOUND and refused.found == {"phone": 1}
    assert house.read(lambda tx: sequels.find(tx, story.id)) is None
    more = f"{PHONE} Or write to her at SW1A 1AA."
    assert house.send(story, more, not_ones=refused.found).what is What.FOUND, "ticked before that was there"
    assert house.send(story, PHONE, not_ones=refused.found).what is What.DONE
    assert "1 phone number kept: the teller says it is not one." in house.seen()
    assert "needs 2 different reviewers" in house.seen()
    assert house.decide(story) is What.DONE and house.sequel(story).state is SequelState.SUBMITTED
    assert house.decide(story) is What.TWICE
    assert house.decide(story, Verb.UNDO, by=JOE) is What.NOT_YOUR_APPROVAL
    assert house.decide(story, by=JOE) is What.DONE and house.sequel(story).state is SequelState.APPROVED
    assert "Approved by Amira Shah and Joe Lind" in house.seen()


def test_of_several_kept_the_card_says_that_they_are_not(house: House) -> None:
    """It is said as on a story's card: of one in the singular, of two in the plural."""
    story, twice = house.publish(places=BOTH), f"{PHONE} Or on 07700 900456."
    refused = house.send(story, twice)
    assert house.send(story, twice, not_ones=refused.found).what is What.DONE
    assert "2 phone numbers kept: the teller says they are not." in house.seen()


def test_a_sensitive_story_has_two_readers_for_this_too(house: House) -> None:
    """A first approval that is undone, or whose giver reviews no longer, does not count."""
    story = house.publish(places=BOTH)
    house.do(lambda tx, policy: stories.change(tx, story.id, care=True))
    house.send(story)
    assert house.decide(story) is What.DONE
    assert house.decide(story, Verb.UNDO) is What.DONE
    assert house.decide(story, by=JOE) is What.DONE
    house.set(reviewers=frozenset({AMIRA, "U0NEW"}))
    assert house.decide(story) is What.DONE and house.sequel(story).state is SequelState.SUBMITTED
    assert house.decide(story, by="U0NEW") is What.DONE and shown(house, story)


def test_what_was_shown_is_what_is_decided(house: House) -> None:
    """A press on an older card, a forged one, one by the teller, or by somebody who reviews no longer, does nothing."""
    story = house.publish(places=BOTH)
    house.send(story)
    older = rules.at(house.sequel(story))
    house.send(story, f"{NEXT} And a light.")
    teller = house.teller_of(story)
    assert house.decide(story, at=older) is What.CHANGED
    assert house.decide(story, at=replace(older, n=3)) is What.CHANGED
    assert house.decide(story, by="U0OTHER") is What.NOT_REVIEWER
    house.set(reviewers=house.policy.reviewers | {teller})
    assert house.decide(story, by=teller) is What.OWN_STORY
    house.set(reviewers=frozenset({JOE}))
    assert house.decide(story) is What.NOT_REVIEWER
    assert house.sequel(story).state is SequelState.SUBMITTED
    assert house.decide(story, by=JOE) is What.DONE and house.decide(story, by=JOE) is What.ALREADY
    assert rules.at_of("'; DROP TABLE sequel; --") is None and rules.at_of("") is None


def test_an_approval_can_be_undone_until_a_digest_tells_of_it(house: House) -> None:
    """Undone, nobody reads it until it is approved again."""
    story = told(house)
    assert house.decide(story, Verb.UNDO, by=JOE) is What.DONE
    assert not shown(house, story)
    assert house.decide(story) is What.DONE and shown(house, story)
    house.tell(title="Another week")
    house.week(1)
    assert house.decide(story, Verb.UNDO) is What.ALREADY and shown(house, story)


def test_nothing_is_taken_that_cannot_be_shown(house: House) -> None:
    """Nothing, too much, somebody else's story, or one that is shown nowhere: said so, and nothing is kept."""
    story = house.publish()
    assert house.send(story, "  ").what is What.NO_WORDS
    assert house.send(story, "x" * 3001).what is What.TOO_LONG
    assert house.send(story, "&" * 3000).what is What.TOO_LONG
    assert house.send(story, by="U0OTHER").what is What.NOT_YOURS
    house.change(story, places=frozenset())
    assert house.send(story).what is What.NOT_SHOWN
    assert house.read(lambda tx: sequels.find(tx, story.id)) is None


def test_a_card_of_a_story_that_names_nobody_waits_for_its_round(house: House) -> None:
    """Slack stamps every post: at once would tell when the teller was there. Nobody decides before it is shown."""
    story = house.publish(places=BOTH, credit=None)
    house.send(story)
    assert house.went("sequel_card") == []
    assert house.decide(story) is What.CHANGED
    house.now += timedelta(hours=4)
    house.deliver()
    [card] = house.went("sequel_card")
    assert "Shown as: no name or role" in card.shown
    house.send(story, f"{NEXT} Again.")
    assert "newer card counts" not in house.seen(), "the older card tells no minute either"
    house.now += timedelta(days=3)
    house.deliver()
    assert "newer card counts" in house.seen() and house.decide(story) is What.DONE


# ── the digest ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_next_digest_tells_of_it_once(house: House) -> None:
    """Under the week's stories stands its title, in the thread its words and where the story was; later nothing."""
    story = told(house, places=frozenset({Place.DIGEST}))
    house.tell(title="Another week")
    house.now = FRIDAY + timedelta(days=6)
    house.do(digest.preview_tick)
    house.deliver()
    assert "Beneath them, what happened next in story 1." in house.went("digest_preview")[-1].shown
    house.week(1)
    edition = house.went("edition")[-1]
    assert "What happened next" in edition.shown and "Two nights for one phone call (story 1)" in edition.shown
    assert NEXT not in edition.shown and NEXT not in edition.text
    [post] = house.went("edition_sequel")
    assert NEXT in post.shown and "the digest of Friday 6 June" in post.shown and "https://" in post.shown
    assert post.row.thread == edition.row.id
    house.tell(title="A third week")
    house.week(2)
    assert "What happened next" not in house.went("edition")[-1].shown and len(house.went("edition_sequel")) == 1
    assert house.sequel(story).edition_id is not None


def test_a_quiet_week_keeps_it_for_the_next(house: House) -> None:
    """It goes out under stories, so a week without any leaves it where it is."""
    told(house)
    house.week(1)
    assert house.went("edition_sequel") == []
    house.tell(title="Another week")
    house.week(2)
    assert len(house.went("edition_sequel")) == 1


def test_one_digest_tells_of_three(house: House) -> None:
    """The rest wait for the next, the earliest approved first."""
    for number in range(5):
        house.tell(title=f"Story {number}")
    house.week(0)
    for number in range(1, 6):
        story = house.read(lambda tx, number=number: stories.find_by_number(tx, number))  # type: ignore[misc]
        assert story is not None
        house.send(story)
        house.now += timedelta(minutes=1)
        house.decide(story)
    house.tell(title="Another week")
    house.week(1)
    assert [one.text[-2] for one in house.went("edition_sequel")] == ["1", "2", "3"]
    house.tell(title="A third week")
    house.week(2)
    assert [one.text[-2] for one in house.went("edition_sequel")] == ["1", "2", "3", "4", "5"]


def test_what_the_screen_finds_later_is_not_shown(house: House) -> None:
    """The last gate is there for this too: the story stands without it, in the digest and in the storybook."""
    story = told(house)
    house.do(lambda tx, policy: tx.connection.exec_driver_sql("UPDATE sequel SET words = ?", (PHONE,)))
    house.tell(title="Another week")
    house.week(1)
    assert house.went("edition_sequel") == [] and "What happened next" not in house.went("edition")[-1].shown
    view = house.read(lambda tx: reading.find(tx, story.number))
    assert view is not None and all(label != "What happened next" for label, _ in view.sections)
    house.do(lambda tx, policy: search.index(tx, story.id))
    for question, hits in (("hospital", 1), ("900123", 0)):
        found = house.read(lambda tx, q=question: reading.look_for(tx, q, most=5))  # type: ignore[misc]
        assert len([hit for hit in found.hits if hit.view.number == 1]) == hits


# ── it goes ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("how", ["taken back", "changed", "withdrawn", "narrowed", "lapsed"])
def test_it_goes_from_the_digest_with_its_permission(house: House, how: str) -> None:
    """Taken back alone, changed, or gone with its story: the digest's post and its line go, the week's stories stay."""
    story = told(house)
    house.tell(title="Another week")
    house.week(1)
    assert NEXT in house.seen()
    match how:
        case "taken back":
            assert house.take_back(story) is What.DONE
        case "changed":
            assert house.send(story, "Something else came of it.").what is What.DONE
        case "withdrawn":
            house.withdraw(story)
        case "narrowed":
            house.change(story, places=frozenset({Place.STAFF_STORYBOOK}))
        case "lapsed":
            house.change(story, places=frozenset())
    house.deliver()
    digests = "\n".join(
        "\n".join(str(block) for block in one.blocks)
        for row, one in house.screen.items()
        if house.read(lambda tx, row=row: tx.connection.exec_driver_sql(  # type: ignore[misc]
            "SELECT kind FROM outbox WHERE id = ?", (row,)
        ).scalar_one()).startswith("edition")
    )  # fmt: skip
    assert NEXT not in digests and "(story 1)" not in digests and "Another week" in digests
    if how != "narrowed":
        assert not shown(house, story)


def test_taking_it_back_leaves_the_story(house: House) -> None:
    """Its words are in no table and no message, reviewers see that it went, and the teller may tell it anew."""
    story = told(house)
    assert house.take_back(story, by="U0OTHER") is What.NOT_YOURS
    assert house.take_back(story) is What.DONE and house.take_back(story) is What.OVER
    assert NEXT not in house.seen() and "has been taken back" in house.seen()
    assert house.story(story).status is StoryStatus.POSTED
    assert house.read(lambda tx: reading.find(tx, 1)) is not None and not shown(house, story)
    assert house.send(story).what is What.DONE and house.decide(story) is What.DONE and shown(house, story)


def test_a_restored_database_does_not_bring_it_back(house: House) -> None:
    """What was taken back alone has a tombstone of its own; its story stays."""
    story = told(house)
    one = house.sequel(story)
    house.take_back(story)
    [stone] = house.read(lambda tx: [s for s in removals.tombstones(tx) if s.story_id == one.id])

    def restore(tx: Tx, policy: object) -> None:
        again = sequels.put(tx, story.id, NEXT, {})
        tx.connection.exec_driver_sql("UPDATE sequel SET id = ?, state = 'approved'", (one.id,))
        assert again.story_id == story.id

    house.do(restore)
    assert house.do(rights.forget_again, stone) is False
    assert house.read(lambda tx: sequels.find(tx, story.id)) is None
    assert house.story(story).status is StoryStatus.POSTED


def test_nothing_of_it_outlives_its_story(house: House) -> None:
    """Withdrawn, a story takes with it what happened next, that its teller was asked, and every message about it."""
    story = house.publish(places=EVERYWHERE)
    house.look(FRIDAY + timedelta(weeks=8, hours=1))
    house.send(story)
    house.withdraw(story)
    for table in ("sequel", "sequel_question", "search_word"):
        assert house.read(lambda tx, t=table: tx.connection.exec_driver_sql(f"SELECT * FROM {t}").all()) == []  # type: ignore[misc]
    assert NEXT not in house.seen() and "Has anything changed" not in house.seen()
    assert house.send(story).what is What.NOT_SHOWN


def test_it_is_among_what_is_held_about_its_teller(house: House) -> None:
    """My data has the words and the question, and no reviewer's id."""
    story = house.publish(places=BOTH)
    house.look(FRIDAY + timedelta(weeks=8, hours=1))
    house.send(story)
    house.decide(story)

    def held(tx: Tx) -> mydata.Held:
        author = tellers.find_author(tx, story.id)
        assert author is not None
        return mydata.held_about(tx, author.id)

    found = house.read(held)
    assert found["sequel"][0]["words"] == NEXT and found["sequel_question"][0]["times"] == 1
    assert AMIRA not in repr(found)


# ── words that mean harm, and words without end ───────────────────────────────────────────────────────────────────

HOSTILE = (
    "<!channel> <@U0AMIRA> <https://evil.example|click>",
    "*bold* _it_ `code` :tada: {{ 7 * 7 }} <script>alert(1)</script>",
    "x" * 3000,
    "=HYPERLINK(1) \u202eright to left\u202c W",
    "&<> " * 500,
)


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_only_words(house: House, words: str) -> None:
    """On the card, in the digest, in the letter that declines it and in the form, within every limit."""
    story = house.publish(places=BOTH)
    assert house.send(story, words).what is What.DONE
    one = house.sequel(story)
    assert check_view(blocks.form(1, story.id, places=BOTH, words=one.words, found={"phone": 2}), surface="modal") == []
    assert check_view(card_blocks.decline_form(1, rules.at(one)), surface="modal") == []
    assert house.decide(story, Verb.DECLINE, comment="&" * 500) is What.DONE
    assert house.send(story, words).what is What.DONE
    assert house.decide(story) is What.DONE
    house.tell(title="Another week")
    house.week(1)
    [post] = house.went("edition_sequel")
    assert "".join(one.words.split()) in "".join(post.shown.split())
    for block in [block for one in house.screen.values() for block in one.blocks]:
        if block["type"] == "section":
            assert not any(bit in str(block) for bit in ("<!channel", "<@U0", "evil.example", ":tada:", "<script"))


def test_a_reviewers_name_is_only_a_name(house: House) -> None:
    """A display name with Slack's own markup in it can neither ping nor pose as a link on a decided card."""
    house.policy = replace(house.policy, names={AMIRA: "<!channel> Amira", JOE: "<https://evil.example|Joe>"})
    story = told(house)
    card = house.went("sequel_card")[-1]
    assert "Amira" in card.shown and "Amira" in card.text
    assert "<" not in card.text
    house.decide(story, Verb.UNDO, by=JOE)
    house.decide(story, Verb.DECLINE, by=JOE, comment="No.")
    card = house.went("sequel_card")[-1]
    assert "Declined by <https://evil.example|Joe>" in card.shown
    assert "<" not in card.text


def test_the_form_says_where_it_will_stand_and_forgets_nothing(house: House) -> None:
    """What was found travels with the form, so that a tick counts for nothing else."""
    carried = rules.metadata("story", {"phone": 1, "postcode": 2})
    assert rules.metadata_of(carried) == ("story", {"phone": 1, "postcode": 2})
    assert rules.metadata_of("story:<x>=1:phone=many") == ("story", {})
    assert rules.metadata_of("") == ("", {})
    view = blocks.form(1, "story", places=EVERYWHERE, words="some words", found={"phone": 1})
    assert "the storybook on the public web" in repr(view) and "some words" in repr(view)
    assert asking.QUESTION != asking.NEWS
