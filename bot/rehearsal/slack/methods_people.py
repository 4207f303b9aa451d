"""auth.*, team.*, bots.*, users.*, usergroups.*, api.test and apps.connections.open: who is who.

Each function is one method: a `Call` in, the answer's own fields out, `ApiError` for Slack's refusals. The table is in
`web_api.py`.
"""

from typing import Any

from .call import ApiError, Call
from .paging import MOST, how_many, paged

Json = dict[str, Any]


def api_test(call: Call) -> Json:
    """api.test"""
    if call.text("error"):
        raise ApiError(call.text("error"), args=dict(call.args))
    return {"args": dict(call.args)}


def auth_test(call: Call) -> Json:
    """auth.test"""
    workspace = call.workspace
    return {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.team_name,
        "user": workspace.bot.name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot.id,
        "bot_id": workspace.bot.bot_id,
        "is_enterprise_install": call.workspace.whole_organisation,
    }


def connections_open(call: Call) -> Json:
    """apps.connections.open"""
    return {"url": call.open_socket()}


def team_info(call: Call) -> Json:
    """team.info"""
    workspace = call.workspace
    if call.text("team") not in ("", workspace.team_id):
        raise ApiError("team_not_found")
    team = {"id": workspace.team_id, "name": workspace.team_name, "domain": workspace.domain, "email_domain": ""}
    return {"team": team | {"url": f"https://{workspace.domain}.slack.com/", "icon": {"image_default": True}}}


def bots_info(call: Call) -> Json:
    """bots.info"""
    bot_id = call.need("bot", "bot_not_found")
    for profile in call.workspace.directory.profiles.values():
        if profile.bot_id == bot_id:
            bot = {"id": bot_id, "deleted": profile.deleted, "name": profile.real_name, "updated": 0}
            return {"bot": bot | {"app_id": profile.app_id, "user_id": profile.id, "icons": {}}}
    raise ApiError("bot_not_found")


def users_info(call: Call) -> Json:
    """users.info"""
    profile = call.workspace.directory.profiles.get(call.need("user", "user_not_found"))
    if profile is None:
        raise ApiError("user_not_found")
    user = profile.as_json(call.workspace.clock.now())
    return {"user": user | ({"locale": "en-GB"} if call.flag("include_locale") else {})}


def users_list(call: Call) -> Json:
    """users.list"""
    now = call.workspace.clock.now()
    ours = [p for p in call.workspace.directory.profiles.values() if not p.is_stranger]
    page, cursor = paged(ours, call, how_many(call, default=MOST), key=lambda profile: profile.id)
    return {
        "members": [p.as_json(now) for p in page],
        "cache_ts": int(now.timestamp()),
        "response_metadata": {"next_cursor": cursor},
    }


def usergroups_list(call: Call) -> Json:
    """usergroups.list"""
    now = int(call.workspace.clock.now().timestamp())
    groups = [g for g in call.workspace.directory.groups.values() if call.flag("include_disabled") or not g.deleted]
    return {"usergroups": [g.as_json(created=now, include_users=call.flag("include_users")) for g in groups]}


def usergroups_users_list(call: Call) -> Json:
    """usergroups.users.list"""
    group = call.workspace.directory.groups.get(call.need("usergroup"))
    if group is None or (group.deleted and not call.flag("include_disabled")):
        raise ApiError("no_such_subteam")
    return {"users": list(group.members)}
