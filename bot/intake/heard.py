"""What a teller did in Slack, as intake reads it: one message, or one press.

Pure. `payloads.py` makes these; nothing here knows a payload.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """One message as a teller wrote it; `text` is decoded and normalised, and holds no words of a forwarded one."""

    user_id: str
    channel: str
    ts: str
    text: str
    thread_ts: str | None = None
    client_msg_id: str | None = None
    has_files: bool = False
    edited_ts: str | None = None
    forwarded: bool = False


@dataclass(frozen=True, slots=True)
class Pressed:
    """One press of a button, with what stood ticked around it."""

    user_id: str
    channel: str
    message_ts: str | None
    value: str
    chosen: dict[str, tuple[str, ...]]
    response_url: str | None
    action_ts: str | None
    thread_ts: str | None = None
    """The thread that the message stands in, if it is a reply."""
