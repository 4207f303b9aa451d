"""What Slack refuses for other reasons than size: wrong kinds, unknown keys, things that do not fit together.

One message and one modal hold every kind of block that Slack takes; each row of a table changes one thing in them and
says what is then refused. Sizes are in test_validation.py.
"""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rehearsal.slack.validation import check_message, check_view

NEXT = {"type": "plain_text", "text": "Next", "emoji": True}
WORDS = {"type": "mrkdwn", "text": "*Hello*", "verbatim": True}
A, B = ({"text": {"type": "plain_text", "text": name}, "value": name.lower()} for name in "AB")
TICK = {"text": WORDS, "value": "tick", "description": WORDS}
SURE = {"title": NEXT, "text": WORDS, "confirm": NEXT, "deny": NEXT, "style": "danger"}
PICTURE = {"type": "image", "image_url": "https://example.org/a.png", "alt_text": "A chart"}
BOLD = {"bold": True, "italic": False, "strike": False, "code": False, "underline": False}
SAID = {"type": "rich_text_section", "elements": [{"type": "text", "text": "It rained.", "style": BOLD}]}
RICH = {
    "type": "rich_text",
    "elements": [
        SAID,
        {"type": "rich_text_list", "style": "ordered", "indent": 1, "offset": 2, "border": 0, "elements": [SAID]},
        {"type": "rich_text_preformatted", "elements": [{"type": "link", "url": "https://example.org", "text": "a"}]},
        {
            "type": "rich_text_quote",
            "elements": [
                {"type": "user", "user_id": "U1"},
                {"type": "channel", "channel_id": "C1"},
                {"type": "usergroup", "usergroup_id": "S1"},
                {"type": "broadcast", "range": "here"},
                {"type": "emoji", "name": "wave"},
                {"type": "date", "timestamp": 1749042240, "format": "{date}", "fallback": "4 June"},
                {"type": "color", "value": "#163A3D"},
            ],
        },
    ],
}
MESSAGE: dict[str, Any] = {
    "channel": "C1",
    "text": "Hello",
    "blocks": [
        {"type": "section", "block_id": "a", "text": WORDS, "fields": [NEXT, WORDS], "expand": True},
        {"type": "header", "block_id": "b", "text": NEXT},
        {"type": "context", "elements": [WORDS, NEXT, PICTURE]},
        {"type": "divider"},
        {
            "type": "actions",
            "elements": [
                {"type": "button", "action_id": "go", "text": NEXT, "style": "primary", "value": "1", "confirm": SURE},
                {"type": "static_select", "action_id": "one", "options": [A, B], "initial_option": B},
                {"type": "radio_buttons", "action_id": "two", "options": [A, TICK], "initial_option": TICK},
                {"type": "checkboxes", "options": [A, TICK], "initial_options": [A]},
                {"type": "overflow", "options": [A, B | {"url": "https://example.org"}]},
                {"type": "datepicker", "initial_date": "2025-06-04"},
                {"type": "timepicker", "initial_time": "10:00"},
                {"type": "users_select", "initial_user": "U1"},
            ],
        },
        PICTURE | {"title": NEXT},
        {"type": "input", "label": NEXT, "element": {"type": "plain_text_input"}, "dispatch_action": True},
        RICH,
        {"type": "markdown", "text": "# A **title**"},
        {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}, RICH]], "column_settings": [{"align": "right"}]},
        {
            "type": "video",
            "alt_text": "a",
            "title": NEXT,
            "thumbnail_url": "https://a.org",
            "video_url": "https://b.org",
        },
        {"type": "file", "external_id": "F1", "source": "remote"},
        {
            "type": "context_actions",
            "elements": [
                {
                    "type": "feedback_buttons",
                    "action_id": "liked",
                    "positive_button": {"text": NEXT, "value": "up"},
                    "negative_button": {"text": NEXT, "value": "down"},
                },
                {"type": "icon_button", "action_id": "bin", "icon": "trash", "text": NEXT},
            ],
        },
        {
            "type": "section",
            "text": WORDS,
            "accessory": {
                "type": "multi_static_select",
                "placeholder": NEXT,
                "max_selected_items": 2,
                "option_groups": [{"label": NEXT, "options": [A]}, {"label": NEXT, "options": [B]}],
                "initial_options": [B],
            },
        },
        {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "A chart"},
    ],
    "metadata": {"event_type": "altogether_outbox", "event_payload": {"outbox": "k3", "try": 2, "again": False}},
}
MODAL: dict[str, Any] = {
    "type": "modal",
    "title": NEXT,
    "submit": NEXT,
    "close": NEXT,
    "private_metadata": "{}",
    "callback_id": "change",
    "external_id": "v1",
    "clear_on_close": False,
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "story",
            "optional": True,
            "label": NEXT,
            "hint": NEXT,
            "element": {
                "type": "plain_text_input",
                "multiline": True,
                "min_length": 5,
                "max_length": 50,
                "initial_value": "It rained.",
                "placeholder": NEXT,
                "focus_on_load": True,
                "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
            },
        },
        {"type": "input", "label": NEXT, "element": {"type": "number_input", "is_decimal_allowed": True}},
        {"type": "input", "label": NEXT, "element": {"type": "rich_text_input", "initial_value": RICH}},
        {"type": "input", "label": NEXT, "element": {"type": "multi_users_select", "initial_users": ["U1", "U2"]}},
        {"type": "section", "text": WORDS, "accessory": PICTURE},
    ],
}
GONE = object()
Row = tuple[str, object, list[str]]  # the place, what is put there (or GONE), "words @ place" of each refusal
CHOSEN_ELSEWHERE = "must exactly match one of the options @ "

