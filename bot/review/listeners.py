"""What reviewers press and send: each listener reads the payload, has one thing done, and acknowledges it.

Nothing is decided here and nobody is trusted here: who may do what is settled in `service.py`, in the transaction that
does it. `COMMANDS` are the verbs that reviewers type (`typed.py`). Bound by `app.py`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot import ids
from bot.commands import NOT_SAVED
from bot.edge import Edge
from bot.review import modals, rendering, rules, service, suggest, trail
from bot.review.rules import Outcome, What
from bot.review.typed import COMMANDS, commands
from bot.story import declining
from bot.story.policy import Policy
from storage.audit import Surface
from storage.database import Tx
from storage.records import Verb

__all__ = ["COMMANDS", "commands", "register"]

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


@dataclass(frozen=True, slots=True)
class _Press:
    """Who pressed what, and where they are."""

    by: str
    value: str
    channel: str
    on_card: bool
    """On a message that everybody in the channel sees; it changes by itself."""
    in_modal: bool
    response_url: str | None
    """Of a private line, which can be changed in no other way."""


def _press(body: Mapping[str, Any]) -> _Press:
    action = (body.get("actions") or [{}])[0]
    container = body.get("container") or {}
    view = body.get("view")
    opened = rules.opened_of(str((view or {}).get("private_metadata") or ""))
    here = (body.get("channel") or {}).get("id") or container.get("channel_id") or ""
    private = bool(container.get("is_ephemeral"))
    return _Press(
        by=str((body.get("user") or {}).get("id", "")),
        value=str(action.get("value") or ""),
        channel=str(here) if opened is None else opened.channel,
        on_card=view is None and not private,
        in_modal=view is not None,
        response_url=(str(body.get("response_url") or "") or None) if private else None,
    )


def register(app: AsyncApp, edge: Edge, limits: suggest.Limits = suggest.no_limits) -> None:
    """Listen to the buttons of cards, of private lines and of the list, and to the forms."""

    async def decide_at_once(ack: AsyncAck, body: dict[str, Any]) -> None:
        press = _press(body)
        verb, act = _AT_ONCE[_action_id(body)]

        def work(tx: Tx, policy: Policy) -> None:
            outcome = act(tx, policy, by=press.by, target=rules.at_of(press.value))
            # A card says by itself that it was decided; everywhere else the answer is a line.
            if outcome.what not in rules.ACTED or not press.on_card:
                _tell(tx, policy, outcome, press)

        await edge.once(body, work, apology=lambda tx, policy: _tell(tx, policy, Outcome(What.NOT_SAVED, verb), press))
        await ack()

    async def open_page(ack: AsyncAck, body: dict[str, Any]) -> None:
        press = _press(body)
        verb, target = _THROUGH_A_PAGE[_action_id(body)], rules.at_of(press.value)
        by, channel = press.by, press.channel
        page = await edge.read(
            lambda tx, policy: rendering.page_for(
                tx, policy, verb, by=by, target=target, channel=channel, limits=limits
            )
        )
        if isinstance(page, Outcome):
            await whisper(body, press, page)
            await ack()
            return
        if verb is None:  # before it is shown: what cannot be recorded is not read
            await edge.writer.run(lambda tx: service.note_reading(tx, edge.policy, by=press.by, target=target))
        if not await edge.open_view(body, page, push=press.in_modal):
            await whisper(body, press, Outcome(What.NOT_OPENED, verb))
        await ack()

    async def whisper(body: dict[str, Any], press: _Press, outcome: Outcome) -> None:
        # Never in place: the list or the line that the button stands in is still of use.
        def work(tx: Tx, policy: Policy) -> None:
            trail.leave(tx, outcome, by=press.by, surface=Surface.BUTTON)
            service.tell(tx, policy, outcome, person=press.by, channel=press.channel)

        await edge.once(body, work)

    async def show_more(ack: AsyncAck, body: dict[str, Any]) -> None:
        press = _press(body)
        shown = int(press.value) if re.fullmatch(r"[0-9]{1,5}", press.value) else None

        def work(tx: Tx, policy: Policy) -> None:
            if shown is None or press.response_url is None:
                service.tell(tx, policy, Outcome(What.MALFORMED, None), person=press.by, channel=press.channel)
            else:
                url = press.response_url
                service.show_more(tx, policy, by=press.by, channel=press.channel, shown=shown, response_url=url)

        await edge.once(body, work)
        await ack()

    @app.action(ids.REVIEW_LIST)
    async def show_list(ack: AsyncAck, body: dict[str, Any]) -> None:
        press = _press(body)

        def look(tx: Tx, policy: Policy) -> modals.View | Outcome:
            return service.may_review(policy, by=press.by) or rendering.waiting_page(tx, policy)

        page = await edge.read(look)
        if isinstance(page, Outcome):
            await whisper(body, press, page)
        elif not await edge.open_view(body, page):
            await whisper(body, press, Outcome(What.NOT_OPENED, None))
        await ack()

    for action_id in _AT_ONCE:
        app.action(action_id)(decide_at_once)
    for action_id in _THROUGH_A_PAGE:
        app.action(action_id)(open_page)
    app.action(ids.SHOW_MORE)(show_more)
    _register_forms(app, edge, limits)


def _register_forms(app: AsyncApp, edge: Edge, limits: suggest.Limits) -> None:
    """Listen to the forms that the buttons open."""

    async def send_question(ack: AsyncAck, body: dict[str, Any]) -> None:
        form = _form(body)
        question, about = modals.typed_in(form.view, modals.QUESTION), modals.chosen_in(form.view, modals.ABOUT)

        def act(tx: Tx, policy: Policy) -> Outcome:
            return service.ask(tx, policy, by=form.by, target=form.target, question=question, prompt_id=about)

        await _send(edge, ack, body, form, act, box=modals.QUESTION)

    async def send_decline(ack: AsyncAck, body: dict[str, Any]) -> None:
        form = _form(body)
        reason, comment = declining.typed_in(form.view)

        def act(tx: Tx, policy: Policy) -> Outcome:
            return service.decline(tx, policy, by=form.by, target=form.target, comment=comment, reason=reason)

        await _send(edge, ack, body, form, act, box=declining.COMMENT)

    async def send_redaction(ack: AsyncAck, body: dict[str, Any]) -> None:
        form = _form(body)
        words = modals.answers_in(form.view)

        def act(tx: Tx, policy: Policy) -> Outcome:
            return service.redact(tx, policy, by=form.by, target=form.target, words=words)

        await _send(edge, ack, body, form, act)

    async def send_suggestion(ack: AsyncAck, body: dict[str, Any]) -> None:
        form = _form(body)
        words = modals.answers_in(form.view)

        def act(tx: Tx, policy: Policy) -> Outcome:
            return suggest.suggest(tx, policy, by=form.by, target=form.target, words=words, limits=limits)

        await _send(edge, ack, body, form, act)

    app.view(ids.ASK_VIEW)(send_question)
    app.view(ids.DECLINE_VIEW)(send_decline)
    app.view(ids.REDACT_VIEW)(send_redaction)
    app.view(ids.SUGGEST_VIEW)(send_suggestion)
    _register_choices(app, edge)


def _register_choices(app: AsyncApp, edge: Edge) -> None:
    """Listen to what an author chooses, their own words or the suggested ones. The letter then says what came of it."""

    async def choose(ack: AsyncAck, body: dict[str, Any]) -> None:
        press, accept = _press(body), _action_id(body) == ids.USE_WORDING
        await edge.once(
            body,
            lambda tx, policy: suggest.answer(tx, policy, by=press.by, suggestion_id=press.value, accept=accept),
        )
        await ack()

    for action_id in (ids.USE_WORDING, ids.KEEP_MINE):
        app.action(action_id)(choose)


def _action_id(body: Mapping[str, Any]) -> str:
    return str((body.get("actions") or [{}])[0].get("action_id", ""))


def _tell(tx: Tx, policy: Policy, outcome: Outcome, press: _Press) -> None:
    service.tell(tx, policy, outcome, person=press.by, channel=press.channel, response_url=press.response_url)


# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Form:
    """Who sent a form, about which version, opened from where."""

    by: str
    target: rules.At | None
    channel: str
    view: Mapping[str, Any]


def _form(body: Mapping[str, Any]) -> _Form:
    view = body.get("view") or {}
    opened = rules.opened_of(str(view.get("private_metadata") or ""))
    return _Form(
        by=str((body.get("user") or {}).get("id", "")),
        target=None if opened is None else opened.at,
        channel="" if opened is None else opened.channel,
        view=view,
    )


async def _send(
    edge: Edge,
    ack: AsyncAck,
    body: Mapping[str, Any],
    form: _Form,
    act: Callable[[Tx, Policy], Outcome],
    *,
    box: str = "",
) -> None:
    """Do what the form asks. A problem is shown beneath its box (the first, if none is named that the form has), so
    that what was typed is not lost."""
    boxes = modals.boxes_of(form.view)
    first = box if box in boxes else next(iter(boxes), box)

    def work(tx: Tx, policy: Policy) -> dict[str, str] | None:
        outcome = act(tx, policy)
        if outcome.what is not What.DONE:
            named = None if outcome.prompt_id is None else modals.ANSWER + outcome.prompt_id
            where = named if named in boxes else first
            return {where: rendering.problem(tx, policy, outcome, form.by)}
        service.tell(tx, policy, outcome, person=form.by, channel=form.channel)
        return None

    problem = await edge.once(body, work, if_parked={first: NOT_SAVED})
    if problem is None:
        # A form pushed over the story closes with it: its buttons would show what no longer stands.
        await ack(response_action="clear")
    else:
        await ack(response_action="errors", errors=problem)
