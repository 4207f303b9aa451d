"""Modals, Home tabs and the triggers that open them.

State and its JSON shape. A modal is a stack of at most three views that belongs to one person; a trigger lives three
seconds of real time and opens one view. `web_api.py` and `person.py` are the callers.
"""

import secrets
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from .controls import State, current_conversation, state_values
from .messages import copied, with_ids

Json = dict[str, Any]

STACK_LIMIT = 3


@dataclass(slots=True)
class View:
    """One modal or Home tab as somebody has it open, with what they have filled in so far."""

    id: str
    owner: str
    payload: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    state: State = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> list[Json]:
        """The view's blocks."""
        return list(self.payload["blocks"])

    @property
    def type(self) -> str:
        """`modal` or `home`."""
        return str(self.payload["type"])

    def as_json(self, *, team_id: str, app_id: str, bot_id: str) -> Json:
        """Returns the view as answers and interactive payloads carry it."""
        shape: Json = {
            "id": self.id,
            "team_id": team_id,
            "type": self.type,
            "blocks": copied(self.payload["blocks"]),
            "private_metadata": self.payload.get("private_metadata", ""),
            "callback_id": self.payload.get("callback_id", ""),
            "state": {"values": state_values(self.blocks, self.state)},
            "hash": self.hash,
            "title": self.payload.get("title"),
            "clear_on_close": bool(self.payload.get("clear_on_close", False)),
            "notify_on_close": bool(self.payload.get("notify_on_close", False)),
            "close": self.payload.get("close"),
            "submit": self.payload.get("submit"),
            "previous_view_id": self.previous_id,
            "root_view_id": self.root_id,
            "app_id": app_id,
            "external_id": self.payload.get("external_id", ""),
            "app_installed_team_id": team_id,
            "bot_id": bot_id,
        }
        if self.type == "home":
            del shape["title"]
        return shape


@dataclass(slots=True)
class Trigger:
    """Leave to open one view for one person."""

    id: str
    user: str
    made_at: float
    inside_modal: bool
    channel: str | None = None  # what the person was looking at
    used: bool = False


class ViewError(Exception):
    """A view that cannot be opened, pushed or changed; `code` is Slack's word for why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Views:
    """Everybody's open modals and Home tabs."""

    def __init__(self, *, trigger_life: float = 3.0) -> None:
        self.trigger_life = trigger_life
        self.homes: dict[str, View] = {}
        self._stacks: dict[str, list[View]] = {}
        self._triggers: dict[str, Trigger] = {}
        self._hashes = 0

    def new_trigger(self, user: str, *, channel: str | None = None) -> str:
        """Returns a fresh trigger for this person (looking at `channel`), in Slack's form of two numbers and a word."""
        number = len(self._triggers) + 1
        trigger_id = f"{1000000000 + number}.{2000000000 + number}.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = Trigger(trigger_id, user, monotonic(), bool(self._stacks.get(user)), channel)
        return trigger_id

    def open(self, trigger_id: str, payload: Json) -> View:
        """Opens a modal for the trigger's person, above anything they had open."""
        trigger = self._spend(trigger_id)
        view = self._make(trigger.user, payload)
        if trigger.channel is not None:
            view.state |= current_conversation(view.blocks, trigger.channel)
        self._stacks[trigger.user] = [view]
        return view

    def push(self, trigger_id: str, payload: Json) -> View:
        """Puts a view on top of the modal the trigger came from."""
        trigger = self._spend(trigger_id)
        if not trigger.inside_modal or not self._stacks.get(trigger.user):
            raise ViewError("not_found")
        return self.put_on_top(trigger.user, payload)

    def put_on_top(self, user: str, payload: Json) -> View:
        """Puts a view on top of this person's modal; the third is the last."""
        stack = self._stacks[user]
        if len(stack) >= STACK_LIMIT:
            raise ViewError("push_limit_reached")
        view = self._make(user, payload, root=stack[0].id, previous=stack[-1].id)
        stack.append(view)
        return view

    def update(self, view: View, payload: Json, *, expected_hash: str | None = None) -> View:
        """Replaces what a view shows; what was filled in stays where ids stay the same."""
        if expected_hash and expected_hash != view.hash:
            raise ViewError("hash_conflict")
        view.payload = payload | {"blocks": with_ids(payload["blocks"])}
        view.hash = self._next_hash()
        view.errors = {}
        return view

    def publish(self, user: str, payload: Json, *, expected_hash: str | None = None) -> View:
        """Makes this the person's Home tab."""
        home = self.homes.get(user)
        if home is None:
            if expected_hash:
                raise ViewError("hash_conflict")
            home = self.homes[user] = self._make(user, payload)
            return home
        return self.update(home, payload, expected_hash=expected_hash)

    def find(self, *, view_id: str = "", external_id: str = "") -> View | None:
        """Returns the open view of this id, if it is still open."""
        everything = [*self.homes.values(), *(view for stack in self._stacks.values() for view in stack)]
        for view in everything:
            if (view_id and view.id == view_id) or (external_id and view.payload.get("external_id") == external_id):
                return view
        return None

    def top(self, user: str) -> View | None:
        """Returns the modal view this person is looking at."""
        stack = self._stacks.get(user)
        return stack[-1] if stack else None

    def stack(self, user: str) -> list[View]:
        """Returns everything this person has open, the view on top last."""
        return list(self._stacks.get(user, ()))

    def close_top(self, user: str) -> View | None:
        """Closes the view on top and returns it; the one beneath shows again."""
        stack = self._stacks.get(user)
        return stack.pop() if stack else None

    def close_all(self, user: str) -> list[View]:
        """Closes the whole modal and returns its views, the top one first."""
        return list(reversed(self._stacks.pop(user, [])))

    def _spend(self, trigger_id: str) -> Trigger:
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise ViewError("invalid_trigger_id")
        if trigger.used:
            raise ViewError("exchanged_trigger_id")
        if monotonic() - trigger.made_at > self.trigger_life:
            raise ViewError("expired_trigger_id")
        trigger.used = True
        return trigger

    def _make(self, user: str, payload: Json, *, root: str | None = None, previous: str | None = None) -> View:
        external = payload.get("external_id")
        if external and self.find(external_id=external):
            raise ViewError("duplicate_external_id")
        view_id = f"V{secrets.token_hex(5).upper()}"
        blocks = with_ids(payload["blocks"])
        return View(view_id, user, payload | {"blocks": blocks}, self._next_hash(), root or view_id, previous)

    def _next_hash(self) -> str:
        self._hashes += 1
        return f"{self._hashes}.{secrets.token_hex(4)}"
