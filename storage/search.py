"""The index of what may be read: which approved versions hold which words, and which of them fit best.

One row a word and story, in an ordinary table: the same statements work in SQLite and PostgreSQL, and what is deleted
is overwritten at once, which an index of the database's own kind does not promise. `stories` keeps it in step in the
transaction that approves, changes or erases. Who may read what is asked of `published`, never of this index.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from math import log
from typing import Final

from sqlalchemy import delete, func, insert, select, union

from storage.database import Tx
from storage.records import Part
from storage.tables import SearchWordRow, SequelRow, StoryRow, VersionAnswerRow
from storage.tables.declaring import aliased
from storage.told_next import SequelState

MOST_TERMS: Final = 8
"""Words of a question that count."""
MOST_CANDIDATES: Final = 2000
"""Stories that are ranked: where more hold all the words, the newest of them."""
MOST_HOLDERS: Final = 2000
"""Stories that hold a word, up to which it is the less rare the more there are."""
TITLE: Final = 8
"""A word in the title counts as often as this in the story."""

_WORD: Final = re.compile(r"[^\W_]+")
_ENDINGS: Final = ("ings", "ing", "ies", "ied", "ed", "es", "s", "e", "y")
_SHORTEST_STEM: Final = 3
_SHOWN: Final = (Part.TITLE, Part.KIND, Part.SERVICES, Part.BODY, Part.LESSON)
"""What readers see. A teller's work and organisation are not: who chose no name must not be found by them."""
_SEPARATOR: Final = "="
"""Between a prompt's id and a choice's: no word holds it, so a choice is never found by typing."""


def stem(word: str) -> str:
    """The word as it is indexed: without case, accents and common endings, so that "shared" finds "sharing"."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
    for ending in _ENDINGS:
        if plain.endswith(ending) and len(plain) - len(ending) >= _SHORTEST_STEM:
            return plain[: -len(ending)]
    return plain


def stems(text: str) -> list[str]:
    """Every word of a text as it is indexed, in order."""
    return [stem(word) for word in _WORD.findall(text)]


_COMMON: Final = frozenset(
    stems(
        "a an and are as at be been but by for from had has have he her him his i in is it its me my not of on or our "
        "she so that the their them they this to us was we were what when which who with would you your"
    )
)
"""What nearly every story holds, as it is indexed: nothing is found by these."""


def terms(question: str) -> list[str]:
    """The words of a question that something can be found by, as they are indexed, each once; the first few of many."""
    return [one for one in dict.fromkeys(stems(question)) if one not in _COMMON][:MOST_TERMS]


def choice(prompt_id: str, choice_id: str) -> str:
    """What stands in the index for a choice."""
    return f"{prompt_id}{_SEPARATOR}{choice_id}"


def index(tx: Tx, story_id: str) -> None:
    """Have the index hold the words of this story's approved version, or nothing of it where none is approved."""
    row = tx.connection.execute(
        select(StoryRow.number, StoryRow.approved_version).where(
            StoryRow.workspace == tx.workspace, StoryRow.id == story_id
        )
    ).one_or_none()
    if row is None:
        return
    tx.connection.execute(
        delete(SearchWordRow).where(SearchWordRow.workspace == tx.workspace, SearchWordRow.number == row.number)
    )
    if row.approved_version is None:
        return
    weights: Counter[str] = Counter()
    answers = tx.connection.execute(
        select(
            VersionAnswerRow.prompt_id, VersionAnswerRow.part, VersionAnswerRow.value, VersionAnswerRow.choices
        ).where(
            VersionAnswerRow.workspace == tx.workspace,
            VersionAnswerRow.story_id == story_id,
            VersionAnswerRow.n == row.approved_version,
            VersionAnswerRow.part.in_(_SHOWN),
        )
    )
    for prompt_id, part, value, choices in answers:
        for word in stems(value):
            weights[word] += TITLE if part is Part.TITLE else 1
        weights.update(choice(prompt_id, one) for one in choices)
    next_told = select(SequelRow.words).where(
        SequelRow.workspace == tx.workspace, SequelRow.story_id == story_id, SequelRow.state == SequelState.APPROVED
    )
    weights.update(stems(tx.connection.execute(next_told).scalar_one_or_none() or ""))
    if weights:
        tx.connection.execute(
            insert(SearchWordRow),
            [
                {"workspace": tx.workspace, "word": word, "number": row.number, "weight": weight}
                for word, weight in weights.items()
            ],
        )


def numbers(tx: Tx, question: str) -> Sequence[int]:
    """Numbers of the stories that hold all `terms` of the question, those that fit best first; of equals, the newest.

    A rare word weighs more than a frequent one, a title more than the rest, and no word more than a few times.
    """
    wanted = terms(question)
    holders = {term: _holders(tx, term) for term in wanted}
    if not wanted or not all(holders.values()):
        return []
    wanted.sort(key=lambda term: holders[term])
    tables = [aliased(SearchWordRow, name=f"w{n}") for n in range(len(wanted))]
    first = tables[0]
    statement = select(first.number, *(table.weight.label(f"weight{n}") for n, table in enumerate(tables)))
    for table, term in zip(tables[1:], wanted[1:], strict=True):
        same = (table.workspace == first.workspace) & (table.number == first.number) & (table.word == term)
        statement = statement.join(table, same)
    statement = statement.where(first.workspace == tx.workspace, first.word == wanted[0])
    statement = statement.order_by(first.number.desc()).limit(MOST_CANDIDATES)
    rarity = [1 + log(1_000_000 / holders[term]) for term in wanted]
    scored = [
        (sum(rare * weight / (weight + 2) for rare, weight in zip(rarity, weights, strict=True)), number)
        for number, *weights in tx.connection.execute(statement)
    ]
    return [number for _, number in sorted(scored, reverse=True)]


def with_choice(tx: Tx, choices: Sequence[str], *, before: int | None = None, most: int = 50) -> Sequence[int]:
    """Numbers of stories with at least one of these choices (`choice`), highest first, below `before` if given."""
    # The latest of each choice, then of these: asked for all at once, SQLite would read every word of every story.
    latest = []
    for word in choices:
        statement = select(SearchWordRow.number).where(
            SearchWordRow.workspace == tx.workspace, SearchWordRow.word == word
        )
        if before is not None:
            statement = statement.where(SearchWordRow.number < before)
        latest.append(select(statement.order_by(SearchWordRow.number.desc()).limit(most).subquery().c.number))
    if not latest:
        return []
    found = union(*latest).subquery().c.number
    return tx.connection.execute(select(found).order_by(found.desc()).limit(most)).scalars().all()


def _holders(tx: Tx, term: str) -> int:
    """How many stories hold the word, as far as it is worth counting: more make it no less rare."""
    some = select(SearchWordRow.number).where(SearchWordRow.workspace == tx.workspace, SearchWordRow.word == term)
    statement = select(func.count()).select_from(some.limit(MOST_HOLDERS).subquery())
    found: int = tx.connection.execute(statement).scalar_one()
    return found
