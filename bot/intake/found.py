"""What the screen finds in a draft, and what its teller decides about it.

Pure. Everything that a teller typed is screened: answers, the words of "Something else", the title, the credit line.
Decisions are kept beside the answer (`Answer.screened`) without words, and hold for exactly the text they were made on.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from bot.intake.dialogue import CREDIT, NAMING, Conversation
from bot.intake.script import OTHER_ID
from bot.story import screening
from bot.story.screened import NAMES, noun
from bot.story.screening import Span
from bot.text import join
from storage.records import Answer, Disposition, Naming, Screened, ScreenHit


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing in an answer that looks like an identifier and that its teller has not spoken of."""

    prompt_id: str
    span: Span
    words: str
    """The whole text that it stands in."""

    @property
    def match(self) -> str:
        """What was found, for its teller's eyes only: never stored, never logged."""
        return self.words[self.span.start : self.span.end]

    @property
    def mark(self) -> str:
        """What tells this finding from any other, and from itself in another text."""
        return _digest(f"{self.prompt_id}:{self.span.start}:{self.span.end}:{self.words}")


def typed(conversation: Conversation) -> Iterator[tuple[str, str]]:
    """Prompt id and words of everything that was typed and would be sent, the credit line last."""
    for question in conversation.asked:
        for prompt in question.prompts:
            answer = conversation.answer(prompt.id)
            if prompt.typed:
                words = conversation.words.get(prompt.id) if answer.form_text is None else answer.form_text
            else:
                words = answer.other if OTHER_ID in answer.choices else None
            if words:
                yield prompt.id, words
    credit = conversation.answer(CREDIT).form_text
    if credit and conversation.answer(NAMING).choices[:1] == (Naming.NAME,):
        yield CREDIT, credit


def findings(conversation: Conversation, among: Collection[str] | None = None) -> tuple[Finding, ...]:
    """Everything strong that still stands and that its teller has not spoken of, in the order it was asked.

    `among`: only what was typed for these prompts.
    """
    return tuple(
        Finding(prompt_id, span, words)
        for prompt_id, words in typed(conversation)
        if among is None or prompt_id in among
        for span in _strong(prompt_id, words)
        if (span.start, span.end, span.kind) not in _kept(conversation.answer(prompt_id), words)
    )


def _strong(prompt_id: str, words: str) -> list[Span]:
    """A name is what the credit line was asked for; anywhere else it is found."""
    return [span for span in screening.strong(words) if prompt_id != CREDIT or span.kind not in NAMES]


def _kept(answer: Answer, words: str) -> frozenset[tuple[int, int, str]]:
    screened = answer.screened
    return frozenset(screened.kept) if screened.mark == _digest(words) else frozenset()


def _digest(words: str) -> str:
    return sha256(words.encode()).hexdigest()[:16]


# ── what a teller decides ─────────────────────────────────────────────────────────────────────────────────────────


def replaced(conversation: Conversation, finding: Finding) -> Answer:
    """The answer with [removed] in the place of what was found. What was kept beside it stays kept."""
    answer, span = conversation.answer(finding.prompt_id), finding.span
    words = screening.redact(finding.words, [span])
    moved = len(words) - len(finding.words)
    kept = {
        (start, end, kind) if end <= span.start else (start + moved, end + moved, kind)
        for start, end, kind in _kept(answer, finding.words)
    }
    still = {(one.start, one.end, one.kind) for one in _strong(finding.prompt_id, words)}
    removed = Counter(dict(answer.screened.removed))
    removed[span.kind] += 1
    screened = Screened(_digest(words), tuple(sorted(kept & still)), tuple(sorted(removed.items())))
    if answer.other is not None and OTHER_ID in answer.choices:
        return replace(answer, other=words, screened=screened)
    return replace(answer, form_text=words, count=0, length=0, screened=screened)


def disputed(conversation: Conversation, finding: Finding) -> Answer:
    """The answer as it is, with its teller's word that this is no identifier."""
    answer, span = conversation.answer(finding.prompt_id), finding.span
    kept = _kept(answer, finding.words) | {(span.start, span.end, span.kind)}
    screened = replace(answer.screened, mark=_digest(finding.words), kept=tuple(sorted(kept)))
    return replace(answer, screened=screened)


