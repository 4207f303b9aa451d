"""What is kept of an envelope that could not be handled: what its sender wrote, and nothing that came around it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import ids
from bot.envelope import kept_of, person_of, sender_of

AROUND = {
    "token": "SECRET",
    "trigger_id": "SECRET",
    "response_url": "https://hooks.slack.com/SECRET",
    "team": {"id": "T1", "domain": "SECRET"},
    "user": {"id": "U1", "name": "SECRET"},
    "user_name": "SECRET",
}
IN_CHAT = {"type": "message", "channel_type": "im", "channel": "D1"}


def event(**what: Any) -> dict[str, Any]:
    """An event, with all that comes around it."""
    rich = [{"type": "rich_text", "elements": ["SECRET"]}]
    around = {name: value for name, value in AROUND.items() if name != "user"}
    return {**around, "event": {"user": "U1", "blocks": rich, "user_profile": {"real_name": "SECRET"}, **what}}


def boxes(**typed: str) -> dict[str, Any]:
    """The state of a form: what was typed, and a choice."""
    values = {box: {box: {"type": "plain_text_input", "value": value}} for box, value in typed.items()}
    chosen = {"type": "radio_buttons", "selected_option": {"value": "SECRET"}}
    return {"values": {**values, "reason": {"reason": chosen}}}


def form(callback_id: str) -> dict[str, Any]:
    """A form that was sent."""
    view = {"callback_id": callback_id, "private_metadata": "SECRET", "blocks": [{"text": "SECRET"}]}
    return {**AROUND, "type": "view_submission", "view": {**view, "state": boxes(comment="My words.")}}


CASES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (event(**IN_CHAT, text="My words."), {**IN_CHAT, "text": "My words."}),
    (
        event(**IN_CHAT, subtype="file_share", text="My words.", files=[{"name": "SECRET"}]),
        {**IN_CHAT, "subtype": "file_share", "text": "My words."},
    ),
    (
        event(
            **IN_CHAT,
            subtype="message_changed",
            message={"user": "U1", "text": "My words.", "blocks": ["SECRET"]},
            previous_message={"user": "U1", "text": "SECRET"},
        ),
        {**IN_CHAT, "subtype": "message_changed", "text": "My words."},
    ),
    (
        event(**IN_CHAT, subtype="message_deleted", previous_message={"user": "U1", "text": "SECRET"}),
        {**IN_CHAT, "subtype": "message_deleted"},
    ),
    (event(type="app_mention", text="SECRET"), {"type": "app_mention"}),
    ({**AROUND, "command": "/story", "text": "withdraw SECRET-CODE"}, {"command": "/story", "text": "withdraw"}),
    ({**AROUND, "command": "/story", "text": ""}, {"command": "/story"}),
    (
        {
            **AROUND,
            "type": "block_actions",
            "actions": [{"action_id": "take_back", "value": "code:SECRET"}],
            "message": {"text": "SECRET", "blocks": ["SECRET"]},
            "state": boxes(comment="SECRET"),
        },
        {"type": "block_actions", "action_id": "take_back"},
    ),
    (
        form(ids.DECLINE_VIEW),
        {"type": "view_submission", "callback_id": ids.DECLINE_VIEW, "words": {"comment": "My words."}},
    ),
    (form(ids.REDACT_VIEW), {"type": "view_submission", "callback_id": ids.REDACT_VIEW}),
    (form(ids.SUGGEST_VIEW), {"type": "view_submission", "callback_id": ids.SUGGEST_VIEW}),
]


@pytest.mark.parametrize(("payload", "kept"), CASES)
def test_what_kind_of_thing_it_was_and_the_senders_own_words(payload: dict[str, Any], kept: dict[str, Any]) -> None:
    """No token, no address, no button's value, nobody's profile, and no words but those the sender typed."""
    kept = {name: value for name, value in kept.items() if name != "channel"}
    assert json.loads(kept_of(payload)) == kept
    assert "SECRET" not in kept_of(payload)
    assert "My words." not in kept_of(payload, words=False)
    assert sender_of(payload) == "U1"


_NAMES = st.sampled_from(
    ["event", "message", "user", "id", "type", "actions", "view", "state", "values", "value", "callback_id", "command"]
)
_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=5),
    max_leaves=20,
)


@given(st.dictionaries(_NAMES, _ANY))
def test_whatever_comes_can_be_put_aside(payload: dict[str, Any]) -> None:
    """However odd an envelope is, it is somebody's or nobody's, and something can be kept of it."""
    assert isinstance(json.loads(kept_of(payload)), dict)
    assert isinstance(person_of(payload), str)
