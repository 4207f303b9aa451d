"""What search finds, in which order, who may read it, and that what was taken back is forgotten at once."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event

from bot.intake.script.file import load_script
from bot.intake.shelf import Shelf
from bot.intake.whereabouts import where
from bot.reading import blocks, home_blocks, service
from bot.rehearsal.slack.validation import check_message, check_view
from bot.review import standing
from bot.story.policy import Policy
from bot.text import normalise
from bot.themes import themes_of
from storage import erasing, readings, search, stories
from storage.database import Database, Tx
from storage.records import Disposition, Naming, Place, ScreenHit, StoryStatus
from tests.digest.digest_house import POLICY
from tests.storybook.shelf import Tale, plant

Begin = Callable[..., AbstractContextManager[Tx]]
THEMES = themes_of(load_script(None))
OTHERS = service.Others(writing=where(Shelf(load_script(None))), waiting=standing.for_reviewers)
NASTY = normalise("<b>&<@U1> <!channel> *_~` ‮ =cmd|x " + "W" * 2900)


@pytest.fixture
def begin(database: Database, workspace: str, now: datetime) -> Begin:
    """A transaction in this test's own thread, committed at the end of its block; `days` later than the first."""

    @contextmanager
    def begin(days: int = 0) -> Iterator[Tx]:
        with database.write_engine.begin() as connection:
            yield Tx(connection, workspace, now + timedelta(days=days))

    return begin


def found(tx: Tx, question: str) -> list[int]:
    return [hit.view.number for hit in service.look_for(tx, question, most=50).hits]


def test_a_title_comes_before_a_mention_and_all_words_count(begin: Begin) -> None:
    """Every word must be there; in the title it weighs more; case, accents and endings do not matter."""
    with begin() as tx:
        plant(tx, Tale("One", what="The hospital was told about the discharge in the end."))
        plant(tx, Tale("Hospital discharge", what="It took a call."))
        plant(tx, Tale("Three", what="A hospital, and nothing else of it."))
        assert found(tx, "hospital DISCHARGED") == [2, 1]
        assert found(tx, "Hospîtals discharging") == [2, 1]
        assert found(tx, "hospital nowhere") == []
        assert found(tx, "?!") == []


def test_words_that_every_story_holds_are_not_searched_for(begin: Begin) -> None:
    """Beside another word they count for nothing; alone they find nothing, and the answer says why and what to do."""
    with begin() as tx:
        plant(tx, Tale("One", what="They rang a ward."))
        plant(tx, Tale("Two", what="Housing rang."))
        assert found(tx, "the ward that was rung by us at") == []
        assert found(tx, "the ward") == [1]
        assert found(tx, "the") == found(tx, "This, and THAT") == []
    said = blocks.too_common("The").text
    assert said == "“The” is in nearly every story. Try another word: /story search hospital discharge"
    assert blocks.too_common("and the").text.startswith("Those words are in nearly every story. Try another word")


@pytest.mark.parametrize(
    "hidden",
    [
        {"places": frozenset({Place.DIGEST, Place.PUBLIC_STORYBOOK, Place.TRAINING})},
        {"status": StoryStatus.SUBMITTED},
        {"status": StoryStatus.DECLINED},
        {"held": True},
        {"what": "Ring 01632 960 983 about the zebra, they said, and nobody did."},
    ],
    ids=lambda given: next(iter(given)),
)
def test_only_what_staff_may_read_is_found_or_read(begin: Begin, hidden: dict[str, object]) -> None:
    """Another place's permission, an undecided or held story, and what the screen finds are shown nowhere here."""
    with begin() as tx:
        plant(tx, Tale("A zebra", **hidden))  # type: ignore[arg-type]  # one field of a Tale
        assert found(tx, "zebra") == []
        assert service.read(tx, 1) is None and service.of_today(tx, POLICY) is None
        home = service.home(tx, POLICY, "U1", themes=THEMES, others=OTHERS, theme="services=health")
        assert not home.latest and home.shelf is not None and not home.shelf.views


def test_what_its_teller_disputed_may_be_read(begin: Begin) -> None:
    """A number that its teller says is none does not keep the story away."""
    with begin() as tx:
        hit = ScreenHit(prompt_id="what", kind="phone", count=1, disposition=Disposition.DISPUTED)
        plant(tx, Tale(what="Ring 01632 960 983, they said of the number on a poster.", hits=(hit,)))
        assert found(tx, "poster") == [1]


def test_nobody_is_found_by_what_readers_do_not_see(begin: Begin) -> None:
    """The credit line is not in the index, so a search says nothing of who told a story."""
    with begin() as tx:
        plant(tx, Tale(credit="Quartermaster, Lighthouses"))
        plant(tx, Tale(naming=Naming.NONE, credit=None))
        assert found(tx, "quartermaster") == [] and found(tx, "lighthouses") == []


def test_what_is_taken_back_leaves_no_byte_of_its_words(begin: Begin, database: Database) -> None:
    """After erasure no word of the story is in the database's files, nor a count of its readers; others are."""
    with begin() as tx:
        for number in range(60):
            plant(
                tx, Tale(f"Story {number}", what=f"Somebody of team {number} rang the zephyr{'abcdefgh'[number % 8]}.")
            )
        story_id = plant(tx, Tale("The xylocanary", what="A quixotrope rang about the key."))
        service.read(tx, 61)
        service.read(tx, 61)
        assert found(tx, "quixotrope xylocanary") == [61] and readings.most_read(tx, most=5) == [61]
    with begin() as tx:
        erasing.erase(tx, story_id)
        assert found(tx, "quixotrope") == [] and readings.most_read(tx, most=5) == []
        assert service.read(tx, 61) is None
    database.empty_log()
    written = b"".join(path.read_bytes() for path in database.path.parent.glob(f"{database.path.name}*"))
    for trace in (b"quixotrop", b"uixotr", b"xylocanar", b"ylocan"):
        assert trace not in written
    assert b"zephyra" in written


