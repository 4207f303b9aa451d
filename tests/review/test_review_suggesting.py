"""Other words for an answer: a reviewer suggests them, and their author uses them or keeps their own."""

import json
from collections.abc import Mapping

import pytest
from review_desk import Desk
from review_house import AMIRA, JOE, RAE, SAM, House, version_of

from bot.review import rendering, service, suggest, suggest_blocks
from bot.review.rules import At, Outcome, What
from bot.story import tidings
from storage import audit, drafts, erasing, mydata, permissions, screen_hits, stories, suggestions, tellers
from storage.database import Tx
from storage.records import (
    Answer,
    Disposition,
    Draft,
    DraftState,
    Naming,
    Part,
    Place,
    Purpose,
    ScreenHit,
    Stage,
    Story,
    StoryStatus,
    Verb,
    Version,
    VersionKind,
)
from storage.suggestions import Suggestion
from tests.sending import TWO_NIGHTS, Sent

WORDS = "She waited in a zephyrine hotel for two nights."


def prompt(story: Story) -> str:
    """The answer that the tests suggest words for."""
    return next(f"p{n}" for n, (part, _, _) in enumerate(TWO_NIGHTS) if part is Part.BODY)


def all_words(house: House, story: Story, **changed: str) -> Mapping[str, str]:
    """What a form sends back: every typed answer, with some changed."""
    now = house.story(story)
    version = house.read(lambda tx: stories.version(tx, story.id, now.current_version))
    typed = {a.prompt_id: a.value for a in version.answers if a.part in (Part.BODY, Part.LESSON, Part.TITLE)}
    return {**typed, **changed}


def propose(house: House, story: Story, words: str = WORDS, *, by: str = AMIRA) -> Outcome:
    sent = all_words(house, story, **{prompt(story): words})
    done = house.do(suggest.suggest, by=by, target=house.at(story), words=sent)
    house.deliver()
    return done


def short(tx: Tx, version: Version) -> Mapping[str, int]:
    """A script in which a title has sixty characters at most, and what the tests suggest words for has ten."""
    return {
        a.prompt_id: 60 if a.part is Part.TITLE else 10 for a in version.answers if a.part in (Part.TITLE, Part.BODY)
    }


def latest(house: House, story: Story) -> Suggestion:
    found = house.read(lambda tx: suggestions.last(tx, story.id, 1))
    assert found is not None
    return found


def choose(house: House, story: Story, accept: bool, *, by: str = SAM) -> None:
    house.do(suggest.answer, by=by, suggestion_id=latest(house, story).id, accept=accept)
    house.deliver()


def letter(house: House) -> Sent:
    return house.went(suggest.SUGGESTION)[-1]


def value(house: House, story: Story) -> str:
    now = house.story(story)
    version = house.read(lambda tx: stories.version(tx, story.id, now.current_version))
    return next(a.value for a in version.answers if a.prompt_id == prompt(story))


def told(house: House, outcome: Outcome) -> str:
    return house.read(lambda tx: rendering.problem(tx, house.policy, outcome, AMIRA))


# ── suggested ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_author_sees_both_and_nothing_has_changed(house: House) -> None:
    """Before and after stand side by side, with two ways to answer and without the reviewer's name."""
    story = house.tell()
    before = value(house, story)
    assert propose(house, story).what is What.DONE
    sent = letter(house)
    assert sent.text == "A reviewer suggests other words for part of story 1."
    assert sent.row.recipient == tidings.author(story.id) and "Amira" not in sent.shown
    assert sent.shown.index(before) < sent.shown.index(WORDS)
    assert sent.shown.splitlines()[-2:] == ["Use this wording", "Keep mine"]
    assert value(house, story) == before and house.story(story).current_version == 1
    assert "Amira Shah suggested other words for" in house.card(story).shown
    assert "Waiting for the teller." in house.card(story).shown
    assert "zephyrine" not in house.card(story).shown


