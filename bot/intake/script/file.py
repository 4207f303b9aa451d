"""Scripts from disk: a TOML file in, a valid `Script` or the list of what to fix out.

It holds no rule. `app.py` calls `load_script` at start; whoever continues an old draft calls `parse_script` with the
stored text; `altogether script check` prints what `check_script` says.
"""

import re
import tomllib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from bot.intake.script import Script, ScriptError, ScriptProblem
from bot.intake.script.building import build_script
from bot.intake.script.reading import KeyPath
from bot.intake.script.toml_lines import lines_of

_WHERE = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
_BOM = "\ufeff"


def load_script(path: Path | None) -> Script:
    """Return the script in a file, or the built-in one for None.

    Raises ScriptError with every problem at once, also when the file cannot be read, is not UTF-8 or is not TOML.
    """
    try:
        if path is None:
            data = (resources.files("bot") / "intake" / "scripts" / "default.toml").read_bytes()
        else:
            data = path.read_bytes()
    except OSError as err:
        raise _broken("file", None, f"cannot be read ({err.strerror or err}). Give the path of a script.") from err
    try:
        source = data.decode()
    except UnicodeDecodeError as err:
        line = data.count(b"\n", 0, err.start) + 1
        raise _broken("file", line, f"is not UTF-8 (byte 0x{data[err.start]:02x}). Save it as UTF-8.") from err
    return parse_script(source)


def parse_script(source: str) -> Script:
    """Return the script that a TOML text describes; ScriptError with every problem at once, in the file's order."""
    text = source.removeprefix(_BOM)  # some editors put it first; the sha is still of the file as it is
    try:
        source.encode()
        data = tomllib.loads(text)
        lines = lines_of(text)
    except RecursionError as err:
        raise _broken("TOML", None, "is nested too deeply. A script needs three levels.") from err
    except ValueError as err:
        raise _not_toml(text, err) from err

    def line_of(path: KeyPath) -> int | None:
        while path and path not in lines:
            path = path[:-1]
        return lines.get(path)

    return build_script(data, source=source, line_of=line_of)


def check_script(path: Path) -> tuple[bool, str]:
    """Return whether a file is a valid script, and the report to print about it. Nothing is changed."""
    try:
        script = load_script(path)
    except ScriptError as err:
        return False, render_problems(err.problems, path=path)
    return True, render_fine(script, path=path)


def render_problems(problems: Sequence[ScriptProblem], *, path: Path) -> str:
    """Return "3 problems in FILE; nothing was changed." and one line for each problem."""
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return "\n".join([f"{count} in {path}; nothing was changed.", *(f"  {problem}" for problem in problems)])


def render_fine(script: Script, *, path: Path) -> str:
    """Return "FILE is fine: 8 questions, about 5 minutes."."""
    questions, minutes = len(script.questions), script.campaign.minutes
    asked = "1 question" if questions == 1 else f"{questions} questions"
    return f"{path} is fine: {asked}, about {minutes} minute{'' if minutes == 1 else 's'}."


def _broken(key: str, line: int | None, message: str) -> ScriptError:
    return ScriptError([ScriptProblem(prompt=None, key=key, line=line, message=message)])


def _not_toml(text: str, err: ValueError) -> ScriptError:
    """Say in a campaign lead's words what `tomllib` could not read, and where."""
    if isinstance(err, UnicodeEncodeError):
        half = text.count("\n", 0, err.start) + 1
        return _broken("TOML", half, "has half a character (a lone surrogate). Take it out.")
    said = str(err)
    where = _WHERE.search(said)
    if where is None:
        digits = re.search(r"\d[\d_]{4000,}", text)  # Python's own limit, which is not told where
        line = None if digits is None else text.count("\n", 0, digits.start()) + 1
        return _broken("TOML", line, "has a number too long to read. Shorten it.")
    said = said[: where.start()]
    found = int(where["line"]) if where["line"] else text.rstrip().count("\n") + 1
    column = f" at column {where['column']}" if where["column"] else " at the end of the file"
    if said.startswith("Cannot overwrite"):
        return _broken("TOML", found, "the same key stands twice. Take one out, or start a new [[prompt]] above it.")
    if said.startswith("Cannot declare"):
        return _broken("TOML", found, "the same table stands twice. Take one out; each prompt starts with [[prompt]].")
    return _broken("TOML", found, f"cannot be read{column}: {said}. Check the quotation marks, brackets and commas.")
