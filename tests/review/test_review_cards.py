"""The card: what reviewers read, what it shrinks to, and that Slack takes it whatever people wrote."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from review_house import AMIRA, JOE, POLICY, SAM, TUESDAY, UNTITLED, House, version_of

from bot import kit
from bot.rehearsal.slack.validation import check_view
from bot.review import cards, modals, rendering, service
from bot.story import tidings
from bot.story.policy import Policy
from storage import editions, stories, surfaces, tellers
from storage.database import Tx
from storage.records import (
    Decision,
    DeclineReason,
    EditionState,
    Naming,
    Op,
    OutboxState,
    Part,
    Place,
    Story,
    StoryStatus,
    Verb,
)
from tests.sending import TWO_NIGHTS, Sent, checked, texts

BUTTONS = ["Approve", "Ask the teller", "Decline", "Redact", "Suggest words", "Needs two"]


def labels(sent: Sent) -> list[str]:
    """The buttons of a message."""
    rows = [block["elements"] for block in sent.rendered.blocks if block["type"] == "actions"]
    return [element["text"]["text"] for row in rows for element in row]


def test_the_card_is_what_readers_will_see(house: House) -> None:
    """Heading, day, facts, answers, the line to remember, how it is shown and where: in that order, then buttons."""
    story = house.tell()
    card = house.card(story)
    assert card.text == "Story 1 is ready to review: Two nights for one phone call."
    assert texts([b for b in card.rendered.blocks if b["type"] != "actions"]) == [
        "Story 1: Two nights for one phone call",
        "Sent Tuesday 3 June · version 1 · needs 1 reviewer",
        "It happened late or only in part · Health, Housing and homelessness",
        "What happened\n",
        "It was when a tenant came home from hospital. Nobody had told us.",
        "What difference it made\n",
        "She waited two nights.",
        "Ring the person who will be at the door, not the one on the form.",
        "Shown as: Practitioner, Housing and homelessness · May go to: weekly digest, staff storybook",
        "Identifier check: nothing found.",
    ]
    assert labels(card) == BUTTONS
    approve = card.rendered.blocks[-1]["elements"][0]
    assert approve["style"] == "primary"
    assert approve["value"] == f"{story.id}:1"
    assert approve["confirm"]["text"]["text"] == (
        "Could a colleague, a local paper or the family tell who this is? Could two stories together? "
        "Approve if all four are no."
    )
    assert (approve["confirm"]["confirm"]["text"], approve["confirm"]["deny"]["text"]) == ("Approve", "Not yet")


def test_without_a_title_the_card_is_called_by_how_it_went(house: House) -> None:
    """A story that nobody titled is headed by its first choice."""
    assert (
        texts(list(house.card(house.tell(UNTITLED)).rendered.blocks))[0] == "Story 1: It happened late or only in part"
    )


def test_no_name_means_no_name_and_no_hour(house: House) -> None:
    """The card of a no-name story comes with its round, names the day only and never who told it."""
    house.now = datetime(2025, 6, 4, 9, 41, 17, tzinfo=UTC)
    story = house.tell(naming=Naming.NONE)
    assert house.went(tidings.CARD) == []
    house.now = datetime(2025, 6, 4, 12, 0, tzinfo=UTC)
    house.deliver()
    card = house.card(story)
    assert "Shown as: no name or role. Messages to the teller go through me." in card.shown
    everything = f"{card.rendered}"
    assert SAM not in everything
    assert "10:4" not in everything
    assert "Practitioner, Housing" not in everything


def test_a_second_look_is_asked_for(house: House) -> None:
    """When the teller was not sure, reviewers are told that it needs two of them."""
    assert "Needs 2 different reviewers: the teller wasn't sure" in house.card(house.tell(care=True)).shown


def test_a_revoked_place_is_not_offered() -> None:
    """A version that may go nowhere any more says so."""
    version = version_of(places=frozenset())
    shown = cards.card(POLICY, cards.Card(story_of(), version, cards.Stands.OPEN))
    assert any("May go to: nowhere now" in text for text in texts(list(shown.blocks)))


# ── what it shrinks to ────────────────────────────────────────────────────────────────────────────────────────────


def test_approved_it_shrinks_to_a_line_with_undo(house: House) -> None:
    """Heading and one line: who, when, which digest; it can be read and undone."""
    story = house.tell()
    house.now = datetime(2025, 6, 5, 9, 0, tzinfo=UTC)
    house.do(service.approve, by=AMIRA, target=house.at(story))
    house.deliver()
    card = house.card(story)
    assert card.row.op is Op.UPDATE
    assert texts([b for b in card.rendered.blocks if b["type"] != "actions"]) == [
        "Story 1: Two nights for one phone call",
        "Approved by Amira Shah, Thursday 5 June · digest Friday 6 June",
    ]
    assert labels(card) == ["Read", "Undo"]
    assert card.text == "Story 1. Approved by Amira Shah, Thursday 5 June · digest Friday 6 June"


@pytest.mark.parametrize(
    ("values", "line", "buttons"),
    [
        ({"held": True}, "held for a later digest", ["Read", "Undo"]),
        ({"status": StoryStatus.POSTED}, "in a digest", ["Read"]),
    ],
)
def test_after_approval_it_follows_the_digest(
    house: House, values: dict[str, object], line: str, buttons: list[str]
) -> None:
    """Held it says so; once it is posted there is no Undo."""
    story = house.tell()
    house.do(service.approve, by=AMIRA, target=house.at(story))
    house.set_story(story, **values)
    house.do(lambda tx, policy: tidings.refresh_cards(tx, policy, story.id))
    house.deliver()
    assert f"· {line}" in house.card(story).shown
    assert labels(house.card(story)) == buttons


@pytest.mark.parametrize(("manual", "day"), [(True, "Tuesday 3 June"), (False, "Friday 6 June")])
def test_it_names_the_day_it_was_posted(house: House, manual: bool, day: str) -> None:
    """Posted by hand before its slot, a story is in the digest of the day it came out."""
    story = house.tell()
    house.do(service.approve, by=AMIRA, target=house.at(story))

    def post(tx: Tx, policy: Policy) -> None:
        editions.add(
            tx,
            channel=policy.digest_channel,
            iso_week=(2025, 23),
            slot_at=datetime(2025, 6, 6, 9, 0, tzinfo=UTC),
            state=EditionState.FULL,
            entries=[(story.id, 1)],
            manual=manual,
        )
        stories.post(tx, story.id, 1)
        tidings.refresh_cards(tx, policy, story.id)

    house.do(post)
    house.deliver()
    assert f"Approved by Amira Shah, Tuesday 3 June · in the digest of {day}" in house.card(story).shown


def test_undone_it_is_a_card_again(house: House) -> None:
    """An undo brings the whole card and its buttons back."""
    story = house.tell()
    house.do(service.approve, by=AMIRA, target=house.at(story))
    house.do(service.undo, by=JOE, target=house.at(story))
    house.deliver()
    assert labels(house.card(story)) == BUTTONS


def test_asked_it_waits_for_the_teller(house: House) -> None:
    """Who asked, which day, what; and that the next word is the teller's."""
    story = house.tell()
    house.now = datetime(2025, 6, 4, 9, 0, tzinfo=UTC)
    house.do(service.ask, by=JOE, target=house.at(story), question="Who could have told housing first?")
    house.deliver()
    assert house.card(story).shown.splitlines()[1:] == [
        'Joe Lind asked on Wednesday 4 June: "Who could have told housing first?" Waiting for the teller.',
        "Read",
    ]


