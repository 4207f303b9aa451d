"""Who is writing: a member, a guest, somebody from another organisation, or nobody who can tell a story.

Slack is asked once per person and ten minutes, and only for people without an open draft. Where it cannot say (an
outage, a missing scope), what it said last counts. Somebody of whom it never said anything may tell a story, so that no
member is kept from it, and read none, so that no guest is shown one.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.delivery.outcomes import CALL_FAILURES, of_error
from bot.intake.greeting import Standing, may_tell
from bot.story.policy import May, Policy

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
        """Who this is, as far as Slack says; UNKNOWN where it cannot say and never did."""
        now = self._clock.monotonic()
        known = self._known.get(user_id)
        if known is not None and now - known[0] < REMEMBER:
            return known[1]
        try:
            answer = await asyncio.wait_for(self._client.users_info(user=user_id), PATIENCE)
        except CALL_FAILURES as error:
            log.warning("standing not told reason=%s known=%s", of_error(error).code, known is not None)
            return Standing.UNKNOWN if known is None else known[1]
        standing = standing_of(answer.get("user") or {}, self._team_id)
        self._known.pop(user_id, None)
        self._known[user_id] = (now, standing)
        if len(self._known) > _MOST:
            del self._known[next(iter(self._known))]  # of whom it was asked longest ago
        return standing

    async def may_read(self, policy: Policy, user_id: str) -> May:
        """Whether this person may read stories in Slack: whoever may tell here, once it is known who they are."""
        standing = await self.standing(user_id)
        if standing is Standing.UNKNOWN and not policy.guests_may_tell:
            return May.UNSURE
        return May.READ if may_tell(policy, standing) else May.NOT


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
