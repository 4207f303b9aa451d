"""A whole story, told and sent: what is sent is what was written."""

from intake_person import DIFFERENCE, LESSON, WHAT, At

from storage.records import Naming, Place, StoryStatus


def test_a_whole_story(at: At) -> None:
    """A story that was told and sent is version 1, in the words that were typed, for the places that were ticked."""
    sam = at("sent")
    version = sam.house.version()
    assert sam.house.words_of() == {
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
    assert sam.house.story().status is StoryStatus.SUBMITTED
