"""What must not be read by whoever reads a log or a terminal: secrets, and who people are.

Pure text in, text out. `log.py` puts every line through `redact`; `settings.py` quotes nothing but through
`redact_secrets`. Patterns are simple on purpose: each is linear in the length of the text.
"""

import re
from collections.abc import Iterable
from typing import Final

# Slack's tokens: xoxb-, xoxp-, xoxe.xoxb-, xapp- … (https://docs.slack.dev/authentication/tokens).
_TOKEN: Final = re.compile(r"\b(xox[a-z](?:\.xox[a-z])?|xapp|xwfp)-[.-]*[\w%][\w%.-]*", re.IGNORECASE)
# Whoever has the address may post: incoming webhooks and the response_url of a command or a press.
_HOOK: Final = re.compile(r"https?://hooks\.[\w.-]+/[^\s\"'<>]+", re.IGNORECASE)
_RESPONSE_URL: Final = re.compile(r"(response_url\W{1,5}|https?://[^\s/\"'<>]+/response/)[^\s\"'<>]+", re.IGNORECASE)
# A Socket Mode address carries the ticket that opens the connection.
_SOCKET: Final = re.compile(r"\b(wss?)://[^\s\"'<>]+", re.IGNORECASE)
_TICKET: Final = re.compile(r"\b(ticket\W{1,5}|/link/)[\w%.-]+", re.IGNORECASE)
_PASSWORD: Final = re.compile(r"(\w://[^\s/@:]*):[^\s/@]+@")
# A signing secret is 32 hexadecimal digits; our own ids have 16 and a script's digest has 64.
_SIGNING: Final = re.compile(r"(?<![0-9a-z])[0-9a-f]{32}(?![0-9a-z])", re.IGNORECASE)
# A person's Slack id. A line with one and a story's number would be a second link from a story to a person.
_PERSON: Final = re.compile(r"\b[UW](?=[A-Z]*[0-9])[A-Z0-9]{7,}\b")

_SECRETS: Final[tuple[tuple[tuple[str, ...], re.Pattern[str], str], ...]] = (
    (("xox", "xapp-", "xwfp-"), _TOKEN, r"\1-[hidden]"),
    (("://hooks.",), _HOOK, "[hidden address]"),
    (("ws://", "wss://"), _SOCKET, r"\1://[hidden]"),
    (("response_url", "/response/"), _RESPONSE_URL, r"\1[hidden]"),
    (("ticket", "/link/"), _TICKET, r"\1[hidden]"),
    (("@",), _PASSWORD, r"\1:[hidden]@"),
    (("",), _SIGNING, "[hidden]"),
)
"""What each needs to be found at all, in small letters: to look for that takes a twentieth of the time."""


def redact_secrets(text: str, *, known: Iterable[str] = ()) -> str:
    """Returns the text without tokens, addresses that let their holder post, tickets, passwords and signing secrets.

    `known` are secrets to hide wherever they stand, whatever they look like.
    """
    for secret in known:
        if secret:
            text = text.replace(secret, "[hidden]")
    small = text.lower() if text.isascii() else None  # other letters may count as these when case does not
    for needs, pattern, instead in _SECRETS:
        if small is None or any(need in small for need in needs):
            text = pattern.sub(instead, text)
    return text


def redact(text: str, *, known: Iterable[str] = ()) -> str:
    """Returns the text without secrets (see `redact_secrets`) and without people's Slack ids."""
    return _PERSON.sub("U[hidden]", redact_secrets(text, known=known))
