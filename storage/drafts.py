"""Stories being told: drafts, the questions put, the fragments and the choices.

A fragment is unique on (workspace, channel, ts), so that a message found again in the history adds nothing. A removed
fragment leaves its `ts` behind without its words, so that a late copy of the message cannot bring them back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, delete, func, literal_column, null, select, tuple_, union_all, update

from storage.database import Tx
from storage.prepared import Prepared
from storage.records import Answer, Asked, Draft, DraftState, Fragment, Purpose, Screened
from storage.tables import HEARING, AskedRow, DraftAnswerRow, DraftRow, FragmentRow, ScriptRow, TellerRow

_NOTHING_SCREENED = Screened()
_DRAFT = tuple(getattr(DraftRow, name) for name in Draft.__slots__)
_FRAGMENT = tuple(getattr(FragmentRow, name) for name in Fragment.__slots__)
_ASKED = tuple(getattr(AskedRow, name) for name in Asked.__slots__)
_HEARING: ColumnElement[bool] = literal_column(HEARING)  # as text, so that the partial index serves
# Whoever tells it: said, or SQLite may take any index of the workspace, and read the drafts of all that was ever sent.
_BEING_TOLD = _HEARING & (DraftRow.teller_id > "")

# What every press and message asks for is prepared: to build a statement, or to have it run, takes longer than it does.
_BY_ID = (DraftRow.workspace == bindparam("here")) & (DraftRow.id == bindparam("draft"))
_WITH_ID, _SAVE = Prepared(select(*_DRAFT).where(_BY_ID)), Prepared(update(DraftRow).where(_BY_ID))
_OPEN = Prepared(
    select(*_DRAFT).where(DraftRow.workspace == bindparam("here"), DraftRow.teller_id == bindparam("teller"), _HEARING)
)
_DUE = {
    name: Prepared(
        select(*_DRAFT)
        .where(DraftRow.workspace == bindparam("here"), column <= bindparam("at"))
        .order_by(column)
        .limit(bindparam("most"))
    )
    for name, column in (("nudge_at", DraftRow.nudge_at), ("expires_at", DraftRow.expires_at))
}
_NEXT_DUE = Prepared(
    # Each condition is that of its partial index; a bare min() would read every draft there ever was.
    select(
        *(
            select(func.min(column))
            .where(DraftRow.workspace == bindparam("here"), column.is_not(None))
            .scalar_subquery()
            for column in (DraftRow.nudge_at, DraftRow.expires_at)
        )
    )
)
_COUNTING = (
    (FragmentRow.workspace == bindparam("here"))
    & (FragmentRow.draft_id == bindparam("draft"))
    & FragmentRow.removed.is_(False)
    & FragmentRow.superseded.is_(False)
)
_HELD = (
    DraftAnswerRow.prompt_id,
    DraftAnswerRow.choices,
    DraftAnswerRow.other,
    DraftAnswerRow.skipped,
    DraftAnswerRow.form_text,
    DraftAnswerRow.screened,
)
_ANSWERS = Prepared(
    # In one statement: what is chosen, skipped or in a form, and then how much was typed, for each prompt.
    union_all(
        select(*_HELD, null(), null()).where(
            DraftAnswerRow.workspace == bindparam("here"), DraftAnswerRow.draft_id == bindparam("draft")
        ),
        select(FragmentRow.prompt_id, *(null() for _ in _HELD[1:]), func.count(), func.sum(FragmentRow.length))
        .where(_COUNTING, FragmentRow.prompt_id.is_not(None))
        .group_by(FragmentRow.prompt_id),
    )
)
_LIVE = select(*_FRAGMENT).where(_COUNTING)
_FRAGMENTS = Prepared(_LIVE)
_FRAGMENTS_OF = Prepared(_LIVE.where(FragmentRow.prompt_id == bindparam("about")))
_FRAGMENTS_WAITING = Prepared(_LIVE.where(FragmentRow.prompt_id.is_(None)))
_AT = (
    (FragmentRow.workspace == bindparam("here"))
    & (FragmentRow.channel == bindparam("in_channel"))
    & (FragmentRow.ts == bindparam("at_ts"))
)
_FRAGMENT_AT = Prepared(select(*_FRAGMENT).where(_AT))
_TWIN = Prepared(
    select(FragmentRow.ts).where(
        FragmentRow.workspace == bindparam("here"),
        FragmentRow.draft_id == bindparam("draft"),
        FragmentRow.client_msg_id == bindparam("gesture"),
        FragmentRow.text == bindparam("words"),
    )
)
_OF_DRAFT = (FragmentRow.workspace == bindparam("here")) & (FragmentRow.draft_id == bindparam("draft"))
_FORGET_FRAGMENTS = Prepared(update(FragmentRow).where(_OF_DRAFT).values(text="", length=0, removed=True))
_FORGET_ANSWERS = Prepared(
    delete(DraftAnswerRow).where(
        DraftAnswerRow.workspace == bindparam("here"), DraftAnswerRow.draft_id == bindparam("draft")
    )
)
_SUPERSEDE = Prepared(
    update(FragmentRow)
    .where(_OF_DRAFT, FragmentRow.prompt_id == bindparam("about"), FragmentRow.ts != bindparam("but"))
    .values(superseded=True, text="", length=0)
)
_BY_MESSAGE = (AskedRow.workspace == bindparam("here")) & (AskedRow.outbox_id == bindparam("message"))
_STANDS = Prepared(update(AskedRow).where(_BY_MESSAGE).returning(AskedRow.draft_id))
_ASKED_SO_FAR = Prepared(
    select(*_ASKED)
    .where(AskedRow.workspace == bindparam("here"), AskedRow.draft_id == bindparam("draft"))
    .order_by(AskedRow.asked_at)
)


def remember_script(tx: Tx, sha: str, toml: str) -> None:
    """Keep a script's source, so that a draft that began with it can finish on it."""
    tx.insert_once(ScriptRow, {"sha": sha, "toml": toml, "first_used_at": tx.now})


