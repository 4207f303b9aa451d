"""The scene `first-story`: Sam tells a story in a direct message, with everything people do on the way.

They write before they have started, in bursts and in the wrong place; they edit, delete, drop a file, go back and try
to skip. Each beat waits for what the bot says to it. `scenes.py` lists this scene.
"""

from bot.rehearsal.acting.person import Person

from .play import Play
from .retelling import option

FIRST_WORDS = "It was when a tenant came home from hospital and nobody had told us"
AFTERTHOUGHT = "there's a bit more to it"
DIFFERENCE = "She waited two nights. One call would have saved both, and a second ambulance."


async def play_first_story(play: Play) -> None:
    """A story is told from hello to *Send for review*, and an edit comes too late."""
    sam = play.person("sam")
    await _begin(sam)
    edited = await _write_what_happened(play, sam)
    await _go_back_and_forth(play, sam)
    await _choose_and_skip(sam)
    await _check(sam)
    await _permit(sam)
    await sam.press("Send for review")
    await sam.hear("Sent Tuesday 3 June.")
    await sam.hear("This is story 1. A reviewer will read it, usually within 2 working days, and I'll tell you here.")
    await sam.hear("If approved, it goes in #info-stories on Friday 6 June, 10am UK time.")
    await sam.hear("This is what you sent as story 1.")
    await play.person("amira").hear("Story 1: Two nights for one phone call", channel="#story-review")
    await sam.edit(edited, "housing found out only when she rang us from her own front step")
    await sam.hear("Story 1 has been sent, so that edit didn't change it.")


async def _begin(sam: Person) -> None:
    """Nothing is kept before Start; then what was written can be picked up."""
    await sam.say("hi")
    await sam.hear("Tell us about a time when sharing information mattered")
    await sam.hear("[Start] [Not now] [How we use stories]")
    await sam.say(FIRST_WORDS)
    await sam.hear("I haven't kept that yet. I can pick it up from this chat if you start.")
    await sam.press("Start with what I wrote")
    await sam.hear("Started Tuesday 3 June, after reading notice 5.")
    await sam.hear("1 of 8 · Which of these is closest to your story?")
    await sam.say(AFTERTHOUGHT)
    await sam.hear("I've put that with question 2. First, choose one of the five above.")
    await sam.choose("It happened late or only in part")
    await sam.press("Next")
    await sam.hear("1 of 8 · Which of these is closest to your story?  It happened late or only in part")
    await sam.gone("I've put that with question 2.")
    await sam.hear("2 of 8 · What happened?")
    await sam.hear("I have the two messages you wrote above. Add to them, or press Next.")


async def _write_what_happened(play: Play, sam: Person) -> str:
    """One answer in many messages, edited and thinned out; returns the ts of one of them."""
    kept = await sam.say("housing only found out when she rang us from her own front step")
    await sam.hear("Got that. Keep typing if there's more. Press Next when you're done.")
    await sam.say("the ward rang 01632 960 983 but that was the old office")
    misspelt = await sam.say("she couldnt manage the stares")
    play.pause()
    foot = await sam.hear("Got all five. Press Next when you're done.")
    await sam.gone("Keep typing if there's more.")
    await sam.edit(misspelt, "she couldn't manage the stairs")
    await sam.hear("Got all five, with your edit. Press Next when you're done.")
    await sam.unfurl(misspelt)
    await sam.delete(next(m.ts for m in sam.messages() if m.text == AFTERTHOUGHT))
    changed = await sam.hear("Got four. The one you deleted is out of your story.")
    play.expect(changed.ts == foot.ts, "an edit, a link preview and a deletion change the foot where it stands")
    await sam.upload("ward-door.jpg", "this is the door")
    await sam.hear(
        "I can't take pictures or files: they can show more than we mean. I've kept the words you put with it."
    )
    play.pause()
    await sam.hear("Got all five. Press Next when you're done.")
    await sam.say("help the next person by ringing twice")
    play.pause()
    await sam.hear("Got all six. Press Next when you're done.")
    await sam.press("Next")
    await sam.gone("Got all six.")
    await sam.hear("This looks like a phone number: 01632 960 983. A reader could use it to find someone.")
    await sam.press("Replace with [removed]")
    await sam.hear("A phone number is now [removed]. It still shows in your own message above; edit or delete that")
    await sam.hear("3 of 8 · What difference did it make, or could it have made, to a person or a service?")
    return kept


