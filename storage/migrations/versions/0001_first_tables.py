"""The first tables.

Written out, not taken from `storage.tables`: what a migration did must never change after it has run somewhere.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.String(32)
SLACK_ID = sa.String(64)
NAME = sa.String(32)  # an enum's value
INSTANT = sa.BigInteger()  # microseconds since 1970


def must(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    """A column that always has a value."""
    return sa.Column(name, kind, nullable=False)


def may(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    """A column that may be empty."""
    return sa.Column(name, kind, nullable=True)


def only(condition: str) -> dict[str, Any]:
    """The condition of a partial index, in both dialects."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    """Make every table and index of the first release."""
    op.create_table(
        "edition",
        must("workspace", ID),
        must("id", ID),
        must("channel", SLACK_ID),
        must("iso_year", sa.Integer()),
        must("iso_week", sa.Integer()),
        must("slot_at", INSTANT),
        must("made_at", INSTANT),
        must("state", NAME),
        must("late", sa.Boolean()),
        must("manual", sa.Boolean()),
        may("offline_from", INSTANT),
        may("outbox_id", ID),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_edition"),
        sa.UniqueConstraint(
            "workspace", "channel", "iso_year", "iso_week", name="uq_edition_workspace_channel_iso_year_iso_week"
        ),
    )
    op.create_table(
        "inbox",
        must("workspace", ID),
        must("key", sa.String()),
        must("received_at", INSTANT),
        sa.PrimaryKeyConstraint("workspace", "key", name="pk_inbox"),
    )
    op.create_index("ix_inbox_workspace_received_at", "inbox", ["workspace", "received_at"])
    op.create_table(
        "outbox",
        must("workspace", ID),
        must("id", ID),
        may("key", sa.String()),
        must("lane", sa.String()),
        must("seq", sa.Integer()),
        must("recipient", sa.String()),
        must("op", NAME),
        must("kind", sa.String()),
        must("args", sa.JSON()),
        may("story_id", ID),
        may("version", sa.Integer()),
        may("depends_on", ID),
        may("target", ID),
        may("thread", ID),
        may("thread_ts", sa.String()),
        may("person", SLACK_ID),
        may("response_url", sa.String()),
        must("state", NAME),
        must("attempts", sa.Integer()),
        must("enqueued_at", INSTANT),
        must("due_at", INSTANT),
        may("sent_at", INSTANT),
        may("channel", SLACK_ID),
        may("ts", sa.String()),
        may("permalink", sa.String()),
        may("reason", sa.String()),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_outbox"),
        sa.UniqueConstraint("workspace", "key", name="uq_outbox_workspace_key"),
        sa.UniqueConstraint("workspace", "lane", "seq", name="uq_outbox_workspace_lane_seq"),
    )
    op.create_index("ix_outbox_depends", "outbox", ["workspace", "depends_on"], **only("depends_on IS NOT NULL"))
    op.create_index("ix_outbox_message", "outbox", ["workspace", "channel", "ts"])
    op.create_index("ix_outbox_parked", "outbox", ["workspace", "enqueued_at"], **only("state = 'parked'"))
    op.create_index("ix_outbox_story", "outbox", ["workspace", "story_id", "kind"])
    op.create_index(
        "ix_outbox_waiting", "outbox", ["workspace", "lane", "seq"], **only("state IN ('queued', 'sending')")
    )
    op.create_table(
        "parked",
        must("workspace", ID),
        must("key", sa.String()),
        may("body", sa.Text()),
        must("reason", sa.String()),
        must("parked_at", INSTANT),
        sa.PrimaryKeyConstraint("workspace", "key", name="pk_parked"),
    )
    op.create_table(
        "script_version",
        must("workspace", ID),
        must("sha", sa.String()),
        must("toml", sa.String()),
        must("first_used_at", INSTANT),
        sa.PrimaryKeyConstraint("workspace", "sha", name="pk_script_version"),
    )
    op.create_table(
        "story",
        must("workspace", ID),
        must("id", ID),
        must("number", sa.Integer()),
        must("status", NAME),
        must("current_version", sa.Integer()),
        may("approved_version", sa.Integer()),
        must("submitted_at", INSTANT),
        must("changed_at", INSTANT),
        must("care", sa.Boolean()),
        must("held", sa.Boolean()),
        may("told_slot_at", INSTANT),
        may("reminded_at", INSTANT),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_story"),
        sa.UniqueConstraint("workspace", "number", name="uq_story_workspace_number"),
    )
    op.create_index("ix_story_workspace_status_submitted_at", "story", ["workspace", "status", "submitted_at"])
    op.create_table(
        "teller",
        must("workspace", ID),
        must("id", ID),
        must("slack_user_id", SLACK_ID),
        may("dm_channel", SLACK_ID),
        may("greeted_at", INSTANT),
        may("notice_id", ID),
        may("offer_id", ID),
        may("offer_ts", sa.String()),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_teller"),
        sa.UniqueConstraint("workspace", "slack_user_id", name="uq_teller_workspace_slack_user_id"),
    )
    op.create_table(
        "workspace",
        must("id", ID),
        must("slack_team_id", SLACK_ID),
        may("enterprise_id", SLACK_ID),
        must("first_started_at", INSTANT),
        may("planned_slot_at", INSTANT),
        may("last_alive_at", INSTANT),
        may("queue_reminded_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_workspace"),
        sa.UniqueConstraint("slack_team_id", name="uq_workspace_slack_team_id"),
    )
    op.create_table(
        "author",
        must("workspace", ID),
        must("story_id", ID),
        must("teller_id", ID),
        may("draft_id", ID),
        may("change_draft_id", ID),
        sa.PrimaryKeyConstraint("workspace", "story_id", name="pk_author"),
        sa.ForeignKeyConstraint(
            ["workspace", "story_id"],
            ["story.workspace", "story.id"],
            name="fk_author_workspace_story_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace", "teller_id"],
            ["teller.workspace", "teller.id"],
            name="fk_author_workspace_teller_id",
        ),
    )
    op.create_index("ix_author_workspace_change_draft_id", "author", ["workspace", "change_draft_id"])
    op.create_index("ix_author_workspace_draft_id", "author", ["workspace", "draft_id"])
    op.create_index("ix_author_workspace_teller_id", "author", ["workspace", "teller_id"])
    op.create_table(
        "draft",
        must("workspace", ID),
        must("id", ID),
        must("teller_id", ID),
        must("script_sha", sa.String()),
        must("purpose", NAME),
        must("state", NAME),
        must("stage", NAME),
        may("open_prompt", sa.String()),
        must("started_at", INSTANT),
        must("active_at", INSTANT),
        must("paused", sa.Boolean()),
        may("nudge_at", INSTANT),
        may("expires_at", INSTANT),
        may("carrier_id", ID),
        must("shown_total", sa.Integer()),
        must("notice_version", sa.Integer()),
        may("recover_from", sa.String()),
        may("recover_prompt", sa.String()),
        may("thread_ts", sa.String()),
        may("started_ts", sa.String()),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_draft"),
        sa.ForeignKeyConstraint(
            ["workspace", "script_sha"],
            ["script_version.workspace", "script_version.sha"],
            name="fk_draft_workspace_script_sha",
        ),
        sa.ForeignKeyConstraint(
            ["workspace", "teller_id"],
            ["teller.workspace", "teller.id"],
            name="fk_draft_workspace_teller_id",
        ),
    )
    op.create_index("ix_draft_expires", "draft", ["workspace", "expires_at"], **only("expires_at IS NOT NULL"))
    op.create_index("ix_draft_nudge", "draft", ["workspace", "nudge_at"], **only("nudge_at IS NOT NULL"))
    op.create_index("ix_draft_recover", "draft", ["workspace", "recover_from"], **only("recover_from IS NOT NULL"))
    op.create_index("ix_draft_teller", "draft", ["workspace", "teller_id", "state"])
    op.create_index(
        "uq_draft_open",
        "draft",
        ["workspace", "teller_id"],
        unique=True,
        **only("state = 'open' AND purpose != 'answer'"),
    )
    op.create_table(
        "story_version",
        must("workspace", ID),
        must("story_id", ID),
        must("n", sa.Integer()),
        may("parent", sa.Integer()),
        must("kind", NAME),
        must("naming", NAME),
        may("credit_line", sa.Text()),
        must("script_sha", sa.String()),
        must("created_at", INSTANT),
        must("changed_prompts", sa.JSON()),
        sa.PrimaryKeyConstraint("workspace", "story_id", "n", name="pk_story_version"),
        sa.ForeignKeyConstraint(
            ["workspace", "script_sha"],
            ["script_version.workspace", "script_version.sha"],
            name="fk_story_version_workspace_script_sha",
        ),
        sa.ForeignKeyConstraint(
            ["workspace", "story_id"],
            ["story.workspace", "story.id"],
            name="fk_story_version_workspace_story_id",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "surface",
        must("workspace", ID),
        must("outbox_id", ID),
        must("story_id", ID),
        sa.PrimaryKeyConstraint("workspace", "outbox_id", "story_id", name="pk_surface"),
        sa.ForeignKeyConstraint(
            ["workspace", "outbox_id"],
            ["outbox.workspace", "outbox.id"],
            name="fk_surface_workspace_outbox_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace", "story_id"],
            ["story.workspace", "story.id"],
            name="fk_surface_workspace_story_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_surface_workspace_story_id", "surface", ["workspace", "story_id"])
    op.create_table(
        "ask",
        must("workspace", ID),
        must("id", ID),
        must("story_id", ID),
        must("version", sa.Integer()),
        must("prompt_id", sa.String()),
        must("question", sa.Text()),
        must("reviewer", SLACK_ID),
        must("asked_at", INSTANT),
        may("outbox_id", ID),
        may("answered_at", INSTANT),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_ask"),
        sa.ForeignKeyConstraint(
            ["workspace", "story_id", "version"],
            ["story_version.workspace", "story_version.story_id", "story_version.n"],
            name="fk_ask_workspace_story_id_version",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_ask_workspace_outbox_id", "ask", ["workspace", "outbox_id"])
    op.create_index("ix_ask_workspace_story_id", "ask", ["workspace", "story_id"])
    op.create_table(
        "asked",
        must("workspace", ID),
        must("outbox_id", ID),
        must("draft_id", ID),
        must("prompt_id", sa.String()),
        may("ts", sa.String()),
        must("asked_at", INSTANT),
        sa.PrimaryKeyConstraint("workspace", "outbox_id", name="pk_asked"),
        sa.ForeignKeyConstraint(
            ["workspace", "draft_id"],
            ["draft.workspace", "draft.id"],
            name="fk_asked_workspace_draft_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_asked_workspace_draft_id", "asked", ["workspace", "draft_id"])
    op.create_table(
        "decision",
        must("workspace", ID),
        must("id", ID),
        must("story_id", ID),
        must("version", sa.Integer()),
        must("reviewer", SLACK_ID),
        must("verb", NAME),
        may("reason", NAME),
        may("comment", sa.Text()),
        must("at", INSTANT),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_decision"),
        sa.ForeignKeyConstraint(
            ["workspace", "story_id", "version"],
            ["story_version.workspace", "story_version.story_id", "story_version.n"],
            name="fk_decision_workspace_story_id_version",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_decision_workspace_at", "decision", ["workspace", "at"])
    op.create_index("ix_decision_workspace_story_id_at", "decision", ["workspace", "story_id", "at"])
    op.create_table(
        "draft_answer",
        must("workspace", ID),
        must("draft_id", ID),
        must("prompt_id", sa.String()),
        must("choices", sa.JSON()),
        may("other", sa.Text()),
        must("skipped", sa.Boolean()),
        may("form_text", sa.Text()),
        sa.PrimaryKeyConstraint("workspace", "draft_id", "prompt_id", name="pk_draft_answer"),
        sa.ForeignKeyConstraint(
            ["workspace", "draft_id"],
            ["draft.workspace", "draft.id"],
            name="fk_draft_answer_workspace_draft_id",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "edition_entry",
        must("workspace", ID),
        must("edition_id", ID),
        must("story_id", ID),
        must("channel", SLACK_ID),
        must("version", sa.Integer()),
        must("position", sa.Integer()),
        sa.PrimaryKeyConstraint("workspace", "edition_id", "story_id", name="pk_edition_entry"),
        sa.UniqueConstraint("workspace", "channel", "story_id", name="uq_edition_entry_workspace_channel_story_id"),
        sa.ForeignKeyConstraint(
            ["workspace", "edition_id"],
            ["edition.workspace", "edition.id"],
            name="fk_edition_entry_workspace_edition_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace", "story_id", "version"],
            ["story_version.workspace", "story_version.story_id", "story_version.n"],
            name="fk_edition_entry_workspace_story_id_version",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_edition_entry_workspace_story_id", "edition_entry", ["workspace", "story_id"])
    op.create_table(
        "fragment",
        must("workspace", ID),
        must("channel", SLACK_ID),
        must("ts", sa.String()),
        must("draft_id", ID),
        may("prompt_id", sa.String()),
        must("text", sa.Text()),
        must("length", sa.Integer()),
        may("client_msg_id", sa.String()),
        may("edited_ts", sa.String()),
        must("removed", sa.Boolean()),
        must("superseded", sa.Boolean()),
        sa.PrimaryKeyConstraint("workspace", "channel", "ts", name="pk_fragment"),
        sa.ForeignKeyConstraint(
            ["workspace", "draft_id"],
            ["draft.workspace", "draft.id"],
            name="fk_fragment_workspace_draft_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_fragment_workspace_draft_id_prompt_id", "fragment", ["workspace", "draft_id", "prompt_id"])
    op.create_table(
        "permission",
        must("workspace", ID),
        must("story_id", ID),
        must("version", sa.Integer()),
        must("place", NAME),
        must("naming", NAME),
        must("notice_version", sa.Integer()),
        must("granted_at", INSTANT),
        may("revoked_at", INSTANT),
        sa.PrimaryKeyConstraint("workspace", "story_id", "version", "place", name="pk_permission"),
        sa.ForeignKeyConstraint(
            ["workspace", "story_id", "version"],
            ["story_version.workspace", "story_version.story_id", "story_version.n"],
            name="fk_permission_workspace_story_id_version",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "version_answer",
        must("workspace", ID),
        must("story_id", ID),
        must("n", sa.Integer()),
        must("prompt_id", sa.String()),
        must("part", NAME),
        must("position", sa.Integer()),
        must("label", sa.String()),
        must("wording", sa.String()),
        must("value", sa.Text()),
        must("choices", sa.JSON()),
        sa.PrimaryKeyConstraint("workspace", "story_id", "n", "prompt_id", name="pk_version_answer"),
        sa.ForeignKeyConstraint(
            ["workspace", "story_id", "n"],
            ["story_version.workspace", "story_version.story_id", "story_version.n"],
            name="fk_version_answer_workspace_story_id_n",
            ondelete="CASCADE",
        ),
    )
