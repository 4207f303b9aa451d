"""The words that stories are sorted by: kinds, services, and the themes of what helped and what got in the way.

Pure. Read from the sources of the scripts that the stories were told with, so that a script of one's own sorts as well
as the built-in one. The prompts `enablers` and `barriers` carry the themes; their groups are the pillars.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

OTHER: Final = "other"
"""The choice for which a teller typed words of their own: they stand in the story and sort nothing."""


@dataclass(frozen=True, slots=True)
class Term:
    """One choice that stories are sorted by, and the pillar it belongs to, if any."""

    id: str
    text: str
    pillar: str | None = None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every term that the scripts know, by id, in the order of the scripts."""

    kinds: Mapping[str, Term] = field(default_factory=dict)
    services: Mapping[str, Term] = field(default_factory=dict)
    enablers: Mapping[str, Term] = field(default_factory=dict)
    barriers: Mapping[str, Term] = field(default_factory=dict)

    @property
    def pillars(self) -> tuple[str, ...]:
        """The groups of themes, in the order of the scripts."""
        return tuple(
            dict.fromkeys(
                term.pillar for term in [*self.enablers.values(), *self.barriers.values()] if term.pillar is not None
            )
        )


def vocabulary_of(sources: Iterable[str]) -> Vocabulary:
    """The vocabulary of these scripts (TOML); of two that reword a choice, the later one's words count."""
    kinds: dict[str, Term] = {}
    services: dict[str, Term] = {}
    enablers: dict[str, Term] = {}
    barriers: dict[str, Term] = {}
    for source in sources:
        try:
            data = tomllib.loads(source)
        except tomllib.TOMLDecodeError:
            continue  # a script that can no longer be read sorts nothing; its stories are still told
        campaign = data.get("campaign", {})
        for prompt in data.get("prompt", []):
            terms = {term.id: term for term in _terms(prompt)}
            if prompt.get("id") == campaign.get("kind_prompt"):
                kinds |= terms
            elif prompt.get("id") == campaign.get("services_prompt"):
                services |= terms
            elif prompt.get("id") == "enablers":
                enablers |= terms
            elif prompt.get("id") == "barriers":
                barriers |= terms
    return Vocabulary(kinds, services, enablers, barriers)


def slug(text: str) -> str:
    """An id made from a text, as scripts make them: "Children's care" becomes "childrens-care"."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("'", "")
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return words if len(words) <= 40 else words[:41].rpartition("-")[0] or words[:40]


def _terms(prompt: Mapping[str, Any]) -> Iterable[Term]:
    for choice in prompt.get("choices", []):
        if isinstance(choice, str):
            yield Term(slug(choice), choice)
        elif isinstance(choice, Mapping) and isinstance(choice.get("text"), str):
            yield Term(str(choice.get("id") or slug(choice["text"])), choice["text"], choice.get("group"))
