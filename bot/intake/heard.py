"""What a teller said in Slack, as intake reads it: one message.

Pure. `payloads.py` makes these; nothing here knows a payload. What they press is read by `bot/pressed.py`.
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
