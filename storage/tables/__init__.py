"""The tables. Every key carries its workspace, and so does every cross-reference.

Declared once here; `migrations/` builds them and a test holds the two together. Statements are SQLAlchemy Core over
these classes; there is no session and no identity map. `Words` columns are the ones that hold what people wrote.
"""

from storage.tables.audit import AuditCheckpointRow, AuditHeadRow, AuditRow
from storage.tables.base import DELETING, HEARING, PARKED, UNSETTLED, WAITING, Base
from storage.tables.breakglass import BreakGlassRow, RenewalRow, WrongCodeRow
from storage.tables.house import AuthorRow, InboxRow, ParkedRow, TellerRow, WorkspaceRow
from storage.tables.permitting import ConfirmationRow, PermissionChangeRow
from storage.tables.reading import SearchWordRow, StoryOfDayRow, StoryReadRow
from storage.tables.rights import RemovalRow, TombstoneRow, WithdrawalCodeRow, WithdrawalRow
from storage.tables.screening import ScreenHitRow
from storage.tables.sending import EditionEntryRow, EditionRow, OutboxRowTable, SurfaceRow
from storage.tables.sequels import SequelQuestionRow, SequelRow
from storage.tables.sharing import ShareRow
from storage.tables.stories import AskRow, DecisionRow, PermissionRow, StoryRow, VersionAnswerRow, VersionRow
from storage.tables.storybook import BookRow, BookStoryRow
from storage.tables.suggesting import SuggestionRow
from storage.tables.telling import AskedRow, DraftAnswerRow, DraftRow, FragmentRow, ScriptRow

__all__ = [
    "DELETING",
    "HEARING",
    "PARKED",
    "UNSETTLED",
    "WAITING",
    "AskRow",
    "AskedRow",
    "AuditCheckpointRow",
    "AuditHeadRow",
    "AuditRow",
    "AuthorRow",
    "Base",
    "BookRow",
    "BookStoryRow",
    "BreakGlassRow",
    "ConfirmationRow",
    "DecisionRow",
    "DraftAnswerRow",
    "DraftRow",
    "EditionEntryRow",
    "EditionRow",
    "FragmentRow",
    "InboxRow",
    "OutboxRowTable",
    "ParkedRow",
    "PermissionChangeRow",
    "PermissionRow",
    "RemovalRow",
    "RenewalRow",
    "ScreenHitRow",
    "ScriptRow",
    "SearchWordRow",
    "SequelQuestionRow",
    "SequelRow",
    "ShareRow",
    "StoryOfDayRow",
    "StoryReadRow",
    "StoryRow",
    "SuggestionRow",
    "SurfaceRow",
    "TellerRow",
    "TombstoneRow",
    "VersionAnswerRow",
    "VersionRow",
    "WithdrawalCodeRow",
    "WithdrawalRow",
    "WorkspaceRow",
    "WrongCodeRow",
]
