"""What a message says, read from the arguments of a call, a response_url or a command's answer, as strictly as Slack.

The rules of blocks and attachments are in `validation.py`; what becomes of the message in `methods_chat.py` and
`response_urls.py`.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from .call import ApiError
from .messages import Conversation
from .validation import check_attachments, check_message

Json = dict[str, Any]

TEXT_CUT: Final = 40_000  # chat.postMessage: "we will truncate messages containing more than 40,000 characters"
METADATA_LIMIT: Final = 8_000  # characters of JSON; Slack has a limit and does not publish it
MAX_ATTACHMENTS: Final = 100  # docs, chat.postMessage: too_many_attachments

_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt);)")
_TS = re.compile(r"\d{1,12}(\.\d{1,6})?")
_PREFIX = "[ERROR] "


def checked_content(args: Mapping[str, Any], *, cut: int = TEXT_CUT) -> Json:
    """Returns text, blocks, attachments and metadata fit to post, or raises what Slack would answer.

    `cut` is where text ends. What is not given is not in it, but for the text.
    """
    content = given_content(args, cut=cut)
    if says_nothing(content):
        raise ApiError("no_text")
    parts = {name: part for name, part in content.items() if part}
    return {"text": content.get("text", "")} | parts


def given_content(args: Mapping[str, Any], *, cut: int = TEXT_CUT) -> Json:
    """Returns those of text, blocks, attachments and metadata that are given, and empty ones too but for the text."""
    text = args.get("text")
    if text is not None and not isinstance(text, str):
        raise _refusal("invalid_arguments", ["[ERROR] must provide a string [json-pointer:/text]"])
    if args.get("markdown_text") and (text or args.get("blocks")):
        raise ApiError("markdown_text_conflict")
    content = {name: args[name] for name in ("blocks", "attachments", "metadata") if args.get(name) is not None}
    if text and text.strip():
        content["text"] = _BARE_AMPERSAND.sub("&amp;", text)[:cut]
    if not isinstance(content.get("blocks", []), list):
        raise ApiError("invalid_blocks_format")
    _check_attachments(content.get("attachments", []))
    if content.get("metadata") and len(json.dumps(content["metadata"])) > METADATA_LIMIT:
        raise ApiError("metadata_too_large")
    problems = check_message({name: part for name, part in content.items() if part})
    if problems:
        raise _refusal(_code_for(problems), problems)
    return content


def says_nothing(content: Mapping[str, Any]) -> bool:
    """Whether a message of this would be empty."""
    return not any(content.get(name) for name in ("text", "blocks", "attachments"))


def thread_of(channel: Conversation, thread_ts: str) -> str | None:
    """Returns the beginning of the thread to which a message with this ts belongs; None where none is asked for."""
    if not thread_ts:
        return None
    if not _TS.fullmatch(thread_ts):
        raise ApiError("invalid_thread_ts")
    parent = channel.posts.get(thread_ts)
    if parent is None:
        raise ApiError("thread_not_found")
    return parent.thread_ts or thread_ts


def _check_attachments(attachments: object) -> None:
    if not isinstance(attachments, list):
        raise ApiError("invalid_attachments")
    if len(attachments) > MAX_ATTACHMENTS:
        raise ApiError("too_many_attachments")
    if problems := check_attachments(attachments):
        raise _refusal("invalid_attachments", problems)


def _refusal(code: str, problems: list[str]) -> ApiError:
    errors = [problem.removeprefix(_PREFIX) for problem in problems]
    return ApiError(code, errors=errors, response_metadata={"messages": problems})


def _code_for(problems: list[str]) -> str:
    if any("msg_blocks_too_long" in problem for problem in problems):
        return "msg_blocks_too_long"
    if any("/blocks" in problem for problem in problems):
        return "invalid_blocks"
    if any("/metadata" in problem for problem in problems):
        return "invalid_metadata_format"
    return "invalid_arguments"
