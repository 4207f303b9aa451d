"""A reviewer's question is answered: in its thread, or in a form. It never takes over an open draft.

In the thread each message is a fragment of a small draft of its own, with a foot that carries *Send back*; the form
sends at once. Either way one answer of the story gets new words, and the story goes back to the queue as a new version.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from bot.intake import telling
from bot.intake.completion import with_answer
from bot.intake.found import Reworded, reworded
from bot.intake.heard import Said
from bot.intake.sending import own_story, put_before_reviewers
from bot.intake.shelf import Shelf
from bot.pressed import Press
from bot.story import policy as rules
from bot.story import tidings
from bot.story.policy import Policy
from storage import decisions, drafts, outbox, screen_hits, stories, tellers
from storage.database import Tx
from storage.records import (
    Ask,
    Disposition,
    Draft,
    DraftState,
    Fragment,
    Message,
    Op,
    Purpose,
    ScreenHit,
    Stage,
    StoryStatus,
    Teller,
    Version,
)

ANSWER_FOOT: Final = "answer_foot"
CLOSED: Final = "ask_closed"
_LONGEST_IN_FORM: Final = 3000
"""Slack's limit for a box of a form."""


@dataclass(frozen=True, slots=True)
class OpenAsk:
    """A question that still waits for its answer, and what it is about."""

    ask: Ask
    version: Version
    label: str
    words: str
    longest: int


def find_thread(tx: Tx, channel: str, thread_ts: str, teller: Teller) -> Ask | None:
    """The relayed question whose thread this is.

    One that was posted and whose place in Slack was not heard (the answer was lost, the bot was killed) is known by
    this: it is being sent, and the thread is neither another message of the bot's nor one of this person's own.
    """
    row = outbox.find_message(tx, channel, thread_ts)
    if row is not None:
        return decisions.find_ask_by_message(tx, row.id) if row.kind == tidings.RELAYED_QUESTION else None
    under_way = decisions.asks_under_way(tx, teller.id)
    if len(under_way) != 1 or drafts.find_fragment(tx, channel, thread_ts) is not None:
        return None
    return under_way[0]


def find_open(tx: Tx, shelf: Shelf, user_id: str, ask_id: str) -> OpenAsk | None:
    """The question with this id, if it is this person's to answer and still waits."""
    ask = decisions.find_ask(tx, ask_id)
    if ask is None or ask.answered_at is not None:
        return None
    story = own_story(tx, user_id, ask.story_id)
    if story is None or story.status is not StoryStatus.ASKED or story.current_version != ask.version:
        return None
    version = stories.version(tx, story.id, ask.version)
    answer = next((one for one in version.answers if one.prompt_id == ask.prompt_id), None)
    if answer is None:
        return None
    prompt = next((p for p in shelf.get(tx, version.script_sha).prompts if p.id == ask.prompt_id), None)
    longest = prompt.max_length if prompt is not None and prompt.typed else 3000
    return OpenAsk(ask, version, answer.label, answer.value, longest)


def reply(tx: Tx, policy: Policy, shelf: Shelf, said: Said, teller: Teller, ask: Ask) -> None:
    """A message in the question's thread."""
    if drafts.find_fragment(tx, said.channel, said.ts) is not None or not said.text:
        return
    if find_open(tx, shelf, said.user_id, ask.id) is None:
        outbox.enqueue(
            tx,
            Message(
                CLOSED,
                tidings.author(ask.story_id),
                story_id=ask.story_id,
                thread_ts=said.thread_ts,
                key=f"ask-closed:{ask.id}",
            ),
        )
        return
    draft = drafts.find_answer(tx, teller.id, said.thread_ts or "")
    if draft is None:
        version = stories.version(tx, ask.story_id, ask.version)
        draft = Draft(
            id=tx.new_id(),
            teller_id=teller.id,
            script_sha=version.script_sha,
            purpose=Purpose.ANSWER,
            state=DraftState.OPEN,
            stage=Stage.ASKING,
            open_prompt=ask.prompt_id,
            started_at=tx.now,
            active_at=tx.now,
            expires_at=rules.expires_at(policy, tx.now),
            thread_ts=said.thread_ts,
        )
        drafts.add(tx, draft)
    fragment = Fragment(said.channel, said.ts, draft.id, ask.prompt_id, said.text)
    if drafts.add_fragment(tx, fragment, client_msg_id=said.client_msg_id):
        _move_foot(tx, ask, draft, said)


def take_missed(tx: Tx, policy: Policy, shelf: Shelf, thread_ts: str, messages: Sequence[Said]) -> None:
    """Replies to a relayed question, read back from its thread; those that were heard before change nothing."""
    for said in sorted(messages, key=lambda one: drafts.ts_key(one.ts)):
        teller = tellers.meet(tx, said.user_id, dm_channel=said.channel)
        ask = find_thread(tx, said.channel, thread_ts, teller)
        if ask is not None and find_open(tx, shelf, said.user_id, ask.id) is not None:
            reply(tx, policy, shelf, said, teller, ask)


def _move_foot(tx: Tx, ask: Ask, draft: Draft, said: Said) -> None:
    to = tidings.author(ask.story_id)
    foot = outbox.enqueue(
        tx,
        Message(
            ANSWER_FOOT,
            to,
            args={"draft": draft.id, "ask": ask.id},
            story_id=ask.story_id,
            thread_ts=said.thread_ts,
        ),
    )
    old = draft.carrier_id
    if old is not None and not outbox.drop_waiting(tx, old, "superseded"):
        lane = tidings.tidy(to)
        outbox.enqueue(tx, Message(ANSWER_FOOT, to, op=Op.DELETE, target=old, depends_on=foot, lane=lane))
    drafts.save(tx, replace(draft, carrier_id=foot, active_at=tx.now))


