"""The app that the keeper creates in Slack is the app that the code expects."""

import json
from typing import Any

import pytest

from bot.ids import COMMAND, EVENTS, SCOPES
from bot.manifest import NAME, build_manifest, render_manifest

# Which scope brings which event (https://docs.slack.dev/reference/events); None: sent to every app.
SCOPE_OF_EVENT: dict[str, str | None] = {
    "app_mention": "app_mentions:read",
    "app_home_opened": None,
    "app_uninstalled": None,
    "member_left_channel": "channels:read",
    "message.im": "im:history",
    "subteam_members_changed": "usergroups:read",
    "team_join": "users:read",
    "tokens_revoked": None,
    "user_change": "users:read",
}
# The parts of schema 1 that an app of this kind may have (https://docs.slack.dev/reference/app-manifest).
SHAPE: dict[str, Any] = {
    "_metadata": {"major_version": int, "minor_version": int},
    "display_information": {"name": str, "description": str, "long_description": str, "background_color": str},
    "features": {
        "app_home": {
            "home_tab_enabled": bool,
            "messages_tab_enabled": bool,
            "messages_tab_read_only_enabled": bool,
        },
        "bot_user": {"display_name": str, "always_online": bool},
        "slash_commands": [{"command": str, "description": str, "usage_hint": str, "should_escape": bool}],
        "shortcuts": [{"name": str, "type": str, "callback_id": str, "description": str}],
    },
    "oauth_config": {"scopes": {"bot": [str]}},
    "settings": {
        "event_subscriptions": {"bot_events": [str]},
        "interactivity": {"is_enabled": bool},
        "org_deploy_enabled": bool,
        "socket_mode_enabled": bool,
        "token_rotation_enabled": bool,
    },
}


def misfits(value: Any, shape: Any, at: str = "manifest") -> list[str]:
    """Where the value has a part or a type that the shape has not."""
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return [at]
        unknown = [f"{at}.{name}" for name in value if name not in shape]
        known = [name for name in value if name in shape]
        return unknown + [m for name in known for m in misfits(value[name], shape[name], f"{at}.{name}")]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [at]
        return [m for number, each in enumerate(value) for m in misfits(each, shape[0], f"{at}[{number}]")]
    return [] if type(value) is shape else [at]


def test_every_part_is_one_that_slack_knows() -> None:
    """The manifest has no part and no type that Slack's schema has not."""
    assert misfits(build_manifest(), SHAPE) == []


def test_every_text_is_within_slacks_limits() -> None:
    """Names and descriptions are of the lengths that Slack accepts."""
    manifest = build_manifest()
    shown = manifest["display_information"]
    assert 1 <= len(shown["name"]) <= 35
    assert 1 <= len(shown["description"]) <= 140
    assert 174 <= len(shown["long_description"]) <= 4_000
    assert len(manifest["features"]["bot_user"]["display_name"]) <= 80
    [command] = manifest["features"]["slash_commands"]
    assert command["command"] == COMMAND and command["command"].startswith("/") and len(command["command"]) <= 32
    assert command["description"] and command["usage_hint"]
    assert len(manifest["settings"]["event_subscriptions"]["bot_events"]) <= 100


def test_it_asks_for_what_the_code_uses_and_no_more() -> None:
    """Scopes and events are those of the code; no email addresses, people's files or conversations."""
    manifest = build_manifest()
    scopes = manifest["oauth_config"]["scopes"]["bot"]
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert scopes == sorted(SCOPES) and events == sorted(EVENTS)
    assert all(SCOPES.values()) and all(EVENTS.values()), "each says why"
    assert not {"users:read.email", "files:read", "mpim:history", "chat:write.public"} & set(scopes)


def test_every_event_has_the_scope_that_brings_it() -> None:
    """An event that is subscribed but not scoped never arrives."""
    for name in EVENTS:
        assert SCOPE_OF_EVENT[name] in {None, *SCOPES}, name


def test_people_can_type_to_it() -> None:
    """The messages tab is on and not read-only, and there is a home."""
    home = build_manifest()["features"]["app_home"]
    assert home == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }


def test_it_needs_no_address() -> None:
    """In Socket Mode nothing on the internet has to reach the bot, so no request URL is asked for."""
    manifest = build_manifest()
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert manifest["settings"]["interactivity"] == {"is_enabled": True}
    assert manifest["settings"]["org_deploy_enabled"] is manifest["settings"]["token_rotation_enabled"] is False
    assert "http" not in json.dumps(manifest) and "_url" not in json.dumps(manifest)


def test_it_is_printed_as_json() -> None:
    """What is printed can be pasted into Slack, and reads back as the same."""
    assert json.loads(render_manifest(build_manifest())) == build_manifest()


def test_it_can_have_another_name() -> None:
    """A second app, to try things with, gets a name of its own, within Slack's limit."""
    manifest = build_manifest(name=f"{NAME} (trial)")
    assert manifest["display_information"]["name"] == "Altogether (trial)"
    assert manifest["features"]["bot_user"]["display_name"] == "Altogether (trial)"
    for wrong in ("", "  ", "x" * 36):
        with pytest.raises(ValueError, match="35"):
            build_manifest(name=wrong)
