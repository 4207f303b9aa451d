"""Stories for a storybook, written straight into a database: all fictional, none of them anybody's."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from bot.intake.script.file import load_script
from bot.story import screening
from bot.story.codes import FIVE
from bot.storybook.exporting import Format, export
from bot.storybook.site import Built, Wishes, build
from storage import drafts, published, screen_hits, sequels, stories, storybook
from storage.books import Audience, BookKind
from storage.database import Database, Tx
from storage.records import Naming, Part, Place, ScreenHit, StoryStatus, Verb, Version, VersionAnswer, VersionKind

TODAY = date(2025, 12, 1)
START = datetime(2025, 2, 3, 10, 0, tzinfo=UTC)
EVERYWHERE = frozenset(Place)
SCRIPT = (resources.files("bot") / "intake" / "scripts" / "default.toml").read_text(encoding="utf-8")
_READ = load_script(None)
SHA = _READ.sha

TOLD = (
    (
        "Two nights for one phone call",
        "partly",
        "It was when a tenant came home from hospital and nobody had told us. Housing only found out when she "
        "rang from her own front step. The ward had rung the old office, where nobody sits any more.",
        "She waited two nights. One call would have saved both, and a second ambulance.",
        "Ring the person who will be at the door, not the one on the form.",
        ("health", "housing-and-homelessness"),
        ("people-know",),
        ("systems-apart", "who-to-ask"),
    ),
    (
        "Told five times in one day",
        "missing",
        "A person leaving custody told the same story five times before lunch: to probation, the jobcentre, "
        "housing, a nurse and us. Each of us wrote it down, and none of us could see what the others had written.",
        "By the third time he stopped, and nobody heard about the tablets until the evening.",
        "Ask who has heard it already, and ask them first.",
        ("probation-and-justice", "jobcentre-and-benefits", "housing-and-homelessness"),
        (),
        ("systems-apart", "not-our-job", "consent-always"),
    ),
    (
        "The call that changed the plan",
        "helped",
        "Officers were on their way to a house where there had been shouting. A mental health nurse sat in the "
        "same room and knew the man, his sister and the dog. She told them what would calm him, and what would "
        "not.",
        "Two people knocked instead of six. He opened the door and put the kettle on.",
        "Sit in the same room as the people you need.",
        ("police", "health"),
        ("same-room", "people-know", "clear-purpose"),
        ("fear",),
    ),
    (
        "Eight key workers and a calendar",
        "helped",
        "A young man had eight key workers, and every one of them wanted to see him on a Tuesday. We put eight "
        "names on one page, with his leave, and asked him to choose.",
        "He chose two. He has kept every appointment since.",
        "Let the person decide who holds the diary.",
        ("children-s-social-care", "health", "education-and-early-years"),
        ("person-asked", "minimum-data"),
        ("no-time",),
    ),
    (
        "A key at the door",
        "partly",
        "The fire service had fitted an alarm for an old man who could not hear it. The care agency knew that he "
        "could not hear. The two pieces of paper met a year later, after the toaster.",
        "Nobody was hurt, and the new alarm shakes the bed.",
        "Say the one thing the other service cannot see.",
        ("fire-and-rescue", "adult-social-care"),
        ("feedback",),
        ("different-words", "no-agreement"),
    ),
    (
        "More than she needed",
        "wrong",
        "We sent the school the whole report when it had asked whether it was safe for the father to collect. A "
        "teacher read things that the mother had told one person in confidence.",
        "She did not tell us the next thing, and that one mattered more.",
        "Answer the question that was asked, and stop.",
        ("education-and-early-years", "children-s-social-care"),
        (),
        ("shared-too-much", "unclear-law"),
    ),
    (
        "The form with nine signatures",
        "missing",
        "A food bank wanted to know which streets had nobody delivering. The council had the list. Between them "
        "stood a form with nine signatures, and the winter.",
        "By the time it was signed, the volunteers had found the streets on foot.",
        "Ask what the shortest safe answer is, then give that.",
        ("voluntary-and-community", "local-council"),
        (),
        ("too-many-forms", "fear", "no-agreement"),
    ),
    (
        "A name I could ring",
        "helped",
        "I did not know whether I was allowed to tell the hostel about the inhaler. There is one person whose job"
        " it is to know, and she picked up on the second ring. She told me what to say, what to leave out, and to"
        " write down why.",
        "He had his inhaler that night. It took four minutes.",
        "Find out today who your named person is.",
        ("voluntary-and-community", "health"),
        ("named-adviser", "decision-written"),
        ("fear",),
    ),
)


HOSTILE = [
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "</script><script>alert(1)//",
    '"><a href="javascript:alert(1)">x</a>',
    "=HYPERLINK(\"http://evil.example\",\"x\")",
    "\u200b=1+1",
    "＝1+1",
    "+44 a sum", "-1+2", "@SUM(A1)", "\t=1+1", "|calc", "%0A",
    "{{ 7 * 7 }}{% include 'x' %}",
    "# Heading\n- list\n1. one\n> quote\n[x](javascript:alert(1)) ![y](http://evil.example/z.png) `code` *b* _i_ ~~s~~",
    "---\n===\n    indented\n<b>html</b> &amp; &lt;",
    "\u202eright to left\u202c and \u2067isolated",
    "]]> <!-- -- --> <![CDATA[ &bad; \ufffe\uffff",
    "W" * 3000,
    "שלום וברכה, ‏مرحبا",
    "line one\u2028line two\u2029line three",
    "body { display: none } @import url(http://evil.example)",
    "a\\\",\"b\nc;d\r\ne",
    "🧵👩‍👩‍👧‍👦 Łukasz Ŵ ǆ",
]  # fmt: skip


@dataclass(frozen=True)
class Tale:
    """One story to be planted; what is left out is somebody's ordinary choice."""

    title: str | None = TOLD[0][0]
    kind: str = "partly"
    what: str = TOLD[0][2]
    difference: str = TOLD[0][3]
    lesson: str = TOLD[0][4]
    services: Sequence[str] = ("health", "housing-and-homelessness")
    enablers: Sequence[str] = ()
    barriers: Sequence[str] = ()
    naming: Naming = Naming.ROLE_AND_ORGANISATION
    credit: str | None = "Practitioner, Housing and homelessness"
    places: frozenset[Place] = EVERYWHERE
    status: StoryStatus = StoryStatus.POSTED
    held: bool = False
    hits: Sequence[ScreenHit] = field(default=())