IN_A_MESSAGE: list[Row] = [
    # kinds
    ("/blocks/3/type", "line", ["unsupported type: line @ /blocks/3/type"]),
    ("/blocks/3/type", "alert", ["unsupported type: alert @ /blocks/3/type"]),
    ("/blocks/3/type", GONE, ["missing required field: type @ /blocks/3"]),
    ("/blocks/3/type", 3, ["must provide a string @ /blocks/3/type"]),
    ("/blocks/3", "divider", ["must provide an object @ /blocks/3"]),
    ("/blocks", {"type": "divider"}, ["must provide an array @ /blocks"]),
    ("/blocks/0/text", "Hello", ["must provide an object @ /blocks/0/text"]),
    ("/blocks/1/text", WORDS, ["unsupported type: mrkdwn @ /blocks/1/text/type"]),
    ("/blocks/4/elements/0/text", WORDS, ["unsupported type: mrkdwn @ /blocks/4/elements/0/text/type"]),
    ("/blocks/4/elements/1/options/0/text", WORDS, [
        "unsupported type: mrkdwn @ /blocks/4/elements/1/options/0/text/type"]),
    ("/blocks/13/accessory/placeholder", WORDS, ["unsupported type: mrkdwn @ /blocks/13/accessory/placeholder/type"]),
    ("/blocks/6/label", WORDS, ["unsupported type: mrkdwn @ /blocks/6/label/type"]),
    ("/blocks/4/elements/7/type", "multi_users_select", [
        "unsupported type: multi_users_select @ /blocks/4/elements/7/type"]),
    ("/blocks/4/elements/7/type", "plain_text_input", [
        "unsupported type: plain_text_input @ /blocks/4/elements/7/type"]),
    ("/blocks/13/accessory", {"type": "plain_text_input"}, [
        "unsupported type: plain_text_input @ /blocks/13/accessory/type"]),
    ("/blocks/6/element/type", "button", ["unsupported type: button @ /blocks/6/element/type"]),
    ("/blocks/2/elements/0/type", "button", ["unsupported type: button @ /blocks/2/elements/0/type"]),
    # unknown keys, and known ones in the wrong place
    ("/blocks/3/text", NEXT, ["invalid additional property: text @ /blocks/3"]),
    ("/blocks/0/text/emoji", True, ["invalid additional property: emoji @ /blocks/0/text"]),
    ("/blocks/1/text/verbatim", True, ["invalid additional property: verbatim @ /blocks/1/text"]),
    ("/blocks/4/elements/0/colour", "red", ["invalid additional property: colour @ /blocks/4/elements/0"]),
    ("/blocks/4/elements/0/value", None, ["must provide a string @ /blocks/4/elements/0/value"]),
    ("/blocks/4/elements/1/options/0/url", "https://a.org", [
        "invalid additional property: url @ /blocks/4/elements/1/options/0"]),
    ("/blocks/7/elements/0/text", "a", ["invalid additional property: text @ /blocks/7/elements/0"]),
    ("/blocks/7/elements/0/elements/0/style/blink", True, [
        "invalid additional property: blink @ /blocks/7/elements/0/elements/0/style"]),
    ("/metadata/more", 1, ["invalid additional property: more @ /metadata"]),
    # what is needed
    ("/blocks/4/elements/0/text", GONE, ["missing required field: text @ /blocks/4/elements/0"]),
    ("/blocks/4/elements/0/confirm/deny", GONE, ["missing required field: deny @ /blocks/4/elements/0/confirm"]),
    ("/blocks/4/elements/1/options/0/value", GONE, [
        "missing required field: value @ /blocks/4/elements/1/options/0"]),
    ("/blocks/5/alt_text", GONE, ["missing required field: alt_text @ /blocks/5"]),
    ("/blocks/6/label", GONE, ["missing required field: label @ /blocks/6"]),
    ("/blocks/7/elements/1/style", GONE, ["missing required field: style @ /blocks/7/elements/1"]),
    ("/blocks/7/elements/0/elements/0/text", "", [
        "must be more than 0 characters @ /blocks/7/elements/0/elements/0/text"]),
    ("/metadata/event_type", GONE, ["missing required field: event_type @ /metadata"]),
    ("/metadata/event_payload", [], ["must provide an object @ /metadata/event_payload"]),
    # one of a few
    ("/blocks/4/elements/0/style", "default", ["must be a valid enum value @ /blocks/4/elements/0/style"]),
    ("/blocks/4/elements/0/confirm/style", "", ["must be a valid enum value @ /blocks/4/elements/0/confirm/style"]),
    ("/blocks/7/elements/1/style", "numbered", ["must be a valid enum value @ /blocks/7/elements/1/style"]),
    ("/blocks/7/elements/1/elements/0", {"type": "text", "text": "a"}, [
        "unsupported type: text @ /blocks/7/elements/1/elements/0/type"]),
    ("/blocks/7/elements/3/elements/3/range", "all", [
        "must be a valid enum value @ /blocks/7/elements/3/elements/3/range"]),
    ("/blocks/7/elements/0/elements/0/style/bold", 1, [
        "must provide a boolean @ /blocks/7/elements/0/elements/0/style/bold"]),
    ("/blocks/4/elements/5/initial_date", "4 June", ["must match the pattern @ /blocks/4/elements/5/initial_date"]),
    ("/blocks/4/elements/6/initial_time", "25:00", ["must match the pattern @ /blocks/4/elements/6/initial_time"]),
    ("/blocks/13/accessory/max_selected_items", 0, ["must be greater than 0 @ /blocks/13/accessory/max_selected_items",
     "no more than 0 items allowed @ /blocks/13/accessory/initial_options"]),
    # what has to fit together
    ("/blocks/13/text", GONE, ["must define either `text` or `fields` @ /blocks/13/type"]),
    ("/blocks/5/image_url", GONE, ["must define either `image_url` or `slack_file` @ /blocks/5/type"]),
    ("/blocks/2/elements/2/slack_file", {"id": "F1"}, [
        "cannot define both `image_url` and `slack_file` @ /blocks/2/elements/2"]),
    ("/blocks/14/slack_file", {}, ["must define either `id` or `url` @ /blocks/14/slack_file"]),
    ("/blocks/13/accessory/option_groups", GONE, [
        "must define either `options` or `option_groups` @ /blocks/13/accessory/type",
        f"{CHOSEN_ELSEWHERE}/blocks/13/accessory/initial_options/0"]),
    ("/blocks/13/accessory/options", [A, B], [
        "cannot define both `options` and `option_groups` @ /blocks/13/accessory",
        '`value` "a" already exists @ /blocks/13/accessory/option_groups/0/options/0/value',
        '`value` "b" already exists @ /blocks/13/accessory/option_groups/1/options/0/value']),
    ("/blocks/4/elements/2/options/1/value", "a", [
        '`value` "a" already exists @ /blocks/4/elements/2/options/1/value',
        f"{CHOSEN_ELSEWHERE}/blocks/4/elements/2/initial_option"]),
    ("/blocks/4/elements/1/initial_option/text/emoji", True, [
        f"{CHOSEN_ELSEWHERE}/blocks/4/elements/1/initial_option"]),
    ("/blocks/4/elements/3/initial_options/0", B, [f"{CHOSEN_ELSEWHERE}/blocks/4/elements/3/initial_options/0"]),
    ("/blocks/4/elements/3/initial_options", [], [
        "no less than 1 items allowed @ /blocks/4/elements/3/initial_options"]),
    ("/blocks/1/block_id", "a", ['`block_id` "a" already exists @ /blocks/1/block_id']),
    ("/blocks/4/elements/1/action_id", "go", ['`action_id` "go" already exists @ /blocks/4/elements/1/action_id']),
    ("/blocks/12/elements/1/action_id", "liked", [
        '`action_id` "liked" already exists @ /blocks/12/elements/1/action_id']),
    # what cannot travel
    ("/text", "half \ud83d", ["must not contain NUL or unpaired surrogates @ /text"]),
    ("/blocks/7/elements/0/elements/0/text", "\0", [
        "must not contain NUL or unpaired surrogates @ /blocks/7/elements/0/elements/0/text"]),
]  # fmt: skip

