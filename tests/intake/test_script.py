"""The built-in script asks what the product promises, and a script knows which of its questions are asked."""

from dataclasses import FrozenInstanceError, replace

import pytest

from bot.intake.script import OTHER_ID, Choice, Condition, Prompt, PromptKind, Script, ScriptProblem
from bot.intake.script.file import load_script

DEFAULT = load_script(None)


def prompt(prompt_id: str, kind: PromptKind, *, beside: str | None = None, when: Condition | None = None) -> Prompt:
    """Return a prompt with two choices, `yes` and `no`, where it is answered by choosing."""
    choices = () if kind in ("story", "line") else (Choice(id="yes", text="Yes"), Choice(id="no", text="No"))
    return Prompt(id=prompt_id, kind=kind, ask="?", label=prompt_id, choices=choices, beside=beside, when=when)


def script(*prompts: Prompt) -> Script:
    """Return a script of these prompts with the built-in texts."""
    return replace(DEFAULT, prompts=prompts)


BRANCHING = script(
    prompt("first", PromptKind.CHOICE),
    prompt("also", PromptKind.CHOICES, beside="first"),
    prompt("told", PromptKind.STORY, when=Condition(prompt="first", any_of=("yes",))),
    prompt("again", PromptKind.CHOICE, when=Condition(prompt="also", any_of=("no",))),
    prompt("deep", PromptKind.STORY, when=Condition(prompt="again", any_of=("yes",))),
    prompt("last", PromptKind.STORY),
    prompt("title", PromptKind.LINE),
)


def ids(chosen: dict[str, list[str]]) -> list[str]:
    """Return the ids of the questions asked of BRANCHING."""
    return [question.id for question in BRANCHING.asked(chosen)]


def test_the_built_in_script_asks_eight_questions_in_these_words() -> None:
    """The default conversation is the one that the product was designed around, word for word."""
    assert [(question.ask, question.required) for question in DEFAULT.questions] == [
        ("Which of these is closest to your story?", True),
        ("What happened?", True),
        ("What difference did it make, or could it have made, to a person or a service?", True),
        ("Which services were part of it?", True),
        ("What helped, and what got in the way?", False),
        ("What one thing would you tell someone in the same position?", True),
        ("What kind of work do you do, and for what kind of organisation?", False),
        ("Give it a short title.", False),
    ]
    assert [question.hint for question in DEFAULT.questions] == [
        None,
        'Who needed to know what, and when? Say "a nurse", not a name; "last winter", not a date.',
        "One change you saw is enough.",
        "Choose up to six.",
        None,
        None,
        None,
        None,
    ]


def test_the_built_in_notice_says_what_a_teller_must_know_first() -> None:
    """The notice names who reads it, what to leave out, how to stop, and what this is not for."""
    campaign = DEFAULT.campaign
    assert (campaign.name, DEFAULT.version, campaign.minutes) == ("default", "1", 5)
    assert campaign.title == "Tell us about a time when sharing information mattered"
    assert campaign.about == (
        "Reviewers read it first. After that it goes only where you choose.",
        "Please leave out names, addresses, dates and numbers that could identify anyone.",
        "You can stop, change or delete it at any time. If you don't send it, it is deleted after {days} days.",
        "If someone is at risk now, follow your safeguarding procedure or call 999. "
        "This is not a way to report or complain.",
    )


def test_the_built_in_choices_and_limits() -> None:
    """Choices keep short ids, typed answers their limits, and people are described from lists only."""
    assert {choice.id: choice.text for choice in DEFAULT.prompt("closeness").choices} == {
        "helped": "Sharing helped",
        "missing": "Sharing did not happen and should have",
        "partly": "It happened late or only in part",
        "wrong": "We shared too much or the wrong thing",
        "mixed": "A mix",
    }
    typed = {p.id: (p.min_length, p.max_length) for p in DEFAULT.prompts if p.typed}
    assert typed == {"what": (40, 1500), "difference": (20, 800), "lesson": (10, 400), "title": (0, 60)}
    assert len(DEFAULT.prompt("services").choices) == 13
    assert DEFAULT.prompt("services").max_selected == 6
    for prompt_id, count in (("enablers", 15), ("barriers", 16)):
        grouped = DEFAULT.prompt(prompt_id)
        assert (len(grouped.choices), grouped.other) == (count, "Something else")
        assert grouped.groups == ("Technology", "Information governance", "Culture")
    assert [DEFAULT.prompt(prompt_id).other for prompt_id in ("role", "organisation")] == [None, None]


