"""The shape of everything Slack accepts in messages and views: text objects, elements, blocks, views.

Data only, to be consulted and to be read by `validation.py`; the numbers are in `limits.py`. The tables follow
docs.slack.dev/reference/block-kit and slack_sdk 3.47.0 (slack_sdk/models). Where sources disagree the stricter one
stands: what these tables refuse may pass at Slack, what they let through should never be refused.
"""

from collections.abc import Mapping

from .limits import (
    MAX_ACTIONS,
    MAX_ALT_TEXT,
    MAX_AUTHOR,
    MAX_BUTTON_TEXT,
    MAX_BUTTON_VALUE,
    MAX_CHOICES,
    MAX_CONFIRM_BUTTON,
    MAX_CONFIRM_TEXT,
    MAX_CONFIRM_TITLE,
    MAX_CONTEXT_ACTIONS,
    MAX_CONTEXT_ELEMENTS,
    MAX_CONTEXT_TEXT,
    MAX_FIELD_TEXT,
    MAX_FIELDS,
    MAX_HEADER_TEXT,
    MAX_HEADING_LEVEL,
    MAX_ID,
    MAX_INDENT,
    MAX_INPUT,
    MAX_LABEL,
    MAX_MARKDOWN_CHARACTERS,
    MAX_OPTION_TEXT,
    MAX_OPTION_VALUE,
    MAX_OPTIONS,
    MAX_OVERFLOW,
    MAX_PLACEHOLDER,
    MAX_PRIVATE_METADATA,
    MAX_SECTION_TEXT,
    MAX_TABLE_CELLS,
    MAX_TABLE_ROWS,
    MAX_TITLE,
    MAX_URL,
    MAX_VIDEO_TEXT,
    MAX_VIEW_BLOCKS,
)
from .schema import Chars, Flag, Items, Kind, Number, Shape, Shapes, Spec, Whole, only


def texts(most: int) -> Shapes:
    """Returns both text objects, so many characters at most: `verbatim` is for mrkdwn, `emoji` for plain_text."""
    return {
        "plain_text": Shape({"text": Chars(most)}, {"emoji": Flag()}),
        "mrkdwn": Shape({"text": Chars(most)}, {"verbatim": Flag()}),
    }


def text(most: int) -> Kind:
    """Returns a text object of either kind."""
    return Kind(texts(most))


def plain(most: int) -> Kind:
    """Returns a text object that must be plain_text."""
    return only(texts(most), "plain_text")


# -- composition objects ----------------------------------------------------------------------------------------------
ID = Chars(MAX_ID)
LINK = Chars(MAX_URL)
STYLE = Chars(one_of=("primary", "danger"))
CONFIRM = Shape(
    {
        "title": plain(MAX_CONFIRM_TITLE),
        "text": text(MAX_CONFIRM_TEXT),
        "confirm": plain(MAX_CONFIRM_BUTTON),
        "deny": plain(MAX_CONFIRM_BUTTON),
    },
    {"style": STYLE},
)
_VALUE = Chars(MAX_OPTION_VALUE)
OPTION = Shape({"text": plain(MAX_OPTION_TEXT), "value": _VALUE}, {"description": plain(MAX_OPTION_TEXT)})
CHOICE = Shape({"text": text(MAX_OPTION_TEXT), "value": _VALUE}, {"description": text(MAX_OPTION_TEXT)})
OVERFLOW_OPTION = Shape(OPTION.needs, {**OPTION.may, "url": LINK})  # `url` is for overflow menus only
GROUP = Shape({"label": plain(MAX_OPTION_TEXT), "options": Items(OPTION, MAX_OPTIONS)})
FILTER = Shape(
    may={
        "include": Items(Chars(one_of=("im", "mpim", "private", "public"))),
        "exclude_external_shared_channels": Flag(),
        "exclude_bot_users": Flag(),
    }
)
DISPATCH = Shape({"trigger_actions_on": Items(Chars(one_of=("on_enter_pressed", "on_character_entered")), 2)})
SLACK_FILE = Shape(may={"id": Chars(), "url": Chars()})
FEEDBACK = Shape(
    {"text": plain(MAX_BUTTON_TEXT), "value": Chars(MAX_BUTTON_VALUE)}, {"accessibility_label": Chars(MAX_BUTTON_TEXT)}
)

