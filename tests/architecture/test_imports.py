"""Who may import whom: the contracts in pyproject.toml, and that they cover every room there is.

import-linter reads the imports of the whole program, also the indirect ones; what is pure is in `test_purity.py`.
"""

import subprocess
import sys
import tomllib
from typing import Any

import pytest

from .house import ROOT, modules
from .purity import imports

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS: list[dict[str, Any]] = PYPROJECT["tool"]["importlinter"]["contracts"]
LINT = "from importlinter.cli import lint_imports_command as main; main()"


@pytest.mark.timeout(300)
def test_the_rooms_import_only_what_they_may() -> None:
    """Every contract is kept: storage below, the rooms side by side, Slack at the edge, the rehearsal on its own."""
    command = (sys.executable, "-c", LINT, "--no-logo", "--no-cache")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_feature_room_is_under_contract() -> None:
    """A new folder with a `service.py` is at once independent of the other features, for delivery too."""
    rooms = {module.name.rpartition(".")[0] for module in modules("bot") if module.path.name == "service.py"}
    by_id = {contract["id"]: contract for contract in CONTRACTS}
    assert rooms <= set(by_id["rooms"]["modules"])
    assert rooms <= set(by_id["delivery"]["forbidden_modules"])


def test_no_import_is_hidden_from_the_contracts() -> None:
    """Modules are imported by statement, never by a name put together at run time, which no contract could see."""
    hidden = {"importlib", "importlib.import_module", "runpy", "pkgutil"}
    found = [
        f"{module.path}:{line}"
        for module in modules("bot", "storage")
        for line, source, name in imports(module)
        if {source, f"{source}.{name}"} & hidden and name != "resources"
    ]
    assert not found