IN_A_MODAL: list[Row] = [
    ("/type", "home", ["unsupported type: home @ /view/type"]),
    ("/title", GONE, ["missing required field: title @ /view"]),
    ("/blocks", GONE, ["missing required field: blocks @ /view"]),
    ("/hash", "1.a", ["invalid additional property: hash @ /view"]),
    ("/notify_on_close", "yes", ["must provide a boolean @ /view/notify_on_close"]),
    ("/blocks/4", {"type": "markdown", "text": "a"}, ["unsupported type: markdown @ /view/blocks/4/type"]),
    ("/blocks/4", {"type": "file", "external_id": "F1", "source": "remote"}, [
        "unsupported type: file @ /view/blocks/4/type"]),
    ("/submit", GONE, [f"must define `submit` to use an `input` block in modals @ /view/blocks/{n}/input"
                       for n in range(4)]),
    ("/blocks/0/element/max_length", 4, [
        "must not be less than `min_length` @ /view/blocks/0/element/max_length",
        "must be less than 5 characters @ /view/blocks/0/element/initial_value"]),
    ("/blocks/0/element/dispatch_action_config/trigger_actions_on", ["on_blur"], [
        "must be a valid enum value @ /view/blocks/0/element/dispatch_action_config/trigger_actions_on/0"]),
    ("/blocks/1/element/is_decimal_allowed", GONE, [
        "missing required field: is_decimal_allowed @ /view/blocks/1/element"]),
    ("/blocks/1/element/focus_on_load", True, [
        "`focus_on_load` is true for another element @ /view/blocks/1/element/focus_on_load"]),
    ("/blocks/3/element/max_selected_items", 1, [
        "no more than 1 items allowed @ /view/blocks/3/element/initial_users"]),
    ("/private_metadata", "\udc00", ["must not contain NUL or unpaired surrogates @ /view/private_metadata"]),
]  # fmt: skip


