"""What is read from a press and from a form, whatever Slack leaves out of them."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.pressed import Form, Press, form_of, press_of

AROUND: dict[str, Any] = {
    "type": "block_actions",
    "user": {"id": "U1", "username": "sam", "name": "sam", "team_id": "T1"},
    "api_app_id": "A1",
    "token": "x",
    "team": {"id": "T1", "domain": "somewhere"},
    "enterprise": None,
    "is_enterprise_install": False,
    "trigger_id": "1.2.x",
}
BUTTON = {
    "action_id": "next",
    "block_id": "row",
    "type": "button",
    "text": {"type": "plain_text", "text": "Next", "emoji": True},
    "value": "draft:what",
    "action_ts": "3.0",
}
CONTAINER = {"type": "message", "message_ts": "1.0", "channel_id": "C1", "is_ephemeral": False}
ON_A_MESSAGE = {
    **AROUND,
    "container": CONTAINER,
    "channel": {"id": "C1", "name": "stories"},
    "message": {"type": "message", "user": "UBOT", "ts": "1.0", "text": "Ready?", "thread_ts": "0.5"},
    "state": {"values": {}},
    "response_url": "https://hooks.slack.com/actions/1",
    "actions": [BUTTON],
}
ON_A_PRIVATE_LINE = {
    **AROUND,
    "container": {**CONTAINER, "is_ephemeral": True},
    "channel": {"id": "C1", "name": "stories"},
    "state": {"values": {}},
    "response_url": "https://hooks.slack.com/actions/1",
    "actions": [BUTTON],
}
PAGE = {"id": "V1", "type": "modal", "callback_id": "card", "private_metadata": "story:1:C1", "state": {"values": {}}}
ON_A_PAGE = {**AROUND, "container": {"type": "view", "view_id": "V1"}, "view": PAGE, "actions": [BUTTON]}

READ = Press(
    "U1",
    "next",
    "draft:what",
    channel="C1",
    message_ts="1.0",
    thread_ts="0.5",
    action_ts="3.0",
    response_url="https://hooks.slack.com/actions/1",
)


def option(value: str) -> dict[str, Any]:
    """An option as payloads carry it."""
    return {"text": {"type": "plain_text", "text": value.title()}, "value": value}


# ── a press ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_button_on_a_message() -> None:
    """Who, what, where, and the thread that the message is a reply in."""
    press = press_of(ON_A_MESSAGE)
    assert press == READ
    assert (press.in_modal, press.private_url, press.choice) == (False, None, "")


def test_a_button_on_a_private_line() -> None:
    """Its message is not handed back; the address is the only way to change it."""
    press = press_of(ON_A_PRIVATE_LINE)
    assert press == READ._replace(thread_ts=None, is_private=True)
    assert press.private_url == "https://hooks.slack.com/actions/1"


def test_a_button_on_a_page_or_on_the_home() -> None:
    """There is no channel; what the page carries says what it is about. Another page goes on top of a modal alone."""
    press = press_of(ON_A_PAGE)
    assert (press.channel, press.message_ts, press.metadata, press.in_modal) == ("", None, "story:1:C1", True)
    home = press_of({**ON_A_PAGE, "view": {"id": "V2", "type": "home", "private_metadata": ""}})
    assert (home.view, home.metadata, home.in_modal) == ("home", "", False)


def test_the_place_may_be_said_in_the_container_or_beside_it() -> None:
    """Either is enough, and the first message of a thread is no reply in it."""
    for left_out in ("container", "channel"):
        press = press_of({name: part for name, part in ON_A_MESSAGE.items() if name != left_out})
        assert press == READ
    first = {**CONTAINER, "thread_ts": "1.0"}
    assert press_of({**ON_A_MESSAGE, "container": first}).thread_ts is None
    assert press_of({**ON_A_MESSAGE, "container": {**CONTAINER, "thread_ts": "0.7"}}).thread_ts == "0.7"


AROUND_IT = {
    "b1": {"kind": {"type": "radio_buttons", "selected_option": option("late")}},
    "b2": {"services": {"type": "multi_static_select", "selected_options": [option("health"), option("housing")]}},
    "b3": {"role": {"type": "static_select", "selected_option": None}},
    "b4": {"places": {"type": "checkboxes", "selected_options": []}},
    "b5": {"words": {"type": "plain_text_input", "value": "words"}},
}
CHOSEN_AROUND = {**ON_A_MESSAGE, "state": {"values": AROUND_IT}}


def test_what_stands_chosen_around_the_button() -> None:
    """Of every menu and list on the message, what is chosen, be it nothing; typed words are none of it."""
    assert press_of(CHOSEN_AROUND).chosen == {
        "kind": ("late",),
        "services": ("health", "housing"),
        "role": (),
        "places": (),
    }


@pytest.mark.parametrize(
    ("said", "choice"),
    [
        ({"selected_option": option("late")}, "late"),
        ({"selected_option": None}, ""),
        ({"selected_option": {"text": "no value"}}, ""),
        ({"selected_options": [option("health"), option("housing")]}, "health"),
        ({"selected_conversation": "C2"}, "C2"),
        ({"selected_conversation": None}, ""),
    ],
)
def test_what_was_chosen_now(said: dict[str, Any], choice: str) -> None:
    """The element that was pressed counts, whatever the message said of it before."""
    state = {"row": {"browse": {"type": "static_select", "selected_option": option("before")}}}
    action = {"action_id": "browse", "block_id": "row", "action_ts": "3.0", **said}
    press = press_of({**ON_A_MESSAGE, "state": {"values": state}, "actions": [action]})
    assert (press.choice, press.value) == (choice, "")


# ── a form ────────────────────────────────────────────────────────────────────────────────────────────────────────


BOXES = {
    "reason": {"reason": {"type": "static_select", "selected_option": option("other")}},
    "comment": {"comment": {"type": "plain_text_input", "value": "  Too <near> & dear\n"}},
    "left": {"left": {"type": "plain_text_input", "value": None}},
    "places": {"places": {"type": "checkboxes", "selected_options": [option("digest"), option("training")]}},
    "channel": {"channel": {"type": "conversations_select", "selected_conversation": "C2"}},
    "none": {"none": {"type": "radio_buttons", "selected_option": None}},
}
BLOCKS = [{"type": "context"}, {"type": "input", "block_id": "reason"}, {"type": "input", "block_id": "comment"}]
SENT = {**AROUND, "type": "view_submission", "view": {**PAGE, "blocks": BLOCKS, "state": {"values": BOXES}}}


def test_a_form() -> None:
    """Who sent it, what it carries, and box by box what was typed or chosen, exactly as it was handed over."""
    form = form_of(SENT)
    assert form == Form(
        "U1",
        "story:1:C1",
        inputs=("reason", "comment"),
        typed={"comment": "  Too <near> & dear\n", "left": ""},
        chosen={"reason": ("other",), "places": ("digest", "training"), "channel": ("C2",), "none": ()},
    )
    assert (form.choice("reason"), form.choice("channel")) == ("other", "C2")
    assert form.choice("none") == form.choice("comment") == form.choice("no such box") == ""


# ── what nobody expects ───────────────────────────────────────────────────────────────────────────────────────────


def test_of_nothing_nothing_is_read() -> None:
    """A payload that says nothing is a press, or a form, of nobody."""
    assert press_of({}) == press_of({"actions": []}) == press_of({"actions": [None], "view": []}) == Press("")
    assert form_of({}) == form_of({"view": {"state": {"values": []}, "blocks": [1]}}) == Form("")


ODD: list[Any] = [None, True, 0, 1.5, "", "x", [], [None], ["x"], {}, {"x": 1}, {"x": {"x": []}}]


def oddly(payload: Any) -> Iterator[Any]:
    """The payload over and over, with one of its parts left out, or other than Slack would ever have it."""
    yield from ODD
    if isinstance(payload, dict):
        for name, part in payload.items():
            yield {other: payload[other] for other in payload if other != name}
            yield from ({**payload, name: odd} for odd in oddly(part))
    elif isinstance(payload, list):
        for at, part in enumerate(payload):
            yield from ([*payload[:at], odd, *payload[at + 1 :]] for odd in oddly(part))


@pytest.mark.parametrize("payload", [ON_A_MESSAGE, ON_A_PRIVATE_LINE, ON_A_PAGE, CHOSEN_AROUND, SENT])
def test_whatever_comes_is_read(payload: dict[str, Any]) -> None:
    """However odd one part of a payload is, every field of what is read from it is of its kind."""
    for body in oddly(payload):
        if not isinstance(body, dict):
            continue  # Bolt hands over nothing else
        press, form = press_of(body), form_of(body)
        words = [press.user_id, press.action_id, press.value, press.channel, press.view, press.metadata, press.choice]
        words += [form.user_id, form.metadata, *form.inputs, *form.typed.values()]
        words += [one for chosen in (press.chosen, form.chosen) for choices in chosen.values() for one in choices]
        maybe = [press.message_ts, press.thread_ts, press.action_ts, press.response_url, press.private_url]
        assert all(isinstance(one, str) for one in [*words, *(one for one in maybe if one is not None)]), body
        assert isinstance(press.is_private, bool), body
