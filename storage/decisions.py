"""What reviewers did, and the questions they had relayed.

One conditional update decides: whoever's lands first wins, and the rest are told who that was, to the second. A story
with `care` is approved by two updates of two different people, each with its own condition.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, true, update

from storage import stories
from storage.database import Tx
from storage.records import Ask, Decision, DeclineReason, OutboxState, StoryStatus, Verb
from storage.tables import AskRow, AuthorRow, DecisionRow, OutboxRowTable, StoryRow, TellerRow
from storage.tables.declaring import aliased

_DECISION = tuple(getattr(DecisionRow, name) for name in Decision.__slots__)
_ASK = tuple(getattr(AskRow, name) for name in Ask.__slots__)

_MOVES: dict[Verb, tuple[StoryStatus, StoryStatus]] = {
    Verb.APPROVE: (StoryStatus.SUBMITTED, StoryStatus.APPROVED),
    Verb.ASK: (StoryStatus.SUBMITTED, StoryStatus.ASKED),
    Verb.DECLINE: (StoryStatus.SUBMITTED, StoryStatus.DECLINED),
    Verb.UNDO: (StoryStatus.APPROVED, StoryStatus.SUBMITTED),
}


def decide(tx: Tx, story_id: str, version: int, verb: Verb, *, by: str) -> Verb | None:
    """Do APPROVE, ASK, DECLINE, UNDO or SENSITIVE if the story still stands where it begins, at this very version.

    Returns what it came to, None when the story stood otherwise. Approving a story that needs two reviewers comes to
    FIRST_APPROVE, then, by somebody else, to APPROVE; undoing the first comes to UNDO_FIRST.
    """
    waits = (StoryRow.status == StoryStatus.SUBMITTED) & (StoryRow.current_version == version)
    first = StoryRow.first_approver
    match verb:
        case Verb.APPROVE:
            if stories.change_if(tx, story_id, waits & StoryRow.care & first.is_(None), first_approver=by):
                return Verb.FIRST_APPROVE
            # Where nobody has been first, `!=` is NULL and so not true.
            moved = _move(tx, story_id, version, verb, StoryRow.care.is_(False) | (first != by))
        case Verb.UNDO:
            if stories.change_if(tx, story_id, waits & (first == by), first_approver=None):
                return Verb.UNDO_FIRST
            left = _left(tx, story_id, version, by)
            moved = _move(tx, story_id, version, verb, true(), first_approver=left)
        case Verb.SENSITIVE:
            moved = stories.change_if(tx, story_id, waits & StoryRow.care.is_(False), care=True)
        case _:
            moved = _move(tx, story_id, version, verb, true(), first_approver=None)
    return verb if moved else None


def _move(tx: Tx, story_id: str, version: int, verb: Verb, also: ColumnElement[bool], **values: str | None) -> bool:
    before, after = _MOVES[verb]
    return stories.change_if(
        tx,
        story_id,
        (StoryRow.status == before) & (StoryRow.current_version == version) & also,
        status=after,
        approved_version=version if verb is Verb.APPROVE else None,
        changed_at=tx.now,
        held=False,
        **values,
    )


def _left(tx: Tx, story_id: str, version: int, by: str) -> str | None:
    """Whose approval still stands when this person takes theirs back; nobody's when they gave neither of the two."""
    first = tx.connection.execute(
        select(StoryRow.first_approver).where(StoryRow.workspace == tx.workspace, StoryRow.id == story_id)
    ).scalar_one_or_none()
    made = [d.reviewer for d in of_story(tx, story_id) if d.verb is Verb.APPROVE and d.version == version]
    if first is None or not made:
        return None
    return {first: made[-1], made[-1]: first}.get(by)


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
    """How many stories have seen this verb since then, where it was not undone afterwards."""
    later = aliased(DecisionRow)
    undone = select(later.id).where(
        later.workspace == DecisionRow.workspace,
        later.story_id == DecisionRow.story_id,
        later.verb == Verb.UNDO,
        later.at > DecisionRow.at,
    )
    return tx.connection.execute(
        select(func.count(func.distinct(DecisionRow.story_id))).where(
            DecisionRow.workspace == tx.workspace, DecisionRow.verb == verb, DecisionRow.at >= since, ~undone.exists()
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


def asks_under_way(tx: Tx, teller_id: str) -> Sequence[Ask]:
    """Questions to this teller that may stand in Slack already, but nobody knows where: they are being sent."""
    theirs = select(AuthorRow.story_id).where(AuthorRow.workspace == tx.workspace, AuthorRow.teller_id == teller_id)
    rows = tx.connection.execute(
        select(*_ASK)
        .join(OutboxRowTable, (OutboxRowTable.workspace == AskRow.workspace) & (OutboxRowTable.id == AskRow.outbox_id))
        .where(
            AskRow.workspace == tx.workspace,
            AskRow.story_id.in_(theirs),
            AskRow.answered_at.is_(None),
            OutboxRowTable.state == OutboxState.SENDING,
        )
    )
    return [Ask(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Awaited:
    """A relayed question that waits for its answer: the message, where it stands once that is known, and for whom."""

    outbox_id: str
    state: OutboxState
    channel: str | None
    ts: str | None
    slack_user_id: str


def awaited(tx: Tx) -> Sequence[Awaited]:
    """Every relayed question that waits for its answer."""
    asked = select(StoryRow.id).where(StoryRow.workspace == tx.workspace, StoryRow.status == StoryStatus.ASKED)
    rows = tx.connection.execute(
        select(
            OutboxRowTable.id,
            OutboxRowTable.state,
            OutboxRowTable.channel,
            OutboxRowTable.ts,
            TellerRow.slack_user_id,
        )
        .select_from(StoryRow)
        .join(
            AskRow,
            (AskRow.workspace == StoryRow.workspace)
            & (AskRow.story_id == StoryRow.id)
            & (AskRow.version == StoryRow.current_version),
        )
        .join(OutboxRowTable, (OutboxRowTable.workspace == AskRow.workspace) & (OutboxRowTable.id == AskRow.outbox_id))
        .join(AuthorRow, (AuthorRow.workspace == AskRow.workspace) & (AuthorRow.story_id == AskRow.story_id))
        .join(TellerRow, (TellerRow.workspace == AuthorRow.workspace) & (TellerRow.id == AuthorRow.teller_id))
        .where(
            AskRow.workspace == tx.workspace,
            AskRow.story_id.in_(asked),
            AskRow.answered_at.is_(None),
        )
    )
    return [Awaited(*row) for row in rows]


def last_ask(tx: Tx, story_id: str) -> Ask | None:
    """The latest question about a story."""
    row = tx.connection.execute(
        select(*_ASK)
        .where(AskRow.workspace == tx.workspace, AskRow.story_id == story_id)
        .order_by(AskRow.asked_at.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else Ask(*row)
