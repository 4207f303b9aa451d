"""Files of the app in the rehearsal: Slack's own client uploads, shares and deletes them as it would at Slack."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.rehearsal.server import Rehearsal

CONTENT = '{"told": "in confidence"}'


async def test_slacks_own_client_uploads_a_file(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """files_upload_v2 goes through all three steps, and the person sees the file with its comment."""
    sam = rehearsal.person("sam")
    direct = rehearsal.workspace.direct_message(sam.profile.id)
    answer = await client.files_upload_v2(
        filename="my.json", content=CONTENT, title="Mine", channel=direct.id, initial_comment="Here it is:"
    )
    seen = await sam.hear("Here it is:")
    assert "(file: my.json)" in seen.shown
    [upload] = rehearsal.workspace.files.standing()
    assert (upload.id, upload.title, upload.content) == (answer["files"][0]["id"], "Mine", CONTENT.encode())
    assert CONTENT not in str([entry.body for entry in rehearsal.log.entries]), "what is in it is in no log"

    await client.files_delete(file=upload.id)
    await sam.gone("(file: my.json)")
    assert not rehearsal.workspace.files.standing() and upload.content is None


async def test_what_slack_would_refuse_is_refused(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """Without the scope, without bytes, with bytes of another length, or twice: each has Slack's word for it."""

    async def refused(method: str, **args: str) -> str:
        with pytest.raises(SlackApiError) as caught:
            await client.api_call(method, params=args)
        return str(caught.value.response["error"])

    assert await refused("files.getUploadURLExternal", filename="x", length="0") == "missing_argument"
    asked = await client.files_getUploadURLExternal(filename="x", length=4)
    listed = f'[{{"id": "{asked["file_id"]}"}}]'
    assert await refused("files.completeUploadExternal", files=listed) == "file_update_failed"
    async with aiohttp.ClientSession() as session:
        async with session.post(asked["upload_url"], data=b"too long") as answer:
            assert answer.status == 404
        async with session.post(asked["upload_url"], data=b"four") as answer:
            assert answer.status == 200
        async with session.post(asked["upload_url"], data=b"four") as answer:
            assert answer.status == 404
    assert await refused("files.completeUploadExternal", files=listed, channel_id="C0NOWHERE") == "channel_not_found"
    assert await refused("files.completeUploadExternal", files='[{"id": "F0OTHER"}]') == "file_not_found"
    await client.files_delete(file=asked["file_id"])
    assert await refused("files.delete", file=asked["file_id"]) == "file_deleted"
    rehearsal.workspace.grants[rehearsal.workspace.bot_token].scopes.discard("files:write")
    assert await refused("files.getUploadURLExternal", filename="x", length="4") == "missing_scope"
