"""What reviewers type: `/story review`, `approve`, `ask`, `decline`, `redact` and the like, answered privately.

Bound by `rooms.py` through `commands`. The answer rides in the acknowledgement, after the commit. Only the shape of
what was typed is looked at here; who may do what is settled in `service.py`.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace

from bot import ids
from bot.commands import Call, Command, Commands, after_number, story_number
from bot.edge import Edge
from bot.outgoing import Rendered
from bot.review import answers, cards_again, queue, rendering, service, trail
from bot.review.rules import Outcome, Target, What
from bot.review.suggest import Limits, no_limits
from bot.story.policy import Policy
from storage.database import Tx
from storage.records import Verb

_LOOKS = 8
_BETWEEN_LOOKS = 0.1
"""Seconds. Together well under the three in which a command must be answered."""
_MORE = re.compile(r"(?:(?:and|story|[#,;&+\s])*\d+)+", re.IGNORECASE)
"""Further numbers, after the first."""
_UNSURE = f"I couldn't finish that. To see how things stand: {ids.COMMAND} review"


async def _review(edge: Edge, call: Call) -> Rendered | None:
    """The list of what waits."""

    def work(tx: Tx, policy: Policy) -> tuple[Rendered, bool]:
        if denied := service.may_review(policy, by=call.user_id):
            return rendering.answer(tx, policy, denied, call.user_id), False
        return rendering.waiting_list(tx, policy, shown=queue.PAGE), bool(cards_again.lost(tx))

    said, lost = await edge.read(work)
    if lost:
        await edge.writer.run(lambda tx: cards_again.put_again(tx, edge.policy))
    return said


async def _approve(edge: Edge, call: Call) -> Rendered | None:
    number = story_number(call.rest)
    if number is None:
        return _which("approve 31")
    if _MORE.fullmatch(after_number(call.rest)):
        return answers.plainly(f"One story at a time, so that each is read. Try: {ids.COMMAND} approve {number}")
    return await _do(edge, call, lambda tx, policy: service.approve(tx, policy, by=call.user_id, target=number))


async def _ask(edge: Edge, call: Call) -> Rendered | None:
    number, question = story_number(call.rest), after_number(call.rest)
    if number is None:
        return _which(f"ask 31 {answers.EXAMPLE}")
    return await _do(
        edge, call, lambda tx, policy: service.ask(tx, policy, by=call.user_id, target=number, question=question)
    )


async def _decline(edge: Edge, call: Call) -> Rendered | None:
    number, comment = story_number(call.rest), after_number(call.rest)
    if number is None:
        return _which("decline 31")
    if not comment:
        return await _open_form(edge, call, number, Verb.DECLINE, f"decline {number} and your reason")
    return await _do(
        edge, call, lambda tx, policy: service.decline(tx, policy, by=call.user_id, target=number, comment=comment)
    )


async def _redact(edge: Edge, call: Call) -> Rendered | None:
    number = story_number(call.rest)
    if number is None:
        return _which("redact 31")
    return await _open_form(edge, call, number, Verb.REDACT, f"redact {number}")


async def _suggest(edge: Edge, call: Call, limits: Limits = no_limits) -> Rendered | None:
    number = story_number(call.rest)
    if number is None:
        return _which("suggest 31")
    return await _open_form(edge, call, number, Verb.SUGGEST, f"suggest {number}", limits)


async def _sensitive(edge: Edge, call: Call) -> Rendered | None:
    number = story_number(call.rest)
    if number is None:
        return _which("sensitive 31")
    return await _do(edge, call, lambda tx, policy: service.mark_sensitive(tx, policy, by=call.user_id, target=number))


async def _open_form(
    edge: Edge, call: Call, target: Target, verb: Verb, again: str, limits: Limits = no_limits
) -> Rendered | None:
    """The form opens; what stands in its way is said instead."""
    by, channel = call.user_id, call.channel_id
    page = await edge.read(
        lambda tx, policy: rendering.page_for(tx, policy, verb, by=by, target=target, channel=channel, limits=limits)
    )
    if isinstance(page, Outcome):
        return await _refuse(edge, call, page)
    if await edge.open_view(call.body, page):
        return None
    return answers.plainly(f"If no form has opened, try: {ids.COMMAND} {again}")


async def _refuse(edge: Edge, call: Call, outcome: Outcome) -> Rendered:
    """Say what stands in the way, and leave a row that says so."""

    def say(tx: Tx, policy: Policy) -> Rendered:
        trail.leave(tx, outcome, by=call.user_id)
        return rendering.answer(tx, policy, outcome, call.user_id)

    unsure = answers.plainly(_UNSURE)
    return await edge.once(call.body, say, if_parked=unsure) or unsure


async def _do(edge: Edge, call: Call, act: Callable[[Tx, Policy], Outcome]) -> Rendered:
    """Do it once and answer in the same transaction, so that the answer is of what was done."""
    await _card_has_gone_out(edge, story_number(call.rest))

    def work(tx: Tx, policy: Policy) -> Rendered:
        outcome = act(tx, policy)
        said = rendering.answer(tx, policy, outcome, call.user_id)
        if outcome.what in (What.UNSHOWN, What.CHANGED):
            cards_again.put_again(tx, policy, outcome.story_id)
        return said

    unsure = answers.plainly(_UNSURE)
    return await edge.once(call.body, work, if_parked=unsure) or unsure


async def _card_has_gone_out(edge: Edge, number: int | None) -> None:
    """Wait a moment for a card that is being posted: a quick reviewer sees it before we know that it stands."""
    for _ in range(_LOOKS):
        if number is None or not await edge.read(lambda tx, policy: service.is_going_out(tx, number)):
            return
        await asyncio.sleep(_BETWEEN_LOOKS)


def _which(example: str) -> Rendered:
    return answers.plainly(f"Which story? Try: {ids.COMMAND} {example}")


COMMANDS: Commands = {
    "review": Command(_review, f"{ids.COMMAND} review", reviewers_only=True, denied="review"),
    "approve": Command(_approve, f"{ids.COMMAND} approve 31", reviewers_only=True, denied="approve"),
    "ask": Command(_ask, f"{ids.COMMAND} ask 31 question", reviewers_only=True, denied="ask the teller"),
    "decline": Command(_decline, f"{ids.COMMAND} decline 31 reason", reviewers_only=True, denied="decline"),
    "redact": Command(_redact, f"{ids.COMMAND} redact 31", reviewers_only=True, denied="redact"),
    "suggest": Command(_suggest, f"{ids.COMMAND} suggest 31", reviewers_only=True, denied="suggest other words"),
    "sensitive": Command(
        _sensitive, f"{ids.COMMAND} sensitive 31", reviewers_only=True, denied="mark a story as sensitive"
    ),
}


def commands(limits: Limits) -> Commands:
    """The same, with forms in which an answer may be as long as its script allows."""

    async def suggest(edge: Edge, call: Call) -> Rendered | None:
        return await _suggest(edge, call, limits)

    return {**COMMANDS, "suggest": replace(COMMANDS["suggest"], run=suggest)}
