"""What the machine replied is carried out here: words kept, messages put in line, old ones tidied.

Called by `service.py` in the transaction of the teller's own message or press. Nothing is sent from here; nothing is
rendered here.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.intake import deleting
from bot.intake.dialogue import (
    Ask,
    Close,
    Conversation,
    Foot,
    Keep,
    Leave,
    Note,
    Refresh,
    Rest,
    Rewrite,
    SetAnswer,
    Step,
    place_of,
)
from bot.intake.heard import Said
from bot.intake.script import PromptKind
from bot.intake.shelf import Shelf
from bot.intake.tidying import FOOT, QUESTION, Args, Tidier, is_lost
from bot.pressed import Press
from bot.story import policy as rules
from bot.story.policy import Policy
from storage import drafts, outbox
from storage.database import Tx
from storage.records import Answer, Asked, Draft, DraftState, Fragment, Message, Op, OutboxRow, OutboxState, Stage

NOTE: Final = "note"
SAVED: Final = "saved"
WHISPER: Final = "whisper"
SORRY: Final = "sorry"
"""Something that was said could not be handled, and has been put aside for the keeper."""

OFFERED: Final = "_offered"
"""The prompt of a fragment that is kept beside the story until its teller says where it belongs."""
TAKEN: Final = "_taken"
"""The prompt of a message that was heard and is no words of the story (a control word, an option, a name): only its
`ts` is kept, so that it is not heard a second time."""
_SHOW_WORDS: Final = tuple(f"_{stage}" for stage in (Stage.CHECKING, Stage.NAMING, Stage.CREDIT, Stage.READY))
"""Steps whose messages show what was typed."""
QUIET: Final = timedelta(seconds=1.5)
"""How long a burst must be quiet before the foot moves below it."""
PATIENCE: Final = timedelta(seconds=8)
"""How long a burst that never ends may hold the foot back."""


def load(tx: Tx, shelf: Shelf, draft: Draft) -> Conversation:
    """The conversation of a draft, as the machine looks at it."""
    return Conversation(shelf.get(tx, draft.script_sha), draft, drafts.answers(tx, draft.id))


def load_with_words(tx: Tx, shelf: Shelf, draft: Draft) -> Conversation:
    """The same with what was typed: for the moves that may leave an answer behind, which is screened then."""
    return with_words(tx, load(tx, shelf, draft))


def with_words(tx: Tx, conversation: Conversation) -> Conversation:
    """A conversation that has been loaded, with what was typed."""
    return replace(conversation, words=texts(tx, conversation))


def texts(tx: Tx, conversation: Conversation) -> dict[str, str]:
    """The words of every typed prompt: what was saved in the form, else the fragments in order."""
    found: dict[str, list[str]] = {}
    for fragment in drafts.fragments(tx, conversation.draft.id):
        if fragment.prompt_id is not None:
            found.setdefault(fragment.prompt_id, []).append(fragment.text)
    words = {prompt_id: "\n".join(parts) for prompt_id, parts in found.items()}
    for prompt_id, answer in conversation.answers.items():
        if answer.form_text is not None:
            words[prompt_id] = answer.form_text
    return words


def added_to_form(answer: Answer, words: str) -> Answer:
    """An answer that was saved in a form, with words that came later below it."""
    return replace(answer, form_text=f"{answer.form_text}\n{words}" if answer.form_text else words)


def alive(tx: Tx, policy: Policy, draft: Draft, *, carrier_id: str | None) -> Draft:
    """The draft with this carrier and its clocks wound: a sign of life puts nudge and expiry off. It is nudged once."""
    if draft.state is DraftState.KEPT:  # kept for as long as was said, whatever is asked about it
        return replace(draft, active_at=tx.now, carrier_id=carrier_id)
    nudge = None if draft.nudge_at is None else rules.nudge_at(policy, tx.now)
    expiry = None if draft.expires_at is None else rules.expires_at(policy, tx.now)
    return replace(draft, active_at=tx.now, nudge_at=nudge, expires_at=expiry, carrier_id=carrier_id)


class Carrier(Tidier):
    """Carries out one step for one draft. `said` or `pressed` is what the teller did."""

    def __init__(
        self,
        tx: Tx,
        policy: Policy,
        before: Conversation,
        *,
        said: Said | None = None,
        pressed: Press | None = None,
    ) -> None:
        super().__init__(tx, before.draft, pressed)
        self.policy, self.before, self.said = policy, before, said
        self.kept = False
        """Whether what was said has been kept under its `ts`."""
        self._left = False

    def carry_out(self, step: Step) -> Close | None:
        """Keep, ask and tidy as the step says, and save the draft; a Close is handed back to be done."""
        self.draft = alive(self.tx, self.policy, step.draft, carrier_id=self.before.draft.carrier_id)
        closing: Close | None = None
        for reply in step.replies:
            match reply:
                case Keep():
                    self._keep(reply)
                case SetAnswer():
                    drafts.set_answer(self.tx, self.draft.id, reply.answer)
                case Rewrite():
                    drafts.set_answer(self.tx, self.draft.id, reply.answer)
                    drafts.supersede(self.tx, self.draft.id, reply.answer.prompt_id)
                case Ask():
                    self._ask(reply)
                case Foot():
                    self.foot(welcome=reply.welcome)
                case Refresh():
                    self.refresh(reply.line, typed=reply.typed)
                case Leave():
                    self._leave(reply)
                case Note():
                    self.note(reply.what, reply.prompt_id)
                case Rest():
                    self._rest(typed=reply.typed)
                case Close():
                    closing = reply
        drafts.save(self.tx, self.draft)
        self._show_anew([reply.answer.prompt_id for reply in step.replies if isinstance(reply, Rewrite)])
        return closing

    def _show_anew(self, rewritten: list[str]) -> None:
        """What was replaced stands in no older message of the bot's either: those that show words are changed too."""
        if not rewritten:
            return
        shows_words = {*_SHOW_WORDS} | {
            question.id for question in self.before.asked if {one.id for one in question.prompts} & set(rewritten)
        }
        for one in drafts.asked(self.tx, self.draft.id):
            if one.prompt_id not in shows_words or one.outbox_id == self.draft.carrier_id:
                continue
            row = outbox.find(self.tx, one.outbox_id)
            stands = row is not None and row.state in (OutboxState.SENT, OutboxState.SENDING)
            if row is not None and stands and not outbox.deletions(self.tx, row.id) - {OutboxState.DROPPED}:
                self.update(row, QUESTION, {**row.args, "left": True})

    # ── keeping ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _keep(self, reply: Keep) -> None:
        said = self.said
        assert said is not None
        prompt_id = reply.prompt_id or OFFERED
        answer = self.before.answers.get(prompt_id, Answer(prompt_id))
        in_form = answer.form_text is not None and not reply.alone
        fragment = Fragment(
            said.channel, said.ts, self.draft.id, prompt_id, said.text, said.edited_ts, superseded=in_form
        )
        self.kept = drafts.add_fragment(self.tx, fragment, client_msg_id=said.client_msg_id)
        if not self.kept:
            return
        if reply.alone:
            drafts.supersede(self.tx, self.draft.id, prompt_id, but_ts=said.ts)
            drafts.set_answer(self.tx, self.draft.id, Answer(prompt_id))
        elif in_form:
            drafts.set_answer(self.tx, self.draft.id, added_to_form(answer, said.text))

    # ── asking ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _ask(self, reply: Ask) -> None:
        again = self.draft.carrier_id if self._carrier_is_live() else None
        outbox_id = outbox.enqueue(
            self.tx,
            Message(QUESTION, self.to, args={"draft": self.draft.id, "place": reply.place, "back": reply.back}),
        )
        drafts.add_asked(self.tx, self.draft.id, Asked(outbox_id, reply.place, None, self.tx.now))
        self.draft = replace(self.draft, carrier_id=outbox_id)
        row = None if again is None else outbox.find(self.tx, again)
        if row is not None and not is_lost(row):
            self.tidy_away(row, after=outbox_id)

    def ask_again_if_lost(self) -> Draft:
        """Put the open question once more where its message was given up; returns the draft as it then stands."""
        row = None if self.draft.carrier_id is None else outbox.find(self.tx, self.draft.carrier_id)
        if row is not None and row.kind == QUESTION and is_lost(row):
            self._ask(Ask(place_of(self.draft)))
            drafts.save(self.tx, self.draft)
        return self.draft

    def _carrier_is_live(self) -> bool:
        """Whether the old carrier still shows buttons: it was not left behind in this same step."""
        return self.draft.carrier_id is not None and not self._left

    def foot(
        self, *, welcome: bool = False, note: str | None = None, line: str | None = None, now: bool = False
    ) -> None:
        """Put the foot below what was written: at once for the first message, once per burst after that."""
        place = place_of(self.draft)
        old = self.carrier_row()
        if old is not None and old.kind == QUESTION and old.ts is None and line is None:
            return  # it has been put again and not been said yet: it says itself what is held
        if old is not None and old.kind == FOOT and old.op is Op.POST and not now and not welcome:
            if old.state is OutboxState.QUEUED:
                latest = old.enqueued_at + PATIENCE
                outbox.postpone(self.tx, old.id, min(self.tx.now + QUIET, latest))
                return
            due_at = self.tx.now + QUIET
        else:
            due_at = self.tx.now
        first = old is None or old.kind != FOOT
        about = self.said.ts if self.said is not None and welcome else ""
        outbox_id = outbox.enqueue(
            self.tx,
            Message(
                FOOT,
                self.to,
                args={
                    "draft": self.draft.id,
                    "place": place,
                    "first": first,
                    "welcome": welcome,
                    "note": note,
                    "line": line,
                    "about": about,
                    "before": None if old is None else old.id,
                },
                due_at=due_at,
            ),
        )
        if old is not None:
            self.tidy_away(old, after=outbox_id)
        self.draft = replace(self.draft, carrier_id=outbox_id)

    def refresh(self, line: str | None, *, typed: bool = False, note: str | None = None) -> None:
        """Render the message with the buttons again; for a typed word, say the line below it."""
        place = place_of(self.draft)
        question = None if place.startswith("_") else self.before.script.question(place)
        carrier = self.carrier_row()
        if typed and line is not None and question is not None and question.kind is PromptKind.STORY:
            self.foot(line=line, now=True)
            return
        if carrier is None:
            self._ask(Ask(place))
            return
        if carrier.kind == FOOT and carrier.state is OutboxState.QUEUED:
            if line is not None:
                self.foot(line=line, now=True)
            return  # it has not been said yet, and will be said as things stand then
        kind = FOOT if carrier.kind == FOOT else QUESTION
        args = {**carrier.args, "draft": self.draft.id, "place": place, "line": line, "note": note}
        args |= {"welcome": False, "about": ""} if kind == FOOT else {}  # the welcome has been said
        self.update(carrier, kind, args)
        if typed and line is not None:
            self.note(f"line:{line}", None if question is None else question.id)

    def _leave(self, reply: Leave) -> None:
        """Shrink or remove what stood at a place that is left behind."""
        self._left = True
        carrier = self.carrier_row()
        if carrier is None:
            return
        question = None if reply.place.startswith("_") else self.before.script.question(reply.place)
        choice = question is not None and not question.lead.typed
        repeated = question is not None and question.lead.typed and bool(carrier.args.get("back"))
        if carrier.kind == FOOT or reply.unanswered or repeated:
            self.remove(carrier)
        else:
            args: Args = {"draft": self.draft.id, "place": reply.place, "left": True}
            args |= {"outcome": reply.outcome} if reply.outcome else {}
            self.update(carrier, QUESTION, args)
        if choice:
            held = outbox.find_by_key(self.tx, self._held_key(reply.place))
            if held is not None and held.state is not OutboxState.DROPPED:
                self.remove(held)

    def _rest(self, *, typed: bool) -> None:
        place = place_of(self.draft)
        carrier = self.carrier_row()
        args: Args = {"draft": self.draft.id, "place": place}
        unsaid = carrier is not None and carrier.kind == FOOT and carrier.state is OutboxState.QUEUED
        if typed or carrier is None or unsaid:
            outbox_id = outbox.enqueue(self.tx, Message(SAVED, self.to, args=args))
            if carrier is not None:
                self.tidy_away(carrier, after=outbox_id)
            self.draft = replace(self.draft, carrier_id=outbox_id)
        else:
            self.update(carrier, SAVED, args)

    def _held_key(self, place: str, *, put_again: bool = False) -> str:
        """One note for each time that a list is asked: it goes with the list, and may be needed again."""
        times = sum(one.prompt_id == place for one in drafts.asked(self.tx, self.draft.id)) + put_again
        return f"held:{self.draft.id}:{place}:{times}"

    # ── notes ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def note(
        self,
        what: str,
        prompt_id: str | None = None,
        *,
        key: str | None = None,
        more: Args | None = None,
    ) -> None:
        """Say one thing beside the question; `more` is what only some things need."""
        about = self.said.ts if self.said is not None else ""
        if what in ("held", "held_welcome"):
            key = self._held_key(place_of(self.draft), put_again=what == "held_welcome")
        elif what == deleting.NOTE:
            number = deleting.last(self.tx, self.draft.id) + 1
            key, more = deleting.key(self.draft.id, number), {"ask": number}
            self._close_ask(number - 1)
        elif what == deleting.KEPT:
            number = deleting.last(self.tx, self.draft.id)
            if number and (asked := self.pressed_row(NOTE)) is not None:  # said where it was asked: that is used up
                kept: Args = {"draft": self.draft.id, "what": what}
                self.update(asked, NOTE, kept, key=deleting.kept_key(self.draft.id, number))
                return
            if number and self.said is not None:
                key = deleting.kept_key(self.draft.id, number)
                self._close_ask(number)
        known = None if key is None else outbox.find_by_key(self.tx, key)
        args: Args = {"draft": self.draft.id, "what": what, "prompt": prompt_id, "about": about, **(more or {})}
        if known is not None:
            if known.state is OutboxState.SENT:
                self.update(known, NOTE, {**args, "what": known.args.get("what", what), "again": True})
            return
        outbox.enqueue(self.tx, Message(NOTE, self.to, args=args, key=key))

    def _close_ask(self, number: int) -> None:
        """An earlier question before deleting loses its buttons, and so does one that was pressed too late."""
        last = outbox.find_by_key(self.tx, deleting.key(self.draft.id, number))
        for row in {row.id: row for row in (last, self.pressed_row(NOTE)) if row is not None}.values():
            if row.state is OutboxState.SENT:
                self.update(row, NOTE, dict(row.args))

    def change_note(self, row: OutboxRow, what: str, prompt_id: str | None) -> None:
        """Say something else where a note stood."""
        args: Args = {"draft": self.draft.id, "what": what, "prompt": prompt_id}
        self.update(row, NOTE, args)

    def whisper(self, what: str) -> None:
        """Say one thing that only they see, and that does not stay."""
        outbox.enqueue(
            self.tx,
            Message(WHISPER, self.to, op=Op.WHISPER, args={"draft": self.draft.id, "what": what}),
        )
