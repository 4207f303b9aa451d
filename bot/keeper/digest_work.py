"""`altogether digest preview` and `altogether digest post`: the coming edition looked at, or sent before its time.

Each returns what to print. With a bot running on the database only the database is written: that bot sends what it
finds there. `cli.py` calls these, and passes what sends where no bot runs.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from bot.clock import make_clock
from bot.delivery.client import make_client, make_session
from bot.digest.rules import Said
from bot.digest.service import Posted, post_now, preview_text
from bot.errors import DeliveryError, NotFound
from bot.facts import Channel, SlackUnavailable, learn, make_policy, offline_policy
from bot.keeper.lookup import plain_code
from bot.keeper.places import find_places
from bot.settings import Settings
from bot.story.policy import Policy
from storage import editions, lock, outbox, schema, tellers
from storage.database import Database, Tx
from storage.errors import DatabaseLocked
from storage.records import OutboxState
from storage.writer import Writer

log = logging.getLogger(__name__)

DeliverOnce = Callable[[Settings, Callable[[Tx, Policy], Posted]], Awaitable[Posted]]
"""`bot.app.deliver_once`: takes the lock, does the work, sends what it caused."""

_SENDS_WHAT_OTHERS_WRITE: Final = "altogether run"
_LOOK_SECONDS: Final = 10.0


async def preview_digest(settings: Settings) -> str:
    """Returns the next digest as things stand, as plain text. Changes nothing.

    Slack is asked only for the id of a channel that is given by name; without an answer the name stands for it.
    Raises DatabaseNotReady, DatabaseUnavailable, and NotFound where no bot has run yet.
    """
    if not settings.digest_channel:
        raise NotFound("DIGEST_CHANNEL is not set, so there is no digest. See: altogether doctor")
    database = Database(settings.database_url)
    try:
        schema.ready(database)
        now = make_clock(settings).now()
        with database.reading("", now) as tx:
            workspace = tellers.any_workspace(tx)
        if workspace is None:
            raise NotFound("no bot has run on this database yet, so there is nothing to see")
        policy = offline_policy(settings, team_id=workspace.slack_team_id, digest=await _channel_of(settings))
        with database.reading(workspace.id, now) as tx:
            return preview_text(tx, policy)
    finally:
        database.close()


async def post_digest(settings: Settings, deliver_once: DeliverOnce) -> str:
    """Posts this week's digest unless it has gone out; returns the sentence that says what was done.

    Raises DatabaseLocked while another command has the database, DeliveryError when Slack would not take the message,
    SettingsError, SlackUnavailable and what `deliver_once` raises.
    """
    database = Database(settings.database_url)
    try:
        holder = lock.holder(database.path)
        if holder is None:
            posted = await deliver_once(settings, _post)
            _must_have_arrived(database, settings, posted)
            return posted.sentence
        if not holder.startswith(_SENDS_WHAT_OTHERS_WRITE):
            raise DatabaseLocked(holder)
        schema.ready(database)
        posted = await _write(database, settings)
    finally:
        database.close()
    sends = posted.said in (Said.POSTING, Said.POSTING_AGAIN, Said.LOOKING)
    return f"{posted.sentence}\nThe running bot sends it." if sends else posted.sentence


def _post(tx: Tx, policy: Policy) -> Posted:
    return post_now(tx, policy)


def _must_have_arrived(database: Database, settings: Settings, posted: Posted) -> None:
    """Raise DeliveryError if the edition's message was put aside: nobody else is there to say so."""
    if posted.edition is None:
        return
    with database.reading("", make_clock(settings).now()) as tx:
        workspace = tellers.any_workspace(tx)
    if workspace is None:
        return
    with database.reading(workspace.id, make_clock(settings).now()) as tx:
        edition = editions.get(tx, posted.edition.id)
        row = None if edition.outbox_id is None else outbox.find(tx, edition.outbox_id)
    if row is not None and row.state is OutboxState.PARKED:
        why = plain_code(row.reason or "")
        raise DeliveryError(f"the digest could not be posted ({why}). What to do about it: altogether doctor")


async def _write(database: Database, settings: Settings) -> Posted:
    """Put the digest in line for the running bot. The ids come from Slack, so that both speak of one channel."""
    async with make_session() as session:
        facts = await learn(make_client(settings.bot_token, settings.api_url, session), settings)
    clock = make_clock(settings)
    with database.reading("", clock.now()) as tx:
        workspace = tellers.find_workspace(tx, facts.team_id)
    if workspace is None:
        raise NotFound(f"the running bot does not serve {facts.team_name}: its settings are others than these")
    policy = make_policy(settings, facts)
    writer = Writer(database, workspace.id, clock.now).start()
    try:
        return await writer.run(lambda tx: _post(tx, policy))
    finally:
        await asyncio.to_thread(writer.close)


async def _channel_of(settings: Settings) -> Channel | None:
    """The digest's channel where it is given by name, since editions are kept by its id; None where Slack is silent."""
    if not settings.digest_channel.startswith("#") or not settings.bot_token:
        return None
    try:
        async with asyncio.timeout(_LOOK_SECONDS), make_session(answer_seconds=_LOOK_SECONDS) as session:
            client = make_client(settings.bot_token, settings.api_url, session)
            return (await find_places(client, settings, bot_name="altogether")).digest
    except (SlackUnavailable, TimeoutError) as error:
        log.warning("channel not looked up kind=%s", type(error).__name__)
        return None
