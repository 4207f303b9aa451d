"""Pages of messages and lists: where they begin, how long they are, and what is posted or deleted between them."""

import base64
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.workspace import STORIES_CHANNEL


async def posted(client: AsyncWebClient, *texts: str, thread: str | None = None) -> list[str]:
    """Posts these and returns their ts."""
    return [
        str((await client.chat_postMessage(channel=STORIES_CHANNEL, text=text, thread_ts=thread))["ts"])
        for text in texts
    ]


def texts(answer: Any) -> list[str]:
    return [message["text"] for message in answer["messages"]]


def cursor(answer: Any) -> str:
    return str(answer["response_metadata"]["next_cursor"])


async def refused(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_nothing_is_skipped_or_told_twice_between_two_pages(client: AsyncWebClient) -> None:
    """A cursor holds on to a message: one deleted before it, and one posted since, move no page."""
    stamps = await posted(client, *"0123456789")
    first = await client.conversations_history(channel=STORIES_CHANNEL, limit=4)
    await client.chat_delete(channel=STORIES_CHANNEL, ts=stamps[9])
    await posted(client, "new", "newer")
    second = await client.conversations_history(channel=STORIES_CHANNEL, limit=4, cursor=cursor(first))
    await client.chat_delete(channel=STORIES_CHANNEL, ts=stamps[1])  # the very one that the cursor names
    third = await client.conversations_history(channel=STORIES_CHANNEL, limit=4, cursor=cursor(second))
    assert [texts(one) for one in (first, second, third)] == [list("9876"), list("5432"), list("0")]
    assert base64.b64decode(cursor(first)).decode() == f"next_ts:{stamps[5].replace('.', '')}"
    assert (second["has_more"], third["has_more"]) == (True, False)


async def test_a_thread_is_paged_by_its_messages_too(client: AsyncWebClient) -> None:
    """Replies come oldest first, and a reply that goes between two pages takes no other with it."""
    (parent,) = await posted(client, "parent")
    stamps = await posted(client, *"abcdef", thread=parent)
    whole = await client.conversations_replies(channel=STORIES_CHANNEL, ts=parent)
    first = await client.conversations_replies(channel=STORIES_CHANNEL, ts=parent, limit=3)
    await client.chat_delete(channel=STORIES_CHANNEL, ts=stamps[0])
    second = await client.conversations_replies(channel=STORIES_CHANNEL, ts=parent, limit=3, cursor=cursor(first))
    assert texts(whole) == ["parent", *"abcdef"]
    assert (texts(first), texts(second)) == (["parent", "a", "b"], ["c", "d", "e"])


async def test_one_message_is_found_by_its_ts(client: AsyncWebClient) -> None:
    """Oldest, inclusive and a limit of one bring the message itself; later pages go on towards today."""
    stamps = await posted(client, *"0123456")
    one = await client.conversations_history(channel=STORIES_CHANNEL, oldest=stamps[2], inclusive=True, limit=1)
    other = await client.conversations_history(channel=STORIES_CHANNEL, latest=stamps[2], inclusive=True, limit=1)
    since = await client.conversations_history(channel=STORIES_CHANNEL, oldest=stamps[2], limit=3)
    rest = await client.conversations_history(channel=STORIES_CHANNEL, oldest=stamps[2], limit=3, cursor=cursor(since))
    ago = await client.conversations_history(channel=STORIES_CHANNEL, oldest=stamps[2], latest="9999999999", limit=3)
    assert (texts(one), texts(other), other["latest"]) == (["2"], ["2"], stamps[2])
    assert (texts(since), texts(rest)) == (["5", "4", "3"], ["6"])
    assert texts(ago) == ["6", "5", "4"]


@pytest.mark.parametrize("made_up", ["zzz", "bmV4dDotNQ==", "bmV4dDo1", "bmV4dF90czotNQ==", "bmV4dF90czo=", "é"])
async def test_a_cursor_that_nobody_gave_out_is_refused(client: AsyncWebClient, made_up: str) -> None:
    """Gibberish, counting from the end, and another list's cursor are no cursors of a history, nor of a list."""
    (parent,) = await posted(client, "parent")
    assert await refused(client.conversations_history(channel=STORIES_CHANNEL, cursor=made_up)) == "invalid_cursor"
    replies = client.conversations_replies(channel=STORIES_CHANNEL, ts=parent, cursor=made_up)
    assert await refused(replies) == "invalid_cursor"
    assert await refused(client.users_list(cursor=made_up)) == "invalid_cursor"


async def test_a_list_is_paged_by_its_members(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """Somebody who leaves between two pages takes nobody with them."""
    members = rehearsal.workspace.conversations[STORIES_CHANNEL].members
    before = list(members)
    first = await client.conversations_members(channel=STORIES_CHANNEL, limit=3)
    members.remove(before[0])
    rest = await client.conversations_members(channel=STORIES_CHANNEL, cursor=cursor(first))
    assert first["members"] + rest["members"] == before


@pytest.mark.parametrize("limit", ["1000", "5000", "-1", "0", "abc", "10.5", "²"])
async def test_a_limit_that_makes_no_sense_is_adjusted(client: AsyncWebClient, limit: str) -> None:
    """Only conversations.list refuses one; everybody else answers with a sensible page."""
    (parent,) = await posted(client, "parent")
    for method, args in (
        ("conversations.history", {"channel": STORIES_CHANNEL}),
        ("conversations.replies", {"channel": STORIES_CHANNEL, "ts": parent}),
        ("conversations.members", {"channel": STORIES_CHANNEL}),
        ("users.list", {}),
    ):
        assert (await client.api_call(method, params=args | {"limit": limit}))["ok"], method
    if limit != "0":
        assert await refused(client.api_call("conversations.list", params={"limit": limit})) == "invalid_limit"


async def test_everybody_and_a_whole_thread_come_at_once(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """users.list without a limit gives all, conversations.replies a thousand, conversations.history a hundred."""
    for number in range(150):
        rehearsal.workspace.add_person(f"p{number}", f"Person {number}")
    (parent,) = await posted(client, "parent")
    await posted(client, *map(str, range(120)), thread=parent)
    await posted(client, *map(str, range(110)))
    assert len((await client.users_list())["members"]) > 150
    assert len(texts(await client.conversations_replies(channel=STORIES_CHANNEL, ts=parent))) == 121
    assert len(texts(await client.conversations_history(channel=STORIES_CHANNEL))) == 100


@pytest.mark.parametrize("moment", ["NaN", "sNaN", "Infinity", "-1", "abc", "1e5", "1.2.3"])
async def test_a_moment_is_a_number_of_seconds(client: AsyncWebClient, moment: str) -> None:
    """Whatever else is given as oldest or latest has Slack's word for it."""
    for name in ("oldest", "latest"):
        asked = client.api_call("conversations.history", params={"channel": STORIES_CHANNEL, name: moment})
        assert await refused(asked) == f"invalid_ts_{name}"


async def test_a_thread_needs_a_beginning(client: AsyncWebClient) -> None:
    """Without a ts, or with one that nothing has, there is no thread."""
    for args in ({}, {"ts": "1.000001"}, {"ts": "abc"}):
        asked = client.api_call("conversations.replies", params={"channel": STORIES_CHANNEL, **args})
        assert await refused(asked) == "thread_not_found"
