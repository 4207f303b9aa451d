"""`/story digest …` and the buttons, as Slack delivers them."""

from collections.abc import Iterator
from typing import Any

import pytest
from digest_house import AMIRA, FRIDAY, House
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot import ids
from bot.clock import Clock
from bot.commands import answer_to
from bot.digest import messages, service
from bot.digest.listeners import COMMANDS, register
from bot.edge import Edge


@pytest.fixture
def edge(house: House) -> Iterator[Edge]:
    clock = Clock(wall=lambda: house.now)
    made = Edge(house.database, house.writer, house.workspace, clock, house.policy, AsyncWebClient(token="xoxb-0"))
    yield made
    made.close()


async def typed(edge: Edge, text: str, user: str = AMIRA, trigger: str = "1.1") -> str:
    body = {"command": "/story", "text": text, "user_id": user, "channel_id": "C0ELSE", "trigger_id": trigger}
    answer = await answer_to(edge, COMMANDS, body)
    assert answer is not None
    return answer.text


async def test_preview_answers_privately(house: House, edge: Edge) -> None:
    """With nothing changed."""
    house.tell()
    assert await typed(edge, "digest preview") == (
        "Friday's digest, as it will look: 1 story, #info-stories, Friday 6 June, 10am UK time."
    )


async def test_post_acts_and_says_what_it_did(house: House, edge: Edge) -> None:
    """Once, also if the command is delivered twice."""
    house.tell()
    assert await typed(edge, "digest post") == "This week's digest is going out now: 1 story in #info-stories."
    assert await typed(edge, "digest post") == "I have dealt with that. What comes next: /story digest preview"
    assert (await typed(edge, "digest post", trigger="2.2")).startswith("This week's digest went out on ")
    assert len(house.editions()) == 1


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("digest", "To see what is coming: /story digest preview"),
        ("digest <!channel>", "To see what is coming: /story digest preview"),
        ("digest Preview", "Friday's digest, as it will look: 0 stories, #info-stories, Friday 6 June, 10am UK time."),
        ("digest pots", 'I don\'t know "digest pots". Did you mean: /story digest post'),
        ("digest prevew", 'I don\'t know "digest prevew". Did you mean: /story digest preview'),
    ],
)
async def test_malformed_input_gets_the_line_that_works(edge: Edge, text: str, answer: str) -> None:
    """One line, whatever was typed."""
    assert await typed(edge, text) == answer


async def test_others_are_told_whose_it_is(house: House, edge: Edge) -> None:
    """And nothing is posted."""
    house.tell()
    assert await typed(edge, "digest post", user="U0ANYBODY") == (
        "Only reviewers can preview or post the digest. To tell a story, type /story"
    )
    assert house.editions() == []


async def press(edge: Edge, action: dict[str, Any], **more: Any) -> int:
    """Send a press through Bolt; returns the status that Slack would get."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T0", bot_token="xoxb-0", bot_user_id="U0BOT", bot_id="B0")

    app = AsyncApp(
        authorize=authorize, signing_secret="", request_verification_enabled=False, process_before_response=True
    )
    register(app, edge)
    payload = {"type": "block_actions", "user": {"id": AMIRA}, "team": {"id": "T0"}, "actions": [action], **more}
    request = AsyncBoltRequest(body=payload, mode="socket_mode")
    answer = await app.async_dispatch(request)
    return answer.status


async def test_presses_reach_the_service(house: House, edge: Edge) -> None:
    """Hold, put back and post now, acknowledged after the commit; a second delivery changes nothing."""
    story = house.tell()
    house.do(service.tick)
    hold = {"action_id": ids.HOLD, "value": f"{story.id}:1", "action_ts": "1.1", "type": "button"}
    place = {"channel": {"id": "C0ELSE"}, "message": {"ts": "9.9"}, "response_url": "https://hooks/1"}
    for _ in range(2):
        assert await press(edge, hold, trigger_id="1", **place) == 200
    assert house.story(story).held
    assert house.waiting(messages.PREVIEW) == 1
    back = hold | {"action_id": ids.PUT_BACK}
    assert await press(edge, back, trigger_id="2", **place) == 200
    assert not house.story(story).held
    post = {"action_id": ids.POST_NOW, "value": FRIDAY.isoformat(), "action_ts": "1.3", "type": "button"}
    assert await press(edge, post, trigger_id="3", **place) == 200
    assert len(house.editions()) == 1


async def test_a_bare_payload_is_survived(house: House, edge: Edge) -> None:
    """Optional fields may be missing: the press changes nothing and is acknowledged."""
    assert await press(edge, {"action_id": ids.HOLD, "type": "button"}, trigger_id="1") == 200
    house.deliver()
    assert house.sent == []


async def test_read_all_opens_nothing_for_others(house: House, edge: Edge) -> None:
    """They are told so, privately."""
    place = {"channel": {"id": "C0ELSE"}, "user": {"id": "U0ANYBODY"}}
    assert await press(edge, {"action_id": ids.READ_ALL, "type": "button"}, trigger_id="1", **place) == 200
    (line,) = house.deliver()
    assert (line.row.person, line.text) == ("U0ANYBODY", "Only reviewers can do that. Nothing changed.")
