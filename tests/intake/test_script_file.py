"""What a campaign lead is told about a script: every problem at once, with prompt, key, line and fix."""

import hashlib
import random
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from script_faults_asked import CHOICES, GROUPS, LIMITS
from script_faults_between import CONDITIONS, PARTS, SHARED_MESSAGES, WHOLE
from script_faults_written import KEYS, TOML, VALUES, WORDS
from script_to_break import BARE, DEFAULT, SHORT, WHEN

from bot.intake.script import ScriptError
from bot.intake.script.file import check_script, load_script, parse_script, render_fine
from bot.intake.script.toml_lines import lines_of

FAULTS = [
    *(*TOML, *KEYS, *VALUES, *WORDS),
    *(*LIMITS, *CHOICES, *GROUPS),
    *(*CONDITIONS, *SHARED_MESSAGES, *WHOLE, *PARTS),
]


def problems_of(source: str) -> list[str]:
    """Return what is said about a script, or nothing if it is fine."""
    try:
        parse_script(source)
    except ScriptError as err:
        return [str(problem) for problem in err.problems]
    return []


def changed(edits: dict[str, str]) -> str:
    """Return SHORT with each edit made once."""
    source = SHORT
    for old, new in edits.items():
        assert old in source
        source = source.replace(old, new, 1)
    return source


def test_the_script_that_the_rows_break_is_fine() -> None:
    """A script with one of everything is accepted."""
    assert problems_of(SHORT) == []
    assert problems_of(BARE) == []


