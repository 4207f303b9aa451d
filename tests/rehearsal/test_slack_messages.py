"""What a message says: what may be in it, what a change leaves as it was, and what Slack refuses."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.rehearsal.slack.workspace import STORIES_CHANNEL

Json = dict[str, Any]
B, C = ({"type": "section", "block_id": name, "text": {"type": "mrkdwn", "text": name}} for name in "BC")
NOTE: Json = {"event_type": "note", "event_payload": {"key": "1"}}
WHOLE: Json = {"text": "first", "blocks": [B], "attachments": [{"text": "A"}], "metadata": NOTE}


async def changed(client: AsyncWebClient, before: Json, **changes: Any) -> Json:
    """Posts a message, changes it and returns what then stands there."""
    ts = (await client.chat_postMessage(channel=STORIES_CHANNEL, **before))["ts"]
    await client.api_call("chat.update", json={"channel": STORIES_CHANNEL, "ts": ts, **changes})
    answer = await client.conversations_history(
        channel=STORIES_CHANNEL, oldest=ts, latest=ts, inclusive=True, include_all_metadata=True
    )
    (message,) = answer["messages"]
    return {name: message[name] for name in WHOLE if name in message}


async def refusal(client: AsyncWebClient, method: str = "chat.postMessage", **body: Any) -> Json:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json={"channel": STORIES_CHANNEL, **body})
    answer: Json = caught.value.response.data  # type: ignore[assignment]
    return answer


@pytest.mark.parametrize(
    ("changes", "after"),
    [
        ({"text": "second"}, {"text": "second", "attachments": WHOLE["attachments"], "metadata": NOTE}),
        ({"attachments": [{"text": "A2"}]}, WHOLE | {"attachments": [{"text": "A2"}]}),
        ({"blocks": [C]}, WHOLE | {"blocks": [C]}),
        ({"blocks": []}, {k: v for k, v in WHOLE.items() if k != "blocks"}),
        ({"attachments": []}, {k: v for k, v in WHOLE.items() if k != "attachments"}),
        ({"text": "second", "blocks": [C], "attachments": []}, {"text": "second", "blocks": [C], "metadata": NOTE}),
        ({"blocks": [C], "metadata": {}}, {k: v for k, v in WHOLE.items() if k != "metadata"} | {"blocks": [C]}),
    ],
)
async def test_a_change_leaves_what_it_does_not_name(client: AsyncWebClient, changes: Json, after: Json) -> None:
    """Blocks go where text is given without them; an empty list takes away; all else stays as it was."""
    assert await changed(client, WHOLE, **changes) == after


async def test_a_change_to_nothing_is_none(client: AsyncWebClient) -> None:
    """Neither a change that says nothing nor one that leaves nothing is taken."""
    ts = (await client.chat_postMessage(channel=STORIES_CHANNEL, text="", attachments=[{"fallback": "A"}]))["ts"]
    for changes in ({}, {"metadata": NOTE}, {"text": "  "}, {"attachments": []}):
        assert (await refusal(client, "chat.update", ts=ts, **changes))["error"] == "no_text"
    long = await refusal(client, "chat.update", ts=ts, text="x" * 4001)
    assert long["error"] == "msg_too_long"


@pytest.mark.parametrize(
    ("attachments", "error"),
    [
        ({"text": "A"}, "invalid_attachments"),
        (7, "invalid_attachments"),
        ("not JSON", "invalid_attachments"),
        ([7], "invalid_attachments"),
        ([{"blocks": [{"type": "foo"}]}], "invalid_attachments"),
        ([{"blocks": {}}], "invalid_attachments"),
        ([{"text": "A"}] * 101, "too_many_attachments"),
    ],
)
async def test_attachments_are_a_list_of_so_many_objects(client: AsyncWebClient, attachments: Any, error: str) -> None:
    """What is in them is looked at as in the message itself, and history can be read afterwards."""
    assert (await refusal(client, text="x", attachments=attachments))["error"] == error
    assert (await client.conversations_history(channel=STORIES_CHANNEL))["messages"] == []


async def test_metadata_may_be_of_any_shape(client: AsyncWebClient) -> None:
    """Slack's own examples have objects and lists in the payload."""
    payload = {"poll": {"id": 42, "names": ["a", "b"]}, "users": ["U1", "U2"], "none": None}
    note = {"event_type": "note", "event_payload": payload}
    assert (await changed(client, {"text": "x", "metadata": note}, text="y"))["metadata"] == note


async def test_a_refusal_says_what_and_where(client: AsyncWebClient) -> None:
    """The messages for people carry their level, the errors beside them do not."""
    answer = await refusal(client, blocks=[{"type": "foo"}])
    assert answer["errors"] == ["unsupported type: foo [json-pointer:/blocks/0/type]"]
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {answer['errors'][0]}"]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"text": {"a": 1}}, "invalid_arguments"),
        ({"text": 5}, "invalid_arguments"),
        ({"text": "x", "channel": [STORIES_CHANNEL]}, "invalid_array_arg"),
        ({"text": "x", "markdown_text": "**x**"}, "markdown_text_conflict"),
        ({"blocks": [B], "markdown_text": "**x**"}, "markdown_text_conflict"),
        ({"text": "x", "thread_ts": "abc"}, "invalid_thread_ts"),
        ({"text": "x", "thread_ts": "1234567890.123456"}, "thread_not_found"),
    ],
)
async def test_what_is_no_message_is_not_made_one(client: AsyncWebClient, body: Json, error: str) -> None:
    """Nothing is guessed: text is a string, Markdown stands alone, and a thread is there."""
    assert (await refusal(client, **body))["error"] == error
