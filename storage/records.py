"""What crosses the wall between the house and its memory: frozen records and enums, and nothing that acts.

Pure. Instants (`*_at`) are aware UTC datetimes. A Slack `ts` is a string. Ids are random text; a story's `number` is
what people say. Imported by every room, so it imports none; the enums stand in `kinds.py` and are handed on here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from storage.kinds import (
    DeclineReason,
    Disposition,
    DraftState,
    EditionState,
    Naming,
    Op,
    OutboxState,
    Part,
    Place,
    Purpose,
    Stage,
    StoryStatus,
    Verb,
    VersionKind,
)

__all__ = [
    "Answer",
    "Ask",
    "Asked",
    "Decision",
    "DeclineReason",
    "Disposition",
    "Draft",
    "DraftState",
    "Edition",
    "EditionState",
    "Fragment",
    "Message",
    "Naming",
    "Op",
    "OutboxRow",
    "OutboxState",
    "Part",
    "Place",
    "Purpose",
    "ScreenHit",
    "Screened",
    "Stage",
    "Story",
    "StoryStatus",
    "Teller",
    "Verb",
    "Version",
    "VersionAnswer",
    "VersionKind",
    "Workspace",
]


@dataclass(frozen=True, slots=True)
class Workspace:
    """One Slack workspace that the bot serves."""

    id: str
    slack_team_id: str
    first_started_at: datetime
    planned_slot_at: datetime | None
    last_alive_at: datetime | None


@dataclass(frozen=True, slots=True)
class Teller:
    """A person who has spoken to the bot; other tables know only the random `id`."""

    id: str
    slack_user_id: str
    dm_channel: str | None
    greeted_at: datetime | None
    notice_id: str | None
    """Outbox id of the opening notice (B1), while it is the one on the screen."""
    offer_id: str | None
    """Outbox id of "I haven't kept that yet" (B2)."""
    offer_ts: str | None
    """The `ts` of the first message that the offer could pick up. No text is kept."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A story being told."""

    id: str
    teller_id: str
    script_sha: str
    purpose: Purpose
    state: DraftState
    stage: Stage
    open_prompt: str | None
    """Id of the question being asked (its lead prompt); None outside ASKING and SCREENING."""
    started_at: datetime
    active_at: datetime
    paused: bool = False
    nudge_at: datetime | None = None
    expires_at: datetime | None = None
    carrier_id: str | None = None
    """Outbox id of the one message that carries Next."""
    shown_total: int = 0
    """The largest "of 8" said so far; it never goes down."""
    notice_version: int = 0
    recover_from: str | None = None
    """A Slack `ts`: history after it is still to be read back from the direct message."""
    recover_prompt: str | None = None
    """The prompt that what is read back belongs to, when the teller asked for it to be picked up."""
    thread_ts: str | None = None
    """An ANSWER draft lives in the thread of the question that was relayed."""
    started_ts: str | None = None
    """Slack's time of the press of Start: what was written before it is not kept."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """One Slack message's worth of an answer."""

    channel: str
    ts: str
    draft_id: str
    prompt_id: str | None
    text: str
    edited_ts: str | None = None
    removed: bool = False
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class Screened:
    """What its teller decided about what the screen found in one answer of a draft. No words."""

    mark: str = ""
    """The mark of the text that `kept` speaks of: another text is screened anew."""
    kept: tuple[tuple[int, int, str], ...] = ()
    """(start, end, kind) of everything in that text that is no identifier."""
    removed: tuple[tuple[str, int], ...] = ()
    """How many of each kind were replaced."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a draft holds for one prompt. `count` and `length` are of its live fragments, joined by newlines."""

    prompt_id: str
    choices: tuple[str, ...] = ()
    other: str | None = None
    skipped: bool = False
    form_text: str | None = None
    """Words saved in a modal: they win over the fragments."""
    count: int = 0
    length: int = 0
    screened: Screened = Screened()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was put, and the `ts` its message got (None while that is unknown)."""

    outbox_id: str
    prompt_id: str
    ts: str | None
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Story:
    """A story that was sent for review."""

    id: str
    number: int
    status: StoryStatus
    current_version: int
    approved_version: int | None
    submitted_at: datetime
    changed_at: datetime
    care: bool
    """Two different reviewers are needed: its teller asked for it, kept what a screen found, or a reviewer said so."""
    held: bool
    told_slot_at: datetime | None
    """The digest slot that the teller was last told of; once it is posted, when that went out."""
    reminded_at: datetime | None
    first_approver: str | None = None
    """The reviewer who has approved the current version, where it needs two."""


@dataclass(frozen=True, slots=True)
class VersionAnswer:
    """One answer of a version, with the wording that was asked."""

    prompt_id: str
    part: Part
    position: int
    label: str
    wording: str
    value: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScreenHit:
    """How many of a kind the screen found in one answer of a version, and what became of them. Never what matched."""

    prompt_id: str
    kind: str
    disposition: Disposition
    count: int


@dataclass(frozen=True, slots=True)
class Version:
    """A story's words as they stood at one sending."""

    story_id: str
    n: int
    kind: VersionKind
    naming: Naming
    credit_line: str | None
    script_sha: str
    created_at: datetime
    answers: tuple[VersionAnswer, ...] = ()
    places: frozenset[Place] = frozenset()
    """Places with an unrevoked permission for this version."""
    changed_prompts: tuple[str, ...] = ()
    """Prompt ids whose words differ from the parent version."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Something a reviewer did to a version."""

    id: str
    story_id: str
    version: int
    reviewer: str
    verb: Verb
    at: datetime
    reason: DeclineReason | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A reviewer's question about one answer, relayed to the teller."""

    id: str
    story_id: str
    version: int
    prompt_id: str
    question: str
    reviewer: str
    asked_at: datetime
    outbox_id: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Message:
    """A row to put in the outbox: what to render and for whom, never what was rendered.

    `recipient` is `channel:<Slack id>`, `teller:<teller id>` or `author:<story id>`, resolved at the moment of sending.
    Rows of one `lane` go in order. `key` makes the row unique: enqueuing it again changes nothing.
    """

    kind: str
    recipient: str
    op: Op = Op.POST
    args: Mapping[str, str | int | bool | None] = field(default_factory=dict)
    story_id: str | None = None
    version: int | None = None
    key: str | None = None
    lane: str | None = None
    """Default: the recipient, `aside:<recipient>` for what one person alone sees; tidying uses `tidy:<recipient>`,
    what is changed in place in a conversation `beside:<recipient>`."""
    depends_on: str | None = None
    target: str | None = None
    """Outbox id of the message to update, delete or link to."""
    thread: str | None = None
    """Outbox id of the message whose thread this goes into."""
    thread_ts: str | None = None
    person: str | None = None
    """Slack user id that a whisper is for, where the recipient is a channel."""
    due_at: datetime | None = None
    response_url: str | None = None
    """A press's `response_url`: an UPDATE tries it before chat.update, and without a `target` uses it alone (a private
    message can be changed in no other way). A WHISPER tries it where the channel does not let the bot in. Cleared."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message to render and send, and what has become of it."""

    id: str
    lane: str
    seq: int
    recipient: str
    op: Op
    kind: str
    args: Mapping[str, str | int | bool | None]
    story_id: str | None
    version: int | None
    depends_on: str | None
    target: str | None
    thread: str | None
    thread_ts: str | None
    person: str | None
    response_url: str | None
    state: OutboxState
    attempts: int
    enqueued_at: datetime
    due_at: datetime
    channel: str | None
    ts: str | None
    permalink: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Edition:
    """One week's digest in one channel; unique on (channel, ISO year, ISO week)."""

    id: str
    channel: str
    iso_year: int
    iso_week: int
    slot_at: datetime
    made_at: datetime
    state: EditionState
    late: bool
    manual: bool
    offline_from: datetime | None
    outbox_id: str | None
    entries: tuple[tuple[str, int], ...] = ()
    """(story id, version) in order."""

    @property
    def went_out_at(self) -> datetime:
        """When it went out as people would say it: its slot, unless it was late or posted by hand."""
        return self.made_at if self.late or self.manual else self.slot_at
