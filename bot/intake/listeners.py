"""What intake listens to: messages, their edits and deletions, presses and forms. What is typed is in `typed.py`.

A listener reads the payload, has one thing done in one transaction, and returns; Bolt acknowledges after that. The only
calls to Slack made here open a form (its trigger lives three seconds) or ask once who somebody is.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot import ids
from bot.edge import Edge
from bot.intake import (
    answering,
    carrying,
    checking,
    forms,
    greeting,
    payloads,
    pressing,
    sending,
    service,
    telling,
)
from bot.intake.dialogue import Move
from bot.intake.rendering import IN_A_CHANNEL
from bot.intake.shelf import Shelf
from bot.people import People
from bot.pressed import Press, form_of, press_of
from bot.story import tidings
from bot.story.policy import Policy
from bot.story.view import view_of
from storage import outbox, stories, tellers
from storage.database import Tx
from storage.records import DraftState, Message, Op

Body = dict[str, Any]

_PRESSES: Mapping[str, Move] = {
    ids.NEXT: Move.NEXT,
    ids.SKIP: Move.SKIP,
    ids.SEND: Move.SEND,
    ids.BACK: Move.BACK,
    ids.FINISH_LATER: Move.STOP,
    ids.CARRY_ON: Move.CARRY_ON,
    ids.DELETE: Move.DELETE,
    ids.DELETE_YES: Move.DELETE_YES,
    ids.DELETE_NO: Move.DELETE_NO,
    ids.KEEP_PRIVATE: Move.KEEP_PRIVATE,
    ids.REPLACE: Move.REPLACE,
    ids.NOT_ONE: Move.NOT_ONE,
    ids.SEND_WITH_CARE: Move.SEND,
}
_LONG = 4_000
"""Characters of a message: to look through more for what looks like an identifier takes its time."""
_IN_CONVERSATION = re.compile(f"^(?:{'|'.join((*_PRESSES, ids.NAME_AS, ids.PLACES, f'{ids.CHOOSE}:.*'))})$")
"""What is pressed or ticked where a story is told."""
_TS = re.compile(r"\d{1,12}\.\d{1,9}")
"""As Slack writes it: of the message with which a story is to begin."""


def register(app: AsyncApp, edge: Edge, shelf: Shelf, people: People, recover: Callable[[], None]) -> None:
    """Listen. `recover` is called when something is to be read back from a direct message."""
    # Bolt asks one listener after the other whether it is meant: what comes most often stands in front.
    _presses(app, edge, shelf)
    _messages(app, edge, shelf, people)
    _starting(app, edge, shelf, people, recover)
    _stories(app, edge)
    _forms(app, edge, shelf)


# ── messages ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _messages(app: AsyncApp, edge: Edge, shelf: Shelf, people: People) -> None:
    @app.event("message")
    async def on_message(body: Body, event: Body) -> None:
        if not payloads.is_direct(event):
            return
        match event.get("subtype"):
            case subtype if subtype in payloads.SAID_SUBTYPES and payloads.is_human(event):
                await take(body, event)
            case "me_message" if payloads.is_human(event):
                said = payloads.said(event)
                await edge.once(body, lambda tx, policy: service.refuse_kind(tx, policy, shelf, said))
            case "message_changed" if not payloads.is_tombstone(event):
                edited = payloads.edited(event)
                if edited is not None:
                    standing = await people.standing(edited.user_id)
                    await edge.once(body, lambda tx, policy: service.edit_message(tx, policy, shelf, edited, standing))
            case "message_deleted" | "message_changed":
                gone = payloads.deleted(event)
                if gone is not None:
                    await edge.once(body, lambda tx, policy: service.delete_message(tx, policy, shelf, gone))

    async def take(body: Body, event: Body) -> None:
        said = payloads.said(event)
        standing = await people.standing(said.user_id)

        def sorry(tx: Tx, policy: Policy) -> None:
            teller = tellers.meet(tx, said.user_id, dm_channel=said.channel)
            outbox.enqueue(tx, Message(carrying.SORRY, tidings.teller(teller.id), key=f"sorry:{said.ts}"))

        def kept(tx: Tx, policy: Policy) -> None:
            service.take_message(tx, policy, shelf, said, standing)

        await edge.once(body, kept, apology=sorry, light=len(said.text) <= _LONG)

    @app.event("app_mention")
    async def on_mention(body: Body, event: Body) -> None:
        if payloads.is_direct(event) or not payloads.is_human(event):
            return
        message = Message(
            IN_A_CHANNEL,
            tidings.channel(str(event.get("channel"))),
            op=Op.WHISPER,
            person=str(event.get("user")),
            thread_ts=payloads.thread_of(event),
        )
        await edge.once(body, lambda tx, policy: outbox.enqueue(tx, message))


# ── starting ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _starting(app: AsyncApp, edge: Edge, shelf: Shelf, people: People, recover: Callable[[], None]) -> None:
    async def on_start(ack: AsyncAck, body: Body) -> None:
        pressed = press_of(body)
        ts = pressed.value if pressed.action_id == ids.START_WITH and _TS.fullmatch(pressed.value) else None
        standing = await people.standing(pressed.user_id)
        await edge.once(
            body,
            lambda tx, policy: greeting.start(tx, policy, shelf, pressed, standing, pick_up_ts=ts),
            light=True,
        )
        if ts is not None:
            recover()
        await ack()

    for action_id in (ids.START, ids.START_AFRESH, ids.START_WITH):
        app.action(action_id)(on_start)

    @app.action(ids.NOT_NOW)
    async def on_not_now(ack: AsyncAck, body: Body) -> None:
        pressed = press_of(body)
        await edge.once(body, lambda tx, policy: greeting.not_now(tx, policy, pressed))
        await ack()

    @app.action(ids.HOW_WE_USE)
    async def on_how_we_use(ack: AsyncAck, body: Body) -> None:
        await edge.open_view(body, telling.how_we_use(shelf.current.campaign))
        await ack()

    @app.action(ids.TELL_STORY)
    async def on_tell_story(ack: AsyncAck, body: Body) -> None:
        pressed = press_of(body)
        standing = await people.standing(pressed.user_id)

        def tell(tx: Tx, policy: Policy) -> None:
            greeted = greeting.open_conversation(tx, policy, shelf, pressed.user_id, standing)
            if greeted is not None and pressed.channel and pressed.channel != greeted.dm_channel:
                args = {"what": "sent_dm"}
                to = tidings.channel(pressed.channel)
                line = Message(carrying.WHISPER, to, op=Op.WHISPER, args=args, person=pressed.user_id)
                outbox.enqueue(tx, replace(line, response_url=pressed.response_url))

        await edge.once(body, tell)
        await ack()


# ── presses in the conversation ───────────────────────────────────────────────────────────────────────────────────


def _presses(app: AsyncApp, edge: Edge, shelf: Shelf) -> None:
    @app.action(_IN_CONVERSATION)
    async def on_press(ack: AsyncAck, body: Body) -> None:
        pressed = press_of(body)
        move = _PRESSES.get(pressed.action_id)
        if move is None:
            await edge.once(body, lambda tx, policy: pressing.tick(tx, policy, shelf, pressed), light=True)
        else:
            care = pressed.action_id == ids.SEND_WITH_CARE
            await edge.once(
                body, lambda tx, policy: pressing.press(tx, policy, shelf, pressed, move, care=care), light=True
            )
        await ack()

    def plain(action_id: str, work: Callable[[Tx, Policy, Shelf, Press], object]) -> None:
        @app.action(action_id)
        async def on_press(ack: AsyncAck, body: Body) -> None:
            pressed = press_of(body)
            await edge.once(body, lambda tx, policy: work(tx, policy, shelf, pressed), light=True)
            await ack()

    plain(ids.TAKE_OUT, pressing.take_out)
    plain(ids.ADD_TO, pressing.add_to)
    plain(ids.SEND_BACK, _send_back)
    plain(ids.CHANGE_STORY, _change_story)
    plain(ids.DELETE_STORY, lambda tx, policy, shelf, pressed: sending.delete_declined(tx, policy, pressed))
    plain(ids.LEAVE_IT, lambda tx, policy, shelf, pressed: sending.leave_alone(tx, pressed))


def _send_back(tx: Tx, policy: Policy, shelf: Shelf, pressed: Press) -> None:
    problem = answering.send_back(tx, policy, shelf, pressed)
    if problem is not None:
        _whisper(tx, pressed, problem)


def _change_story(tx: Tx, policy: Policy, shelf: Shelf, pressed: Press) -> None:
    problem = sending.change_story(tx, policy, shelf, pressed)
    if problem is not None:
        _whisper(tx, pressed, problem)


def _whisper(tx: Tx, pressed: Press, what: str) -> None:
    tidings.whisper(tx, pressed, carrying.WHISPER, {"what": what})


# ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _forms(app: AsyncApp, edge: Edge, shelf: Shelf) -> None:
    @app.action(ids.CHANGE)
    async def on_change(ack: AsyncAck, body: Body) -> None:
        pressed = press_of(body)
        form = await edge.read(lambda tx, policy: _change_form(tx, shelf, pressed))
        await _open(edge, body, pressed, form)
        await ack()

    @app.view(ids.TELLERS_VIEW)
    async def on_change_saved(ack: AsyncAck, body: Body) -> None:
        form = form_of(body)
        draft_id, _, place = form.metadata.partition(":")
        values = payloads.answers_in(form)
        problems = await edge.once(
            body, lambda tx, policy: forms.save_form(tx, policy, shelf, form.user_id, draft_id, place, values)
        )
        await (ack(response_action="errors", errors=problems) if problems else ack())

    @app.action(ids.ANSWER)
    async def on_answer(ack: AsyncAck, body: Body) -> None:
        pressed = press_of(body)
        form = await edge.read(lambda tx, policy: answering.answer_form(tx, shelf, pressed.user_id, pressed.value))
        await _open(edge, body, pressed, form)
        await ack()

    @app.view(ids.ANSWER_VIEW)
    async def on_answered(ack: AsyncAck, body: Body) -> None:
        form = form_of(body)
        words = payloads.from_slack_field(form.typed.get("answer", ""))
        problem = await edge.once(
            body, lambda tx, policy: answering.answer(tx, policy, shelf, form.user_id, form.metadata, words)
        )
        await (ack(response_action="errors", errors={"answer": problem}) if problem else ack())


async def _open(edge: Edge, body: Body, pressed: Press, form: dict[str, Any] | str) -> None:
    """Open the form; whisper the word that stands in its place, or that Slack would not open it."""
    what = form if isinstance(form, str) else None if await edge.open_view(body, form) else "form_failed"
    if what is not None:
        await edge.once(body, lambda tx, policy: _whisper(tx, pressed, what))


def _change_form(tx: Tx, shelf: Shelf, pressed: Press) -> dict[str, Any] | str:
    """The form for one answer, or a word that says why there is none."""
    draft = pressing.own_draft(tx, pressed)
    if draft is None or draft.state is not DraftState.OPEN:
        return "over"
    conversation = carrying.load(tx, shelf, draft)
    question = forms.find_question(conversation, pressed.value.partition(":")[2])
    if question is None:
        return "over"
    form = checking.change_form(conversation, question, carrying.texts(tx, conversation))
    return "form_too_long" if form is None else form


# ── one's own stories ─────────────────────────────────────────────────────────────────────────────────────────────


def _stories(app: AsyncApp, edge: Edge) -> None:
    @app.action(ids.SEE_STORY)
    async def on_see(ack: AsyncAck, body: Body) -> None:
        pressed = press_of(body)

        def see(tx: Tx, policy: Policy) -> dict[str, Any] | None:
            story = sending.own_story(tx, pressed.user_id, pressed.value)
            if story is None or story.current_version == 0:
                return None
            version = stories.find_version(tx, story.id, story.current_version)
            return None if version is None else telling.reading(view_of(story.number, version))

        view = await edge.read(see)
        if view is None or not await edge.open_view(body, view):
            what = "not_yours" if view is None else "form_failed"
            await edge.once(body, lambda tx, policy: _whisper(tx, pressed, what))
        await ack()
