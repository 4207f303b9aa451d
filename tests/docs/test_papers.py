"""The papers against the program: every claim that can be checked is."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from architecture.house import ROOT

from bot import ids
from bot.commands import Command
from bot.digest import listeners as digest_listeners
from bot.intake import telling
from bot.intake.script.file import load_script
from bot.keeper import stats
from bot.rehearsal.slack.validation import check_view
from bot.review import cards
from bot.review.typed import COMMANDS as REVIEWERS
from bot.rights import breakglass, breakglass_listeners, permission_listeners
from bot.rights import listeners as rights_listeners
from bot.rights.permission_rules import places_in_a_sentence
from bot.rights.retention import Kind
from bot.rights.rules import MOST_GUESSES
from bot.settings import SETTINGS
from bot.story.papers import PAPERS
from storage.guesses import WINDOW
from storage.mydata import ELSEWHERE, NOT_ABOUT_TELLERS
from storage.records import Place
from storage.tables import Base

FOLDER = ROOT / "bot" / "rights" / "papers"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
KEPT_BY_SETTING = {
    "DRAFT_DAYS",
    "PRIVATE_DAYS",
    "INBOX_DAYS",
    "PARKED_HOURS",
    "AUTHOR_LINK_MONTHS",
    "RENEW_MONTHS",
    "RENEW_DAYS",
    "AUDIT_MONTHS",
}
DEFAULTS = {setting.name: setting.default for setting in SETTINGS}


def rows(name: str) -> list[list[str]]:
    """The cells of every table row of a paper."""
    lines = [line for line in TEXTS[name].splitlines() if line.startswith("|") and "---" not in line]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_paper_is_shown_in_the_bot_and_linked_from_the_readme() -> None:
    """The five papers are the five that *How we use stories* names with a sentence each; the README links to all."""
    assert {paper.file for paper in PAPERS} == set(TEXTS)
    view = telling.how_we_use(load_script(None).campaign)
    shown = json.dumps(view, ensure_ascii=False)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for paper in PAPERS:
        assert paper.title in shown and paper.short in shown
        assert f"(bot/rights/papers/{paper.file})" in readme
        assert TEXTS[paper.file].startswith(f"# {paper.title}\n")
    assert check_view(view, surface="modal") == []


def test_what_is_kept_is_kept_for_as_long_as_the_settings_say() -> None:
    """Each row with a setting has that setting's default; no setting about keeping is left out."""
    defaults = DEFAULTS
    stated = {}
    for cells in rows("retention_schedule.md"):
        named = re.fullmatch(r"`([A-Z_]+)`", cells[2]) if len(cells) == 4 else None
        if named:
            stated[named[1]] = int(re.search(r"\d+", cells[1])[0])  # type: ignore[index]
    assert stated == {name: defaults[name] for name in KEPT_BY_SETTING}
    assert {name for name in defaults if re.search(r"_(DAYS|HOURS|MONTHS)$", name)} - {
        "NUDGE_DAYS",
        "REVIEW_REMINDER_DAYS",
        "BACKUP_DAYS",  # the keeper's to do: the next test
    } == KEPT_BY_SETTING
    assert len(stated) - 1 == len(Kind), "as many kinds are counted; the review of published stories has two rows"


def test_backups_are_kept_as_long_as_tellers_are_told() -> None:
    """The schedule and the assessment say the number of days that the receipt of a withdrawal says."""
    assert f"| backups of the database | {DEFAULTS['BACKUP_DAYS']} days |" in TEXTS["retention_schedule.md"]
    assert f"older than {DEFAULTS['BACKUP_DAYS']} days" in TEXTS["dpia.md"]


@pytest.mark.parametrize("name", ["privacy_notice.md", "record_of_processing.md"])
def test_the_places_are_the_places(name: str) -> None:
    """Every place where a story may be shown is named, and no other."""
    every = places_in_a_sentence(frozenset(Place)).replace(" and training", ", training")
    named = re.sub(r"\s+", " ", TEXTS[name])
    assert every in named.replace(
        "the weekly digest, the staff storybook and", "the weekly digest, the staff storybook,"
    )


