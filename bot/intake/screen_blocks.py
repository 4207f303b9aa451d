"""What a teller sees of the screen: what was found, in their own words, three ways out, and what came of it.

Pure. What matched stands in rich text in the teller's own direct message and nowhere else; the notification has none of
it. `rendering.py` calls this at the moment of sending.
"""

from typing import Final

from bot import ids, kit
from bot.intake import asking
from bot.intake.dialogue import CREDIT, Conversation
from bot.intake.going import open_findings
from bot.outgoing import Rendered
from bot.story.screening import KIND_WORDS
from bot.text import cut, escape
from storage.records import Stage

_PLACE: Final = f"_{Stage.SCREENING}"
_MATCH: Final = 200
_AROUND: Final = 160
"""Characters of the teller's words on each side of what was found."""


def found(conversation: Conversation, *, buttons: bool, line: str | None = None) -> Rendered:
    """What looks like an identifier, highlighted where it stands; or that nothing does any more."""
    waiting = open_findings(conversation)
    if not waiting:
        return _nothing_left(conversation, buttons=buttons)
    finding = waiting[0]
    what = KIND_WORDS[finding.span.kind]
    before, after = finding.words[: finding.span.start], finding.words[finding.span.end :]
    before = before if len(before) <= _AROUND else "…" + before[-_AROUND:]
    match = cut(finding.match, _MATCH)
    runs = [kit.words(before), kit.words(match, bold=True, code=True), kit.words(cut(after, _AROUND))]
    blocks: list[kit.Block] = [
        kit.rich(
            kit.words(f"This looks like {what}: "),
            kit.words(match, code=True),
            kit.words(". A reader could use it to find someone."),
        ),
    ]
    if before.strip() or after.strip():
        quoted = [run for run in runs if run["text"]]
        blocks.append({"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": quoted}]})
    sentence = asking.line_of(line, conversation)
    if sentence:
        blocks.append(kit.section(escape(sentence)))
    if buttons:
        mine, marked = asking.value(conversation.draft, _PLACE), f"{conversation.draft.id}:{_PLACE}:{finding.mark}"
        if finding.prompt_id == CREDIT:
            change = kit.button("Change it", ids.BACK, mine)
        else:
            question = conversation.script.question(finding.prompt_id)
            change = kit.button("Change it", ids.CHANGE, f"{conversation.draft.id}:{question.id}")
        blocks.append(
            kit.actions(
                change,
                kit.button("Replace with [removed]", ids.REPLACE, marked),
                kit.button("It isn't one", ids.NOT_ONE, marked),
            )
        )
    return Rendered(f"Something you wrote looks like {what}. A reader could use it to find someone.", blocks)


def _nothing_left(conversation: Conversation, *, buttons: bool) -> Rendered:
    sentence = "Nothing here looks like that any more. Press Next when you're done."
    mine = asking.value(conversation.draft, _PLACE)
    doors = kit.actions(
        kit.button("Next", ids.NEXT, mine, style="primary"),
        kit.button("Back", ids.BACK, mine),
        kit.button("Finish later", ids.FINISH_LATER, mine),
    )
    return Rendered(sentence, [kit.section(sentence), *([doors] if buttons else [])])


def outcome(what: str) -> Rendered:
    """What came of it, where it stood; `what` is a word and a kind."""
    done, _, kind = what.partition(":")
    name = KIND_WORDS.get(kind, "something")
    sentence = {
        "removed": f"{name[:1].upper()}{name[1:]} is now [removed]. It still shows in your own message above; "
        "edit or delete that if you like.",
        "removed_form": f"{name[:1].upper()}{name[1:]} is now [removed].",
        "kept": f"Kept as you wrote it: you say it isn't {name}. Two reviewers will read the story because of that.",
        "gone": "Changed. Nothing there looks like that any more.",
    }[done]
    return Rendered(sentence, [kit.section(sentence)])
