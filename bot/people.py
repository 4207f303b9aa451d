"""Who is writing: a member, a guest, somebody from another organisation, or nobody who can tell a story.

Slack is asked once per person and ten minutes, and only for people without an open draft. A Slack that cannot say (an
outage, a missing scope) does not keep a member from telling their story.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.delivery.outcomes import CALL_FAILURES
from bot.intake.greeting import Standing

log = logging.getLogger(__name__)

REMEMBER: Final = 600.0
PATIENCE: Final = 1.5
"""Seconds: an event must be acknowledged within three."""
_MOST: Final = 10_000


class People:
    """Remembers for a while what Slack says of a person. Only the standing is kept, never the profile."""

    def __init__(self, client: AsyncWebClient, clock: Clock, team_id: str) -> None:
        self._client, self._clock, self._team_id = client, clock, team_id
        self._known: dict[str, tuple[float, Standing]] = {}

    async def standing(self, user_id: str) -> Standing:
        """Who this is, as far as Slack says."""
        now = self._clock.monotonic()
        known = self._known.get(user_id)
        if known is not None and now - known[0] < REMEMBER:
            return known[1]
        try:
            answer = await asyncio.wait_for(self._client.users_info(user=user_id), PATIENCE)
        except CALL_FAILURES as error:
            log.warning("standing unknown kind=%s", type(error).__name__)
            return Standing.MEMBER
        standing = standing_of(answer.get("user") or {}, self._team_id)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[user_id] = (now, standing)
        return standing


def standing_of(user: Mapping[str, Any], team_id: str) -> Standing:
    """The standing that a `user` of users.info describes; fields that are absent say nothing."""
    if user.get("is_bot") or user.get("deleted") or user.get("id") == "USLACKBOT":
        return Standing.NOBODY
    teams = {user.get("team_id"), *((user.get("enterprise_user") or {}).get("teams") or [])} - {None}
    if user.get("is_stranger") or (teams and team_id not in teams):
        return Standing.STRANGER
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return Standing.GUEST
    return Standing.MEMBER
