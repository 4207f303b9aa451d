"""People of the rehearsal press, choose and fill in, with a plain Bolt app at the other end."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.rehearsal.acting.hands import REQUIRED, NotAcknowledged
from bot.rehearsal.acting.person import NotThere
from bot.rehearsal.server import Rehearsal
from bot.rehearsal.slack.response_urls import USES
from bot.rehearsal.slack.socket_mode import Times

Json = dict[str, Any]
DM = "D0SAM00001"


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(label: str, **more: Any) -> Json:
    return {"type": "button", "action_id": f"press_{label.lower()}", "text": plain(label), "value": "31"} | more


def option(text: str) -> Json:
    return {"text": plain(text), "value": text.lower()}


def row(text: str, *elements: Json) -> list[Json]:
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": text}},
        {"type": "actions", "elements": list(elements)},
    ]


FORM: Json = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Change your answer"),
    "submit": plain("Save"),
    "close": plain("Cancel"),
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "words",
            "label": plain("Your words"),
            "element": {"type": "plain_text_input", "action_id": "text", "min_length": 3},
        },
        {
            "type": "input",
            "block_id": "about",
            "optional": True,
            "label": plain("About"),
            "element": {"type": "static_select", "action_id": "menu", "options": [option("Health"), option("Housing")]},
        },
    ],
}


@pytest.fixture
async def bodies(rehearsal: Rehearsal, bolt: AsyncApp) -> list[Json]:
    """Every press that the app gets; *Form* opens a modal, and saving it shows another."""
    rehearsal.workspace.subscribed.clear()  # this app hears presses only; Bolt never acknowledges what nobody hears
    pressed: list[Json] = []

    async def press(ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
        pressed.append(body)
        if body["actions"][0]["action_id"] == "press_form":
            await client.views_open(trigger_id=body["trigger_id"], view=FORM)
        await ack()

    async def save(ack: AsyncAck, body: Json) -> None:
        pressed.append(body)
        words = body["view"]["state"]["values"]["words"]["text"]["value"]
        if words == "bad":
            await ack(response_action="errors", errors={"words": "A little more, please."})
        else:
            await ack(response_action="push", view=FORM | {"title": plain("Thank you"), "blocks": row("*Saved*")[:1]})

    async def closed(ack: AsyncAck, body: Json) -> None:
        pressed.append(body)
        await ack()

    bolt.action(re.compile(".*"))(press)
    bolt.view("form")(save)
    bolt.view_closed("form")(closed)
    return pressed


async def test_a_press_carries_the_message_and_what_is_filled_in(
    rehearsal: Rehearsal, client: AsyncWebClient, bodies: list[Json]
) -> None:
    """A press names its message, its value, and the state of every menu beside it; a choice is told by itself."""
    radio = {"type": "radio_buttons", "action_id": "which", "options": [option("One"), option("Two")]}
    boxes = {"type": "checkboxes", "action_id": "where", "options": [option("Digest"), option("Book")]}
    menu = {
        "type": "multi_static_select",
        "action_id": "many",
        "placeholder": plain("Choose services"),
        "max_selected_items": 2,
        "options": [option("Health"), option("Housing"), option("Police")],
    }
    services = {"type": "section", "block_id": "services", "text": plain("Services"), "accessory": menu}
    rest = {"type": "actions", "block_id": "rest", "elements": [radio, boxes, button("Next")]}
    await client.chat_postMessage(channel=DM, text="Which?", blocks=[services, rest])
    sam = rehearsal.person("sam")
    assert sam.messages()[0].shown == ("Services  [Choose services ▾]\n○ One  ○ Two ☐ Digest  ☐ Book [Next]")
    await sam.choose("Two")
    await sam.choose("Digest", "Book")
    await sam.choose("Housing", "Health", menu="Choose services")
    with pytest.raises(NotThere, match="no more than 2"):
        await sam.choose("Health", "Housing", "Police")
    await sam.press("Next")
    assert [b["actions"][0]["action_id"] for b in bodies] == ["which", "where", "where", "many", "press_next"]
    body = bodies[-1]
    assert body["container"]["message_ts"] == body["message"]["ts"] == sam.messages()[0].ts
    assert (body["actions"][0]["value"], body["channel"]["id"], body["user"]["id"]) == ("31", DM, "U0SAM00001")
    state = body["state"]["values"]
    assert state["rest"]["which"]["selected_option"]["value"] == "two"
    assert [o["value"] for o in state["rest"]["where"]["selected_options"]] == ["digest", "book"]
    assert [o["value"] for o in state["services"]["many"]["selected_options"]] == ["housing", "health"]
    assert sam.messages()[0].shown == ("Services  [Housing, Health ▾]\n○ One  ◉ Two ☑ Digest  ☑ Book [Next]")


async def test_the_right_button_is_found(rehearsal: Rehearsal, client: AsyncWebClient, bodies: list[Json]) -> None:
    """The newest message with that label is pressed, `beside` tells rows apart, a declined confirm sends nothing."""
    ask = {"title": plain("Sure?"), "text": plain("It goes."), "confirm": plain("Yes"), "deny": plain("No")}
    await client.chat_postMessage(channel=DM, text="old", blocks=row("old", button("Change", value="0")))
    rows = [*row("What happened", button("Change", value="1")), *row("A title", button("Change", value="2"))]
    await client.chat_postMessage(channel=DM, text="new", blocks=[*rows, *row("x", button("Delete", confirm=ask))])
    await client.chat_postMessage(channel=DM, text="newest, without buttons")
    sam = rehearsal.person("sam")
    await sam.press("Change")
    await sam.press("Change", beside="A title")
    await sam.press("Change", ts=sam.messages()[0].ts)
    await sam.press("Delete", confirm=False)
    assert [b["actions"][0]["value"] for b in bodies] == ["1", "2", "0"]
    assert sam.confirmed == ["Sure?\nIt goes.\n[Yes] [No]"]
    await sam.press("Delete")
    assert len(bodies) == 4
    with pytest.raises(NotThere, match=r"\[Change\]"):
        await sam.press("Approve")
    with pytest.raises(NotThere):
        await rehearsal.person("priya").press("Change")


async def test_a_modal_is_filled_in_refused_and_sent(
    rehearsal: Rehearsal, client: AsyncWebClient, bodies: list[Json]
) -> None:
    """Empty and short fields are marked before sending, the app's errors stay on it, a pushed view lies on top."""
    await client.chat_postMessage(channel=DM, text="x", blocks=row("x", button("Form")))
    sam = rehearsal.person("sam")
    await sam.press("Form")
    view = await sam.see_view("Change your answer")
    assert view.shown.endswith("[Save] [Cancel]")
    assert await sam.submit() == {"words": REQUIRED}
    await sam.fill("Your words", "ab")
    assert await sam.submit() == {"words": "Please enter at least 3 characters."}
    await sam.choose("Health", menu="About")
    await sam.fill("Your words", "bad")
    assert await sam.submit() == {"words": "A little more, please."}
    assert sam.view and "A little more, please." in sam.view.shown
    await sam.fill("Your words", "good words")
    await sam.press("Save")
    assert sam.view and sam.view.title == "Thank you"
    await sam.close_view(everything=True)
    assert sam.view is None
    assert [b["type"] for b in bodies] == ["block_actions", *["view_submission"] * 2, *["view_closed"] * 2]
    assert bodies[2]["view"]["state"]["values"]["about"]["menu"]["selected_option"]["value"] == "health"
    assert bodies[-1]["is_cleared"] is True


