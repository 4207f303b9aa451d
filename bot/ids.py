"""Every name that Slack hands back to us: command, actions, views, and what the app asks Slack for.

Pure constants. `manifest.py` builds the app's manifest from these, and the listeners listen to these, so the two agree.
"""

from typing import Final

COMMAND: Final = "/story"
COMMAND_HINT: Final = "help · mine · read · search · mydata · review · approve 31 · ask 31 question · decline 31 reason"

SCOPES: Final[dict[str, str]] = {
    "app_mentions:read": "to answer a mention in a channel by pointing to the direct message",
    "channels:history": "to look whether a post arrived before sending it again",
    "channels:read": "to check that the app is in both channels, how many people read the digest, and who shares where",
    "chat:write": "to ask the questions, show the cards, post the digest and what is shared",
    "commands": "for /story",
    "files:write": "to send whoever asks for it what is held about them, as a file in their direct message",
    "groups:history": "the same look, where the reviewers' channel is private",
    "groups:read": "the same check, where a channel is private",
    "im:history": "to read what a teller writes in the direct message",
    "im:write": "to open a direct message with a teller",
    "usergroups:read": "to know who reviews, where REVIEWERS names a group",
    "users:read": "to tell people from bots, guests and people of other organisations",
}

EVENTS: Final[dict[str, str]] = {
    "app_home_opened": "somebody opened the home: show them the storybook and their own stories",
    "app_mention": "a mention in a channel, answered with the way to the direct message",
    "app_uninstalled": "the app was removed: stop sending",
    "message.im": "what a teller writes, edits or deletes in the direct message",
    "subteam_members_changed": "a group of reviewers has changed",
    "tokens_revoked": "the token no longer works: stop sending",
}

# ── intake: what tellers press ────────────────────────────────────────────────────────────────────────────────────
START: Final = "start"
START_WITH: Final = "start_with"
START_AFRESH: Final = "start_afresh"
NOT_NOW: Final = "not_now"
HOW_WE_USE: Final = "how_we_use"
NEXT: Final = "next"
BACK: Final = "back"
SKIP: Final = "skip"
FINISH_LATER: Final = "finish_later"
CARRY_ON: Final = "carry_on"
DELETE: Final = "delete"
DELETE_YES: Final = "delete_yes"
DELETE_NO: Final = "delete_no"
TAKE_OUT: Final = "take_out"
ADD_TO: Final = "add_to"
CHOOSE: Final = "choose"
"""Prefix of the menus and radio buttons of a question: `choose:<prompt id>`."""
CHANGE: Final = "change"
NAME_AS: Final = "name_as"
PLACES: Final = "places"
KEEP_PRIVATE: Final = "keep_private"
REPLACE: Final = "replace_found"
NOT_ONE: Final = "not_one"
SEND: Final = "send"
SEND_WITH_CARE: Final = "send_with_care"
SEE_STORY: Final = "see_story"
CHANGE_STORY: Final = "change_story"
LEAVE_IT: Final = "leave_it"
DELETE_STORY: Final = "delete_story"
ANSWER: Final = "answer"
SEND_BACK: Final = "send_back"
TELL_STORY: Final = "tell_story"
TELLERS_VIEW: Final = "change_answer"
ANSWER_VIEW: Final = "answer_ask"
READING_VIEW: Final = "reading"

# ── rights: permission of a story that was sent ───────────────────────────────────────────────────────────────────
CHANGE_PERMISSION: Final = "change_permission"
"""The value is the story's id."""
PERMISSION_VIEW: Final = "permission_view"

# ── review: what reviewers press. Values of buttons are "<story id>:<version>" ────────────────────────────────────
APPROVE: Final = "approve"
ASK: Final = "ask"
DECLINE: Final = "decline"
UNDO: Final = "undo"
REDACT: Final = "redact"
SENSITIVE: Final = "sensitive"
SUGGEST: Final = "suggest"
READ: Final = "read"
SHOW_MORE: Final = "show_more"
REVIEW_LIST: Final = "review_list"
"""On a reviewer's home: the list of what waits, on a page."""
REVIEW_LIST_VIEW: Final = "review_list_view"
ASK_VIEW: Final = "ask_view"
DECLINE_VIEW: Final = "decline_view"
REDACT_VIEW: Final = "redact_view"
SUGGEST_VIEW: Final = "suggest_view"
USE_WORDING: Final = "use_wording"
KEEP_MINE: Final = "keep_mine"
"""Pressed by the author; the value is the suggestion's id."""
CARD_VIEW: Final = "card_view"

# ── rights: taking a story back, or down ──────────────────────────────────────────────────────────────────────────
TAKE_BACK: Final = "take_back"
"""The value is a story's id, or `code:` and the withdrawal code."""
TAKE_DOWN: Final = "take_down"
"""The value is "<story id>:<reason>"."""
LEAVE_STORY: Final = "leave_story"

# ── rights: may a published story stay? The value is the story's id ───────────────────────────────────────────────
KEEP_SHOWN: Final = "keep_shown"

# ── sequel: what happened next. The teller's buttons carry the story's id, reviewers' which text (`sequel.rules.At`) ──
SEQUEL_TELL: Final = "sequel_tell"
SEQUEL_NOTHING_YET: Final = "sequel_nothing_yet"
SEQUEL_DONT_ASK: Final = "sequel_dont_ask"
SEQUEL_TAKE_BACK: Final = "sequel_take_back"
SEQUEL_VIEW: Final = "sequel_view"
SEQUEL_APPROVE: Final = "sequel_approve"
SEQUEL_DECLINE: Final = "sequel_decline"
SEQUEL_UNDO: Final = "sequel_undo"
SEQUEL_DECLINE_VIEW: Final = "sequel_decline_view"
SEQUEL_READ: Final = "sequel_read"
"""In the list of what waits: the card's content on a page."""
SEQUEL_READ_VIEW: Final = "sequel_read_view"

# ── rights: who told a story, where two people agree that it must be known. Values are the question's id ──────────
AGREE_TO_SHOW: Final = "agree_to_show"
AGREE_QUIETLY: Final = "agree_quietly"
REFUSE_TO_SHOW: Final = "refuse_to_show"
SHOW_WHO: Final = "show_who"
WHO_VIEW: Final = "who_view"

# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────
READ_STORY: Final = "read_story"
"""The value is the story's number."""
SEARCH_MORE: Final = "search_more"
"""The value is "<results shown>:<question>"."""
SHOW_ONE: Final = "show_one"
"""The value is "<prompt id>:<number of the story whose answer is shown>", 0 where none is yet."""
SHARE: Final = "share"
"""The value is the story's number."""
SHARE_VIEW: Final = "share_view"
BROWSE: Final = "browse"
BROWSE_ON: Final = "browse_on"
"""The value is "<below which number>:<theme>"."""

# ── digest ────────────────────────────────────────────────────────────────────────────────────────────────────────
HOLD: Final = "hold"
PUT_BACK: Final = "put_back"
READ_ALL: Final = "read_all"
POST_NOW: Final = "post_now"
EDITION_VIEW: Final = "edition_view"
