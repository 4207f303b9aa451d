"""What an answer of Slack means for the message: a table that can be read aloud, and the reading of answers by it.

Pure, but for knowing the exceptions of the libraries below. What is then done about a verdict is in `sending.py`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError


class Verdict(StrEnum):
    """What became of a call."""

    OK = "ok"
    LIMITED = "limited"
    """Too many requests: wait as long as Slack says."""
    AGAIN = "again"
    """Nothing was done; it can be tried again."""
    DOUBT = "doubt"
    """It may have been done: look before doing it again."""
    NEVER = "never"
    """It cannot succeed as it is."""
    GONE = "gone"
    """The message that was meant is not there any more."""
    STRANGE = "strange"
    """Refused with a word that is not known here. Nothing was done; it may pass, and may not."""
    OURS = "ours"
    """The token or the app is refused: not the message's fault."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict, Slack's (or our) short code for it, and what was answered. `after` is Retry-After in seconds."""

    verdict: Verdict
    code: str
    answer: Mapping[str, Any] = field(default_factory=dict)
    after: float | None = None


# The codes are those of the method pages (docs.slack.dev/reference/methods/…). A code that is in no row is STRANGE: it
# is tried for some minutes, and then parked with Slack's own word for why, where the keeper sees it.
_CODES: Final[Mapping[Verdict, frozenset[str]]] = {
    Verdict.LIMITED: frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"}),
    Verdict.AGAIN: frozenset(
        {
            "service_unavailable",
            "request_timeout",  # the request arrived cut short: nothing was done
            "team_added_to_org",
            "external_channel_migrating",
        }
    ),
    Verdict.DOUBT: frozenset({"fatal_error", "internal_error"}),  # "some aspect of the operation may have succeeded"
    Verdict.GONE: frozenset({"message_not_found", "file_not_found", "file_deleted"}),
    Verdict.OURS: frozenset(
        {
            "access_denied",
            "access_limited",
            "accesslimited",
            "account_inactive",  # of the token; a colleague who has left is user_disabled
            "app_not_installed",
            "ekm_access_denied",
            "enterprise_is_restricted",
            "invalid_auth",
            "missing_scope",
            "no_permission",
            "not_allowed_token_type",
            "not_authed",
            "org_login_required",
            "team_access_not_granted",
            "team_not_found",
            "token_expired",
            "token_revoked",
            "two_factor_setup_required",
        }
    ),
    Verdict.NEVER: frozenset(
        {
            "as_user_not_supported",
            "blocked_file_type",
            "cannot_dm_bot",
            "cannot_reply_to_message",
            "cant_delete_file",
            "cant_delete_message",
            "cant_update_message",
            "channel_not_found",
            "channel_type_not_supported",
            "deprecated_endpoint",
            "edit_window_closed",
            "file_update_failed",
            "file_uploads_disabled",
            "invalid_arg_name",
            "invalid_arguments",
            "invalid_blocks",
            "invalid_blocks_format",
            "invalid_channel",
            "invalid_metadata_format",
            "invalid_metadata_schema",
            "is_archived",
            "is_inactive",
            "messages_tab_disabled",
            "metadata_must_be_sent_from_app",
            "metadata_too_large",
            "method_deprecated",
            "method_not_supported",
            "missing_argument",
            "msg_blocks_too_long",
            "msg_too_long",
            "no_text",
            "not_in_channel",
            "not_allowed",
            "restricted_action",
            "restricted_action_non_threadable_channel",
            "restricted_action_read_only_channel",
            "restricted_action_thread_locked",
            "restricted_action_thread_only_channel",
            "slack_connect_file_upload_sharing_blocked",
            "thread_not_found",
            "unknown_method",
            "user_disabled",
            "user_not_found",
            "user_not_in_channel",
            "user_not_visible",
            "users_not_found",
        }
    ),
}
_VERDICTS: Final = {code: verdict for verdict, codes in _CODES.items() for code in codes}

# Raised before the request was written: no connection, no name, no TLS, no way through the proxy.
_BEFORE_SENDING: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError)

CALL_FAILURES: Final = (
    SlackClientError,
    aiohttp.ClientError,
    OSError,  # TimeoutError is one
    ValueError,  # an answer that is no JSON or no Unicode
    AttributeError,  # an answer that is JSON and no object: the SDK asks it for "ok"
)
"""Everything by which the SDK says that a call did not end in an "ok"."""


def of_answer(status: int, body: object, headers: Mapping[str, str] | None = None) -> Outcome:
    """Returns what an HTTP answer means; `body` is whatever was sent, read as JSON where it was."""
    answer: Mapping[str, Any] = body if isinstance(body, Mapping) else {}
    said = answer.get("error")
    code = said if isinstance(said, str) and said else f"http_{status}"
    if status == 429 or _VERDICTS.get(code) is Verdict.LIMITED:
        return Outcome(Verdict.LIMITED, "ratelimited", answer, _retry_after(headers))
    if status >= 500:
        return Outcome(Verdict.DOUBT, code, answer)
    if answer.get("ok") is True:
        return Outcome(Verdict.OK, "ok", answer)
    if said:
        return Outcome(_VERDICTS.get(code, Verdict.STRANGE), code, answer)
    if status >= 300:
        return Outcome(Verdict.AGAIN, code)  # not Slack's: something on the way (a proxy, a portal) turned it back
    return Outcome(Verdict.DOUBT, "malformed_answer")


def of_error(error: BaseException) -> Outcome:
    """Returns what an exception of a call means. Raises it again when it is none of a call's own."""
    if isinstance(error, SlackApiError):
        response: Any = error.response
        status = getattr(response, "status_code", None) or getattr(response, "status", None)
        if isinstance(status, int):
            return of_answer(status, getattr(response, "data", None), getattr(response, "headers", None))
        return Outcome(Verdict.DOUBT, "malformed_answer")
    if isinstance(error, _BEFORE_SENDING):
        return Outcome(Verdict.AGAIN, "no_connection")
    if isinstance(error, TimeoutError):
        return Outcome(Verdict.DOUBT, "no_answer")
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError | AttributeError):
        return Outcome(Verdict.DOUBT, "malformed_answer")
    if isinstance(error, CALL_FAILURES):
        return Outcome(Verdict.DOUBT, "connection_lost")
    raise error


def _retry_after(headers: Mapping[str, str] | None) -> float | None:
    for name, value in (headers or {}).items():
        if name.lower() == "retry-after":
            try:
                return max(0.0, float(value))
            except ValueError:
                return None  # a date, or nonsense: as if it had not been said
    return None
