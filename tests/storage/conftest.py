"""Builders of the smallest rows that other rows need, each taking the transaction it writes in."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

import pytest

from storage import drafts, stories, tellers
from storage.database import Database, Tx
from storage.records import (
    Draft,
    DraftState,
    Naming,
    Part,
    Place,
    Purpose,
    Stage,
    Story,
    Version,
    VersionAnswer,
    VersionKind,
)

Begin = Callable[..., AbstractContextManager[Tx]]


@pytest.fixture
def begin(database: Database, workspace: str, now: datetime) -> Begin:
    """A transaction in this test's own thread, committed at the end of its block."""

    @contextmanager
    def begin(at: datetime = now, in_workspace: str = workspace) -> Iterator[Tx]:
        with database.write_engine.begin() as connection:
            yield Tx(connection, in_workspace, at)

    return begin


@pytest.fixture
def plain(database: Database) -> Iterator[sqlite3.Connection]:
    """The file as another program sees it."""
    connection = sqlite3.connect(database.path, timeout=2.0, isolation_level=None)
    yield connection
    connection.close()


@pytest.fixture
def a_draft() -> Callable[..., Draft]:
    def make(tx: Tx, slack_user_id: str = "U1", *, purpose: Purpose = Purpose.NEW) -> Draft:
        teller = tellers.meet(tx, slack_user_id, dm_channel=f"D-{slack_user_id}")
        drafts.remember_script(tx, "sha", "title = 'x'")
        draft = Draft(
            tx.new_id(), teller.id, "sha", purpose, DraftState.OPEN, Stage.ASKING, "moment", tx.now, tx.now,
            started_ts="1749029000.000100",
        )  # fmt: skip
        drafts.add(tx, draft)
        return draft

    return make


@pytest.fixture
def a_version() -> Callable[..., Version]:
    def make(story_id: str, at: datetime, *, n: int = 1, words: str = "We phoned the ward.") -> Version:
        return Version(
            story_id=story_id,
            n=n,
            kind=VersionKind.ORIGINAL if n == 1 else VersionKind.CHANGED,
            naming=Naming.ROLE,
            credit_line=None,
            script_sha="sha",
            created_at=at,
            answers=(
                VersionAnswer("title", Part.TITLE, 1, "Title", "A title?", "The call", ()),
                VersionAnswer("moment", Part.BODY, 2, "The moment", "What happened?", words, ()),
            ),
            places=frozenset({Place.DIGEST, Place.STAFF_STORYBOOK}),
        )

    return make


@pytest.fixture
def a_story(a_version: Callable[..., Version]) -> Callable[[Tx], Story]:
    def make(tx: Tx) -> Story:
        drafts.remember_script(tx, "sha", "title = 'x'")
        return stories.add(tx, a_version(tx.new_id(), tx.now), care=False, notice_version=1)

    return make
