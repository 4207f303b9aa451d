"""What `pip install` brings to a machine: the whole program, and nothing that is not the program."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from .house import ROOT, tracked

BUILD = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built without the network from a copy of what git would have."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    for path in tracked():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, source / path)
    done = subprocess.run(
        (sys.executable, "-c", BUILD, str(built)), cwd=source, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    [file] = built.glob("*.whl")
    return zipfile.ZipFile(file)


def test_the_wheel_has_the_whole_program(wheel: zipfile.ZipFile) -> None:
    """Every file of bot/ and storage/ is installed (scripts, migrations, type markers, data), and no other folder."""
    program = {path for path in tracked() if path.parts[0] in {"bot", "storage"}}
    installed = {path for name in wheel.namelist() if ".dist-info" not in (path := Path(name)).parts[0]}
    assert installed == program


def test_the_wheel_has_what_no_one_may_forget(wheel: zipfile.ZipFile) -> None:
    """The built-in script, the first migration and the licence are among the files, and `altogether` is a command."""
    names = set(wheel.namelist())
    assert {"bot/intake/scripts/default.toml", "bot/py.typed", "storage/py.typed"} <= names
    assert {"storage/migrations/env.py", "storage/migrations/script.py.mako"} <= names
    assert any(name.startswith("storage/migrations/versions/0001_") for name in names)
    [info] = {name.partition("/")[0] for name in names if ".dist-info/" in name}
    assert f"{info}/licenses/LICENSE" in names
    assert "altogether = bot.cli:main" in wheel.read(f"{info}/entry_points.txt").decode()