def test_the_built_in_labels_read_an_answer_back() -> None:
    """Every answer is read back under a few words."""
    assert [p.label for p in DEFAULT.prompts] == [
        "Kind of story",
        "What happened",
        "What difference it made",
        "Services",
        "What helped",
        "What got in the way",
        "One thing to tell others",
        "Your work",
        "Organisation",
        "Title",
    ]


def test_the_built_in_script_says_why_it_asks_again() -> None:
    """Whoever skips the lesson, or says too little of the difference, hears the reason in the script's own words."""
    assert {p.id: p.why for p in DEFAULT.prompts if p.why} == {"lesson": "it is the line readers remember"}
    assert {p.id: p.more for p in DEFAULT.prompts if p.more} == {
        "difference": "one sentence, so a reader can see what changed"
    }


def test_prompts_beside_each_other_are_one_question() -> None:
    """One message may ask two things: the lead gives the words, and it is required if any of its prompts is."""
    question = DEFAULT.question("barriers")
    assert question == DEFAULT.question("enablers")
    assert [p.id for p in question.prompts] == ["enablers", "barriers"]
    assert (question.id, question.lead.id, question.kind) == ("enablers", "enablers", PromptKind.CHOICES)
    mixed = script(
        prompt("a", PromptKind.CHOICE),
        replace(prompt("b", PromptKind.CHOICE, beside="a"), required=True),
    )
    assert mixed.question("a").required


def test_what_is_not_in_the_script_is_a_lookup_error() -> None:
    """Asking for a prompt or a choice that a script does not have is an error, never a guess."""
    with pytest.raises(LookupError, match="nothing"):
        DEFAULT.prompt("nothing")
    with pytest.raises(LookupError, match="nothing"):
        DEFAULT.question("nothing")
    with pytest.raises(LookupError, match="nothing"):
        DEFAULT.next_story_prompt("nothing", {})
    with pytest.raises(LookupError, match=OTHER_ID):
        DEFAULT.prompt("services").choice(OTHER_ID)
    assert DEFAULT.prompt("enablers").choice(OTHER_ID).text == "Something else"
    assert DEFAULT.prompt("closeness").choice("mixed").text == "A mix"


def test_a_question_counts_once_its_condition_holds() -> None:
    """What depends on an open choice, another answer, a skip or an unasked question is not among the asked."""
    whole = ["first", "told", "again", "deep", "last", "title"]
    assert ids({}) == ["first", "last", "title"]
    assert ids({"first": ["yes"], "also": ["yes", "no"], "again": ["yes"]}) == whole
    assert ids({"first": ["no"]}) == ["first", "last", "title"]
    assert ids({"first": ["no"], "also": ["no"], "again": ["yes"]}) == ["first", "again", "deep", "last", "title"]
    assert ids({"first": ["yes"], "also": []}) == ["first", "told", "last", "title"]
    assert ids({"also": ["yes"], "again": ["yes"]}) == ["first", "last", "title"]


def test_held_words_go_to_the_next_story_that_will_be_asked() -> None:
    """What is typed at a choice waits for the next story prompt, not for a line or one that will not be asked."""

    def next_id(after: str, chosen: dict[str, list[str]]) -> str | None:
        found = BRANCHING.next_story_prompt(after, chosen)
        return None if found is None else found.id

    assert next_id("first", {}) == "last"  # whether "told" is asked is not settled yet
    assert next_id("first", {"first": ["yes"]}) == "told"
    assert next_id("also", {"first": ["no"], "also": ["yes"]}) == "last"
    assert next_id("told", {"first": ["no"], "also": []}) == "last"
    assert next_id("last", {}) is None
    following = [DEFAULT.next_story_prompt(p, {}) for p in ("closeness", "services", "barriers", "lesson")]
    assert [found and found.id for found in following] == ["what", "lesson", "lesson", None]


def test_a_script_cannot_be_changed_after_it_is_read() -> None:
    """Everybody who finishes on a script finishes on the same one."""
    with pytest.raises(FrozenInstanceError):
        DEFAULT.prompt("what").ask = "Why?"  # type: ignore[misc]
    assert {DEFAULT: 1}[load_script(None)] == 1


def test_a_problem_reads_as_one_line() -> None:
    """A problem names its line, prompt and key, and then says what to do; parts that are not known are left out."""
    message = "5000 is over 3000. Use 3000 or less."
    full = ScriptProblem(prompt="what", key="max_length", line=12, message=message)
    assert str(full) == 'line 12 · prompt "what" · max_length: 5000 is over 3000. Use 3000 or less.'
    assert str(ScriptProblem(prompt=None, key="file", line=None, message=message)) == f"file: {message}"