def test_declined_it_names_the_reason_only(house: House) -> None:
    """The channel sees why; the comment is the author's."""
    story = house.tell()
    house.do(service.decline, by=JOE, target=house.at(story), comment="Which street?", reason=DeclineReason.IDENTIFIES)
    house.deliver()
    assert "Declined by Joe Lind, Tuesday 3 June · it could identify someone" in house.card(story).shown
    assert "Which street?" not in house.card(story).shown


def test_a_newer_version_has_its_own_card(house: House) -> None:
    """The old card shrinks to a pointer; the new one says what changed, in bold."""
    story = house.tell()
    house.now = datetime(2025, 6, 4, 9, 0, tzinfo=UTC)
    changed = (*TWO_NIGHTS[:3], (Part.BODY, "What happened", "The ward rang the old office."), *TWO_NIGHTS[4:])
    house.tell_again(story, changed, changed=("p3",))
    assert house.card(story, 1).shown.splitlines()[1:] == ["Version 2 has its own card below."]
    new = house.card(story, 2)
    assert "Sent Wednesday 4 June · version 2 · changed: What happened · needs 1 reviewer" in new.shown
    answer = new.rendered.blocks[3]["elements"][0]["elements"]
    assert [(run["text"], run.get("style")) for run in answer] == [
        ("What happened · changed\n", {"bold": True}),
        ("The ward rang the old office.", {"bold": True}),
    ]
    unchanged = new.rendered.blocks[4]["elements"][0]["elements"]
    assert "style" not in unchanged[1]


