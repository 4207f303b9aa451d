"""The whole product, rehearsed: every scene goes as it should with the real bot, and its transcript reads well."""

import io
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from scene_house import Rehearsed

from bot.rehearsal.environment import CODE_ROOT
from bot.rehearsal.scenes.stage import rehearse
from tests.architecture.skips import skip_unless

PLAYED = ["weekly", "first-story", "review", "own", "renamed"]
WIDEST = 80
README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.mark.parametrize("name", PLAYED)
def test_the_scene_goes_as_it_should(played: Mapping[str, Rehearsed], name: str) -> None:
    """Everything that people expect to hear in this scene is said by the real bot, and it reports no error."""
    assert played[name].code == 0, played[name].text


@pytest.mark.parametrize("name", PLAYED)
def test_the_transcript_is_fit_to_print(played: Mapping[str, Rehearsed], name: str) -> None:
    """No line is wider than a terminal or ends in blanks; no id, second or address of a message gets in."""
    lines = played[name].text.splitlines()[4:]
    assert [line for line in lines if len(line) > WIDEST or line != line.rstrip()] == []
    assert not re.search(r"\b[UCDWSV]0[A-Z0-9]{6,}\b|\d:\d\d:\d\d|\d{10}\.\d{6}|https?://", played[name].text)
    assert "\n\n\n" not in played[name].text


def test_the_head_says_what_is_rehearsed(played: Mapping[str, Rehearsed]) -> None:
    """A keeper reads first that nothing is real, what is set up, and which of their settings are ignored."""
    head = played["weekly"].text.splitlines()[:4]
    assert head == [
        "Rehearsal: made-up people, nothing leaves this computer. Ctrl-C stops everything.",
        "Bot      connected · default script, 8 questions · reviewers Amira, Joe",
        "Note     SLACK_BOT_TOKEN and DATABASE_URL are set; a rehearsal ignores them.",
        "Playing  weekly: three stories, two approvals, the week's digest, a quiet week",
    ]
    assert not re.search(r"xoxb|real\.db", played["weekly"].text)


CODE = re.compile(r"\b[a-z]{5}-[a-z]{5}-[a-z]{5}-(?=\d)")


def but_for_codes(text: str) -> str:
    """The text with every withdrawal code alike: each is made for one story, by chance."""
    return CODE.sub("maple-grape-stone-", text)


def test_the_same_scene_prints_the_same_text(played: Mapping[str, Rehearsed]) -> None:
    """A scene is printed word for word the same, however fast the bot and its messages were."""
    first, again = (but_for_codes(played[name].text).splitlines() for name in ("first-story", "renamed"))
    assert again[1] == "Bot      connected · renamed script, 8 questions · reviewers Amira, Joe"
    assert first[2:] == again[2:]


def test_the_readme_shows_what_the_program_prints(played: Mapping[str, Rehearsed]) -> None:
    """Word for word: the fenced block after the marker is all that the scene prints."""
    found = re.search(
        r"<!-- transcript: first-story -->\n```text\n(.*?)\n```", README.read_text(encoding="utf-8"), re.S
    )
    assert found is not None
    lines = but_for_codes(played["first-story"].text).rstrip("\n").splitlines()
    printed = "\n".join(line for line in lines if not line.startswith("Note "))  # what this test's own settings caused
    assert found[1] == printed, "paste the output of: altogether rehearse --scene first-story"


def test_a_story_reads_as_a_conversation(played: Mapping[str, Rehearsed]) -> None:
    """What people press stands in brackets after an arrow, what changed after a tilde, forms behind a bar."""
    text = played["first-story"].text
    for part in (
        """
Tue 3 June 14:04 · Sam's direct message
Sam         hi
Altogether  Tell us about a time when sharing information mattered
            It takes about 5 minutes: 8 short questions. You see the whole
            story before anyone else does.
""",
        """
Sam         → ◉ It happened late or only in part, [Next]
Altogether  ~ 1 of 8 · Which of these is closest to your story?  It happened
              late or only in part
""",
        """
Sam         the ward rang 01632 960 983 but that was the old office
Sam         she couldnt manage the stares
Altogether  Got all five. Press Next when you're done.
            [Next] [Back] [Finish later]
Sam         ~ she couldn't manage the stairs
Altogether  ~ Got all five, with your edit. Press Next when you're done.
Sam         (Slack adds a link preview to "she couldn't manage the stairs")
Sam         (deletes "there's a bit more to it")
Altogether  ~ Got four. The one you deleted is out of your story.
Sam         (drops ward-door.jpg)
            this is the door
""",
        """
Sam         → [Change]
Altogether  │ Change your answer
""",
        """
Tue 3 June 14:04 · #story-review
Altogether  Story 1: Two nights for one phone call
            Sent Tuesday 3 June · version 1 · needs 1 reviewer
""",
    ):
        assert part in text, text


