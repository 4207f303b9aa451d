"""Taking words out: only that, told kindly to the author, and approved like any other version."""

import random
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from review_desk import Desk
from review_house import AMIRA, JOE, SAM, House, version_of
from sqlalchemy import select

from bot.pressed import Form
from bot.rehearsal.slack import interactions
from bot.rehearsal.slack.validation import check_view
from bot.rehearsal.slack.workspace import REVIEW_CHANNEL
from bot.review import letters, modals, redaction, rendering, service
from bot.review.redaction import LONGEST, Refused, removed
from bot.review.rules import Outcome, What
from bot.story import tidings
from bot.story.screened import REMOVED
from storage import mydata, stories, tellers
from storage.database import Tx
from storage.records import Naming, Part, Place, Story, StoryStatus, Verb, VersionKind
from storage.tables import Base, PermissionRow
from tests.sending import TWO_NIGHTS, checked, texts

HERE = REVIEW_CHANNEL
NAMED = (*TWO_NIGHTS[:4], (Part.BODY, "What difference it made", "Sister Joan at Ward 7 rang twice."), TWO_NIGHTS[5])
KEPT = f"{REMOVED} at Ward 7 rang twice."


def redact(house: House, story: Story, by: str = AMIRA, **words: str) -> Outcome:
    return house.do(service.redact, by=by, target=house.at(story), words=words)


# ── the pure check ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("before", "after", "went"),
    [
        ("Sister Joan rang.", "[removed] rang.", ("Sister Joan",)),
        ("Sister Joan rang Bob.", "[removed] rang [removed].", ("Sister Joan", "Bob")),
        ("Sister Joan rang.", "[removed]", ("Sister Joan rang.",)),
        ("the [removed] rang Bob", "the [removed] rang [removed]", ("Bob",)),
        ("the [removed] rang", "the [removed] rang", ()),
        ("aXbXc", "a[removed]bXc", ("X",)),
        ("Ann, Ann, Ann", "[removed], Ann, [removed]", ("Ann", "Ann")),
        ("two\nlines of Bob", "two\nlines of [removed]", ("Bob",)),
        ("abc", "[removed][removed]c", ("a", "b")),
    ],
)
def test_taking_out_is_seen_as_that(before: str, after: str, went: tuple[str, ...]) -> None:
    """Parts replaced by [removed] are a redaction, and which parts is known."""
    assert removed(before, after) == went


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Sister Joan rang.", "A nurse rang."),
        ("Sister Joan rang.", "rang."),
        ("Sister Joan rang.", "Sister Joan rang. [removed]"),
        ("Sister Joan rang.", "Sister Joan [removed]rang."),
        ("Sister Joan rang.", "Sister Joan rang!"),
        ("Ann rang Bob", "Bob rang [removed]"),
        ("Ann rang Bob", "[removed]Bob rang"),
        ("a", "[removed][removed]"),
        ("a b", "a [removed] b"),
        ("Ann rang", ""),
        ("Ann rang", "[Removed] rang"),
        ("ab", "a[removed]b"),
        ("aba", "ab[removed]ba"),
    ],
)
def test_anything_more_is_refused(before: str, after: str) -> None:
    """Nothing added, nothing rewritten, nothing moved, nothing silently gone."""
    assert removed(before, after) is None


