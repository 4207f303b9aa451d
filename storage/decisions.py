"""What reviewers did, and the questions they had relayed.

One conditional update decides: whoever's lands first wins, and the rest are told who that was, to the second.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from storage import stories
from storage.database import Tx
from storage.records import Ask, Decision, DeclineReason, StoryStatus, Verb
from storage.tables import AskRow, DecisionRow, StoryRow

_DECISION = tuple(getattr(DecisionRow, name) for name in Decision.__slots__)
_ASK = tuple(getattr(AskRow, name) for name in Ask.__slots__)

_MOVES: dict[Verb, tuple[StoryStatus, StoryStatus]] = {
    Verb.APPROVE: (StoryStatus.SUBMITTED, StoryStatus.APPROVED),
    Verb.ASK: (StoryStatus.SUBMITTED, StoryStatus.ASKED),
    Verb.DECLINE: (StoryStatus.SUBMITTED, StoryStatus.DECLINED),
    Verb.UNDO: (StoryStatus.APPROVED, StoryStatus.SUBMITTED),
}


def decide(tx: Tx, story_id: str, version: int, verb: Verb) -> bool:
    """Move a story by APPROVE, ASK, DECLINE or UNDO if it still stands where the verb begins, at this very version."""
    before, after = _MOVES[verb]
    return stories.change_if(
        tx,
        story_id,
        (StoryRow.status == before) & (StoryRow.current_version == version),
        status=after,
        approved_version=version if verb is Verb.APPROVE else None,
        changed_at=tx.now,
        held=False,
    )


def add(
    tx: Tx,
    story_id: str,
    version: int,
    *,
    reviewer: str,
    verb: Verb,
    reason: DeclineReason | None = None,
    comment: str | None = None,
) -> Decision:
    """Record what a reviewer did."""
    made = Decision(tx.new_id(), story_id, version, reviewer, verb, tx.now, reason, comment)
    tx.insert(DecisionRow, dict(**{name: getattr(made, name) for name in Decision.__slots__}))
    return made


def last(tx: Tx, verbs: Sequence[Verb]) -> Decision | None:
    """The latest of these decisions about any story."""
    statement = select(*_DECISION).where(DecisionRow.workspace == tx.workspace, DecisionRow.verb.in_(list(verbs)))
    row = tx.connection.execute(statement.order_by(DecisionRow.at.desc()).limit(1)).one_or_none()
    return None if row is None else Decision(*row)


def get(tx: Tx, decision_id: str) -> Decision:
    """The decision with this id. Raises LookupError."""
    row = tx.connection.execute(
        select(*_DECISION).where(DecisionRow.workspace == tx.workspace, DecisionRow.id == decision_id)
    ).one_or_none()
    if row is None:
        raise LookupError(f"no decision {decision_id}")
    return Decision(*row)


def of_story(tx: Tx, story_id: str) -> Sequence[Decision]:
    """What was done to a story, in order."""
    rows = tx.connection.execute(
        select(*_DECISION)
        .where(DecisionRow.workspace == tx.workspace, DecisionRow.story_id == story_id)
        .order_by(DecisionRow.at)
    )
    return [Decision(*row) for row in rows]


def count_since(tx: Tx, verb: Verb, since: datetime) -> int:
    """How many stories have seen this verb since then."""
    return tx.connection.execute(
        select(func.count(func.distinct(DecisionRow.story_id))).where(
            DecisionRow.workspace == tx.workspace, DecisionRow.verb == verb, DecisionRow.at >= since
        )
    ).scalar_one()


# ── questions relayed to the teller ───────────────────────────────────────────────────────────────────────────────


def add_ask(tx: Tx, story_id: str, version: int, *, prompt_id: str, question: str, reviewer: str) -> Ask:
    """Keep a question to relay."""
    made = Ask(tx.new_id(), story_id, version, prompt_id, question, reviewer, tx.now, None, None)
    tx.insert(AskRow, dict(**{name: getattr(made, name) for name in Ask.__slots__}))
    return made


def set_ask_message(tx: Tx, ask_id: str, outbox_id: str) -> None:
    """Note which message relays the question."""
    tx.connection.execute(
        update(AskRow).where(AskRow.workspace == tx.workspace, AskRow.id == ask_id).values(outbox_id=outbox_id)
    )


def answer_ask(tx: Tx, ask_id: str) -> bool:
    """Note that the teller has answered; False if they had already."""
    return (
        tx.connection.execute(
            update(AskRow)
            .where(AskRow.workspace == tx.workspace, AskRow.id == ask_id, AskRow.answered_at.is_(None))
            .values(answered_at=tx.now)
        ).rowcount
        == 1
    )


def find_ask(tx: Tx, ask_id: str) -> Ask | None:
    """The question with this id, if there is one."""
    row = tx.connection.execute(
        select(*_ASK).where(AskRow.workspace == tx.workspace, AskRow.id == ask_id)
    ).one_or_none()
    return None if row is None else Ask(*row)


def find_ask_by_message(tx: Tx, outbox_id: str) -> Ask | None:
    """The question that this message relays."""
    row = tx.connection.execute(
        select(*_ASK).where(AskRow.workspace == tx.workspace, AskRow.outbox_id == outbox_id)
    ).one_or_none()
    return None if row is None else Ask(*row)


def last_ask(tx: Tx, story_id: str) -> Ask | None:
    """The latest question about a story."""
    row = tx.connection.execute(
        select(*_ASK)
        .where(AskRow.workspace == tx.workspace, AskRow.story_id == story_id)
        .order_by(AskRow.asked_at.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else Ask(*row)