def test_a_no_name_answer_shows_nowhere_before_its_round(house: House) -> None:
    """Until the new version's round the old card stays as it was; then the new one comes and the old one shrinks."""
    story = house.tell(naming=Naming.NONE)
    house.now = datetime(2025, 6, 4, 8, 0, tzinfo=UTC)
    house.deliver()
    house.do(service.ask, by=JOE, target=house.at(story), question="Who?")
    house.deliver()
    before = len(house.went(tidings.CARD))
    house.tell_again(story, UNTITLED, naming=Naming.NONE)
    assert len(house.went(tidings.CARD)) == before
    assert "Waiting for the teller." in house.card(story, 1).shown
    house.now = datetime(2025, 6, 4, 12, 0, tzinfo=UTC)
    house.deliver()
    assert labels(house.card(story, 2)) == BUTTONS
    assert "Version 2 has its own card below." in house.card(story, 1).shown


def test_a_card_that_was_overtaken_is_not_posted(house: House) -> None:
    """A version that was replaced while its card stood in line is never shown."""
    story = house.tell(deliver=False, naming=Naming.NONE)
    house.tell_again(story, UNTITLED, deliver=False)
    house.now += timedelta(days=1)
    house.deliver()
    assert [row.state for row in house.rows(story, tidings.CARD)] == [OutboxState.DROPPED, OutboxState.SENT]


@pytest.mark.parametrize("posted", [True, False])
def test_a_removed_story_leaves_no_words(house: House, posted: bool) -> None:
    """A removed story's card says only that; one that was still in line is not posted."""
    story = house.tell(deliver=posted)
    house.remove(story)
    house.deliver()
    if posted:
        assert house.card(story).shown == "Story 1 has been removed."
    else:
        assert house.rows(story, tidings.CARD)[0].state is OutboxState.DROPPED


def test_a_card_never_names_its_teller(house: House) -> None:
    """In no state does a card, its page or a form hold the Slack id of who told it."""
    story = house.tell()
    teller = house.read(lambda tx: tellers.find_author(tx, story.id))
    assert teller is not None
    pages = []
    for verb in (None, Verb.ASK, Verb.DECLINE):
        target = house.at(story)
        pages.append(
            house.read(
                lambda tx, v=verb, t=target: rendering.page_for(
                    tx, house.policy, v, by=AMIRA, target=t, channel=house.policy.review_channel
                )
            )
        )
    house.do(service.approve, by=AMIRA, target=house.at(story))
    house.deliver()
    everything = f"{[sent.rendered for sent in house.went(tidings.CARD)]}{pages}"
    assert teller.slack_user_id not in everything
    assert teller.id not in everything


# ── the page that Read opens ──────────────────────────────────────────────────────────────────────────────────────


def page(house: House, story: Story, by: str = AMIRA) -> list[str]:
    target = house.at(story)
    view = house.read(lambda tx: rendering.page_for(tx, house.policy, None, by=by, target=target, channel="C0REVIEW01"))
    assert isinstance(view, dict)
    assert check_view(view, surface="modal") == []
    return texts(view["blocks"])


def test_read_shows_the_card_with_its_buttons(house: House) -> None:
    """The page has the card's content and, while it waits, the three buttons; decided, how it stands."""
    story = house.tell()
    assert {"Approve", "Ask the teller", "Decline"} <= set(page(house, story))
    house.do(service.approve, by=AMIRA, target=house.at(story))
    shown = page(house, story)
    assert "Approve" not in shown
    assert shown[-1] == "Approved by Amira Shah, Tuesday 3 June · digest Friday 6 June"


