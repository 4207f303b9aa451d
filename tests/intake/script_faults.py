# ruff: noqa: E501  (a report is one line, and rows show it whole)
"""Every way to break a script, one row each: the edits that break it, and the lines that are said about it."""

from importlib import resources

SHORT = """\
[campaign]
name = "short"
version = "1"
title = "Tell us a story"
minutes = 3
about = ["Reviewers read it first.", "It is deleted after {days} days."]
help = "I collect stories."
notice_version = 1
how_we_use = "We learn from them."
kind_prompt = "closeness"
title_prompt = "title"

[[prompt]]
id = "closeness"
kind = "choice"
ask = "Which is closest?"
label = "Kind of story"
required = true
choices = [
  "It helped",  # a comment with "quotes" and [brackets]
  { id = "missing", text = "It was missing" },
]

[[prompt]]
id = "why"
kind = "choices"
ask = "What got in the way?"
label = "Barriers"
beside = "closeness"
choices = ["Fear", "Time", "Law"]
max_selected = 2
other = "Something else"

[[prompt]]
id = "what"
kind = "story"
ask = "What happened?"
label = "What happened"
min_length = 20
max_length = 800
when = { prompt = "closeness", any_of = ["missing"] }

[[prompt]]
id = "title"
kind = "line"
ask = "Give it a title."
label = "Title"
"""
"""A valid script with one of everything: the rows below break it in one way each."""

MANY = ", ".join(f'"Choice {n}"' for n in range(101))
LONG = "x" * 76
WIDE = ", ".join(f'"{"y" * 36} {n:02} {"z" * 34}"' for n in range(99))
MORE = "".join(
    f'\n[[prompt]]\nid = "p{n}"\nkind = "choice"\nask = "?"\nlabel = "L"\nchoices = ["A"]\n' for n in range(37)
)
BESIDE = "".join(
    f'[[prompt]]\nid = "b{n}"\nkind = "choice"\nask = "?"\nlabel = "L"\nbeside = "why"\nchoices = ["A"]\n\n'
    for n in range(3)
)
TEXTS, PROMPTS = SHORT[: SHORT.index("[[prompt]]")], SHORT[SHORT.index("[[prompt]]") :]
WHAT, TITLE = '[[prompt]]\nid = "what"', '[[prompt]]\nid = "title"'
WHEN = 'when = { prompt = "closeness", any_of = ["missing"] }'