async def _go_back_and_forth(play: Play, sam: Person) -> None:
    """Back keeps everything; an answer that is too short is asked for once more."""
    await sam.say("back")
    await sam.hear("Back to question 2, What happened? Add to it, edit your messages above, or press Next.")
    await sam.gone("3 of 8")
    await sam.press("Next")
    await sam.hear("3 of 8 · What difference")
    await sam.say("bad")
    await sam.hear("Got that. Keep typing if there's more. Press Next when you're done.")
    await sam.press("Next")
    await sam.hear("A little more, please: one sentence, so a reader can see what changed.")
    await sam.say(DIFFERENCE)
    play.pause()
    await sam.hear("Got both. Press Next when you're done.")
    await sam.press("Next")
    await sam.hear("4 of 8 · Which services were part of it?")


async def _choose_and_skip(sam: Person) -> None:
    """Menus shrink to their answers; only what is optional can be skipped."""
    await sam.choose("Health", "Housing and homelessness")
    await sam.press("Next")
    await sam.hear("4 of 8 · Which services were part of it?  Health, Housing and homelessness")
    await sam.hear("5 of 8, optional · What helped, and what got in the way?")
    await sam.say("skip")
    await sam.hear("What helped, and what got in the way?  Skipped. You can add it before you send.")
    await sam.hear("6 of 8 · What one thing would you tell someone in the same position?")
    await sam.say("skip")
    await sam.hear("I do need this one: it is the line readers remember. One sentence is enough.")
    lesson = await sam.say("Ring the person who will be at the door, not the one on the form.")
    await sam.hear("Got that.", after=lesson)
    await sam.press("Next")
    await sam.hear("7 of 8, optional · What kind of work do you do, and for what kind of organisation?")
    await sam.choose("Practitioner", menu=":role")
    await sam.choose("Housing and homelessness", menu=":organisation")
    await sam.press("Next")
    await sam.hear("Practitioner, Housing and homelessness")
    await sam.hear("8 of 8, optional · Give it a short title.")
    await sam.say("Two nights for one phone call")


async def _check(sam: Person) -> None:
    """The whole story is read back, and one answer changed in the form."""
    await sam.hear("Check your story. This is what readers will see. Nothing is sent yet.")
    await sam.hear("the ward rang [removed] but that was the old office")
    await sam.hear("Identifier check: 1 phone number replaced, nothing else found.")
    await sam.hear("she couldn't manage the stairs")
    await sam.press("Change", beside="What difference it made")
    await sam.see_view("Change your answer")
    await sam.fill("What difference did it make, or could it have made, to a person or a service?", DIFFERENCE)
    await sam.press("Save")
    await sam.hear(f"What difference it made — {DIFFERENCE} · Changed just now")


async def _permit(sam: Person) -> None:
    """How to be described, and where the story may go: nothing ticked is no answer."""
    await sam.press("Carry on")
    await sam.hear("Permission, 1 of 2 · How should we describe you?")
    await sam.choose("My role and type of organisation")
    await sam.press("Next")
    await sam.hear("Permission, 1 of 2 · How should we describe you?  Practitioner, Housing and homelessness")
    await sam.hear("Permission, 2 of 2 · Where may we share it?")
    await sam.press("Next")
    await sam.hear("Tick a place, or press Keep it to myself.")
    await sam.choose(option(sam, "Weekly digest"), option(sam, "Storybook for staff"))
    await sam.press("Next")
    await sam.hear("Permission, 2 of 2 · Where may we share it?  the weekly digest and the staff storybook")
    await sam.hear(
        'Ready to send, as "Practitioner, Housing and homelessness", for the weekly digest and the staff storybook.'
    )
