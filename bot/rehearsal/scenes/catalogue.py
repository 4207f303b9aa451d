"""The scenes that a rehearsal can play, each of which is also a test: what people hear is waited for, or it fails.

Scenes move people and the clock; they know the bot by its words only. `stage.py` and the tests play them.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from bot.rehearsal.acting.person import NotHeard, Person

from .first_story import play_first_story
from .own_script import play_own_script
from .play import Play
from .retelling import sample_stories, send, tell

REVIEW: Final = "#story-review"
STORIES: Final = "#info-stories"


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene: what it shows, and how it goes."""

    name: str
    about: str
    play: Callable[[Play], Awaitable[None]]


# -- review ----------------------------------------------------------------------------------------------------------


async def play_review(play: Play) -> None:
    """Four stories are decided: asked about and approved, raced for, declined, and one by another reviewer."""
    await _ask_and_approve(play)
    await _race(play)
    await _decline(play)
    await _own_story(play)


async def _ask_and_approve(play: Play) -> None:
    sam, amira, joe = play.person("sam"), play.person("amira"), play.person("joe")
    story = sample_stories()[0]
    with play.offstage(sam):
        await tell(play, sam, story)
    await send(sam, 1)
    card = await amira.hear(f"Story 1: {story.title}", channel=REVIEW)

    await play.at("2025-06-04 10:20")
    await joe.press("Ask the teller", ts=card.ts)
    await joe.see_view("Ask the teller")
    await joe.fill("Your question", "Who kept the list, and for how long?")
    await joe.press("Send")
    await joe.hear("Your question about story 1 is on its way to the teller, without your name.", channel=REVIEW)
    await joe.hear('Joe Lind asked on Wednesday 4 June: "Who kept the list, and for how long?"', channel=REVIEW)
    relayed = await sam.hear(
        'A reviewer has a question about story 1. They ask: "Who kept the list, and for how long?"'
    )
    await sam.say("The home safety team kept it, and deleted it after eight weeks.", thread_ts=relayed.ts)
    await sam.hear("Got that. Press Send back when you're done.", thread_ts=relayed.ts)
    await sam.press("Send back")
    await sam.hear("You answered on Wednesday 4 June. Story 1 is back with the reviewers.")
    await amira.hear("version 2 · changed: What happened", channel=REVIEW)
    await amira.hear("Version 2 has its own card below.", channel=REVIEW)

    await play.at("2025-06-04 15:30")
    await _approve_by_command(amira, 1, "is approved for Friday 6 June, 10am UK time.")
    await amira.hear("Approved by Amira Shah, Wednesday 4 June · digest Friday 6 June", channel=REVIEW)
    await sam.hear("Story 1 is approved, exactly as you last sent it.")
    late = await joe.command("/story approve 1", channel=REVIEW)
    _says(late.shown, "Story 1 was approved by Amira Shah on Wednesday 4 June. Nothing changed.")


async def _race(play: Play) -> None:
    priya, amira, joe = play.person("priya"), play.person("amira"), play.person("joe")
    with play.offstage(priya):
        await tell(play, priya, sample_stories()[1])
        await send(priya, 2)
    card = await amira.hear("Story 2: Told five times in one day", channel=REVIEW)
    play.aside("Amira and Joe press Approve on story 2 at the same moment.")
    await play.at("2025-06-04 15:42")
    with play.together():
        await asyncio.gather(amira.press("Approve", ts=card.ts), joe.press("Approve", ts=card.ts))
        decided = await amira.hear(re.compile(r"^Story 2:.*Approved by (Amira|Joe)", re.DOTALL), channel=REVIEW)
        first, second = (amira, joe) if "Approved by Amira" in decided.shown else (joe, amira)
        told = await second.hear(f"{first.profile.real_name} approved story 2 at", channel=REVIEW)
        await priya.hear("Story 2 is approved, exactly as you last sent it.")
    play.expect("Your approval was not used." in told.shown, "the second of two reviewers is told what became of it")
    of_first = [m.shown for m in first.messages(REVIEW)]
    play.expect(not any("was not used" in shown for shown in of_first), "the first of two reviewers is not told so")


async def _decline(play: Play) -> None:
    lee, amira = play.person("lee"), play.person("amira")
    story = sample_stories()[2]
    with play.offstage(lee):
        await tell(play, lee, story)
        await send(lee, 3)
    card = await amira.hear("Story 3: The call that changed the plan", channel=REVIEW)
    await amira.press("Decline", ts=card.ts)
    await amira.see_view("Decline story 3")
    await amira.choose("It could identify someone", menu="Choose a reason")
    await amira.fill("What would make it usable?", "Leave out the footbridge: it was in the local paper.")
    await amira.press("Decline")
    await amira.hear("Story 3 is declined. The teller has your reason and their words.", channel=REVIEW)
    await amira.hear("Declined by Amira Shah, Wednesday 4 June · it could identify someone", channel=REVIEW)
    handed_back = await lee.hear("We can't use story 3 as it is: it could identify someone. A reviewer says:")
    for words in ("Leave out the footbridge: it was in the local paper.", story.what[0], "[Change and send] [Delete]"):
        play.expect(words in handed_back.shown, f"a story that is declined comes back with: {words}")


async def _own_story(play: Play) -> None:
    amira, joe = play.person("amira"), play.person("joe")
    with play.offstage(amira):
        await tell(play, amira, sample_stories()[3])
        await send(amira, 4)
    await joe.hear("Story 4: Same child, two spellings", channel=REVIEW)
    refused = await amira.command("/story approve 4", channel=REVIEW)
    _says(refused.shown, "Story 4 can't be decided by the person who told it. Another reviewer needs to.")
    await _approve_by_command(joe, 4, "is approved for Friday 6 June, 10am UK time.")
    await amira.hear("Story 4 is approved, exactly as you last sent it.")
    await joe.hear("Approved by Joe Lind, Wednesday 4 June", channel=REVIEW)