async def test_triggers_live_briefly_and_open_once(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """A trigger opens one view, for three seconds; made-up and old ones are refused; a stack holds three."""
    views = rehearsal.workspace.views

    async def error(trigger: str) -> str:
        with pytest.raises(SlackApiError) as caught:
            await client.views_open(trigger_id=trigger, view=FORM)
        return str(caught.value.response["error"])

    trigger = views.new_trigger("U0SAM00001")
    opened = (await client.views_open(trigger_id=trigger, view=FORM))["view"]
    assert await error(trigger) == "exchanged_trigger_id"
    assert await error("1.2.abc") == "invalid_trigger_id"
    old = views.new_trigger("U0SAM00001")
    views.trigger_life = -1
    assert await error(old) == "expired_trigger_id"
    views.trigger_life = 3.0
    for _ in range(2):
        pushed = (await client.views_push(trigger_id=views.new_trigger("U0SAM00001"), view=FORM))["view"]
    assert (pushed["root_view_id"], opened["root_view_id"]) == (opened["id"], opened["id"])
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        await client.views_push(trigger_id=views.new_trigger("U0SAM00001"), view=FORM)
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=pushed["id"], view=FORM, hash="old")
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.views_update(view_id=pushed["id"], view=FORM | {"title": plain("x" * 25)})
    updated = await client.views_update(view_id=pushed["id"], view=FORM, hash=pushed["hash"])
    assert updated["view"]["hash"] != pushed["hash"]


