"""Whatever anybody writes, and however large the script: Slack takes what is built, and words stay words."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from explorer import TUESDAY
from hostile import MARK, TEXTS, largest, too_much
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake_house import POLICY

from bot.intake import asking, checking, completion, mine_blocks, notes, permitting, telling
from bot.intake.dialogue import (
    CREDIT,
    CREDIT_LONGEST,
    NAMING,
    OTHER_LONGEST,
    PLACES,
    Conversation,
)
from bot.intake.script import OTHER_ID, Question, Script, ScriptError
from bot.intake.script.file import load_script, parse_script
from bot.outgoing import Rendered
from bot.rehearsal.slack.validation import check_message, check_view
from bot.story import in_words
from bot.story.view import view_of
from bot.text import from_slack, one_line
from storage.records import Answer, Draft, DraftState, Naming, Place, Purpose, Stage, Story, StoryStatus

DEFAULT = load_script(None)
ID = "0123456789abcdef"
TS = "1748941200.000001"
NOTES = (
    "held",
    "held_welcome",
    "added",
    "updated",
    "form_wins",
    "nowhere",
    "other_too_long",
    "delete_no",
    "help",
    "file",
    "me",
    "picked_up_not",
    "offer",
    "line_too_long",
    *(f"line:{code}" for code in asking.LINES),
)
WHISPERS = (
    "already_started",
    "answered",
    "over",
    "busy",
    "posted",
    "posted_meanwhile",
    "not_yours",
    "nothing_to_send",
    "answer_too_long",
    "form_failed",
    "form_too_long",
    "not_saved",
    "sent_dm",
)


def told(script: Script, text: str, *, place: str, naming: Naming) -> Conversation:
    """Everything answered with this text, at this place."""
    stage = Stage(place[1:]) if place.startswith("_") else Stage.ASKING
    open_prompt = None if place.startswith("_") else place
    draft = Draft(ID, ID, script.sha, Purpose.NEW, DraftState.OPEN, stage, open_prompt, TUESDAY, TUESDAY)
    answers = {
        NAMING: Answer(NAMING, (naming,)),
        PLACES: Answer(PLACES, tuple(Place)),
        CREDIT: Answer(CREDIT, form_text=one_line(text)[:CREDIT_LONGEST]),
    }
    for prompt in script.prompts:
        if prompt.typed:
            answers[prompt.id] = Answer(prompt.id, count=1 if text else 0, length=len(text))
            continue
        most = 1 if prompt.kind == "choice" else prompt.max_selected or len(prompt.choices)
        ids = [choice.id for choice in prompt.choices][:most]
        if prompt.other:
            ids = [*ids[: most - 1], OTHER_ID] if prompt.max_selected or most == 1 else [*ids, OTHER_ID]
        answers[prompt.id] = Answer(prompt.id, tuple(ids), other=text[:OTHER_LONGEST])
    conversation = Conversation(script, draft, answers)
    return replace(conversation, draft=replace(draft, shown_total=len(conversation.asked)))


def words_of(conversation: Conversation, text: str, longest: int | None = None) -> dict[str, str]:
    """The words of every typed prompt; no longer than readers get where that is asked for."""
    typed = [prompt for prompt in conversation.script.prompts if prompt.typed]
    return {prompt.id: text[: prompt.max_length if longest is None else longest] for prompt in typed}


# ── everything that intake builds ─────────────────────────────────────────────────────────────────────────────────


def questions(conversation: Conversation, asked: Question) -> Iterator[tuple[str, Rendered]]:
    """One question, in each of its states."""
    at = replace(conversation, draft=replace(conversation.draft, stage=Stage.ASKING, open_prompt=asked.id))
    for buttons, back in ((True, True), (True, False), (False, False)):
        yield "question", asking.question(at, asked, buttons=buttons, back=back)
    yield "question long", asking.question(at, asked, buttons=True, line="long")
    yield "answered", asking.answered(at, asked)
    for note in (None, "edited", "deleted"):
        yield "foot", asking.foot(at, asked, buttons=True, first=note is None, note=note)
    yield "welcome", asking.foot(at, asked, buttons=True, first=True, welcome=True, take_out=TS)
    yield "foot line", asking.foot(at, asked, buttons=True, first=True, line="short")


def beside(conversation: Conversation, asked: Question) -> Iterator[tuple[str, Rendered]]:
    """What is said beside a question, and every line that may stand in it: our own words, so once is enough."""
    at = replace(conversation, draft=replace(conversation.draft, stage=Stage.ASKING, open_prompt=asked.id))
    where, campaign = asking.place_words(at, asked.id), at.script.campaign
    for line in asking.LINES:
        yield f"question {line}", asking.question(at, asked, buttons=True, line=line)
    yield "resting", notes.resting(at, asked.id, buttons=True)
    yield "nudge", telling.nudge(POLICY, ID, asked.id, where, TUESDAY, TUESDAY, buttons=True)
    for what in NOTES:
        for prompt in asked.prompts:
            yield f"note {what}", notes.note(at, what, prompt.id, about=TS, help_text=campaign.help)
    for what in NOTES:
        if what not in ("line_too_long", "offer"):  # these always speak of a question
            yield f"note {what}", notes.note(conversation, what, None, about=TS, help_text="Help.")
    away = "from Tuesday 3 June, 10am to Wednesday 4 June, 10am"
    yield "note delete_ask", notes.delete_ask(conversation.draft, "1", buttons=True)
    yield "note offline", notes.offline(conversation, away, wrote=True, edited=2, deleted=2)
    yield "note file", notes.note(conversation, "file", "_checking", about=TS)
    for what in WHISPERS:
        yield f"whisper {what}", telling.whisper(what, where)


def steps(conversation: Conversation, text: str) -> Iterator[tuple[str, Rendered]]:
    """The last steps, in each of their states."""
    for longest in (None, len(text)):
        words = words_of(conversation, text, longest)
        for changed, line in ((None, None), (conversation.asked[0].id, "no_skip")):
            yield "check", checking.check(conversation, words, buttons=True, changed=changed, line=line)
    for buttons, line in ((True, None), (True, "no_skip"), (False, None)):
        yield "naming", permitting.naming(conversation, buttons=buttons, line=line)
        yield "credit", permitting.credit(conversation, buttons=buttons, line="credit_too_long")
        yield "places", permitting.places(conversation, POLICY, buttons=buttons, line="no_place")
        yield "ready", checking.ready(conversation, buttons=buttons, line="press_send")


def afterwards(conversation: Conversation, text: str) -> Iterator[tuple[str, Rendered]]:
    """What is said once it is sent, before it is begun, and beside it."""
    words = words_of(conversation, text)
    version = completion.version_of(conversation, words, story_id=ID, parent=None, at=TUESDAY)
    view = view_of(31, version)
    story = Story(ID, 31, StoryStatus.SUBMITTED, 1, None, TUESDAY, TUESDAY, False, False, None, None)
    yield "checked", checking.checked(view)
    yield "receipt", telling.receipt(POLICY, view, slot="Friday 6 June, 10am UK time", again=True, story_id=ID)
    yield "relayed", telling.relayed(31, text[:300], ID, answered_on=None)
    yield "relayed", telling.relayed(31, text[:300], ID, answered_on="Friday 6 June")
    told, kept = [(story, in_words.row(story, view.title, POLICY.zone))] * 30, [conversation.draft] * 9
    yield "mine", mine_blocks.mine(POLICY, told, writing=True, kept=kept)
    yield "mine", mine_blocks.mine(POLICY, [], writing=True)
    for ts in (None, TS):
        yield "notice", telling.notice(conversation.script, POLICY, pick_up_ts=ts, buttons=True)
    for reviewer in (True, False):
        yield "help", telling.help_text(conversation.script.campaign, reviewer=reviewer)
        yield "too late", telling.edit_too_late(31, ID, changeable=reviewer, deleted=not reviewer)
        yield "offer", telling.offer(TS, several=reviewer)
        yield "deleted", telling.deleted(change=reviewer)
        yield "expired", telling.expired(change=reviewer)
    yield "answer foot", telling.answer_foot(3, ID)
    yield "started", telling.started(POLICY, TUESDAY, 9999)
    yield "kept", telling.kept(POLICY, ID, TUESDAY)
    yield "sent", telling.sent(POLICY, TUESDAY)
    for plain in (telling.not_now, telling.not_for_you, telling.in_a_channel, telling.question_closed, telling.sorry):
        yield "plain", plain()
    yield "link", telling.sent_you_a_message("T0TEAM", "D0SAM")


def views(conversation: Conversation, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every form and page."""
    words = words_of(conversation, text)
    version = completion.version_of(conversation, words, story_id=ID, parent=None, at=TUESDAY)
    for asked in conversation.asked[:8]:
        for texts in (words, words_of(conversation, text, 4000), {}):
            form = checking.change_form(conversation, asked, texts)
            if form is not None:
                yield f"change {asked.id}", form
    yield "reading", telling.reading(view_of(31, version))
    yield "answer", telling.answer_form(text[:300], "A label", text[:3000], ID, 800)
    yield "how", telling.how_we_use(conversation.script.campaign)


