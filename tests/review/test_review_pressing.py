"""Reviewers at their screens: buttons, pages, forms and commands, through a real Bolt app and Slack's own protocol."""

import asyncio
from dataclasses import replace

import pytest
from review_desk import Desk
from review_house import AMIRA, JOE, POLICY, UNTITLED

from bot.commands import split, unknown
from bot.rehearsal.slack.workspace import REVIEW_CHANNEL
from bot.review.typed import COMMANDS
from storage import decisions, stories
from storage.records import DeclineReason, Story, StoryStatus

HERE = REVIEW_CHANNEL


def status(desk: Desk, story: Story) -> StoryStatus:
    return desk.house.story(story).status


# ── the card ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_approve_asks_first_then_shrinks_the_card(desk: Desk) -> None:
    """A press, the four questions, and the card becomes a line; Undo brings it back."""
    story = await desk.tell()
    await desk.amira.press("Approve", confirm=False)
    assert "Could two stories together?" in desk.amira.confirmed[-1]
    assert status(desk, story) is StoryStatus.SUBMITTED
    await desk.amira.press("Approve")
    assert status(desk, story) is StoryStatus.APPROVED
    await desk.send()
    card = await desk.joe.hear("Approved by Amira Shah, Tuesday 3 June · digest Friday 6 June", channel=HERE)
    assert "[Read] [Undo]" in card.shown
    assert not [message for message in desk.amira.messages(HERE) if message.ephemeral]
    await desk.joe.press("Undo", channel=HERE)
    await desk.send()
    await desk.amira.hear("[Approve] [Ask the teller] [Decline]", channel=HERE)


async def test_the_slower_press_is_answered_privately(desk: Desk) -> None:
    """Two reviewers, one card that has not shrunk yet: the second hears, and nobody else does."""
    await desk.tell()
    await desk.joe.press("Approve")
    await desk.amira.press("Approve")
    await desk.send()
    heard = await desk.amira.hear("Joe Lind approved story 1 at", channel=HERE)
    assert heard.ephemeral
    assert heard.shown.endswith("Your approval was not used.")
    assert not any("was not used" in message.shown for message in desk.joe.messages(HERE))


async def test_a_double_press_decides_once(desk: Desk) -> None:
    """The same button twice in a hurry: one decision, and the second press is told it was already made."""
    story = await desk.tell()
    await asyncio.gather(desk.joe.press("Approve"), desk.joe.press("Approve"))
    await desk.send()
    await desk.joe.hear("You have already approved story 1. Nothing changed.", channel=HERE)
    assert len(desk.house.read(lambda tx: decisions.of_story(tx, story.id))) == 1


async def test_a_press_by_others_is_answered_privately(desk: Desk) -> None:
    """Whoever is in the channel without being a reviewer decides nothing."""
    story = await desk.tell()
    desk.edge.policy = desk.house.policy = replace(POLICY, reviewers=frozenset({JOE}))
    for label in ("Approve", "Ask the teller", "Decline"):
        await desk.amira.press(label)
    assert desk.amira.view is None
    await desk.send()
    for can in ("approve", "ask the teller", "decline"):
        await desk.amira.hear(f"Only reviewers can {can}. To tell a story, type /story", channel=HERE)
    assert status(desk, story) is StoryStatus.SUBMITTED


@pytest.mark.parametrize("label", ["Approve", "Ask the teller", "Decline"])
async def test_their_own_story_is_refused_at_every_button(desk: Desk, label: str) -> None:
    """No form opens and nothing is decided for the person who told it; only they hear why."""
    story = await desk.tell(by=AMIRA)
    await desk.amira.press(label)
    assert desk.amira.view is None
    await desk.send()
    await desk.amira.hear("That story can't be decided by the person who told it.", channel=HERE)
    assert status(desk, story) is StoryStatus.SUBMITTED