def changed(whole: dict[str, Any], at: str, value: object) -> dict[str, Any]:
    """Returns the payload with one thing put in its place, or taken away."""
    result: dict[str, Any] = json.loads(json.dumps(whole))  # the parts that stand in several places come apart
    *path, last = (int(step) if step.isdecimal() else step for step in at.split("/")[1:])
    place: Any = result
    for step in path:
        place = place[step]
    if value is GONE:
        del place[last]
    else:
        place[last] = value
    return result


def refusals(rows: list[str]) -> list[str]:
    return [f"[ERROR] {words} [json-pointer:{at}]" for words, at in (row.split(" @ ") for row in rows)]


def test_slack_takes_every_kind_of_block_in_its_place() -> None:
    """The message and the modal that hold one of everything are accepted; the Home tab takes a modal's blocks."""
    assert check_message(MESSAGE) == []
    assert check_view(MODAL, surface="modal") == []
    assert check_view({"type": "home", "blocks": MODAL["blocks"]}, surface="home") == []


@pytest.mark.parametrize(("at", "value", "refused"), IN_A_MESSAGE)
def test_one_thing_wrong_in_a_message_is_refused_at_its_place(at: str, value: object, refused: list[str]) -> None:
    """Slack's refusal names what is wrong and the JSON pointer to it, and nothing that is right."""
    assert check_message(changed(MESSAGE, at, value)) == refusals(refused)


