"""Messages on the page: every block, changes in place, what people wrote, two thousand of them, and nothing hostile."""

import re

import pytest
from fake_workspace import DIRECT, STEPS, STORIES, FakeWorkspace
from page_exhibits import EVERY_BLOCK, HOSTILE, button, hostile_blocks, marked
from page_hands import Visit
from playwright.sync_api import Page, expect

MOST_NODES = 160
"""Messages in the page at once, whatever the conversation's length."""


def overflowing(page: Page) -> list[str]:
    """Returns everything but JSON that can be scrolled sideways."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("body, body *")].filter(node => {
            const style = getComputedStyle(node);
            return node.scrollWidth > node.clientWidth + 1 && !node.closest(".log-body, .unseen, svg, select, .skip")
                && style.display !== "inline" && style.overflowX !== "clip" && node.clientWidth > 0
        }).map(node => `${node.tagName}.${node.className} ${node.scrollWidth} > ${node.clientWidth}`)"""
    )
    return found


def test_every_block_is_rendered(visit: Visit, world: FakeWorkspace) -> None:
    """Text, fields, lists, quotes, pictures and controls stand where Slack would show them, each with its role."""
    world.post(DIRECT, "Every block", blocks=EVERY_BLOCK)
    article = visit(world.url).get_by_role("article")
    expect(article.get_by_role("heading", name="Story 31: Two nights")).to_be_visible()
    for tag, words in (("strong", "bold"), ("em", "italic"), ("s", "struck"), ("pre", "two\n  lines")):
        expect(article.locator(tag, has_text=words).first).to_have_text(words)
    expect(article.locator("blockquote")).to_have_text(["a quotation", "Ring the person at the door."])
    expect(article.get_by_text("@Amira Shah").first).to_be_visible()
    expect(article.get_by_text("#info-stories")).to_be_visible()
    expect(article.get_by_text("<b>")).to_be_visible()
    expect(article.get_by_text("👋").first).to_be_visible()
    expect(article.get_by_role("img", name="A green square")).to_be_visible()
    expect(article.get_by_role("img", name="A picture from far")).to_be_visible()
    expect(article.get_by_role("listitem")).to_have_text("first")
    expect(article.get_by_role("separator")).to_have_count(1)
    link = article.get_by_role("link", name="a link")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(link).to_have_attribute("target", "_blank")
    for role, count in (("radio", 3), ("checkbox", 3), ("combobox", 1)):
        expect(article.get_by_role(role)).to_have_count(count)


def test_controls_tell_what_is_done_with_them(visit: Visit, world: FakeWorkspace) -> None:
    """Presses, menus, radio buttons, ticks and overflow menus arrive with ids and values; a confirm box asks first."""
    message = world.post(DIRECT, "Every block", blocks=EVERY_BLOCK)
    page = visit(world.url)
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("button", name="Not yet").click()
    page.get_by_role("button", name="Ask the teller").click()
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Approve").click()
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    page.get_by_role("combobox").select_option(label="It happened late")
    page.get_by_role("radio", name="It happened late").check()
    page.get_by_role("checkbox", name="We shared too much").check()
    page.get_by_role("button", name="More choices").click()
    page.get_by_role("menuitem", name="Put back").click()
    expect(page.get_by_role("menu")).to_have_count(0)
    page.wait_for_function("() => !document.querySelector('[aria-busy]')")
    assert [act["action_id"] for act in world.sent("press")] == ["ask", "approve"]
    assert world.sent("press")[1] == {
        "as": "sam",
        "do": "press",
        "channel": DIRECT,
        "ts": message["ts"],
        "block_id": "b8",
        "action_id": "approve",
        "confirmed": True,
    }
    picked = {act["action_id"]: act["values"] for act in world.sent("pick")}
    assert picked == {
        "one": ["it_happened_late"],
        "radio": ["it_happened_late"],
        "ticks": ["sharing_helped", "we_shared_too_much"],
        "over": ["put_back"],
    }


