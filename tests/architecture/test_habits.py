"""House habits that no other tool checks: every file introduces itself, stays small and hides nothing.

Each rule is a function from a parsed file to its complaints; each is tried on a planted fault before it is believed.
"""

import ast
import re
from collections.abc import Callable, Iterator

import pytest

from bot import errors

from .house import Module, listed, modules, parsed, text_of, tracked
from .purity import imports

CODE = ("bot", "storage")
TESTS = ("tests",)
# A migration is one long list and never changes once it is out.

MAX_LINES = 400
MAX_FUNCTION_LINES = 80
# Put together here, since this file is looked at too.
_NOTES = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "raise NotImplemented" + "Error")
UNFINISHED = re.compile(rf"\b(?:{'|'.join(_NOTES)})\b")

Rule = Callable[[Module], Iterator[str]]


def is_introduced(module: Module) -> Iterator[str]:
    first = module.docstring.partition("\n")[0]
    if module.tree.body and not re.fullmatch(r"\S+ \S+ .*[.:]", first):
        yield f"{module.path}: its docstring must begin with a sentence of one line, not with {first!r}"


def is_small(module: Module) -> Iterator[str]:
    if "migrations" in module.path.parts:  # what Alembic wrote
        return
    lines = module.text.count("\n")
    if lines > MAX_LINES:
        yield f"{module.path}: {lines} lines; find the seam (at most {MAX_LINES})"


def has_small_functions(module: Module) -> Iterator[str]:
    if "migrations" in module.path.parts:
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MAX_FUNCTION_LINES:
                yield f"{module.path}:{node.lineno} {node.name}: {lines} lines (at most {MAX_FUNCTION_LINES})"


def swallows_nothing(module: Module) -> Iterator[str]:
    broad = {"Exception", "BaseException"}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler):
            caught = {"BaseException"} if node.type is None else set(re.findall(r"\w+", ast.unparse(node.type)))
            silent = all(isinstance(line, ast.Pass | ast.Continue) or _is_ellipsis(line) for line in node.body)
        elif isinstance(node, ast.Call):
            caught = {ast.unparse(argument) for argument in node.args}
            silent = ast.unparse(node.func) in {"suppress", "contextlib.suppress"}
        else:
            continue
        if silent and caught & broad:
            yield f"{module.path}:{node.lineno} swallows every exception"


def _is_ellipsis(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and line.value.value is ...


def mocks_nothing(module: Module) -> Iterator[str]:
    for line, source, name in imports(module):
        if "mock" in f"{source}.{name}".casefold().split(".") or (name or "").endswith("Mock"):
            yield f"{module.path}:{line} imports a mock; speak the real protocol to the rehearsal"


def never_sleeps(module: Module) -> Iterator[str]:
    """A pause inside a loop waits for a condition; anywhere else it waits for luck. `asyncio.sleep(0)` only yields."""
    loops = [node for node in ast.walk(module.tree) if isinstance(node, ast.While | ast.For | ast.AsyncFor)]
    waiting = {id(inner) for loop in loops for inner in ast.walk(loop)}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module in {"time", "asyncio"}:
            if any(alias.name == "sleep" for alias in node.names):
                yield f"{module.path}:{node.lineno} imports sleep by its bare name"
        elif isinstance(node, ast.Call):
            written = ast.unparse(node)
            blind = written.startswith("asyncio.sleep(") and written != "asyncio.sleep(0)" and id(node) not in waiting
            if written.startswith("time.sleep(") or blind:
                yield f"{module.path}:{node.lineno} sleeps; wait on a condition"


def states_facts(module: Module) -> Iterator[str]:
    functions = (node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    for function in functions:
        if function.name.startswith("test_") and not ast.get_docstring(function):
            yield f"{module.path}:{function.lineno} {function.name} has no docstring; state the fact that it tests"


def skips_through_the_helper(module: Module) -> Iterator[str]:
    if module.name == "tests.architecture.skips":
        return
    skipping = {"pytest.skip", "pytest.importorskip", "pytest.xfail", "unittest.skip"}
    skipping |= {"pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail"}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in skipping:
            yield f"{module.path}:{node.lineno} {ast.unparse(node)}: use skip_unless of tests/architecture/skips.py"


# rule, the rooms it is for, and planted faults
RULES: list[tuple[Rule, tuple[str, ...], tuple[str, ...]]] = [
    (is_introduced, CODE + TESTS, ("import re", '"""what is here"""\nimport re')),
    (is_small, CODE, ("\n" * 401,)),
    (has_small_functions, CODE + TESTS, ("def f():\n" + "    x = 1\n" * 80,)),
    (
        swallows_nothing,
        CODE + TESTS,
        ("try:\n    f()\nexcept (ValueError, Exception):\n    pass", "with suppress(Exception):\n    f()"),
    ),
    (mocks_nothing, CODE + TESTS, ("from unittest.mock import AsyncMock", "from unittest import mock")),
    (never_sleeps, TESTS, ("while True:\n    time.sleep(1)", "async def f():\n    await asyncio.sleep(0.1)")),
    (states_facts, TESTS, ("async def test_something(): ...",)),
    (skips_through_the_helper, TESTS, ("@pytest.mark.skipif(True, reason='')\ndef test_x(): ...",)),
]


@pytest.mark.parametrize(("rule", "rooms", "faults"), RULES, ids=[rule.__name__ for rule, _, _ in RULES])
def test_every_file_keeps_the_habit(rule: Rule, rooms: tuple[str, ...], faults: tuple[str, ...]) -> None:
    """The rule in the test's name finds what is planted, and nothing in the rooms that it is for."""
    assert all(list(rule(parsed(fault))) for fault in faults)
    complaints = [complaint for module in modules(*rooms) for complaint in rule(module)]
    assert not complaints, listed(complaints)


def test_nothing_is_left_unfinished() -> None:
    """No file of the repository holds a note to finish it later, nor a stub."""
    texts = ((path, text_of(path)) for path in tracked())
    complaints = [
        f"{path}:{number} {line.strip()}"
        for path, text in texts
        for number, line in enumerate((text or "").splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert not complaints, listed(complaints)
    assert UNFINISHED.search("# " + "TO" + "DO: later")


def test_a_silenced_warning_says_which_and_why() -> None:
    """Every `noqa` names its rule and its reason; the banned names pass in two places more, one line each."""
    # The workspace's own clock, and `rehearse`, which hands the environment on to be sealed.
    may_pass = ["bot/cli.py", "bot/rehearsal/slack/clock.py"]
    complaints = []
    for module in modules(*CODE):
        for number, line in enumerate(module.text.splitlines(), 1):
            where = f"{module.path}:{number}"
            if "# noqa" in line and not re.search(r"# noqa: [A-Z]+\d+(, [A-Z]+\d+)* -- \S", line):
                complaints.append(f"{where} write: # noqa: CODE -- why")
            if "TID251" in line:
                if str(module.path) in may_pass:
                    may_pass.remove(str(module.path))
                else:
                    complaints.append(f"{where} reads the clock or the environment")
    assert not complaints, listed(complaints)


def test_every_error_of_ours_is_in_the_tree() -> None:
    """The tree in `bot/errors.py` names exactly the exceptions that this program raises on purpose."""
    drawn = set(re.findall(r"(?:├──|└──) (\w+)", errors.__doc__ or ""))
    defined = {
        node.name
        for module in modules("bot")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
        and any(isinstance(b, ast.Name) and b.id == "AltogetherError" for b in node.bases)
    }
    assert drawn == defined
