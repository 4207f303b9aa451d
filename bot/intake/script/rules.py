"""The rules of a script: how its prompts must stand to one another.

Pure. Each rule is one function over the whole read and notes whatever breaks it, so that every problem of a file is
reported at once, each with its fix. `building.py` runs them all.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from bot.intake.script import PromptKind
from bot.intake.script.reading import Problems, brief, did_you_mean, quoted, slack_length
from bot.intake.script.tables import CHOOSING, OPTIONS, PARTS, ReadCampaign, ReadPrompt

PROMPTS: Final = 40
PROMPTS_TOGETHER: Final = 4
MESSAGE: Final = 10_000
"""Characters of all the words and options of one question; Slack refuses messages of about 13,000."""
MESSAGE_CHOSEN: Final = 12_500
"""The same, with as much chosen as may be."""

_TYPED_KEYS: Final = ("min_length", "max_length", "why", "more")
_CHOICE_KEYS: Final = ("choices", "groups", "other", "max_selected", "beside")


@dataclass(frozen=True, slots=True)
class ReadScript:
    """Everything that was read, for the rules."""

    campaign: ReadCampaign | None
    prompts: tuple[ReadPrompt, ...]
    positions: Mapping[str, int]
    """Position of the first prompt with each id."""
    leads: tuple[int, ...]
    """For each prompt, the position of the lead of its question."""

    def find(self, prompt_id: str) -> ReadPrompt | None:
        """Return the first prompt with this id, or None."""
        position = self.positions.get(prompt_id)
        return None if position is None else self.prompts[position]

    def unknown(self, prompt_id: str) -> str:
        """Return the message for an id that no prompt has."""
        near = did_you_mean(prompt_id, self.positions)
        return f'there is no prompt "{prompt_id}".{near or f" Use one of {some(self.positions)}."}'


def some(words: Collection[str]) -> str:
    """Return up to twelve of the words, in quotation marks."""
    shown = list(words)[:12]
    return quoted(shown) + (" …" if len(words) > len(shown) else "")


def _ids_are_unique(read: ReadScript, problems: Problems) -> None:
    for position, prompt in enumerate(read.prompts):
        if prompt.id is not None and (first := read.positions[prompt.id]) != position:
            line = problems.line(read.prompts[first].at("id"))
            problems.add(
                prompt.at("id"), f'"{prompt.id}" is already used above{line}. Give this prompt an id of its own.'
            )


def _not_too_many(read: ReadScript, problems: Problems) -> None:
    if len(read.prompts) > PROMPTS:
        problems.add(read.prompts[PROMPTS].path, f"there are {len(read.prompts)} prompts. Keep {PROMPTS} or fewer.")


def _something_is_required(read: ReadScript, problems: Problems) -> None:
    leads = [read.prompts[lead] for lead in read.leads]
    sure = any(p.required is not False and lead.when is None for p, lead in zip(read.prompts, leads, strict=True))
    if read.prompts and not sure:
        problems.add(("prompt",), "none is both required and always asked. Give one required = true, and no when.")


def _keys_fit_the_kind(read: ReadScript, problems: Problems) -> None:
    for prompt in read.prompts:
        if prompt.kind is None:
            continue
        for key in _CHOICE_KEYS if prompt.typed else _TYPED_KEYS:
            if key in prompt.given:
                kinds = '"choice" or "choices"' if prompt.typed else '"story" or "line"'
                problems.add(prompt.at(key), f'does not go with kind = "{prompt.kind}". Take it out, or use {kinds}.')
        if prompt.kind is PromptKind.CHOICE and "max_selected" in prompt.given:
            problems.add(prompt.at("max_selected"), 'goes only with kind = "choices". Take it out, or use "choices".')
        if prompt.kind in CHOOSING and "choices" not in prompt.given:
            problems.add(prompt.at("choices"), 'is missing. Add: choices = ["…", "…"]')


def _limits_are_in_order(read: ReadScript, problems: Problems) -> None:
    for prompt in read.prompts:
        least, most = prompt.min_length, prompt.max_length
        if prompt.typed and least is not None and most is not None and least > most:
            problems.add(prompt.at("min_length"), f"{least} is over max_length, {most}. Use {most} or less.")


def _lines_come_last(read: ReadScript, problems: Problems) -> None:
    for position, prompt in enumerate(read.prompts):
        later = next((after for after in read.prompts[position + 1 :] if after.typed), None)
        if prompt.kind is PromptKind.LINE and later is not None:
            problems.add(
                prompt.at("kind"),
                f'"line" may stand only where nothing typed follows, and {later.name} follows. '
                'Use kind = "story", or move this prompt to the end.',
            )


def _choices_are_distinct(read: ReadScript, problems: Problems) -> None:
    for prompt in read.prompts:
        if prompt.kind not in CHOOSING or "choices" not in prompt.given:
            continue
        if prompt.choices_whole and not prompt.choices:
            problems.add(prompt.at("choices"), 'is empty. Write at least one: choices = ["…", "…"]')
        total = len(prompt.choice_ids)
        if total > OPTIONS:
            counted = ", with other" if prompt.other is not None else ""
            problems.add(prompt.at("choices"), f"has {total}{counted}. Keep {OPTIONS} or fewer.")
        ids: set[str] = set()
        texts: set[str] = set()
        for n, choice in prompt.choices:
            if choice.text.casefold() in texts:
                problems.add(prompt.at("choices", n), f"{brief(choice.text)} is there twice. Take one out.")
            elif choice.id in ids:
                problems.add(prompt.at("choices", n), f'the id "{choice.id}" is there twice. Give this one another id.')
            ids.add(choice.id)
            texts.add(choice.text.casefold())
        if prompt.other is not None and prompt.other.casefold() in texts:
            problems.add(prompt.at("other"), f"{brief(prompt.other)} is also one of the choices. Take one out.")
        if prompt.max_selected is not None and prompt.choices_whole and prompt.max_selected > total > 0:
            problems.add(
                prompt.at("max_selected"),
                f"{prompt.max_selected} is over {total}, the number of choices. Use {total} or less.",
            )


def _groups_hold(read: ReadScript, problems: Problems) -> None:
    for prompt in read.prompts:
        if prompt.kind not in CHOOSING or (prompt.groups is None and "groups" in prompt.given):
            continue
        groups = prompt.groups or ()
        for n, group in enumerate(groups):
            if group.casefold() in [earlier.casefold() for earlier in groups[:n]]:
                problems.add(prompt.at("groups", n), f"{brief(group)} is there twice. Take one out.")
            elif prompt.choices_whole and all(choice.group != group for _, choice in prompt.choices):
                problems.add(
                    prompt.at("groups", n), f"no choice is in the group {brief(group)}. Add one, or take the group out."
                )
        for n, choice in prompt.choices:
            if choice.group is None:
                if groups:
                    problems.add(
                        prompt.at("choices", n),
                        f"{brief(choice.text)} is in no group. Add group = {brief(groups[0])} or another.",
                    )
            elif choice.group not in groups:
                fix = did_you_mean(choice.group, groups) or f" Add it to groups = [{some([*groups, choice.group])}]."
                problems.add(prompt.at("choices", n, "group"), f"there is no group {brief(choice.group)}.{fix}")


def _beside_is_next_to(read: ReadScript, problems: Problems) -> None:
    for position, prompt in enumerate(read.prompts):
        if prompt.beside is None or prompt.typed:
            continue  # on a typed prompt the key itself is a problem already
        at = prompt.at("beside")
        target, before = read.positions.get(prompt.beside), read.prompts[read.leads[position]]
        if target is None:
            problems.add(at, read.unknown(prompt.beside))
        elif target >= position:
            problems.add(
                at, f'"{prompt.beside}" is not asked earlier. Name the prompt just before this one, or take beside out.'
            )
        elif read.prompts[target].typed:
            problems.add(at, f'"{prompt.beside}" is typed, and a typed prompt is asked alone. Take beside out.')
        elif read.leads[target] != read.leads[position]:
            fix = "take beside out" if before.typed else f"use beside = {before.name}"
            problems.add(at, f'"{prompt.beside}" is not the question just before. Move this prompt below it, or {fix}.')
        elif read.leads[: position + 1].count(read.leads[position]) == PROMPTS_TOGETHER + 1:
            problems.add(
                at,
                f"{PROMPTS_TOGETHER} prompts already share this message, and no more fit. Take beside out.",
            )
        if "when" in prompt.given:
            problems.add(
                prompt.at("when"),
                f"a prompt asked beside another comes with it. Put when on {before.name}, or take one of the two out.",
            )


def _conditions_can_be_met(read: ReadScript, problems: Problems) -> None:
    for position, prompt in enumerate(read.prompts):
        if prompt.when is None:
            continue
        at, target = prompt.at("when", "prompt"), read.find(prompt.when.prompt)
        if target is None:
            problems.add(at, read.unknown(prompt.when.prompt))
            continue
        if read.positions[prompt.when.prompt] >= position:
            problems.add(at, f"{target.name} is not asked earlier. Name an earlier prompt, or move this one down.")
        if target.typed:
            problems.add(at, f"{target.name} is typed, so it has no choices. Name a choice or choices prompt.")
        elif target.kind is not None and target.choices_whole:
            for n, choice_id in enumerate(prompt.when.any_of):
                if choice_id not in target.choice_ids:
                    fix = did_you_mean(choice_id, target.choice_ids) or f" Use one of {some(target.choice_ids)}."
                    problems.add(
                        prompt.at("when", "any_of", n), f'{target.name} has no choice with the id "{choice_id}".{fix}'
                    )


def _parts_can_be_played(read: ReadScript, problems: Problems) -> None:
    taken: dict[str, str] = {}
    if read.campaign is None or not read.prompts:
        return  # that is a problem already, and the larger one
    for key, prompt_id in read.campaign.parts.items():
        at, prompt = ("campaign", key), read.find(prompt_id)
        if prompt is None:
            problems.add(at, read.unknown(prompt_id))
            continue
        if prompt_id in taken:
            problems.add(
                at, f'"{prompt_id}" is already the {taken[prompt_id]}. Name another prompt, or take this line out.'
            )
        taken.setdefault(prompt_id, key)
        if prompt.kind is not None and prompt.kind not in PARTS[key]:
            kinds = " or ".join(f'"{kind}"' for kind in PARTS[key])
            problems.add(at, f'"{prompt_id}" has kind = "{prompt.kind}". Name a prompt with kind = {kinds}.')
        if key == "title_prompt" and prompt.required:
            problems.add(
                prompt.at("required"), "the title must be optional: a story can go without. Use required = false."
            )
        if key in ("role_prompt", "organisation_prompt") and prompt.other is not None:
            problems.add(
                prompt.at("other"), "a typed job or employer could tell who it is. Take other out; keep to the choices."
            )


def _messages_fit(read: ReadScript, problems: Problems) -> None:
    sizes: dict[int, int] = {}
    chosen: dict[int, int] = {}
    for prompt, lead in zip(read.prompts, read.leads, strict=True):
        words = [prompt.ask, prompt.hint, prompt.why, prompt.more, prompt.label, prompt.other, *(prompt.groups or ())]
        words += [word for _, choice in prompt.choices for word in (choice.id, choice.text)]
        sizes[lead] = sizes.get(lead, 0) + sum(slack_length(word) for word in words if word is not None)
        chosen[lead] = chosen.get(lead, 0) + _chosen_length(prompt)
    for lead, size in sizes.items():
        if size > MESSAGE:
            problems.add(
                read.prompts[lead].path,
                f"its words and choices have {size} characters together. Keep {MESSAGE} or fewer: shorten the choices, "
                "or ask in two messages.",
            )
        elif size + chosen[lead] > MESSAGE_CHOSEN:
            problems.add(
                read.prompts[lead].path,
                f"with everything chosen its message has {size + chosen[lead]} characters. Keep {MESSAGE_CHOSEN} or "
                "fewer: set max_selected, or shorten the choices.",
            )


def _chosen_length(prompt: ReadPrompt) -> int:
    """What a menu takes up again for what is chosen in it: Slack has those options sent twice."""
    most = prompt.max_selected if prompt.kind is PromptKind.CHOICES else 1
    lengths = sorted((slack_length(choice.text) for _, choice in prompt.choices), reverse=True)
    return sum(lengths[:most])


RULES: Final[tuple[Callable[[ReadScript, Problems], None], ...]] = (
    _ids_are_unique,
    _not_too_many,
    _something_is_required,
    _keys_fit_the_kind,
    _limits_are_in_order,
    _lines_come_last,
    _choices_are_distinct,
    _groups_hold,
    _beside_is_next_to,
    _conditions_can_be_met,
    _parts_can_be_played,
    _messages_fit,
)