def test_the_tables_that_are_named_are_those_that_hold_something_about_tellers() -> None:
    """The record of processing names every table with anything about people, and none that does not exist."""
    named = set(re.findall(r"`([a-z_]+)`", TEXTS["record_of_processing.md"].rpartition("by table")[2]))
    about = set(Base.metadata.tables) - set(NOT_ABOUT_TELLERS)
    assert named <= set(Base.metadata.tables)
    assert about <= named
    assert {"outbox", "surface"} <= named & set(ELSEWHERE)


def test_every_command_that_is_named_exists() -> None:
    """Whatever a paper says to type is a verb of the bot."""
    verbs = {"mine", "digest", "stats", *permission_listeners.COMMANDS, *rights_listeners.COMMANDS, *REVIEWERS}
    verbs |= set(breakglass_listeners.COMMANDS)
    typed = {verb for text in TEXTS.values() for verb in re.findall(rf"`{ids.COMMAND} (\w+)", text)}
    assert typed and typed <= verbs


def test_the_guide_has_every_verb_that_is_a_reviewers() -> None:
    """A reviewer finds in the table all that only they may type, and nothing else."""
    nothing: Any = None  # they are only named here
    every: dict[str, Command] = {**REVIEWERS, **digest_listeners.COMMANDS, **stats.commands(nothing)}
    every |= {**rights_listeners.COMMANDS, **breakglass_listeners.COMMANDS, **permission_listeners.COMMANDS}
    typed = re.findall(rf"^\| `{ids.COMMAND} (\w+)", TEXTS["reviewers_guide.md"], re.MULTILINE)
    assert sorted(set(typed)) == sorted(verb for verb, command in every.items() if command.reviewers_only)


def test_the_four_questions_are_those_that_the_card_asks() -> None:
    """The guide asks what the box before *Approve* asks."""
    guide = TEXTS["reviewers_guide.md"]
    asked = (ROOT / "bot" / "review" / "cards.py").read_text(encoding="utf-8")
    assert cards.__name__ == "bot.review.cards" and "Could two stories together" in asked
    for who in ("colleague", "local paper", "family", "two stories together"):
        assert who in guide and who in asked


def test_reviewers_see_no_more_than_readers_as_the_notice_says() -> None:
    """Who sees what: a card is made of what readers see, and nothing in it can hold a teller."""
    fields = set(cards.Card.__dataclass_fields__)
    assert "| reviewers | the story as readers will see it, and no more of who told it |" in TEXTS["privacy_notice.md"]
    assert not any("teller" in name or "author" in name for name in fields)


def test_the_papers_promise_no_secrecy_that_nobody_can_keep() -> None:
    """The notice says that those who run the bot could find out who told a story."""
    assert "The people who run this could still find out." in " ".join(TEXTS["privacy_notice.md"].split())


def test_what_is_said_of_break_glass_is_so() -> None:
    """Off without the setting, for a day, decided within three; wrong codes wait after ten: as the papers say."""
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    notice = " ".join(TEXTS["privacy_notice.md"].split())
    assert DEFAULTS["BREAK_GLASS"] is False and DEFAULTS["IG_LEAD"] == ""
    assert timedelta(hours=24) == breakglass.SHOW_FOR and "for 24 hours" in readme and "for a day" in notice
    assert timedelta(days=3) == breakglass.DECIDE_WITHIN and "within three days" in readme
    assert MOST_GUESSES == 10 and "After ten wrong codes" in notice and "Ten wrong codes" in readme
    assert timedelta(hours=1) == WINDOW


def test_what_is_said_of_the_review_of_published_stories_is_so() -> None:
    """Two years, then sixty days: the notice says the numbers that hold without a setting."""
    notice = " ".join(TEXTS["privacy_notice.md"].split())
    assert DEFAULTS["RENEW_MONTHS"] == 24 and "Two years after a story was published" in notice
    assert f"within {DEFAULTS['RENEW_DAYS']} days it is shown nowhere" in notice