def send_back(tx: Tx, policy: Policy, shelf: Shelf, pressed: Press) -> str | None:
    """*Send back* in the thread: what was written there is added to the answer. A word says why not."""
    found = find_open(tx, shelf, pressed.user_id, pressed.value)
    words = None if found is None else _with_thread(tx, found)
    if found is None or words is None:
        return "nothing_to_send"
    if len(words) > found.longest:
        return "answer_too_long"
    looks_like = _screened(tx, found, words).found
    if looks_like:
        return f"looks_like:{looks_like[0].span.kind}:{_number(tx, found)}"
    return None if _answer(tx, policy, shelf, found, words) else "nothing_to_send"


def answer_form(tx: Tx, shelf: Shelf, user_id: str, ask_id: str) -> dict[str, Any] | str:
    """The modal for this question, filled in; a word says why there is none.

    What was written in the thread stands in it too, beneath the answer: the form's words replace both.
    """
    found = find_open(tx, shelf, user_id, ask_id)
    if found is None:
        return "over"
    words = _with_thread(tx, found) or found.words
    if len(words) > _LONGEST_IN_FORM:
        return "answer_too_long"
    return telling.answer_form(found.ask.question, found.label, words, ask_id, found.longest)


def answer(tx: Tx, policy: Policy, shelf: Shelf, user_id: str, ask_id: str, words: str) -> str | None:
    """The form was sent: these are the answer's words now. Returns a problem, or None."""
    found = find_open(tx, shelf, user_id, ask_id)
    if found is None:
        return "This question has been answered, or the story has moved on. Nothing was changed."
    if not words.strip():
        return "Write an answer first."
    if len(words) > max(found.longest, len(found.words)):
        return f"A little shorter, please: {found.longest:,} characters at most."
    looks_like = _screened(tx, found, words.strip()).found
    if looks_like:
        return telling.answer_looks_like(looks_like[0].span.kind, looks_like[0].match, _number(tx, found))
    if not _answer(tx, policy, shelf, found, words.strip()):
        return "The story has moved on. Nothing was changed."
    return None


def _with_thread(tx: Tx, found: OpenAsk) -> str | None:
    """The answer with what was written in the question's thread added to it; None where nothing was."""
    draft = _thread_draft(tx, found.ask)
    fragments = [] if draft is None else drafts.fragments(tx, draft.id, found.ask.prompt_id)
    return "\n".join([found.words, *(one.text for one in fragments)]) if fragments else None


def _number(tx: Tx, found: OpenAsk) -> str:
    return str(stories.get(tx, found.version.story_id).number)


def _screened(tx: Tx, found: OpenAsk, words: str) -> Reworded:
    known = screen_hits.of_version(tx, found.version.story_id, found.version.n)
    return reworded(found.ask.prompt_id, found.words, words, known)


def _answer(tx: Tx, policy: Policy, shelf: Shelf, found: OpenAsk, words: str) -> bool:
    ask = found.ask
    version = with_answer(found.version, ask.prompt_id, words, at=tx.now)
    notice = shelf.get(tx, version.script_sha).campaign.notice_version
    kept = _screened(tx, found, words).kept
    if not put_before_reviewers(tx, policy, version, notice_version=notice):
        return False
    still = [ScreenHit(ask.prompt_id, kind, Disposition.DISPUTED, number) for kind, number in sorted(kept.items())]
    carried = screen_hits.of_version(tx, version.story_id, version.n)
    screen_hits.record(tx, version.story_id, version.n, [*carried, *still])
    decisions.answer_ask(tx, ask.id)
    _carry_into_change(tx, found, words)
    to = tidings.author(ask.story_id)
    draft = _thread_draft(tx, ask)
    if draft is not None:
        _close_draft(tx, to, draft)
    if ask.outbox_id is not None:
        outbox.enqueue(
            tx,
            Message(
                tidings.RELAYED_QUESTION,
                to,
                op=Op.UPDATE,
                args={"ask": ask.id},
                story_id=ask.story_id,
                target=ask.outbox_id,
                depends_on=ask.outbox_id,
            ),
        )
    return True


def _carry_into_change(tx: Tx, found: OpenAsk, words: str) -> None:
    """A change of the same story that was begun before has the old words: sent later, it would undo this answer."""
    draft_id = tellers.change_draft_of(tx, found.ask.story_id)
    answer = None if draft_id is None else drafts.answers(tx, draft_id).get(found.ask.prompt_id)
    if draft_id is not None and answer is not None and answer.form_text == found.words:
        drafts.set_answer(tx, draft_id, replace(answer, form_text=words))


def _thread_draft(tx: Tx, ask: Ask) -> Draft | None:
    """What has been written in the question's thread. Found by the thread: the story's other draft may be a change."""
    teller = tellers.find_author(tx, ask.story_id)
    row = None if ask.outbox_id is None else outbox.find(tx, ask.outbox_id)
    return None if teller is None or row is None else drafts.find_answer(tx, teller.id, row.ts or "")


def _close_draft(tx: Tx, to: str, draft: Draft) -> None:
    if draft.carrier_id is not None and not outbox.drop_waiting(tx, draft.carrier_id, "sent"):
        lane = tidings.tidy(to)
        foot = draft.carrier_id
        outbox.enqueue(tx, Message(ANSWER_FOOT, to, op=Op.DELETE, target=foot, depends_on=foot, lane=lane))
    drafts.forget_words(tx, draft.id)
    drafts.save(tx, replace(draft, state=DraftState.SENT, expires_at=None, carrier_id=None))
