"""A valid script with one of everything, and pieces to break it with; the faults are in `script_faults_*.py`."""

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
"""The valid script: each row of the tables breaks it in one way."""

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

DEFAULT = (resources.files("bot") / "intake" / "scripts" / "default.toml").read_text(encoding="utf-8")
BARE = DEFAULT[DEFAULT.index("\n[campaign]\n") :]
"""The built-in script without its opening comments."""

Row = tuple[str, dict[str, str], list[str]]
"""What is wrong, the edits that break it so, and the lines that are said about it."""
