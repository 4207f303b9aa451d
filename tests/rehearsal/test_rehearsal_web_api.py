"""The Web API of the rehearsal, called with Slack's own client."""

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.client import WebClient

from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.pace import Allowances
from bot.rehearsal.slack.web_api import METHODS, fidelity
from bot.rehearsal.slack.workspace import BOT_SCOPES, REVIEW_CHANNEL, STORIES_CHANNEL

Json = dict[str, Any]

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "Hello"}}


async def refusal(call: Any) -> Any:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response


async def error(call: Any) -> str:
    return str((await refusal(call))["error"])


async def test_auth_test_says_who_the_bot_is_and_what_it_may_do(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """auth.test names team, user and bot, and carries the granted scopes in a header."""
    answer = await client.auth_test()
    assert (answer["team"], answer["user_id"], answer["bot_id"]) == ("Example Borough", "U0ALTOGETH", "B0ALTOGETH")
    assert answer.headers["x-oauth-scopes"] == ",".join(BOT_SCOPES)


async def test_the_fidelity_table_is_the_table_of_methods(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """Every method is in the fidelity table, says what it lacks if it lacks something, and answers."""
    assert {row.method for row in fidelity()} == set(METHODS)
    assert all(bool(row.missing) == (row.fidelity == "partly") for row in fidelity())
    for name in METHODS:
        answer = rehearsal.web_api.answer(name, token=rehearsal.workspace.bot_token, args={})
        assert answer.body["ok"] or answer.body["error"] not in ("unknown_method", "fatal_error"), name


async def test_tokens_are_told_apart(rehearsal: Rehearsal) -> None:
    """No token, an unknown one, a revoked one and one of the wrong kind each get Slack's own word."""
    workspace = rehearsal.workspace

    async def said(method: str, token: str) -> str:
        return await error(AsyncWebClient(base_url=rehearsal.api_url, token=token).api_call(method))

    assert await said("auth.test", "") == "not_authed"
    assert await said("auth.test", "xoxb-other") == "invalid_auth"
    assert await said("auth.test", workspace.app_token) == "not_allowed_token_type"
    assert await said("apps.connections.open", workspace.bot_token) == "not_allowed_token_type"
    assert await said("made.up", workspace.bot_token) == "unknown_method"
    workspace.grants[workspace.bot_token].revoked = "token_revoked"
    assert await said("auth.test", workspace.bot_token) == "token_revoked"


async def test_arguments_may_be_a_form_a_query_or_json(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """The same call works as a form with the token in it, as JSON with it in the header, and from either client."""
    url, token = f"{rehearsal.api_url}users.info", rehearsal.workspace.bot_token
    async with aiohttp.ClientSession() as session:
        in_body = {"token": token, "user": "U0SAM00001"}
        for sent in (
            {"data": in_body},
            {"json": {"user": "U0SAM00001"}, "headers": {"Authorization": f"Bearer {token}"}},
        ):
            async with session.post(url, **sent) as response:
                assert (await response.json())["user"]["name"] == "sam"
    answer = await asyncio.to_thread(
        WebClient(token=token, base_url=rehearsal.api_url).users_info, user="U0SAM00001", include_locale=True
    )
    assert answer["user"]["locale"] == "en-GB"


async def test_a_missing_scope_is_named(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """A call without its scope is refused with what was needed and what was there; private places need their own."""
    workspace = rehearsal.workspace
    answer = await refusal(client.team_info())
    assert (answer["error"], answer["needed"]) == ("missing_scope", "team:read")
    assert "chat:write" in answer["provided"]
    workspace.grants[workspace.bot_token].scopes.discard("groups:history")
    assert (await client.conversations_history(channel=STORIES_CHANNEL))["ok"]
    assert (await refusal(client.conversations_history(channel=REVIEW_CHANNEL)))["needed"] == "groups:history"


async def test_a_post_comes_back_as_it_was_kept(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """A posted message carries the bot's ids, made-up block ids and its metadata; its ts is a string that grows."""
    metadata = {"event_type": "story", "event_payload": {"key": "k1"}}
    whole: Json = {"text": "One & two", "blocks": [SECTION], "metadata": metadata}
    first = await client.chat_postMessage(channel=STORIES_CHANNEL, **whole)
    second = await client.chat_postMessage(channel=STORIES_CHANNEL, text="Later")
    message = first["message"]
    assert message["text"] == "One &amp; two"
    assert (message["bot_id"], message["app_id"], message["user"]) == ("B0ALTOGETH", "A0ALTOGETH", "U0ALTOGETH")
    assert message["blocks"][0]["block_id"]
    assert message["metadata"] == metadata
    assert second["ts"] > first["ts"]
    assert len(first["ts"].partition(".")[2]) == 6


async def test_posts_are_refused_as_slack_refuses_them(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """Unknown, foreign and archived places, empty messages, bad blocks and metadata each get their own code."""
    workspace = rehearsal.workspace
    closed = workspace.add_channel("closed", "channel", members=[workspace.bot.id])
    closed.archived = True
    workspace.add_channel("elsewhere", "channel", channel_id="C0ELSE0001")
    workspace.add_channel("secret", "group", channel_id="C0SECRET01")
    cases: list[tuple[dict[str, Any], str]] = [
        ({"channel": "C0NOWHERE1", "text": "x"}, "channel_not_found"),
        ({"channel": "C0ELSE0001", "text": "x"}, "not_in_channel"),
        ({"channel": "C0SECRET01", "text": "x"}, "channel_not_found"),
        ({"channel": closed.id, "text": "x"}, "is_archived"),
        ({"channel": STORIES_CHANNEL, "text": " ", "attachments": []}, "no_text"),
        ({"channel": STORIES_CHANNEL, "text": "x", "blocks": "[{"}, "invalid_blocks_format"),
        ({"channel": STORIES_CHANNEL, "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        (
            {
                "channel": STORIES_CHANNEL,
                "text": "x",
                "metadata": {"event_type": "t", "event_payload": {"k": "v" * 9000}},
            },
            "metadata_too_large",
        ),
    ]
    for arguments, code in cases:
        assert (await refusal(client.chat_postMessage(**arguments)))["error"] == code
    long = {"type": "section", "text": {"type": "plain_text", "text": "x" * 3001}}
    answer = await refusal(client.chat_postMessage(channel=STORIES_CHANNEL, text="x", blocks=[long]))
    assert answer["error"] == "invalid_blocks"
    assert "3001" in answer["response_metadata"]["messages"][0]
    workspace.messages_tab_enabled = False
    assert await error(client.chat_postMessage(channel="U0SAM00001", text="x")) == "messages_tab_disabled"


async def test_long_text_is_cut_when_posted_and_refused_when_changed(client: AsyncWebClient) -> None:
    """chat.postMessage cuts text at 40,000 characters; chat.update refuses more than 4,000."""
    posted = await client.chat_postMessage(channel=STORIES_CHANNEL, text="x" * 40_001)
    assert len(posted["message"]["text"]) == 40_000
    answer = await refusal(client.chat_update(channel=STORIES_CHANNEL, ts=posted["ts"], text="x" * 4001))
    assert answer["error"] == "msg_too_long"


async def test_an_update_keeps_metadata_and_drops_blocks(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """Text without blocks removes the blocks, metadata stays, it is marked edited; others' cannot be changed."""
    metadata = {"event_type": "story", "event_payload": {"key": "k1"}}
    ts = (await client.chat_postMessage(channel=STORIES_CHANNEL, text="x", blocks=[SECTION], metadata=metadata))["ts"]
    message = (await client.chat_update(channel=STORIES_CHANNEL, ts=ts, text="y"))["message"]
    assert (message["text"], message.get("blocks"), message["metadata"]) == ("y", None, metadata)
    assert message["edited"]["user"] == "U0ALTOGETH"
    theirs = await rehearsal.person("sam").say("mine", channel="#info-stories")
    assert await error(client.chat_update(channel=STORIES_CHANNEL, ts=theirs, text="y")) == "cant_update_message"
    assert await error(client.chat_delete(channel=STORIES_CHANNEL, ts=theirs)) == "cant_delete_message"
    assert await error(client.chat_update(channel=STORIES_CHANNEL, ts="1.000001", text="y")) == "message_not_found"
    rehearsal.workspace.edit_window = timedelta(minutes=5)
    rehearsal.clock.advance(timedelta(minutes=6))
    assert await error(client.chat_update(channel=STORIES_CHANNEL, ts=ts, text="z")) == "edit_window_closed"


async def test_a_deleted_beginning_leaves_a_tombstone(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """A message with replies leaves a tombstone, and the replies stay; one without goes for good."""
    parent = (await client.chat_postMessage(channel=STORIES_CHANNEL, text="parent"))["ts"]
    await rehearsal.person("rae").say("a reply", channel="#info-stories", thread_ts=parent)
    lonely = (await client.chat_postMessage(channel=STORIES_CHANNEL, text="lonely"))["ts"]
    for ts in (parent, lonely):
        await client.chat_delete(channel=STORIES_CHANNEL, ts=ts)
    history = (await client.conversations_history(channel=STORIES_CHANNEL))["messages"]
    assert [(m["ts"], m.get("subtype")) for m in history] == [(parent, "tombstone")]
    thread = (await client.conversations_replies(channel=STORIES_CHANNEL, ts=parent))["messages"]
    assert [m["text"] for m in thread] == ["This message was deleted.", "a reply"]
    assert thread[0]["reply_count"] == 1
    assert thread[1]["parent_user_id"] == "USLACKBOT"


async def test_history_is_paged_newest_first(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """History comes newest first, in pages, within oldest and latest; metadata is whole only when asked for."""
    stamps = []
    for number in range(5):
        metadata = {"event_type": "n", "event_payload": {"n": str(number)}}
        posted = await client.chat_postMessage(channel=STORIES_CHANNEL, text=str(number), metadata=metadata)
        stamps.append(posted["ts"])

    async def texts(**arguments: Any) -> list[str]:
        answer = await client.conversations_history(channel=STORIES_CHANNEL, **arguments)
        return [m["text"] for m in answer["messages"]]

    first = await client.conversations_history(channel=STORIES_CHANNEL, limit=2)
    assert first["has_more"]
    cursor = first["response_metadata"]["next_cursor"]
    assert [m["text"] for m in first["messages"]] == ["4", "3"]
    assert await texts(limit=2, cursor=cursor) == ["2", "1"]
    assert await texts(oldest=stamps[1], latest=stamps[3]) == ["2"]
    assert await texts(oldest=stamps[1], latest=stamps[3], inclusive=True) == ["3", "2", "1"]
    assert first["messages"][0]["metadata"] == {"event_type": "n"}
    whole = await client.conversations_history(channel=STORIES_CHANNEL, include_all_metadata=True)
    assert whole["messages"][0]["metadata"]["event_payload"] == {"n": "4"}
    assert await error(client.conversations_history(channel=STORIES_CHANNEL, cursor="?")) == "invalid_cursor"


async def test_places_and_people_can_be_looked_up(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """Channels, members, people, guests, strangers, groups and permalinks are described as Slack describes them."""
    workspace = rehearsal.workspace
    guest = workspace.add_person("gil", "Gil Guest", is_restricted=True)
    stranger = workspace.add_person("stu", "Stu Elsewhere", is_stranger=True)
    gone = workspace.add_person("una", "Una Gone", deleted=True)
    group = workspace.add_group("reviewers", "Reviewers", ["U0AMIRA001"])
    info = await client.conversations_info(channel=STORIES_CHANNEL, include_num_members=True)
    assert (info["channel"]["num_members"], info["channel"]["is_member"]) == (7, True)
    listed = await client.conversations_list(types="public_channel,private_channel")
    assert [c["name"] for c in listed["channels"]] == ["info-stories", "story-review"]
    members = await client.conversations_members(channel=REVIEW_CHANNEL)
    assert members["members"] == ["U0ALTOGETH", "U0AMIRA001", "U0JOE00001"]
    assert (await client.users_info(user=guest.id))["user"]["is_restricted"]
    outsider = (await client.users_info(user=stranger.id))["user"]
    assert outsider["is_stranger"] and outsider["team_id"] != workspace.team_id
    assert (await client.users_info(user=gone.id))["user"]["deleted"]
    assert len((await client.users_list(limit=3))["members"]) == 3
    assert (await client.usergroups_users_list(usergroup=group.id))["users"] == ["U0AMIRA001"]
    assert (await client.usergroups_list(include_users=True))["usergroups"][0]["handle"] == "reviewers"
    assert (await client.bots_info(bot="B0ALTOGETH"))["bot"]["user_id"] == "U0ALTOGETH"
    assert await error(client.users_info(user="U0NOBODY")) == "user_not_found"
    assert await error(client.usergroups_users_list(usergroup="S0NONE")) == "no_such_subteam"
    opened = await client.conversations_open(users="U0SAM00001")
    assert opened["channel"]["id"] == "D0SAM00001"
    assert await error(client.conversations_open(users=gone.id)) == "user_disabled"
    ts = (await client.chat_postMessage(channel=STORIES_CHANNEL, text="x"))["ts"]
    link = await client.chat_getPermalink(channel=STORIES_CHANNEL, message_ts=ts)
    assert link["permalink"].endswith(f"/archives/{STORIES_CHANNEL}/p{ts.replace('.', '')}")


async def test_ephemeral_messages_reach_one_person_and_no_history(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """A private line is seen by its person only, is in no history and cannot be changed through chat.update."""
    ts = (await client.chat_postEphemeral(channel=REVIEW_CHANNEL, user="U0JOE00001", text="only you"))["message_ts"]
    assert [m.shown for m in rehearsal.person("joe").messages("#story-review")] == ["only you"]
    assert rehearsal.person("amira").messages("#story-review") == []
    assert (await client.conversations_history(channel=REVIEW_CHANNEL))["messages"] == []
    assert await error(client.chat_update(channel=REVIEW_CHANNEL, ts=ts, text="x")) == "message_not_found"
    answer = await refusal(client.chat_postEphemeral(channel=REVIEW_CHANNEL, user="U0SAM00001", text="x"))
    assert answer["error"] == "user_not_in_channel"


async def test_posting_too_fast_is_refused_for_that_channel_only(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """After a small burst a channel takes one message a second: 429 with whole seconds; other channels go on."""
    rehearsal.allowances.pace = 1.0
    for _ in range(4):
        await client.chat_postMessage(channel=STORIES_CHANNEL, text="x")
    answer = await refusal(client.chat_postMessage(channel=STORIES_CHANNEL, text="x"))
    assert (answer.status_code, answer["error"], answer.headers["Retry-After"]) == (429, "ratelimited", "1")
    assert (await client.chat_postMessage(channel=REVIEW_CHANNEL, text="x"))["ok"]


def test_a_bucket_fills_again_with_time() -> None:
    """An allowance comes back bit by bit on monotonic time, faster at a faster pace."""
    now = 0.0
    allowances = Allowances(pace=1.0, burst=2, now=lambda: now)
    assert [allowances.post("C") for _ in range(2)] == [0, 0]
    assert allowances.post("C") == pytest.approx(1.0)
    now = 1.0
    assert allowances.post("C") == 0
    assert [allowances.call("chat.update", 3) for _ in range(50)] == [0] * 50
    assert allowances.call("chat.update", 3) == pytest.approx(1.2)


async def test_only_this_computer_is_answered(rehearsal: Rehearsal) -> None:
    """A request under another host name is refused, so a web page elsewhere cannot reach in."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{rehearsal.api_url}api.test", headers={"Host": "evil.example"}) as response,
    ):
        assert response.status == 403