@given(before=st.text(alphabet="ab [removd]", min_size=1, max_size=30), seed=st.integers(0, 2**32))
def test_every_replacing_is_taken(before: str, seed: int) -> None:
    """Whatever stretches are replaced, the result is taken, and what went was there in that order."""
    rng = random.Random(seed)
    cuts = sorted(rng.sample(range(len(before) + 1), k=2 * (min(4, len(before) + 1) // 2)))
    after, place = "", 0
    for start, end in zip(cuts[::2], cuts[1::2], strict=True):
        after += before[place:start] + REMOVED
        place = end
    after += before[place:]
    went = removed(before, after)
    assert went is not None
    assert re.search(".*".join(map(re.escape, went)), before, re.DOTALL)


@given(before=st.text(alphabet="abc ", max_size=12), after=st.text(alphabet="abc ", max_size=12), at=st.integers(0, 12))
def test_nothing_gets_in(before: str, after: str, at: int) -> None:
    """Text that is taken holds no character that was not there: without its [removed] it is a subsequence."""
    typed = after[:at] + REMOVED + after[at:]
    if removed(before, typed) is not None:
        rest = iter(before)
        assert all(character in rest for character in typed.replace(REMOVED, ""))
        assert len(typed.replace(REMOVED, "")) < len(before)


def test_only_typed_words_can_be_taken_out() -> None:
    """Choices and the credit line are not in the form, and an answer that no box holds is not either."""
    long = (*TWO_NIGHTS[:4], (Part.BODY, "Long", "x" * (LONGEST + 1)), TWO_NIGHTS[5])
    assert [a.label for a in redaction.redactable(version_of(long))] == ["Title", "What happened", "One thing"]
    assert redaction.redact(version_of(), {"p1": REMOVED}, at=datetime.now(UTC)) == Refused(What.MALFORMED)
    assert redaction.redact(version_of(), {"nowhere": REMOVED}, at=datetime.now(UTC)) == Refused(What.MALFORMED)


@pytest.mark.parametrize("words", ["R&amp;D <b> & co", "1 < 2 &lt; 3", "tick\u00a0& tie"])
def test_words_that_slack_would_encode(words: str) -> None:
    """Ampersands and brackets in the untouched part are no change, encoded or not."""
    version = version_of(((Part.BODY, "What", f"Ann, {words}"),))
    for typed in (f"{REMOVED}, {words}", f"{REMOVED}, {words.replace('&', '&amp;').replace('<', '&lt;')}"):
        made = redaction.redact(version, {"p0": typed}, at=version.created_at)
        assert not isinstance(made, Refused)
        assert made.answers[0].value == f"{REMOVED}, {words}"


# ── a redaction ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_redaction_is_a_version_with_the_same_permission(house: House) -> None:
    """A new version of that kind waits for approval; what its teller allowed, and when, stands as it was."""
    story = house.tell(NAMED, places=frozenset({Place.DIGEST, Place.TRAINING}))
    assert redact(house, story, p4=KEPT).what is What.DONE
    after = house.story(story)
    assert (after.status, after.current_version, after.changed_at) == (StoryStatus.SUBMITTED, 2, story.changed_at)
    old, new = (house.read(lambda tx, n=n: stories.version(tx, story.id, n)) for n in (1, 2))
    assert (new.kind, new.naming, new.credit_line, new.places) == (
        VersionKind.REDACTED,
        old.naming,
        old.credit_line,
        old.places,
    )
    assert [a.value for a in new.answers] == [KEPT if a.prompt_id == "p4" else a.value for a in old.answers]

    def granted(tx: Tx, n: int) -> list[tuple[object, ...]]:
        columns = (PermissionRow.place, PermissionRow.granted_at, PermissionRow.notice_version)
        rows = tx.connection.execute(
            PermissionRow.__table__.select().with_only_columns(*columns, PermissionRow.version)
        )
        return sorted(tuple(row[:3]) for row in rows if row[3] == n)

    assert house.read(lambda tx: granted(tx, 1)) == house.read(lambda tx: granted(tx, 2))


def test_what_was_taken_out_stays_in_the_version_before_which_its_teller_alone_is_shown(house: House) -> None:
    """No reviewer or reader gets the words, not by an old button either; their teller does, until the story goes."""
    gone = "Sister Joan"
    story = house.tell(NAMED, places=frozenset(Place))
    older = house.at(story)
    house.deliver()
    redact(house, story, p4=KEPT)
    house.deliver()
    house.do(service.approve, by=JOE, target=house.at(story))
    house.deliver()

    def pages(tx: Tx) -> list[object]:
        verbs = (None, Verb.ASK, Verb.DECLINE, Verb.REDACT, Verb.SUGGEST)
        both = (older, house.at(story))
        return [
            rendering.page_for(tx, house.policy, verb, by=AMIRA, target=target, channel=HERE)
            for verb in verbs
            for target in both
        ]

    def about_teller(tx: Tx) -> str:
        author = tellers.find_author(tx, story.id)
        assert author is not None
        return repr(mydata.held_about(tx, author.id))

    def holding(tx: Tx) -> list[str]:
        """Tables with the words in them."""
        tables = Base.metadata.sorted_tables
        return [one.name for one in tables if gone in repr(tx.connection.execute(select(one)).all())]

    assert gone not in repr(house.read(pages))
    assert gone not in repr(house.read(lambda tx: rendering.waiting_page(tx, house.policy)))
    assert gone not in repr(house.card(story, 2).rendered)
    assert house.read(holding) == ["version_answer"]
    assert gone in house.read(about_teller)
    house.remove(story)
    assert house.read(holding) == []


def test_the_card_of_a_redaction(house: House) -> None:
    """By whom, on which day, what changed; the old card points to it; at once also for a no-name story."""
    story = house.tell(NAMED, naming=Naming.NONE, deliver=False)
    house.now = datetime(2025, 6, 4, 9, 0, tzinfo=UTC)
    house.deliver()
    redact(house, story, p4=KEPT)
    house.deliver()
    shown = house.card(story, 2).shown
    assert "Redacted by Amira Shah, Wednesday 4 June · version 2 · changed: What difference it made" in shown
    assert "Sister Joan" not in shown
    assert "Version 2 has its own card below." in house.card(story, 1).shown
    assert house.do(service.approve, by=JOE, target=story.number).what is What.DONE


def test_the_author_is_told_what_went(house: House) -> None:
    """Which words of which answer, that nothing else changed, and how to change it; not who did it."""
    story = house.tell(NAMED)
    redact(house, story, p4=KEPT, p0=REMOVED)
    house.deliver()
    (letter,) = house.went(service.REDACTED)
    assert letter.row.recipient == f"author:{story.id}"
    assert letter.text == "A reviewer has taken something out of story 1. What it was is in this message."
    assert texts(list(letter.rendered.blocks)) == [
        "A reviewer has taken something out of story 1, so that nobody in it can be recognised. "
        "In its place readers see [removed].",
        "Title\n",
        '"Two nights for one phone call"',
        "What difference it made\n",
        '"Sister Joan"',
        "Nothing else has changed, your permission stays as you gave it, and you don't need to do anything. "
        "If the story no longer says what you meant, you can change it.",
        "See it",
        "Change story 1",
    ]
    assert "Amira" not in letter.shown
    assert "Joan" not in f"{letter.row}"
    assert house.rows(story, tidings.OUTCOME) == []


def test_an_approved_redaction_is_called_one(house: House) -> None:
    """Its author is not told that it goes out exactly as they sent it."""
    story = house.tell(NAMED)
    redact(house, story, p4=KEPT)
    house.do(service.approve, by=AMIRA, target=house.at(story))
    house.deliver()
    assert "approved, as you last sent it, without what a reviewer took out." in house.went(tidings.OUTCOME)[-1].text


def test_the_letter_of_a_removed_story_is_not_sent(house: House) -> None:
    """A story that was taken back meanwhile is not quoted to anybody."""
    story = house.tell(NAMED)
    redact(house, story, p4=KEPT)
    house.remove(story)
    house.deliver()
    assert house.went(service.REDACTED) == []


@given(parts=st.lists(st.lists(st.text("a&<>", min_size=1, max_size=900), min_size=1, max_size=9), max_size=60))
def test_slack_takes_the_letter(parts: list[list[str]]) -> None:
    """However much was taken out, one message holds what is said of it."""
    checked(letters.redacted(31, "story", [(f"Answer {n}", part) for n, part in enumerate(parts)]))


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ({"p4": "A nurse at Ward 7 rang twice."}, What.NOT_REDACTION),
        ({"p4": ""}, What.NOT_REDACTION),
        ({"p4": NAMED[4][2]}, What.NOTHING_REMOVED),
        ({}, What.NOTHING_REMOVED),
        ({"p1": REMOVED}, What.MALFORMED),
    ],
)
def test_what_is_no_redaction_changes_nothing(house: House, words: dict[str, str], what: What) -> None:
    """It is handed back with the way to what they may have wanted."""
    story = house.tell(NAMED)
    outcome = redact(house, story, **words)
    assert outcome.what is what
    assert house.story(story).current_version == 1
    if what is What.NOT_REDACTION:
        said = house.read(lambda tx: rendering.problem(tx, house.policy, outcome, AMIRA))
        assert said.endswith("For any other change, ask the teller.")


@pytest.mark.parametrize("mark", ["[REMOVED]", "[Removed]"])
def test_removed_in_any_case_is_removed(house: House, mark: str) -> None:
    """However a reviewer types it, it stands in the story as it always does."""
    story = house.tell(NAMED)
    assert redact(house, story, p4=f"{mark} at Ward 7 rang twice.").what is What.DONE
    answers = house.read(lambda tx: stories.version(tx, story.id, 2)).answers
    assert next(one.value for one in answers if one.prompt_id == "p4") == KEPT


def test_a_redaction_needs_the_approvals_of_its_own(house: House) -> None:
    """What was approved is the words before: after a redaction both reviewers are needed again."""
    story = house.tell(NAMED, care=True)
    house.do(service.approve, by=AMIRA, target=house.at(story))
    assert redact(house, story, p4=KEPT).what is What.DONE
    assert house.story(story).first_approver is None


def test_a_decided_story_is_not_redacted(house: House) -> None:
    """Approved is approved: undo first. And nobody redacts their own."""
    story, own = house.tell(NAMED), house.tell(NAMED, by=AMIRA)
    house.do(service.approve, by=JOE, target=house.at(story))
    assert redact(house, story, p4=KEPT).what is What.ALREADY
    assert redact(house, own, p4=KEPT).what is What.OWN_STORY
    assert house.do(service.redact, by=SAM, target=house.at(own), words={"p4": KEPT}).what is What.NOT_REVIEWER


def test_slack_takes_the_form(house: House) -> None:
    """The form is a valid modal however long and many the answers are."""
    long = house.tell(tuple((Part.BODY, f"Answer {n}", "😀" * LONGEST) for n in range(60)))
    many = house.tell(tuple((Part.BODY, f"Answer {n}", "é") for n in range(60)))
    for story, boxes in ((long, redaction.ROOM // LONGEST), (many, redaction.MOST)):
        page = form(house, story)
        assert check_view(page, surface="modal") == []
        assert len([b for b in page["blocks"] if b["type"] == "input"]) == boxes
    assert modals.answers_in(Form(AMIRA, typed={"answer:p1": "", "question": "Who knew?"})) == {"p1": ""}


def form(house: House, story: Story) -> modals.View:
    """The form as it opens for a reviewer."""
    page = house.read(
        lambda tx: rendering.page_for(tx, house.policy, Verb.REDACT, by=AMIRA, target=house.at(story), channel=HERE)
    )
    assert not isinstance(page, Outcome)
    return page


def test_a_story_of_choices_has_no_form(house: House) -> None:
    """Where there is nothing typed, the reviewer is told so and pointed to the teller."""
    story = house.tell(TWO_NIGHTS[1:3])
    page = house.read(
        lambda tx: rendering.page_for(tx, house.policy, Verb.REDACT, by=AMIRA, target=house.at(story), channel=HERE)
    )
    assert isinstance(page, Outcome)
    assert page.what is What.NO_WORDS_TO_REMOVE


# ── at the screen ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_redacting_through_the_form(desk: Desk) -> None:
    """The answers stand in the form; more than taking out is refused beneath its box; then it is done."""
    story = await desk.tell(answers=NAMED)
    await desk.joe.press("Redact")
    assert desk.joe.view is not None
    assert "Sister Joan at Ward 7 rang twice." in desk.joe.view.shown
    await desk.joe.fill("What difference it made", "A nurse at Ward 7 rang twice.")
    errors = await desk.joe.submit()
    assert errors is not None
    assert list(errors) == ["answer:p4"]
    assert "ask the teller" in errors["answer:p4"]
    await desk.joe.fill("What difference it made", KEPT)
    assert await desk.joe.submit() is None
    await desk.send()
    await desk.joe.hear("Story 1 is redacted and has a new card.", channel=HERE)
    await desk.amira.hear("Redacted by Joe Lind", channel=HERE)
    assert desk.house.story(story).current_version == 2


@pytest.mark.parametrize("button", ["Redact", "Suggest words"])
async def test_a_form_that_comes_back_empty_is_answered_beneath_a_box_it_has(desk: Desk, button: str) -> None:
    """A client that sends no state at all gets its answer where Slack can show it."""
    story = await desk.tell()
    await desk.joe.press(button)
    view = desk.joe._open_modal()
    workspace = desk.rehearsal.workspace
    trigger = workspace.views.new_trigger(view.owner)
    body = interactions.view_submission(workspace, view, trigger_id=trigger, new_url=lambda channel: "")
    del body["view"]["state"]
    payload = await desk.joe._ask(body, accepts_payload=True)
    assert payload["response_action"] == "errors"
    assert set(payload["errors"]) <= {block["block_id"] for block in body["view"]["blocks"]}
    assert desk.house.story(story).current_version == 1


async def test_redacting_by_command(desk: Desk) -> None:
    """`/story redact 1` opens the same form."""
    await desk.tell(answers=NAMED)
    await desk.amira.command("/story redact 1", channel=HERE)
    assert (await desk.amira.see_view("Ward 7")).title == "Redact story 1"
    assert (await desk.amira.command("/story redact", channel=HERE)).shown == "Which story? Try: /story redact 31"