# ── what must hold for all of it ──────────────────────────────────────────────────────────────────────────────────


def told_well(name: str, rendered: Rendered) -> None:
    """Slack takes the message; its text is a sentence that pings nobody; teller words stand in plain or rich text."""
    blocks = list(rendered.blocks)
    assert check_message({"text": rendered.text, "blocks": blocks}) == [], name
    assert 0 < len(rendered.text) <= 4000, name
    assert MARK not in rendered.text and not re.search(r"[<>]|&(?!amp;|lt;|gt;)", _whole(rendered.text)), name
    assert MARK not in "".join(_mrkdwn(blocks)), name


def shown_well(name: str, view: dict[str, Any]) -> None:
    """Slack takes the view, and teller words stand in plain or rich text."""
    assert check_view(view, surface="modal") == [], name
    assert MARK not in "".join(_mrkdwn(view["blocks"])), name


def _whole(text: str) -> str:
    """The text without a half entity at its end, where it was cut."""
    return re.sub(r"&[a-z]{0,3}…$", "", text)


def _mrkdwn(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _mrkdwn(one)
    elif isinstance(node, dict):
        if node.get("type") == "mrkdwn":
            yield str(node["text"])
        for one in node.values():
            yield from _mrkdwn(one)


@pytest.mark.parametrize("name", TEXTS)
def test_hostile_texts(name: str) -> None:
    """No text that anybody sends makes a message that Slack refuses, or that does more than be read."""
    script, text = DEFAULT, from_slack(TEXTS[name])
    conversation = told(script, text, place="_ready", naming=Naming.NAME)
    for what, rendered in [*steps(conversation, text), *afterwards(conversation, text)]:
        told_well(what, rendered)
    for asked in map(DEFAULT.question, ("what", "enablers")):  # words are typed here, in messages and for "other"
        for what, rendered in questions(conversation, asked):
            told_well(what, rendered)
    for what, view in views(conversation, text):
        shown_well(what, view)


def test_what_is_said_beside_the_questions() -> None:
    """Every line and every note of ours can be said at every question."""
    conversation = told(DEFAULT, "x", place="_ready", naming=Naming.NONE)
    for asked in conversation.asked:
        for what, rendered in beside(conversation, asked):
            told_well(what, rendered)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=400), st.sampled_from(["", "<!channel>", "&lt;", "<https://a.example|", "\u202e"]))
