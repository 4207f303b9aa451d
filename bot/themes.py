"""What a script lets readers browse by: how it went, services, what helped or got in the way, and the pillars of those.

Called by `rooms.py` for the reading room, which knows no scripts.
"""

from bot.intake.script import Script
from bot.reading.rules import Theme
from storage.search import choice


def themes_of(script: Script) -> list[Theme]:
    """Every choice that stories are sorted by, pillars first, in the script's order. `other` sorts nothing."""
    campaign = script.campaign
    pillars: dict[str, list[str]] = {}
    single: list[Theme] = []
    for prompt in script.prompts:
        if not prompt.groups and prompt.id not in (campaign.kind_prompt, campaign.services_prompt):
            continue
        for one in prompt.choices:
            key = choice(prompt.id, one.id)
            single.append(Theme(key, one.text, prompt.label, (key,)))
            if one.group is not None:
                pillars.setdefault(one.group, []).append(key)
    return [Theme(f"pillar{n}", name, "Pillar", tuple(keys)) for n, (name, keys) in enumerate(pillars.items())] + single
