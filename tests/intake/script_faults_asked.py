# ruff: noqa: E501  (a report is one line, and rows show it whole)
"""Ways to break a script in what one prompt asks, one row each: its limits, its choices, their groups."""

from script_to_break import MANY, WIDE, Row

LIMITS: list[Row] = [
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
]

CHOICES: list[Row] = [
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
]

GROUPS: list[Row] = [
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
]