# -- rich text (docs, rich_text and its elements) ---------------------------------------------------------------------
_TEXT_STYLE = Shape(may={name: Flag() for name in ("bold", "italic", "strike", "code", "underline")})
_MENTION_STYLE = Shape(may={**_TEXT_STYLE.may, "highlight": Flag(), "client_highlight": Flag(), "unlink": Flag()})
_MENTION: Mapping[str, Spec] = {"style": _MENTION_STYLE}
INLINE: Shapes = {
    "text": Shape({"text": Chars()}, {"style": _TEXT_STYLE}),
    "link": Shape({"url": Chars()}, {"text": Chars(), "unsafe": Flag(), "style": _MENTION_STYLE}),
    "user": Shape({"user_id": Chars()}, _MENTION),
    "channel": Shape({"channel_id": Chars()}, _MENTION),
    "usergroup": Shape({"usergroup_id": Chars()}, _MENTION),
    "team": Shape({"team_id": Chars()}, _MENTION),
    "broadcast": Shape({"range": Chars(one_of=("here", "channel", "everyone"))}, {"style": _TEXT_STYLE}),
    "emoji": Shape({"name": Chars()}, {"unicode": Chars(), "skin_tone": Whole(1, 6), "style": _TEXT_STYLE}),
    "date": Shape(
        {"timestamp": Whole(0), "format": Chars()}, {"url": Chars(), "fallback": Chars(), "style": _TEXT_STYLE}
    ),
    "color": Shape({"value": Chars()}, {"style": _TEXT_STYLE}),
}
_BORDER = Whole(0, 1)
PARAGRAPHS: Shapes = {
    "rich_text_section": Shape({"elements": Items(Kind(INLINE), least=0)}),
    "rich_text_quote": Shape({"elements": Items(Kind(INLINE), least=0)}, {"border": _BORDER}),
    "rich_text_preformatted": Shape({"elements": Items(only(INLINE, "text", "link"), least=0)}, {"border": _BORDER}),
}
PARAGRAPHS["rich_text_list"] = Shape(
    {"style": Chars(one_of=("bullet", "ordered")), "elements": Items(only(PARAGRAPHS, "rich_text_section"), least=0)},
    {"indent": Whole(0, MAX_INDENT), "offset": Whole(0), "border": _BORDER},
)
RICH_TEXT: Shapes = {"rich_text": Shape({"elements": Items(Kind(PARAGRAPHS))}, {"block_id": ID})}

