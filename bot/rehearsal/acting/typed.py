"""What a person types, encoded as Slack's client sends it: text with tokens, and the rich_text block beside it.

Pure functions of the text and of who and what exists. The reverse, what people read, is in `shown.py`.
"""

import re
from typing import Any

from bot.rehearsal.slack.workspace import Workspace

Json = dict[str, Any]

_TOKENS = re.compile(
    r"(?P<url>https?://[^\s<>|]*[^\s<>|.,;:!?)\]}'\"])"
    r"|(?P<mail>(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+)"  # bounded: a wall of letters is typed, too
    r"|(?<![\w@])@(?P<at>[\w.-]*\w)"
    r"|(?<![\w#&])#(?P<channel>[\w-]+)"
)
BROADCASTS = ("here", "channel", "everyone")


def escape(text: str) -> str:
    """Returns the text with the three characters that mean something to Slack escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def encode(text: str, workspace: Workspace) -> tuple[str, list[Json]]:
    """Returns the message's `text` and its `blocks` (one rich_text block; none for an empty text)."""
    encoded, elements = "", []
    position = 0
    for match in _TOKENS.finditer(text):
        token = _token(match, workspace)
        if token is None:
            continue
        before = text[position : match.start()]
        encoded += escape(before) + token[0]
        elements += [{"type": "text", "text": before}] if before else []
        elements.append(token[1])
        position = match.end()
    rest = text[position:]
    encoded += escape(rest)
    elements += [{"type": "text", "text": rest}] if rest else []
    section = {"type": "rich_text_section", "elements": elements}
    return encoded, [{"type": "rich_text", "elements": [section]}] if elements else []


def encode_command(text: str, workspace: Workspace) -> str:
    """Returns a command's `text` with `should_escape` on: mentions carry their names, and & < > are escaped."""
    encoded, _ = encode(text, workspace)
    encoded = re.sub(r"<@(\w+)>", lambda m: f"<@{m[1]}|{_handle(m[1], workspace)}>", encoded)
    return re.sub(r"<#(\w+)>", lambda m: f"<#{m[1]}|{workspace.conversations[m[1]].name}>", encoded)


def _token(match: re.Match[str], workspace: Workspace) -> tuple[str, Json] | None:
    if url := match["url"]:
        return f"<{escape(url)}>", {"type": "link", "url": url}
    if mail := match["mail"]:
        return f"<mailto:{mail}|{mail}>", {"type": "link", "url": f"mailto:{mail}", "text": mail}
    if name := match["channel"]:
        channel = workspace.find_channel(name)
        return (f"<#{channel.id}>", {"type": "channel", "channel_id": channel.id}) if channel else None
    return _mention(match["at"], workspace)


def _mention(name: str, workspace: Workspace) -> tuple[str, Json] | None:
    if name in BROADCASTS:
        return f"<!{name}>", {"type": "broadcast", "range": name}
    if group := workspace.directory.find_group(name):
        return f"<!subteam^{group.id}>", {"type": "usergroup", "usergroup_id": group.id}
    if profile := workspace.directory.find(name):
        return f"<@{profile.id}>", {"type": "user", "user_id": profile.id}
    return None


def _handle(user_id: str, workspace: Workspace) -> str:
    return workspace.directory.profiles[user_id].name
