"""The connection to Slack that delivery speaks over: one shared session, no retries of its own, no proxy to loopback.

The SDK's default retry repeats a post whose answer was lost, so it is off: what is tried again, and when, is decided
in `sending.py` alone. `app.py` makes one of each.
"""

from typing import Final
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

CONNECTIONS: Final = 1_000
"""aiohttp's own limit is 100, which halves the rate when Slack takes 150 ms to answer."""
ANSWER_SECONDS: Final = 10.0
CONNECT_SECONDS: Final = 5.0
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_RESPONSE_HOSTS: Final = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
_FILE_HOSTS: Final = (".slack.com", ".slack-gov.com")


def make_session(*, answer_seconds: float = ANSWER_SECONDS) -> aiohttp.ClientSession:
    """Returns the session that every call shares; whoever makes it closes it."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=CONNECTIONS),
        timeout=aiohttp.ClientTimeout(total=answer_seconds, sock_connect=min(CONNECT_SECONDS, answer_seconds)),
        trust_env=False,
        cookie_jar=aiohttp.DummyCookieJar(),
    )


def make_client(token: str, api_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Returns a client that calls once and says what happened; `api_url` ends in "/api/"."""
    client = AsyncWebClient(token=token, base_url=api_url, session=session, retry_handlers=[])
    if is_loopback(api_url):
        # The SDK takes HTTPS_PROXY from the environment for every host, this computer included.
        client.proxy = None
    return client


def is_loopback(url: str) -> bool:
    """Whether the address is on this computer."""
    return _host(url) in _LOOPBACK


def may_respond(response_url: str, *, api_url: str) -> bool:
    """Whether a press's response_url is an address we post to: Slack's hooks, or this computer when Slack is here."""
    if is_loopback(api_url):
        return _host(response_url) in _LOOPBACK
    return response_url.startswith("https://") and _host(response_url) in _RESPONSE_HOSTS


def may_upload(url: str, *, api_url: str) -> bool:
    """Whether the address that was given for a file is one we send a person's words to: Slack's, or the API's own."""
    host = _host(url)
    if host is None or is_loopback(api_url):
        return host in _LOOPBACK
    ours = host == _host(api_url) or host.endswith(_FILE_HOSTS)
    return url.startswith("https://") and ours


def _host(url: str) -> str | None:
    """The host of an http(s) address that carries no user and no port that is not a number."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or parts.username is not None or parts.password is not None:
        return None
    return parts.hostname
