"""One person in the workspace, as a test, a scene or a page moves them: they talk, they press, they read.

Talking and listening are here; pressing and modals in `hands.py`, reading in `screen.py`. Acts wait for the bot's ack,
`hear` waits for what is on the screen; nothing polls and nothing sleeps.
"""

import asyncio
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.rehearsal.slack import interactions, payloads
from bot.rehearsal.slack.call import ApiError
from bot.rehearsal.slack.content import checked_content
from bot.rehearsal.slack.messages import Conversation, Post
from bot.rehearsal.slack.socket_mode import Unanswered
from bot.rehearsal.slack.workspace import Change

from .hands import Hands, NotAcknowledged
from .screen import Message, NotThere, SeenView
from .shown import readable, readable_blocks
from .typed import encode, encode_command

__all__ = ["CommandAnswer", "Message", "NotAcknowledged", "NotHeard", "NotThere", "Person", "SeenView"]

Json = dict[str, Any]
T = TypeVar("T")
PATIENCE = 30.0  # seconds; long, for a machine that has much else to do


class NotHeard(AssertionError):
    """What was waited for did not come in time; the message lists what is on the screen instead."""


@dataclass(frozen=True, slots=True)
class CommandAnswer:
    """What a command brought: the private answer, or Slack's word for why there is none (`error`)."""

    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    error: str | None = None
    shown: str = ""
    ts: str | None = None