@pytest.mark.parametrize("label", ["Approve", "Ask the teller", "Decline"])
async def test_an_old_card_offers_the_new_one(desk: Desk, label: str) -> None:
    """A press on a card whose story has changed opens nothing and decides nothing; Read shows the new words."""
    story = await desk.tell()
    old = next(message.ts for message in desk.amira.messages(HERE))
    await asyncio.to_thread(desk.house.tell_again, story, UNTITLED, deliver=False)
    await desk.amira.press(label, ts=old)
    assert desk.amira.view is None
    await desk.send()
    await desk.amira.hear("Read the new card, then", channel=HERE)
    await desk.amira.press("Read", channel=HERE, beside="Read the new card")
    assert (await desk.amira.see_view("version 2")).title == "Story 1"


# ── the forms ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_asking_through_the_form(desk: Desk) -> None:
    """About which answer, which question; the form closes, the reviewer hears, the card waits."""
    story = await desk.tell()
    await desk.joe.press("Ask the teller")
    assert desk.joe.view is not None
    assert "The teller sees this without your name." in desk.joe.view.shown
    await desk.joe.choose("What difference it made")
    await desk.joe.fill("Your question", "Who could have told housing first?")
    assert await desk.joe.submit() is None
    assert desk.joe.view is None
    await desk.send()
    await desk.joe.hear("Your question about story 1 is on its way to the teller, without your name.", channel=HERE)
    await desk.amira.hear('Joe Lind asked on Tuesday 3 June: "Who could have told housing first?"', channel=HERE)
    made = desk.house.read(lambda tx: decisions.last_ask(tx, story.id))
    assert made is not None
    assert made.prompt_id == "p4"


async def test_declining_through_the_form(desk: Desk) -> None:
    """A reason, what would make it usable, and the story is declined with both."""
    story = await desk.tell()
    await desk.joe.press("Decline")
    await desk.joe.choose("It could identify someone")
    await desk.joe.fill("What would make it usable?", "Leave out the ward.")
    assert await desk.joe.submit() is None
    await desk.send()
    await desk.joe.hear("Story 1 is declined. The teller has your reason and their words.", channel=HERE)
    made = desk.house.read(lambda tx: decisions.of_story(tx, story.id)[-1])
    assert made is not None
    assert (made.reason, made.comment) == (DeclineReason.IDENTIFIES, "Leave out the ward.")


async def test_a_form_overtaken_keeps_what_was_typed(desk: Desk) -> None:
    """When somebody else decides while a form is open, the form says so and stays with its words."""
    story = await desk.tell()
    await desk.joe.press("Ask the teller")
    await desk.joe.fill("Your question", "Who could have told housing first?")
    await desk.amira.press("Approve")
    errors = await desk.joe.submit()
    assert errors is not None
    assert errors["question"].startswith("Amira Shah approved story 1 at")
    assert errors["question"].endswith("Your question was not used.")
    assert desk.joe.view is not None
    assert status(desk, story) is StoryStatus.APPROVED


async def test_a_form_of_spaces_is_handed_back(desk: Desk) -> None:
    """White space is no question."""
    story = await desk.tell()
    await desk.joe.press("Ask the teller")
    await desk.joe.fill("Your question", "   ")
    assert await desk.joe.submit() == {"question": "Please write your question."}
    assert status(desk, story) is StoryStatus.SUBMITTED


# ── the list and the page ─────────────────────────────────────────────────────────────────────────────────────────


async def test_review_lists_reads_and_decides(desk: Desk) -> None:
    """The list, a story's page from it, and a decision on the page: answered in the channel it was asked from."""
    story = await desk.tell()
    answer = await desk.amira.command("/story review", channel=HERE)
    assert answer.shown.startswith("1 story waiting · since today")
    await desk.amira.press("Read", ts=answer.ts)
    page = await desk.amira.see_view("Story 1: Two nights for one phone call")
    assert "[Approve] [Ask the teller] [Decline]" in page.shown
    await desk.amira.press("Approve")
    await desk.send()
    line = await desk.amira.hear("is approved for Friday 6 June, 10am UK time.", channel=HERE)
    assert line.ephemeral
    assert status(desk, story) is StoryStatus.APPROVED


async def test_a_form_over_the_page_closes_both(desk: Desk) -> None:
    """Declining from the page leaves nothing open that shows what no longer stands."""
    story = await desk.tell()
    answer = await desk.amira.command("/story review", channel=HERE)
    await desk.amira.press("Read", ts=answer.ts)
    await desk.amira.press("Decline")
    await desk.amira.choose("Other")
    await desk.amira.fill("What would make it usable?", "A little more.")
    assert await desk.amira.submit() is None
    assert desk.amira.view is None
    assert status(desk, story) is StoryStatus.DECLINED


