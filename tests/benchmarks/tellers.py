"""Somebody who tells one story after the other, as fast as they are asked: what they do next follows from the post.

They know the words on a screen and nothing of the bot: a question with menus is followed by ticks and Next, a question
without by words, whatever else by its Next. They are lean; `tests/campaign/people.py` are the thorough ones.
"""

import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from . import payloads

MENUS = frozenset({"radio_buttons", "checkboxes", "static_select", "multi_static_select"})
AT_ONCE = ("start", "start_afresh", "tell_story", "replace_found", "send")
WORDS = (
    "It was a tenant who came home from hospital on a cold day last winter, and nobody at housing had been told that "
    "she could not manage the stairs any more. The ward had rung the old office, and the note stayed on a desk there.",
    "She waited two nights on a friend's sofa. One call to the right person would have saved both, and an ambulance.",
    "Ring the person who will be at the door, not the one on the form, and ask them to say it back.",
    "Two nights for one phone call",
)
A_NUMBER = " The number they had was 01632 960 983."
ONE_IN = 10
"""One story in so many holds a telephone number, which the bot finds and asks about."""


@dataclass(slots=True)
class Act:
    """One thing to send: what it is (`say`, `press`, or `tick`, which earns no reply) and its envelope."""

    kind: str
    number: str
    envelope: bytes


@dataclass(slots=True)
class Post:
    """A message of the bot's in a direct message."""

    ts: str
    text: str
    blocks: str
    """As JSON, to be handed back."""
    elements: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """Whatever can be pressed or chosen, each with the id of its block."""


def read_post(ts: str, body: dict[str, Any]) -> Post:
    """What a call of chat.postMessage puts on the screen."""
    blocks = body.get("blocks") or []
    post = Post(ts, body.get("text") or "", json.dumps(blocks))
    for index, block in enumerate(blocks):
        block_id = block.get("block_id") or f"b{index}"
        for element in (*block.get("elements", ()), block.get("accessory")):
            if element and "action_id" in element:
                post.elements.append((block_id, element))
    return post


class Lost(Exception):
    """A post that leaves a teller not knowing what to do; the message is what it says."""


class Teller:
    """One person in one direct message. `stories` counts the receipts they were given."""

    def __init__(self, number: int, response_url: str) -> None:
        self.user, self.channel = f"U1{number:07d}", f"D1{number:07d}"
        self.stories = 0
        self._number, self._sent, self._said, self._response_url = number, 0, 0, response_url

    def begin(self, ts: str) -> deque[Act]:
        """Hello."""
        self._said = 0
        return deque([self._say("hi", ts)])

    def next(self, post: Post, ts: str) -> deque[Act]:
        """What they do when this has been posted: ticks, and at the end one thing that earns a reply. Raises Lost."""
        buttons = {element["action_id"]: (at, element) for at, element in post.elements if element["type"] == "button"}
        for action_id in AT_ONCE:
            if action_id in buttons:
                return deque([self._press(post, *buttons[action_id], {})])
        menus = [(at, element) for at, element in post.elements if element["type"] in MENUS]
        if menus and not ("skip" in buttons and (self._number + self.stories) % 2):
            return self._fill_in(post, menus, buttons["next"])
        if "skip" in buttons and (menus or "next" in buttons):
            return deque([self._press(post, *buttons["skip"], {})])
        if post.text.startswith("Question"):
            return deque([self._say(self._words(), ts)])
        if "next" in buttons:
            return deque([self._press(post, *buttons["next"], {})])
        if "take_back" in buttons:  # the receipt
            self.stories += 1
            return self.begin(ts)
        raise Lost(post.text)

    def _words(self) -> str:
        words = WORDS[self._said % len(WORDS)]
        self._said += 1
        return words + A_NUMBER if self._said == 1 and (self._number + self.stories) % ONE_IN == 0 else words

    def _fill_in(
        self, post: Post, menus: list[tuple[str, dict[str, Any]]], button: tuple[str, dict[str, Any]]
    ) -> deque[Act]:
        state: dict[str, dict[str, Any]] = {}
        acts: deque[Act] = deque()
        for at, menu in menus:
            options = menu.get("options") or [one for group in menu["option_groups"] for one in group["options"]]
            # How they want to be named: with the first, a name would have to be typed.
            chosen = options[1] if menu["action_id"] == "name_as" else options[0]
            several = menu["type"] in ("checkboxes", "multi_static_select")
            value = {"selected_options": [chosen]} if several else {"selected_option": chosen}
            state.setdefault(at, {})[menu["action_id"]] = {"type": menu["type"], **value}
            acts.append(self._press(post, at, {"action_id": menu["action_id"], "type": menu["type"]}, state, value))
        acts.append(self._press(post, *button, state))
        return acts

    def _say(self, text: str, ts: str) -> Act:
        number = self._next_number()
        return Act("say", number, payloads.message(number, user=self.user, channel=self.channel, ts=ts, text=text))

    def _press(
        self,
        post: Post,
        block_id: str,
        element: dict[str, Any],
        state: dict[str, dict[str, Any]],
        value: dict[str, Any] | None = None,
    ) -> Act:
        number = self._next_number()
        action = {
            "action_id": element["action_id"],
            "block_id": block_id,
            "type": element["type"],
            "action_ts": number,
            **{name: element[name] for name in ("text", "value", "style") if name in element},
            **(value or {}),
        }
        envelope = payloads.press(
            number,
            user=self.user,
            channel=self.channel,
            ts=post.ts,
            action=action,
            state=state,
            text=post.text,
            blocks=post.blocks,
            response_url=self._response_url,
        )
        return Act("press" if value is None else "tick", number, envelope)

    def _next_number(self) -> str:
        self._sent += 1
        return f"{self._number}.{self._sent}"
