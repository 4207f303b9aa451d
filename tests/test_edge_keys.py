"""What makes a delivery the same delivery when it comes again."""

from typing import Any

import pytest

from bot.edge import key_of

EVENT = {"type": "event_callback", "event_id": "Ev1", "event": {"type": "message", "channel": "D1", "ts": "1.0"}}
PRESS = {"type": "block_actions", "trigger_id": "t1", "actions": [{"action_id": "next", "action_ts": "2.0"}]}
COMMAND = {"command": "/story", "trigger_id": "t2"}
MODAL = {"type": "view_submission", "view": {"id": "V1", "hash": "3.0"}}
OLD_EVENT = {"event": {"type": "message", "channel": "D1", "ts": "1.0", "user": "U1"}}


@pytest.mark.parametrize("body", [EVENT, PRESS, COMMAND, MODAL, OLD_EVENT])
def test_a_delivery_that_comes_again_has_the_key_it_had(body: dict[str, Any]) -> None:
    """However Slack wraps it the second time: the key is made of what was said, not of how it came."""
    assert key_of(body) == key_of({**body, "retry_attempt": 1, "retry_reason": "timeout", "token": "other"})


def test_different_deliveries_have_different_keys() -> None:
    """Two events, two presses of one button, a press and a command never pass for one another."""
    bodies = [EVENT, {**EVENT, "event_id": "Ev2"}, PRESS, {**PRESS, "trigger_id": "t3"}, COMMAND, MODAL, OLD_EVENT]
    assert len({key_of(body) for body in bodies}) == len(bodies)