async def test_show_more_grows_the_list_in_place(desk: Desk) -> None:
    """The private list changes where it stands."""
    for _ in range(11):
        await asyncio.to_thread(desk.house.tell, deliver=False)
    answer = await desk.amira.command("/story review", channel=HERE)
    assert "11 ·" not in answer.shown
    await desk.amira.press("Show more", ts=answer.ts)
    await desk.send()
    shown = await desk.amira.hear("11 · Two nights for one phone call", channel=HERE)
    assert shown.ephemeral
    assert len([m for m in desk.amira.messages(HERE) if "stories waiting" in m.shown]) == 1


async def test_undo_from_a_private_line_is_answered_in_its_place(desk: Desk) -> None:
    """The answer to a command carries Undo; pressing it changes that answer."""
    story = await desk.tell()
    answer = await desk.amira.command("/story approve 1", channel=HERE)
    await desk.amira.press("Undo", ts=answer.ts)
    await desk.send()
    assert status(desk, story) is StoryStatus.SUBMITTED
    await desk.amira.hear("The approval of story 1 is undone.", channel=HERE)
    assert not any("is approved for" in message.shown for message in desk.amira.messages(HERE) if message.ephemeral)


# ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────────

APPROVED = 'Story 1, "Two nights for one phone call", is approved for Friday 6 June, 10am UK time.'


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("review", "1 story waiting · since today"),
        ("approve", "Which story? Try: /story approve 31"),
        ("approve x", "Which story? Try: /story approve 31"),
        ("approve 1 2", "One story at a time, so that each is read. Try: /story approve 1"),
        ("approve #1, #2 and story 3", "One story at a time, so that each is read. Try: /story approve 1"),
        ("approve 99", "There is no story 99. /story review lists what is waiting."),
        ("approve 1", APPROVED),
        ("approve #1", APPROVED),
        ("approve story 1", APPROVED),
        ("ask", "Which story? Try: /story ask 31 Which team was waiting?"),
        ("ask 1", "Add your question: /story ask 1 Which team was waiting?"),
        ("ask 99", "There is no story 99. /story review lists what is waiting."),
        ("ask 1 Which team?", "Your question about story 1 is on its way to the teller, without your name."),
        ("ask 1 " + "x" * 301, "That question is longer than 300 characters, so nothing was sent."),
        ("decline", "Which story? Try: /story decline 31"),
        ("decline 99", "There is no story 99. /story review lists what is waiting."),
        ("decline 1 Not about us", "Story 1 is declined. The teller has your reason and their words."),
        ("aprove 1", 'I don\'t know "aprove". Did you mean: /story approve 1'),
        ("31", "To read story 31: /story read 31"),
        ("#31", "To read story 31: /story read 31"),
        ("story 31", "To read story 31: /story read 31"),
        ("31a", 'I don\'t know "31a". To see what I do: /story help'),
    ],
)
async def test_each_command_has_its_answer(desk: Desk, line: str, said: str) -> None:
    """Every line of the table of commands, privately, with the line that would have worked."""
    await desk.tell()
    answer = await desk.amira.command(f"/story {line}", channel=HERE)
    assert answer.error is None
    assert answer.shown.startswith(said)


@pytest.mark.parametrize("typed", ["<!channel>", "&lt;!channel&gt;", "aprove <@U0AMIRA001> & <!here>", "<b>*x*"])
def test_an_unknown_verb_pings_nobody(typed: str) -> None:
    """What somebody mistyped is said back to them as words, not as Slack's markup."""
    said = unknown(*split(typed), COMMANDS)
    assert "<" not in said and ">" not in said
    assert said.startswith("I don't know")


@pytest.mark.parametrize("typed", ["approve\u00a01", "approve\n1", "“approve” 1", "@altogether approve 1"])
async def test_a_command_is_understood_however_it_is_spelt(desk: Desk, typed: str) -> None:
    """A pasted space, a new line, curly quotes or the bot's own name in front: the story is approved."""
    story = await desk.tell()
    await desk.amira.command(f"/story {typed}", channel=HERE)
    assert status(desk, story) is StoryStatus.APPROVED


