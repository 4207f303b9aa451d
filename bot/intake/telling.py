"""What the bot says to a teller outside the questions: hello, thank you, are you still there, it is gone.

Pure. The first sentence of anything unprompted is neutral, so that a lock screen shows no story.
"""

from datetime import datetime
from typing import Any, Final

from bot import ids, kit
from bot.intake.checking import story_blocks
from bot.intake.dialogue import Move
from bot.intake.script import Campaign, Script
from bot.outgoing import Rendered
from bot.story.papers import PAPERS
from bot.story.policy import Policy
from bot.story.screening import KIND_WORDS
from bot.story.taking_back import NOT_YOURS, take_back_button
from bot.story.view import StoryView
from bot.text import count, cut, day, escape, short_day

# ── hello ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def notice(script: Script, policy: Policy, *, pick_up_ts: str | None, buttons: bool) -> Rendered:
    """The opening notice. After a long first message it also offers to begin with that message."""
    campaign = script.campaign
    questions = len(script.asked({}))
    bullets = [line.replace("{days}", str(policy.draft_days)) for line in campaign.about]
    lines = [
        f"*{escape(campaign.title)}*",
        f"It takes about {count(campaign.minutes, 'minute')}: {count(questions, 'short question')}. "
        "You see the whole story before anyone else does.",
        *(f"• {escape(line)}" for line in bullets),
        "Nothing you type is kept until you press Start.",
    ]
    blocks = [kit.section("\n".join(lines))]
    if pick_up_ts is not None:
        blocks.append(kit.section("I haven't kept what you wrote yet. I can pick it up from this chat if you start."))
    if buttons:
        blocks.append(_start_buttons(pick_up_ts))
    return Rendered(kit.cut_text(escape(campaign.title)), blocks)


def offer(pick_up_ts: str | None, *, several: bool) -> Rendered:
    """Said once to somebody who writes before Start; changed, never repeated. None: a later greeting offers it."""
    if pick_up_ts is None:
        return _plain("I haven't kept those." if several else "I haven't kept that.")
    sentence = (
        "I haven't kept those yet. I can pick them up from this chat if you start."
        if several
        else "I haven't kept that yet. I can pick it up from this chat if you start."
    )
    return Rendered(sentence, [kit.section(sentence), _start_buttons(pick_up_ts)])


def _start_buttons(pick_up_ts: str | None) -> kit.Block:
    if pick_up_ts is None:
        return kit.actions(
            kit.button("Start", ids.START, "start", style="primary"),
            kit.button("Not now", ids.NOT_NOW, "not_now"),
            kit.button("How we use stories", ids.HOW_WE_USE, "how"),
        )
    return kit.actions(
        kit.button("Start with what I wrote", ids.START_WITH, pick_up_ts, style="primary"),
        kit.button("Start afresh", ids.START_AFRESH, "start"),
        kit.button("Not now", ids.NOT_NOW, "not_now"),
    )


def started(policy: Policy, when: datetime, notice_version: int) -> Rendered:
    """The notice once Start was pressed."""
    return _plain(f"Started {day(when, policy.zone)}, after reading notice {notice_version}.")


def not_now() -> Rendered:
    """The notice once Not now was pressed."""
    return _plain(f"That's fine. Nothing was kept. Type {ids.COMMAND} whenever you'd like to tell one.")


def how_we_use(campaign: Campaign) -> dict[str, Any]:
    """The page behind *How we use stories*."""
    paragraphs = [part.strip() for part in campaign.how_we_use.split("\n\n") if part.strip()]
    return kit.modal(
        "How we use stories",
        [
            *(kit.section(escape(part)) for part in paragraphs),
            kit.section("*The papers*, which the people who run this can give you in full:"),
            *(kit.section(f"*{escape(paper.title)}.* {escape(paper.short)}") for paper in PAPERS),
        ],
        callback_id=ids.READING_VIEW,
        metadata="",
        close="Close",
    )


