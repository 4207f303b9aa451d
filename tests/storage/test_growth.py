"""What is asked of the database costs as much beside many stories as beside few: counted in SQLite's own steps."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import app, rooms
from bot.digest import loading
from bot.intake import typed, whereabouts
from bot.intake.script.file import load_script
from bot.intake.shelf import Shelf
from bot.keeper import stats
from bot.reading import service as reading
from bot.review import service as review
from bot.rights import service as rights
from bot.story.policy import Policy
from bot.themes import themes_of
from storage import audit, decisions, drafts, outbox, published, search, stories, tellers, unlinking
from storage.books import Audience
from storage.database import Database, Tx
from storage.records import Story
from storage.withdrawals import WithdrawnBy
from tests.benchmarks.filling import SERVICES, fill
from tests.intake.intake_house import POLICY

FEW, MANY = 2_000, 6_000
"""Both beyond every number up to which stories are counted or looked through."""
ALLOWED, SLACK = 1.3, 20
"""The most that a cost may grow by, and tens of steps that are not worth a word."""
SHELF = Shelf(load_script(None))
THEMES = themes_of(SHELF.current)
OTHERS = reading.Others(writing=whereabouts.where(SHELF), waiting=review.waiting)
REVIEWER = next(iter(POLICY.reviewers))
SERVICE = next(theme for theme in THEMES if any(one.endswith(SERVICES[0]) for one in theme.choices))
CHOICES = [search.choice("services", one) for one in SERVICES]


def _seventh(tx: Tx) -> Story:
    story = stories.find_by_number(tx, 7)
    assert story is not None
    return story


def _withdraw(tx: Tx, policy: Policy) -> None:
    """Its teller takes it back, and what shows it is put in line to go."""
    by, surface = WithdrawnBy.AUTHOR, audit.Surface.BUTTON
    assert rights.withdraw(tx, policy, _seventh(tx), by=by, actor=audit.AUTHOR, surface=surface)
    assert rights.tend_all(tx, policy) == 1


ACTS: dict[str, Callable[[Tx, Policy], Any]] = {
    "mine": lambda tx, policy: typed.own_stories(tx, policy, "U91"),
    "home": lambda tx, policy: reading.home(tx, policy, "U91", themes=THEMES, others=OTHERS),
    "home of a reviewer": lambda tx, policy: reading.home(tx, policy, REVIEWER, themes=THEMES, others=OTHERS),
    "stories about something": lambda tx, policy: reading.home(
        tx, policy, "U91", themes=THEMES, others=OTHERS, theme=SERVICE.value
    ),
    "the next of them": lambda tx, policy: search.with_choice(tx, CHOICES, before=900),
    "search for a rare word": lambda tx, policy: reading.look_for(tx, "zyxbc", most=5),
    "search for a common word": lambda tx, policy: reading.look_for(tx, "tenant stairs", most=5),
    "read": lambda tx, policy: reading.read(tx, 7),
    "the week that a heartbeat tells of": lambda tx, policy: loading.week_counts(tx, tx.now),
    "welcome": app._welcome,
    "what was missed": lambda tx, policy: drafts.recover_all(tx),
    "whose words were missed": lambda tx, policy: drafts.to_recover(tx),
    "whose sent words were missed": lambda tx, policy: tellers.on_their_way(tx),
    "what is being sent": lambda tx, policy: outbox.being_sent(tx),
    "what was refused": lambda tx, policy: outbox.parked(tx),
    "questions that wait": lambda tx, policy: decisions.awaited(tx),
    "stats": lambda tx, policy: stats.report(tx, policy, SHELF.current),
    "withdraw": lambda tx, policy: _withdraw(tx, policy),
    "unlink": lambda tx, policy: unlinking.unlink(tx, _seventh(tx).id),
    "edit too late": lambda tx, policy: tellers.story_of_draft(tx, f"{2305843009213693952 + 7:016x}"),
    **{f"chore {chore.name}": chore.run for chore in rooms.chores()},
}


def _late_in_the_morning(now: datetime) -> datetime:
    """Of a weekday: then the bot does all that it does by itself."""
    at = now.replace(hour=11)
    return at + timedelta(days=max(0, 7 - at.weekday()) if at.weekday() > 4 else 0)


class Filled:
    """A database with so many stories, in which acts are done and taken back."""

    def __init__(self, file: Path, number: int) -> None:
        self.database, self.now = Database(f"sqlite:///{file}"), _late_in_the_morning(datetime.now(UTC))
        with self.database.write_engine.begin() as connection:
            self.workspace = tellers.add_workspace(Tx(connection, "", self.now), POLICY.team_id, None).id
        fill(file, self.workspace, stories=number, channel=POLICY.digest_channel)

    def steps(self, work: Callable[[Tx, Policy], Any]) -> int:
        """Tens of SQLite's steps that this takes."""
        steps = 0

        def count() -> int:
            nonlocal steps
            steps += 1
            return 0

        with self.database.write_engine.connect() as connection, connection.begin() as transaction:
            tx = Tx(connection, self.workspace, self.now)
            tx.raw.set_progress_handler(count, 10)
            try:
                work(tx, POLICY)
            finally:
                tx.raw.set_progress_handler(None, 10)
                transaction.rollback()
        return steps


@pytest.fixture(scope="module")
def both(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Filled, Filled]]:
    """A database with few stories and one with many."""
    folder = tmp_path_factory.mktemp("growth")
    made = []
    for number in (FEW, MANY):
        file = folder / f"{number}.db"
        file.write_bytes(migrated_file.read_bytes())
        made.append(Filled(file, number))
    yield made[0], made[1]
    for one in made:
        one.database.close()


@pytest.mark.parametrize("name", ACTS)
def test_no_act_costs_more_beside_many_stories(both: tuple[Filled, Filled], name: str) -> None:
    """What people ask, and what the bot does by itself, does not look at more rows because there are more."""
    few, many = (one.steps(ACTS[name]) for one in both)
    assert many <= few * ALLOWED + SLACK, f"{few:,} tens of steps, and {many:,}"


def test_a_reading_of_everything_would_be_noticed(both: tuple[Filled, Filled]) -> None:
    """What does look at every story costs three times as much beside three times as many."""
    few, many = (one.steps(lambda tx, policy: published.standing(tx, Audience.STAFF)) for one in both)
    assert many > few * 2


def test_beyond_a_thousand_nobody_counts(both: tuple[Filled, Filled]) -> None:
    """The home says that there are more than a thousand stories, which it need not count."""
    few, many = both
    for one in (few, many):
        with one.database.reading(one.workspace, one.now) as tx:
            assert reading.home(tx, POLICY, "U91", themes=THEMES, others=OTHERS).stories == 1_001
