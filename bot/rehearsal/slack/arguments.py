"""The HTTP of a call: where its token stands, what its arguments are, and what is wrong with its body.

Follows docs.slack.dev/apis/web-api and the errors and warnings that every method's page lists. What the call means is
in `web_api.py`; `server.py` is the caller.
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from .call import ApiError
from .decoding import decoded

Json = dict[str, Any]

FORM, MULTIPART, JSON, PLAIN = (
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/json",
    "text/plain",
)
CHARSETS = ("utf-8", "iso-8859-1")


@dataclass(frozen=True, slots=True)
class Received:
    """One call as it came: `token` is empty where none was sent in a place where Slack looks for it."""

    token: str
    in_header: bool
    args: Json
    warnings: list[str] = field(default_factory=list)


async def received(request: web.Request) -> Received:
    """Returns a call's token and arguments; raises `ApiError` for a body that Slack does not take.

    A token counts in the Authorization header or as a parameter of a form, never in the address or in JSON. With a
    body that is too large the request itself is refused (`web.HTTPRequestEntityTooLarge`).
    """
    args: Json = dict(request.query)
    args.pop("token", None)
    in_form, warnings = "", []
    if request.method == "POST" and request.can_read_body:
        if request.content_type == MULTIPART and "Content-Type" in request.headers:
            body = await _multipart(request)
        else:
            body = _body(request, await request.read())
        token = body.pop("token", "")
        in_form = "" if request.content_type == JSON else str(token)
        warnings = _warnings(request)
        args |= body
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    in_header = scheme.lower() == "bearer" and bool(bearer.strip())
    return Received(bearer.strip() if in_header else in_form, in_header, args, warnings)


def _body(request: web.Request, content: bytes) -> Json:
    if not content:
        return {}
    if "Content-Type" not in request.headers:
        raise ApiError("missing_post_type")
    if request.content_type not in (FORM, JSON, PLAIN):
        raise ApiError("invalid_post_type")
    charset = _charset(request)
    if request.content_type == JSON:
        return _json(content, charset)
    if request.content_type == PLAIN:
        return {}  # a type that Slack allows; nothing is read from it
    try:
        return dict(parse_qsl(content.decode(charset), keep_blank_values=True, encoding=charset, errors="strict"))
    except ValueError as err:
        raise ApiError("invalid_form_data") from err


def _json(content: bytes, charset: str) -> Json:
    try:
        value = decoded(content.decode(charset))
    except ValueError as err:
        raise ApiError("invalid_json") from err
    if not isinstance(value, dict):
        raise ApiError("json_not_object")
    return value


async def _multipart(request: web.Request) -> Json:
    _charset(request)
    try:
        fields = await request.post()
        # A field that names a type of its own, as JSON does, comes as bytes.
        whole = {name: _text(value) for name, value in fields.items() if not isinstance(value, web.FileField)}
    except (ValueError, AssertionError, LookupError) as err:
        raise ApiError("invalid_form_data") from err
    return {**whole}


def _text(value: str | bytes | bytearray) -> str:
    return value if isinstance(value, str) else value.decode("utf-8")


def _charset(request: web.Request) -> str:
    charset = (request.charset or "utf-8").lower()
    if charset not in CHARSETS:
        raise ApiError("invalid_charset")
    return charset


def _warnings(request: web.Request) -> list[str]:
    """Returns what Slack says of a charset that should have been there, or should not."""
    if request.content_type in (JSON, PLAIN):
        return [] if request.charset else ["missing_charset"]
    return ["superfluous_charset"] if request.charset else []


async def uploaded(request: web.Request) -> bytes:
    """Returns the bytes of a file, sent as they are or in a form, as with `curl -F filename=@…`."""
    if request.content_type != MULTIPART:
        return await request.read()
    try:
        parts = (await request.post()).values()
    except (ValueError, AssertionError, LookupError):
        return b""
    found = [part.file.read() for part in parts if isinstance(part, web.FileField)]
    return found[0] if found else b""