# -- elements ---------------------------------------------------------------------------------------------------------
_ACTION: Mapping[str, Spec] = {"action_id": ID, "confirm": CONFIRM}
_FOCUS: Mapping[str, Spec] = {**_ACTION, "focus_on_load": Flag()}
_MENU: Mapping[str, Spec] = {**_FOCUS, "placeholder": plain(MAX_PLACEHOLDER)}
_TYPED: Mapping[str, Spec] = {
    "action_id": ID,
    "placeholder": plain(MAX_PLACEHOLDER),
    "focus_on_load": Flag(),
    "dispatch_action_config": DISPATCH,
}
_STATIC: Mapping[str, Spec] = {
    **_MENU,
    "options": Items(OPTION, MAX_OPTIONS),
    "option_groups": Items(GROUP, MAX_OPTIONS),
}
_SEVERAL: Mapping[str, Spec] = {"max_selected_items": Whole(1)}
_QUERY: Mapping[str, Spec] = {**_MENU, "min_query_length": Whole(0)}
_IN_CONVERSATIONS: Mapping[str, Spec] = {**_MENU, "default_to_current_conversation": Flag(), "filter": FILTER}
_ANSWERS: Mapping[str, Spec] = {"response_url_enabled": Flag()}
_CHOICES = Items(CHOICE, MAX_CHOICES)
_BUTTON: Mapping[str, Spec] = {"action_id": ID, "style": STYLE, "accessibility_label": Chars(MAX_BUTTON_TEXT)}
_NUMBER = Chars(pattern=r"-?\d+(\.\d+)?")
ELEMENTS: Shapes = {
    "button": Shape(
        {"text": plain(MAX_BUTTON_TEXT)},
        {**_BUTTON, "value": Chars(MAX_BUTTON_VALUE), "url": LINK, "confirm": CONFIRM},
    ),
    "workflow_button": Shape(
        {
            "text": plain(MAX_BUTTON_TEXT),
            "workflow": Shape(
                {
                    "trigger": Shape(
                        {"url": Chars()},
                        {"customizable_input_parameters": Items(Shape({"name": Chars(), "value": Chars()}))},
                    )
                }
            ),
        },
        _BUTTON,
    ),
    "static_select": Shape(may={**_STATIC, "initial_option": OPTION}),
    "multi_static_select": Shape(may={**_STATIC, **_SEVERAL, "initial_options": Items(OPTION, MAX_OPTIONS)}),
    "external_select": Shape(may={**_QUERY, "initial_option": OPTION}),
    "multi_external_select": Shape(may={**_QUERY, **_SEVERAL, "initial_options": Items(OPTION, MAX_OPTIONS)}),
    "users_select": Shape(may={**_MENU, "initial_user": Chars()}),
    "multi_users_select": Shape(may={**_MENU, **_SEVERAL, "initial_users": Items(Chars())}),
    "conversations_select": Shape(may={**_IN_CONVERSATIONS, **_ANSWERS, "initial_conversation": Chars()}),
    "multi_conversations_select": Shape(may={**_IN_CONVERSATIONS, **_SEVERAL, "initial_conversations": Items(Chars())}),
    "channels_select": Shape(may={**_MENU, **_ANSWERS, "initial_channel": Chars()}),
    "multi_channels_select": Shape(may={**_MENU, **_SEVERAL, "initial_channels": Items(Chars())}),
    "radio_buttons": Shape({"options": _CHOICES}, {**_FOCUS, "initial_option": CHOICE}),
    "checkboxes": Shape({"options": _CHOICES}, {**_FOCUS, "initial_options": _CHOICES}),
    "overflow": Shape({"options": Items(OVERFLOW_OPTION, MAX_OVERFLOW)}, _ACTION),
    "datepicker": Shape(may={**_MENU, "initial_date": Chars(pattern=r"\d{4}-\d\d-\d\d")}),
    "timepicker": Shape(may={**_MENU, "initial_time": Chars(pattern=r"([01]\d|2[0-3]):[0-5]\d"), "timezone": Chars()}),
    "datetimepicker": Shape(may={**_FOCUS, "initial_date_time": Whole(1_000_000_000, 9_999_999_999)}),
    "plain_text_input": Shape(
        may={
            **_TYPED,
            "initial_value": Chars(MAX_INPUT, least=0),
            "multiline": Flag(),
            "min_length": Whole(0, MAX_INPUT),
            "max_length": Whole(1, MAX_INPUT),
        }
    ),
    "email_text_input": Shape(may={**_TYPED, "initial_value": Chars()}),
    "url_text_input": Shape(may={**_TYPED, "initial_value": Chars()}),
    "number_input": Shape(
        {"is_decimal_allowed": Flag()},
        {**_TYPED, "initial_value": _NUMBER, "min_value": _NUMBER, "max_value": _NUMBER},
    ),
    "rich_text_input": Shape(may={**_TYPED, "initial_value": Kind(RICH_TEXT)}),
    "file_input": Shape(may={"action_id": ID, "filetypes": Items(Chars()), "max_files": Whole(1, 10)}),
    "image": Shape({"alt_text": Chars(MAX_ALT_TEXT)}, {"image_url": LINK, "slack_file": SLACK_FILE}),
    "feedback_buttons": Shape({"positive_button": FEEDBACK, "negative_button": FEEDBACK}, {"action_id": ID}),
    "icon_button": Shape(
        {"icon": Chars(one_of=("trash",)), "text": plain(MAX_BUTTON_TEXT)},
        {
            **_ACTION,
            "value": Chars(MAX_BUTTON_VALUE),
            "accessibility_label": Chars(MAX_BUTTON_TEXT),
            "visible_to_user_ids": Items(Chars()),
        },
    ),
}
_PICK_ONE = ("static_select", "external_select", "users_select", "conversations_select", "channels_select")
_PICK_MANY = tuple(f"multi_{name}" for name in _PICK_ONE)
_EVERYWHERE = (*_PICK_ONE, "checkboxes", "radio_buttons", "datepicker", "timepicker")
# Today's docs allow multi-selects in an actions block; Slack refused them there from 2021 to 2025 (java-slack-sdk#680,
# node-slack-sdk#1299, python-slack-sdk#1631). In a section or an input block they have always worked.
ACTIONS = only(ELEMENTS, *_EVERYWHERE, "button", "workflow_button", "overflow", "datetimepicker")
ACCESSORIES = only(ELEMENTS, *_EVERYWHERE, *_PICK_MANY, "button", "workflow_button", "overflow", "image")
_TYPED_IN = ("plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input", "file_input")
INPUTS = only(ELEMENTS, *_EVERYWHERE, *_PICK_MANY, *_TYPED_IN, "datetimepicker")
CONTEXT = Kind({**texts(MAX_CONTEXT_TEXT), "image": ELEMENTS["image"]})