def find_script(tx: Tx, sha: str) -> str | None:
    """A script's source by its sha."""
    return tx.connection.execute(
        select(ScriptRow.toml).where(ScriptRow.workspace == tx.workspace, ScriptRow.sha == sha)
    ).scalar_one_or_none()


# ── drafts ────────────────────────────────────────────────────────────────────────────────────────────────────────


def add(tx: Tx, draft: Draft) -> None:
    """Begin a draft."""
    tx.insert(DraftRow, _values(draft))


def save(tx: Tx, draft: Draft) -> None:
    """Write the whole draft back."""
    values = _values(draft)
    del values["id"]
    _SAVE.change(tx, {"draft": draft.id, **values})


def find(tx: Tx, draft_id: str) -> Draft | None:
    """The draft with this id, if there is one."""
    row = _WITH_ID.first(tx, {"draft": draft_id})
    return None if row is None else Draft(*row)


def get(tx: Tx, draft_id: str) -> Draft:
    """The draft with this id. Raises LookupError."""
    draft = find(tx, draft_id)
    if draft is None:
        raise LookupError(f"no draft {draft_id}")
    return draft


def find_open(tx: Tx, teller_id: str) -> Draft | None:
    """The draft that hears what this teller types, if there is one."""
    row = _OPEN.first(tx, {"teller": teller_id})
    return None if row is None else Draft(*row)


def is_telling(tx: Tx, slack_user_id: str) -> bool:
    """Whether this person is telling something: what they type may be kept."""
    teller = select(TellerRow.id).where(TellerRow.workspace == tx.workspace, TellerRow.slack_user_id == slack_user_id)
    telling = select(DraftRow.id).where(
        DraftRow.workspace == tx.workspace, DraftRow.teller_id.in_(teller), DraftRow.state == DraftState.OPEN
    )
    return tx.connection.execute(telling.limit(1)).first() is not None


def kept_by(tx: Tx, teller_id: str) -> Sequence[Draft]:
    """The stories that this teller keeps to themselves, the one that ends first in front."""
    rows = tx.connection.execute(
        select(*_DRAFT)
        .where(DraftRow.workspace == tx.workspace, DraftRow.teller_id == teller_id, DraftRow.state == DraftState.KEPT)
        .order_by(DraftRow.expires_at)
    )
    return [Draft(*row) for row in rows]


