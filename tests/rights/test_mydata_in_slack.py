"""`/story mydata` in a workspace that is as strict as Slack, with the real bot."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.rights.withdrawal_house import until
from tests.whole.conftest import Play, open_play
from tests.whole.telling import LESSON, WHAT, begin, tell


@pytest.fixture
async def play(tmp_path: Path) -> AsyncIterator[Play]:
    """A rehearsal of its own for one test, the bot in this process."""
    async with open_play(tmp_path / "play") as opened:
        yield opened


async def the_file(play: Play, person: Any) -> dict[str, Any]:
    """What the file says that has come in the person's direct message."""
    message = await person.hear("Every word of it:")
    [upload] = play.rehearsal.workspace.files.standing()
    assert upload.shared == (f"D{person.profile.id[1:]}", message.ts)
    return dict(json.loads((upload.content or b"").decode()))


async def test_a_teller_gets_everything_as_a_message_and_a_file(play: Play) -> None:
    """The message says what there is, the file has every word of it; other people's ids are in neither."""
    sam, amira = play.person("sam"), play.person("amira")
    await tell(sam, "A key at the door")
    await amira.hear("Story 1: A key at the door", channel="#story-review")
    await amira.command("/story approve 1")
    await sam.hear("Story 1 is approved")
    answer = await sam.command("/story mydata", channel="#info-stories")
    assert "It comes in our direct message, to you alone." in answer.shown
    said = await sam.hear("Here is what I hold about you")
    assert "Story 1, sent Tuesday 3 June: approved. It may go in the weekly digest, under notice" in said.shown
    assert "Described by: my role only." in said.shown and WHAT not in said.shown
    assert "That you wrote 1 draft that has ended. Its words are gone from there." in said.shown
    told = await the_file(play, sam)
    words = {answer["value"] for answer in told["held"]["version_answer"]}
    assert {WHAT, LESSON, "A key at the door"} <= words
    assert told["held"]["teller"][0]["slack_user_id"] == sam.profile.id
    assert told["held"]["permission"][0]["place"] == "digest" and told["held"]["confirmation"][0]["taken_out"] is True
    assert any(one["kind"] == "receipt" and one["messages"] == 1 for one in told["messages_to_you"])
    assert amira.profile.id not in json.dumps(told)
    assert ("author", None, "done") in play.rows("SELECT actor, actor_id, outcome FROM audit WHERE verb = 'mydata'")


async def test_the_file_is_written_to_no_disk(play: Play) -> None:
    """Once a story is gone from the database, no file of the bot holds a word that was sent with `mydata`."""
    sam = play.person("sam")
    await tell(sam, "A key at the door")
    await sam.command("/story mydata")
    await the_file(play, sam)
    assert "mydata" in str(play.rows("SELECT args, kind FROM outbox WHERE kind LIKE 'mydata%'"))
    stored = str(play.rows("SELECT args FROM outbox"))
    assert WHAT not in stored and LESSON not in stored
    folder = play.database.parent
    others = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("altogether.db")]
    assert all(LESSON.encode() not in path.read_bytes() for path in others)


@pytest.mark.parametrize("lacking", ["scope", "method"])
async def test_where_files_cannot_be_sent_it_comes_as_messages(play: Play, lacking: str) -> None:
    """Without the scope, or on a server without the method, the same JSON comes in the chat, and says so."""
    sam = play.person("sam")
    await tell(sam, "A key at the door", what=WHAT + " & <so on>" * 120)
    if lacking == "scope":
        play.rehearsal.workspace.grants[play.rehearsal.workspace.bot_token].scopes.discard("files:write")
    else:
        play.rehearsal.faults.fail_next("files.getUploadURLExternal", error="unknown_method")
    await sam.command("/story mydata")
    await sam.hear("This Slack takes no files from me, so here it is as messages. Part 1 of")
    posts = list(play.rehearsal.workspace.direct_message(sam.profile.id).posts.values())
    count = int(next(post.text for post in posts if "takes no files" in post.text).rpartition(" of ")[2].rstrip("."))
    await sam.hear(f"Part {count} of {count}.")
    posts = list(play.rehearsal.workspace.direct_message(sam.profile.id).posts.values())
    pieces = [
        element["elements"][0]["text"]
        for post in posts
        for block in post.blocks or []
        if block["type"] == "rich_text"
        for element in block["elements"]
        if element["type"] == "rich_text_preformatted"
    ]
    assert len(pieces) == count
    assert "A key at the door" in {one["value"] for one in json.loads("".join(pieces))["held"]["version_answer"]}
    assert not play.rehearsal.workspace.files.standing()


