"""Which rooms there are: the kinds of message, the listeners, the verbs and the chores of each, in one list of each.

Part of the only wiring. The rooms do not know each other, so what one says on the other's pages is handed over here;
nothing is decided. `app.py` takes the lists and runs them.
"""

from collections.abc import Callable
from datetime import datetime

from slack_bolt.async_app import AsyncApp

from bot import commands
from bot.commands import Commands
from bot.delivery.scheduler import Chore
from bot.digest import listeners as digest_listeners
from bot.digest import rendering as digest_rendering
from bot.digest import service as digest
from bot.edge import Edge
from bot.intake import listeners as intake_listeners
from bot.intake import rendering as intake_rendering
from bot.intake import typed as intake_typed
from bot.intake import waking, whereabouts
from bot.intake.shelf import Shelf
from bot.keeper import stats as keeper_stats
from bot.outgoing import Kinds
from bot.people import People
from bot.reading import listeners as reading_listeners
from bot.reading import sharing
from bot.reading.service import Others
from bot.review import listeners as review_listeners
from bot.review import rendering as review_rendering
from bot.review import service as review
from bot.review import typed as review_typed
from bot.rights import (
    breakglass,
    breakglass_listeners,
    mydata,
    permission_listeners,
    permission_rendering,
    renewal,
    renewal_listeners,
    retention,
)
from bot.rights import listeners as rights_listeners
from bot.rights import rendering as rights_rendering
from bot.rights.forgetting import Forgetting
from bot.sequel import listeners as sequel
from bot.story.policy import May, Policy
from bot.themes import themes_of
from storage import tellers
from storage.database import Tx


def kinds(shelf: Shelf) -> Kinds:
    """Every kind of message, and how it is rendered; nothing leaves about a story that was withdrawn."""
    return rights_rendering.watched(
        {
            **intake_rendering.kinds(shelf),
            **review_rendering.KINDS,
            **digest_rendering.KINDS,
            **permission_rendering.KINDS,
            **mydata.KINDS,
            **breakglass.KINDS,
            **renewal.KINDS,
            **sequel.KINDS,
            **sharing.KINDS,
        }
    )


def listen(
    app: AsyncApp, edge: Edge, shelf: Shelf, people: People, forgetting: Forgetting, recover: Callable[[], None]
) -> None:
    """Everything that people press, send and type. `recover` is called when messages are to be read back."""

    def notice_version() -> int:
        return shelf.current.campaign.notice_version

    async def may_read(user_id: str) -> May:
        return await people.may_read(edge.policy, user_id)

    # Bolt asks one listener after the other whether it is meant: what comes most often stands in front.
    intake_listeners.register(app, edge, shelf, people, recover)
    review_listeners.register(app, edge, shelf.limits)
    digest_listeners.register(app, edge)
    rights_listeners.register(app, edge, forgetting)
    permission_listeners.register(app, edge, notice_version)
    breakglass_listeners.register(app, edge)
    renewal_listeners.register(app, edge, notice_version)
    sequel.register(app, edge, forgetting.forget_now)
    others = Others(writing=whereabouts.where(shelf), waiting=review.waiting)
    reading_listeners.register(app, edge, may_read, lambda: themes_of(shelf.current), others)
    verbs: Commands = {
        **intake_typed.commands(shelf, people),
        **review_typed.commands(shelf.limits),
        **digest_listeners.COMMANDS,
        **permission_listeners.COMMANDS,
        **rights_listeners.COMMANDS,
        **breakglass_listeners.COMMANDS,
        **keeper_stats.commands(lambda: shelf.current),
        **reading_listeners.commands(may_read),
    }
    commands.register(app, edge, verbs)


def chores() -> list[Chore]:
    """What time brings, in the order it is done at start: the ledger is looked at before we say we are alive."""
    return [
        Chore("edition", digest.tick),
        Chore("preview", digest.preview_tick),
        Chore("dates", _dates),
        Chore("drafts", waking.wake),
        Chore("queue", review.remind),
        Chore("retention", retention.purge),
        Chore("breakglass", breakglass.sweep),
        Chore("renewal", renewal.check),
        Chore("sequel", sequel.check),
        Chore("shares", sharing.tend),
        Chore("alive", alive),
    ]


def _dates(tx: Tx, policy: Policy) -> datetime | None:
    digest.announce_dates(tx, policy)
    return None


def alive(tx: Tx, policy: Policy) -> datetime | None:
    """Say that the bot was running at this moment."""
    tellers.set_workspace(tx, last_alive_at=tx.now)
    return None
