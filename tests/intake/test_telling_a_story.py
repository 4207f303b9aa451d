"""A whole story, told and sent: what is sent is what was written."""

from intake_house import House
from intake_person import DIFFERENCE, LESSON, WHAT, Person

from storage.records import Naming, Place, StoryStatus


def test_a_whole_story(house: House, sam: Person) -> None:
    """A story that was told and sent is version 1, in the words that were typed, for the places that were ticked."""
    sam.reach("sent")
    version = house.version()
    assert house.words_of() == {
        "closeness": "A mix",
        "what": WHAT,
        "difference": DIFFERENCE,
        "services": "Health",
        "lesson": LESSON,
        "role": "Practitioner",
        "title": "Two nights for one phone call",
    }
    assert (version.n, version.naming, version.credit_line) == (1, Naming.ROLE, "Practitioner")
    assert version.places == frozenset({Place.DIGEST})
    assert house.story().status is StoryStatus.SUBMITTED
