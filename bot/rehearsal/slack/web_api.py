"""The Web API's methods as one table, and the order in which Slack checks a call.

`METHODS` is the page to read: which method, which scopes, how often, how faithfully. What each does is in
`methods_*.py`; the HTTP around it, and the faults, in `server.py`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Literal, NamedTuple

from . import methods_chat as chat
from . import methods_conversations as conversations
from . import methods_files as files
from . import methods_people as people
from . import methods_views as views
from .arguments import Received
from .call import ApiError, Call
from .pace import Allowances
from .workspace import Workspace

Json = dict[str, Any]
Fidelity = Literal["full", "partly"]


@dataclass(frozen=True, slots=True)
class Method:
    """One row: any one of `scopes` lets a token in, `tier` is Slack's (None: not counted);
    `missing` says what is not imitated."""

    handle: Callable[[Call], Json]
    scopes: tuple[str, ...] = ()
    tier: int | None = None
    fidelity: Fidelity = "full"
    missing: str = ""
    caller: Literal["bot", "app", "anyone"] = "bot"


HISTORY = ("channels:history", "groups:history", "im:history")
READ = ("channels:read", "groups:read", "im:read")

NO_ONE_USES = "No interactivity_pointer; nobody here uses external menus, rich_text_input or file_input."

METHODS: dict[str, Method] = {
    "api.test": Method(people.api_test, caller="anyone"),
    "apps.connections.open": Method(
        people.connections_open, ("connections:write",), 3, "partly", "No debug_reconnects.", caller="app"
    ),
    "auth.test": Method(people.auth_test),
    "bots.info": Method(people.bots_info, ("users:read",), 3, "partly", "No icons."),
    "chat.delete": Method(chat.delete, ("chat:write",), 3),
    "chat.getPermalink": Method(chat.get_permalink),
    "chat.postEphemeral": Method(
        chat.post_ephemeral, ("chat:write",), 4, "partly", "Always arrives, and outlives a reload."
    ),
    "chat.postMessage": Method(
        chat.post_message,
        ("chat:write",),
        None,
        "partly",
        "Long text is cut, never split in two; no markdown_text, link previews, link_names, parse or custom names; "
        "links and bare < > in text are not rewritten. Attachments are kept and shown by their title only. In an "
        "actions block no multi-selects and no rich_text_input, though Slack's pages have them: it has refused the "
        "former. The size limit of metadata is a guess, and no entities are taken there.",
    ),
    "chat.update": Method(
        chat.update,
        ("chat:write",),
        3,
        "partly",
        "No markdown_text, parse, link_names, file_ids or reply_broadcast; blocks alone mark it as edited, too.",
    ),
    "conversations.history": Method(
        conversations.history, HISTORY, 3, "partly", "No unread counts; cursors never grow too old."
    ),
    "conversations.info": Method(conversations.info, READ, 3, "partly", "No topic, purpose, locale or last_read."),
    "conversations.list": Method(conversations.list_, READ, 2, "partly", "No group direct messages."),
    "conversations.members": Method(conversations.members, READ, 4),
    "conversations.open": Method(
        conversations.open_, ("im:write",), 3, "partly", "One person only: a group is refused for its scope."
    ),
    "conversations.replies": Method(
        conversations.replies, HISTORY, 3, "partly", "No unread counts; a later page does not repeat the parent."
    ),
    "files.completeUploadExternal": Method(
        files.complete_upload,
        ("files:write",),
        4,
        "partly",
        "One conversation, no blocks; a file stands in it at once. The refusal of bytes that never came is a guess.",
    ),
    "files.delete": Method(
        files.delete, ("files:write",), 3, "partly", "The app's own uploads only; no tombstone where it stood."
    ),
    "files.getUploadURLExternal": Method(
        files.get_upload_url, ("files:write",), 4, "partly", "No snippets or alt_txt."
    ),
    "team.info": Method(people.team_info, ("team:read",), 3, "partly", "No icons or plan."),
    "usergroups.list": Method(people.usergroups_list, ("usergroups:read",), 2, "partly", "No channel preferences."),
    "usergroups.users.list": Method(people.usergroups_users_list, ("usergroups:read",), 2),
    "users.info": Method(people.users_info, ("users:read",), 4, "partly", "No avatars, status, phone or e-mail."),
    "users.list": Method(people.users_list, ("users:read",), 2, "partly", "No avatars, status, phone or e-mail."),
    "views.open": Method(views.open_, (), 4, "partly", NO_ONE_USES),
    "views.publish": Method(views.publish, (), 4, "partly", "What is said of an unknown person is a guess."),
    "views.push": Method(views.push, (), 4, "partly", NO_ONE_USES),
    "views.update": Method(views.update, (), 4),
}


class Row(NamedTuple):
    """One line of the fidelity table, for people."""

    method: str
    fidelity: Fidelity
    missing: str


def fidelity() -> list[Row]:
    """Returns, method by method, how faithfully Slack is imitated and what is left out."""
    return [Row(name, method.fidelity, method.missing) for name, method in sorted(METHODS.items())]


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to the caller: Slack answers 200 to nearly everything."""

    body: Json
    status: int = 200
    headers: Mapping[str, str] | None = None


