"""What was meant by `/story …`, however a phone, a browser or a paste has spelt it."""

import pytest

from bot.commands import Command, after_number, split, story_number, unknown


async def _nothing(*_: object) -> None:
    return None


COMMANDS = {verb: Command(_nothing, f"/story {verb}".strip()) for verb in ("", "approve", "help", "read")}


@pytest.mark.parametrize(
    "gap", [" ", "  ", "\u00a0", "\u00a0 ", "\u2007", "\u202f", "\u3000", "\t", "\n", "\r\n", "\u200b "]
)
def test_any_gap_parts_the_verb_from_the_rest(gap: str) -> None:
    """A space that does not break, a tab or a new line is as good as a space."""
    assert split(f"approve{gap}1") == ("approve", "1")
    assert split(f"{gap}Ask{gap}1{gap}Who could\nhave told?{gap}") == ("ask", f"1{gap}Who could\nhave told?")
    assert story_number(f"story{gap}1") == 1
    assert after_number(f"1{gap}Who?") == "Who?"


@pytest.mark.parametrize(
    "typed", ["help", "\u200bhelp", "\ufeffHELP", "“help”", "‘help’", '"help"', "`help`", "*help*", "help.", "help!"]
)
def test_what_surrounds_a_verb_is_no_part_of_it(typed: str) -> None:
    """Quotation marks, a full stop or a character that nobody sees do not make another verb of it."""
    assert split(typed) == ("help", "")


@pytest.mark.parametrize("typed", ["31", "#31", "“31”", "‘31’", '"31"', "story 31", "story “31”", "31."])
def test_a_number_in_quotation_marks_is_that_number(typed: str) -> None:
    """A story is found however its number stands there, and nothing of it is left in front of a question."""
    assert story_number(typed) == 31
    assert after_number(f"{typed} “Who?”") == "“Who?”"


@pytest.mark.parametrize("typed", ["?", "…", "“”", "."])
def test_marks_alone_are_no_bare_command(typed: str) -> None:
    """What holds no word is said back, and begins no story."""
    verb, rest = split(typed)
    assert verb and "I don't know" in unknown(verb, rest, COMMANDS)


def test_a_mention_in_front_is_told_apart_from_a_verb() -> None:
    """Somebody's name before the verb is said back as words, with the line that would have worked."""
    said = unknown(*split("<@U0123|amira> approve 1"), COMMANDS)
    assert said == 'I don\'t know "[a colleague]". Did you mean: /story approve 1'
    assert unknown(*split("<#C0123|random> nonsense"), COMMANDS).startswith('I don\'t know "[a channel]". To see')