def find_answer(tx: Tx, teller_id: str, thread_ts: str) -> Draft | None:
    """The open answer to a relayed question that lives in this thread."""
    row = tx.connection.execute(
        select(*_DRAFT).where(
            DraftRow.workspace == tx.workspace,
            DraftRow.teller_id == teller_id,
            DraftRow.state == DraftState.OPEN,
            DraftRow.purpose == Purpose.ANSWER,
            DraftRow.thread_ts == thread_ts,
        )
    ).one_or_none()
    return None if row is None else Draft(*row)


def count_open(tx: Tx) -> int:
    """How many stories are being told."""
    statement = select(func.count()).select_from(DraftRow).where(DraftRow.workspace == tx.workspace, _BEING_TOLD)
    return tx.connection.execute(statement).scalar_one()


def due(tx: Tx, column: str, at: datetime, *, most: int = 200) -> Sequence[Draft]:
    """Drafts whose `nudge_at` or `expires_at` has come, earliest first."""
    return [Draft(*row) for row in _DUE[column].all(tx, {"at": at, "most": most})]


def next_due(tx: Tx) -> datetime | None:
    """When the next nudge or expiry is due."""
    return min((instant for instant in _NEXT_DUE.all(tx)[0] if instant is not None), default=None)


class Missed(NamedTuple):
    """The place of a draft among those to be read back. Other than `active_at`, it stays while somebody types."""

    recover_from: str
    draft_id: str


def to_recover(tx: Tx, *, after: Missed | None = None, most: int = 100) -> Sequence[Draft]:
    """Open drafts whose direct message is still to be read back: the newest question first, or what comes `after`."""
    wanted = select(*_DRAFT).where(
        DraftRow.workspace == tx.workspace,
        DraftRow.recover_from.is_not(None),
        DraftRow.state == DraftState.OPEN,
    )
    if after is not None:
        wanted = wanted.where(tuple_(DraftRow.recover_from, DraftRow.id) < tuple_(*after))
    rows = tx.connection.execute(wanted.order_by(DraftRow.recover_from.desc(), DraftRow.id.desc()).limit(most))
    return [Draft(*row) for row in rows]


def recover_all(tx: Tx) -> None:
    """Have the direct message of every open draft read back from its latest question.

    Not from the latest message: one that was missed may stand before one that was heard. What was heard has left its
    `ts` behind and counts no second time.
    """
    asked = (
        select(func.max(AskedRow.ts))
        .where(AskedRow.workspace == DraftRow.workspace, AskedRow.draft_id == DraftRow.id)
        .scalar_subquery()
    )
    tx.connection.execute(
        update(DraftRow)
        .where(
            DraftRow.workspace == tx.workspace,
            _BEING_TOLD,
            DraftRow.recover_from.is_(None),
        )
        .values(recover_from=func.coalesce(asked, DraftRow.started_ts))
    )


def forget_words(tx: Tx, draft_id: str) -> None:
    """Delete everything the teller wrote into this draft; the `ts` of its messages stay, without words."""
    _FORGET_FRAGMENTS.change(tx, {"draft": draft_id})
    _FORGET_ANSWERS.change(tx, {"draft": draft_id})


# ── fragments ─────────────────────────────────────────────────────────────────────────────────────────────────────


def add_fragment(tx: Tx, fragment: Fragment, *, client_msg_id: str | None = None) -> bool:
    """Keep one message; False when it is there already (the same `ts`, or the same gesture sent twice)."""
    if client_msg_id is not None:
        twin = {"draft": fragment.draft_id, "gesture": client_msg_id, "words": fragment.text}
        if _TWIN.first(tx, twin) is not None:
            return False
    return tx.insert_once(
        FragmentRow, {**_values(fragment), "length": len(fragment.text), "client_msg_id": client_msg_id}
    )


def find_fragment(tx: Tx, channel: str, ts: str) -> Fragment | None:
    """The fragment that stands at this place, removed ones too."""
    row = _FRAGMENT_AT.first(tx, {"in_channel": channel, "at_ts": ts})
    return None if row is None else Fragment(*row)


def change_fragment(tx: Tx, channel: str, ts: str, **values: Any) -> None:
    """Set columns of a fragment; a new `text` brings its length."""
    if "text" in values:
        values["length"] = len(values["text"])
    tx.connection.execute(
        update(FragmentRow)
        .where(FragmentRow.workspace == tx.workspace, FragmentRow.channel == channel, FragmentRow.ts == ts)
        .values(**values)
    )