def test_the_week_ends_with_its_digest(played: Mapping[str, Rehearsed]) -> None:
    """The default scene closes with what readers see, and its quiet week left the channel alone."""
    text = re.sub(r"(?<=Record check: )[0-9a-f]{12}\n", "9f3a\n", played["weekly"].text)
    assert text.endswith(
        """
Fri 13 June 10:00 · #story-review
Altogether  No digest this week: no approved stories. Everything is working.
            Record check: 9f3a

The edition was posted. This is what readers see in #info-stories:

#info-stories
Altogether  This week's stories
            Friday 6 June · 2 stories · 1 minute to read
            One list for the cold snap
            Before a cold snap, our home safety team asked adult social care
            for a weekly list of people who use oxygen at home and live alone.
            Told five times in one day
            A person leaving hospital was told to declare as homeless.
            Full stories are in the thread.
            [Tell your story]
            (2 in the thread)
"""
    )
    assert text.count("This week's stories") == 2


def test_private_lines_are_marked(played: Mapping[str, Rehearsed]) -> None:
    """An answer that one person gets says to whom, and that nobody else sees it."""
    text = played["review"].text
    assert (
        """
Joe         /story approve 1
Altogether  to Joe (only you see this): Story 1 was approved by Amira Shah on
            Wednesday 4 June. Nothing changed.
"""
        in text
    )
    assert len(re.findall(r"Your approval was not used\.", " ".join(text.split()))) == 1


def test_another_script_is_walked_through(played: Mapping[str, Rehearsed]) -> None:
    """With a script of their own, a keeper sees every question of it answered with something that fits."""
    text = " ".join(played["own"].text.split())
    assert "kitchen script, up to 5 questions" in text
    assert "Playing script: one story told in whatever script is used" in text
    for question in ("1 of 3 · Which meal", "2 of 4 · How early", "3 of 4 · Who ate", "4 of 4 · What was it called?"):
        assert question in text
    assert "Why so late?" not in text


def test_what_was_not_heard_is_said(played: Mapping[str, Rehearsed]) -> None:
    """A scene that expects what is never said ends with that sentence, what was seen, and the bot's last lines."""
    code, text = played["mistaken"].code, played["mistaken"].text
    assert code == 1
    said = text.partition("Expected and not heard:\n")[2]
    assert said.startswith("  Sam Okoro did not hear 'The moon is made of cheese.'. On the screen:\n  hi\n")
    assert "Nothing you type is kept until you press Start." in said
    assert "The bot's last lines:\n" in said
    assert "Traceback" not in text


def test_what_cannot_be_pressed_is_said(played: Mapping[str, Rehearsed]) -> None:
    """A scene that looks for what is not on the screen ends with a sentence, not a traceback."""
    assert played["lost"].code == 1
    assert "Could not go on:\n  Sam Okoro sees no button [Win a prize]." in played["lost"].text
    assert "Traceback" not in played["lost"].text


def test_a_script_that_the_bot_refuses_is_explained(played: Mapping[str, Rehearsed]) -> None:
    """When the bot cannot start, its own words say why."""
    assert played["unusable"].code == 1
    assert "The bot did not start:" in played["unusable"].text
    assert "poem" in played["unusable"].text


@pytest.mark.parametrize(("content", "why"), [(None, "No such file"), ("prompt = [", "Invalid value")])
async def test_a_script_that_cannot_be_read_starts_nothing(tmp_path: Path, content: str | None, why: str) -> None:
    """A file that is missing or no TOML is named with the command that checks it."""
    file, out = tmp_path / "mine.toml", io.StringIO()
    if content is not None:
        file.write_text(content, encoding="utf-8")
    assert await rehearse(scene="weekly", script=file, outer={}, out=out) == 2
    assert why in out.getvalue()
    assert f"altogether script check {file}" in out.getvalue()


async def test_an_unknown_scene_names_those_there_are() -> None:
    """A scene that does not exist starts nothing and lists the others."""
    out = io.StringIO()
    assert await rehearse(scene="wekly", script=None, outer={}, out=out) == 2
    assert out.getvalue().splitlines()[0] == 'There is no scene called "wekly". There are:'
    assert [line.split()[0] for line in out.getvalue().splitlines()[1:]] == [
        "weekly",
        "first-story",
        "review",
        "script",
    ]


def test_a_signal_leaves_nothing_behind(tmp_path: Path) -> None:
    """SIGTERM and Ctrl-C end the rehearsal, its bot and its folder, without a traceback."""
    skip_unless(hasattr(os, "killpg"), "process groups are POSIX's")
    ends = {signal.SIGTERM: 143, signal.SIGINT: 130}
    for number, code in ends.items():
        with _begin(tmp_path / number.name) as process:
            assert process.stdout is not None
            assert any("Sam         hi" in line for line in process.stdout)
            assert list((tmp_path / number.name).iterdir())
            process.send_signal(number)
            rest = process.stdout.read()
            assert process.wait() == code, rest
            assert "Traceback" not in rest
            assert list((tmp_path / number.name).iterdir()) == []
            with pytest.raises(ProcessLookupError):
                os.killpg(process.pid, 0)


def _begin(folder: Path) -> "subprocess.Popen[str]":
    """Starts a rehearsal as a group of processes of its own, with this folder for what it leaves lying about."""
    folder.mkdir()
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "rehearse"],
        env={"PATH": os.environ["PATH"], "TMPDIR": str(folder), "PYTHONPATH": str(CODE_ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
