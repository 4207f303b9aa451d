"""What reviewers read and press about what happened next: its card, and the form in which they decline it.

Pure. The card holds every word that would be shown, beside what the story may be shown as and where.
"""

from collections.abc import Collection, Mapping
from typing import Any

from bot import ids, kit
from bot.outgoing import Rendered
from bot.pressed import Form
from bot.sequel import blocks, rules
from bot.story import declining
from bot.story.policy import Policy
from bot.story.screened import kept_words, nouns
from bot.story.view import StoryView, at_length
from bot.text import cut, day, escape, join, one_line
from storage.records import DeclineReason, Place
from storage.told_next import Sequel, SequelState


def card(
    policy: Policy, view: StoryView, one: Sequel, *, places: Collection[Place], two: bool, found: Mapping[str, int]
) -> Rendered:
    """What happened next, to be decided; or, shrunk, what was decided."""
    head = kit.header(cut(one_line(f"Story {view.number}: what happened next"), kit.HEADER))
    if one.state is not SequelState.SUBMITTED:
        said = _decided(policy, one)
        undo = one.state is SequelState.APPROVED and one.edition_id is None
        buttons = [kit.actions(kit.button("Undo", ids.SEQUEL_UNDO, rules.at(one).value))] if undo else []
        return Rendered(
            escape(f"What happened next in story {view.number}: {said}"), [head, kit.context(said), *buttons]
        )
    needs = "needs 2 different reviewers" if two else "needs 1 reviewer"
    half = [] if one.first_approver is None else [_half(policy, one)]
    shown = view.credit or "no name or role"
    goes = blocks.places_in_words(places) or "nowhere at the moment"
    return Rendered(
        f"What happened next in story {view.number} is ready to review.",
        [
            head,
            kit.context(cut(one_line(view.heading), 150), f"Sent {day(one.sent_at, policy.zone)} · {needs}"),
            *at_length(None, one.words),
            kit.context(f"Shown as: {shown} · Goes with the story to: {goes}"),
            kit.context(_checked(one, found), *half),
            kit.actions(
                kit.button("Approve", ids.SEQUEL_APPROVE, rules.at(one).value, style="primary", confirm=_sure()),
                kit.button("Decline", ids.SEQUEL_DECLINE, rules.at(one).value),
                *([kit.button("Undo", ids.SEQUEL_UNDO, rules.at(one).value)] if one.first_approver else []),
            ),
        ],
    )


def page(number: int, shown: Rendered, *, line: str = "") -> dict[str, Any]:
    """The card on a page; with a line above it that says what came of a press."""
    blocks = [*([kit.context(line)] if line else []), *shown.blocks]
    title = f"Story {number}"
    return kit.modal(title, blocks, callback_id=ids.SEQUEL_READ_VIEW, metadata="", close="Close")


def over_page(line: str) -> dict[str, Any]:
    """In place of that page, once there is nothing of it to show."""
    blocks = [kit.section(line)]
    return kit.modal("What happened next", blocks, callback_id=ids.SEQUEL_READ_VIEW, metadata="", close="Close")


def gone(number: int | None) -> Rendered:
    """A card whose words were taken back, or went with their story."""
    which = "a story" if number is None else f"story {number}"
    return blocks.plain(f"What happened next in {which} has been taken back.")


def newer(number: int) -> Rendered:
    """A card that a newer one has followed."""
    return blocks.plain(f"The teller has changed what happened next in story {number}. The newer card counts.")


def decline_form(number: int, at: rules.At) -> dict[str, Any]:
    """The form for a reason and for what would make it usable."""
    return kit.modal(
        "Decline",
        [kit.context(f"What happened next in story {number}"), *declining.boxes(blocks.REASONS)],
        callback_id=ids.SEQUEL_DECLINE_VIEW,
        metadata=at.value,
        submit="Decline",
        close="Cancel",
    )


def declined_in(form: Form) -> tuple[rules.At | None, DeclineReason, str]:
    """What the form is about, the reason, and the comment as it was typed."""
    return rules.at_of(form.metadata), *declining.said_in(form)


def _sure() -> kit.Element:
    words = (
        "Could a colleague, a local paper or the family tell who this is? Could it together with the story? "
        "Approve if all are no."
    )
    return kit.confirm("Approve what happened next?", words, "Approve", "Not yet")


def _checked(one: Sequel, found: Mapping[str, int]) -> str:
    said = [kept_words(one.kept)] if one.kept else []
    if found:
        said.append(f"{nouns(found)} found that the teller has not been asked about: it can't be shown like this.")
    return f"Identifier check: {' '.join(said) or 'nothing found.'}"


def _half(policy: Policy, one: Sequel) -> str:
    return f"Approved by {policy.name_of(one.first_approver or '')}. One more reviewer needed."


def _decided(policy: Policy, one: Sequel) -> str:
    names = [policy.name_of(who) for who in (one.first_approver, one.decided_by) if who is not None]
    when = "" if one.decided_at is None else f", {day(one.decided_at, policy.zone)}"
    done = "Approved" if one.state is SequelState.APPROVED else "Declined"
    return f"{done} by {join(names)}{when}"
