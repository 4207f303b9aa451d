"""Walks a person through the default script, the way somebody in a hurry would."""

from typing import Any

WHAT = "A person came home from hospital and nobody had told the housing team that they would need a key."
DIFFERENCE = "They waited two nights in a hotel. One call would have saved both."
LESSON = "Ring the person who will be at the door."
DIGEST = "Weekly digest in #info-stories"


async def begin(person: Any) -> None:
    """Up to the first question."""
    await person.say("hello")
    await person.hear("Nothing you type is kept until you press Start")
    await person.press("Start")
    await person.hear("1 of 8")


async def at_question_two(person: Any) -> Any:
    """From hello to the second question, which is the first that is answered in words; returns its message."""
    await begin(person)
    await person.choose("Sharing helped")
    await person.press("Next")
    return await person.hear("2 of 8")


async def answer_until_title(person: Any, *, what: str = WHAT) -> None:
    """From the first question to the last."""
    await person.choose("Sharing helped")
    await person.press("Next")
    await person.hear("2 of 8")
    await person.say(what)
    await person.hear("Got that")
    await person.press("Next")
    await person.hear("3 of 8")
    await person.say(DIFFERENCE)
    await person.hear("Got that")
    await person.press("Next")
    await person.hear("4 of 8")
    await person.choose("Health")
    await person.press("Next")
    await person.hear("5 of 8")
    await person.press("Skip")
    await person.hear("6 of 8")
    await person.say(LESSON)
    await person.hear("Got that")
    await person.press("Next")
    await person.hear("7 of 8")
    await person.choose("Practitioner", menu="Your work")
    await person.press("Next")
    await person.hear("8 of 8")


async def finish(person: Any, title: str, *, naming: str = "My role only", places: tuple[str, ...] = (DIGEST,)) -> None:
    """From the title to the receipt."""
    await person.say(title)
    await person.hear("Check your story")
    await person.press("Carry on")
    await person.hear("How should we describe you")
    await person.choose(naming)
    await person.press("Next")
    asking = await person.hear("Where may we share it")
    offered = [line for line in asking.shown.replace("☐", "\n").splitlines() if line.strip()]
    ticked = [next(one.strip() for one in offered if one.strip().startswith(place)) for place in places]
    await person.choose(*ticked)
    await person.press("Next")
    await person.hear("Ready to send")
    await person.press("Send for review")
    await person.hear("This is story")


async def tell(person: Any, title: str, *, what: str = WHAT, **how: Any) -> None:
    """A whole story, sent."""
    await begin(person)
    await answer_until_title(person, what=what)
    await finish(person, title, **how)
