"""What a message can be besides its text: words in blocks alone, a forwarded message, an edit told sparingly."""

from typing import Any

import pytest
from intake_house import House
from intake_person import At, Person

from bot.intake import payloads

FORWARDED = {
    "from_url": "https://example.slack.com/archives/C0OTHER/p1748955842000000",
    "is_msg_unfurl": True,
    "is_share": True,
    "author_id": "U0OTHER",
    "text": "Marigold was what somebody else wrote",
    "fallback": "[June 3rd, 2025 1:04 PM] other: Marigold was what somebody else wrote",
}


def rich(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    """The blocks of a message that holds these."""
    return [{"type": "rich_text", "block_id": "b1", "elements": list(elements)}]


def section(*elements: dict[str, Any], kind: str = "rich_text_section") -> dict[str, Any]:
    return {"type": kind, "elements": list(elements)}


def words(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


@pytest.mark.parametrize("text", [None, "", " "])
def test_words_that_stand_in_blocks_alone(at: At, text: Any) -> None:
    """A message without a text is what its sender wrote in its blocks, read as a text would be."""
    sam = at("what")
    blocks = rich(
        section(
            words("The ward & "),
            {"type": "user", "user_id": "U123"},
            words(" rang <nobody>, see "),
            {"type": "link", "url": "https://example.org", "text": "the form"},
            words(" "),
            {"type": "emoji", "name": "tada"},
        ),
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [section(words("one call")), section({"type": "link", "url": "https://example.org/a"})],
        },
        section(words("too late"), {"type": "broadcast", "range": "channel"}, kind="rich_text_quote"),
        section(words("x = 1"), {"type": "a_new_kind", "more": []}, kind="rich_text_preformatted"),
    )
    sam.say(text, blocks=blocks)
    said = "The ward & [a colleague] rang <nobody>, see the form (https://example.org) :tada:\n"
    said += "one call\nhttps://example.org/a\ntoo late[everyone]\nx = 1"
    assert sam.fragments == [("what", said)]


def test_blocks_say_nothing_beside_a_text(at: At) -> None:
    """Where there is a text, that is the message."""
    sam = at("what")
    sam.say("the text", blocks=rich(section(words("the blocks"))))
    assert sam.fragments == [("what", "the text")]


def test_an_edit_of_words_in_blocks_alone(at: At) -> None:
    """Both texts are empty, and still the words have changed."""
    sam = at("what")
    ts = sam.say("", blocks=rich(section(words("she couldnt"))))
    before = sam.messages[ts]
    after = {**before, "blocks": rich(section(words("she couldn't"))), "edited": {"ts": sam.house.next_ts()}}
    sam.hear_change(before, after)
    assert sam.fragments == [("what", "she couldn't")]


def test_a_forwarded_message(at: At) -> None:
    """What somebody else wrote is not taken for the teller's words, and they hear so; their own comment is kept."""
    sam = at("what")
    sam.say("", attachments=[FORWARDED])
    assert sam.last.words == "I can't take a forwarded message: those are somebody else's words. Please use your own."
    assert sam.fragments == []
    sam.say("this is what they told us", attachments=[FORWARDED])
    assert sam.sees("Please use your own. I've kept the words you put with it.")
    assert sam.fragments == [("what", "this is what they told us")]
    assert not sam.house.file_holds("Marigold")


def test_a_link_preview_is_no_forwarded_message(at: At) -> None:
    """What Slack shows of a link is nobody's message."""
    sam = at("what")
    sam.say(
        "see https://example.org", attachments=[{"from_url": "https://example.org", "title": "x", "is_share": False}]
    )
    assert sam.fragments == [("what", "see https://example.org")]
    assert not sam.sees("forwarded")


def test_a_message_without_any_words(at: At) -> None:
    """Whatever it was, its sender hears that it is not kept."""
    sam = at("what")
    sam.say("", attachments=[{"list_id": "L1"}])
    assert sam.last.words == "I can't keep that kind of message. Please type it as an ordinary one."
    assert sam.fragments == []


def test_words_that_nobody_sees(at: At) -> None:
    """A message of characters that show nothing is no answer, and no title of a story."""
    for prompt in ("what", "title"):
        sam = at(prompt)
        before = sam.fragments
        sam.say("\u200b\u2060")
        assert sam.last.words == "I can't keep that kind of message. Please type it as an ordinary one."
        assert sam.fragments == before


def test_a_forwarded_message_says_hello(house: House) -> None:
    """Somebody who begins by forwarding is greeted, and nothing of it is kept."""
    rae = Person(house, "Rae")
    rae.say("", attachments=[FORWARDED])
    assert rae.sees("Nothing you type is kept until you press Start.")
    assert not house.file_holds("Marigold")


def test_an_edit_that_does_not_say_where_its_message_stands(at: At) -> None:
    """Slack's own example of an edit gives the place of the message with its old words alone: that is enough."""
    sam = at("what")
    ts = sam.say("original message")
    message = {"type": "message", "user": sam.id, "text": "updated message", "edited": {"ts": sam.house.next_ts()}}
    sam.hear_change(sam.messages[ts], message)
    assert sam.fragments == [("what", "updated message")]


def test_slacks_own_example_of_an_edit() -> None:
    """As the documentation has it, `previous_message` alone has a `ts`."""
    event = {
        "channel": "D111",
        "message": {"text": "updated message", "user": "U111", "edited": {"user": "U111", "ts": "1665102362.000000"}},
        "previous_message": {"text": "original message", "user": "U111", "ts": "1665102338.901939"},
    }
    said = payloads.edited(event)
    assert said is not None
    assert (said.ts, said.text, said.edited_ts) == ("1665102338.901939", "updated message", "1665102362.000000")