def test_a_menu_of_several_keeps_its_limit(visit: Visit, world: FakeWorkspace) -> None:
    """Groups and limit are shown; the third choice cannot be made; what is chosen is told once, when it closes."""
    world.post(DIRECT, "Every block", blocks=EVERY_BLOCK)
    page = visit(world.url)
    page.get_by_role("button", name="Choose services").click()
    expect(page.get_by_role("group", name="Homes and money")).to_be_visible()
    page.get_by_role("checkbox", name="Housing").check()
    page.get_by_role("checkbox", name="Health", exact=True).check()
    expect(page.get_by_role("checkbox", name="Benefits")).to_be_disabled()
    expect(page.get_by_role("main").get_by_text("That is all 2.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Choose services: Health, Housing")).to_be_focused()
    page.wait_for_function("() => !document.querySelector('[aria-busy]')")
    assert [act["values"] for act in world.sent("pick")] == [["health", "housing"]]


def test_a_change_keeps_focus_and_place(visit: Visit, world: FakeWorkspace) -> None:
    """A message changes where it stands: its other controls keep the focus, and one that goes hands it to the box."""
    row = {"type": "actions", "block_id": "row", "elements": [button("Next", "next"), button("Back", "back")]}
    foot = world.post(
        DIRECT, "Got that.", blocks=[{"type": "section", "block_id": "s", "text": marked("Got that.")}, row]
    )
    page = visit(world.url)
    page.get_by_role("button", name="Back", exact=True).focus()
    world.change(foot, blocks=[{"type": "section", "block_id": "s", "text": marked("Got both.")}, row])
    expect(page.get_by_role("main").get_by_text("Got both.")).to_be_visible()
    expect(page.get_by_role("button", name="Back", exact=True)).to_be_focused()
    other = row | {"block_id": "other", "elements": [button("Next", "next"), button("Back", "back")]}
    world.change(foot, blocks=[{"type": "section", "block_id": "t", "text": marked("Got three.")}, other])
    expect(page.get_by_role("main").get_by_text("Got three.")).to_be_visible()
    world.remove(foot)
    expect(page.get_by_role("main").get_by_text("Got three.")).to_have_count(0)
    expect(page.get_by_role("textbox", name="Message Altogether")).to_be_focused()


def test_new_messages_are_said_aloud(visit: Visit, world: FakeWorkspace) -> None:
    """What others write is announced politely with its writer; a private line says that it is one."""
    page = visit(world.url)
    world.post(DIRECT, "A reviewer has a question about story 31.")
    expect(page.locator("[aria-live=polite]#live")).to_have_text(
        "Altogether: A reviewer has a question about story 31."
    )
    world.post(DIRECT, "That question is answered.", ephemeral=True)
    expect(page.get_by_role("main").get_by_text("Only visible to you")).to_be_visible()


def test_what_comes_while_a_conversation_opens_is_shown_and_said(visit: Visit, world: FakeWorkspace) -> None:
    """News may overtake the older messages that the page has asked for, or be among them: shown once, said aloud."""
    world.answering.clear()
    page = visit(world.url)
    assert world.asked.wait(30)
    world.post(DIRECT, "This overtakes.")
    world.tell("unread", channel=STORIES, unread=7)
    expect(page.get_by_role("button", name=re.compile("info-stories.*7"))).to_be_visible()  # both are here
    with page.expect_response("**/page/messages*"):
        world.answering.set()
    page.evaluate("() => new Promise((shown) => setTimeout(() => requestAnimationFrame(shown), 100))")
    expect(page.get_by_role("main").get_by_role("article")).to_have_count(1)
    expect(page.locator("#live")).to_have_text("Altogether: This overtakes.")


