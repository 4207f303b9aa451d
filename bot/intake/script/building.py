"""From the plain values of a script's file to a `Script`, or to every problem at once.

Pure. It reads the tables (`tables.py`), lets every rule look at the whole (`rules.py`), and only then
builds the models. Called by `file.py`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import fields

from bot.intake.script import Campaign, Prompt, Script, ScriptError
from bot.intake.script.reading import LineOf, Problems, Table, brief, type_of
from bot.intake.script.rules import RULES, ReadScript
from bot.intake.script.tables import CEILINGS, PARTS, ReadPrompt, read_campaign, read_prompt


def build_script(data: Mapping[str, object], *, source: str, line_of: LineOf) -> Script:
    """Return the script that `data` (the plain values of the TOML text `source`) describes.

    Raises ScriptError with every problem at once, in the order of the file. `line_of` says which line a value stands
    on.
    """
    problems = Problems(line_of)
    read = _read(data, problems)
    for rule in RULES:
        rule(read, problems)
    if found := problems.in_order():
        raise ScriptError(found)
    assert read.campaign is not None
    said = read.campaign
    # Nothing is wrong, so nothing is None that may not be.
    campaign = {one.name: getattr(said, one.name) for one in fields(Campaign) if one.name not in PARTS}
    campaign |= said.parts
    return Script(
        campaign=Campaign(**campaign),
        prompts=tuple(_prompt(prompt) for prompt in read.prompts),
        sha=hashlib.sha256(source.encode()).hexdigest(),
        version=said.version or "",
        source=source,
    )


def _prompt(read: ReadPrompt) -> Prompt:
    values = {one.name: getattr(read, one.name) for one in fields(Prompt)}
    values["choices"] = tuple(choice for _, choice in read.choices)
    values["groups"] = read.groups or ()
    values["min_length"] = read.min_length or 0
    values["max_length"] = read.max_length or (CEILINGS.get(read.kind, 0) if read.kind else 0)
    return Prompt(**values)


def _read(data: Mapping[str, object], problems: Problems) -> ReadScript:
    top = Table(data, (), problems)
    said = top.take("campaign", kind=dict, needed="a [campaign] table", wanted="[campaign] on a line of its own")
    campaign = read_campaign(said, problems) if isinstance(said, dict) else None
    prompts: list[ReadPrompt] = []
    listed = top.items("prompt", needed="a [[prompt]] table for each prompt", wanted="[[prompt]], with two brackets")
    for n, values in enumerate(listed or ()):
        # Known before its other keys are read, so that problems found there can name it.
        if isinstance(values, dict) and isinstance(prompt_id := values.get("id"), str) and prompt_id.isprintable():
            problems.ids[n] = prompt_id[:60]
    for n, values in enumerate(listed or ()):
        if isinstance(values, dict):
            prompts.append(read_prompt(values, n, problems))
        else:
            problems.add(("prompt", n), f"{brief(values)} is {type_of(values)}. Write a [[prompt]] table.")
    top.finish()
    if listed is not None and not listed:
        problems.add(("prompt",), "has no prompts at all. Add: a [[prompt]] table for each prompt")
    positions: dict[str, int] = {}
    leads: list[int] = []
    for position, prompt in enumerate(prompts):
        if prompt.id is not None:
            positions.setdefault(prompt.id, position)
        leads.append(leads[-1] if prompt.beside is not None and leads else position)
    return ReadScript(campaign=campaign, prompts=tuple(prompts), positions=positions, leads=tuple(leads))
