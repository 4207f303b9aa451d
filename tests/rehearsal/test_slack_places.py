"""People, direct messages, files and modals: the fields and refusals that Slack's pages name."""

from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.workspace import REVIEW_CHANNEL, STORIES_CHANNEL

Json = dict[str, Any]


async def refused(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


async def test_a_profile_changes_when_it_is_changed(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """`updated` stays as time goes by, and the zone is named as people name it, winter and summer."""
    winter = (await client.users_info(user="U0SAM00001"))["user"]
    rehearsal.clock.advance(timedelta(days=182))
    summer = (await client.users_info(user="U0SAM00001"))["user"]
    assert winter["updated"] == summer["updated"] > 0
    assert {winter["tz_label"], summer["tz_label"]} == {"Greenwich Mean Time", "British Summer Time"}


async def test_slackbot_is_there(client: AsyncWebClient) -> None:
    """Whoever stands beside a tombstone can be looked up; Slack says that it is no bot."""
    user = (await client.users_info(user="USLACKBOT"))["user"]
    assert (user["name"], user["is_bot"]) == ("slackbot", False)
    assert "USLACKBOT" in [one["id"] for one in (await client.users_list())["members"]]


async def test_a_direct_message_is_opened_or_was_open(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """What was there already is said to be so, and with return_im it is described."""
    new = rehearsal.workspace.add_person("una", "Una New").id
    assert await refused(client.conversations_open(users=new, prevent_creation=True)) == "channel_not_found"
    first = await client.conversations_open(users=new)
    again = await client.conversations_open(users=[new], return_im=True)
    by_id = await client.conversations_open(channel=first["channel"]["id"])
    assert "already_open" not in first.data and first["channel"].keys() == {"id"}
    assert again["no_op"] and again["already_open"]
    assert (again["channel"]["id"], again["channel"]["is_open"]) == (first["channel"]["id"], True)
    assert (again["channel"]["user"], again["channel"]["latest"]) == (new, None)
    assert by_id["channel"] == first["channel"]


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({}, "users_list_not_supplied"),
        ({"users": "U0NOBODY"}, "user_not_found"),
        ({"users": "U0SAM00001,U0PRIYA001"}, "missing_scope"),
        ({"users": ",".join(f"U{n}" for n in range(9))}, "too_many_users"),
        ({"channel": STORIES_CHANNEL}, "method_not_supported_for_channel_type"),
        ({"channel": "C0NOWHERE1"}, "channel_not_found"),
    ],
)
async def test_what_cannot_be_opened_is_refused(client: AsyncWebClient, args: Json, error: str) -> None:
    """A group needs a scope that the app does not have; a channel is not opened."""
    assert await refused(client.api_call("conversations.open", params=args)) == error


async def test_a_file_comes_in_a_form_too_and_is_completed_once(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """The upload address takes bytes as they are or as a form's file; what is complete cannot be completed again."""
    asked = await client.files_getUploadURLExternal(filename="a.txt", length=5)
    form = aiohttp.FormData()
    form.add_field("filename", b"hello", filename="a.txt", content_type="text/plain")
    async with aiohttp.ClientSession() as session, session.post(asked["upload_url"], data=form) as answer:
        assert (answer.status, await answer.text()) == (200, "OK - 5")
    assert rehearsal.workspace.files.uploads[asked["file_id"]].content == b"hello"
    files: Any = [{"id": asked["file_id"], "title": "T"}]
    await client.files_completeUploadExternal(files=files)
    again = client.files_completeUploadExternal(files=files, channel_id=STORIES_CHANNEL)
    assert await refused(again) == "file_not_found"
    assert not rehearsal.workspace.conversations[STORIES_CHANNEL].posts


async def test_a_view_that_is_too_large_has_its_own_word(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """A Home of more than 250 kB is view_too_large; one for nobody has invalid arguments."""
    large: Json = {"type": "home", "blocks": [{"type": "section", "text": plain("é" * 3000)}] * 50}
    small: Json = {"type": "home", "blocks": [{"type": "divider"}]}
    assert await refused(client.views_publish(user_id="U0SAM00001", view=large)) == "view_too_large"
    assert await refused(client.views_publish(user_id="U0NOBODY", view=small)) == "invalid_arguments"


async def test_a_modal_gives_addresses_for_the_places_chosen_in_it(
    rehearsal: Rehearsal, client: AsyncWebClient, bolt: AsyncApp
) -> None:
    """A menu begins with the conversation its person was looking at, and the app may answer in what was chosen."""
    came: list[Json] = []

    menu = {"type": "conversations_select", "action_id": "a", "default_to_current_conversation": True}
    menu["response_url_enabled"] = True
    blocks = [{"type": "input", "block_id": "b", "label": plain("Where"), "element": menu}]

    @bolt.command("/story")
    async def command(ack: Any, body: Json) -> None:
        await ack()
        view = {"type": "modal", "callback_id": "cb", "title": plain("T"), "submit": plain("S"), "blocks": blocks}
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    @bolt.view("cb")
    async def sent(ack: Any, body: Json) -> None:
        came.append(body)
        await ack()

    amira = rehearsal.person("amira")
    await amira.command("/story", channel="#info-stories")
    await amira.see_view("Where")
    assert await amira.submit() is None
    await amira.command("/story", channel="#info-stories")
    await amira.see_view("Where")
    await amira.choose("#story-review", menu="Where")
    assert await amira.submit() is None
    assert [body["view"]["state"]["values"]["b"]["a"]["selected_conversation"] for body in came] == [
        STORIES_CHANNEL,
        REVIEW_CHANNEL,
    ]
    answers = [one for body in came for one in body["response_urls"]]
    assert [(one["block_id"], one["action_id"], one["channel_id"]) for one in answers] == [
        ("b", "a", STORIES_CHANNEL),
        ("b", "a", REVIEW_CHANNEL),
    ]
    said = {"text": "Here", "response_type": "in_channel"}
    async with aiohttp.ClientSession() as session, session.post(answers[1]["response_url"], json=said) as answer:
        assert answer.status == 200
    assert amira.messages("#story-review")[-1].text == "Here"
