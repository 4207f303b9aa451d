# ruff: noqa: E501  (a report is one line, and rows show it whole)
"""Ways to break a script in how it is written, one row each: its TOML, its keys, its kinds of value, its texts."""

from script_to_break import LONG, PROMPTS, SHORT, TEXTS, WHEN, Row

TOML: list[Row] = [
    (
        "the same key twice",
        {'label = "Barriers"': 'label = "Barriers"\nask = "Again?"'},
        ["line 29 · TOML: the same key stands twice. Take one out, or start a new [[prompt]] above it."],
    ),
    (
        "a missing quotation mark",
        {'label = "Barriers"': 'label = "Barriers'},
        [
            "line 28 · TOML: cannot be read at column 18: Illegal character '\\n'. Check the quotation marks, brackets and commas."
        ],
    ),
    (
        "a missing bracket at the end",
        {'label = "Title"\n': 'label = "Title"\nchoices = ["A"'},
        [
            "line 48 · TOML: cannot be read at the end of the file: Unclosed array. Check the quotation marks, brackets and commas."
        ],
    ),
    (
        "a number too long to read",
        {"minutes = 3": "minutes = " + "9" * 5000},
        ["line 5 · TOML: has a number too long to read. Shorten it."],
    ),
]

KEYS: list[Row] = [
    (
        "an unknown key with a near one",
        {'ask = "What happened?"': 'asks = "What happened?"'},
        [
            'line 34 · prompt "what" · ask: is missing. Add: ask = "…"',
            'line 37 · prompt "what" · asks: is not a known key. Did you mean "ask"?',
        ],
    ),
    (
        "an unknown key with none near",
        {'ask = "What happened?"': 'ask = "What happened?"\ncolour = "red"'},
        ['line 38 · prompt "what" · colour: is not a known key. Take it out.'],
    ),
    (
        "an unknown table",
        {"[campaign]": '[[prompts]]\nid = "x"\n\n[campaign]'},
        ['line 1 · prompts: is not a known key. Did you mean "prompt"?'],
    ),
    (
        "an unknown key in a choice",
        {'text = "It was missing" }': 'txt = "It was missing" }'},
        [
            'line 21 · prompt "closeness" · choices, item 2, text: is missing. Add: text = "…"',
            'line 21 · prompt "closeness" · choices, item 2, txt: is not a known key. Did you mean "text"?',
        ],
    ),
    (
        "an unknown key in when",
        {'any_of = ["missing"]': 'any = ["missing"]'},
        [
            'line 41 · prompt "what" · when.any_of: is missing. Add: any_of = ["…"]',
            'line 41 · prompt "what" · when.any: is not a known key. Did you mean "any_of"?',
        ],
    ),
    (
        "a missing campaign text",
        {'help = "I collect stories."\n': ""},
        ['line 1 · campaign.help: is missing. Add: help = "…"'],
    ),
    ("no campaign at all", {TEXTS: ""}, ["campaign: is missing. Add: a [campaign] table"]),
    (
        "a campaign in double brackets",
        {"[campaign]": "[[campaign]]"},
        ["line 1 · campaign: […] is a list. Write [campaign] on a line of its own."],
    ),
    ("no prompts at all", {PROMPTS: ""}, ["prompt: is missing. Add: a [[prompt]] table for each prompt"]),
    (
        "a list of no prompts",
        {SHORT: "prompt = []\n" + TEXTS},
        ["line 1 · prompt: has no prompts at all. Add: a [[prompt]] table for each prompt"],
    ),
    (
        "a single prompt in single brackets",
        {PROMPTS: '[prompt]\nid = "closeness"\n'},
        ["line 13 · prompt: {…} is a table. Write [[prompt]], with two brackets."],
    ),
    ("a prompt without an id", {'id = "what"\n': ""}, ['line 34 · prompt 3, id: is missing. Add: id = "…"']),
    (
        "an id that is no slug",
        {'id = "what"': 'id = "What happened"'},
        [
            'line 35 · prompt "What happened" · id: "What happened" cannot be an id. Use a small letter first, then small letters, digits, - or _, 40 at most, such as "what-happened".'
        ],
    ),
    (
        "two prompts with one id",
        {'id = "what"': 'id = "why"'},
        ['line 35 · prompt "why" · id: "why" is already used above (line 25). Give this prompt an id of its own.'],
    ),
]

