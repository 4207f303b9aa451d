"""What every listener has in hand: the one door to the database, the policy of the moment, and a key for each delivery.

The edges of the house are asynchronous; what they call is not. A listener reads the payload, asks for one thing to be
done here, and returns: only then is the delivery acknowledged.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final, TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.delivery.outcomes import CALL_FAILURES, Verdict, of_error
from bot.envelope import is_message, kept_of, sender_of
from bot.errors import NotSaved
from bot.story.policy import Policy
from storage import drafts, inbox
from storage.database import Database, Tx
from storage.writer import AlreadyDone, HasBeenParked, Writer

T = TypeVar("T")
P = TypeVar("P")
log = logging.getLogger(__name__)

PATIENCE: Final = 1.2
"""Seconds for a view: with those for `bot/people.py`, which may come first, a press is acknowledged within three."""


class Edge:
    """The house as a listener sees it. `policy` is replaced whole when reviewers or channels change."""

    def __init__(
        self, database: Database, writer: Writer, workspace: str, clock: Clock, policy: Policy, client: AsyncWebClient
    ) -> None:
        self.database, self.writer, self.workspace = database, writer, workspace
        self.clock, self.policy, self.client = clock, policy, client
        self._showing: set[asyncio.Task[bool]] = set()
        self._readers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="reader")

    async def once(
        self,
        body: Mapping[str, Any],
        work: Callable[[Tx, Policy], T],
        *,
        apology: Callable[[Tx, Policy], None] | None = None,
        if_parked: P | None = None,
        light: bool = False,
    ) -> T | P | None:
        """Do the work of this delivery unless it was done before, and then return None; returns after the commit.

        `light`: it takes a millisecond or so, however much there is.

        Work that fails by itself is parked: then it returns `if_parked`, if that is given, or None where `apology` has
        put the words for the person in line. Otherwise it raises NotSaved, and the person is told where they are.
        Raises DatabaseUnavailable, and then nothing is acknowledged.
        """
        policy = self.policy
        regret = None if apology is None else (lambda tx: apology(tx, policy))
        done = await self.writer.once(
            lambda tx: work(tx, policy),
            key=key_of(body),
            kept=lambda tx: _kept(tx, body),
            apology=regret,
            light=light,
        )
        if isinstance(done, AlreadyDone):
            return None
        if not isinstance(done, HasBeenParked):
            return done
        if if_parked is None and not done.told:
            raise NotSaved
        return if_parked

    async def read(self, work: Callable[[Tx, Policy], T]) -> T:
        """Read something on a connection that cannot write."""
        policy = self.policy

        def reading() -> T:
            with self.database.reading(self.workspace, self.clock.now()) as tx:
                return work(tx, policy)

        return await asyncio.get_running_loop().run_in_executor(self._readers, reading)

    async def open_view(self, body: Mapping[str, Any], view: dict[str, Any], *, push: bool = False) -> bool:
        """Open a modal for a press or a command; False when Slack has not said that it did, though it may have.

        A trigger lives three seconds.
        """
        call = self.client.views_push if push else self.client.views_open
        return await self.show("view not opened", lambda: call(trigger_id=str(body.get("trigger_id", "")), view=view))

    async def change_view(self, body: Mapping[str, Any], view: dict[str, Any]) -> bool:
        """Show something else in the modal that was pressed; False as for opening one."""
        view_id = str((body.get("view") or {}).get("id", ""))
        return await self.show("view not changed", lambda: self.client.views_update(view_id=view_id, view=view))

    async def show_home(self, user_id: str, view: dict[str, Any]) -> bool:
        """Show a person their home; False as for a modal. It is shown anew whenever they open it.

        Nothing goes wrong by showing it twice, so what may only have gone astray is tried a second time, at once.
        """
        publish = partial(self.client.views_publish, user_id=user_id, view=view)
        return await self.show("home not shown", publish, twice=True)

    async def show(
        self,
        failing: str,
        call: Callable[[], Awaitable[object]],
        *,
        twice: bool = False,
        patience: float = PATIENCE,
    ) -> bool:
        """Whether Slack shows it. Where it takes longer to say so than a press can wait, it is taken to have done so:
        it may have, and the call goes on beside the acknowledgement."""
        showing = asyncio.create_task(_shown(failing, call, twice=twice))
        self._showing.add(showing)
        showing.add_done_callback(self._showing.discard)
        try:
            return await asyncio.wait_for(asyncio.shield(showing), patience)
        except TimeoutError:
            log.info("%s yet: acknowledged before the answer", failing)
            return True

    def close(self) -> None:
        """Stop the reading threads, and wait for nothing that is being shown."""
        for showing in self._showing:
            showing.cancel()
        self._readers.shutdown(wait=True)


def _kept(tx: Tx, body: Mapping[str, Any]) -> inbox.Kept:
    """What is kept of a delivery that is parked; no words of a message whose sender tells nothing just now."""
    sender = sender_of(body)
    words = not is_message(body) or (sender is not None and drafts.is_telling(tx, sender))
    return inbox.Kept(sender, kept_of(body, words=words))


async def _shown(failing: str, call: Callable[[], Awaitable[object]], *, twice: bool) -> bool:
    for once_more in (twice, False):
        try:
            await call()
        except CALL_FAILURES as error:
            outcome = of_error(error)
            log.warning("%s: %s", failing, outcome.code)
            if once_more and outcome.code != "no_answer" and outcome.verdict in (Verdict.AGAIN, Verdict.DOUBT):
                continue
            return False
        break
    return True


def key_of(body: Mapping[str, Any]) -> str:
    """What makes a delivery the same delivery when it comes again.

    Events have an `event_id`; presses, commands and modals have none, so their trigger, action or view stands in.
    """
    if event_id := body.get("event_id"):
        return f"{inbox.EVENT}{event_id}"
    if event := body.get("event"):
        parts = [event.get(name, "") for name in ("type", "subtype", "channel", "event_ts", "ts", "user")]
        return inbox.EVENT + ":".join(str(part) for part in parts)
    actions = body.get("actions") or [{}]
    trigger = body.get("trigger_id") or actions[0].get("action_ts")
    view = body.get("view") or {}
    if not trigger and view:
        trigger = f"{view.get('id')}:{view.get('hash')}"
    kind = body.get("type") or "command"
    return f"action:{kind}:{trigger}:{actions[0].get('action_id', '')}"
