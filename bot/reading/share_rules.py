"""Sharing a story in a channel: what can come of it, and which channels a story may be shared in.

Pure. "Storybook for staff" is the permission that covers a channel: so nobody outside may be reading along. What Slack
does not say of a channel is taken as a no.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

MOST: Final = 5
"""Stories that one person may share within `WITHIN`."""
WITHIN: Final = timedelta(hours=1)
LATEST: Final = timedelta(hours=1)
"""A story that could not be posted for so long is not: the channel may be another place by now."""


class What(StrEnum):
    """What came of it. Values are codes of the audit trail."""

    DONE = "done"
    ALREADY = "already"
    GONE = "gone"
    NOT_FOR_YOU = "not_for_you"
    NOT_SURE = "standing_unknown"
    TOO_MANY = "too_many"
    NO_CHANNEL = "no_channel"
    NOT_SEEN = "channel_not_seen"
    ARCHIVED = "archived"
    OUTSIDE = "shared_outside"
    READ_ONLY = "read_only"
    NOT_INVITED = "not_invited"
    NOT_THEIRS = "not_in_channel"
    NOT_KNOWN = "not_known"
    NOT_SAVED = "not_saved"


def refusal(raw: Mapping[str, Any], team_id: str) -> What | None:
    """Why nothing may be shared in this channel (a `channel` of conversations.info); None where it may."""
    if raw.get("is_im") or raw.get("is_mpim"):
        return What.NO_CHANNEL
    if raw.get("is_archived"):
        return What.ARCHIVED
    if _is_outside(raw, team_id):
        return What.OUTSIDE
    if raw.get("is_member") is not True:
        return What.NOT_INVITED
    if raw.get("is_read_only") or raw.get("is_thread_only"):
        return What.READ_ONLY
    return None


def _is_outside(raw: Mapping[str, Any], team_id: str) -> bool:
    """Whether people of another organisation, or of another workspace of this one, read the channel or are about to."""
    if raw.get("is_ext_shared") is not False or raw.get("is_pending_ext_shared"):
        return True
    if raw.get("pending_shared") or raw.get("pending_connected_team_ids"):
        return True
    teams = {
        str(team)
        for name in ("shared_team_ids", "internal_team_ids", "connected_team_ids")
        for team in raw.get(name) or ()
    }
    if raw.get("is_shared") or raw.get("is_org_shared") or raw.get("is_global_shared"):
        return teams != {team_id}
    return bool(teams - {team_id})