def test_the_index_follows_the_decision(begin: Begin) -> None:
    """An approval that is undone takes the story out of the index; approved again, it is there in its new words."""
    with begin() as tx:
        story_id = plant(tx, Tale("A zebra"))
        stories.change(tx, story_id, status=StoryStatus.SUBMITTED, approved_version=None)
        assert search.numbers(tx, "zebra") == []
        stories.change(tx, story_id, status=StoryStatus.APPROVED, approved_version=1)
        assert search.numbers(tx, "zebra") == [1]


def test_the_story_of_the_day_is_everybodys_and_never_twice_running(begin: Begin) -> None:
    """All day it is the same one; each day another; every story has its turn; a withdrawn one is replaced."""
    ids = []
    with begin() as tx:
        ids += [plant(tx, Tale(f"Story {n}")) for n in range(3)]
    days = []
    for day in range(6):
        with begin(day) as tx:
            first, second = service.of_today(tx, POLICY), service.of_today(tx, POLICY)
            assert first is not None and first == second
            days.append(first.number)
    assert days == [1, 2, 3, 1, 2, 3]
    with begin(5) as tx:
        erasing.erase(tx, ids[2])
        again = service.of_today(tx, POLICY)
        assert again is not None and again.number == 1


def test_browsing_has_pages(begin: Begin) -> None:
    """A theme shows ten, newest first, and the ones before on the next page."""
    with begin() as tx:
        for n in range(23):
            plant(tx, Tale(f"Story {n}", services=("health",)))
        plant(tx, Tale("Another", services=("police",)))
        pages, before = [], None
        while True:
            shelf = service.home(
                tx, POLICY, "U1", themes=THEMES, others=OTHERS, theme="services=health", before=before
            ).shelf
            assert shelf is not None
            pages.append([view.number for view in shelf.views])
            before = shelf.earlier
            if before is None:
                break
        assert pages == [list(range(23, 13, -1)), list(range(13, 3, -1)), [3, 2, 1]]


def test_a_pillar_gathers_its_themes(begin: Begin) -> None:
    """Browsing by a pillar shows the stories with any of its themes."""
    with begin() as tx:
        plant(tx, Tale(enablers=("shared-view",)))
        plant(tx, Tale(barriers=("systems-apart",)))
        plant(tx, Tale(enablers=("clear-purpose",)))
        technology = next(theme for theme in THEMES if theme.group == "Pillar" and theme.text == "Technology")
        shelf = service.home(tx, POLICY, "U1", themes=THEMES, others=OTHERS, theme=technology.value).shelf
        assert shelf is not None and [view.number for view in shelf.views] == [2, 1]


def test_the_home_costs_a_bounded_number_of_queries(begin: Begin, database: Database) -> None:
    """Opening the home asks the database as often with forty stories as with nine."""
    asked: list[int] = []
    for more in (9, 31):
        with begin() as tx:
            for n in range(more):
                service.read(tx, stories.get(tx, plant(tx, Tale(f"Story {n}"))).number)
                service.read(tx, n + 1)
        statements: list[str] = []

        def count(*args: object, into: list[str] = statements) -> None:
            into.append(str(args[2]))

        event.listen(database.write_engine, "before_cursor_execute", count)
        with begin() as tx:
            home_of = service.home(
                tx, POLICY, next(iter(POLICY.reviewers)), themes=THEMES, others=OTHERS, theme="services=health"
            )
        event.remove(database.write_engine, "before_cursor_execute", count)
        assert home_of.latest and home_of.read_again and home_of.shelf is not None
        asked.append(len(statements))
    assert asked[0] == asked[1] <= 30


def test_nothing_that_people_wrote_breaks_a_page(begin: Begin, now: datetime) -> None:
    """Homes, pages, answers and results are within Slack's limits for the worst of stories, and quote it as it is."""
    policy: Policy = POLICY
    with begin() as tx:
        for _ in range(12):
            plant(tx, Tale(NASTY[:150], what=NASTY, difference=NASTY, lesson=NASTY))
        view = service.read(tx, 1)
        assert view is not None
        home_of = service.home(
            tx, policy, next(iter(policy.reviewers)), themes=THEMES, others=OTHERS, theme="services=health"
        )
        results = service.look_for(tx, "cmd", most=20)
        assert len(results.hits) == 12
    assert check_view(home_blocks.view(policy, home_of, now), surface="home") == []
    assert check_view(blocks.story_page(view), surface="modal") == []
    assert check_view(blocks.results_page(results, "cmd", search.stem), surface="modal") == []
    for said in (blocks.story(view, opening="A story for today"), blocks.story(view)):
        assert check_message({"text": said.text, "blocks": list(said.blocks)}) == []
    five = service.Found(results.hits[:5], 0, more=True)
    said = blocks.results(five, "cmd " * 200, search.stem)
    assert check_message({"text": said.text, "blocks": list(said.blocks)}) == []


def test_a_sentence_is_shown_with_the_words_bold() -> None:
    """The words asked for stand bold in their sentence, in whatever form they have there."""
    runs = blocks._bold("Nobody shared it, so sharing it fell to us.", {search.stem("share")}, search.stem)
    assert [run["text"] for run in runs if run.get("style")] == ["shared", "sharing"]
    assert "".join(run["text"] for run in runs) == "Nobody shared it, so sharing it fell to us."
