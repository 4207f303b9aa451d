"""What the page is shown in its tests: a message of every block, a modal of every input, a hostile story.

Plain data and functions of it; `fake_workspace.py` serves them.
"""

from typing import Any

Json = dict[str, Any]

PICTURE = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='64' height='64'%3E"
    "%3Crect width='64' height='64' fill='%235FC7B5'/%3E%3C/svg%3E"
)


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": True}


def marked(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def options(*words: str) -> list[Json]:
    return [{"text": plain(word), "value": word.lower().replace(" ", "_")} for word in words]


def button(label: str, action: str, **parts: Any) -> Json:
    return {"type": "button", "action_id": action, "text": plain(label), **parts}


CONFIRM = {
    "title": plain("Approve story 31?"),
    "text": plain("Could a colleague, a local paper or the family tell who this is?"),
    "confirm": plain("Approve"),
    "deny": plain("Not yet"),
}
SERVICES = [
    {"label": plain("Health and care"), "options": options("Health", "Mental health", "Adult social care")},
    {"label": plain("Homes and money"), "options": options("Housing", "Benefits", "Debt advice")},
]
CHOICES = options("Sharing helped", "It happened late", "We shared too much")

EVERY_BLOCK: list[Json] = [
    {"type": "header", "block_id": "b1", "text": plain("Story 31: Two nights for one phone call")},
    {"type": "context", "block_id": "b2", "elements": [marked("Sent *Tuesday 3 June* · version 1")]},
    {
        "type": "section",
        "block_id": "b3",
        "text": marked(
            "*bold* _italic_ ~struck~ `code` :wave: <https://example.org/|a link> <@U0AMIRA> <#C0STORIES> &lt;b&gt;\n"
            "> a quotation\n```two\n  lines```"
        ),
    },
    {
        "type": "section",
        "block_id": "b4",
        "fields": [marked("*Where*\nWeekly digest"), plain("When\nFriday 10am")],
        "accessory": {"type": "image", "image_url": PICTURE, "alt_text": "A green square"},
    },
    {
        "type": "rich_text",
        "block_id": "b5",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "What happened\n", "style": {"bold": True}},
                    {"type": "text", "text": "It was when a tenant came home. "},
                    {"type": "user", "user_id": "U0AMIRA"},
                    {"type": "broadcast", "range": "here"},
                    {"type": "emoji", "name": "wave"},
                    {"type": "link", "url": "https://example.org/", "text": "a page"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "ordered",
                "indent": 1,
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "first"}]}],
            },
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "Ring the person at the door."}]},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "as  it  was"}]},
        ],
    },
    {"type": "divider", "block_id": "b6"},
    {"type": "image", "block_id": "b7", "image_url": "https://example.org/x.png", "alt_text": "A picture from far"},
    {
        "type": "actions",
        "block_id": "b8",
        "elements": [
            button("Approve", "approve", style="primary", confirm=CONFIRM),
            button("Ask the teller", "ask"),
            button("Decline", "decline", style="danger"),
            {"type": "overflow", "action_id": "over", "options": options("Hold", "Put back")},
        ],
    },
    {
        "type": "actions",
        "block_id": "b9",
        "elements": [
            {"type": "static_select", "action_id": "one", "placeholder": plain("Your work"), "options": CHOICES},
            {
                "type": "multi_static_select",
                "action_id": "many",
                "placeholder": plain("Choose services"),
                "option_groups": SERVICES,
                "max_selected_items": 2,
            },
            {"type": "radio_buttons", "action_id": "radio", "options": CHOICES},
            {"type": "checkboxes", "action_id": "ticks", "options": CHOICES, "initial_options": CHOICES[:1]},
        ],
    },
]


def field(block_id: str, label: str, element: Json, **parts: Any) -> Json:
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, **parts}


EVERY_INPUT: Json = {
    "type": "modal",
    "title": plain("Change your answer"),
    "submit": plain("Save"),
    "close": plain("Cancel"),
    "blocks": [
        field(
            "what",
            "What happened?",
            {"type": "plain_text_input", "action_id": "what", "multiline": True, "min_length": 20, "max_length": 800},
            hint=plain("Say “a nurse”, not a name."),
        ),
        field("title", "A short title", {"type": "plain_text_input", "action_id": "title"}, optional=True),
        field("work", "Your work", {"type": "static_select", "action_id": "work", "options": CHOICES}),
        field("who", "Which services?", {"type": "multi_static_select", "action_id": "who", "option_groups": SERVICES}),
        field("where", "Where may we share it?", {"type": "checkboxes", "action_id": "where", "options": CHOICES}),
        field("kind", "Which is closest?", {"type": "radio_buttons", "action_id": "kind", "options": CHOICES}),
        field("day", "When?", {"type": "datepicker", "action_id": "day"}, optional=True),
    ],
    "state": {"values": {}},
}

RAN = "document.title='it ran'"
HOSTILE = "".join(
    (
        f"<script>{RAN}</script><img src=x onerror={RAN}><svg onload={RAN}><style>*{{display:none}}</style>",
        f"</div></li></ol></main><iframe srcdoc='<script>parent.{RAN}</script>'></iframe>{{{{7*7}}}}${{7*7}}",
        f" javascript:{RAN} <javascript:{RAN}|click me> <data:text/html,<script>{RAN}</script>|me too>",
        "\u202e\u2066\u2067 txet siht fo tser eht snrut \u061c\u200f مرحبا שלום \u0301\u0301\u0301\u0301\u0301",
        "W" * 4000,
        "https://example.org/" + "a" * 3000,
        " | --- | *_~`" * 50,
        "\n" * 300,
        "the end ",
    )
)
"""Everything at once that a story could try on the page."""


def hostile_blocks(text: str) -> list[Json]:
    """The story wherever words can stand: plain, marked up, rich, on buttons, in menus, as a link."""
    link = f"javascript:{RAN}"
    return [
        {"type": "header", "block_id": "h1", "text": plain(text[:150])},
        {"type": "section", "block_id": "h2", "text": marked(text[:3000]), "accessory": button(text[:75], "h")},
        {"type": "section", "block_id": "h3", "fields": [plain(text[:2000]), marked(text[-2000:])]},
        {"type": "context", "block_id": "h4", "elements": [plain(text[:3000]), marked(f"<{link}|a link>")]},
        {
            "type": "rich_text",
            "block_id": "h5",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": text},
                        {"type": "link", "url": link, "text": "a link"},
                        {"type": "link", "url": "https://example.org/" + "b" * 2000},
                        {"type": "user", "user_id": text[:200]},
                    ],
                },
                {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "P" * 3000}]},
            ],
        },
        {"type": "image", "block_id": "h6", "image_url": link, "alt_text": text[:2000]},
        {
            "type": "actions",
            "block_id": "h7",
            "elements": [
                button("W" * 75, "w", url=link),
                {
                    "type": "static_select",
                    "action_id": "s",
                    "placeholder": plain("W" * 150),
                    "options": options("W" * 9),
                },
                {"type": "radio_buttons", "action_id": "r", "options": options("W" * 75, text[:75])},
            ],
        },
    ]