def not_for_you() -> Rendered:
    """To guests and people of other organisations, where the keeper has not let them tell."""
    return _plain("Thank you for writing. I can only take stories from our own staff here, so I haven't kept anything.")


_NOTHING_OPEN: Final = {
    Move.DELETE: "No story is open, so there is nothing to delete. "
    f"To take back one that you have sent, type {ids.COMMAND} mine",
    Move.STOP: "No story is open, so there is nothing to stop.",
}


def nothing_open(word: Move) -> Rendered:
    """To somebody who types a control word while they are telling no story."""
    sentence = _NOTHING_OPEN.get(word, "No question is open at the moment.")
    return Rendered(sentence, [kit.section(sentence), kit.actions(tell_button("Tell a story"))])


def a_code() -> Rendered:
    """To somebody who pastes a story's code into the chat."""
    return _plain(
        "That looks like the code of a story, and I haven't kept it. "
        f"To take the story back with it, type {ids.COMMAND} withdraw and then the code."
    )


def in_a_channel() -> Rendered:
    """To somebody who mentions the bot in a channel."""
    sentence = "I only listen in direct messages."
    return Rendered(sentence, [kit.section(sentence), kit.actions(tell_button("Tell your story"))])


def tell_button(label: str) -> kit.Element:
    """The button that opens the direct message."""
    return kit.button(label, ids.TELL_STORY, "tell")


# ── sent, kept, gone ──────────────────────────────────────────────────────────────────────────────────────────────


def sent(policy: Policy, when: datetime) -> Rendered:
    """What *Ready to send* becomes."""
    return _plain(f"Sent {day(when, policy.zone)}.")


def receipt(
    policy: Policy,
    view: StoryView,
    *,
    slot: str | None,
    again: bool,
    story_id: str,
    digest: bool = True,
    code: str | None = None,
) -> Rendered:
    """Thank you, the number, who reads it, by when, where it will appear, and how to take it back.

    `digest`: it may go in one. `code` is told once, when a story is first sent: it works for whoever holds it.
    """
    first = f"*This is story {view.number}.*" if not again else f"*Story {view.number} is back with the reviewers.*"
    lines = [f"{first} A reviewer will read it, usually within 2 working days, and I'll tell you here."]
    if slot is not None:
        lines.append(f"If approved, it goes in #{escape(policy.digest_name)} on {slot}.")
    lines.append("Until it is in a digest you can still change it." if digest else "You can still change it.")
    lines.append(f"To take it back, press the button or type `{ids.COMMAND} withdraw {view.number}`.")
    if code is not None:
        lines += [f"In case you leave this Slack, save this code somewhere else:\n`{code}`", "I can't show it again."]
    text = f"Story {view.number} is with the reviewers."
    return Rendered(
        text,
        [
            kit.section("\n".join(lines)),
            kit.actions(
                take_back_button(story_id, view.number),
                kit.button("See it", ids.SEE_STORY, story_id),
                kit.button(f"Change story {view.number}", ids.CHANGE_STORY, story_id),
                kit.button("Change permission", ids.CHANGE_PERMISSION, story_id),
            ),
        ],
    )


def kept(policy: Policy, draft_id: str, until: datetime) -> Rendered:
    """The story was kept by its teller."""
    sentence = (
        f"Kept to yourself. Nobody else has read it or will. It is deleted on {day(until, policy.zone)} "
        "unless you carry on before then."
    )
    return Rendered(
        sentence,
        [
            kit.section(sentence),
            kit.actions(
                kit.button("Carry on", ids.CARRY_ON, f"{draft_id}:_places"),
                kit.button("Delete", ids.DELETE, f"{draft_id}:_places"),
            ),
        ],
    )