async def test_the_home_tab_is_published_opened_and_pressed(
    rehearsal: Rehearsal, client: AsyncWebClient, bodies: list[Json]
) -> None:
    """A published Home is seen by its person, and while it is open presses go there."""
    home: Json = {"type": "home", "blocks": row("*Stories so far: 27*", button("Tell"))}
    await client.views_publish(user_id="U0SAM00001", view=home)
    sam = rehearsal.person("sam")
    assert (await sam.see_home("Stories so far: 27")).shown.endswith("[Tell]")
    assert rehearsal.person("lee").home is None
    await sam.open_home()
    await sam.press("Tell")
    assert bodies[0]["container"] == {"type": "view", "view_id": bodies[0]["view"]["id"]}
    await sam.say("back in the chat")
    with pytest.raises(NotThere):
        await sam.press("Tell")


async def test_a_response_url_works_five_times_for_half_an_hour(
    rehearsal: Rehearsal, client: AsyncWebClient, bodies: list[Json]
) -> None:
    """It replaces, deletes or adds, five times, for thirty minutes of the workspace's time."""
    sam = rehearsal.person("sam")
    await client.chat_postMessage(channel=DM, text="x", blocks=row("x", button("Next")))
    await sam.press("Next")
    await sam.press("Next")
    hook = AsyncWebhookClient(bodies[0]["response_url"])
    assert (await hook.send(text="Private")).status_code == 200
    assert (await hook.send(text="Open", response_type="in_channel")).status_code == 200
    assert (await hook.send(text="Instead", replace_original=True)).status_code == 200
    assert [(m.shown, m.ephemeral) for m in sam.messages()] == [("Instead", False), ("Private", True), ("Open", False)]
    assert (await hook.send(text="", blocks=[])).body == '{"ok": false, "error": "no_text"}'
    assert (await hook.send(delete_original=True)).status_code == 200
    assert [m.shown for m in sam.messages()] == ["Private", "Open"]
    assert (await hook.send(text="five")).status_code == 200
    sixth = await hook.send(text="six")
    assert (sixth.status_code, "used_url" in sixth.body, USES) == (404, True, 5)
    rehearsal.clock.advance(timedelta(minutes=31))
    late = await AsyncWebhookClient(bodies[1]["response_url"]).send(text="late")
    assert (late.status_code, "expired_url" in late.body) == (404, True)


async def test_a_slow_bot_shows_an_error(rehearsal: Rehearsal, bolt: AsyncApp, client: AsyncWebClient) -> None:
    """A press that is not acknowledged in time raises; where nobody waits, the trouble is noted."""
    rehearsal.hub.times = Times(ack_deadline=0.05)
    await client.chat_postMessage(channel=DM, text="x", blocks=row("x", button("Next")))
    sam = rehearsal.person("sam")
    with pytest.raises(NotAcknowledged, match="Sam Okoro saw an error"):
        await sam.press("Next")
    await sam.press("Next", wait=False)
    assert sam.troubles == []
    await asyncio.gather(*sam._later)
    assert len(sam.troubles) == 1
