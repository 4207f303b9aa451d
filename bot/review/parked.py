"""What reviewers are told of a message that could not be sent: which, why, and what to do about it.

Pure. The reasons are delivery's, which are Slack's error codes (docs.slack.dev/reference/methods/chat.postMessage) and
some of its own: "no_author" when the link to the teller is gone, "in_doubt" when nobody can see whether it arrived,
"keeps_failing" when Slack takes others and breaks down at this one.
"""

import re
from collections.abc import Mapping
from typing import Final

from bot import ids
from bot.outgoing import Rendered
from bot.review.answers import plainly
from bot.story.policy import Policy

_LEFT: Final = "they have left. Nothing to do."
_TO_TELLER: Final[Mapping[str, str]] = {
    "no_author": "I no longer know who told it. Nothing to do.",
    "user_not_found": _LEFT,
    "users_not_found": _LEFT,
    "user_disabled": _LEFT,
    "user_not_visible": _LEFT,
    "account_inactive": _LEFT,
    "cannot_dm_bot": "Slack doesn't let me write to them. Nothing to do.",
    "messages_tab_disabled": "messages to me are switched off. Whoever installed me can allow them under App Home.",
}
_TO_CHANNEL: Final[Mapping[str, str]] = {
    "not_in_channel": "I'm not in the channel. In that channel type: /invite @altogether",
    "channel_not_found": "I'm not in the channel. In that channel type: /invite @altogether",
    "is_archived": "the channel is archived. Unarchive it, or have another one chosen as DIGEST_CHANNEL.",
    "restricted_action": "only some people may post there. A workspace admin can let me.",
}
_AGAIN: Final = f"\nThen type: {ids.COMMAND} digest post\nUntil somebody does, its stories wait for the next digest."
_IN_A_THREAD: Final = "\nI try once more whenever I start, and before the next digest."
_LOOKED_FOR: Final = (
    f" If it isn't there, type: {ids.COMMAND} digest post\n"
    "I look once more myself, and post it only if I don't find it."
)


def notice(policy: Policy, *, recipient: str, number: int | None, reason: str, in_thread: bool = False) -> Rendered:
    """The line in the reviewers' channel. `in_thread`: it was to stand beneath a digest."""
    code = re.sub(r"[^a-z0-9_ .:-]", "", reason.lower())[:60] or "unknown"
    other = f"Slack answered {code}. Whoever runs me can look with: altogether doctor"
    if reason == "keeps_failing":
        other = "Slack fails at it again and again. Whoever runs me can look with: altogether doctor"
    story = None if number is None else f"story {number}"
    if recipient == f"channel:{policy.review_channel}":
        return plainly(f"I couldn't show {story or 'something'} here: {_TO_CHANNEL.get(reason, other)}")
    if recipient.startswith("channel:"):
        what = story or "the digest"
        where = f"#{policy.digest_name}" if recipient == f"channel:{policy.digest_channel}" else "a channel"
        weekly = story is None and recipient == f"channel:{policy.digest_channel}"
        if reason == "in_doubt":
            look = f"I can't tell whether {what} reached {where}: the connection broke. Please look there."
            return plainly(f"{look}{_LOOKED_FOR}" if weekly else look)
        lost = f"I couldn't post {what} in {where}: {_TO_CHANNEL.get(reason, other)}"
        return plainly(lost + (_AGAIN if weekly else _IN_A_THREAD if in_thread else ""))
    return plainly(f"I couldn't tell the teller of {story or 'a story'}: {_TO_TELLER.get(reason, other)}")
