"""A reviewer suggests other words for one answer, and its author uses them or keeps their own.

Nothing changes before the author says yes. Then the words are a new version, screened like any other, that needs its
reviewers again. `listeners.py` and `typed.py` call this; the sentences are elsewhere.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from bot.review import deciding, suggest_blocks, trail
from bot.review.redaction import Refused
from bot.review.rules import Outcome, Target, What
from bot.story import tidings
from bot.story.policy import Policy
from bot.story.screened import undisputed
from storage import audit, decisions, drafts, outbox, permissions, screen_hits, stories, suggestions, surfaces, tellers
from storage.database import Tx
from storage.records import Disposition, Message, Naming, Op, ScreenHit, Story, StoryStatus, Verb, Version
from storage.suggestions import Suggestion

log = logging.getLogger(__name__)

SUGGESTION: Final = "suggestion"
"""To the author: other words for one answer, and what they chose. args: suggestion (id)."""
_OVER: Final = frozenset({StoryStatus.POSTED, StoryStatus.REMOVED, StoryStatus.WITHDRAWN, StoryStatus.DECLINED})


Limits = Callable[[Tx, Version], Mapping[str, int]]
"""How many characters each answer of a version may have, by prompt id, as its script says."""


def no_limits(tx: Tx, version: Version) -> Mapping[str, int]:
    """Where no script is known: what a box holds."""
    return {}


@trail.recorded
def suggest(
    tx: Tx, policy: Policy, *, by: str, target: Target, words: Mapping[str, str], limits: Limits = no_limits
) -> Outcome:
    """The author is asked whether they would use these words (by prompt id; one of them differs) for their own."""
    act = deciding.begin(tx, Verb.SUGGEST, by, target)
    refused = deciding.refusal(tx, policy, act) or deciding.hindrance(tx, act)
    if refused is not None or act.story is None:
        return refused or act.comes_to(What.NO_STORY)
    version = stories.version(tx, act.story.id, act.story.current_version)
    made = suggest_blocks.wording(version, words, limits(tx, version))
    if isinstance(made, Refused):
        return act.comes_to(made.what, prompt_id=made.prompt_id)
    prompt_id, wording = made
    if waits(tx, version):
        return act.comes_to(What.SUGGESTED, prompt_id=prompt_id)
    if _found(tx, version, suggest_blocks.with_wording(version, prompt_id, wording, at=tx.now), prompt_id):
        return act.comes_to(What.LOOKS_LIKE, prompt_id=prompt_id)
    suggestion = suggestions.add(tx, version.story_id, version.n, prompt_id=prompt_id, words=wording, reviewer=by)
    decision = decisions.add(tx, version.story_id, version.n, reviewer=by, verb=Verb.SUGGEST)
    letter = Message(
        SUGGESTION,
        tidings.author(version.story_id),
        args={"suggestion": suggestion.id},
        story_id=version.story_id,
        version=version.n,
        key=f"suggestion:{suggestion.id}",
    )
    outbox_id = outbox.enqueue(tx, letter)
    suggestions.set_message(tx, suggestion.id, outbox_id)
    surfaces.show(tx, outbox_id, [version.story_id])
    tidings.refresh_cards(tx, policy, version.story_id)
    log.info("suggested story=%s version=%d", version.story_id, version.n)
    return act.comes_to(What.DONE, decision)


def waits(tx: Tx, version: Version) -> bool:
    """Whether the author has yet to answer a suggestion for this version.

    Never of a story that names nobody: when that changed would tell reviewers the minute at which its author was here.
    """
    last = suggestions.last(tx, version.story_id, version.n)
    return last is not None and last.answered_at is None and version.naming is not Naming.NONE


def stands(story: Story, suggestion: Suggestion) -> bool:
    """Whether the story is still the one that the suggestion is about."""
    return story.status not in _OVER and story.current_version == suggestion.version


def answer(tx: Tx, policy: Policy, *, by: str, suggestion_id: str, accept: bool) -> None:
    """The author has chosen: their own words stay, or the suggested ones are a new version. Others change nothing."""
    found = suggestions.find(tx, suggestion_id)
    story = None if found is None else stories.find(tx, found.story_id)
    if found is None or story is None or not tellers.is_author(tx, story.id, by):
        _record(tx, accept, actor=audit.OTHER, outcome=audit.Outcome.DENIED, reason="not_theirs")
        return
    if found.answered_at is None and stands(story, found):
        version = stories.version(tx, story.id, found.version)
        if accept:
            _use(tx, policy, story, version, found)
        elif version.naming is not Naming.NONE:
            tidings.refresh_cards(tx, policy, story.id)
        suggestions.answer(tx, found.id, accepted=accept)
        _record(tx, accept, actor=audit.AUTHOR, before=story, after=stories.get(tx, story.id))
        log.info("suggestion answered story=%s version=%d accepted=%s", story.id, found.version, accept)
    if found.outbox_id is not None:
        said = Message(
            SUGGESTION,
            tidings.author(story.id),
            op=Op.UPDATE,
            args={"suggestion": found.id},
            story_id=story.id,
            version=found.version,
            target=found.outbox_id,
            depends_on=found.outbox_id,
        )
        outbox.enqueue(tx, said)


def _use(tx: Tx, policy: Policy, story: Story, version: Version, found: Suggestion) -> None:
    """The suggested words are the author's now: a new version, for the same places, that needs its reviewers again."""
    made = suggest_blocks.with_wording(version, found.prompt_id, found.words, at=tx.now)
    granted = [one.notice_version for one in permissions.of_story(tx, story.id) if one.version == version.n]
    kept = _kept(tx, version, found)
    notice = max(granted, default=0)
    if not stories.submit_again(tx, story.id, made, notice_version=notice, care=story.care):
        raise RuntimeError(f"story {story.id} moved within one transaction")
    screen_hits.record(tx, story.id, made.n, [*screen_hits.of_version(tx, story.id, made.n), *kept])
    taken_out = permissions.confirmed(tx, story.id, version.n)
    if taken_out is not None:
        permissions.confirm(tx, story.id, made.n, taken_out=taken_out, notice_version=notice)
    _carry_into_change(tx, version, found)
    tidings.put_card(tx, policy, made)