def test_used_it_is_a_new_version_that_needs_its_reviewers_again(house: House) -> None:
    """The words are the author's own now: same places and naming, no approval of the version before counts."""
    story = house.tell(care=True)
    house.do(lambda tx, policy: permissions.confirm(tx, story.id, 1, taken_out=True, notice_version=1))
    propose(house, story)
    house.do(service.approve, by=JOE, target=house.at(story))
    choose(house, story, True)
    now = house.story(story)
    assert (now.status, now.current_version, now.first_approver, now.care) == (StoryStatus.SUBMITTED, 2, None, True)
    version = house.read(lambda tx: stories.version(tx, story.id, 2))
    assert (version.kind, version.changed_prompts) == (VersionKind.ACCEPTED, (prompt(story),))
    assert version.places == frozenset({Place.DIGEST, Place.STAFF_STORYBOOK})
    assert version.naming is Naming.ROLE_AND_ORGANISATION
    assert value(house, story) == WORDS
    assert house.read(lambda tx: permissions.confirmed(tx, story.id, 2)) is True
    assert house.card(story, 2).shown.count("zephyrine") == 1
    assert letter(house).shown == (
        "You chose the suggested wording on Tuesday 3 June. Story 1 is back with the reviewers."
    )
    assert house.do(service.approve, by=AMIRA, target=At(story.id, 1)).what is What.CHANGED


def test_an_approved_story_whose_author_chooses_other_words_is_approved_no_longer(house: House) -> None:
    """What was approved is the version before; the digest does not carry the new one until it is approved itself."""
    story = house.tell()
    propose(house, story)
    house.do(service.approve, by=JOE, target=house.at(story))
    assert house.story(story).status is StoryStatus.APPROVED
    choose(house, story, True)
    assert house.story(story).status is StoryStatus.SUBMITTED
    assert house.read(lambda tx: stories.ready_for_digest(tx, house.policy.digest_channel)) == []


def test_kept_nothing_changes(house: House) -> None:
    """*Keep mine* leaves story, version and approvals as they were; the card says so, and another may be suggested."""
    story = house.tell(care=True)
    before = value(house, story)
    propose(house, story)
    house.do(service.approve, by=JOE, target=house.at(story))
    stood = house.story(story)
    choose(house, story, False)
    assert house.story(story) == stood and value(house, story) == before
    assert letter(house).shown == "You kept your own wording on Tuesday 3 June. Nothing in story 1 has changed."
    assert "The teller keeps their own." in house.card(story).shown
    choose(house, story, True)
    assert house.story(story) == stood, "the first answer counts"
    assert propose(house, story, "Other words again.").what is What.DONE


def test_one_waits_at_a_time(house: House) -> None:
    """While an author has a suggestion before them, no second one goes out."""
    story = house.tell()
    propose(house, story)
    second = propose(house, story, "And these words?", by=JOE)
    assert second.what is What.SUGGESTED
    assert told(house, second) == "The teller of story 1 has yet to answer a suggestion. Nothing changed."
    assert len(house.went(suggest.SUGGESTION)) == 1


# ── what the form refuses ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({}, What.NOTHING_SUGGESTED),
        ({"p3": "", "p4": None}, What.NO_WORDS),
        ({"p3": "One.", "p4": "Two."}, What.ONE_AT_A_TIME),
        ({"p3": "x" * 3001}, What.TOO_LONG),
        ({"p3": "She was at LE1 1AA that night."}, What.LOOKS_LIKE),
        ({"p99": "No such answer."}, What.MALFORMED),
        ({"p1": "Not a typed answer."}, What.MALFORMED),
    ],
)
def test_what_cannot_be_suggested(house: House, changed: dict[str, str | None], what: What) -> None:
    """Nothing, nothing but emptiness, two at a time, too much, an identifier, and what no form of ours holds."""
    story = house.tell()
    given = {name: words for name, words in changed.items() if words is not None}
    words = all_words(house, story, **given)
    assert house.do(suggest.suggest, by=AMIRA, target=house.at(story), words=words).what is what
    house.deliver()
    assert house.went(suggest.SUGGESTION) == []