VALUES: list[Row] = [
    (
        "a kind that does not exist",
        {'kind = "story"': 'kind = "storey"'},
        ['line 36 · prompt "what" · kind: "storey" is not a kind. Did you mean "story"?'],
    ),
    (
        "text where a number belongs",
        {"minutes = 3": 'minutes = "3"'},
        ['line 5 · campaign.minutes: "3" is text. Write a whole number, such as minutes = 1.'],
    ),
    (
        "a number where text belongs",
        {'version = "1"': "version = 1"},
        ['line 3 · campaign.version: 1 is a whole number. Write version = "…".'],
    ),
    (
        "true where a number belongs",
        {"min_length = 20": "min_length = true"},
        [
            'line 39 · prompt "what" · min_length: true is a true-or-false value. Write a whole number, such as min_length = 0.'
        ],
    ),
    (
        "text where true or false belongs",
        {"required = true": 'required = "yes"'},
        [
            'line 18 · prompt "closeness" · required: "yes" is text. Write required = true or required = false, without quotation marks.'
        ],
    ),
    (
        "a date where text belongs",
        {'label = "Barriers"': "label = 2025-06-03"},
        ['line 28 · prompt "why" · label: 2025-06-03 is a date or time. Write label = "…".'],
    ),
    (
        "a list with something else than texts",
        {'"Reviewers read it first."': "7"},
        ["line 6 · campaign.about, item 1: 7 is a whole number. Write it as text, in quotation marks."],
    ),
    (
        "a choice that is a number",
        {'"Fear", "Time"': '"Fear", 7'},
        ['line 30 · prompt "why" · choices, item 2: 7 is a whole number. Write "…" or { id = "…", text = "…" }.'],
    ),
    (
        "when that is a text",
        {WHEN: 'when = "closeness"'},
        ['line 41 · prompt "what" · when: "closeness" is text. Write when = { prompt = "…", any_of = ["…"] }.'],
    ),
    (
        "minutes out of range",
        {"minutes = 3": "minutes = 0"},
        ["line 5 · campaign.minutes: 0 is under 1. Use 1 or more."],
    ),
    (
        "a very large number",
        {"minutes = 3": "minutes = 0x" + "f" * 5000},
        ["line 5 · campaign.minutes: a very large number is over 60. Use 60 or less."],
    ),
]

WORDS: list[Row] = [
    (
        "an empty text",
        {'label = "Barriers"': 'label = "  "'},
        ['line 28 · prompt "why" · label: is empty. Write some words, or take the key out if it may be left out.'],
    ),
    (
        "a text that is too long",
        {'label = "Barriers"': 'label = "' + "b" * 61 + '"'},
        ['line 28 · prompt "why" · label: has 61 characters. Use 60 or fewer.'],
    ),
    (
        "a text that is too long once escaped",
        {'title = "Tell us a story"': 'title = "' + "R&D " * 20 + '"'},
        ["line 4 · campaign.title: has 159 characters (Slack counts & as 5, < and > as 4). Use 140 or fewer."],
    ),
    (
        "a choice text that does not fit a menu",
        {'"It helped"': f'"{LONG}"'},
        ['line 20 · prompt "closeness" · choices, item 1: has 76 characters. Use 75 or fewer.'],
    ),
    (
        "more lines in the notice than fit",
        {'about = ["Reviewers read it first.", "It is deleted after {days} days."]': "about = [" + '"a", ' * 9 + "]"},
        ["line 6 · campaign.about: has 9 lines. Write 1 to 8."],
    ),
    (
        "a text in two lines",
        {'ask = "What happened?"': 'ask = "What\\nhappened?"'},
        ['line 37 · prompt "what" · ask: has more than one line. Write it as one line.'],
    ),
    (
        "a control character",
        {'ask = "What happened?"': 'ask = "What\\u0007 happened?"'},
        ['line 37 · prompt "what" · ask: has a control character (U+0007) at character 5. Take it out.'],
    ),
    (
        "a text that would ping",
        {'help = "I collect stories."': 'help = "I collect <!channel> stories."'},
        ['line 7 · campaign.help: "<!channel>" would ping people. Write the name in plain words.'],
    ),
    (
        "a link in Slack's own markup",
        {'help = "I collect stories."': 'help = "See <https://example.org|this>."'},
        [
            'line 7 · campaign.help: "<https://example.org|this>" would show its brackets. Write the address plainly, without < and >.'
        ],
    ),
    (
        "a brace that is not filled in",
        {"{days}": "{weeks}"},
        ["line 6 · campaign.about, item 2: has { or }. Only {days} is filled in; take other braces out."],
    ),
    (
        "{days} where it is not filled in",
        {'ask = "What happened?"': 'ask = "What happened in {days} days?"'},
        ['line 37 · prompt "what" · ask: {days} is filled in only in campaign.about. Write the number here.'],
    ),
    (
        "an explanation longer than a section",
        {"We learn from them.": "w" * 3001},
        ["line 9 · campaign.how_we_use: has 3001 characters. Use 3000 or fewer."],
    ),
]