HIDDEN = """(hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_a_page_that_was_in_the_background_catches_up_when_it_is_looked_at(visit: Visit, world: FakeWorkspace) -> None:
    """What came meanwhile on the screen is read only then, and the numbers beside the other places are of now."""
    page = visit(world.url)
    rail = page.locator("#rail")
    expect(rail.get_by_role("button", name=re.compile("info-stories.*3"))).to_be_visible()
    page.evaluate(HIDDEN, True)
    world.post(DIRECT, "While you were away.")
    expect(page.get_by_role("main").get_by_role("article")).to_have_count(1)
    before = len(world.sent("read"))
    channels = [{"id": STORIES, "name": "info-stories", "kind": "channel", "unread": 0}]
    channels.append({"id": DIRECT, "name": "Altogether", "kind": "im", "unread": 1})
    world.state = {"channels": [one | {"member": True, "topic": ""} for one in channels]}
    with page.expect_response(lambda answer: "/page/act" in answer.url and len(world.sent("read")) > before):
        page.evaluate(HIDDEN, False)
    expect(rail.get_by_text("3", exact=True)).to_have_count(0)
    assert [act["channel"] for act in world.sent("read")[before:]] == [DIRECT]


def test_after_a_scene_the_numbers_are_of_now(visit: Visit, world: FakeWorkspace) -> None:
    """Once it is over the page asks for everything again, and says in whose hands it is."""
    page = visit(world.url)
    world.tell("playing", playing="first-story")
    expect(page.get_by_text("A scene is being played in front of you.")).to_be_visible()
    steps = [
        {"id": step, "title": title, "done": step == "tell", "now": "", "as": who} for step, title, _, who in STEPS
    ]
    world.state = {"guide": {"steps": steps, "finished": False}}
    world.tell("playing", playing=None)
    expect(page.get_by_text("is being played in front of you.")).to_have_count(0)
    expect(page.locator(".step.done")).to_have_count(1)


def test_own_messages_can_be_changed_and_deleted(visit: Visit, world: FakeWorkspace) -> None:
    """Edit puts the words as typed into a box; delete asks; neither is offered for what others wrote."""
    world.post(DIRECT, "hello &lt;you&gt; <@U0AMIRA>", by="U0SAM")
    page = visit(world.url)
    page.get_by_role("article").hover()
    page.get_by_role("button", name=re.compile("What to do with the message of Sam")).click()
    page.get_by_role("menuitem", name="Edit").click()
    box = page.get_by_role("textbox", name="Edit your message")
    expect(box).to_have_value("hello <you> @amira")
    box.fill("hello again")
    box.press("Enter")
    page.get_by_role("button", name=re.compile("What to do")).click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    world.post(DIRECT, "mine, says the bot")
    page.get_by_role("article").last.hover()
    page.get_by_role("button", name=re.compile("What to do with the message of Altogether")).click()
    expect(page.get_by_role("menuitem", name="Edit")).to_have_count(0)
    assert [act["text"] for act in world.sent("edit")] == ["hello again"]
    assert len(world.sent("delete")) == 1


def test_a_command_is_offered_typed_and_answered(visit: Visit, world: FakeWorkspace) -> None:
    """A slash lists what one's role may type; the private answer appears once, wherever it comes from."""
    page = visit(f"{world.url}?as=amira")
    page.get_by_role("button", name="Altogether", exact=True).click()
    box = page.get_by_role("textbox", name="Message Altogether")
    box.press_sequentially("/story di")
    expect(page.get_by_role("option")).to_have_text(
        [re.compile("/story digest preview"), re.compile("/story digest post")]
    )
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value("/story digest preview")
    answer = {"text": "Nothing to preview.", "ephemeral": True}
    world.answers["command"] = lambda act: {"ok": True, "answer": world.post(DIRECT, **answer)}
    box.press("Enter")
    expect(page.get_by_role("main").get_by_text("Nothing to preview.")).to_have_count(1)
    assert world.sent("command")[0]["text"] == "/story digest preview"
    page.goto(f"{world.url}?as=sam")
    page.get_by_role("textbox", name="Message Altogether").press_sequentially("/story ")
    expect(page.get_by_role("option", name="/story approve")).to_have_count(0)


