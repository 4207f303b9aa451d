"""What readers type and press: each listener reads the payload, has one thing looked up, and shows it.

Nothing is sent from here but pages and homes, which live as long as the screen they stand on; a story that was taken
back meanwhile is not on the next one. Bound by `rooms.py`, which also says who may read and what the themes are.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot import ids
from bot.commands import Call, Command, Commands, story_number
from bot.edge import Edge
from bot.outgoing import Rendered
from bot.pressed import press_of
from bot.reading import blocks, example_blocks, home_blocks, service, share_listeners
from bot.reading.rules import MORE_RESULTS, RESULTS, Theme, number_in
from bot.story import examples
from bot.story.policy import May, Policy
from bot.story.view import Example
from bot.text import from_slack
from storage import search, tellers
from storage.database import Tx

Body = dict[str, Any]
MayRead = Callable[[str], Awaitable[May]]
Themes = Callable[[], Sequence[Theme]]


def register(app: AsyncApp, edge: Edge, may_read: MayRead, themes: Themes, others: service.Others) -> None:
    """Listen to the home being opened, to its buttons and those of results, and to *Share*."""
    _register_home(app, edge, may_read, themes, others)
    _register_stories(app, edge, may_read)
    _register_search(app, edge, may_read)
    share_listeners.register(app, edge, may_read)


def _register_home(app: AsyncApp, edge: Edge, may_read: MayRead, themes: Themes, others: service.Others) -> None:
    """Listen to the home being opened, and to what turns its pages."""

    async def show_home(user_id: str, theme: str = "", before: int | None = None) -> None:
        may = await may_read(user_id)
        if may is May.NOT:
            await edge.show_home(user_id, home_blocks.for_others())
            return

        def look(tx: Tx, policy: Policy) -> dict[str, Any]:
            if may is May.UNSURE:
                unknown = service.home_of_unknown(tx, policy, user_id, others=others)
                return home_blocks.view(policy, unknown, tx.now)
            home = service.home(tx, policy, user_id, themes=themes(), others=others, theme=theme, before=before)
            return home_blocks.view(policy, home, tx.now)

        await edge.show_home(user_id, await edge.read(look))

    @app.event("app_home_opened")
    async def on_home(event: Body) -> None:
        if event.get("tab") == "home" and event.get("user"):
            await show_home(str(event["user"]))

    @app.action(ids.BROWSE)
    async def on_browse(ack: AsyncAck, body: Body) -> None:
        press = press_of(body)
        await show_home(press.user_id, press.choice)
        await ack()

    @app.action(ids.BROWSE_ON)
    async def on_browse_on(ack: AsyncAck, body: Body) -> None:
        press = press_of(body)
        before, _, theme = press.value.partition(":")
        await show_home(press.user_id, theme, number_in(before))
        await ack()


def _register_stories(app: AsyncApp, edge: Edge, may_read: MayRead) -> None:
    """Listen to the buttons that open one story, or one answer of somebody else's."""

    @app.action(ids.READ_STORY)
    async def on_read(ack: AsyncAck, body: Body) -> None:
        press = press_of(body)
        number = number_in(press.value) or 0

        def look(tx: Tx, policy: Policy) -> dict[str, Any]:
            view = service.read(tx, number)
            return blocks.gone_page(number) if view is None else blocks.story_page(view)

        page = blocks.refused_page(await may_read(press.user_id), f"Story {number}") or await edge.once(body, look)
        if page is not None:
            await edge.open_view(body, page, push=press.in_modal)
        await ack()

    @app.action(ids.SHOW_ONE)
    async def on_show_one(ack: AsyncAck, body: Body) -> None:
        press = press_of(body)
        page = blocks.refused_page(await may_read(press.user_id), example_blocks.TITLE)
        if page is None:
            one = await edge.read(lambda tx, policy: _example(tx, press.user_id, press.value))
            page = example_blocks.none_page() if one is None else example_blocks.page(one)
        await (edge.change_view(body, page) if press.in_modal else edge.open_view(body, page))
        await ack()


def _example(tx: Tx, user_id: str, value: str) -> Example | None:
    """Somebody else's answer to the question that a button names, after the one that it showed."""
    prompt_id, _, shown = value.rpartition(":")
    teller = tellers.find_teller(tx, user_id)
    return examples.another(tx, prompt_id, teller_id=None if teller is None else teller.id, after=number_in(shown) or 0)


def _register_search(app: AsyncApp, edge: Edge, may_read: MayRead) -> None:
    """Listen to the button beneath results that shows more of them."""

    @app.action(ids.SEARCH_MORE)
    async def on_more(ack: AsyncAck, body: Body) -> None:
        press = press_of(body)
        skip, question = blocks.asked_for_more(press.value)
        page = blocks.refused_page(await may_read(press.user_id), blocks.RESULTS_TITLE)
        if page is None:
            found = await edge.read(
                lambda tx, policy: service.look_for(tx, question, skip=skip, most=MORE_RESULTS),
            )
            page = blocks.results_page(found, question, search.stem)
        await edge.open_view(body, page, push=press.in_modal)
        await ack()


# ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────────


def commands(may_read: MayRead) -> Commands:
    """`/story read`, `/story search` and `/story share`."""

    async def read(edge: Edge, call: Call) -> Rendered | None:
        if (refused := blocks.refused(await may_read(call.user_id))) is not None:
            return refused
        number = story_number(call.rest)
        if call.rest and number is None:
            return blocks.plain(f"Which story? Try: {ids.COMMAND} read 31")

        def look(tx: Tx, policy: Policy) -> Rendered:
            if number is None:
                view = service.of_today(tx, policy)
                return blocks.no_stories() if view is None else blocks.story(view, opening="A story for today")
            view = service.read(tx, number)
            return blocks.nothing_to_read(number) if view is None else blocks.story(view)

        return await edge.once(call.body, look)

    async def look_for(edge: Edge, call: Call) -> Rendered | None:
        if (refused := blocks.refused(await may_read(call.user_id))) is not None:
            return refused
        question = from_slack(call.rest)
        if not search.stems(question):
            return blocks.plain(f"Add the words to look for: {ids.COMMAND} search hospital discharge")
        if not search.terms(question):
            return blocks.too_common(question)
        found = await edge.read(lambda tx, policy: service.look_for(tx, question, most=RESULTS))
        return blocks.results(found, question, search.stem)

    return {
        "read": Command(read, f"{ids.COMMAND} read 31"),
        "search": Command(look_for, f"{ids.COMMAND} search hospital discharge"),
        **share_listeners.commands(may_read),
    }