def test_any_text(text: str, more: str) -> None:
    """The same for anything at all."""
    script, words = DEFAULT, from_slack(MARK + text + more + text)
    conversation = told(script, words, place="_ready", naming=Naming.NAME)
    for what, rendered in [*steps(conversation, words), *afterwards(conversation, words)]:
        if not what.startswith(("note", "plain")):
            told_well(what, rendered)
    for what, view in views(conversation, words):
        shown_well(what, view)


@pytest.mark.parametrize("name", ["stories", "lists", "together", "single", "ampersands", "groups", "parts"])
def test_the_largest_scripts(name: str) -> None:
    """The largest scripts that validation allows, fully answered and not at all, fit everywhere."""
    script, text = largest()[name], from_slack(TEXTS["no space, escaped"])
    conversation = told(script, text, place="_ready", naming=Naming.NAME)
    first, last = conversation.asked[0], conversation.asked[-1]
    for what, rendered in [*questions(conversation, first), *questions(conversation, last)]:
        told_well(what, rendered)
    for what, rendered in [*steps(conversation, text), *afterwards(conversation, text)]:
        told_well(what, rendered)
    for what, rendered in beside(conversation, first):
        told_well(what, rendered)
    for what, view in views(conversation, text):
        shown_well(what, view)
    bare = replace(conversation, answers={})
    for what, rendered in [*steps(bare, ""), *questions(bare, bare.asked[0])]:
        told_well(what, rendered)


@pytest.mark.parametrize("name", TEXTS)
def test_nothing_is_shown_half(name: str) -> None:
    """An answer that fits is read back whole, one that does not says that it is shortened."""
    script, text = DEFAULT, from_slack(TEXTS[name])
    conversation = told(script, text, place="_checking", naming=Naming.NONE)
    for length in (100, 800, 3000, 40_000):
        words = {"what": text[:length]}
        shown = checking.check(conversation, words, buttons=True).blocks
        rows = "\n".join(str(block["text"]["text"]) for block in shown if "text" in block)
        assert words["what"] in rows or "(shortened here; press Change to see it whole)" in rows


def test_more_than_may_be_chosen_can_still_be_shown() -> None:
    """A list that holds more than it takes is shown with as many as it takes."""
    script = DEFAULT
    conversation = told(script, "x", place="services", naming=Naming.NONE)
    ids = tuple(choice.id for choice in script.prompt("services").choices)
    conversation = conversation.with_answer(Answer("services", ids))
    told_well("question", asking.question(conversation, script.question("services"), buttons=True, line="too_many"))
    form = checking.change_form(conversation, script.question("services"), {})
    assert form is not None
    shown_well("change", form)


def test_a_script_that_fits_until_everything_is_chosen() -> None:
    """A list that would be too large once everything in it is chosen is refused with the script, not in the chat."""
    with pytest.raises(ScriptError, match="with everything chosen its message has 15949 characters"):
        parse_script(too_much())
    parse_script(too_much().replace("required = true", "required = true\nmax_selected = 50"))
