"""The people who decide: REVIEWERS' ids looked up, user groups opened, and whoever cannot review left out.

Somebody who has left is told apart from an id that was never right: a restart of the bot must not fail because a
colleague changed jobs.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import Problem
from bot.keeper.lookup import Answer, ask
from bot.settings import Settings
from bot.text import count

_AT_ONCE: Final = 5
_SETTING: Final = "REVIEWERS"
_SLACKBOT: Final = "USLACKBOT"  # users.info does not call it a bot
_MEMBER_ID: Final = 'In a profile: ⋮, "Copy member ID".'
_NOBODY_KNOWN: Final = "reviewers are taken as given, and only with GUESTS_MAY_TELL=yes are stories read in Slack"
_NOBODY: Final = frozenset({"user_not_found", "users_not_found", "user_not_visible"})
_NO_GROUP: Final = frozenset({"no_such_subteam", "subteam_not_found"})
_PAID_ONLY: Final = frozenset({"plan_upgrade_required", "paid_teams_only", "paid_only"})


@dataclass(frozen=True, slots=True)
class Reviewers:
    """Who reviews, by id and name; who has left; ids that were never right; and what deserves a word."""

    ids: frozenset[str]
    names: Mapping[str, str]
    left: tuple[Problem, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    unread: tuple[Problem, ...] = ()
    """Those of `problems` that say a user group or a person could not be looked up: who reviews is not known."""

    @property
    def must_fix(self) -> tuple[Problem, ...]:
        """What keeps the bot from starting: ids that are wrong, and nobody to review."""
        if self.ids or self.problems:
            return self.problems
        return self.left or (Problem(_SETTING, f"nobody who could review. Give people's ids. {_MEMBER_ID}"),)


@dataclass(frozen=True, slots=True)
class _Person:
    id: str
    name: str | None = None
    wrong: str | None = None
    has_left: bool = False
    unread: bool = False
    note: str | None = None


async def find_reviewers(client: AsyncWebClient, settings: Settings) -> Reviewers:
    """Returns the reviewers that the settings name. Raises SlackUnavailable when there is no answer."""
    named = [given for given in settings.reviewers if not given.startswith("S")]
    problems: list[Problem] = []
    notes: list[str] = []
    unread: list[Problem] = []
    in_groups: dict[str, str] = {}
    for group in settings.reviewers:
        if group not in named:
            answer = await ask(client, "usergroups.users.list", usergroup=group)
            if answer.refused is None:
                members = [str(user) for user in answer.data.get("users") or ()]
                in_groups |= dict.fromkeys(members, group)
                notes += [] if members else [f"{group} is empty"]
            elif answer.refused in _NO_GROUP:
                problems.append(Problem(_SETTING, f"{group} is no user group here. Remove it from REVIEWERS."))
            else:
                unread.append(Problem(_SETTING, f"{group} can't be read: {_why_unread(answer)}"))
    people = await _look_up_all(client, list(dict.fromkeys([*named, *in_groups])))
    left = []
    not_counted: dict[str, int] = {}
    for person in people:
        if person.wrong is None:
            notes += [person.note] if person.note else []
        elif person.unread:
            unread.append(Problem(_SETTING, person.wrong))
        elif person.id not in named:
            # Nobody can be removed from REVIEWERS here: the group's owner mends this, and it harms nothing.
            not_counted[in_groups[person.id]] = not_counted.get(in_groups[person.id], 0) + 1
        elif person.has_left:
            left.append(Problem(_SETTING, person.wrong))
        else:
            problems.append(Problem(_SETTING, person.wrong))
    notes += [f"{count(n, 'member')} of {group} can't review (left, or no person)" for group, n in not_counted.items()]
    fit = [person for person in people if person.wrong is None]
    return Reviewers(
        ids=frozenset(person.id for person in fit),
        names={person.id: person.name for person in fit if person.name},
        left=tuple(left),
        problems=(*problems, *unread),
        notes=tuple(dict.fromkeys(notes)),
        unread=tuple(unread),
    )


def _why_unread(answer: Answer) -> str:
    if answer.refused in _PAID_ONLY:
        return "user groups need a paid plan. Give people's ids in REVIEWERS."
    if answer.refused == "missing_scope":
        return f'{answer.why}. Add it under "OAuth & Permissions" and reinstall the app, or give people\'s ids.'
    return f"{answer.why}. Give people's ids in REVIEWERS."


async def _look_up_all(client: AsyncWebClient, ids: list[str]) -> list[_Person]:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(user_id: str) -> _Person:
        async with gate:
            return await _look_up(client, user_id)

    tasks = [asyncio.ensure_future(one(user_id)) for user_id in ids]
    try:
        return [await task for task in tasks]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _look_up(client: AsyncWebClient, user_id: str) -> _Person:
    answer = await ask(client, "users.info", user=user_id)
    if answer.cannot_know:
        return _Person(user_id, note=f"{_NOBODY_KNOWN}: {answer.why}")
    if answer.refused in _NOBODY:
        return _Person(user_id, wrong=f"{user_id} is nobody here ({answer.refused}). Remove it from REVIEWERS.")
    if answer.refused is not None:
        return _Person(user_id, wrong=f"{user_id} can't be looked up: {answer.why}.", unread=True)
    user: Mapping[str, Any] = answer.data.get("user") or {}
    if user.get("deleted"):
        return _Person(user_id, wrong=f"{user_id} has left. Remove it from REVIEWERS.", has_left=True)
    if user.get("is_bot") or user_id == _SLACKBOT:
        return _Person(user_id, wrong=f"{user_id} is a bot. Give people's ids in REVIEWERS. {_MEMBER_ID}")
    if user.get("is_stranger"):
        note = f"{user_id} is of another organisation and could read stories before they are approved"
    elif user.get("is_restricted") or user.get("is_ultra_restricted"):
        note = f"{user_id} is a guest and could read stories before they are approved"
    else:
        note = None
    return _Person(user_id, name=_name(user), note=note)


def _name(user: Mapping[str, Any]) -> str | None:
    profile = user.get("profile") or {}
    choice = (user.get("real_name"), profile.get("real_name"), profile.get("display_name"), user.get("name"))
    return next((name for name in choice if isinstance(name, str) and name), None)