class WebApi:
    """Answers calls as Slack would, by the table."""

    def __init__(self, workspace: Workspace, *, allowances: Allowances, open_socket: Callable[[], str]) -> None:
        self._workspace, self._open_socket = workspace, open_socket
        self.allowances = allowances

    def receive(self, name: str, call: Received) -> Answer:
        """Performs one call as it came over HTTP, and warns of its charset as Slack does."""
        method = METHODS.get(name)
        by_header_only = method is not None and method.caller == "app"
        token = call.token if call.in_header or not by_header_only else ""
        answer = self.answer(name, token=token, args=call.args)
        if not call.warnings or answer.status != HTTPStatus.OK:
            return answer
        told = answer.body.get("response_metadata", {}) | {"warnings": call.warnings}
        return replace(answer, body=answer.body | {"warning": ",".join(call.warnings), "response_metadata": told})

    def answer(self, name: str, *, token: str, args: Mapping[str, Any]) -> Answer:
        """Performs one call: token, scopes, allowance, then the method itself."""
        method = METHODS.get(name)
        if method is None:
            return Answer({"ok": False, "error": "unknown_method", "req_method": name})
        try:
            body = {"ok": True} | self._perform(name, method, token=token, args=args)
        except ApiError as err:
            if err.retry_after is not None:
                return rate_limited(err.retry_after)
            return Answer({"ok": False, "error": err.code} | err.extra, headers=self._headers(token))
        return Answer(body, headers=self._headers(token))

    def _perform(self, name: str, method: Method, *, token: str, args: Mapping[str, Any]) -> Json:
        if method.caller == "anyone":
            grant = self._workspace.grants[self._workspace.bot_token]
            return method.handle(Call(self._workspace, grant, self.allowances, args, self._open_socket))
        if not token:
            raise ApiError("not_authed")
        known = self._workspace.grants.get(token)
        if known is None:
            raise ApiError("invalid_auth")
        if known.revoked:
            raise ApiError(known.revoked)
        if known.kind != method.caller:
            raise ApiError("not_allowed_token_type")
        if method.scopes and known.scopes.isdisjoint(method.scopes):
            raise ApiError("missing_scope", needed=",".join(method.scopes), provided=",".join(sorted(known.scopes)))
        if method.tier is not None:
            wait = self.allowances.call(name, method.tier)
            if wait > 0:
                raise ApiError("ratelimited", retry_after=wait)
        return method.handle(Call(self._workspace, known, self.allowances, args, self._open_socket))

    def _headers(self, token: str) -> dict[str, str]:
        grant = self._workspace.grants.get(token)
        return {"x-oauth-scopes": ",".join(sorted(grant.scopes))} if grant else {}


def rate_limited(seconds: float) -> Answer:
    """Returns Slack's 429, with whole seconds to wait."""
    return Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(max(1, math.ceil(seconds)))})