ROWS: list[tuple[str, dict[str, str], list[str]]] = [
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
        "a story limit over the ceiling",
        {"max_length = 800": "max_length = 5000"},
        ['line 40 · prompt "what" · max_length: 5000 is over 3000. Use 3000 or less.'],
    ),
    (
        "a line limit over the ceiling",
        {'label = "Title"': 'label = "Title"\nmax_length = 151'},
        ['line 48 · prompt "title" · max_length: 151 is over 150. Use 150 or less.'],
    ),
    (
        "limits out of order",
        {"min_length = 20": "min_length = 900"},
        ['line 39 · prompt "what" · min_length: 900 is over max_length, 800. Use 800 or less.'],
    ),
    (
        "a line with something typed after it",
        {'kind = "story"': 'kind = "line"'},
        [
            'line 36 · prompt "what" · kind: "line" may stand only where nothing typed follows, and "title" follows. Use kind = "story", or move this prompt to the end.',
            'line 40 · prompt "what" · max_length: 800 is over 150. Use 150 or less.',
        ],
    ),
    (
        "choices on a typed prompt",
        {"min_length = 20": 'choices = ["A"]'},
        [
            'line 39 · prompt "what" · choices: does not go with kind = "story". Take it out, or use "choice" or "choices".'
        ],
    ),
    (
        "limits on a choice",
        {"max_selected = 2": "max_length = 20"},
        [
            'line 31 · prompt "why" · max_length: does not go with kind = "choices". Take it out, or use "story" or "line".'
        ],
    ),
    (
        "a reason for words where none are typed",
        {"max_selected = 2": 'why = "It helps."'},
        ['line 31 · prompt "why" · why: does not go with kind = "choices". Take it out, or use "story" or "line".'],
    ),
    (
        "max_selected on a choice",
        {"required = true": "required = true\nmax_selected = 1"},
        [
            'line 19 · prompt "closeness" · max_selected: goes only with kind = "choices". Take it out, or use "choices".'
        ],
    ),
    (
        "a choice without choices",
        {'choices = ["Fear", "Time", "Law"]\n': ""},
        ['line 24 · prompt "why" · choices: is missing. Add: choices = ["…", "…"]'],
    ),
    (
        "an empty list of choices",
        {'["Fear", "Time", "Law"]': "[]"},
        [
            'line 30 · prompt "why" · choices: is empty. Write at least one: choices = ["…", "…"]',
            'line 31 · prompt "why" · max_selected: 2 is over 1, the number of choices. Use 1 or less.',
        ],
    ),
    (
        "more choices than a menu holds",
        {'["Fear", "Time", "Law"]': f"[{MANY}]"},
        ['line 30 · prompt "why" · choices: has 102, with other. Keep 100 or fewer.'],
    ),
    (
        "a message larger than Slack takes",
        {'["Fear", "Time", "Law"]': f"[{WIDE}]"},
        [
            'line 13 · prompt "closeness": its words and choices have 11298 characters together. Keep 10000 or fewer: shorten the choices, or ask in two messages.'
        ],
    ),
    (
        "the same choice twice",
        {'"Time", "Law"': '"fear", "Law"'},
        ['line 30 · prompt "why" · choices, item 2: "fear" is there twice. Take one out.'],
    ),
    (
        "the same choice id twice",
        {'"It helped"': '{ id = "missing", text = "It helped" }'},
        ['line 21 · prompt "closeness" · choices, item 2: the id "missing" is there twice. Give this one another id.'],
    ),
    (
        "other that is also a choice",
        {'other = "Something else"': 'other = "law"'},
        ['line 32 · prompt "why" · other: "law" is also one of the choices. Take one out.'],
    ),
    (
        "a choice whose id would be other",
        {'"Time", "Law"': '"Time", "Other"'},
        [
            'line 30 · prompt "why" · choices, item 3: the id "other" is kept for what people type. Write other = "Other" instead, or give this choice another id: { id = "another", text = "Other" }.'
        ],
    ),
    (
        "a choice that no id can be made from",
        {'"Time", "Law"': '"Time", "2020"'},
        [
            'line 30 · prompt "why" · choices, item 3: no id can be made from "2020". Give it one: { id = "…", text = "…" }.'
        ],
    ),
    (
        "max_selected over the number of choices",
        {"max_selected = 2": "max_selected = 5"},
        ['line 31 · prompt "why" · max_selected: 5 is over 4, the number of choices. Use 4 or less.'],
    ),
    (
        "a group that does not exist",
        {'"Time", "Law"': '"Time", { text = "Law", group = "Culture" }'},
        [
            'line 30 · prompt "why" · choices, item 3, group: there is no group "Culture". Add it to groups = ["Culture"].'
        ],
    ),
    (
        "a choice in no group",
        {"max_selected = 2": 'groups = ["Culture"]'},
        [
            'line 30 · prompt "why" · choices, item 1: "Fear" is in no group. Add group = "Culture" or another.',
            'line 30 · prompt "why" · choices, item 2: "Time" is in no group. Add group = "Culture" or another.',
            'line 30 · prompt "why" · choices, item 3: "Law" is in no group. Add group = "Culture" or another.',
            'line 31 · prompt "why" · groups, item 1: no choice is in the group "Culture". Add one, or take the group out.',
        ],
    ),
    (
        "a condition on an unknown prompt",
        {'prompt = "closeness", any_of': 'prompt = "closenes", any_of'},
        ['line 41 · prompt "what" · when.prompt: there is no prompt "closenes". Did you mean "closeness"?'],
    ),
    (
        "a condition on a later prompt",
        {WHEN: WHEN.replace("closeness", "title")},
        [
            'line 41 · prompt "what" · when.prompt: "title" is not asked earlier. Name an earlier prompt, or move this one down.',
            'line 41 · prompt "what" · when.prompt: "title" is typed, so it has no choices. Name a choice or choices prompt.',
        ],
    ),
    (
        "a condition on itself",
        {WHEN: WHEN.replace("closeness", "what")},
        [
            'line 41 · prompt "what" · when.prompt: "what" is not asked earlier. Name an earlier prompt, or move this one down.',
            'line 41 · prompt "what" · when.prompt: "what" is typed, so it has no choices. Name a choice or choices prompt.',
        ],
    ),
    (
        "a condition on an unknown choice",
        {'any_of = ["missing"]': 'any_of = ["mising", "gone"]'},
        [
            'line 41 · prompt "what" · when.any_of, item 1: "closeness" has no choice with the id "mising". Did you mean "missing"?',
            'line 41 · prompt "what" · when.any_of, item 2: "closeness" has no choice with the id "gone". Use one of "it-helped", "missing".',
        ],
    ),
    (
        "a condition on nothing",
        {'any_of = ["missing"]': "any_of = []"},
        ['line 41 · prompt "what" · when.any_of: is empty. Name at least one choice, or take when out.'],
    ),
    (
        "a condition beside another prompt",
        {"max_selected = 2": WHEN},
        [
            'line 31 · prompt "why" · when: a prompt asked beside another comes with it. Put when on "closeness", or take one of the two out.'
        ],
    ),
    (
        "beside an unknown prompt",
        {'beside = "closeness"': 'beside = "nothing"'},
        [
            'line 29 · prompt "why" · beside: there is no prompt "nothing". Use one of "closeness", "why", "what", "title".'
        ],
    ),
    (
        "beside itself",
        {'beside = "closeness"': 'beside = "why"'},
        [
            'line 29 · prompt "why" · beside: "why" is not asked earlier. Name the prompt just before this one, or take beside out.'
        ],
    ),
    (
        "beside on a typed prompt",
        {"min_length = 20": 'beside = "why"'},
        [
            'line 39 · prompt "what" · beside: does not go with kind = "story". Take it out, or use "choice" or "choices".'
        ],
    ),
    (
        "beside a typed prompt",
        {
            TITLE: '[[prompt]]\nid = "more"\nkind = "choice"\nask = "?"\nlabel = "L"\nbeside = "what"\nchoices = ["A"]\n\n'
            + TITLE
        },
        ['line 48 · prompt "more" · beside: "what" is typed, and a typed prompt is asked alone. Take beside out.'],
    ),
    (
        "beside a question further up",
        {
            TITLE: '[[prompt]]\nid = "more"\nkind = "choice"\nask = "?"\nlabel = "L"\nbeside = "why"\nchoices = ["A"]\n\n'
            + TITLE
        },
        [
            'line 48 · prompt "more" · beside: "why" is not the question just before. Move this prompt below it, or take beside out.'
        ],
    ),
    (
        "five prompts in one message",
        {WHAT: BESIDE + WHAT},
        ['line 55 · prompt "b2" · beside: 4 prompts already share this message, and no more fit. Take beside out.'],
    ),
    (
        "more than forty prompts",
        {'label = "Title"\n': 'label = "Title"\n' + MORE},
        ['line 301 · prompt "p36": there are 41 prompts. Keep 40 or fewer.'],
    ),
    (
        "nothing required",
        {"required = true": "required = false"},
        ["line 13 · prompt: none is both required and always asked. Give one required = true, and no when."],
    ),
    (
        "a part played by no prompt",
        {'kind_prompt = "closeness"': 'kind_prompt = "kind"'},
        ['line 10 · campaign.kind_prompt: there is no prompt "kind". Use one of "closeness", "why", "what", "title".'],
    ),
    (
        "a part played by the wrong kind",
        {'kind_prompt = "closeness"': 'kind_prompt = "what"'},
        ['line 10 · campaign.kind_prompt: "what" has kind = "story". Name a prompt with kind = "choice".'],
    ),
    (
        "a title that takes several messages",
        {'title_prompt = "title"': 'title_prompt = "what"'},
        ['line 11 · campaign.title_prompt: "what" has kind = "story". Name a prompt with kind = "line".'],
    ),
    (
        "an explanation longer than a section",
        {"We learn from them.": "w" * 3001},
        ["line 9 · campaign.how_we_use: has 3001 characters. Use 3000 or fewer."],
    ),
    (
        "one prompt for two parts",
        {'kind_prompt = "closeness"': 'kind_prompt = "closeness"\nrole_prompt = "closeness"'},
        [
            'line 11 · campaign.role_prompt: "closeness" is already the kind_prompt. Name another prompt, or take this line out.'
        ],
    ),
    (
        "a title that is required",
        {'label = "Title"': 'label = "Title"\nrequired = true'},
        [
            'line 48 · prompt "title" · required: the title must be optional: a story can go without. Use required = false.'
        ],
    ),
    (
        "a role that can be typed",
        {
            "title_prompt": 'role_prompt = "closeness"\ntitle_prompt',
            'kind_prompt = "closeness"\n': "",
            "required = true": 'required = true\nother = "My own"',
        },
        [
            'line 19 · prompt "closeness" · other: a typed job or employer could tell who it is. Take other out; keep to the choices.'
        ],
    ),
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
    (
        "a very large number",
        {"minutes = 3": "minutes = 0x" + "f" * 5000},
        ["line 5 · campaign.minutes: a very large number is over 60. Use 60 or less."],
    ),
]


DEFAULT = (resources.files("bot") / "intake" / "scripts" / "default.toml").read_text(encoding="utf-8")
BARE = DEFAULT[DEFAULT.index("\n[campaign]\n") :]
"""The built-in script without its opening comments."""
