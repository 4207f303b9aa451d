"""People of the rehearsal talk and listen, in messages and commands, with a plain Bolt app at the other end."""

import asyncio
import re
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.rehearsal.acting.person import NotHeard, NotThere
from bot.rehearsal.server import Rehearsal

Json = dict[str, Any]
DM = "D0SAM00001"


async def test_a_plain_bolt_app_talks_with_a_person(rehearsal: Rehearsal, bolt: AsyncApp) -> None:
    """What a person says reaches an ordinary app, what it answers reaches the person: nothing is special to ours."""

    async def answer(event: Json, client: AsyncWebClient) -> None:
        await client.chat_postMessage(
            channel=event["channel"], text=f"*You* said {event['text']}", thread_ts=event.get("thread_ts")
        )

    bolt.event("message")(answer)
    sam = rehearsal.person("sam")
    ts = await sam.say("hello & goodbye")
    heard = await sam.hear("You said hello & goodbye", after=ts)
    assert (heard.user, heard.ephemeral, heard.edited) == ("U0ALTOGETH", False, None)
    await sam.say("in the thread", thread_ts=heard.ts)
    assert (await sam.hear(re.compile(r"said in the \w+"), thread_ts=heard.ts)).thread_ts == heard.ts
    assert len(sam.messages()) == 2
    with pytest.raises(NotHeard, match="You said hello & goodbye"):
        await sam.hear("something else", timeout=0.01)
    waiting = asyncio.create_task(sam.gone("You said"))
    await AsyncWebClient(token=rehearsal.workspace.bot_token, base_url=rehearsal.api_url).chat_update(
        channel=DM, ts=heard.ts, text="Never mind"
    )
    await waiting


async def test_typed_text_is_encoded_as_slack_does(rehearsal: Rehearsal) -> None:
    """Mentions, channels, groups, links and the three special characters become tokens and rich text."""
    group = rehearsal.workspace.add_group("reviewers", "Reviewers", [])
    sam = rehearsal.person("sam")
    await sam.say("a<b & @channel @joe @reviewers #info-stories https://x.org/a?b=1&c=2. me@x.org #nowhere @nobody")
    message = sam.messages()[0]
    assert message.text == (
        f"a&lt;b &amp; <!channel> <@U0JOE00001> <!subteam^{group.id}> <#C0STORIES1> "
        "<https://x.org/a?b=1&amp;c=2>. <mailto:me@x.org|me@x.org> #nowhere @nobody"
    )
    kinds = [e["type"] for e in message.blocks[0]["elements"][0]["elements"] if e["type"] != "text"]
    assert kinds == ["broadcast", "user", "usergroup", "channel", "link", "link"]
    assert message.shown == (
        "a<b & @channel @Joe Lind @reviewers #info-stories https://x.org/a?b=1&c=2. me@x.org #nowhere @nobody"
    )


async def test_a_command_is_answered_by_ack_or_afterwards(rehearsal: Rehearsal, bolt: AsyncApp) -> None:
    """The answer is the ack's words, or the first private message after an empty ack; mentions carry names."""
    heard: list[Json] = []

    async def story(ack: AsyncAck, command: Json) -> None:
        heard.append(command)
        if command["text"].startswith("later"):
            await ack()
            await AsyncWebhookClient(command["response_url"]).send(text="*Later* it is")
        else:
            await ack(text="There is no story 99.")

    bolt.command("/story")(story)
    joe = rehearsal.person("joe")
    answer = await joe.command("/story approve 99 @sam & <co>", channel="#story-review")
    assert (answer.text, answer.error) == ("There is no story 99.", None)
    assert heard[0]["text"] == "approve 99 <@U0SAM00001|sam> &amp; &lt;co&gt;"
    assert (heard[0]["channel_name"], heard[0]["user_name"]) == ("privategroup", "joe")
    assert (await joe.command("/story later")).shown == "Later it is"
    assert (await joe.command("/storey")).error == "unknown_command"
    seen = joe.messages("#story-review")[-1]
    assert (seen.shown, seen.ephemeral) == ("There is no story 99.", True)
    assert rehearsal.person("amira").messages("#story-review") == []


async def test_people_see_only_where_they_are(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """Nobody reads or writes in a channel they are not in, or changes what others wrote."""
    sam = rehearsal.person("sam")
    with pytest.raises(NotThere):
        await sam.say("let me in", channel="#story-review")
    ts = (await client.chat_postMessage(channel=DM, text="the bot's"))["ts"]
    with pytest.raises(NotThere, match="did not write"):
        await sam.edit(ts, "mine now")
    assert rehearsal.person("Amira Shah") is rehearsal.person("amira")
    with pytest.raises(LookupError):
        rehearsal.person("nobody")