@pytest.mark.parametrize(("length", "what"), [(60, What.DONE), (61, What.TOO_LONG)])
def test_a_suggestion_is_no_longer_than_the_script_allows(house: House, length: int, what: What) -> None:
    """What no teller could have typed is not suggested either, and the reviewer hears that it is too long."""
    story = house.tell()
    title = next(f"p{n}" for n, (part, _, _) in enumerate(TWO_NIGHTS) if part is Part.TITLE)
    words = all_words(house, story, **{title: "x" * length})
    outcome = house.do(suggest.suggest, by=AMIRA, target=house.at(story), words=words, limits=short)
    assert outcome.what is what
    said = house.read(lambda tx: rendering.problem(tx, house.policy, outcome, AMIRA))
    assert (
        what is What.DONE
        or said == "That is longer than this answer may be, so nothing was sent. Please make it shorter."
    )


def test_the_boxes_of_the_form_are_as_long_as_the_answers_may_be(house: House) -> None:
    """The script's limit is the box's; an answer that is longer already keeps its words."""
    story = house.tell()
    version = house.read(lambda tx: stories.version(tx, story.id, 1))
    held = {f"answer:{answer.prompt_id}": answer for answer in version.answers}
    view = house.read(
        lambda tx: rendering.page_for(
            tx, house.policy, Verb.SUGGEST, by=AMIRA, target=house.at(story), channel="C1", limits=short
        )
    )
    assert not isinstance(view, Outcome)
    for box in (block for block in view["blocks"] if block["type"] == "input"):
        answer = held[box["block_id"]]
        limits = {Part.TITLE: 60, Part.BODY: len(answer.value)}
        assert box["element"]["max_length"] == limits.get(answer.part, 3000)
        assert box["element"]["initial_value"] == answer.value


def test_what_the_author_kept_on_purpose_may_stay(house: House) -> None:
    """What its teller said is none may stand in the suggested words too, and stays spoken of when they are used."""
    place = next(n for n, (part, _, _) in enumerate(TWO_NIGHTS) if part is Part.BODY)
    answers = [*TWO_NIGHTS]
    answers[place] = (Part.BODY, answers[place][1], "It was near LE1 1AA, which is a ward.")
    story = house.tell(tuple(answers), care=True)
    hit = ScreenHit(f"p{place}", "postcode", Disposition.DISPUTED, 1)
    house.do(lambda tx, policy: screen_hits.record(tx, story.id, 1, [hit]))
    assert propose(house, story, "Near LE1 1AA, a ward.").what is What.DONE
    choose(house, story, True)
    assert house.read(lambda tx: screen_hits.of_version(tx, story.id, 2)) == [hit]


def test_words_of_a_form_that_slack_encoded_are_the_same_words(house: House) -> None:
    """`&amp;` for & is no change; what pings or links is made harmless before its author reads it."""
    version = version_of((*TWO_NIGHTS[:3], (Part.BODY, "What happened", "Health & housing met.")))
    same = suggest_blocks.wording(version, {"p3": "Health &amp; housing met."}, {})
    assert getattr(same, "what", None) is What.NOTHING_SUGGESTED
    safe = suggest_blocks.wording(version, {"p3": "Tell <!channel> and <@U0SAM> at once."}, {})
    assert isinstance(safe, tuple) and "<!" not in safe[1] and "<@" not in safe[1]


# ── who, and when no longer ───────────────────────────────────────────────────────────────────────────────────────


def test_only_its_author_chooses(house: House) -> None:
    """Anybody else, a reviewer too, changes nothing; it is recorded, without who."""
    story = house.tell()
    propose(house, story)
    for by in (RAE, AMIRA, JOE):
        choose(house, story, True, by=by)
    house.do(suggest.answer, by=SAM, suggestion_id="nonsense", accept=True)
    assert house.story(story).current_version == 1 and latest(house, story).answered_at is None
    rows = house.read(
        lambda tx: tx.connection.exec_driver_sql(
            "SELECT actor, actor_id, outcome FROM audit WHERE verb = 'use_wording'"
        ).all()
    )
    assert [tuple(row) for row in rows] == [("other", None, "denied")] * 4


def test_its_author_is_recorded_without_a_name_and_to_the_day(house: House) -> None:
    """The row of a choice says that the author made it, and on which day."""
    story = house.tell()
    propose(house, story)
    choose(house, story, True)
    row = house.read(lambda tx: audit.of_story(tx, story.id))[-1]
    assert (row.actor, row.actor_id, row.verb, row.day_only) == ("author", None, "use_wording", True)