def deleted(*, change: bool) -> Rendered:
    """The teller deleted the draft."""
    if change:
        return _plain("Thrown away. Your story stays as you last sent it.")
    sentence = "Your story is deleted. Nobody else read it; your own messages stay in this chat unless you delete them."
    return Rendered(sentence, [kit.section(sentence), kit.actions(tell_button("Tell a story"))])


def expired(*, change: bool) -> Rendered:
    """Time deleted it, as announced."""
    if change:
        return _plain("Your unfinished changes are deleted. Your story stays as you last sent it.")
    sentence = (
        "Your unfinished story is deleted, as I said. Nobody else read it; "
        "your own messages stay in this chat unless you delete them."
    )
    return Rendered(sentence, [kit.section(sentence), kit.actions(tell_button("Tell a story"))])


def nudge(
    policy: Policy, draft_id: str, place: str, where: str, began: datetime, until: datetime, *, buttons: bool
) -> Rendered:
    """The one reminder, at the open question, with a door."""
    sentence = (
        f"You began a story on {short_day(began, policy.zone)} and we're {where}. Carry on, or delete it? "
        f"I won't ask again; it goes on {short_day(until, policy.zone)}."
    )
    doors = kit.actions(
        kit.button("Carry on", ids.CARRY_ON, f"{draft_id}:{place}", style="primary"),
        kit.button("Delete it", ids.DELETE, f"{draft_id}:{place}"),
    )
    return Rendered(sentence, [kit.section(sentence), *([doors] if buttons else [])])


def answer_looks_like(kind: str, match: str | None, number: str) -> str:
    """Why an answer to a reviewer can't go back as it is; `match` only for beneath the box that holds it."""
    what = KIND_WORDS[kind]
    shown = f": “{cut(match, 60)}”" if match else ""
    return (
        f"Something in this looks like {what}{shown}. Change it, or put [removed] in its place. "
        f"If it isn't one, press Change story {number} on its receipt: there you can say so."
    )


def whisper(what: str, where: str) -> Rendered:
    """One line that only they see."""
    if what.startswith("looks_like:"):
        _, kind, number = what.split(":")
        return _plain(answer_looks_like(kind, None, number))
    return _plain(
        {
            "already_started": f"You've already started. We're {where}.",
            "answered": f"That question is answered. We're {where}.",
            "over": f"That story is no longer being written. To begin another, type {ids.COMMAND}",
            "busy": "You're in the middle of another story. Send it or delete it first, then press that again.",
            "posted": "That story is in a digest already, so it can't be changed now.",
            "posted_meanwhile": "Your story has gone into the digest meanwhile, so it can't be changed now. "
            "Your new words are still here until you delete them.",
            "not_yours": NOT_YOURS,
            "nothing_to_send": "There is nothing to send back yet. Write your answer in this thread first.",
            "answer_too_long": "That makes the answer longer than readers get. Edit or delete a message in its thread, "
            "then press Send back.",
            "form_failed": kit.NOT_OPENED,
            "form_too_long": "That answer is too long for a form. Edit or delete your messages above instead.",
            "not_saved": "I couldn't save that. Nothing has changed; please try again in a minute.",
            "sent_dm": "I've sent you a direct message.",
        }[what]
    )


def edit_too_late(number: int, story_id: str, *, changeable: bool, deleted: bool) -> Rendered:
    """An edit of a message whose story has been sent."""
    what = "deleting that message" if deleted else "that edit"
    sentence = f"Story {number} has been sent, so {what} didn't change it."
    if not changeable:
        return _plain(sentence)
    return Rendered(
        sentence,
        [
            kit.section(sentence),
            kit.actions(
                kit.button(f"Change story {number}", ids.CHANGE_STORY, story_id),
                kit.button("Leave it", ids.LEAVE_IT, story_id),
            ),
        ],
    )


def reading(view: StoryView) -> dict[str, Any]:
    """The modal in which a teller reads what they sent."""
    return kit.modal(
        f"Story {view.number}"[:24], story_blocks(view), callback_id=ids.READING_VIEW, metadata="", close="Close"
    )