def tales(number: int) -> Iterable[Tale]:
    """So many different stories, the eight above again and again, each with a word of its own."""
    for n, told in enumerate(islice(cycle(TOLD), number)):
        title, kind, what, difference, lesson, services, enablers, barriers = told
        word = f"{FIVE[n % len(FIVE)]} {FIVE[n // len(FIVE)]}"
        again = f" We came to call it the time of the {word}." if n >= len(TOLD) else ""
        known = {term.replace("-s-", "s-") for term in services}
        name = title if n < len(TOLD) else f"{title}: the {word}"
        yield Tale(name, kind, what + again, difference, lesson, tuple(sorted(known)), enablers, barriers)


def plant(tx: Tx, tale: Tale, *, at: datetime | None = None) -> str:
    """Write the story as an approved one and return its id."""
    drafts.remember_script(tx, SHA, SCRIPT)
    version = version_of(tx, tale, tx.new_id())
    story = stories.add(Tx(tx.connection, tx.workspace, at or tx.now, tx.new_id), version, care=False, notice_version=4)
    screen_hits.record(tx, story.id, 1, tale.hits)
    approved = 1 if tale.status in (StoryStatus.APPROVED, StoryStatus.POSTED) else None
    stories.change(tx, story.id, status=tale.status, approved_version=approved, held=tale.held)
    return story.id


def version_of(tx: Tx, tale: Tale, story_id: str, n: int = 1) -> Version:
    """A version in the words of the built-in script."""
    made: list[VersionAnswer] = []

    def add(prompt_id: str, part: Part, value: str | None, choices: Sequence[str] = ()) -> None:
        prompt = _READ.prompt(prompt_id)
        words = value if value is not None else ", ".join(prompt.choice(one).text for one in choices)
        if words:
            made.append(VersionAnswer(prompt_id, part, len(made), prompt.label, prompt.ask, words, tuple(choices)))

    add("closeness", Part.KIND, None, (tale.kind,))
    add("what", Part.BODY, tale.what)
    add("difference", Part.BODY, tale.difference)
    add("services", Part.SERVICES, None, tale.services)
    add("enablers", Part.BODY, None, tale.enablers)
    add("barriers", Part.BODY, None, tale.barriers)
    add("lesson", Part.LESSON, tale.lesson)
    add("title", Part.TITLE, tale.title or "")
    return Version(
        story_id=story_id,
        n=n,
        kind=VersionKind.ORIGINAL,
        naming=tale.naming,
        credit_line=tale.credit,
        script_sha=SHA,
        created_at=tx.now,
        answers=tuple(made),
        places=tale.places,
    )


def plant_many(tx: Tx, number: int) -> None:
    """So many stories, about one every four days from February on."""
    for n, tale in enumerate(tales(number)):
        plant(tx, tale, at=START + timedelta(hours=100 * n) if number < 1000 else START + timedelta(minutes=40 * n))


def plant_hostile(tx: Tx) -> None:
    """Each hostile text as title, answers, advice and name of a story, and as what happened next."""
    for text in HOSTILE:
        cut = {"title": text[:60], "lesson": text[:400], "credit": text[:80]}
        what_next(tx, plant(tx, Tale(what=text, difference=text, naming=Naming.NAME, **cut)), text)


def what_next(tx: Tx, story_id: str, words: str) -> None:
    """What happened next in this story, approved."""
    one = sequels.put(tx, story_id, words, {})
    assert sequels.decide(tx, one, Verb.APPROVE, by="U0JOE", care=False) is Verb.APPROVE


def build_site(
    database: Database, workspace: str, now: datetime, folder: Path, audience: Audience, **how: Any
) -> Built:
    """Build as the program does: note what the site may hold, write it, note what it holds."""
    with database.write_engine.begin() as connection:
        tx = Tx(connection, workspace, now)
        book, standing = storybook.begin(
            tx, kind=BookKind.SITE, audience=audience, path=str(folder.resolve()), formats=how.pop("formats", "")
        )
    find = {"find": how.pop("find")} if "find" in how else {}
    wishes = Wishes(audience, **how)
    built = build(folder, lambda: database.reading(workspace, now), standing, wishes, today=TODAY, **find)
    with database.write_engine.begin() as connection:
        storybook.finish(Tx(connection, workspace, now), book, [one.story_id for one in built.stories])
    return built


def exported(database: Database, workspace: str, now: datetime, kind: Format, audience: Audience) -> str:
    """What the export of this kind holds for this audience."""
    out = io.StringIO()
    reading = lambda: database.reading(workspace, now)  # noqa: E731
    with reading() as tx:
        standing = published.standing(tx, audience)
    export(out.write, kind, audience, reading, standing, find=screening.strong)
    return out.getvalue()