async def test_a_file_whose_sharing_fails_is_tried_again(play: Play) -> None:
    """A lost connection on the way to Slack delays the file and loses nothing of it."""
    sam = play.person("sam")
    await tell(sam, "A key at the door")
    play.rehearsal.faults.refuse_connection("files.completeUploadExternal")
    await sam.command("/story mydata")
    assert (await the_file(play, sam))["held"]["story"][0]["number"] == 1


async def test_a_file_of_which_nobody_knew_is_taken_back_too(play: Play) -> None:
    """Shared, and the answer lost: the second file is the only one, and a withdrawal leaves none."""
    sam = play.person("sam")
    await tell(sam, "A key at the door")
    play.rehearsal.faults.fail_next("files.completeUploadExternal", status=500, performed=True)
    await sam.command("/story mydata")
    await sam.hear("Every word of it:")
    await until(lambda: play.count("SELECT count(*) FROM outbox WHERE kind = 'mydata_file' AND state = 'sent'") == 1)
    assert len(play.rehearsal.workspace.files.standing()) == 1
    answer = await sam.command("/story withdraw 1")
    await sam.press("Take it back", ts=answer.ts)
    await sam.hear("Story 1 is taken back.")
    assert not play.rehearsal.workspace.files.standing()


async def test_an_unsent_story_can_be_deleted_from_there(play: Play) -> None:
    """The message has a button that deletes what was never sent; it asks first, as always."""
    sam = play.person("sam")
    await begin(sam)
    await sam.command("/story mydata")
    said = await sam.hear("An unfinished story. It is deleted on Tuesday 17 June.")
    await sam.press("Delete", ts=said.ts)
    await sam.hear("Delete this story?")
    await sam.press("Delete it")
    await sam.hear("Your story is deleted.")
    assert play.count("SELECT count(*) FROM draft WHERE state = 'open'") == 0


async def test_a_stranger_is_told_that_nothing_is_held(play: Play) -> None:
    """Asking is not itself a reason to keep something about somebody."""
    answer = await play.person("priya").command("/story mydata")
    assert answer.shown.strip() == "I hold nothing about you. Nothing is kept before you press Start."
    assert play.count("SELECT count(*) FROM teller") == 0


@pytest.mark.parametrize("files", [True, False])
async def test_a_story_that_is_taken_back_is_taken_out_of_the_chat_too(play: Play, files: bool) -> None:
    """A withdrawal deletes the file, or the messages that came in its place, like every other copy of the bot's."""
    sam = play.person("sam")
    await tell(sam, "A key at the door")
    if not files:
        play.rehearsal.workspace.grants[play.rehearsal.workspace.bot_token].scopes.discard("files:write")
    await sam.command("/story mydata")
    await sam.hear("Every word of it:" if files else "Part 1 of")
    answer = await sam.command("/story withdraw 1")
    await sam.press("Take it back", ts=answer.ts)
    await sam.hear("Story 1 is taken back.")
    assert not play.rehearsal.workspace.files.standing()
    chat = play.rehearsal.workspace.direct_message(sam.profile.id)
    ours = [post for post in chat.posts.values() if post.bot_id]
    assert LESSON not in json.dumps([post.as_json() for post in ours])