async def test_a_repeated_command_names_who_and_when(desk: Desk) -> None:
    """By command, who decided and on which day."""
    await desk.tell()
    await desk.joe.command("/story approve 1", channel=HERE)
    for line in ("approve 1", "ask 1 Who?", "decline 1 No", "decline 1"):
        answer = await desk.amira.command(f"/story {line}", channel=HERE)
        assert answer.text == "Story 1 was approved by Joe Lind on Tuesday 3 June. Nothing changed."


async def test_decline_without_a_reason_opens_the_form(desk: Desk) -> None:
    """The command alone asks for what it needs; the form decides."""
    story = await desk.tell()
    assert (await desk.amira.command("/story decline 1", channel=HERE)).text == ""
    view = await desk.amira.see_view("Decline story 1")
    assert "What would make it usable?" in view.shown
    await desk.amira.choose("Too little to follow")
    await desk.amira.fill("What would make it usable?", "How did it end?")
    assert await desk.amira.submit() is None
    assert status(desk, story) is StoryStatus.DECLINED


@pytest.mark.parametrize("verb", ["review", "approve", "ask", "decline"])
async def test_a_reviewers_verb_is_not_for_others(desk: Desk, verb: str) -> None:
    """Others are told so, privately, and how to tell a story."""
    story = await desk.tell()
    answer = await desk.rae.command(f"/story {verb} 1 please")
    assert answer.text.startswith("Only reviewers can ")
    assert answer.text.endswith(". To tell a story, type /story")
    assert status(desk, story) is StoryStatus.SUBMITTED


async def test_a_modal_that_slack_refuses_is_said(desk: Desk) -> None:
    """A trigger that came too late opens nothing; the reviewer hears to press again."""
    story = await desk.tell()
    desk.rehearsal.faults.fail_next("views.open", error="expired_trigger_id")
    await desk.joe.press("Decline")
    await desk.send()
    await desk.joe.hear("If nothing has opened, please press that again.", channel=HERE)
    assert status(desk, story) is StoryStatus.SUBMITTED


async def test_a_forged_press_is_answered_and_changes_nothing(desk: Desk) -> None:
    """A button with a value that no card of ours carries: a private line, no change."""
    story = await desk.tell()
    await desk.client.chat_postMessage(
        channel=HERE,
        text="forged",
        blocks=[
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "button",
                        "action_id": action,
                        "value": f"{story.id}:9",
                        "text": {"type": "plain_text", "text": f"Forged {action}"},
                    }
                    for action in ("approve", "ask", "decline", "undo", "read", "show_more")
                ],
            }
        ],
    )
    for action in ("approve", "ask", "decline", "undo", "read", "show_more"):
        await desk.amira.press(f"Forged {action}", channel=HERE)
        assert desk.amira.view is None
        await desk.send()
        heard = [m.shown for m in desk.amira.messages(HERE) if m.ephemeral]
        assert heard[-1].startswith("That button doesn't work any more. Nothing changed.")
    assert status(desk, story) is StoryStatus.SUBMITTED
    assert desk.house.read(lambda tx: stories.get(tx, story.id)).approved_version is None


async def test_a_page_from_elsewhere_is_answered_where_the_bot_is(desk: Desk) -> None:
    """A decision on a page opened from the person's own chat with the bot is whispered; nothing is lost on the way."""
    story = await desk.tell()
    answer = await desk.amira.command("/story review")
    await desk.amira.press("Read", ts=answer.ts)
    await desk.amira.press("Approve")
    assert status(desk, story) is StoryStatus.APPROVED
    await desk.send()
    await desk.amira.hear("is approved for Friday 6 June", channel=HERE)


async def test_the_log_names_no_words_and_no_tellers(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """What this room logs of decisions and denials is verbs, ids of stories and outcomes."""
    with caplog.at_level("INFO", logger="bot.review"):
        await desk.tell(by=JOE)
        await desk.joe.press("Approve")
        await desk.amira.command("/story decline 1 canary words", channel=HERE)
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("bot.review")]
    assert len(lines) == 2
    assert "canary" not in "".join(lines)
    assert JOE not in "".join(lines)
