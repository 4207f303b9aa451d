"""Stories collected elsewhere: taken whole or not at all, and always to be reviewed."""

import csv
import io
import json
from dataclasses import replace
from datetime import datetime

import pytest
from intake_house import POLICY

from bot.intake.importing import BadRows, Ready, check_rows, read_rows, take
from bot.intake.script.file import load_script
from bot.text import join
from storage import drafts, screen_hits, stories
from storage.database import Database, Tx
from storage.records import Naming, Part, Place, StoryStatus
from storage.writer import Writer

SCRIPT = load_script(None)
ROW = {
    "closeness": "Sharing helped",
    "what": "A nurse rang the housing office before the tenant came home from hospital.",
    "difference": "Somebody was there to open the door.",
    "services": "health; Housing and homelessness",
    "barriers": "",
    "lesson": "Ring the person who will be at the door.",
    "role": "Practitioner",
    "title": "The door",
    "naming": "role",
    "places": "staff; public",
}
AMONG = "among its choices:"
CLOSENESS = "helped, missing, partly, wrong or mixed"
SERVICES = f"{join([one.id for one in SCRIPT.prompt('services').choices], 'or')}. Several are divided by semicolons"
WHERE = "say where its teller allows it, with semicolons: digest; staff; public; training"


def as_csv(*rows: dict[str, str]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(ROW) + [name for name in rows[0] if name not in ROW])
    writer.writeheader()
    writer.writerows([ROW | row for row in rows])
    return out.getvalue()


def ready(text: str) -> list[Ready]:
    return check_rows(read_rows(text, lines_of_json=False), SCRIPT)


def problems(text: str, *, lines_of_json: bool = False) -> tuple[str, ...]:
    with pytest.raises(BadRows) as refused:
        check_rows(read_rows(text, lines_of_json=lines_of_json), SCRIPT)
    return refused.value.problems


def test_a_row_becomes_a_story() -> None:
    """Choices go by id or text, empty cells are not answered, and the credit line is made as for any other teller."""
    [made] = ready(as_csv({}))
    assert {answer.prompt_id: answer.choices or answer.value for answer in made.answers} == {
        "closeness": ("helped",),
        "what": ROW["what"],
        "difference": ROW["difference"],
        "services": ("health", "housing-and-homelessness"),
        "lesson": ROW["lesson"],
        "role": ("practitioner",),
        "title": "The door",
    }
    assert {answer.part for answer in made.answers} >= {Part.TITLE, Part.KIND, Part.SERVICES, Part.LESSON, Part.ROLE}
    assert (made.naming, made.credit) == (Naming.ROLE, "Practitioner")
    assert made.places == {Place.STAFF_STORYBOOK, Place.PUBLIC_STORYBOOK}
    assert check_rows(read_rows(json.dumps(ROW) + "\n", lines_of_json=True), SCRIPT) == [made]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"what": "Too short."}, "line 2: what: needs 40 characters or more"),
        ({"lesson": "x" * 401}, "line 2: lesson: has more than 400 characters"),
        ({"title": "two\nlines"}, "line 2: title: must be one line"),
        ({"difference": ""}, "line 2: difference: is empty"),
        ({"closeness": "nearly"}, f'line 2: closeness: "nearly" is not {AMONG} {CLOSENESS}'),
        ({"services": "health; Homes; Roads"}, f'line 2: services: "Homes" and "Roads" are not {AMONG} {SERVICES}'),
        ({"places": ""}, f"line 2: places: {WHERE}"),
        ({"naming": "anonymous"}, "line 2: naming: is one of name, role_and_organisation, role or none"),
        ({"naming": "role", "role": ""}, "line 2: naming: needs the role to be answered"),
        ({"naming": "name"}, 'line 2: credit: one line of 80 characters at most, with naming "name" and no other'),
        ({"lesson": "Ring 01632 960 983, then go."}, "line 2: 1 phone number: take that out first, or write [removed]"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_by_its_line(changed: dict[str, str], said: str) -> None:
    """Each thing that is wrong with a row is one sentence."""
    assert problems(as_csv(changed)) == (said,)


def test_all_problems_are_said_at_once() -> None:
    """Rows are counted by the line they begin on, also after one of several lines; unknown columns are named."""
    rows = as_csv({"what": f"{ROW['what']}\nAnd so it went."}, {"what": "Short."}, {"places": "the moon"})
    found = problems(rows)
    assert [one.partition(":")[0] for one in found] == ["line 4", "line 5"]
    [unknown] = [one for one in problems(as_csv({"colour": "red"})) if "colour" in one]
    assert unknown.startswith('line 1: "colour" is no column. Use: barriers, ')
    assert problems("what,places\r\n") == ("line 1: there are no stories in the file",)
    assert problems("what,places\r\na,b,c\r\n") == ("line 2: has another number of cells than the heading",)
    assert problems("{}\nnot json", lines_of_json=True) == ("line 2: is not JSON",)


def test_a_wrong_heading_is_said_once() -> None:
    """It stands on the first line, whatever stands below it; in lines of JSON each line has headings of its own."""
    text = as_csv({}, {}, {}).replace("difference,", "diference,", 1).replace(",places", "", 1)
    found = problems(text.replace(",staff; public", ""))
    assert [one for one in found if "no column" in one] == list(found)
    assert found[0].startswith('line 1: "diference" is no column. Use: barriers, ')
    assert found[1:] == ('line 1: there is no column "difference"', 'line 1: there is no column "places"')
    row = {name: text for name, text in ROW.items() if name != "difference"}
    lines = "\n".join(json.dumps(row | {"diference": "It was late."}) for _ in range(2))
    found = problems(lines, lines_of_json=True)
    assert [one.partition(":")[0] for one in found] == ["line 1", "line 1", "line 2", "line 2"]


def test_what_is_taken_waits_for_two_reviewers(
    database: Database, writer: Writer, workspace: str, now: datetime
) -> None:
    """It is submitted, never approved, with a card and without a teller; the same row is not taken twice."""
    made = ready(as_csv({}, {"title": "Another"}))
    policy = replace(POLICY, code_key=b"k")

    def taken(tx: Tx) -> tuple[list[int], int]:
        drafts.remember_script(tx, SCRIPT.sha, SCRIPT.source)
        return take(tx, policy, SCRIPT, made)

    assert writer.submit(taken).result() == ([1, 2], 0)
    assert writer.submit(taken).result() == ([], 2)
    with database.reading(workspace, now) as tx:
        story = stories.find_by_number(tx, 2)
        assert story is not None
        assert (story.status, story.approved_version, story.care) == (StoryStatus.SUBMITTED, None, True)
        assert stories.title_of(tx, story) == "Another"
        assert stories.may_go_to(tx, story.id, 1, Place.PUBLIC_STORYBOOK)
        assert not stories.may_go_to(tx, story.id, 1, Place.DIGEST)
        assert screen_hits.of_version(tx, story.id, 1) == []
        cards = tx.connection.exec_driver_sql("SELECT count(*) FROM outbox WHERE kind = 'card'").scalar_one()
        authors = tx.connection.exec_driver_sql("SELECT count(*) FROM author").scalar_one()
    assert (cards, authors) == (2, 0)