def plain(sentence: str) -> Rendered:
    """One sentence of ours."""
    return _plain(sentence)


def _plain(sentence: str) -> Rendered:
    return Rendered(escape(sentence), [kit.section(escape(sentence))])


def sorry() -> Rendered:
    """Something they sent made the program stumble; the keeper sees that it did, whether or not any words are kept."""
    return _plain(
        "Something went wrong with your last message, and it is my fault. The people who run this can see that it did. "
        "Please send it again, perhaps in other words."
    )


def sent_you_a_message(team_id: str, dm_channel: str | None) -> Rendered:
    """The private answer to `/story`."""
    sentence = "I've sent you a message."
    if dm_channel is None:
        return _plain(f"{sentence} You'll find it under Apps, in our direct message.")
    link = f"https://slack.com/app_redirect?channel={dm_channel}&amp;team={team_id}"
    return Rendered(sentence, [kit.section(f"{sentence} <{link}|Open it>")])


def help_text(campaign: Campaign, *, reviewer: bool) -> Rendered:
    """`/story help`."""
    verbs = (
        f"*{ids.COMMAND}* tell one or carry on · *mine* yours · *read 31* · *search words* · *share 31* · "
        "*mydata* what I hold about you · "
        "*withdraw 31* take one back."
    )
    lines = [f"{escape(campaign.help)} {verbs}"]
    if reviewer:
        lines.append(
            "Reviewers: *review* · *approve 31* · *ask 31 question* · *decline 31 reason* · *takedown 31 reason* · "
            "*digest preview* or *post*."
        )
    text = lines[0].replace("*", "")
    return Rendered(
        kit.cut_text(text),
        [
            kit.section("\n".join(lines)),
            kit.actions(kit.button("How we use stories", ids.HOW_WE_USE, "how"), tell_button("Tell a story")),
        ],
    )


# ── a reviewer asks ───────────────────────────────────────────────────────────────────────────────────────────────


def relayed(number: int, question: str, ask_id: str, *, answered_on: str | None) -> Rendered:
    """A reviewer's question; they asked it in their own words, so those stand in plain text."""
    text = f"A reviewer has a question about story {number}."
    if answered_on is not None:
        return _plain(f"You answered on {answered_on}. Story {number} is back with the reviewers.")
    return Rendered(
        text,
        [
            kit.rich(kit.words(f'{text} They ask: "'), kit.words(question), kit.words('"')),
            kit.section("Reply in this message's thread, or press Answer."),
            kit.actions(kit.button("Answer", ids.ANSWER, ask_id, style="primary")),
        ],
    )


def question_closed() -> Rendered:
    """A reply in the thread of a question that no longer waits."""
    return _plain("That question is closed, so I haven't added this to the story.")


def answer_foot(number_kept: int, ask_id: str) -> Rendered:
    """Stands in the question's thread, below the reply."""
    got = "Got that." if number_kept == 1 else f"Got all {number_kept}." if number_kept > 2 else "Got both."
    sentence = f"{got} Press Send back when you're done."
    return Rendered(
        sentence,
        [kit.section(sentence), kit.actions(kit.button("Send back", ids.SEND_BACK, ask_id, style="primary"))],
    )


def answer_form(question: str, label: str, words: str, ask_id: str, longest: int) -> dict[str, Any]:
    """The modal *Answer*: their question, then the answer it is about, filled in."""
    box = kit.text_field("answer", words, longest=max(longest, len(words)))
    return kit.modal(
        "Answer the question",
        [
            kit.rich(kit.words('They ask: "'), kit.words(question), kit.words('"')),
            kit.field("answer", label, box, hint=f"Up to {longest:,} characters"),
        ],
        callback_id=ids.ANSWER_VIEW,
        metadata=ask_id,
        submit="Send back",
        close="Cancel",
    )