def drop_fragment(tx: Tx, channel: str, ts: str) -> str | None:
    """Forget a message altogether, so that it can be taken up anew; returns the gesture that it came of, if known."""
    return tx.connection.execute(
        delete(FragmentRow)
        .where(FragmentRow.workspace == tx.workspace, FragmentRow.channel == channel, FragmentRow.ts == ts)
        .returning(FragmentRow.client_msg_id)
    ).scalar_one_or_none()


def fragments(tx: Tx, draft_id: str, prompt_id: str | None = None, *, waiting: bool = False) -> Sequence[Fragment]:
    """Live fragments of a draft in `ts` order: of one prompt, all, or (`waiting`) those with no prompt yet."""
    if waiting:
        rows = _FRAGMENTS_WAITING.all(tx, {"draft": draft_id})
    elif prompt_id is not None:
        rows = _FRAGMENTS_OF.all(tx, {"draft": draft_id, "about": prompt_id})
    else:
        rows = _FRAGMENTS.all(tx, {"draft": draft_id})
    return sorted((Fragment(*row) for row in rows), key=lambda fragment: ts_key(fragment.ts))


def supersede(tx: Tx, draft_id: str, prompt_id: str, *, but_ts: str | None = None) -> None:
    """Fragments of this prompt no longer count (a form or a newer line has won), and their words are deleted."""
    _SUPERSEDE.change(tx, {"draft": draft_id, "about": prompt_id, "but": but_ts or ""})


def ts_key(ts: str) -> tuple[int, str]:
    """A key that orders Slack timestamps without making floats of them."""
    seconds, _, rest = ts.partition(".")
    return (int(seconds) if seconds.isdigit() else 0, rest)


# ── answers and questions ─────────────────────────────────────────────────────────────────────────────────────────


def answers(tx: Tx, draft_id: str) -> Mapping[str, Answer]:
    """What the draft holds for each prompt, without the words themselves."""
    rows = _ANSWERS.all(tx, {"draft": draft_id})
    typed = {row[0]: (row[6], row[7] + row[6] - 1) for row in rows if row[6] is not None}  # a line break between two
    found: dict[str, Answer] = {}
    for prompt_id, choices, other, skipped, form_text, screened, messages, _ in rows:
        if messages is None:
            number, length = typed.pop(prompt_id, (0, 0))
            found[prompt_id] = Answer(
                prompt_id, tuple(choices), other, skipped, form_text, number, length, _screened(screened)
            )
    for prompt_id, (number, length) in typed.items():
        found[prompt_id] = Answer(prompt_id, count=number, length=length)
    return found


def _screened(kept: Mapping[str, Any] | None) -> Screened:
    return (
        _NOTHING_SCREENED
        if not kept
        else Screened(
            mark=kept.get("mark", ""),
            kept=tuple((start, end, kind) for start, end, kind in kept.get("kept", ())),
            removed=tuple((kind, number) for kind, number in kept.get("removed", ())),
        )
    )


def set_answer(tx: Tx, draft_id: str, answer: Answer) -> None:
    """Keep what was chosen, skipped or saved in a form for one prompt (fragments are kept by themselves)."""
    tx.upsert(
        DraftAnswerRow,
        {
            "draft_id": draft_id,
            "prompt_id": answer.prompt_id,
            "choices": list(answer.choices),
            "other": answer.other,
            "skipped": answer.skipped,
            "form_text": answer.form_text,
            "screened": None if answer.screened == Screened() else asdict(answer.screened),
        },
        key=("draft_id", "prompt_id"),
    )


def add_asked(tx: Tx, draft_id: str, asked: Asked) -> None:
    """Note that a message puts a question."""
    tx.insert_once(AskedRow, {"draft_id": draft_id, **_values(asked)})


def set_asked_ts(tx: Tx, outbox_id: str, ts: str) -> str | None:
    """Note where the question stands; returns its draft's id, None if no question was put by this message."""
    draft_id: str | None = _STANDS.scalar(tx, {"message": outbox_id, "ts": ts})
    return draft_id


def asked(tx: Tx, draft_id: str) -> Sequence[Asked]:
    """Questions put so far, in the order they were put."""
    return [Asked(*row) for row in _ASKED_SO_FAR.all(tx, {"draft": draft_id})]


def _values(record: Draft | Fragment | Asked) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}
