"""What Slack sends, as templates with a few holes: a message in a direct message, and a press or a tick on a message.

Shapes: docs.slack.dev/reference/events/message and docs.slack.dev/reference/interaction-payloads/block_actions-payload.
Built by joining bytes; the message that was pressed rides along whole, as it does in Slack.
"""

import json
from typing import Any

TEAM, APP, BOT_USER, BOT = "T0BENCH", "A0BENCH", "U0BOT", "B0BOT"
DIGEST, REVIEW, REVIEWER = "C0STORIES", "C0REVIEW", "U0REVIEWER"

_EVENT = (
    '{"envelope_id":"%s","type":"events_api","accepts_response_payload":false,"retry_attempt":0,"retry_reason":"",'
    '"payload":{"token":"x","team_id":"T0BENCH","context_team_id":"T0BENCH","api_app_id":"A0BENCH","event":{'
    '"type":"message","user":"%s","ts":"%s","client_msg_id":"%s","text":%s,"team":"T0BENCH","blocks":[{"type":'
    '"rich_text","block_id":"b","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":%s}]}]}],'
    '"channel":"%s","event_ts":"%s","channel_type":"im"},"type":"event_callback","event_id":"Ev%s","event_time":'
    '1700000000,"authorizations":[{"enterprise_id":null,"team_id":"T0BENCH","user_id":"U0BOT","is_bot":true,'
    '"is_enterprise_install":false}],"is_ext_shared_channel":false,"event_context":"4-x"}}'
)
_PRESS = (
    '{"envelope_id":"%s","type":"interactive","accepts_response_payload":true,"payload":{"type":"block_actions",'
    '"user":{"id":"%s","username":"teller","name":"teller","team_id":"T0BENCH"},"api_app_id":"A0BENCH","token":"x",'
    '"team":{"id":"T0BENCH","domain":"bench"},"enterprise":null,"is_enterprise_install":false,"trigger_id":"%s",'
    '"container":{"type":"message","message_ts":"%s","channel_id":"%s","is_ephemeral":false},"channel":{"id":"%s",'
    '"name":"directmessage"},"state":{"values":%s},"response_url":"%s","actions":[%s],"message":{"user":"U0BOT","type":'
    '"message","ts":"%s","bot_id":"B0BOT","app_id":"A0BENCH","text":%s,"team":"T0BENCH","blocks":%s}}}'
)


def message(number: str, *, user: str, channel: str, ts: str, text: str) -> bytes:
    """A message that somebody typed; `number` makes its ids its own."""
    said = json.dumps(text)
    return (_EVENT % (number, user, ts, number, said, said, channel, ts, number)).encode()


def press(
    number: str,
    *,
    user: str,
    channel: str,
    ts: str,
    action: dict[str, Any],
    state: dict[str, dict[str, Any]],
    text: str,
    blocks: str,
    response_url: str,
) -> bytes:
    """A press or a tick on the message at `ts`, of which `text` and `blocks` (as JSON) are handed back."""
    return (
        _PRESS
        % (
            number,
            user,
            number,
            ts,
            channel,
            channel,
            json.dumps(state),
            response_url,
            json.dumps(action),
            ts,
            json.dumps(text),
            blocks,
        )
    ).encode()


def command(number: str, *, user: str, text: str) -> bytes:
    """`/story` with these words, typed in a channel."""
    body = {
        "token": "x",
        "team_id": TEAM,
        "team_domain": "bench",
        "channel_id": DIGEST,
        "channel_name": "stories",
        "user_id": user,
        "user_name": "somebody",
        "command": "/story",
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": "http://localhost/respond",
        "trigger_id": number,
    }
    return _envelope(number, "slash_commands", body)


def home_opened(number: str, *, user: str) -> bytes:
    """Somebody opened the app's home."""
    event = {"type": "app_home_opened", "user": user, "channel": "D0HOME", "tab": "home", "event_ts": number}
    body = {"team_id": TEAM, "api_app_id": APP, "event": event, "type": "event_callback", "event_id": f"Ev{number}"}
    return _envelope(number, "events_api", body)


def _envelope(number: str, kind: str, body: dict[str, Any]) -> bytes:
    return json.dumps({"envelope_id": number, "type": kind, "accepts_response_payload": True, "payload": body}).encode()
