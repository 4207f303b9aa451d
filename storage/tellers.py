"""Workspaces and the people who speak to the bot in them.

A teller's random id is what every other table knows; the Slack id is looked up at the moment of sending.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, select, update

from storage.database import Tx
from storage.prepared import Prepared
from storage.records import StoryStatus, Teller, Workspace
from storage.tables import AuthorRow, FragmentRow, StoryRow, TellerRow, WorkspaceRow

_TELLER = tuple(getattr(TellerRow, name) for name in Teller.__slots__)
_WORKSPACE = tuple(getattr(WorkspaceRow, name) for name in Workspace.__slots__)

# What is asked with every message is prepared.
_HERE = TellerRow.workspace == bindparam("here")
_OF_SLACK = Prepared(select(*_TELLER).where(_HERE, TellerRow.slack_user_id == bindparam("theirs")))
_WITH_ID = Prepared(select(*_TELLER).where(_HERE, TellerRow.id == bindparam("row")))
_AUTHOR = Prepared(
    select(*_TELLER)
    .join(AuthorRow, (AuthorRow.workspace == TellerRow.workspace) & (AuthorRow.teller_id == TellerRow.id))
    .where(AuthorRow.workspace == bindparam("here"), AuthorRow.story_id == bindparam("story"))
)
_STORY = select(AuthorRow.story_id).where(AuthorRow.workspace == bindparam("here"))
_BECAME = Prepared(_STORY.where(AuthorRow.draft_id == bindparam("draft")))
_CHANGES = Prepared(_STORY.where(AuthorRow.change_draft_id == bindparam("draft")))
_TOLD_BY = Prepared(
    select(AuthorRow.story_id).where(
        AuthorRow.workspace == bindparam("here"), AuthorRow.teller_id == bindparam("teller")
    )
)
_WORKSPACE_HERE = Prepared(select(*_WORKSPACE).where(WorkspaceRow.id == bindparam("here")))
_SET_WORKSPACE = Prepared(update(WorkspaceRow).where(WorkspaceRow.id == bindparam("here")))
_CHANGE = Prepared(update(TellerRow).where(_HERE, TellerRow.id == bindparam("row")))


def find_workspace(tx: Tx, slack_team_id: str) -> Workspace | None:
    """The workspace of this Slack team, if the bot has served it before."""
    row = tx.connection.execute(select(*_WORKSPACE).where(WorkspaceRow.slack_team_id == slack_team_id)).one_or_none()
    return None if row is None else Workspace(*row)


def any_workspace(tx: Tx) -> Workspace | None:
    """The workspace that was served first, for commands that work without asking Slack which one it is."""
    row = tx.connection.execute(select(*_WORKSPACE).order_by(WorkspaceRow.first_started_at).limit(1)).one_or_none()
    return None if row is None else Workspace(*row)


def add_workspace(tx: Tx, slack_team_id: str, enterprise_id: str | None) -> Workspace:
    """The workspace of this Slack team, made known if it is new."""
    known = find_workspace(tx, slack_team_id)
    if known is not None:
        return known
    made = Workspace(tx.new_id(), slack_team_id, tx.now, None, None)
    tx.connection.execute(
        insert(WorkspaceRow).values(
            id=made.id, slack_team_id=slack_team_id, enterprise_id=enterprise_id, first_started_at=tx.now
        )
    )
    return made


def get_workspace(tx: Tx) -> Workspace:
    """The workspace of this transaction. Raises LookupError."""
    row = _WORKSPACE_HERE.first(tx)
    if row is None:
        raise LookupError(f"no workspace {tx.workspace}")
    return Workspace(*row)


def set_workspace(tx: Tx, **values: Any) -> None:
    """Set columns of this transaction's workspace."""
    _SET_WORKSPACE.change(tx, values)


def meet(tx: Tx, slack_user_id: str, *, dm_channel: str | None = None) -> Teller:
    """The teller with this Slack id, made known if new; a direct-message channel that is given is remembered."""
    known = find_teller(tx, slack_user_id)
    if known is None:
        known = Teller(tx.new_id(), slack_user_id, dm_channel, None, None, None, None)
        tx.insert(TellerRow, {"id": known.id, "slack_user_id": slack_user_id, "dm_channel": dm_channel})
    elif dm_channel is not None and dm_channel != known.dm_channel:
        set_teller(tx, known.id, dm_channel=dm_channel)
        known = get_teller(tx, known.id)
    return known


