"""What reviewers press and send: each listener reads the payload, has one thing done, and acknowledges it.

Nothing is decided here and nobody is trusted here: who may do what is settled in `service.py`, in the transaction that
does it. What reviewers type is in `typed.py`. Bound by `rooms.py`.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot import ids
from bot.commands import NOT_SAVED
from bot.edge import Edge
from bot.pressed import Form, Press, form_of, press_of
from bot.review import modals, rendering, rules, service, suggest, trail
from bot.review.rules import Outcome, What
from bot.story import declining
from bot.story.policy import Policy
from bot.text import from_slack
from storage.audit import Surface
from storage.database import Tx
from storage.records import Verb

Body = dict[str, Any]

_AT_ONCE: Final = {
    ids.APPROVE: (Verb.APPROVE, service.approve),
    ids.UNDO: (Verb.UNDO, service.undo),
    ids.SENSITIVE: (Verb.SENSITIVE, service.mark_sensitive),
}
_THROUGH_A_PAGE: Final[Mapping[str, Verb | None]] = {
    ids.ASK: Verb.ASK,
    ids.DECLINE: Verb.DECLINE,
    ids.REDACT: Verb.REDACT,
    ids.SUGGEST: Verb.SUGGEST,
    ids.READ: None,
}


def register(app: AsyncApp, edge: Edge, limits: suggest.Limits = suggest.no_limits) -> None:
    """Listen to the buttons of cards, of private lines and of the list, to the forms, and to what an author chooses."""
    _register_decisions(app, edge)
    _register_pages(app, edge, limits)
    _register_list(app, edge)
    _register_forms(app, edge, limits)
    _register_choices(app, edge)


# ── buttons ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _register_decisions(app: AsyncApp, edge: Edge) -> None:
    """Listen to what decides as soon as it is pressed."""

    async def decide(ack: AsyncAck, body: Body) -> None:
        press = _press(body)
        verb, act = _AT_ONCE[press.action_id]

        def work(tx: Tx, policy: Policy) -> None:
            outcome = act(tx, policy, by=press.user_id, target=rules.at_of(press.value))
            # A card says by itself that it was decided; everywhere else the answer is a line.
            if outcome.what not in rules.ACTED or press.is_private or press.view:
                _tell(tx, policy, outcome, press)

        await edge.once(body, work, apology=lambda tx, policy: _tell(tx, policy, Outcome(What.NOT_SAVED, verb), press))
        await ack()

    for action_id in _AT_ONCE:
        app.action(action_id)(decide)


def _register_pages(app: AsyncApp, edge: Edge, limits: suggest.Limits) -> None:
    """Listen to what opens a story, or a form about it."""

    async def open_page(ack: AsyncAck, body: Body) -> None:
        press = _press(body)
        verb, target = _THROUGH_A_PAGE[press.action_id], rules.at_of(press.value)
        by, channel = press.user_id, press.channel

        def look(tx: Tx, policy: Policy) -> modals.View | Outcome:
            return rendering.page_for(tx, policy, verb, by=by, target=target, channel=channel, limits=limits)

        page = await edge.read(look)
        if isinstance(page, Outcome):
            await _whisper(edge, body, press, page)
            await ack()
            return
        if verb is None:  # before it is shown: what cannot be recorded is not read
            await edge.writer.run(lambda tx: service.note_reading(tx, edge.policy, by=by, target=target))
        if not await edge.open_view(body, page, push=press.in_modal):
            await _whisper(edge, body, press, Outcome(What.NOT_OPENED, verb))
        await ack()

    for action_id in _THROUGH_A_PAGE:
        app.action(action_id)(open_page)


def _register_list(app: AsyncApp, edge: Edge) -> None:
    """Listen to what shows the stories that wait, and more of them."""

    @app.action(ids.REVIEW_LIST)
    async def show_list(ack: AsyncAck, body: Body) -> None:
        press = _press(body)

        def look(tx: Tx, policy: Policy) -> modals.View | Outcome:
            return service.may_review(policy, by=press.user_id) or rendering.waiting_page(tx, policy)

        page = await edge.read(look)
        if isinstance(page, Outcome):
            await _whisper(edge, body, press, page)
        elif not await edge.open_view(body, page):
            await _whisper(edge, body, press, Outcome(What.NOT_OPENED, None))
        await ack()

    @app.action(ids.SHOW_MORE)
    async def show_more(ack: AsyncAck, body: Body) -> None:
        press = _press(body)
        by, channel, url = press.user_id, press.channel, press.private_url
        shown = int(press.value) if re.fullmatch(r"[0-9]{1,5}", press.value) else None

        def work(tx: Tx, policy: Policy) -> None:
            if shown is None or url is None:
                service.tell(tx, policy, Outcome(What.MALFORMED, None), person=by, channel=channel)
            else:
                service.show_more(tx, policy, by=by, channel=channel, shown=shown, response_url=url)

        await edge.once(body, work)
        await ack()


def _press(body: Body) -> Press:
    """The press; on a page, as if it had been made where that was opened."""
    press = press_of(body)
    opened = rules.opened_of(press.metadata)
    return press if opened is None else press._replace(channel=opened.channel)


def _tell(tx: Tx, policy: Policy, outcome: Outcome, press: Press) -> None:
    service.tell(tx, policy, outcome, person=press.user_id, channel=press.channel, response_url=press.private_url)


async def _whisper(edge: Edge, body: Body, press: Press, outcome: Outcome) -> None:
    """Say it, but never in place: the list or the line that the button stands in is still of use."""

    def work(tx: Tx, policy: Policy) -> None:
        trail.leave(tx, outcome, by=press.user_id, surface=Surface.BUTTON)
        service.tell(tx, policy, outcome, person=press.user_id, channel=press.channel)

    await edge.once(body, work)


# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _register_forms(app: AsyncApp, edge: Edge, limits: suggest.Limits) -> None:
    """Listen to the forms that the buttons open."""

    @app.view(ids.ASK_VIEW)
    async def send_question(ack: AsyncAck, body: Body) -> None:
        form = form_of(body)
        question, about = from_slack(form.typed.get(modals.QUESTION, "")), form.choice(modals.ABOUT) or None

        def act(tx: Tx, policy: Policy, at: rules.At | None) -> Outcome:
            return service.ask(tx, policy, by=form.user_id, target=at, question=question, prompt_id=about)

        await _send(edge, ack, body, form, act, box=modals.QUESTION)

    @app.view(ids.DECLINE_VIEW)
    async def send_decline(ack: AsyncAck, body: Body) -> None:
        form = form_of(body)
        reason, comment = declining.said_in(form)

        def act(tx: Tx, policy: Policy, at: rules.At | None) -> Outcome:
            return service.decline(tx, policy, by=form.user_id, target=at, comment=comment, reason=reason)

        await _send(edge, ack, body, form, act, box=declining.COMMENT)

    @app.view(ids.REDACT_VIEW)
    async def send_redaction(ack: AsyncAck, body: Body) -> None:
        form = form_of(body)
        words = modals.answers_in(form)

        def act(tx: Tx, policy: Policy, at: rules.At | None) -> Outcome:
            return service.redact(tx, policy, by=form.user_id, target=at, words=words)

        await _send(edge, ack, body, form, act)

    @app.view(ids.SUGGEST_VIEW)
    async def send_suggestion(ack: AsyncAck, body: Body) -> None:
        form = form_of(body)
        words = modals.answers_in(form)

        def act(tx: Tx, policy: Policy, at: rules.At | None) -> Outcome:
            return suggest.suggest(tx, policy, by=form.user_id, target=at, words=words, limits=limits)

        await _send(edge, ack, body, form, act)


async def _send(
    edge: Edge,
    ack: AsyncAck,
    body: Body,
    form: Form,
    act: Callable[[Tx, Policy, rules.At | None], Outcome],
    *,
    box: str = "",
) -> None:
    """Do what the form asks of the version that it was opened for. A problem is shown beneath its box (the first, if
    none is named that the form has), so that what was typed is not lost."""
    opened = rules.opened_of(form.metadata)
    at, channel = (None, "") if opened is None else (opened.at, opened.channel)
    first = box if box in form.inputs else next(iter(form.inputs), box)

    def work(tx: Tx, policy: Policy) -> dict[str, str] | None:
        outcome = act(tx, policy, at)
        if outcome.what is not What.DONE:
            named = None if outcome.prompt_id is None else modals.ANSWER + outcome.prompt_id
            where = named if named in form.inputs else first
            return {where: rendering.problem(tx, policy, outcome, form.user_id)}
        service.tell(tx, policy, outcome, person=form.user_id, channel=channel)
        return None

    problem = await edge.once(body, work, if_parked={first: NOT_SAVED})
    if problem is None:
        # A form pushed over the story closes with it: its buttons would show what no longer stands.
        await ack(response_action="clear")
    else:
        await ack(response_action="errors", errors=problem)


# ── the author ────────────────────────────────────────────────────────────────────────────────────────────────────


def _register_choices(app: AsyncApp, edge: Edge) -> None:
    """Listen to what an author chooses, their own words or the suggested ones. The letter then says what came of it."""

    async def choose(ack: AsyncAck, body: Body) -> None:
        press = press_of(body)
        by, accept = press.user_id, press.action_id == ids.USE_WORDING
        await edge.once(
            body, lambda tx, policy: suggest.answer(tx, policy, by=by, suggestion_id=press.value, accept=accept)
        )
        await ack()

    for action_id in (ids.USE_WORDING, ids.KEEP_MINE):
        app.action(action_id)(choose)
