"""Settings become a running bot: everything is opened, started in order, and stopped in reverse.

The only wiring, with `rooms.py`, which lists what each room brings. Nothing is decided here.
"""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final, TextIO, TypeVar

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot import __version__, facts, rooms
from bot.clock import Clock, make_clock
from bot.connection import Socket, make_app
from bot.delivery.client import make_client, make_session
from bot.delivery.outbox import Delivery, Identity
from bot.delivery.scheduler import Scheduler
from bot.digest import service as digest
from bot.digest.rules import preview_at
from bot.edge import Edge
from bot.errors import DeliveryError
from bot.facts import Facts, learn, make_policy
from bot.intake.recovery import Recovery
from bot.intake.script.file import load_script
from bot.intake.shelf import Shelf
from bot.people import People
from bot.review import service as review
from bot.rights.forgetting import Forgetting
from bot.settings import Settings
from bot.story.policy import Policy
from bot.story.when import coming_slot
from bot.storybook.keeping import Keeping
from bot.text import count, day, time_of_day, zone_name
from storage import drafts, lock, outbox, schema, stories, tellers
from storage.database import Database, Tx
from storage.records import StoryStatus, Workspace
from storage.writer import Writer

log = logging.getLogger(__name__)
T = TypeVar("T")

REVIEWERS_EVERY: Final = 300.0
"""Seconds between looks at who the reviewers are."""
BUSY_SECONDS: Final = 2.0
"""How long a write waits for a locked database: a press must be answered within three."""
DRAIN_SECONDS: Final = 60.0
"""How long a single post from the command line tries."""
FIRST_RETRY: Final = 1.0
LONGEST_RETRY: Final = 30.0


@dataclass(slots=True)
class House:
    """Everything that is running."""

    settings: Settings
    clock: Clock
    database: Database
    writer: Writer
    workspace: Workspace
    facts: Facts
    edge: Edge
    shelf: Shelf
    client: AsyncWebClient
    delivery: Delivery
    forgetting: Forgetting


# ── opening the house ─────────────────────────────────────────────────────────────────────────────────────────────


def prepare(database: Database) -> None:
    """Make the tables where there are none. Raises DatabaseNotReady naming the command that helps. Under the lock."""
    if schema.state(database).standing is schema.Standing.MISSING:
        schema.migrate(database)
    schema.ready(database)


async def learn_patiently(client: AsyncWebClient, settings: Settings) -> Facts:
    """Ask Slack what the settings name, again and again while Slack cannot be reached. Raises SettingsError."""
    pause = FIRST_RETRY
    while True:
        try:
            return await learn(client, settings)
        except (OSError, TimeoutError, aiohttp.ClientError) as error:
            log.warning("Slack cannot be reached kind=%s; trying again in %.0f s", type(error).__name__, pause)
        except SlackClientError as error:
            log.warning("Slack does not answer kind=%s; trying again in %.0f s", type(error).__name__, pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_RETRY)


@asynccontextmanager
async def open_house(settings: Settings, who: str, *, patient: bool = True) -> AsyncIterator[House]:
    """Take the lock, open the database and build everything that sends; close it all at the end.

    A `patient` house waits for a Slack that cannot be reached; another raises SlackUnavailable.
    """
    clock = make_clock(settings)
    script = load_script(settings.script)
    database = Database(settings.database_url, busy_seconds=BUSY_SECONDS)
    try:
        with lock.hold(database.path, who, at=clock.now()):
            prepare(database)
            async with make_session() as session:
                client = make_client(settings.bot_token, settings.api_url, session)
                known = await (learn_patiently if patient else learn)(client, settings)
                house = _build(settings, clock, database, client, known, Shelf(script))
                try:
                    await house.forgetting.again()  # a copy that was put back must not serve what was taken back
                    yield house
                finally:
                    house.edge.close()
                    await asyncio.to_thread(house.writer.close)
    finally:
        database.close()