# -- blocks -----------------------------------------------------------------------------------------------------------
_BLOCK: Mapping[str, Spec] = {"block_id": ID}
_RAW = Shape({"text": Chars()})
_CELL = Kind({**RICH_TEXT, "raw_text": _RAW, "raw_number": Shape({"value": Number()}, {"text": Chars()})})
BLOCKS: Shapes = {
    **RICH_TEXT,
    "section": Shape(
        may={
            **_BLOCK,
            "text": text(MAX_SECTION_TEXT),
            "fields": Items(text(MAX_FIELD_TEXT), MAX_FIELDS),
            "accessory": ACCESSORIES,
            "expand": Flag(),
        }
    ),
    "header": Shape({"text": plain(MAX_HEADER_TEXT)}, {**_BLOCK, "level": Whole(1, MAX_HEADING_LEVEL)}),
    "context": Shape({"elements": Items(CONTEXT, MAX_CONTEXT_ELEMENTS)}, _BLOCK),
    "divider": Shape(may=_BLOCK),
    "actions": Shape({"elements": Items(ACTIONS, MAX_ACTIONS)}, _BLOCK),
    "image": Shape(ELEMENTS["image"].needs, {**ELEMENTS["image"].may, **_BLOCK, "title": plain(MAX_ALT_TEXT)}),
    "input": Shape(
        {"label": plain(MAX_LABEL), "element": INPUTS},
        {**_BLOCK, "hint": plain(MAX_LABEL), "optional": Flag(), "dispatch_action": Flag()},
    ),
    "markdown": Shape({"text": Chars(MAX_MARKDOWN_CHARACTERS)}, _BLOCK),
    "table": Shape(
        {"rows": Items(Items(_CELL, MAX_TABLE_CELLS), MAX_TABLE_ROWS)},
        {
            **_BLOCK,
            "column_settings": Items(
                Shape(may={"align": Chars(one_of=("left", "center", "right")), "is_wrapped": Flag()}), MAX_TABLE_CELLS
            ),
        },
    ),
    "video": Shape(
        {"alt_text": Chars(), "title": plain(MAX_VIDEO_TEXT), "thumbnail_url": Chars(), "video_url": Chars()},
        {
            **_BLOCK,
            "author_name": Chars(MAX_AUTHOR),
            "description": plain(MAX_VIDEO_TEXT),
            "provider_icon_url": Chars(),
            "provider_name": Chars(),
            "title_url": Chars(),
        },
    ),
    "file": Shape({"external_id": Chars(MAX_ID), "source": Chars(one_of=("remote",))}, _BLOCK),
    "context_actions": Shape(
        {"elements": Items(only(ELEMENTS, "feedback_buttons", "icon_button"), MAX_CONTEXT_ACTIONS)}, _BLOCK
    ),
}
_ON_EVERY_SURFACE = ("section", "header", "context", "divider", "actions", "image", "input", "rich_text", "video")
# Newer blocks (alert, card, carousel, container, data_table, plan, task_card …) are refused: old clients show nothing.
MESSAGE_BLOCKS = only(BLOCKS, *_ON_EVERY_SURFACE, "markdown", "table", "file", "context_actions")
MODAL_BLOCKS = only(BLOCKS, *_ON_EVERY_SURFACE)
HOME_BLOCKS = only(BLOCKS, *_ON_EVERY_SURFACE, "table")

# -- surfaces ---------------------------------------------------------------------------------------------------------
_VIEW: Mapping[str, Spec] = {
    "private_metadata": Chars(MAX_PRIVATE_METADATA, least=0),
    "callback_id": Chars(MAX_ID, least=0),
    "external_id": Chars(MAX_ID, least=0),
}
VIEWS: Shapes = {
    "modal": Shape(
        {"title": plain(MAX_TITLE), "blocks": Items(MODAL_BLOCKS, MAX_VIEW_BLOCKS)},
        {
            **_VIEW,
            "submit": plain(MAX_TITLE),
            "close": plain(MAX_TITLE),
            "clear_on_close": Flag(),
            "notify_on_close": Flag(),
        },
    ),
    "home": Shape({"blocks": Items(HOME_BLOCKS, MAX_VIEW_BLOCKS)}, _VIEW),
}
METADATA = Shape({"event_type": Chars(), "event_payload": Shape(anything=True)})