def find_teller(tx: Tx, slack_user_id: str) -> Teller | None:
    """The teller with this Slack id, if they have spoken to the bot."""
    row = _OF_SLACK.first(tx, {"theirs": slack_user_id})
    return None if row is None else Teller(*row)


def get_teller(tx: Tx, teller_id: str) -> Teller:
    """The teller with this id. Raises LookupError."""
    row = _WITH_ID.first(tx, {"row": teller_id})
    if row is None:
        raise LookupError(f"no teller {teller_id}")
    return Teller(*row)


def set_teller(tx: Tx, teller_id: str, **values: Any) -> None:
    """Set columns of a teller."""
    _CHANGE.change(tx, {"row": teller_id, **values})


# ── who told a story ──────────────────────────────────────────────────────────────────────────────────────────────


def set_author(tx: Tx, story_id: str, teller_id: str, draft_id: str) -> None:
    """Say who told a story. No other table does; `unlinking.py` has what leads there in other ways."""
    tx.insert_once(AuthorRow, {"story_id": story_id, "teller_id": teller_id, "draft_id": draft_id})


def find_author(tx: Tx, story_id: str) -> Teller | None:
    """Who told the story, while that is still known."""
    row = _AUTHOR.first(tx, {"story": story_id})
    return None if row is None else Teller(*row)


def is_author(tx: Tx, story_id: str, slack_user_id: str) -> bool:
    """Whether this person told this story."""
    author = find_author(tx, story_id)
    return author is not None and author.slack_user_id == slack_user_id


def set_change_draft(tx: Tx, story_id: str, draft_id: str | None) -> None:
    """Say which draft is changing, or answering for, a story; None when it has ended."""
    tx.connection.execute(
        update(AuthorRow)
        .where(AuthorRow.workspace == tx.workspace, AuthorRow.story_id == story_id)
        .values(change_draft_id=draft_id)
    )


def change_draft_of(tx: Tx, story_id: str) -> str | None:
    """The draft that is changing this story, if one is."""
    return tx.connection.execute(
        select(AuthorRow.change_draft_id).where(AuthorRow.workspace == tx.workspace, AuthorRow.story_id == story_id)
    ).scalar_one_or_none()


def story_of_draft(tx: Tx, draft_id: str) -> str | None:
    """The story that this draft became, or is changing."""
    found = (_BECAME.scalar(tx, {"draft": draft_id}), _CHANGES.scalar(tx, {"draft": draft_id}))
    return next((story_id for story_id in found if story_id is not None), None)


def stories_of_teller(tx: Tx, teller_id: str) -> list[str]:
    """Ids of the stories this person told."""
    return _TOLD_BY.scalars(tx, {"teller": teller_id})


class Told(NamedTuple):
    """A story that was sent: by whom, when, and from where on the messages stand that it was told in."""

    draft_id: str
    slack_user_id: str
    channel: str
    oldest: str
    sent_at: datetime


def on_their_way(tx: Tx, *, most: int = 100) -> Sequence[Told]:
    """Stories that were sent and are in no digest yet, the latest first."""
    story = (
        select(StoryRow.workspace, StoryRow.id, StoryRow.submitted_at)
        .where(
            StoryRow.workspace == tx.workspace,
            StoryRow.status.in_([StoryStatus.SUBMITTED, StoryStatus.ASKED, StoryStatus.APPROVED]),
        )
        .order_by(StoryRow.submitted_at.desc())
        .limit(most)
        .subquery()
    )
    at = (FragmentRow.workspace == AuthorRow.workspace) & (FragmentRow.draft_id == AuthorRow.draft_id)
    told = (AuthorRow.draft_id, TellerRow.slack_user_id, FragmentRow.channel)
    rows = tx.connection.execute(
        select(*told, func.min(FragmentRow.ts), story.c.submitted_at)
        .join_from(story, AuthorRow, (AuthorRow.workspace == story.c.workspace) & (AuthorRow.story_id == story.c.id))
        .join(TellerRow, (TellerRow.workspace == AuthorRow.workspace) & (TellerRow.id == AuthorRow.teller_id))
        .join(FragmentRow, at)
        .group_by(*told, story.c.submitted_at)
        .order_by(story.c.submitted_at.desc())
    )
    return [Told(*row) for row in rows]
