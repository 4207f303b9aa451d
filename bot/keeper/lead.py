"""The doctor's look at the information-governance lead: somebody who is here, and not the only one who could ask.

Asked of Slack only where IG_LEAD is set. Called by `doctor.py`.
"""

from collections.abc import Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.keeper.lookup import ask
from bot.keeper.report import Line, fix, note, ok
from bot.settings import Settings

_ABOUT = "lead"


async def lead(client: AsyncWebClient, settings: Settings) -> list[Line]:
    """Whether IG_LEAD is a person who is here, and what they decide. Raises SlackUnavailable."""
    person = settings.ig_lead
    if not person:
        return []
    answer = await ask(client, "users.info", user=person)
    if answer.cannot_know:
        return [note(_ABOUT, f"IG_LEAD is taken as given: {answer.why}")]
    if answer.refused is not None:
        return [fix(_ABOUT, f"{person} is nobody here ({answer.refused}). Give a person's id in IG_LEAD.")]
    user: Mapping[str, Any] = answer.data.get("user") or {}
    if user.get("deleted") or user.get("is_bot"):
        what = "has left" if user.get("deleted") else "is a bot"
        return [fix(_ABOUT, f"{person} {what}. Give another person's id in IG_LEAD.")]
    if not settings.break_glass:
        return [ok(_ABOUT, "is here; nobody can ask who told a story, since BREAK_GLASS is off")]
    lines = [ok(_ABOUT, "is here, and decides whether a reviewer may see who told a story")]
    if settings.reviewers == (person,):
        lines.append(note(_ABOUT, "is the only reviewer, and nobody asks themselves. Add another to REVIEWERS."))
    return lines
