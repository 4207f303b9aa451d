"""The open rehearsal with the real bot: the guide, the clock, a script that is edited, a workspace that is kept."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from page_visitor import Json, Visitor, visiting

from bot.rehearsal.keeping import Keeping
from bot.rehearsal.page.room import Room
from bot.rehearsal.scenes.play import DEFAULT_SCRIPT
from bot.rehearsal.slack.workspace import REVIEW_CHANNEL, STORIES_CHANNEL
from bot.rehearsal.staying import opened
from tests.nursery import Nursery

DM = "D0SAM00001"
DEFAULT = DEFAULT_SCRIPT.read_text(encoding="utf-8")
FIRST_QUESTION = "Which of these is closest to your story?"


@asynccontextmanager
async def open_room(
    folder: Path, *, script: Path | None = None, keeping: Keeping | None = None
) -> AsyncIterator[tuple[Room, Visitor]]:
    """A room with its bot connected, its guide begun, and Sam looking at the page."""
    async with opened(folder, outer=os.environ, script=script, keeping=keeping) as room, visiting(room) as sam:
        record = keeping.load() if keeping else None
        if record is not None:
            room.restore(record)
        await room.script.look()
        await room.minder.start()
        room.guide.begin()
        room.open_to_people()
        minding = asyncio.create_task(room.mind())
        try:
            yield room, sam
        finally:
            minding.cancel()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sam(tmp_path_factory: pytest.TempPathFactory, nursery: Nursery) -> AsyncIterator[Visitor]:
    """Sam at the page of a rehearsal that several tests share, each with people of its own."""
    async with open_room(tmp_path_factory.mktemp("rehearsal")) as (_, visitor):
        yield visitor


def done(guide: Json) -> list[str]:
    return [step["id"] for step in guide["steps"] if step["done"]]


async def press(visitor: Visitor, label: str, message: Json) -> Json:
    """Presses the button of this label on a message, by its ids, as the page does."""
    for block in message["blocks"]:
        for element in [*block.get("elements", []), block.get("accessory") or {}]:
            if element.get("type") == "button" and element["text"]["text"] == label:
                where = {"channel": message["channel"], "ts": message["ts"], "block_id": block["block_id"]}
                return await visitor.do("press", action_id=element["action_id"], confirmed=True, **where)
    raise AssertionError(f"no button {label} in {message['text']}")


async def sees(visitor: Visitor, channel: str, words: str, **query: str) -> Json:
    """The newest message with these words in it or in its blocks, as soon as it is there."""
    async with asyncio.timeout(30):
        while True:
            seen = await visitor.messages(channel, **query)
            for message in reversed(seen):
                if words in str(message):
                    return message
            await asyncio.sleep(0.02)


@pytest.mark.asyncio(loop_scope="module")
async def test_the_five_steps_tick_when_they_really_happen(sam: Visitor) -> None:
    """Done by hand or by the guide, each step ticks on the event itself, and the page hears of it."""
    async with sam.listening():
        assert done((await sam.state())["guide"]) == []
        told = await sam.post("/page/guide", do="tell")
        assert done(told["guide"]) == ["tell"]
        card = await sees(sam_as(sam, "amira"), REVIEW_CHANNEL, "One note on the fridge (made up)")
        sam.person = "amira"
        await press(sam, "Approve", card)
        ticked = await sam.hears(lambda one: one["kind"] == "guide" and "approve" in done(one["guide"]))
        assert done(ticked["guide"]) == ["tell", "approve"]
        (following,) = [step for step in ticked["guide"]["steps"] if step["now"]]
        assert (following["id"], following["as"]) == ("change", "sam")

        sam.person = "sam"
        changed = await sam.post("/page/guide", do="change")
        assert done(changed["guide"]) == ["tell", "change", "approve"]
        again = await sees(sam_as(sam, "joe"), REVIEW_CHANNEL, "version 2")
        sam.person = "joe"
        await press(sam, "Approve", again)
        await sees(sam, REVIEW_CHANNEL, "Approved by Joe Lind")

        moved = await sam.post("/page/clock", move="friday")
        assert "Digest posted in #info-stories." in moved["set_off"]
        assert (moved["clock"]["shown"][:4], moved["clock"]["shown"][-5:]) == ("Fri ", "10:00")
        assert done((await sam.state())["guide"]) == ["tell", "change", "approve", "post"]
        sam.person = "rae"
        edition = await sees(sam, STORIES_CHANNEL, "This week's story")
        await sees(sam, STORIES_CHANNEL, "We said so to each other afterwards.", thread=edition["ts"])
        guide = (await sam.state())["guide"]
        assert (len(done(guide)), guide["finished"]) == (5, True)
        assert guide["line"].startswith("That was the whole product.")


def sam_as(visitor: Visitor, person: str) -> Visitor:
    """The same page, as somebody else."""
    return Visitor(visitor.session, visitor.origin, person)


@pytest.mark.asyncio(loop_scope="module")
async def test_time_moves_and_says_what_it_set_off(sam: Visitor) -> None:
    """A week on, a half-told story is nudged; two more, and it is deleted; a killed bot catches up. Each in words."""
    priya, dm = sam_as(sam, "priya"), "D0PRIYA001"
    await priya.do("say", channel=dm, text="hi")
    await press(priya, "Start", await sees(priya, dm, "Nothing you type is kept until you press Start."))
    await sees(priya, dm, FIRST_QUESTION)
    before = (await sam.state())["clock"]["offset"]
    week = await sam.post("/page/clock", move="week")
    assert "Nudge sent to Priya." in week["set_off"]
    assert week["clock"]["offset"] - before == pytest.approx(7 * 86_400, abs=1)

    killed = await sam.post("/page/bot", do="kill")
    assert killed["bot"]["state"] == "down"
    refused = await press(priya, "Carry on", await sees(priya, dm, "I won't ask again"))
    assert refused["error"] == "Altogether is not connected, so nothing happened. Try again in a moment."
    assert (await sam.post("/page/clock", move="fortnight"))["set_off"] == []
    restarted = await sam.post("/page/bot", do="restart")
    assert restarted["bot"] == {"state": "connected", "line": "Connected."}
    await sees(priya, dm, "Your unfinished story is deleted, as I said.")
    back = await sam.post("/page/clock", move="now")
    assert abs(back["clock"]["offset"]) < 1
    assert (await sam.post("/page/clock", move="yesterday"))["ok"] is False


async def test_a_script_that_is_saved_is_asked_next(tmp_path: Path) -> None:
    """A good save is asked next; a bad one names its line and keeps the last good one; a draft goes on with its own."""
    file = tmp_path / "mine.toml"
    file.write_text(DEFAULT.replace('name = "default"', 'name = "mine"'), encoding="utf-8")
    async with open_room(tmp_path / "rehearsal", script=file) as (room, sam), sam.listening():
        await sam.do("say", channel=DM, text="hi")
        await press(sam, "Start", await sees(sam, DM, "Nothing you type is kept until you press Start."))
        await sees(sam, DM, FIRST_QUESTION)

        loop = asyncio.get_running_loop()
        saved_at = loop.time()
        renamed = DEFAULT.replace('name = "default"', 'name = "better"')
        better = renamed.replace(FIRST_QUESTION, "What sort of tale is it?")
        file.write_text(better, encoding="utf-8")
        await sam.hears(lambda one: one["kind"] == "script" and one["script"]["name"] == "better")
        rae = sam_as(sam, "rae")
        await rae.do("say", channel="D0RAE00001", text="hi")
        notice = await sees(rae, "D0RAE00001", "Nothing you type is kept until you press Start.")
        taken = loop.time() - saved_at
        await press(rae, "Start", notice)
        await sees(rae, "D0RAE00001", "What sort of tale is it?")
        print(f"from the save to the next conversation: {taken:.1f} s")
        assert (await sam.state())["script"]["file"] == "mine.toml"

        line = better[: better.index('kind = "choice"')].count("\n") + 1
        file.write_text(better.replace('kind = "choice"', 'kind = "poem"', 1), encoding="utf-8")
        heard = await sam.hears(lambda one: one["kind"] == "script" and bool(one["script"]["problems"]))
        assert heard["script"]["problems"][0]["line"] == line
        assert "poem" in heard["script"]["problems"][0]["text"]
        assert heard["script"]["name"] == "better"
        pid = room.minder.process.pid
        file.write_text(better, encoding="utf-8")
        await sam.hears(
            lambda one: one["kind"] == "script" and one["version"] > heard["version"] and not one["script"]["problems"]
        )
        assert room.minder.process.pid == pid  # what it was before needs no new bot

        question = await sees(sam, DM, FIRST_QUESTION)  # Sam's draft is still on the script it began with
        assert "What sort of tale" not in str(await sam.messages(DM))
        (radio,) = [block for block in question["blocks"] if "radio_buttons" in str(block)]
        (element,) = [one for one in radio["elements"] if one["type"] == "radio_buttons"]
        where = {"channel": DM, "ts": question["ts"], "block_id": radio["block_id"]}
        await sam.do("pick", action_id=element["action_id"], values=[element["options"][0]["value"]], **where)
        await press(sam, "Next", question)
        await sees(sam, DM, "2 of 8")


async def test_what_is_kept_goes_on(tmp_path: Path) -> None:
    """After a restart of the rehearsal everybody finds what was said, and a story goes on where it stood."""
    keeping = Keeping(tmp_path / "kept")
    with keeping.held():
        async with open_room(keeping.folder, keeping=keeping) as (room, sam):
            await sam.post("/page/clock", move="week")
            await sam.do("say", channel=DM, text="hi")
            await press(sam, "Start", await sees(sam, DM, "Nothing you type is kept until you press Start."))
            await sees(sam, DM, FIRST_QUESTION)
            await sees(sam, DM, "Started Tuesday 10 June, after reading notice 5.")
            said = await sam.do("say", channel=STORIES_CHANNEL, text="first")
            await sam.do("say", channel=STORIES_CHANNEL, text="reply", thread_ts=said["ts"])
            room.guide.done.add("tell")
            before = await sam.messages(DM)
    with keeping.held():
        async with open_room(keeping.folder, keeping=keeping) as (room, sam):
            state = await sam.state()
            assert state["clock"]["shown"].startswith("Tue 10 June")
            assert done(state["guide"]) == ["tell"]
            assert state["people"][5]["unread"] == {STORIES_CHANNEL: 1}
            kept = await sam.messages(DM)
            assert [(one["ts"], one["text"]) for one in kept[: len(before)]] == [
                (one["ts"], one["text"]) for one in before
            ]
            thread = await sam.messages(STORIES_CHANNEL, thread=said["ts"])
            assert [one["text"] for one in thread] == ["first", "reply"]
            await sam.do("say", channel=DM, text="Sharing helped")  # the open question takes its answer
            await sees(sam, DM, "2 of 8")