@pytest.mark.parametrize(("edits", "expected"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_each_fault_is_named_with_its_line_and_its_fix(edits: dict[str, str], expected: list[str]) -> None:
    """A faulty script is refused with prompt, key, line and what to write instead."""
    assert problems_of(changed(edits)) == expected


def test_every_problem_is_reported_at_once_in_the_order_of_the_file() -> None:
    """A lead mends a script in one round, from the top down, whichever rules were broken."""
    source = changed(
        {
            "minutes = 3": "minutes = 300",
            'title_prompt = "title"': 'title_prompt = "name"',
            '"It helped"': '"It was missing"',
            'label = "Barriers"': "",
            "max_length = 800": "max_length = 10",
            'kind = "line"': 'kind = "lines"',
        }
    )
    assert problems_of(source) == [
        "line 5 · campaign.minutes: 300 is over 60. Use 60 or less.",
        'line 11 · campaign.title_prompt: there is no prompt "name". Use one of "closeness", "why", "what", "title".',
        'line 21 · prompt "closeness" · choices, item 2: "It was missing" is there twice. Take one out.',
        'line 24 · prompt "why" · label: is missing. Add: label = "…"',
        'line 39 · prompt "what" · min_length: 20 is over max_length, 10. Use 10 or less.',
        'line 45 · prompt "title" · kind: "lines" is not a kind. Did you mean "line"?',
    ]


def test_problems_in_tables_written_out_have_their_own_lines() -> None:
    """A condition or a choice may stand in a table of its own, and is still found."""
    source = changed({WHEN: '[prompt.when]\nprompt = "closeness"\nany_of = [\n  "missing",\n  "gone",\n]'})
    assert problems_of(source) == [
        'line 45 · prompt "what" · when.any_of, item 2: "closeness" has no choice with the id "gone". '
        'Use one of "it-helped", "missing".'
    ]


def test_texts_are_trimmed_and_composed_and_limits_have_ceilings() -> None:
    """What people see has no stray space, one form of each accent, and a limit that Slack can hold."""
    script = parse_script(SHORT.replace('"Give it a title."', '"""  Give it a cafe\u0301 title.\n"""'))
    title = script.prompt("title")
    assert (title.ask, title.min_length, title.max_length) == ("Give it a caf\u00e9 title.", 0, 150)
    assert parse_script(SHORT.replace("max_length = 800\n", "")).prompt("what").max_length == 3_000


def test_the_end_of_a_sentence_loses_its_full_stop() -> None:
    """The product closes the sentence itself, so that none ends in two full stops."""
    source = SHORT.replace("min_length = 20", 'min_length = 20\nwhy = "readers need it."\nmore = "one line"')
    what = parse_script(source).prompt("what")
    assert (what.why, what.more) == ("readers need it", "one line")


def test_a_choice_without_an_id_gets_one_from_its_text() -> None:
    """Choices may be written as plain texts."""
    script = parse_script(SHORT.replace('"Fear"', '"Children\'s social care, and a good deal more than that"'))
    assert [choice.id for choice in script.prompt("why").choices] == [
        "childrens-social-care-and-a-good-deal",
        "time",
        "law",
    ]


def test_the_sha_is_of_the_file_as_it_stands(tmp_path: Path) -> None:
    """A stored script is found again by the digest of its bytes, whatever editor saved it."""
    for data in (SHORT.encode(), b"\xef\xbb\xbf" + SHORT.encode(), SHORT.replace("\n", "\r\n").encode()):
        path = tmp_path / "script.toml"
        path.write_bytes(data)
        script = load_script(path)
        assert script.sha == hashlib.sha256(data).hexdigest()
        assert parse_script(script.source) == script
    assert load_script(None).sha == load_script(None).sha == hashlib.sha256(DEFAULT.encode()).hexdigest()


def test_a_file_that_cannot_be_read_is_a_problem_too(tmp_path: Path) -> None:
    """A missing file, a folder and a file in another encoding are each said in one line."""
    path = tmp_path / "script.toml"
    assert check_script(path) == (
        False,
        f"1 problem in {path}; nothing was changed.\n"
        "  file: cannot be read (No such file or directory). Give the path of a script.",
    )
    with pytest.raises(ScriptError, match="cannot be read"):
        load_script(tmp_path)
    path.write_bytes(b"# one\n# caf\xe9\n")
    with pytest.raises(ScriptError, match=r"line 2 · file: is not UTF-8 \(byte 0xe9\)\. Save it as UTF-8\."):
        load_script(path)


def test_the_report_counts_and_lists(tmp_path: Path) -> None:
    """`altogether script check` says how many problems there are and then each, or that the file is fine."""
    path = tmp_path / "script.toml"
    path.write_text(changed({"minutes = 3": "minutes = 0", "max_length = 800": "max_length = 5000"}), encoding="utf-8")
    assert check_script(path) == (
        False,
        f"2 problems in {path}; nothing was changed.\n"
        "  line 5 · campaign.minutes: 0 is under 1. Use 1 or more.\n"
        '  line 40 · prompt "what" · max_length: 5000 is over 3000. Use 3000 or less.',
    )
    path.write_text(DEFAULT, encoding="utf-8")
    assert check_script(path) == (True, f"{path} is fine: 8 questions, about 5 minutes.")
    short = parse_script(PARTLESS)
    assert render_fine(short, path=Path("one.toml")) == "one.toml is fine: 1 question, about 1 minute."


PARTLESS = """
campaign = { name = "one", version = "1", title = "T", minutes = 1, about = ["A"], help = "H", notice_version = 1, \
how_we_use = "U" }
prompt = [{ id = "what", kind = "story", ask = "What?", label = "What", required = true }]
""".replace("\\\n", "")


@pytest.mark.parametrize("source", [DEFAULT, SHORT, PARTLESS], ids=["default", "short", "inline"])
def test_every_value_is_found_on_the_line_it_stands_on(source: str) -> None:
    """The line named for a one-line text is a line that holds that text."""
    lines, rows = lines_of(source), source.split("\n")

    def look(value: object, path: tuple[str | int, ...]) -> int:
        if isinstance(value, dict):
            return sum(look(inner, (*path, key)) for key, inner in value.items())
        if isinstance(value, list):
            return sum(look(inner, (*path, n)) for n, inner in enumerate(value))
        if isinstance(value, str) and "\n" not in value:
            assert value in rows[lines[path] - 1], path
            return 1
        return 0

    assert look(tomllib.loads(source), ()) >= 8


TOML_PIECES = [
    "a = 1",
    'b.c."d e" = "x # y"',
    "'q.r' = 'it is'",
    's = """one\ntwo ""quoted"" \\""" three"""""',
    "t = '''\n[no]\nx = 1'''",
    "u = 1979-05-27 07:32:00",
    "v = [1, [2, {w = 3}], # ]\n 4,\n]",
    "[table.x]",
    "[[list]]",
    "[list.inner]",
    "[[list.deep]]",
    "f = -1.5e3",
    "g = {h.i = true, j = []}",
    "# only a comment = [",
]


@given(st.lists(st.sampled_from(TOML_PIECES), max_size=12))
@settings(max_examples=80, deadline=None)
def test_whatever_toml_is_valid_has_a_line_for_every_value(pieces: list[str]) -> None:
    """Every key and element of a valid file has a line, which is where its piece of the file begins or later."""
    source = "\n".join(pieces)
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError:
        return
    lines = lines_of(source)

    def paths(value: object, path: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        return [path, *(found for key, below in inner for found in paths(below, (*path, key)))]

    expected = set(paths(data, ())) - {()}
    assert set(lines) == expected
    assert all(1 <= line <= source.count("\n") + 1 for line in lines.values())


@given(st.randoms(use_true_random=False), st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_no_damage_to_a_script_raises_anything_else(rng: random.Random, cuts: int) -> None:
    """However a script is cut, doubled or scrambled, the answer is a script or a list of problems with messages."""
    rows = BARE.split("\n")
    for _ in range(cuts):
        at = rng.randrange(len(rows))
        act = rng.choice(["drop", "double", "swap", "cut", "replace", "character"])
        if act == "drop":
            del rows[at : at + rng.randrange(1, 12)]
        elif act == "double":
            rows[at:at] = rows[at : at + rng.randrange(1, 12)]
        elif act == "swap":
            other = rng.randrange(len(rows))
            rows[at], rows[other] = rows[other], rows[at]
        elif act == "cut":
            rows[at] = rows[at][: rng.randrange(len(rows[at]) + 1)]
        elif act == "replace":
            value = rng.choice(
                [
                    "0",
                    "-1",
                    "true",
                    "1.5",
                    "nan",
                    '""',
                    "[]",
                    "{}",
                    "[[1]]",
                    "2025-01-01",
                    '"other"',
                    "0xffffffffffffffffffff",
                ]
            )
            rows[at] = f"{rows[at].split(' = ')[0]} = {value}"
        else:
            place = rng.randrange(len(rows[at]) + 1)
            rows[at] = rows[at][:place] + rng.choice("\"'[]{}=,.#\\\t\x00\ud800é<!&7") + rows[at][place:]
        rows = rows or [""]
    try:
        script = parse_script("\n".join(rows))
    except ScriptError as err:
        assert err.problems
        assert all(problem.message for problem in err.problems)
        assert [p.line or 0 for p in err.problems] == sorted(p.line or 0 for p in err.problems)
    else:
        assert script.questions


@given(st.text())
@settings(max_examples=50, deadline=None)
def test_no_text_raises_anything_else(source: str) -> None:
    """Any text at all is answered with a list of problems."""
    assert problems_of(source)


@pytest.mark.parametrize("source", ["a = " + "[" * 9_000, "a = " + "{b = " * 9_000, "\ud800", "x = 0x" + "f" * 9_000])
def test_hostile_files_are_problems_too(source: str) -> None:
    """Deep nesting, half characters and endless numbers are refused like any other fault."""
    assert problems_of(source)
