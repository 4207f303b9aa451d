"""The README's transcript is what the program prints."""

import re
from collections.abc import Mapping
from pathlib import Path

from scene_house import Rehearsed

README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_readme_shows_what_the_program_prints(played: Mapping[str, Rehearsed]) -> None:
    """Word for word: the fenced block after the marker is all that the scene prints."""
    found = re.search(
        r"<!-- transcript: first-story -->\n```text\n(.*?)\n```", README.read_text(encoding="utf-8"), re.S
    )
    assert found is not None
    lines = played["first-story"].text.rstrip("\n").splitlines()
    printed = "\n".join(line for line in lines if not line.startswith("Note "))  # what this test's own settings caused
    assert found[1] == printed, "paste the output of: altogether rehearse --scene first-story"
