"""Somebody at the other end of the direct message: types, edits, deletes, ticks and presses what stands on the screen.

Payloads are built as Slack builds them and read by the room's own `payloads`; then the function that the listener calls
is called.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from intake_house import House, Shown, elements

from bot import ids
from bot.intake import answering, forms, greeting, listeners, payloads, pressing, sending, service
from bot.intake.greeting import Standing
from bot.pressed import Press, press_of
from storage import tellers
from storage.records import Draft

WHAT = "A person came home from hospital and nobody had told the housing team that they would need a key."
DIFFERENCE = "They waited two nights in a hotel. One call would have saved both."
LESSON = "Ring the person who will be at the door."
PLACES = ("closeness", "what", "difference", "services", "enablers", "lesson", "role", "title")
PLACES += ("_checking", "_naming", "_places", "_ready", "sent")
"""Where the shortest way through the default script leads."""


class Person:
    """One person and their direct message with the bot."""

    def __init__(self, house: House, name: str, *, standing: Standing = Standing.MEMBER) -> None:
        self.house, self.id, self.channel, self.standing = house, f"U0{name.upper()}", f"D0{name.upper()}", standing
        self.messages: dict[str, dict[str, Any]] = {}
        """What they wrote, as it stands in Slack, by `ts`."""

    # ── typing ────────────────────────────────────────────────────────────────────────────────────────────────────

    def write(self, text: str, **fields: Any) -> dict[str, Any]:
        """A message as Slack has it, that the bot has not heard of yet."""
        self.house.now += timedelta(seconds=1)
        ts = fields.pop("ts", None) or self.house.next_ts()
        message = {"type": "message", "user": self.id, "text": text, "ts": ts, "channel": self.channel, **fields}
        self.messages[ts] = message
        return message

    def hand_over(self, message: dict[str, Any]) -> None:
        """The bot hears of a message."""
        said = payloads.said(message, channel=self.channel)
        self.house.do(service.take_message, self.house.shelf, said, self.standing)

    def say(self, text: str, **fields: Any) -> str:
        """Type a message; returns its `ts`."""
        message = self.write(text, **fields)
        self.hand_over(message)
        return str(message["ts"])

    def edit(self, ts: str, text: str, *, edited_ts: str | None = None) -> None:
        """Change one's own message."""
        self.house.now += timedelta(seconds=1)
        before = self.messages[ts]
        after = {**before, "text": text, "edited": {"user": self.id, "ts": edited_ts or self.house.next_ts()}}
        self.messages[ts] = after
        self.hear_change(before, after)

    def hear_change(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        """The bot hears `message_changed`."""
        event = {"channel": self.channel, "message": after, "previous_message": before}
        said = payloads.edited(event)
        if said is not None:
            self.house.do(service.edit_message, self.house.shelf, said, self.standing)

    def delete(self, ts: str) -> None:
        """Delete one's own message."""
        self.house.now += timedelta(seconds=1)
        event = {"channel": self.channel, "deleted_ts": ts, "previous_message": self.messages.pop(ts)}
        gone = payloads.deleted(event)
        assert gone is not None
        self.house.do(service.delete_message, self.house.shelf, gone)

    # ── pressing ──────────────────────────────────────────────────────────────────────────────────────────────────

    def press(self, label: str, *, on: Shown | None = None) -> None:
        """Press a button: of this message, or of the newest that has one of that name."""
        shown = on or next(one for one in reversed(self.screen) if label in one.buttons)
        self.press_raw(shown.buttons[label]["action_id"], shown.buttons[label].get("value", ""), shown)

    def press_raw(self, action_id: str, value: str, shown: Shown | None = None) -> None:
        """A press with any value at all."""
        self.house.now += timedelta(seconds=1)
        action = {"action_id": action_id, "type": "button", "value": value, "action_ts": self.house.next_ts()}
        self._react(action_id, press_of(self._body(action, shown)))

    def tick(self, label: str, *texts: str) -> None:
        """Choose options by their words in the newest message that offers them; `label` names the menu, or is empty."""
        shown = next(one for one in reversed(self.screen) if _chooser(one, label, texts) is not None)
        element = _chooser(shown, label, texts)
        assert element is not None
        offered = {option["text"]["text"]: option["value"] for option in _options(element)}
        chosen = tuple(value for text, value in offered.items() if any(text.startswith(one) for one in texts))
        assert len(chosen) == len(texts), (texts, list(offered))
        self.tick_raw(shown, element["action_id"], chosen, many=element["type"] in _MANY)

    def tick_raw(self, shown: Shown, action_id: str, chosen: tuple[str, ...], *, many: bool = True) -> None:
        """Choose anything at all."""
        self.house.now += timedelta(seconds=1)
        shown.ticked[action_id] = chosen
        action = {"action_id": action_id, "action_ts": self.house.next_ts(), **_state(chosen, many=many)}
        self.house.do(pressing.tick, self.house.shelf, press_of(self._body(action, shown)))

    def _body(self, action: dict[str, Any], shown: Shown | None) -> dict[str, Any]:
        container = {"channel_id": self.channel, "message_ts": None if shown is None else shown.ts}
        container |= {"thread_ts": shown.thread_ts} if shown is not None and shown.thread_ts else {}
        values: dict[str, Any] = {}
        for element in elements(list(shown.rendered.blocks)) if shown is not None else []:
            many = element["type"] in _MANY
            if many or element["type"] in ("radio_buttons", "static_select"):
                initial = element.get("initial_options") or [element.get("initial_option")]
                already = tuple(option["value"] for option in initial if option)
                name = element["action_id"]
                chosen = shown.ticked.get(name, already) if shown is not None else already
                values[f"block-{name}"] = {name: _state(chosen, many=many)}
        return {
            "user": {"id": self.id},
            "container": container,
            "actions": [action],
            "state": {"values": values},
            "response_url": "https://hooks.slack.example/1",
        }

    def _react(self, action_id: str, pressed: Press) -> None:
        """What the listener of this button does."""
        house, shelf = self.house, self.house.shelf
        plain: dict[str, Callable[..., object]] = {
            ids.TAKE_OUT: pressing.take_out,
            ids.ADD_TO: pressing.add_to,
            ids.SEND_BACK: listeners._send_back,
            ids.CHANGE_STORY: listeners._change_story,
        }
        if action_id in listeners._PRESSES:
            care = action_id == ids.SEND_WITH_CARE
            house.do(pressing.press, shelf, pressed, listeners._PRESSES[action_id], care=care)
        elif action_id in plain:
            house.do(plain[action_id], shelf, pressed)
        elif action_id in (ids.START, ids.START_AFRESH, ids.START_WITH):
            pick_up = pressed.value if action_id == ids.START_WITH else None
            house.do(greeting.start, shelf, pressed, self.standing, pick_up_ts=pick_up)
        elif action_id == ids.NOT_NOW:
            house.do(greeting.not_now, pressed)
        elif action_id == ids.LEAVE_IT:
            house.do(lambda tx, policy: sending.leave_alone(tx, pressed))
        elif action_id == ids.DELETE_STORY:
            house.do(sending.delete_declined, pressed)
        else:
            raise AssertionError(f"no such button: {action_id}")

    # ── forms and the command ─────────────────────────────────────────────────────────────────────────────────────

    def open_form(self, label: str = "Change", *, value: str | None = None, on: Shown | None = None) -> Any:
        """Press Change; returns the form, or the word that says why there is none."""
        shown = on or next(one for one in reversed(self.screen) if label in one.buttons)
        action = {"action_id": ids.CHANGE, "value": value or shown.buttons[label]["value"], "action_ts": "1.0"}
        pressed = press_of(self._body(action, shown))
        return self.house.read(lambda tx: listeners._change_form(tx, self.house.shelf, pressed))

    def save_form(self, place: str, draft: Draft | None = None, **values: Any) -> dict[str, str] | None:
        """Save *Change your answer* with these values by prompt id; `__` stands for a dot."""
        draft = draft or self.draft
        given = {name.replace("__", "."): value for name, value in values.items()}
        return self.house.do(forms.save_form, self.house.shelf, self.id, draft.id, place, given)

    def story(self) -> None:
        """Type `/story`."""
        self.house.do(greeting.open_conversation, self.house.shelf, self.id, self.standing)

    def answer_form(self, ask_id: str) -> dict[str, Any] | str:
        """Press Answer; returns the form, or the word that stands in its place."""
        return self.house.read(lambda tx: answering.answer_form(tx, self.house.shelf, self.id, ask_id))

    # ── seeing ────────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def screen(self) -> list[Shown]:
        """The messages of the bot in the direct message, oldest first."""
        return self.house.screen(self.channel)

    @property
    def last(self) -> Shown:
        return self.screen[-1]

    def sees(self, words: str) -> bool:
        """Whether a message on the screen has these words."""
        return any(words in one.words for one in self.screen)

    def find(self, words: str) -> Shown:
        """The newest message on the screen with these words."""
        return next(one for one in reversed(self.screen) if words in one.words)

    def count(self, words: str) -> int:
        """How many messages on the screen have these words."""
        return sum(words in one.words for one in self.screen)

    @property
    def with_next(self) -> list[Shown]:
        """The messages that carry a Next."""
        return [one for one in self.screen if "Next" in one.buttons]

    @property
    def draft(self) -> Draft:
        draft = self.house.draft(self.id)
        assert draft is not None
        return draft

    @property
    def teller_id(self) -> str:
        teller = self.house.read(lambda tx: tellers.find_teller(tx, self.id))
        assert teller is not None
        return teller.id

    @property
    def fragments(self) -> list[tuple[str | None, str]]:
        """Prompt and words of every message that counts for the open draft."""
        return self.house.fragments(self.draft.id)

    # ── a whole story ─────────────────────────────────────────────────────────────────────────────────────────────

    def begin(self) -> None:
        """Up to the first question of the script."""
        self.say("hello")
        self.press("Start")

    def reach(self, place: str) -> None:
        """From the beginning to a place of the default script, the shortest way."""
        self.begin()
        for name in PLACES[: PLACES.index(place)]:
            self.step(name)

    def step(self, name: str) -> None:
        """What the shortest way does at one place."""
        match name:
            case "closeness":
                self.choose("A mix")
            case "what" | "difference" | "lesson":
                self.answer({"what": WHAT, "difference": DIFFERENCE, "lesson": LESSON}[name])
            case "services":
                self.choose("Health")
            case "enablers":
                self.press("Skip")
            case "role":
                self.choose("Practitioner")
            case "title":
                self.say("Two nights for one phone call")
            case "_checking":
                self.press("Carry on")
            case "_naming":
                self.choose("My role only")
            case "_places":
                self.choose("Weekly digest")
            case "_ready":
                self.press("Send for review")

    def answer(self, words: str) -> None:
        """Type an answer and press Next."""
        self.say(words)
        self.press("Next")

    def choose(self, *options: str) -> None:
        """Tick and press Next."""
        self.tick("", *options)
        self.press("Next")


At = Callable[[str], Person]
"""Somebody who has come to a place of the default script by the shortest way."""

_MANY = ("multi_static_select", "checkboxes")


def _options(element: dict[str, Any]) -> list[dict[str, Any]]:
    groups = element.get("option_groups") or [element]
    return [option for group in groups for option in group.get("options", [])]


def _chooser(shown: Shown, label: str, texts: tuple[str, ...]) -> dict[str, Any] | None:
    for element in elements(list(shown.rendered.blocks)):
        offered = [option["text"]["text"] for option in _options(element)]
        named = not label or label in str(element.get("placeholder", {}).get("text", ""))
        if offered and named and all(any(text.startswith(one) for text in offered) for one in texts):
            return element
    return None


def _state(chosen: tuple[str, ...], *, many: bool) -> dict[str, Any]:
    """How Slack says what is chosen."""
    if many:
        return {"type": "checkboxes", "selected_options": [{"value": value} for value in chosen]}
    return {"type": "static_select", "selected_option": {"value": chosen[0]} if chosen else None}
