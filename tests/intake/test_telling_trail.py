"""What a teller does, in the audit trail: by nobody's name, to the day, and without a word of it."""

from intake_person import LESSON, WHAT, At, Person

from storage import audit
from storage.tables import Base


def trail(sam: Person) -> list[tuple[object, ...]]:
    """Verb, actor, id, whether to the day only, and status, of every row."""
    columns = "verb, actor, actor_id, day_only, before, after"
    rows = sam.house.read(lambda tx: tx.connection.exec_driver_sql(f"SELECT {columns} FROM audit ORDER BY seq").all())
    return [tuple(row) for row in rows]


def test_sending_and_changing_are_recorded(at: At) -> None:
    """A story that is sent, and changed afterwards, has a row for each, by "author"."""
    sam = at("_ready")
    sam.press("Send for review")
    sam.press("Change story 1")
    for label in ("Carry on", "Next", "Next", "Send for review"):
        sam.press(label)
    assert trail(sam) == [
        ("send", "author", None, 1, None, "submitted"),
        ("change", "author", None, 1, "submitted", "submitted"),
    ]


def test_keeping_and_deleting_are_recorded(at: At) -> None:
    """A story kept private and a draft deleted leave a row each, which name no story: none was sent."""
    sam = at("_places")
    sam.press("Keep it to myself")
    assert trail(sam) == [("keep", "author", None, 1, None, None)]


def test_no_row_has_words_or_a_teller(at: At) -> None:
    """Nothing that was written, and no id of a teller, Slack's or ours, is anywhere in the trail."""
    sam = at("_ready")
    teller = sam.teller_id
    sam.press("Send for review")
    rows = str(sam.house.read(lambda tx: tx.connection.exec_driver_sql("SELECT * FROM audit").all()))
    for kept_out in (WHAT, LESSON, teller, sam.id):
        assert kept_out not in rows
    assert sam.house.read(audit.check) is None
    assert not any(key.column.table.name == "story" for key in Base.metadata.tables["audit"].foreign_keys)