async def _approve_by_command(reviewer: Person, number: int, answer: str) -> None:
    """A reviewer looks at what waits, then approves by number."""
    waiting = await reviewer.command("/story review", channel=REVIEW)
    _says(waiting.shown, f"{number} · ")
    said = await reviewer.command(f"/story approve {number}", channel=REVIEW)
    _says(said.shown, answer)


def _says(shown: str, wanted: str) -> None:
    if wanted not in " ".join(shown.split()):
        raise NotHeard(f"the private answer did not say {wanted!r}. It said:\n{shown or 'nothing'}")


# -- weekly ----------------------------------------------------------------------------------------------------------


async def play_weekly(play: Play) -> None:
    """Three stories are told, two of them approved, and the week's digest goes out; the week after is quiet."""
    await _three_stories(play)
    await _three_decisions(play)
    await _edition(play)
    await _quiet_week(play)
    play.aside("The edition was posted. This is what readers see in #info-stories:")
    play.show(STORIES)


async def _three_stories(play: Play) -> None:
    sam, priya, lee = (play.person(name) for name in ("sam", "priya", "lee"))
    first, second, third = sample_stories()[:3]
    play.aside("Sam tells a story. Priya and Lee tell theirs at the same time, in the same way.")
    with play.offstage(priya, lee), play.together():
        await asyncio.gather(tell(play, sam, first), tell(play, priya, second), tell(play, lee, third))
    with play.offstage(priya, lee):
        for number, (teller, story) in enumerate(((sam, first), (priya, second), (lee, third)), 1):
            await send(teller, number)
            await play.person("amira").hear(f"Story {number}: {story.title}", channel=REVIEW)


async def _three_decisions(play: Play) -> None:
    sam, priya, lee = (play.person(name) for name in ("sam", "priya", "lee"))
    amira, joe = play.person("amira"), play.person("joe")
    await play.at("2025-06-04 11:15")
    card = await amira.hear("Story 1: One list for the cold snap", channel=REVIEW)
    await amira.press("Approve", ts=card.ts)
    await amira.hear("Approved by Amira Shah, Wednesday 4 June · digest Friday 6 June", channel=REVIEW)
    await sam.hear("Story 1 is approved, exactly as you last sent it. It goes in #info-stories on Friday 6 June, 10am")
    await _approve_by_command(joe, 2, "is approved for Friday 6 June, 10am UK time.")
    await joe.hear("Approved by Joe Lind, Wednesday 4 June · digest Friday 6 June", channel=REVIEW)
    await priya.hear("Story 2 is approved, exactly as you last sent it.")
    said = await joe.command("/story decline 3 Please say what the nurse could see, and what not.", channel=REVIEW)
    _says(said.shown, "Story 3 is declined. The teller has your reason and their words.")
    await joe.hear("Declined by Joe Lind, Wednesday 4 June", channel=REVIEW)
    await lee.hear("We can't use story 3 as it is.")
    await lee.hear("Please say what the nurse could see, and what not.")


async def _edition(play: Play) -> None:
    sam, priya, lee, rae = (play.person(name) for name in ("sam", "priya", "lee", "rae"))
    amira = play.person("amira")
    await play.at("2025-06-05 10:00", is_heard=True)
    await amira.hear("Tomorrow's digest, as it will look. #info-stories, Friday 6 June, 10am UK time.", channel=REVIEW)
    await play.at("2025-06-06 10:00", is_heard=True)
    edition = await rae.hear("This week's stories", channel=STORIES)
    for words in ("Friday 6 June · 2 stories", "One list for the cold snap", "Told five times in one day"):
        play.expect(words in edition.shown, f"the digest says: {words}")
    for number in (1, 2):
        await rae.hear(f"· story {number}", channel=STORIES, thread_ts=edition.ts)
    await sam.hear("Story 1 is in this week's digest")
    await priya.hear("Story 2 is in this week's digest")
    await amira.hear("Digest posted Friday 6 June, 10am: 2 stories", channel=REVIEW)
    await amira.hear("This week 3 sent, 2 approved, 1 declined, none waiting.", channel=REVIEW)
    await amira.gone("[Undo]", channel=REVIEW)
    await amira.hear("This digest has been made.", channel=REVIEW)
    told = [m.shown for m in lee.messages()]
    play.expect(not any("in this week's digest" in shown for shown in told), "nobody declined is told of the digest")


async def _quiet_week(play: Play) -> None:
    amira, rae = play.person("amira"), play.person("rae")
    before = [m.ts for m in rae.messages(STORIES)]
    await play.at("2025-06-13 10:00", is_heard=True)
    await amira.hear("No digest this week: no approved stories. Everything is working.", channel=REVIEW)
    play.expect([m.ts for m in rae.messages(STORIES)] == before, "a quiet week posts nothing in #info-stories")


SCENES: Final[Mapping[str, Scene]] = MappingProxyType(
    {
        scene.name: scene
        for scene in (
            Scene("weekly", "three stories, two approvals, the week's digest, a quiet week", play_weekly),
            Scene("first-story", "one story told from hello to sent, with everything people do", play_first_story),
            Scene("review", "a question, a race, a refusal: how reviewers decide", play_review),
            Scene("script", "one story told in whatever script is used", play_own_script),
        )
    }
)