def keeps_something(conversation: Conversation) -> bool:
    """Whether its teller has kept something that looks like an identifier: two reviewers read the story then."""
    return any(_kept(conversation.answer(prompt_id), words) for prompt_id, words in typed(conversation))


def as_sent(answer: Answer, known: Iterable[ScreenHit]) -> Answer:
    """An answer of a story that was sent before, with what was decided about it then."""
    mine = [hit for hit in known if hit.prompt_id == answer.prompt_id]
    removed = tuple((hit.kind, hit.count) for hit in mine if hit.disposition is Disposition.REMOVED)
    counts = {hit.kind: hit.count for hit in mine if hit.disposition is Disposition.DISPUTED}
    words = answer.form_text or answer.other or ""
    spans = [span for span in _strong(answer.prompt_id, words) if span.kind in counts]
    kept = [span for span in spans if sum(one.kind == span.kind for one in spans) <= counts[span.kind]]
    if not kept and not removed:
        return answer
    places = tuple((span.start, span.end, span.kind) for span in kept)
    return replace(answer, screened=Screened(_digest(words) if kept else "", places, removed))


@dataclass(frozen=True, slots=True)
class Reworded:
    """An answer that a reviewer asked about, in its new words: what is found in it, and what was spoken of before."""

    found: tuple[Finding, ...]
    kept: Mapping[str, int]


def reworded(prompt_id: str, before: str, words: str, known: Iterable[ScreenHit]) -> Reworded:
    """Screen an answer's new words. What its teller kept in the old ones, and still says, is spoken of already."""
    disputed_kinds = {
        hit.kind for hit in known if hit.prompt_id == prompt_id and hit.disposition is Disposition.DISPUTED
    }
    spoken = {before[one.start : one.end] for one in _strong(prompt_id, before) if one.kind in disputed_kinds}
    found = [Finding(prompt_id, span, words) for span in _strong(prompt_id, words)]
    kept = Counter(one.span.kind for one in found if one.match in spoken)
    return Reworded(tuple(one for one in found if one.match not in spoken), kept)


# ── what is kept of it, and said of it ────────────────────────────────────────────────────────────────────────────


def hits(conversation: Conversation) -> tuple[ScreenHit, ...]:
    """Kinds and counts of all that the screen found, for the version that this draft becomes."""
    made: list[ScreenHit] = []
    for prompt_id, words in typed(conversation):
        answer = conversation.answer(prompt_id)
        kinds: dict[Disposition, Counter[str]] = {
            Disposition.HINT: Counter(span.kind for span in _hints(prompt_id, words)),
            Disposition.REMOVED: Counter(dict(answer.screened.removed)),
            Disposition.DISPUTED: Counter(kind for _, _, kind in _kept(answer, words)),
        }
        for disposition, counted in kinds.items():
            made += [ScreenHit(prompt_id, kind, disposition, number) for kind, number in sorted(counted.items())]
    return tuple(made)


def _hints(prompt_id: str, words: str) -> list[Span]:
    soft = [span for span in screening.screen(words) if span.kind in screening.SOFT]
    return [span for span in soft if prompt_id != CREDIT or span.kind not in NAMES]


_MOST_HINTS = 5


def check_line(conversation: Conversation) -> str:
    """What the screen has to say where the story is read back."""
    removed: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    hints: list[str] = []
    for prompt_id, words in typed(conversation):
        answer = conversation.answer(prompt_id)
        removed.update(dict(answer.screened.removed))
        kept.update(kind for _, _, kind in _kept(answer, words))
        hints += [_hint(words, span) for span in _hints(prompt_id, words)]
    open_ones = Counter(finding.span.kind for finding in findings(conversation))
    parts = [f"{join([noun(kind, n) for kind, n in sorted(removed.items())])} replaced"] if removed else []
    parts += [f"{join([noun(kind, n) for kind, n in sorted(kept.items())])} kept as you wrote"] if kept else []
    if open_ones:
        parts.append(f"{join([noun(kind, n) for kind, n in sorted(open_ones.items())])} to look at when you carry on")
    else:
        parts.append("nothing else found" if parts else "nothing found")
    said = f"Identifier check: {', '.join(parts)}. It finds numbers, not people: please read it once."
    return said + (f" Look again at {join(list(dict.fromkeys(hints))[:_MOST_HINTS])}." if hints else "")


def _hint(words: str, span: Span) -> str:
    match = " ".join(words[span.start : span.end].split())
    return f"“{match[:40]}”"
