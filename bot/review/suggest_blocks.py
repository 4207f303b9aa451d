"""Other words for one answer: the form in which a reviewer writes them, and what their author reads.

Pure. A reviewer never changes a story's words but by taking some out; anything else is put to the author, before and
after side by side, and counts only if they choose it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from bot import ids, kit
from bot.outgoing import Rendered
from bot.review import cards, fitting, modals, redaction, rules
from bot.review.redaction import Refused
from bot.review.rules import What
from bot.story.policy import Policy
from bot.text import day, from_slack, normalise
from storage.records import Version, VersionAnswer, VersionKind

_ROOM: Final = 5_000
"""Characters for each of the two, as Slack counts them: together they fit a message."""


def form(it: cards.Card, channel: str, limits: Mapping[str, int]) -> dict[str, Any]:
    """The form that holds the story's typed words, for one answer of them to be put in other words."""
    return kit.modal(
        "Suggest other words",
        [
            kit.context(fitting.name(it.view)),
            kit.context(
                "Change the words of one answer. The teller sees both, without your name, and chooses. Until they "
                "choose yours, nothing changes; then it comes back to you as a new version."
            ),
            *(
                kit.field(
                    modals.ANSWER + answer.prompt_id,
                    answer.label,
                    kit.text_field(modals.ANSWER + answer.prompt_id, answer.value, longest=_longest(answer, limits)),
                    optional=True,
                )
                for answer in redaction.redactable(it.version)
            ),
        ],
        callback_id=ids.SUGGEST_VIEW,
        metadata=rules.Opened(rules.At(it.story.id, it.version.n), channel).metadata,
        submit="Suggest",
        close="Cancel",
    )


def _longest(answer: VersionAnswer, limits: Mapping[str, int]) -> int:
    """What is longer already than it may be (its script was another, or none) can be put in as many words."""
    return max(limits.get(answer.prompt_id, redaction.LONGEST), len(answer.value))


def wording(version: Version, words: Mapping[str, str], limits: Mapping[str, int]) -> tuple[str, str] | Refused:
    """The prompt whose words the form changes, and what it makes of them; exactly one must differ."""
    possible = {answer.prompt_id: answer.value for answer in redaction.redactable(version)}
    longest = {answer.prompt_id: _longest(answer, limits) for answer in redaction.redactable(version)}
    changed: dict[str, str] = {}
    for prompt_id, typed in words.items():
        if prompt_id not in possible:
            return Refused(What.MALFORMED)
        # Slack hands a form's words back as they are or encoded: either may be the same text.
        if possible[prompt_id] not in (normalise(typed).strip(), from_slack(typed)):
            changed[prompt_id] = from_slack(typed)
    if not changed:
        return Refused(What.NOTHING_SUGGESTED)
    if len(changed) > 1:
        return Refused(What.ONE_AT_A_TIME, list(changed)[1])
    [(prompt_id, after)] = changed.items()
    if not after or len(after) > longest[prompt_id]:
        return Refused(What.NO_WORDS if not after else What.TOO_LONG, prompt_id)
    return prompt_id, after


def with_wording(version: Version, prompt_id: str, words: str, *, at: datetime) -> Version:
    """The version that follows this one once its author has chosen these words."""
    return replace(
        version,
        n=version.n + 1,
        kind=VersionKind.ACCEPTED,
        created_at=at,
        answers=tuple(replace(a, value=words) if a.prompt_id == prompt_id else a for a in version.answers),
        changed_prompts=(prompt_id,),
    )


def letter(number: int, label: str, before: str, after: str, suggestion_id: str) -> Rendered:
    """What a reviewer suggests, beside what the author wrote, and the two ways to answer."""
    first = f"A reviewer suggests other words for part of story {number}."
    return Rendered(
        first,
        [
            kit.rich(kit.words(f"{first} It is yours: nothing changes unless you choose theirs.")),
            kit.said(f"{label}, as you wrote it", fitting.cut_to(before, _ROOM)),
            kit.said("As they suggest it", fitting.cut_to(after, _ROOM)),
            kit.rich(
                kit.words(
                    "If you use this wording, the story goes back to the reviewers as a new version, and your "
                    "permission stays as you gave it."
                )
            ),
            kit.actions(
                kit.button("Use this wording", ids.USE_WORDING, suggestion_id),
                kit.button("Keep mine", ids.KEEP_MINE, suggestion_id),
            ),
        ],
    )


def answered(policy: Policy, number: int, on: datetime, *, accepted: bool) -> Rendered:
    """The same once its author has chosen."""
    when = day(on, policy.zone)
    if accepted:
        return _plain(f"You chose the suggested wording on {when}. Story {number} is back with the reviewers.")
    return _plain(f"You kept your own wording on {when}. Nothing in story {number} has changed.")


def closed(number: int) -> Rendered:
    """The same when the story is no longer the one that it was about."""
    return _plain(f"Story {number} has moved on since, so this suggestion no longer counts. Nothing has changed.")


def _plain(sentence: str) -> Rendered:
    return Rendered(sentence, [kit.rich(kit.words(sentence))])