@pytest.mark.parametrize(("at", "value", "refused"), IN_A_MODAL)
def test_one_thing_wrong_in_a_modal_is_refused_at_its_place(at: str, value: object, refused: list[str]) -> None:
    """A view's pointers begin with /view; its rules on submit and focus reach across its blocks."""
    assert check_view(changed(MODAL, at, value), surface="modal") == refusals(refused)


def test_all_that_is_wrong_is_said_at_once() -> None:
    """A payload with several faults is answered with all of them."""
    broken = changed(changed(changed(MESSAGE, "/blocks/1/text", "Hello"), "/blocks/3/text", 1), "/metadata", "x")
    assert len(check_message(broken)) == 3


def test_what_a_refusal_quotes_can_always_be_sent() -> None:
    """A refusal that quotes broken text is itself text that can be encoded."""
    for words in check_message({"blocks": [{"type": "\ud83d", "\ud83d": 1}, {"type": "divider", "\ud83d": 1}]}):
        assert words.encode("utf-8")


# -- anything at all --------------------------------------------------------------------------------------------------
KEYS = st.sampled_from(["type", "text", "elements", "options", "value", "initial_options", "action_id"]) | st.text()
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())
ANY_JSON = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=12)


def places_in(thing: Any, at: str = "") -> list[str]:
    members = thing.items() if isinstance(thing, dict) else enumerate(thing) if isinstance(thing, list) else ()
    return [place for key, part in members for place in (f"{at}/{key}", *places_in(part, f"{at}/{key}"))]


@settings(max_examples=80, deadline=None)
@given(place=st.sampled_from(places_in(MESSAGE)), anything=ANY_JSON)
def test_any_message_gets_an_answer(place: str, anything: Any) -> None:
    """Whatever JSON stands at whatever place of a message, the answer is a list of refusals, never an exception."""
    assert all(words.startswith("[ERROR] ") for words in check_message(changed(MESSAGE, place, anything)))
    check_message({"text": anything, "blocks": anything, "metadata": anything})


@settings(max_examples=80, deadline=None)
@given(place=st.sampled_from(places_in(MODAL)), anything=ANY_JSON)
def test_any_view_gets_an_answer(place: str, anything: Any) -> None:
    """Whatever JSON stands at whatever place of a view, or in its stead, the answer is a list of refusals."""
    assert all(words.startswith("[ERROR] ") for words in check_view(changed(MODAL, place, anything), surface="modal"))
    check_view(anything, surface="home")