def _build(
    settings: Settings, clock: Clock, database: Database, client: AsyncWebClient, known: Facts, shelf: Shelf
) -> House:
    def meet_workspace(tx: Tx) -> Workspace:
        return tellers.add_workspace(tx, known.team_id, known.enterprise_id)

    first = Writer(database, "", clock.now).start()
    workspace = first.submit(meet_workspace).result()
    first.close()
    writer = Writer(database, workspace.id, clock.now).start()
    edge = Edge(database, writer, workspace.id, clock, make_policy(settings, known), client)
    delivery = Delivery(
        database=database,
        writer=writer,
        workspace=workspace.id,
        clock=clock,
        policy=lambda: edge.policy,
        kinds=rooms.kinds(shelf),
        client=client,
        identity=Identity(known.bot_user_id, known.bot_id, known.app_id),
        pace=settings.pace,
        on_parked=lambda tx, row: review.tell_parked(tx, edge.policy, row),
    )
    writer.on_commit, writer.at_once = delivery.nudge, delivery.has_room
    writer.on_parked = lambda key, reason: log.error("job parked kind=%s reason=%s", key.partition(":")[0], reason)
    forgetting = Forgetting(database, writer, workspace.id, clock, lambda: edge.policy, settings.tombstones_file)
    return House(settings, clock, database, writer, workspace, known, edge, shelf, client, delivery, forgetting)


# ── running ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def serve(settings: Settings, *, out: TextIO, stop: asyncio.Event | None = None) -> int:
    """Run the bot until it is told to stop, by a signal or by `stop`; returns the exit code."""
    async with open_house(settings, "altogether run") as house:
        started = house.clock.now()
        people = People(house.client, house.clock, house.facts.team_id)
        recovery = Recovery(house.edge, house.shelf, house.client)
        app = make_app(house.facts, settings.bot_token, house.edge)
        _listen(app, house, people, recovery)
        scheduler = Scheduler(rooms.chores(), house.writer, house.clock, lambda: house.edge.policy)
        storybook = Keeping(house.database, house.writer, house.workspace.id, house.clock, settings)
        session = house.client.session
        assert session is not None
        socket = Socket(app, settings.app_token, make_client(settings.app_token, settings.api_url, session))
        await socket.prepare()
        socket.on_renewed = lambda: recovery.after_absence(None, house.clock.now())
        stop = stop or _stop_signal()

        print(_opening(house), file=out, flush=True)
        await house.writer.run(lambda tx: digest.announce_dates(tx, house.edge.policy))
        if house.workspace.last_alive_at is None:  # the first start: from now on, what is missed can be said
            await house.writer.run(lambda tx: rooms.alive(tx, house.edge.policy))
        await recovery.after_absence(house.workspace.last_alive_at, started)
        tasks = [
            asyncio.create_task(house.delivery.run(), name="delivery"),
            asyncio.create_task(scheduler.run(), name="scheduler"),
            asyncio.create_task(house.forgetting.run(), name="forgetting"),
            asyncio.create_task(_keep_reviewers(house), name="reviewers"),
            asyncio.create_task(storybook.run(), name="storybook"),
            asyncio.create_task(_connect(house, socket, recovery, out), name="socket"),
            asyncio.create_task(house.writer.ended(), name="writer"),
        ]
        failed = await _until_stopped(stop, tasks)
        storybook.stop()
        recovery.stop()
        # At the same time: what arrives while the rest finishes is stored, and answered by the next who runs.
        await asyncio.gather(socket.stop(), scheduler.stop(), house.delivery.stop())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        print("Stopped." if failed is None else "Stopped: something failed; the log says what.", file=out, flush=True)
        return 0 if failed is None else 70


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows: Ctrl-C arrives as KeyboardInterrupt there
            log.debug("signals are not handled on this system")
    return stop


async def _until_stopped(stop: asyncio.Event, tasks: list[asyncio.Task[None]]) -> asyncio.Task[None] | None:
    """Wait for the signal; a part that ends by itself ends the whole, so that something outside can start it again."""
    stopped = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait([stopped, *tasks], return_when=asyncio.FIRST_COMPLETED)
    if stopped in done:
        return None
    stopped.cancel()
    failed = next(task for task in tasks if task in done)
    error = failed.exception() if not failed.cancelled() else None
    log.critical("part ended name=%s", failed.get_name(), exc_info=error)
    return failed


