"""A script and a conversation that work a thing out once, for tests that ask for it half a million times.

Both never change once made, so what they say is what the product's own would say each time; `explorer` walks with them.
"""

from collections.abc import Collection, Mapping
from dataclasses import fields
from functools import cached_property
from typing import Self

from bot.intake.dialogue import Conversation
from bot.intake.script import Question, Script


class Remembering(Script):
    """A script that works out once what is asked for the same choices."""

    @classmethod
    def of(cls, script: Script) -> Self:
        """Return what `script` says, by its fields alone: what it has worked out already is no field."""
        return cls(**{one.name: getattr(script, one.name) for one in fields(Script)})

    @cached_property
    def _asked(self) -> dict[tuple[tuple[str, ...], ...], tuple[Question, ...]]:
        return {}

    def asked(self, chosen: Mapping[str, Collection[str]]) -> tuple[Question, ...]:
        all_chosen = tuple((name, *chosen[name]) for name in sorted(chosen))
        if all_chosen not in self._asked:
            self._asked[all_chosen] = super().asked(chosen)
        return self._asked[all_chosen]


class Remembered(Conversation):
    """A conversation that works out once what was chosen in it, and what is asked."""

    chosen = cached_property(Conversation.chosen.fget)
    asked = cached_property(Conversation.asked.fget)
    question = cached_property(Conversation.question.fget)
