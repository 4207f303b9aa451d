"""views.*: modals and the Home tab.

Each function is one method: a `Call` in, the answer's own fields out, `ApiError` for Slack's refusals. The table is in
`web_api.py`.
"""

from typing import Any, Literal

from .call import ApiError, Call
from .interactions import view_json
from .validation import check_view
from .views import View, ViewError
from .workspace import Change

Json = dict[str, Any]


def open_(call: Call) -> Json:
    """views.open"""
    payload, trigger = _payload(call), _trigger(call)
    try:
        return _shown(call, call.workspace.views.open(trigger, payload))
    except ViewError as err:
        raise ApiError(err.code) from err


def push(call: Call) -> Json:
    """views.push"""
    payload, trigger = _payload(call), _trigger(call)
    try:
        return _shown(call, call.workspace.views.push(trigger, payload))
    except ViewError as err:
        raise ApiError(err.code) from err


def update(call: Call) -> Json:
    """views.update"""
    view = call.workspace.views.find(view_id=call.text("view_id"), external_id=call.text("external_id"))
    if view is None:
        raise ApiError("not_found")
    payload = _payload(call, "home" if view.type == "home" else "modal")
    try:
        return _shown(call, call.workspace.views.update(view, payload, expected_hash=call.text("hash") or None))
    except ViewError as err:
        raise ApiError(err.code) from err


def publish(call: Call) -> Json:
    """views.publish"""
    user = call.need("user_id")
    if user not in call.workspace.directory.profiles:  # the method's page lists no word of its own for it
        raise ApiError(
            "invalid_arguments", response_metadata={"messages": ["[ERROR] invalid user [json-pointer:/user_id]"]}
        )
    payload = _payload(call, "home")
    try:
        view = call.workspace.views.publish(user, payload, expected_hash=call.text("hash") or None)
    except ViewError as err:
        raise ApiError(err.code) from err
    return _shown(call, view)


def check(payload: object, surface: Literal["modal", "home"]) -> Json:
    """Returns the view fit to show, or raises what Slack would answer."""
    if not isinstance(payload, dict):
        raise ApiError("invalid_arguments", response_metadata={"messages": ["[ERROR] missing required field: view"]})
    problems = check_view(payload, surface=surface)
    if any("view_too_large" in problem for problem in problems):
        raise ApiError("view_too_large")
    if problems:
        raise ApiError("invalid_arguments", response_metadata={"messages": problems})
    return payload


def _payload(call: Call, surface: Literal["modal", "home"] = "modal") -> Json:
    return check(call.structure("view", error="invalid_arguments"), surface)


def _trigger(call: Call) -> str:
    return call.need("trigger_id")


def _shown(call: Call, view: View) -> Json:
    kind: Literal["view", "home"] = "home" if view.type == "home" else "view"
    call.workspace.tell(Change(kind, call.workspace.bot.id, only_for=view.owner))
    return {"view": view_json(call.workspace, view)}