async def _connect(house: House, socket: Socket, recovery: Recovery, out: TextIO) -> None:
    """Open the socket, say that we are there, and stay."""
    await socket.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
    await socket.greeted.wait()
    for line in await house.edge.read(lambda tx, policy: _welcome(tx, policy)):
        print(line, file=out, flush=True)
    await recovery.run()


# ── what Slack says of the app itself ─────────────────────────────────────────────────────────────────────────────


def _listen(app: AsyncApp, house: House, people: People, recovery: Recovery) -> None:
    """Listen to everything, what people do in front, since it comes most often."""
    rooms.listen(app, house.edge, house.shelf, people, house.forgetting, recovery.poke)

    @app.event("subteam_members_changed")
    async def on_group_changed() -> None:
        await _renew_reviewers(house)

    @app.event("app_uninstalled")
    async def on_uninstalled() -> None:
        log.error(
            "the app was removed from the workspace: install it again, put its token in SLACK_BOT_TOKEN and start again"
        )
        house.delivery.pause()

    @app.event("tokens_revoked")
    async def on_revoked(event: dict[str, Any]) -> None:
        if not (event.get("tokens") or {}).get("bot"):
            return  # somebody's own token, of which this app has none
        log.error("the token was revoked: put a new one in SLACK_BOT_TOKEN and start again")
        house.delivery.pause()


async def _keep_reviewers(house: House) -> None:
    while True:
        await asyncio.sleep(REVIEWERS_EVERY)
        await _renew_reviewers(house)


async def _renew_reviewers(house: House) -> None:
    """Ask again who reviews; what was known stays when Slack cannot say, but not when it says: nobody."""
    try:
        reviewers, names = await facts.refresh_reviewers(house.client, house.settings)
    except (SlackClientError, OSError, TimeoutError, aiohttp.ClientError) as error:
        log.warning("reviewers not renewed kind=%s", type(error).__name__)
        return
    if house.edge.policy.reviewers and not reviewers:
        fix = "put somebody into the user group that REVIEWERS names, or give other ids there and start again"
        log.error("nobody is left to review, and nothing can be approved: %s", fix)
    house.edge.policy = replace(house.edge.policy, reviewers=reviewers, names=names)


# ── what the keeper reads ─────────────────────────────────────────────────────────────────────────────────────────


def _opening(house: House) -> str:
    release = ".".join(__version__.split(".")[:2])
    campaign = house.shelf.current.campaign
    script = f"{campaign.name} script v{house.shelf.current.version}"
    return f"Altogether {release} · {house.facts.team_name} · SQLite · {script}"


def _welcome(tx: Tx, policy: Policy) -> list[str]:
    waiting = stories.count(tx, StoryStatus.SUBMITTED, StoryStatus.ASKED)
    slot = coming_slot(tx, policy)
    preview = preview_at(slot, policy.zone)
    return [
        f"Connected. {count(drafts.count_open(tx), 'draft')} open, {count(waiting, 'story', 'stories')} waiting, "
        f"{count(outbox.waiting(tx), 'message')} to send.",
        f"Next: preview {day(preview, policy.zone)} {time_of_day(preview, policy.zone)}, "
        f"digest {day(slot, policy.zone)} {time_of_day(slot, policy.zone)} {zone_name(policy.zone)}.",
    ]


# ── once, from the command line ───────────────────────────────────────────────────────────────────────────────────


async def deliver_once(settings: Settings, work: Callable[[Tx, Policy], T]) -> T:
    """Do one piece of work with no bot running: take the lock, write, send what it caused, and stop.

    Raises DeliveryError when Slack has not taken everything within a minute; the rest waits for the bot.
    """
    async with open_house(settings, "altogether digest post", patient=False) as house:
        running = asyncio.create_task(house.delivery.run())
        try:
            done = await house.writer.run(lambda tx: work(tx, house.edge.policy))
            await asyncio.wait_for(house.delivery.drained(), DRAIN_SECONDS)
        except TimeoutError as error:
            raise DeliveryError("Slack has not taken everything yet; the rest goes out when the bot runs") from error
        finally:
            await house.delivery.stop()
            await asyncio.gather(running, return_exceptions=True)
        return done