def test_read_is_never_ahead_of_the_cards(house: House) -> None:
    """Between a no-name story's new version and its round, Read shows the version before, without buttons."""
    story = house.tell(naming=Naming.NONE)
    house.now = datetime(2025, 6, 4, 8, 0, tzinfo=UTC)
    house.deliver()
    house.tell_again(story, ((Part.BODY, "What happened", "New words."),), naming=Naming.NONE)
    shown = page(house, story)
    assert "New words." not in shown
    assert "Approve" not in shown
    assert "She waited two nights." in shown


# ── limits ────────────────────────────────────────────────────────────────────────────────────────────────────────


def story_of(**values: object) -> Story:
    story = Story("story", 31, StoryStatus.SUBMITTED, 1, None, TUESDAY, TUESDAY, False, False, None, None)
    return replace(story, **values)  # type: ignore[arg-type]


hostile = st.text(
    alphabet=st.one_of(st.sampled_from("&<>@!*_`~:é😀\n "), st.characters(codec="utf-8", exclude_characters="\0")),
    max_size=40,
)
long = st.builds(lambda words, times: words * times, hostile, st.integers(1, 120))
answer = st.tuples(
    st.sampled_from([Part.BODY, Part.LESSON, Part.SERVICES, Part.KIND]), hostile.map(lambda t: t or "?"), long
)


@settings(max_examples=60, deadline=None)
@given(
    answers=st.lists(answer, min_size=1, max_size=60),
    title=hostile,
    credit=long,
    changed=st.booleans(),
    stands=st.sampled_from([s for s in cards.Stands if s is not cards.Stands.REMOVED]),
    question=st.text(alphabet="&<é", max_size=300),
)
def test_slack_takes_every_card_and_page(
    answers: list[tuple[Part, str, str]], title: str, credit: str, changed: bool, stands: cards.Stands, question: str
) -> None:
    """Whatever people wrote, and however much: cards, pages and forms are within Slack's limits."""
    asked = ((Part.TITLE, "Title", title), *answers)
    version = version_of(
        asked,
        credit=credit or None,
        changed=tuple(f"p{n}" for n in range(len(asked))) if changed else (),
        places=frozenset(Place),
    )
    decision = Decision("d", "story", 1, AMIRA, Verb.APPROVE, TUESDAY, DeclineReason.OTHER, question)
    it = cards.Card(story_of(care=True), version, stands, decision, question, TUESDAY)
    rendered = checked(cards.card(POLICY, it))
    assert kit.size(rendered.blocks) <= kit.MOST_CHARACTERS
    for view in (modals.read(POLICY, it, "C0REVIEW01"), modals.ask(it, "C0REVIEW01"), modals.decline(it, "C0REVIEW01")):
        assert check_view(view, surface="modal") == []


def test_a_long_story_is_cut_and_says_so() -> None:
    """A card that cannot hold everything keeps the line to remember and offers the whole story."""
    answers = [(Part.BODY, f"Part {n}", "word " * 580) for n in range(9)]
    version = version_of([*answers, (Part.LESSON, "One thing", "Ring first.")])
    it = cards.Card(story_of(), version, cards.Stands.OPEN)
    shown = texts(list(checked(cards.card(POLICY, it)).blocks))
    assert "Read shows the whole story." in shown
    assert "Ring first." in shown
    assert "Part 8\n" not in shown
    whole = texts(modals.read(POLICY, it, "C0REVIEW01")["blocks"])
    assert all(f"Part {n}\n" in whole for n in range(9))
    assert "The rest is too long to show here." not in whole


def test_a_short_story_is_not_cut() -> None:
    """An ordinary story stands on its card to the last word."""
    it = cards.Card(story_of(), version_of(), cards.Stands.OPEN)
    assert "Read shows the whole story." not in texts(list(cards.card(POLICY, it).blocks))


def test_an_update_waits_for_its_card(house: House) -> None:
    """A card is changed where it stands, by rows that wait for it."""
    story = house.tell()
    house.do(service.approve, by=AMIRA, target=house.at(story))
    post, update = house.rows(story, tidings.CARD)
    assert (update.op, update.target, update.depends_on) == (Op.UPDATE, post.id, post.id)
    assert house.read(lambda tx: surfaces.showing(tx, story.id)) == [post.id]