@pytest.mark.parametrize("way", ["newer version", "posted", "declined"])
def test_when_the_story_has_moved_on(house: House, way: str) -> None:
    """A choice that comes too late changes nothing and says so."""
    story = house.tell()
    propose(house, story)
    if way == "newer version":
        house.tell_again(story, TWO_NIGHTS)
    else:
        house.set_story(story, status=StoryStatus.POSTED if way == "posted" else StoryStatus.DECLINED)
    stood = house.story(story)
    choose(house, story, True)
    assert house.story(story) == stood
    assert letter(house).shown == (
        "Story 1 has moved on since, so this suggestion no longer counts. Nothing has changed."
    )


def test_a_change_that_was_begun_before_does_not_undo_it(house: House) -> None:
    """The draft of a change that still has the old words of that answer has the new ones from then on."""
    story = house.tell()
    before = value(house, story)
    propose(house, story)

    def begin(tx: Tx, policy: object) -> None:
        draft = Draft(
            "draft2",
            tellers.meet(tx, SAM).id,
            "sha",
            Purpose.CHANGE,
            DraftState.OPEN,
            Stage.CHECKING,
            None,
            tx.now,
            tx.now,
        )
        drafts.add(tx, draft)
        tellers.set_change_draft(tx, story.id, draft.id)
        drafts.set_answer(tx, draft.id, Answer(prompt(story), form_text=before))

    house.do(begin)
    choose(house, story, True)
    assert house.read(lambda tx: drafts.answers(tx, "draft2"))[prompt(story)].form_text == WORDS


def test_of_a_story_without_a_name_no_card_tells_the_minute(house: House) -> None:
    """*Keep mine* moves no card, and a used wording waits for its round: at once would tell when they were here."""
    story = house.tell(naming=Naming.NONE, deliver=False)
    house.now = house.now.replace(hour=13)
    house.deliver()
    propose(house, story)
    assert house.card(story).shown.count("Waiting for the teller.") == 0
    cards = len(house.went(tidings.CARD))
    choose(house, story, False)
    assert len(house.went(tidings.CARD)) == cards
    propose(house, story, "Other words again.")
    cards = len(house.went(tidings.CARD))
    choose(house, story, True)
    assert len(house.went(tidings.CARD)) == cards
    assert house.story(story).current_version == 2


# ── erased, and theirs to see ─────────────────────────────────────────────────────────────────────────────────────


def test_the_words_go_with_the_story_and_are_in_my_data_until_then(house: House) -> None:
    """A suggestion is part of what is held about a teller, without who made it, and is erased with the story."""
    story = house.tell()
    propose(house, story)

    def held(tx: Tx) -> str:
        author = tellers.find_author(tx, story.id)
        assert author is not None
        return json.dumps(mydata.held_about(tx, author.id))

    found = house.read(held)
    assert WORDS in found and AMIRA not in found
    shown = house.do(
        lambda tx, policy: erasing.messages_of(tx, story.id, previews=tidings.PREVIEW, apart_from=frozenset())
    )
    assert suggest.SUGGESTION in {row.kind for row in shown}
    house.do(lambda tx, policy: erasing.erase(tx, story.id))
    assert house.read(lambda tx: suggestions.last(tx, story.id, 1)) is None
    assert house.read(lambda tx: tx.connection.exec_driver_sql("SELECT count(*) FROM suggestion").scalar()) == 0


# ── at the screen ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_at_the_screen(desk: Desk) -> None:
    """The button opens the form with the words filled in; a changed one goes out, and the answer is private."""
    story = await desk.tell()
    house = desk.house
    await desk.amira.press("Suggest words")
    label = TWO_NIGHTS[int(prompt(story)[1:])][1]
    await desk.amira.fill(label, WORDS)
    await desk.amira.submit()
    await desk.send()
    await desk.amira.hear("is on its way to the teller, without your name", channel="#story-review")
    assert latest(house, story).words == WORDS
