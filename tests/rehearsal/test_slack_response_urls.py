"""response_url: the address with which an app answers whoever pressed or typed, as Slack's page on it says."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.workspace import STORIES_CHANNEL


class Pressed:
    """A message of the app's in the stories channel, and the address that Sam's press on it gave."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        workspace = rehearsal.workspace
        self.channel = workspace.conversations[STORIES_CHANNEL]
        post = workspace.post(self.channel, workspace.bot.id, "source").post
        assert post is not None
        self.ts, self.url = post.ts, rehearsal.response_urls.new("U0SAM00001", self.channel, source=post)

    async def answer(self, payload: Any) -> tuple[int, Any]:
        async with aiohttp.ClientSession() as session, session.post(self.url, json=payload) as response:
            return response.status, (await response.json()).get("error")

    @property
    def source(self) -> str | None:
        """What stands where the message was."""
        return self.channel.posts[self.ts].text if self.ts in self.channel.posts else None

    @property
    def others(self) -> list[str]:
        """What else stands in the channel for all to see."""
        return [post.text for post in self.channel.posts.values() if post.ts != self.ts]


@pytest.fixture
def pressed(rehearsal: Rehearsal) -> Pressed:
    return Pressed(rehearsal)


async def test_no_is_no_however_it_is_written(pressed: Pressed) -> None:
    """Slack's own example for a thread says "false" in quotes: the message that was pressed stays as it is."""
    payload = {"text": "In a thread", "response_type": "in_channel", "replace_original": "false"}
    assert await pressed.answer(payload | {"thread_ts": pressed.ts, "delete_original": "false"}) == (200, None)
    assert (pressed.source, pressed.others) == ("source", ["In a thread"])
    assert pressed.channel.replies_to(pressed.ts)[0].text == "In a thread"
    assert await pressed.answer({"text": "changed", "replace_original": "true"}) == (200, None)
    assert pressed.source == "changed"


async def test_the_source_goes_and_the_answer_comes(pressed: Pressed) -> None:
    """delete_original with a message deletes the one and publishes the other; alone it deletes."""
    payload = {"delete_original": "true", "text": "instead", "response_type": "in_channel"}
    assert await pressed.answer(payload) == (200, None)
    assert (pressed.source, pressed.others) == (None, ["instead"])


async def test_what_slack_would_refuse_deletes_nothing(pressed: Pressed) -> None:
    """A message that cannot be published leaves the source where it is."""
    assert await pressed.answer({"delete_original": True, "blocks": [{"type": "foo"}]}) == (400, "invalid_blocks")
    assert pressed.source == "source"


async def test_a_command_has_no_message_that_could_go(rehearsal: Rehearsal) -> None:
    """delete_original in an answer to a command removes nothing; the answer is published."""
    channel = rehearsal.workspace.conversations[STORIES_CHANNEL]
    url = rehearsal.response_urls.new("U0SAM00001", channel)
    answer = await AsyncWebhookClient(url).send(text="Done", delete_original=True, response_type="in_channel")
    assert answer.status_code == 200
    assert [post.text for post in channel.posts.values()] == ["Done"]


@pytest.mark.parametrize("payload", [[1], "x", 5, None])
async def test_what_is_no_object_is_no_answer(pressed: Pressed, payload: Any) -> None:
    """Anything but an object is refused, and uses nothing up."""
    assert await pressed.answer(payload) == (400, "invalid_payload")
    for _ in range(5):
        assert await pressed.answer({"text": "x"}) == (200, None)
    assert await pressed.answer({"text": "x"}) == (404, "used_url")


async def test_an_answer_to_no_thread_is_refused(pressed: Pressed) -> None:
    """A thread that is not there is not made up."""
    payload = {"text": "x", "response_type": "in_channel", "thread_ts": "9.9"}
    assert await pressed.answer(payload) == (400, "thread_not_found")
    assert not pressed.others


async def test_a_replaced_message_is_replaced_whole(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """Its blocks and attachments go with it."""
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "B"}}
    whole: dict[str, Any] = {"text": "before", "blocks": [section], "attachments": [{"text": "A"}]}
    ts = str((await client.chat_postMessage(channel=STORIES_CHANNEL, **whole))["ts"])
    channel = rehearsal.workspace.conversations[STORIES_CHANNEL]
    url = rehearsal.response_urls.new("U0SAM00001", channel, source=channel.posts[ts])
    await AsyncWebhookClient(url).send(text="after", replace_original=True)
    assert (channel.posts[ts].text, channel.posts[ts].blocks, channel.posts[ts].attachments) == ("after", None, None)
