"""What is said beside the question: what became of a message, a word of help, an ask before deleting, "Saved".

Pure. `carrying.py` says which; `rendering.py` calls this at the moment of sending.
"""

from bot import ids, kit
from bot.intake.asking import line_of, place_words, value
from bot.intake.dialogue import Conversation, place_of
from bot.intake.script import PromptKind
from bot.outgoing import Rendered
from bot.text import count, escape, join, number_word
from storage.records import Draft, DraftState, Purpose, Stage

DELETE_IT, KEEP_IT = "Delete it", "Keep it"
THROW_AWAY, KEEP_THEM = "Throw them away", "Keep them"
"""The same, where what would go is a change of a story that was sent."""


def note(
    conversation: Conversation,
    what: str,
    prompt_id: str | None,
    *,
    about: str = "",
    help_text: str = "",
    again: bool = False,
) -> Rendered:
    """One thing said beside the question. `about` is the `ts` of the message that it speaks of."""
    draft = conversation.draft
    number = _number_words(conversation, prompt_id)
    where = place_words(conversation, place_of(draft))
    if what == "offer":
        sentence = f"I haven't put that in your story: there is no question open for it. Shall I add it to {number}?"
        return Rendered(
            sentence,
            [
                kit.section(sentence),
                kit.actions(kit.button(f"Add to {number}", ids.ADD_TO, f"{draft.id}:{about}:{prompt_id}")),
            ],
        )
    if what == "line_too_long" and prompt_id is not None:
        sentence = _too_long(conversation, prompt_id)
        return Rendered(sentence, [kit.section(sentence)])
    if what.startswith("line:"):
        prompt = None if prompt_id is None else conversation.script.prompt(prompt_id)
        sentence = line_of(what[5:], conversation, prompt) or ""
        return Rendered(escape(sentence), [kit.section(escape(sentence))])
    kept = " I've kept the words you put with it." if prompt_id else ""
    sentence = {
        "held_welcome": f"Welcome back. I've put that with {number}. {_first_choose(conversation, 'below')}",
        "held": f"I've put that with {number}. {_first_choose(conversation)}",
        "added": f"Added to {number}.",
        "updated": f"Updated {number} again." if again else f"Updated {number}.",
        "form_wins": f"You changed {number} in the form, so I kept that.",
        "replaced_wins": f"Something in {number} is replaced, so your story keeps it as it stands. {_change_it(draft)}",
        "nowhere": "I can't put that in your story: its questions are all answered from lists. Use the buttons above.",
        "other_too_long": "That is over 200 characters. Type the something else again, a little shorter.",
        "delete_no": "Still kept to yourself, as it was."
        if draft.state is DraftState.KEPT
        else f"Kept. We're {where}.",
        "help": f"{help_text} We're {where}. Type your answer, or use the buttons. "
        "These words work by themselves: next, back, skip, stop, delete.",
        "file": "I can't take pictures or files: they can show more than we mean." + kept,
        "forwarded": "I can't take a forwarded message: those are somebody else's words. Please use your own." + kept,
        "me": "I can't keep that kind of message. Please type it as an ordinary one.",
        "picked_up_not": f"I couldn't pick that up. Please copy it in at {number}.",
    }[what]
    return Rendered(escape(sentence), [kit.section(escape(sentence))])


def offline(conversation: Conversation, span: str, *, wrote: bool, edited: int, deleted: int) -> Rendered:
    """What became of what was written, edited or deleted while the bot was away, and nothing that is not so."""
    said = ["everything you wrote is safe"] if wrote else []
    if edited:
        said.append("your edit is in your story" if edited == 1 else "your edits are in your story")
    if deleted:
        what = "the message you deleted" if deleted == 1 else "what you deleted"
        said.append(f"{what} is out of {'it' if edited else 'your story'}")
    done = join(said or ["everything you wrote is safe"])
    here = place_words(conversation, place_of(conversation.draft))
    sentence = f"I was offline {span}. {done[:1].upper()}{done[1:]}; we're {here}."
    return Rendered(escape(sentence), [kit.section(escape(sentence))])


def _number_words(conversation: Conversation, prompt_id: str | None) -> str:
    """The question that a prompt belongs to, by its number; nothing for the product's own steps."""
    if prompt_id is None or prompt_id.startswith("_"):
        return ""
    return f"question {conversation.number(conversation.script.question(prompt_id).id)}"


def _change_it(draft: Draft) -> str:
    """How an answer that a message no longer changes can be changed."""
    if draft.stage in (Stage.ASKING, Stage.SCREENING) and draft.purpose is Purpose.NEW:
        return "You can change it where you check your story, before you send it."
    return "To change it, press Change beside it where you checked your story."


def _first_choose(conversation: Conversation, where: str = "above") -> str:
    question = conversation.question
    if question is None or question.lead.typed:
        return ""
    options = len(question.lead.choices) + (1 if question.lead.other else 0)
    if question.kind is PromptKind.CHOICE and len(question.prompts) == 1 and options <= 12:
        return f"First, choose one of the {number_word(options)} {where}."
    return f"First, choose from the list {where}, then press Next."


def _too_long(conversation: Conversation, prompt_id: str) -> str:
    prompt = conversation.script.prompt(prompt_id)
    return f"That is too long for this one: it takes {count(prompt.max_length, 'character')}. Type it again, shorter."


def delete_ask(draft: Draft, number: str, *, buttons: bool) -> Rendered:
    """Asked before a draft is deleted; each has a number, and its buttons only while it waits for an answer."""
    if draft.purpose is Purpose.CHANGE:
        sentence = "Throw away these changes? Your story stays as you last sent it."
        yes, no = THROW_AWAY, KEEP_THEM
    else:
        sentence = "Delete this story? Everything you've told me in it goes, and can't be brought back."
        yes, no = DELETE_IT, KEEP_IT
    mine = f"{value(draft, '_')}:{number}"
    doors = kit.actions(kit.button(yes, ids.DELETE_YES, mine, style="danger"), kit.button(no, ids.DELETE_NO, mine))
    return Rendered(sentence, [kit.section(sentence), *([doors] if buttons else [])])


def resting(conversation: Conversation, place: str, *, buttons: bool) -> Rendered:
    """ "Saved", with the way back."""
    sentence = f"Saved. We're {place_words(conversation, place)}. Type or press Carry on when you're ready."
    mine = value(conversation.draft, place)
    doors = kit.actions(
        kit.button("Carry on", ids.CARRY_ON, mine, style="primary"), kit.button("Delete", ids.DELETE, mine)
    )
    return Rendered(sentence, [kit.section(sentence), *([doors] if buttons else [])])