class Person(Hands):
    """Somebody of the workspace."""

    # -- talking -------------------------------------------------------------------------------------------------

    async def say(
        self, text: str, *, channel: str | None = None, thread_ts: str | None = None, wait: bool = True
    ) -> str:
        """Types a message (to the app, if no channel is named) and returns its ts."""
        encoded, blocks = encode(text, self._workspace)
        return await self._post(channel, encoded, wait=wait, blocks=blocks, thread_ts=thread_ts)

    async def me(self, text: str, *, wait: bool = True) -> str:
        """Types `/me text`."""
        return await self._post(None, encode(text, self._workspace)[0], wait=wait, subtype="me_message")

    async def upload(
        self,
        filename: str,
        text: str = "",
        *,
        channel: str | None = None,
        thread_ts: str | None = None,
        wait: bool = True,
    ) -> str:
        """Drops a file into a conversation (the direct message if none is named), with or without words."""
        encoded, blocks = encode(text, self._workspace)
        files = [payloads.file_json(self._workspace, self.profile.id, filename)]
        return await self._post(
            channel, encoded, wait=wait, blocks=blocks or None, files=files, subtype="file_share", thread_ts=thread_ts
        )

    async def mention(self, text: str, channel: str, *, wait: bool = True) -> str:
        """Names the app in a channel, and says something."""
        return await self.say(f"@{self._workspace.bot.name} {text}", channel=channel, wait=wait)

    async def edit(self, ts: str, text: str, *, wait: bool = True) -> None:
        """Changes a message of their own."""
        encoded, blocks = encode(text, self._workspace)
        change = self._workspace.update(self._mine(ts), by=self.profile.id, text=encoded, blocks=blocks)
        await self._told(change, wait=wait)

    async def delete(self, ts: str, *, wait: bool = True) -> None:
        """Deletes a message of their own."""
        await self._told(self._workspace.delete(self._mine(ts), by=self.profile.id), wait=wait)

    async def unfurl(self, ts: str, *, wait: bool = True) -> None:
        """Lets Slack add a link preview to a message of theirs: it has changed, its text has not."""
        preview = [{"id": 1, "title": "Preview", "fallback": "Preview", "from_url": "https://example.org/"}]
        change = self._workspace.update(self._mine(ts), by=self.profile.id, edited=False, attachments=preview)
        await self._told(change, wait=wait)

    async def react(self, ts: str, emoji: str, *, wait: bool = True) -> None:
        """Adds a reaction to any message they see."""
        post = self.post(ts)
        name = emoji.strip(":")
        post.reactions.append({"name": name, "users": [self.profile.id], "count": 1})
        change = Change("reacted", self.profile.id, post=post, detail={"reaction": name})
        await self._told(self._workspace.tell(change), wait=wait)

    async def open_home(self, *, tab: str = "home", wait: bool = True) -> None:
        """Opens the app's Home tab (or its Messages tab); presses go there until the person says something."""
        self.at_home = tab == "home"
        await self._told(self._workspace.tell(Change("home_opened", self.profile.id, detail={"tab": tab})), wait=wait)

    async def shortcut(self, callback_id: str) -> None:
        """Uses a global shortcut of the app."""
        trigger = self._workspace.views.new_trigger(self.profile.id)
        channel = self._workspace.direct_message(self.profile.id)
        moment = channel.next_ts(self._workspace.clock.now())
        await self._ask(
            interactions.shortcut(
                self._workspace, self.profile.id, callback_id=callback_id, trigger_id=trigger, action_ts=moment
            )
        )

    async def command(self, line: str, *, channel: str | None = None, patience: float = 1.0) -> CommandAnswer:
        """Types a command and returns the private answer.

        That is the ack's, or, where the ack is empty, the first private message within `patience` seconds (none if a
        modal opens instead, or nothing comes). Errors are in the answer; nothing is raised.
        """
        name, _, rest = line.strip().partition(" ")
        if name not in self._workspace.commands:
            return CommandAnswer(error="unknown_command")
        self.at_home = False
        place = self.channel(channel)
        arrived: list[Change] = []
        heard = asyncio.Event()

        def note(change: Change) -> None:
            if change.only_for == self.profile.id and change.kind in ("ephemeral", "view"):
                arrived.append(change)
                heard.set()

        stop = self._workspace.listen(note)
        try:
            body = interactions.slash_command(
                self._workspace,
                self.profile.id,
                place,
                command=name,
                text=encode_command(rest.strip(), self._workspace),
                trigger_id=self._workspace.views.new_trigger(self.profile.id, channel=place.id),
                url=self._urls.new(self.profile.id, place),
            )
            payload = await self._hub.send_command(body)
            if payload:
                return self._answered(place, payload)
            async with asyncio.timeout(patience):
                await heard.wait()
        except Unanswered as err:
            return CommandAnswer(error=err.code)
        except ApiError as err:
            return CommandAnswer(error=f"invalid_command_response: {err.code} {err.extra}")
        except TimeoutError:
            return CommandAnswer()
        finally:
            stop()
        post = next((c.post for c in arrived if c.post), None)
        return self._answer(post) if post else CommandAnswer()

    # -- listening -----------------------------------------------------------------------------------------------

    async def hear(
        self,
        wanted: str | re.Pattern[str],
        *,
        channel: str | None = None,
        thread_ts: str | None = None,
        after: str | None = None,
        timeout: float = PATIENCE,
    ) -> Message:
        """Returns the newest message of others that reads so, as soon as there is one; raises `NotHeard`.

        In the direct message with the app, if no channel is named. `after` is a ts: only what was posted or changed
        later counts.
        """

        def look() -> Message | None:
            return next((m for m in self.others(channel, thread_ts, after=after) if _reads(m.shown, wanted)), None)

        return await self._until(look, f"did not hear {_text(wanted)!r}", channel, thread_ts, timeout)

    async def gone(
        self,
        wanted: str | re.Pattern[str],
        *,
        channel: str | None = None,
        thread_ts: str | None = None,
        timeout: float = PATIENCE,
    ) -> None:
        """Returns as soon as no message of others reads so any more; raises `NotHeard`."""

        def look() -> bool | None:
            return None if any(_reads(m.shown, wanted) for m in self.others(channel, thread_ts)) else True

        await self._until(look, f"still sees {_text(wanted)!r}", channel, thread_ts, timeout)

    async def see_view(self, wanted: str | re.Pattern[str] = "", *, timeout: float = PATIENCE) -> SeenView:
        """Returns the modal on top as soon as it reads so."""

        def look() -> SeenView | None:
            return self.view if self.view and _reads(self.view.shown, wanted) else None

        return await self._until(look, f"sees no modal that reads {_text(wanted)!r}", None, None, timeout)

    async def see_home(self, wanted: str | re.Pattern[str] = "", *, timeout: float = PATIENCE) -> SeenView:
        """Returns the Home tab as soon as it reads so."""

        def look() -> SeenView | None:
            return self.home if self.home and _reads(self.home.shown, wanted) else None

        return await self._until(look, f"sees no Home that reads {_text(wanted)!r}", None, None, timeout)

    # -- how -----------------------------------------------------------------------------------------------------

    async def _post(self, channel: str | None, text: str, *, wait: bool, **parts: Any) -> str:
        self.at_home = False
        change = self._workspace.post(
            self.channel(channel), self.profile.id, text, client_msg_id=str(uuid.uuid4()), **parts
        )
        await self._told(change, wait=wait)
        if change.post is None:
            raise ValueError("a message was posted without a message")
        return change.post.ts

    async def _told(self, change: Change, *, wait: bool) -> None:
        if wait:
            await asyncio.gather(*(delivery.handled() for delivery in change.deliveries))

    def _mine(self, ts: str) -> Post:
        post = self.post(ts)
        if post.user != self.profile.id:
            raise NotThere(f"{self.profile.real_name} did not write {ts}")
        return post

    def _answered(self, place: Conversation, payload: Json) -> CommandAnswer:
        content = checked_content(payload)
        content.pop("metadata", None)
        bot, text = self._workspace.bot.id, content.pop("text")
        if payload.get("response_type") == "in_channel":
            change = self._workspace.post(place, bot, text, **content)
        else:
            change = self._workspace.post_ephemeral(place, bot, text, only_for=self.profile.id, **content)
        return self._answer(change.post) if change.post else CommandAnswer()

    def _answer(self, post: Post) -> CommandAnswer:
        blocks = post.blocks or []
        shown = readable_blocks(blocks, self.state_on(post), self.name) if blocks else readable(post.text, self.name)
        return CommandAnswer(text=post.text, blocks=blocks, shown=shown, ts=post.ts)

    async def _until(
        self, look: Callable[[], T | None], failed: str, channel: str | None, thread_ts: str | None, timeout: float
    ) -> T:
        changed = asyncio.Event()
        stop = self._workspace.listen(lambda _: changed.set())
        try:
            async with asyncio.timeout(timeout):
                while (found := look()) is None:
                    changed.clear()
                    await changed.wait()
                return found
        except TimeoutError as err:
            seen = "\n---\n".join(m.shown for m in self.messages(channel, thread_ts)[-8:]) or "nothing"
            modal = f"\nOpen modal:\n{self.view.shown}" if self.view else ""
            raise NotHeard(f"{self.profile.real_name} {failed}. On the screen:\n{seen}{modal}") from err
        finally:
            stop()


def _reads(shown: str, wanted: str | re.Pattern[str]) -> bool:
    if isinstance(wanted, str):
        return wanted in shown or wanted in " ".join(shown.split())
    return wanted.search(shown) is not None


def _text(wanted: str | re.Pattern[str]) -> str:
    return wanted if isinstance(wanted, str) else wanted.pattern