def _found(tx: Tx, version: Version, made: Version, prompt_id: str) -> Mapping[str, int]:
    """What the screen finds in the suggested words that their author has not kept on purpose in their own."""
    only = tuple(answer for answer in made.answers if answer.prompt_id == prompt_id)
    hits = screen_hits.of_version(tx, version.story_id, version.n)
    return undisputed(replace(made, answers=only, naming=Naming.NONE), hits)


def _kept(tx: Tx, version: Version, found: Suggestion) -> list[ScreenHit]:
    """What the author kept on purpose in their own words, as far as the suggested ones have it too."""
    alone = suggest_blocks.with_wording(version, found.prompt_id, found.words, at=tx.now)
    only = tuple(answer for answer in alone.answers if answer.prompt_id == found.prompt_id)
    there = undisputed(replace(alone, answers=only, naming=Naming.NONE), ())
    return [
        replace(hit, count=min(hit.count, there[hit.kind]))
        for hit in screen_hits.of_version(tx, version.story_id, version.n)
        if hit.prompt_id == found.prompt_id and hit.disposition is Disposition.DISPUTED and hit.kind in there
    ]


def _carry_into_change(tx: Tx, version: Version, found: Suggestion) -> None:
    """A change of the same story that was begun before has the old words: sent later, it would undo this."""
    draft_id = tellers.change_draft_of(tx, version.story_id)
    held = None if draft_id is None else drafts.answers(tx, draft_id).get(found.prompt_id)
    before = next(answer.value for answer in version.answers if answer.prompt_id == found.prompt_id)
    if draft_id is not None and held is not None and held.form_text == before:
        drafts.set_answer(tx, draft_id, replace(held, form_text=found.words))


def _record(
    tx: Tx,
    accept: bool,
    *,
    actor: audit.Actor,
    outcome: audit.Outcome = audit.Outcome.DONE,
    before: Story | None = None,
    after: Story | None = None,
    reason: str | None = None,
) -> None:
    audit.record(
        tx,
        actor=actor,
        verb="use_wording" if accept else "keep_wording",
        outcome=outcome,
        story=None if before is None else before.id,
        version=None if after is None else after.current_version,
        before=None if before is None else before.status,
        after=None if after is None else after.status,
        reason=reason,
        surface=audit.Surface.BUTTON,
    )
