"""Slack's limits on size, each at its edge and one past it: a table to consult.

What Slack refuses for other reasons is in test_validation_rules.py. The samples of real traffic are Slack's own, from
the tests of bolt-python (MIT, Slack Technologies) and the examples of slack-api-specs (MIT, SlackAPI), less what Slack
adds to a view that it sends back.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import pytest

from bot.rehearsal.slack import limits
from bot.rehearsal.slack.validation import check_message, check_view

Json = dict[str, Any]
Build = Callable[[int], Any]


# -- small payloads ---------------------------------------------------------------------------------------------------
def plain(text: str = "Next") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "*Hello*") -> Json:
    return {"type": "mrkdwn", "text": text}


def section(**parts: Any) -> Json:
    return {"type": "section", "text": mrkdwn()} | parts


def button(**parts: Any) -> Json:
    return {"type": "button", "text": plain(), "action_id": "next"} | parts


def actions(*elements: Json, **parts: Any) -> Json:
    return {"type": "actions", "elements": list(elements)} | parts


def option(value: str = "a", **parts: Any) -> Json:
    return {"text": plain("A"), "value": value} | parts


def options(count: int) -> list[Json]:
    return [option(str(n)) for n in range(count)]


def menu(**parts: Any) -> Json:
    return {"type": "static_select", "action_id": "menu", "options": options(2)} | parts


def menus(**parts: Any) -> Json:
    return menu(type="multi_static_select") | parts


def radio(**parts: Any) -> Json:
    return {"type": "radio_buttons", "action_id": "radio", "options": options(2)} | parts


def confirm(**parts: Any) -> Json:
    return {"title": plain("Sure?"), "text": plain("For good."), "confirm": plain("Yes"), "deny": plain("No")} | parts


def typed(**parts: Any) -> Json:
    return {"type": "plain_text_input", "action_id": "typed"} | parts


def field(element: Json | None = None, **parts: Any) -> Json:
    return {"type": "input", "label": plain("What happened?"), "element": element or typed()} | parts


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


def paragraph(*elements: Json, kind: str = "rich_text_section", **parts: Any) -> Json:
    return {"type": kind, "elements": list(elements)} | parts


def picture(**parts: Any) -> Json:
    return {"type": "image", "alt_text": "A chart", "image_url": "https://example.org/a.png"} | parts


def modal(*blocks: Json, **parts: Any) -> Json:
    shown = list(blocks) or [field()]
    return {"type": "modal", "title": plain("Your story"), "submit": plain("Keep"), "blocks": shown} | parts


def home(*blocks: Json, **parts: Any) -> Json:
    return {"type": "home", "blocks": list(blocks) or [section()]} | parts


def posted(*blocks: Json) -> list[str]:
    return check_message({"text": "Hello", "blocks": list(blocks)})


def opened(view: Json) -> list[str]:
    return check_view(view, surface=view["type"])


def problem(words: str, at: str) -> str:
    return f"[ERROR] {words} [json-pointer:{at}]"


# -- sizes: (what it is, the most, a payload of that size, where it is refused) ---------------------------------------
def x(count: int) -> str:
    return "x" * count


CHARACTERS: list[tuple[str, int, Build, str]] = [
    ("section text", 3000, lambda n: section(text=mrkdwn(x(n))), "text/text"),
    ("section field", 2000, lambda n: section(fields=[plain(x(n))]), "fields/0/text"),
    ("header", 150, lambda n: {"type": "header", "text": plain(x(n))}, "text/text"),
    ("context text", 3000, lambda n: {"type": "context", "elements": [mrkdwn(x(n))]}, "elements/0/text"),
    ("markdown", 12_000, lambda n: {"type": "markdown", "text": x(n)}, "text"),
    ("image alt_text", 2000, lambda n: picture(alt_text=x(n)), "alt_text"),
    ("image title", 2000, lambda n: picture(title=plain(x(n))), "title/text"),
    ("image url", 3000, lambda n: picture(image_url=x(n)), "image_url"),
    ("block_id", 255, lambda n: section(block_id=x(n)), "block_id"),
    ("action_id", 255, lambda n: actions(button(action_id=x(n))), "elements/0/action_id"),
    ("button text", 75, lambda n: actions(button(text=plain(x(n)))), "elements/0/text/text"),
    ("button value", 2000, lambda n: actions(button(value=x(n))), "elements/0/value"),
    ("button url", 3000, lambda n: actions(button(url=x(n))), "elements/0/url"),
    ("accessibility label", 75, lambda n: actions(button(accessibility_label=x(n))), "elements/0/accessibility_label"),
    ("confirm title", 100, lambda n: section(accessory=button(confirm=confirm(title=plain(x(n))))),
     "accessory/confirm/title/text"),
    ("confirm text", 300, lambda n: section(accessory=button(confirm=confirm(text=mrkdwn(x(n))))),
     "accessory/confirm/text/text"),
    ("confirm button", 30, lambda n: section(accessory=button(confirm=confirm(confirm=plain(x(n))))),
     "accessory/confirm/confirm/text"),
    ("deny button", 30, lambda n: section(accessory=button(confirm=confirm(deny=plain(x(n))))),
     "accessory/confirm/deny/text"),
    ("option text", 75, lambda n: section(accessory=menu(options=[option(text=plain(x(n)))])),
     "accessory/options/0/text/text"),
    ("option value", 150, lambda n: section(accessory=menu(options=[option(x(n))])), "accessory/options/0/value"),
    ("option description", 75, lambda n: section(accessory=menu(options=[option(description=plain(x(n)))])),
     "accessory/options/0/description/text"),
    ("group label", 75, lambda n: section(accessory={
        "type": "static_select", "option_groups": [{"label": plain(x(n)), "options": options(1)}]}),
     "accessory/option_groups/0/label/text"),
    ("placeholder", 150, lambda n: section(accessory=menus(placeholder=plain(x(n)))), "accessory/placeholder/text"),
    ("input label", 2000, lambda n: field(label=plain(x(n))), "label/text"),
    ("input hint", 2000, lambda n: field(hint=plain(x(n))), "hint/text"),
    ("initial value", 3000, lambda n: field(typed(initial_value=x(n))), "element/initial_value"),
    ("initial value within max_length", 20, lambda n: field(typed(max_length=20, initial_value=x(n))),
     "element/initial_value"),
    ("video author", 49, lambda n: {
        "type": "video", "alt_text": "a", "title": plain(), "thumbnail_url": "u", "video_url": "u",
        "author_name": x(n)}, "author_name"),
    ("video title", 199, lambda n: {
        "type": "video", "alt_text": "a", "title": plain(x(n)), "thumbnail_url": "u", "video_url": "u"}, "title/text"),
]  # fmt: skip

ITEMS: list[tuple[str, int, Build, str]] = [
    ("fields", 10, lambda n: section(fields=[plain()] * n), "fields"),
    ("context elements", 10, lambda n: {"type": "context", "elements": [plain()] * n}, "elements"),
    ("actions", 25, lambda n: actions(*(button(action_id=str(i)) for i in range(n))), "elements"),
    ("context actions", 5, lambda n: {"type": "context_actions", "elements": [
        {"type": "icon_button", "icon": "trash", "text": plain()}] * n}, "elements"),
    ("radio options", 10, lambda n: actions(radio(options=options(n))), "elements/0/options"),
    ("tick boxes", 10, lambda n: actions(radio(type="checkboxes", options=options(n))), "elements/0/options"),
    ("menu options", 100, lambda n: actions(menu(options=options(n))), "elements/0/options"),
    ("overflow options", 5, lambda n: section(accessory={"type": "overflow", "options": options(n)}),
     "accessory/options"),
    ("option groups", 100, lambda n: section(accessory={
        "type": "multi_static_select", "option_groups": [{"label": plain(), "options": [option(str(i))]}
                                                         for i in range(n)]}), "accessory/option_groups"),
    ("options chosen at first", 1, lambda n: section(accessory=menus(
        max_selected_items=1, initial_options=options(n))), "accessory/initial_options"),
    ("table rows", 100, lambda n: {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]] * n}, "rows"),
    ("table cells", 20, lambda n: {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}] * n]}, "rows/0"),
]  # fmt: skip

NUMBERS: list[tuple[str, int, int, Callable[[int], Json], str]] = [
    ("min_length", 0, 3000, lambda n: field(typed(min_length=n)), "element/min_length"),
    ("max_length", 1, 3000, lambda n: field(typed(max_length=n)), "element/max_length"),
    ("heading level", 1, 4, lambda n: {"type": "header", "text": plain(), "level": n}, "level"),
    ("list indent", 0, 8, lambda n: rich(paragraph(kind="rich_text_list", style="bullet", indent=n)),
     "elements/0/indent"),
]  # fmt: skip


def rows(table: Sequence[tuple[Any, ...]]) -> list[Any]:
    return [pytest.param(*row[1:], id=row[0]) for row in table]


@pytest.mark.parametrize(("most", "build", "at"), rows(CHARACTERS))
def test_a_text_may_be_as_long_as_its_limit_and_no_longer(most: int, build: Build, at: str) -> None:
    """Every length limit holds at exactly its number of characters, and no text that is required may be empty."""
    assert posted(build(most)) == []
    assert posted(build(most + 1))[0] == problem(f"must be less than {most + 1} characters", f"/blocks/0/{at}")
    empty_is_fine = at == "element/initial_value"
    assert posted(build(0)) == ([] if empty_is_fine else [problem("must be more than 0 characters", f"/blocks/0/{at}")])


def test_characters_are_code_points() -> None:
    """An emoji outside the basic plane is one character; an escaped ampersand is five."""
    assert posted(section(text=mrkdwn("😀" * 3000))) == []
    assert posted(section(text=mrkdwn("&amp;" * 601))) != []


@pytest.mark.parametrize(("most", "build", "at"), rows(ITEMS))
def test_a_list_may_hold_as_many_as_its_limit_and_no_more(most: int, build: Build, at: str) -> None:
    """Every limit on a number of items holds at exactly that number, and none of these lists may be empty."""
    assert posted(build(most)) == []
    assert posted(build(most + 1))[0] == problem(f"no more than {most} items allowed", f"/blocks/0/{at}")
    assert posted(build(0)) == [problem("no less than 1 items allowed", f"/blocks/0/{at}")]


@pytest.mark.parametrize(("least", "most", "build", "at"), rows(NUMBERS))
def test_a_number_stays_between_its_ends(least: int, most: int, build: Build, at: str) -> None:
    """A number is refused below its least and above its most, and where it is not a whole number."""
    assert posted(build(least)) == posted(build(most)) == []
    assert posted(build(least - 1)) == [problem(f"must be greater than {least - 1}", f"/blocks/0/{at}")]
    assert posted(build(most + 1)) == [problem(f"must be less than {most + 1}", f"/blocks/0/{at}")]
    assert posted(build(True)) == [problem("must provide an integer", f"/blocks/0/{at}")]


# -- messages and views as wholes -------------------------------------------------------------------------------------
def test_a_message_holds_fifty_blocks_and_a_view_a_hundred() -> None:
    """The number of blocks depends on the surface; a message may have none, a view may not."""
    divider = {"type": "divider"}
    assert posted(*[divider] * 50) == posted() == []
    assert posted(*[divider] * 51) == [problem("no more than 50 items allowed", "/blocks")]
    for view in (modal, home):
        assert opened(view(*[divider] * 100)) == []
        assert opened(view(*[divider] * 101)) == [problem("no more than 100 items allowed", "/view/blocks")]
        assert opened(view() | {"blocks": []}) == [problem("no less than 1 items allowed", "/view/blocks")]


def test_all_blocks_together_have_a_limit_that_slack_does_not_document() -> None:
    """13,000 characters of text pass, one more is msg_blocks_too_long; a header costs a hundred on top of its text."""
    full = [section(text=mrkdwn(x(3000)))] * 4
    assert posted(*full, section(text=mrkdwn(x(1000)))) == []
    refused = [problem("msg_blocks_too_long: must be less than 13001 characters", "/blocks")]
    assert posted(*full, section(text=mrkdwn(x(1001)))) == refused
    header = {"type": "header", "text": plain(x(100))}
    assert posted(*full, section(text=mrkdwn(x(800))), header) == []
    assert posted(*full, section(text=mrkdwn(x(801))), header) == refused


def test_markdown_blocks_and_tables_are_counted_together() -> None:
    """Markdown has 12,000 characters for the whole message, tables have 10,000."""
    half, cell = {"type": "markdown", "text": x(6000)}, {"type": "raw_text", "text": x(5000)}
    table = {"type": "table", "rows": [[cell]]}
    assert posted(half, half) == posted(table, table) == []
    assert posted(half, half, {"type": "markdown", "text": "x"}) == [
        problem("all markdown blocks together must be less than 12001 characters", "/blocks")
    ]
    assert posted({**table, "rows": [[cell, {**cell, "text": x(5001)}]]}) == [
        problem("all table blocks together must be less than 10001 characters", "/blocks")
    ]


def test_the_text_of_a_message_has_forty_thousand_characters() -> None:
    """Text longer than 40,000 characters is refused, and so is text that is not a string."""
    assert check_message({"text": x(limits.MAX_TEXT_CHARACTERS)}) == []
    assert check_message({"text": x(40_001)}) == [problem("msg_too_long: must be less than 40001 characters", "/text")]
    assert check_message({"text": 5}) == [problem("must provide a string", "/text")]
    assert check_message({"text": None, "blocks": None, "metadata": None, "channel": "C1", "unfurl_links": False}) == []


@pytest.mark.parametrize(("key", "most"), [("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)])
def test_a_view_keeps_its_own_strings_short(key: str, most: int) -> None:
    """What an app files with a view has a limit and may be empty, on both surfaces."""
    for view in (modal, home):
        assert opened(view(**{key: x(most)})) == opened(view(**{key: ""})) == []
        refused = [problem(f"must be less than {most + 1} characters", f"/view/{key}")]
        assert opened(view(**{key: x(most + 1)})) == refused


@pytest.mark.parametrize("key", ["title", "submit", "close"])
def test_a_modals_words_have_twenty_four_characters(key: str) -> None:
    """Title and buttons of a modal have 24 characters of plain text; a Home tab has none of them."""
    assert opened(modal(**{key: plain(x(24))})) == []
    assert opened(modal(**{key: plain(x(25))})) == [problem("must be less than 25 characters", f"/view/{key}/text")]
    assert opened(modal(**{key: mrkdwn()})) == [problem("unsupported type: mrkdwn", f"/view/{key}/type")]
    assert opened(modal(**{key: None}))[0] == problem("must provide an object", f"/view/{key}")
    assert opened(home(**{key: plain()})) == [problem(f"invalid additional property: {key}", "/view")]


def test_a_view_is_a_quarter_of_a_megabyte_at_most() -> None:
    """The whole view is measured in bytes of UTF-8."""
    at_most = modal(*[section(text=mrkdwn("€" * 2700))] * 30)  # three bytes each
    assert opened(at_most) == []
    too_large = modal(*[section(text=mrkdwn("€" * 2800))] * 30)
    assert opened(too_large) == [problem("view_too_large: must be less than 250001 bytes", "/view")]


# -- real traffic -----------------------------------------------------------------------------------------------------
def said(block_id: str, *elements: dict[str, str]) -> Json:
    section = {"type": "rich_text_section", "elements": list(elements)}
    return {"type": "rich_text", "block_id": block_id, "elements": [section]}


@pytest.mark.parametrize(
    "block",
    [
        said("Sesm", {"type": "user", "user_id": "U111"}),
        said("xwvU3", {"type": "text", "text": "updated message"}),
        said("ba4", {"type": "text", "text": "Hi there!"}),
        said("d7eJ", {"type": "user", "user_id": "U222"}, {"type": "text", "text": " test"}),
    ],
)
def test_messages_that_people_sent_are_accepted(block: Json) -> None:
    """The rich text of real messages passes."""
    assert check_message({"text": "as sent", "blocks": [block]}) == []


LABEL = {"type": "plain_text", "text": "A simple label", "emoji": True}
TYPED = {"type": "plain_text_input", "action_id": "an_action_id"}
ASKED = {"type": "input", "block_id": "a_block_id", "label": LABEL, "optional": False, "element": TYPED}
QUITE_PLAIN = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Quite a plain modal"},
    "submit": {"type": "plain_text", "text": "Create"},
    "blocks": [ASKED],
    "private_metadata": "Shh it is a secret",
    "callback_id": "identify_your_modals",
    "external_id": "",
    "clear_on_close": False,
    "notify_on_close": False,
}
SIMPLE_TEXT = {"type": "mrkdwn", "text": "A simple section with some sample sentence.", "verbatim": False}
SIMPLE_HOME = {
    "type": "home",
    "blocks": [{"type": "section", "block_id": "2WGp9", "text": SIMPLE_TEXT}],
    "private_metadata": "Shh it is a secret",
    "callback_id": "identify_your_home_tab",
    "external_id": "",
}


@pytest.mark.parametrize(("surface", "view"), [("modal", QUITE_PLAIN), ("home", SIMPLE_HOME)])
def test_views_from_slacks_own_examples_are_accepted(surface: Literal["modal", "home"], view: Json) -> None:
    """The views in Slack's descriptions of views.open and views.publish pass."""
    assert check_view(view, surface=surface) == []
