"""From a finished draft to a version of a story, and back.

Pure. A version keeps the wording of each question as it was asked, so it can be read when the script has long changed.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.intake.asking import chosen_words
from bot.intake.dialogue import (
    CREDIT,
    NAMING,
    PLACES,
    Conversation,
)
from bot.intake.permitting import chosen_naming, chosen_places, credit_line
from bot.intake.script import OTHER_ID
from bot.text import one_line
from storage.records import Answer, Naming, Part, Version, VersionAnswer, VersionKind


def answers_of(conversation: Conversation, texts: Mapping[str, str]) -> tuple[VersionAnswer, ...]:
    """Every answered prompt of the questions that are asked, in order, in the words of the teller."""
    made: list[VersionAnswer] = []
    for question in conversation.asked:
        for prompt in question.prompts:
            answer = conversation.answer(prompt.id)
            part = _part_of(conversation, prompt.id)
            words = texts.get(prompt.id, "") if prompt.typed else chosen_words(prompt, answer)
            words = one_line(words) if part is Part.TITLE else words
            if not words:
                continue
            made.append(
                VersionAnswer(
                    prompt_id=prompt.id,
                    part=part,
                    position=len(made),
                    label=prompt.label,
                    wording=prompt.ask,
                    value=words,
                    choices=answer.choices,
                )
            )
    return tuple(made)


def _part_of(conversation: Conversation, prompt_id: str) -> Part:
    """The part that a prompt plays in the story."""
    campaign = conversation.script.campaign
    parts = {
        campaign.title_prompt: Part.TITLE,
        campaign.kind_prompt: Part.KIND,
        campaign.services_prompt: Part.SERVICES,
        campaign.lesson_prompt: Part.LESSON,
        campaign.role_prompt: Part.ROLE,
        campaign.organisation_prompt: Part.ORGANISATION,
    }
    return parts.get(prompt_id, Part.BODY)


def version_of(
    conversation: Conversation, texts: Mapping[str, str], *, story_id: str, parent: Version | None, at: datetime
) -> Version:
    """The version that this draft becomes."""
    answers = answers_of(conversation, texts)
    naming = chosen_naming(conversation) or Naming.NONE
    return Version(
        story_id=story_id,
        n=1 if parent is None else parent.n + 1,
        kind=VersionKind.ORIGINAL if parent is None else VersionKind.CHANGED,
        naming=naming,
        credit_line=credit_line(conversation),
        script_sha=conversation.script.sha,
        created_at=at,
        answers=answers,
        places=chosen_places(conversation),
        changed_prompts=() if parent is None else changed(parent.answers, answers),
    )


def changed(before: tuple[VersionAnswer, ...], after: tuple[VersionAnswer, ...]) -> tuple[str, ...]:
    """Ids of the prompts whose words differ."""
    old = {answer.prompt_id: answer.value for answer in before}
    new = {answer.prompt_id: answer.value for answer in after}
    return tuple(prompt_id for prompt_id in {**new, **old} if old.get(prompt_id) != new.get(prompt_id))


def with_answer(parent: Version, prompt_id: str, words: str, *, at: datetime) -> Version:
    """The version in which one answer has other words: how a relayed question is answered."""
    answers = tuple(
        replace(answer, value=words) if answer.prompt_id == prompt_id else answer for answer in parent.answers
    )
    return replace(
        parent,
        n=parent.n + 1,
        kind=VersionKind.ANSWERED,
        created_at=at,
        answers=answers,
        changed_prompts=changed(parent.answers, answers),
    )


def answers_from(version: Version) -> list[Answer]:
    """What a draft that changes this version begins with: every word as if saved in the form."""
    made: list[Answer] = []
    for answer in version.answers:
        if answer.choices:
            other = _other_words(answer) if OTHER_ID in answer.choices else None
            made.append(Answer(answer.prompt_id, choices=answer.choices, other=other))
        else:
            made.append(Answer(answer.prompt_id, form_text=answer.value))
    made.append(Answer(NAMING, choices=(version.naming,)))
    made.append(Answer(PLACES, choices=tuple(sorted(version.places))))
    if version.naming is Naming.NAME and version.credit_line:
        made.append(Answer(CREDIT, form_text=version.credit_line))
    return made


def _other_words(answer: VersionAnswer) -> str | None:
    """The words typed for "Something else": it is shown among the choices in the order they were ticked."""
    position = answer.choices.index(OTHER_ID)
    if position == len(answer.choices) - 1:
        return answer.value.split(", ", position)[-1]
    parts = answer.value.split(", ")
    return parts[position] if len(parts) > position else None
