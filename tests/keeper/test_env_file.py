"""The `.env` file: which one is read, what it may hold, and the example that keepers copy."""

import re
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import ENV_FILE, SETTINGS, load_settings
from bot.weekly import WeeklyTime

EXAMPLE = Path(__file__).resolve().parents[2] / ".env.example"
BOT = "xoxb-123-abcDEF"
GOOD = {
    "SLACK_BOT_TOKEN": BOT,
    "SLACK_APP_TOKEN": "xapp-1-A0-123-abcdef",
    "DIGEST_CHANNEL": "#info-stories",
    "REVIEW_CHANNEL": "C0REVIEW",
    "REVIEWERS": "U0123, S0456",
}
LOOPBACK = {"SLACK_API_URL": "http://127.0.0.1:8420/api"}


def problems(environ: dict[str, str], *, env_file: Path) -> dict[str, str]:
    with pytest.raises(SettingsError) as raised:
        load_settings(environ, env_file=env_file)
    return {problem.name: problem.message for problem in raised.value.problems}


def test_the_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    """Values come from the file unless the real environment has the name, even with nothing in it."""
    file = tmp_path / ".env"
    file.write_text(
        "\ufeff# a comment\nexport SLACK_BOT_TOKEN='xoxb-1-file'\nTIMEZONE=Europe/Paris # in summer\n"
        'DIGEST_CHANNEL=#info-stories\nDIGEST_AT="mon 9:00"\nSCRIPT=${HOME}\nANOTHER_PROGRAM=1\n',
        encoding="utf-8",
    )
    file.chmod(0o600)
    environ = GOOD | {"DIGEST_AT": "", "SCRIPT": "", ENV_FILE: str(file)}
    del environ["SLACK_BOT_TOKEN"], environ["DIGEST_CHANNEL"]
    got = load_settings(environ)
    assert (got.bot_token, got.timezone, got.digest_channel) == ("xoxb-1-file", "Europe/Paris", "#info-stories")
    assert got.digest_at == WeeklyTime(4, 10, 0)
    assert got.source == "3 read from .env, 5 from the environment"
    assert got.notes == ()


def test_variables_in_the_file_are_not_filled_in(tmp_path: Path) -> None:
    """A value stands as it is written, whatever the environment holds."""
    file = tmp_path / ".env"
    file.write_text("SCRIPT=${HOME}\n", encoding="utf-8")
    assert 'no file "${HOME}"' in problems(GOOD | {"HOME": str(file)}, env_file=file)["SCRIPT"]


def test_which_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`.env` beside the program where there is one; another by name, which must exist; none for an empty name."""
    monkeypatch.chdir(tmp_path)
    assert load_settings(GOOD).timezone == "Europe/London"
    (tmp_path / ".env").write_text("TIMEZONE=Europe/Paris\n", encoding="utf-8")
    assert load_settings(GOOD).timezone == "Europe/Paris"
    assert load_settings(GOOD | {ENV_FILE: ""}).timezone == "Europe/London"
    with pytest.raises(SettingsError, match="no file"):
        load_settings(GOOD | {ENV_FILE: "another.env"})


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """With nothing passed, the process's own environment is read."""
    for name, text in (GOOD | {ENV_FILE: ""}).items():
        monkeypatch.setenv(name, text)
    assert load_settings().reviewers == ("U0123", "S0456")


def test_a_misspelt_name_in_the_file_is_noticed(tmp_path: Path) -> None:
    """A near miss is told what was meant instead of leaving the keeper with "missing"; names of others are not."""
    file = tmp_path / ".env"
    file.write_text("REVIEWER=U0123\nDIGEST_CHANEL=#a\nquiet_week=say\nSLACK_WEBHOOK=x\nPATH=y\n", encoding="utf-8")
    environ = {name: GOOD[name] for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "REVIEW_CHANNEL")}
    assert problems(environ, env_file=file) == {
        "REVIEWER": "not a setting. Did you mean REVIEWERS?",
        "DIGEST_CHANEL": "not a setting. Did you mean DIGEST_CHANNEL?",
        "quiet_week": "not a setting. Did you mean QUIET_WEEK?",
    }


def test_a_line_that_cannot_be_read_is_named_and_not_quoted(tmp_path: Path) -> None:
    """The keeper hears which line of the file is wrong; what stands there may be a secret."""
    file = tmp_path / ".env"
    file.write_text("TIMEZONE=Europe/Paris\nxoxb-1-secret\nSCRIPT='half\n", encoding="utf-8")
    found = problems(GOOD, env_file=file)
    assert list(found) == [".env line 2", ".env line 3"]
    assert "secret" not in str(found)


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    """A folder, or something that is not text, is a problem and not a crash."""
    file = tmp_path / "settings"
    file.write_bytes(b"TIMEZONE=\xff\xfe\n")
    assert problems(GOOD, env_file=file) == {"settings": "cannot be read: it is not UTF-8 text."}
    assert "cannot be read" in problems(GOOD, env_file=tmp_path)[tmp_path.name]


def test_tokens_that_others_may_read_are_worth_a_note(tmp_path: Path) -> None:
    """A file with tokens that the whole computer may read works, and the keeper is told how to close it."""
    file = tmp_path / ".env"
    file.write_text(f"SLACK_BOT_TOKEN={BOT}\n", encoding="utf-8")
    file.chmod(0o644)
    [note] = load_settings(GOOD, env_file=file).notes
    assert f"chmod 600 {file}" in note.message
    file.chmod(0o600)
    assert load_settings(GOOD, env_file=file).notes == ()


def test_the_example_shows_every_setting_and_no_other() -> None:
    """`.env.example` has each setting once, with a comment above it."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    named = [(number, line) for number, line in enumerate(lines) if re.match(r"#?[A-Z_]+=", line)]
    names = [line.lstrip("#").partition("=")[0] for _, line in named]
    assert sorted(names) == sorted(setting.name for setting in SETTINGS)
    for number, _ in named:
        assert re.match(r"# |#ALTOGETHER_CLOCK", lines[number - 1]), lines[number]


def test_the_example_is_safe_to_copy(tmp_path: Path) -> None:
    """Copied as it is, the example asks for exactly what must be filled in; what it shows as optional is what holds."""
    text = EXAMPLE.read_text(encoding="utf-8")
    file = tmp_path / ".env"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    found = problems({}, env_file=file)
    assert list(found) == [setting.name for setting in SETTINGS if setting.required]
    assert all(message.startswith("empty.") for message in found.values())
    file.write_text(re.sub(r"(?m)^#(?=[A-Z_]+=)", "", text), encoding="utf-8")
    shown = load_settings(GOOD | LOOPBACK, env_file=file)
    plain = load_settings(GOOD | LOOPBACK, env_file=None)
    for setting in SETTINGS:
        assert getattr(shown, setting.field) == getattr(plain, setting.field), setting.name
