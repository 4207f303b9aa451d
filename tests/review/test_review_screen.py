"""What a card says of the screen: true of the words that stand in this version, whatever stood in an earlier one."""

from collections.abc import Sequence

import pytest
from review_house import AMIRA, House

from bot.review import service
from bot.review.rules import What
from storage import screen_hits
from storage.records import Disposition, Part, ScreenHit, Story
from tests.sending import TWO_NIGHTS

KEPT = [ScreenHit("p3", "email", Disposition.DISPUTED, 1), ScreenHit("p3", "postcode", Disposition.DISPUTED, 1)]
BOTH = "Write to ward@example.org, near LE1 1AA."


def what_happened(words: str) -> Sequence[tuple[Part, str, str]]:
    """The answers with these words in the one that p3 asks for."""
    return [*TWO_NIGHTS[:3], (Part.BODY, "What happened", words), *TWO_NIGHTS[4:]]


def told(house: House, words: str, hits: Sequence[ScreenHit], *, care: bool) -> Story:
    """A story with these words and these findings, and its card."""
    story = house.tell(what_happened(words), care=care, deliver=False)
    house.do(lambda tx, policy: screen_hits.record(tx, story.id, 1, hits))
    house.deliver()
    return story


def checks(house: House, story: Story, n: int) -> list[str]:
    """The lines of this version's card about the screen and about two reviewers."""
    lines = house.card(story, n).shown.splitlines()
    return [line for line in lines if line.startswith(("Identifier check", "Needs 2"))]


def test_what_was_kept_is_counted_and_named(house: House) -> None:
    """One thing is not one; two things are not."""
    story = told(house, BOTH, KEPT, care=True)
    assert checks(house, story, 1) == [
        "Needs 2 different reviewers: the teller kept something that looks like an email address and a postcode.",
        "Identifier check: 1 email address and 1 postcode kept: the teller says they are not.",
    ]
    one = told(house, "Near LE1 1AA, a ward.", KEPT[1:], care=True)
    assert checks(house, one, 1)[1] == "Identifier check: 1 postcode kept: the teller says it is not one."


@pytest.mark.parametrize(
    ("words", "left", "said"),
    [
        (
            "Write to [removed], near [removed].",
            [],
            [
                "Needs 2 different reviewers: the teller kept something that looks like an email address and a "
                "postcode in an earlier version.",
                "Identifier check: nothing found.",
            ],
        ),
        (
            "Write to [removed], near LE1 1AA.",
            KEPT[1:],
            [
                "Needs 2 different reviewers: the teller kept something that looks like a postcode.",
                "Identifier check: 1 postcode kept: the teller says it is not one.",
            ],
        ),
    ],
)
def test_what_was_redacted_is_kept_no_longer(house: House, words: str, left: list[ScreenHit], said: list[str]) -> None:
    """What a reviewer took out counts no more, on the card or in the store; the story goes on needing two."""
    story = told(house, BOTH, KEPT, care=True)
    assert house.do(service.redact, by=AMIRA, target=house.at(story), words={"p3": words}).what is What.DONE
    house.deliver()
    assert house.story(story).care
    assert checks(house, story, 2) == said
    assert house.read(lambda tx: screen_hits.of_version(tx, story.id, 2)) == left


def test_what_was_replaced_is_counted_while_it_stands_there(house: House) -> None:
    """A changed answer with the same [removed]s says so as before; one without them does not."""
    hit = ScreenHit("p3", "phone", Disposition.REMOVED, 2)
    story = told(house, "Ring [removed] or [removed].", [hit], care=False)
    replaced = "Identifier check: {} replaced by the teller. Nothing left that looks like one."
    assert checks(house, story, 1) == [replaced.format("2 phone numbers")]
    for n, (words, line) in enumerate(
        (
            ("We rang [removed] or [removed].", replaced.format("2 phone numbers")),
            ("We rang [removed] twice.", replaced.format("1 phone number")),
            ("We rang the desk.", "Identifier check: nothing found."),
        ),
        2,
    ):
        house.tell_again(story, what_happened(words), changed=("p3",))
        assert checks(house, story, n) == [line]
