"""What reviewers do in the tests of deciding, as functions of one shape, and stories that they have done it to."""

from collections.abc import Callable
from datetime import UTC, datetime

from review_house import JOE, House

from bot.review import service
from bot.review.rules import Outcome, Target
from bot.story.policy import Policy
from storage.database import Tx
from storage.records import Story, StoryStatus

Act = Callable[..., Outcome]
FRIDAY = datetime(2025, 6, 6, 9, tzinfo=UTC)


def approve(tx: Tx, policy: Policy, by: str, target: Target) -> Outcome:
    return service.approve(tx, policy, by=by, target=target)


def ask(tx: Tx, policy: Policy, by: str, target: Target) -> Outcome:
    return service.ask(tx, policy, by=by, target=target, question="Who could have told housing first?")


def decline(tx: Tx, policy: Policy, by: str, target: Target) -> Outcome:
    return service.decline(tx, policy, by=by, target=target, comment="Take out the street.")


def undo(tx: Tx, policy: Policy, by: str, target: Target) -> Outcome:
    return service.undo(tx, policy, by=by, target=target)


ACTS: dict[str, Act] = {"approve": approve, "ask": ask, "decline": decline, "undo": undo}
AFTER = {
    "approve": StoryStatus.APPROVED,
    "ask": StoryStatus.ASKED,
    "decline": StoryStatus.DECLINED,
    "undo": StoryStatus.SUBMITTED,
}


def put(house: House, state: str) -> Story:
    """A story in this state, by Joe's doing."""
    story = house.tell()
    if state in ("approved", "posted"):
        house.do(approve, JOE, house.at(story))
    if state == "asked":
        house.do(ask, JOE, house.at(story))
    if state == "declined":
        house.do(decline, JOE, house.at(story))
    if state == "posted":
        house.set_story(story, status=StoryStatus.POSTED)
    if state == "removed":
        house.remove(story)
    house.deliver()
    return story
