"""The app's manifest: what the keeper pastes into Slack to create the app, built from what the code listens to.

Pure. `altogether manifest` prints it; nothing in it is typed twice, so the app asks for no more than the code uses.
"""

import json
from typing import Any, Final

from bot.ids import COMMAND, COMMAND_HINT, EVENTS, SCOPES

NAME: Final = "Altogether"
LONGEST_NAME: Final = 35
"""Slack's limit (https://docs.slack.dev/reference/app-manifest)."""

_DESCRIPTION: Final = "Tell a story about a time when working together mattered, and read what colleagues told."
_LONG_DESCRIPTION: Final = (
    "Altogether collects the stories that an organisation learns from. You tell yours in a direct message, one "
    "question at a time, and choose whether your name is shown. Reviewers read it before anyone else does, and the new "
    "stories are posted in a channel once a week. You can take your story back at any time by typing /story withdraw "
    "and its number. The app reads only what you write to it, and looks for its own posts where it posts."
)
_COMMAND_DESCRIPTION: Final = "Tell a story, see yours, or review"


def build_manifest(*, name: str = NAME) -> dict[str, Any]:
    """Returns the manifest for an app of this name, in Socket Mode and without any address.

    The shape is that of https://docs.slack.dev/reference/app-manifest, schema 1. Raises ValueError for a name that is
    empty or that Slack would refuse as too long.
    """
    if not 1 <= len(name.strip()) <= LONGEST_NAME:
        raise ValueError(f"an app's name has 1 to {LONGEST_NAME} characters")
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": name.strip(),
            "description": _DESCRIPTION,
            "long_description": _LONG_DESCRIPTION,
            "background_color": "#1d3c5a",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                # Both are needed: without them people see the conversation but cannot type in it.
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            # Always shown as there: what is written while the bot is away is read when it returns.
            "bot_user": {"display_name": name.strip(), "always_online": True},
            "slash_commands": [
                {
                    "command": COMMAND,
                    "description": _COMMAND_DESCRIPTION,
                    "usage_hint": COMMAND_HINT,
                    # Escaped, "@sam" would arrive as a token that pings when it is repeated.
                    "should_escape": False,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": sorted(EVENTS)},
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": False,
            "socket_mode_enabled": True,
            "token_rotation_enabled": False,
        },
    }


def render_manifest(manifest: dict[str, Any]) -> str:
    """Returns the manifest as JSON to paste, indented, ending with a line end."""
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
