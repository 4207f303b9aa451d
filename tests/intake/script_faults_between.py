# ruff: noqa: E501  (a report is one line, and rows show it whole)
"""Ways to break a script in what its prompts have to do with one another, and with the story: one row each."""

from script_to_break import BESIDE, MORE, TITLE, WHAT, WHEN, Row

CONDITIONS: list[Row] = [
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
]

SHARED_MESSAGES: list[Row] = [
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
]

WHOLE: list[Row] = [
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
]

PARTS: list[Row] = [
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
]
