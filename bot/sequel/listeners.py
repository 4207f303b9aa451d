"""What tellers and reviewers press and send about what happened next: read the payload, have one thing done, answer.

Nothing is decided here and nobody is trusted here. `rooms.py` takes this room's part in the house from here:
`register`, `KINDS` and the chore `check`.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot import ids
from bot.edge import Edge
from bot.pressed import Press, form_of, press_of
from bot.sequel import asking, blocks, card_blocks, rules, service
from bot.sequel.asking import check
from bot.sequel.rendering import KINDS, page, say
from bot.sequel.rules import Sent, What
from bot.story import declining
from bot.story.policy import Policy
from storage import sequels, stories
from storage.database import Tx
from storage.records import Verb
from storage.told_next import SequelAnswer, SequelState

__all__ = ["KINDS", "check", "register"]

Body = dict[str, Any]
Remember = Callable[[], Awaitable[None]]
"""Has every tombstone written outside the database, and the bytes taken off the disk."""


def register(app: AsyncApp, edge: Edge, remember: Remember) -> None:
    """Listen to the question, the teller's form and the reviewers' cards."""
    _register_teller(app, edge, remember)
    _register_form(app, edge)
    _register_reviewers(app, edge)
    _register_declining(app, edge)


def _register_teller(app: AsyncApp, edge: Edge, remember: Remember) -> None:
    def listen(action_id: str, said: SequelAnswer) -> None:
        @app.action(action_id)
        async def on_answer(ack: AsyncAck, body: Body) -> None:
            press = press_of(body)

            def work(tx: Tx, policy: Policy) -> None:
                say(tx, press, asking.answer(tx, by=press.user_id, story_id=press.value, said=said))

            await edge.once(body, work, apology=_regret(press))
            await ack()

    listen(ids.SEQUEL_NOTHING_YET, SequelAnswer.NOTHING_YET)
    listen(ids.SEQUEL_DONT_ASK, SequelAnswer.NEVER)

    @app.action(ids.SEQUEL_TELL)
    async def on_tell(ack: AsyncAck, body: Body) -> None:
        press = press_of(body)

        def look(tx: Tx, _: Policy) -> dict[str, Any] | What:
            return _form(tx, by=press.user_id, story_id=press.value)

        await _open(edge, body, press, await edge.read(look))
        await ack()

    @app.action(ids.SEQUEL_TAKE_BACK)
    async def on_take_back(ack: AsyncAck, body: Body) -> None:
        press = press_of(body)

        def work(tx: Tx, policy: Policy) -> None:
            say(tx, press, service.take_back(tx, policy, by=press.user_id, story_id=press.value))

        await edge.once(body, work, apology=_regret(press))
        await remember()  # again where it failed before: the press comes again until it is acknowledged
        await ack()


def _register_form(app: AsyncApp, edge: Edge) -> None:
    @app.view(ids.SEQUEL_VIEW)
    async def on_send(ack: AsyncAck, body: Body) -> None:
        form = form_of(body)
        person, words = form.user_id, form.typed.get(blocks.WORDS, "")
        story_id, found = rules.metadata_of(form.metadata)
        not_ones = found if form.choice(blocks.NOT_ONE) else {}

        def work(tx: Tx, policy: Policy) -> Sent:
            return service.send(tx, policy, by=person, story_id=story_id, words=words, not_ones=not_ones)

        # What cannot be taken is no delivery that was dealt with: sent again, it is refused again, its words kept.
        sent = service.judge(words, not_ones)
        if sent.what is What.DONE:
            sent = await edge.once(body, work, if_parked=Sent(What.NOT_SAVED)) or sent
        if sent.what is What.FOUND:
            again = await edge.read(
                lambda tx, _: _form(tx, by=person, story_id=story_id, words=words, found=sent.found)
            )
            if isinstance(again, What):
                await ack(response_action="errors", errors={blocks.WORDS: blocks.LINES[again]})
            else:
                await ack(response_action="update", view=again)
        elif sent.what is not What.DONE:
            await ack(response_action="errors", errors={blocks.WORDS: blocks.LINES[sent.what]})
        else:
            await ack()


def _register_reviewers(app: AsyncApp, edge: Edge) -> None:
    def listen(action_id: str, verb: Verb) -> None:
        @app.action(action_id)
        async def on_decide(ack: AsyncAck, body: Body) -> None:
            press = _press_of_reviewer(edge, body)

            def work(tx: Tx, policy: Policy) -> What:
                what = service.decide(tx, policy, verb, by=press.user_id, at=rules.at_of(press.value))
                if not press.in_modal:
                    say(tx, press, what)
                return what

            what = await edge.once(body, work, apology=_regret(press))
            if press.in_modal and what is not None:
                await _show_again(edge, body, press, what)
            await ack()

    listen(ids.SEQUEL_APPROVE, Verb.APPROVE)
    listen(ids.SEQUEL_UNDO, Verb.UNDO)

    @app.action(ids.SEQUEL_READ)
    async def on_read(ack: AsyncAck, body: Body) -> None:
        press = _press_of_reviewer(edge, body)
        at = rules.at_of(press.value)
        shown = await edge.read(lambda tx, policy: page(tx, policy, by=press.user_id, at=at))
        if at is not None and not isinstance(shown, What):  # before it is shown: what cannot be recorded is not read
            policy = edge.policy
            await edge.writer.run(lambda tx: service.note_reading(tx, policy, by=press.user_id, at=at))
        await _open(edge, body, press, shown)
        await ack()


async def _show_again(edge: Edge, body: Body, press: Press, what: What) -> None:
    """A card changes by itself; the page that was pressed does not."""
    at, line = rules.at_of(press.value), blocks.LINES.get(what, "")
    after = await edge.read(lambda tx, policy: page(tx, policy, by=press.user_id, at=at, line=line))
    shown = card_blocks.over_page(blocks.LINES[after]) if isinstance(after, What) else after
    await edge.change_view(body, shown)


def _register_declining(app: AsyncApp, edge: Edge) -> None:
    @app.action(ids.SEQUEL_DECLINE)
    async def on_decline(ack: AsyncAck, body: Body) -> None:
        press = _press_of_reviewer(edge, body)

        def look(tx: Tx, policy: Policy) -> dict[str, Any] | What:
            at = rules.at_of(press.value)
            refused = service.refusal(tx, policy, by=press.user_id, at=at)
            if refused is not None or at is None:
                return refused or What.CHANGED
            one = sequels.find(tx, at.story_id)
            if one is None or one.state is not SequelState.SUBMITTED:
                return What.ALREADY
            return card_blocks.decline_form(stories.get(tx, at.story_id).number, at)

        await _open(edge, body, press, await edge.read(look))
        await ack()

    @app.view(ids.SEQUEL_DECLINE_VIEW)
    async def on_declined(ack: AsyncAck, body: Body) -> None:
        form = form_of(body)
        at, reason, comment = card_blocks.declined_in(form)

        def work(tx: Tx, policy: Policy) -> What:
            return service.decide(tx, policy, Verb.DECLINE, by=form.user_id, at=at, reason=reason, comment=comment)

        what = await edge.once(body, work, if_parked=What.NOT_SAVED) or What.DONE
        if what is What.DONE:  # the page beneath goes too: its buttons would show what no longer stands
            await ack(response_action="clear")
        else:
            await ack(response_action="errors", errors={declining.COMMENT: blocks.LINES[what]})


def _press_of_reviewer(edge: Edge, body: Body) -> Press:
    """The press of a reviewer, who is heard and answered in their channel where they press on a page."""
    press = press_of(body)
    return press if press.channel else press._replace(channel=edge.policy.review_channel)


# ── inside ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _form(
    tx: Tx, *, by: str, story_id: str, words: str | None = None, found: Mapping[str, int] | None = None
) -> dict[str, Any] | What:
    """The teller's form, with what they have told so far; or why they may not have it."""
    seen = service.look(tx, by=by, story_id=story_id)
    if isinstance(seen, What):
        return seen
    story, version = seen
    before = sequels.find(tx, story.id)
    told = words if words is not None else "" if before is None else before.words
    return blocks.form(story.number, story.id, places=version.places, words=told, found=found)


async def _open(edge: Edge, body: Body, press: Press, page: dict[str, Any] | What) -> None:
    """Open the page, or whisper why it does not open."""
    if isinstance(page, What) or not await edge.open_view(body, page, push=press.in_modal):
        what = page if isinstance(page, What) else What.NOT_OPENED
        await edge.once(body, lambda tx, policy: say(tx, press, what))


def _regret(press: Press) -> Callable[[Tx, Policy], None]:
    return lambda tx, policy: say(tx, press, What.NOT_SAVED)