@pytest.mark.parametrize("width", [1440, 375])
def test_a_hostile_story_does_nothing(visit: Visit, world: FakeWorkspace, width: int) -> None:
    """Script, handlers, odd links, 40,000 characters and every direction of text are shown as what they are: words."""
    story = (HOSTILE + "x" * 40_000)[:40_000]
    world.post(DIRECT, story, by="U0SAM", name=HOSTILE[:300])
    world.post(DIRECT, story, blocks=hostile_blocks(story[:11_000]))
    world.post(DIRECT, "Quiet words after all that.")
    page = visit(world.url, width=width, height=740)
    expect(page.get_by_role("main").get_by_text("Quiet words after all that.")).to_be_visible()
    assert not overflowing(page)
    page.get_by_role("button", name="Show the whole message").click()
    assert not overflowing(page)
    inside = page.locator(".messages")
    expect(inside.locator("script, style, iframe, link, [onerror], [onload], [style]")).to_have_count(0)
    hrefs = inside.locator("a").evaluate_all("links => links.map(link => link.href)")
    assert hrefs and all(href.startswith(("https:", "http:")) for href in hrefs)
    expect(page).to_have_title("Altogether · Rehearsal")
    world.open(
        {
            "type": "modal",
            "title": {"type": "plain_text", "text": HOSTILE[:24]},
            "blocks": hostile_blocks(story[:11_000]),
        }
    )
    page.get_by_role("dialog").wait_for()
    assert not overflowing(page)


def test_two_thousand_messages_scroll(visit: Visit, world: FakeWorkspace) -> None:
    """The page holds a window of them: older ones come as one scrolls up, what one reads stays where it is."""
    for number in range(2000):
        by = ("U0SAM", "U0PRIYA", "U0APP")[number % 3]
        world.post(STORIES, f"Message {number}. {'It was late. ' * (number % 7)}", by=by, seconds=200)
    page = visit(world.url)
    page.evaluate(
        """() => { window.long = []; new PerformanceObserver(list => window.long.push(
            ...list.getEntries().map(entry => entry.duration))).observe({ type: "longtask" }); }"""
    )
    page.get_by_role("button", name="info-stories").click()
    page.get_by_role("main").get_by_text("Message 1999.").wait_for()
    nodes = page.locator(".conversation .message")
    scroller = page.locator(".conversation .scroll")
    most = 0
    for _ in range(400):
        scroller.evaluate("node => node.scrollBy(0, -2500)")
        most = max(most, nodes.count())
        if page.get_by_role("main").get_by_text("Message 0.", exact=True).count():
            break
    expect(page.get_by_role("main").get_by_text("Message 0.", exact=True)).to_be_attached()
    assert nodes.count() <= most <= MOST_NODES
    held = page.evaluate(
        """() => { const top = document.querySelector(".conversation .scroll").getBoundingClientRect().top;
        const node = [...document.querySelectorAll(".conversation .messages > li")].find(
            one => one.getBoundingClientRect().top >= top);
        return [node.dataset.ts, node.getBoundingClientRect().top]; }"""
    )
    world.post(STORIES, "One more while somebody reads old ones.")
    page.get_by_role("button", name="1 new below").wait_for()
    place = f"() => document.querySelector('[data-ts=\"{held[0]}\"]').getBoundingClientRect().top"
    assert abs(page.evaluate(place) - held[1]) < 2
    page.get_by_role("button", name="1 new below").click()
    expect(page.get_by_role("main").get_by_text("One more while somebody reads old ones.")).to_be_in_viewport()
    assert nodes.count() <= MOST_NODES
    longest = max(page.evaluate("window.long"), default=0)
    print(f"2,000 messages: at most {most} in the page, longest task {longest:.0f} ms")
