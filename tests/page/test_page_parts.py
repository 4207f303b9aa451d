"""The parts of the page beside the messages: modals, App Home, guide, clock, faults, inspector, bars and people."""

import re

from fake_workspace import DIRECT, PAGE, STEPS, STORIES, FakeWorkspace
from page_exhibits import CHOICES, EVERY_INPUT, button, marked, plain
from page_hands import Visit
from playwright.sync_api import expect

MOST_BYTES = 200_000
REQUIRED = "Please complete this required field."


def test_the_page_is_light() -> None:
    """Everything the page loads is under 200 kB uncompressed, and none of it mentions an address to load more from."""
    files = [path for path in PAGE.iterdir() if path.is_file()]
    weight = sum(path.stat().st_size for path in files)
    print(f"the page weighs {weight:,} bytes in {len(files)} files")
    assert weight < MOST_BYTES
    for path in files:
        loaded = re.findall(r"(?:src=|@import|url\(|from )\s*[\"']?(https?:[^\"')\s]+)", path.read_text("utf-8"))
        assert not loaded, path
        assert "innerHTML" not in path.read_text("utf-8")


def test_a_modal_is_filled_in_and_sent(visit: Visit, world: FakeWorkspace) -> None:
    """Values of every input arrive by block; what is wrong stands beneath its field, and what was typed stays."""
    world.answers["submit"] = lambda act: {"ok": True, "errors": {"what": REQUIRED}}
    page = visit(world.url)
    world.open(EVERY_INPUT)
    dialog = page.get_by_role("dialog", name="Change your answer")
    story = dialog.get_by_role("textbox", name="What happened?")
    expect(story).to_be_focused()
    story.fill("It was late.")
    expect(dialog.get_by_text("12 of at least 20")).to_be_visible()
    dialog.get_by_role("combobox", name="Your work").select_option(label="Sharing helped")
    dialog.get_by_role("button", name="Which services?").click()
    dialog.get_by_role("checkbox", name="Housing").check()
    dialog.get_by_role("button", name="Done").click()
    dialog.get_by_role("group", name="Where may we share it?").get_by_label("It happened late").check()
    dialog.get_by_role("group", name="Which is closest?").get_by_label("We shared too much").check()
    dialog.get_by_label("When?").fill("2025-06-06")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text(REQUIRED)).to_be_visible()
    expect(story).to_be_focused()
    expect(story).to_have_attribute("aria-invalid", "true")
    expect(story).to_have_value("It was late.")
    assert world.sent("submit")[0]["values"] == {
        "what": {"what": "It was late."},
        "title": {"title": ""},
        "work": {"work": "sharing_helped"},
        "who": {"who": ["housing"]},
        "where": {"where": ["it_happened_late"]},
        "kind": {"kind": "we_shared_too_much"},
        "day": {"day": "2025-06-06"},
    }


def test_modals_stack_and_hold_the_focus(visit: Visit, world: FakeWorkspace) -> None:
    """Tab stays within; a view on top hides the one beneath, which has kept what was typed; Escape closes one."""
    page = visit(world.url)
    world.open(EVERY_INPUT)
    page.get_by_role("textbox", name="What happened?").fill("kept")
    above = EVERY_INPUT | {"title": plain("Are you sure?"), "blocks": [{"type": "section", "text": marked("Sure?")}]}
    world.open(above)
    dialog = page.get_by_role("dialog", name="Are you sure?")
    dialog.wait_for()
    for _ in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "() => document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()  # until the rehearsal says that it is closed
    world.views.pop()
    world.tell("view", views=world.views)
    expect(page.get_by_role("textbox", name="What happened?")).to_have_value("kept")
    world.views.clear()
    world.tell("view", views=[])
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("textbox", name="Message Altogether")).to_be_focused()
    assert [act["view_id"] for act in world.sent("close_view")] == ["V2"]


def test_a_modal_opened_again_begins_afresh(visit: Visit, world: FakeWorkspace) -> None:
    """What was typed in a form and cancelled does not come back with the next one, and what is typed there is sent."""
    page = visit(world.url)
    for typed in ("She waited for two nights.", "She waited for two long nights."):
        world.open(EVERY_INPUT)
        story = page.get_by_role("textbox", name="What happened?")
        expect(story).to_have_value("")
        work = page.get_by_role("combobox", name="Your work")
        expect(work).to_have_value("")
        story.fill(typed)
        work.select_option(label="Sharing helped")
        if typed.endswith("two nights."):
            world.views.clear()
            world.tell("view", views=[])
            expect(page.get_by_role("dialog")).to_have_count(0)
    with page.expect_response("**/page/act"):
        page.get_by_role("button", name="Save").click()
    [sent] = world.sent("submit")
    assert sent["view_id"] == "V2"
    assert sent["values"]["what"] == {"what": "She waited for two long nights."}
    assert sent["values"]["work"] == {"work": "sharing_helped"}


def test_the_home_tab_is_there(visit: Visit, world: FakeWorkspace) -> None:
    """App Home shows its blocks, follows their changes, and its buttons say which view they stand in."""
    row = {"type": "actions", "block_id": "row", "elements": [button("Tell your story", "tell")]}
    home = {"id": "VHOME", "type": "home", "blocks": [{"type": "header", "text": plain("Stories so far: 27")}, row]}
    world.home = home
    page = visit(world.url)
    page.get_by_role("button", name="App Home").click()
    expect(page.get_by_role("heading", name="Stories so far: 27")).to_be_visible()
    page.get_by_role("button", name="Tell your story").click()
    world.tell("home", home=home | {"blocks": [{"type": "header", "text": plain("Stories so far: 28")}, row]})
    expect(page.get_by_role("heading", name="Stories so far: 28")).to_be_visible()
    expect(page.get_by_role("button", name="Tell your story")).to_be_focused()
    assert world.sent("open_home") and world.sent("view_press")[0]["view_id"] == "VHOME"


def test_the_home_tab_of_another_person_is_theirs(visit: Visit, world: FakeWorkspace) -> None:
    """A button that stands on both homes is pressed on the home of whoever one is; a menu left there is as it was."""
    menu = {"type": "static_select", "action_id": "by", "placeholder": plain("By theme"), "options": CHOICES}
    row = {"type": "actions", "block_id": "row", "elements": [menu, button("Tell your story", "tell")]}
    world.home = {"id": "VSAM", "type": "home", "blocks": [row]}
    page = visit(world.url)
    page.get_by_role("button", name="App Home").click()
    page.get_by_role("combobox", name="By theme").select_option(label="Sharing helped")
    page.get_by_role("navigation").get_by_role("button", name="Altogether").click()
    page.get_by_role("button", name="App Home").click()
    expect(page.get_by_role("combobox", name="By theme")).to_have_value("")
    world.tell("home", home={"id": "VAMIRA", "type": "home", "blocks": [row]})
    with page.expect_response("**/page/act"):
        page.get_by_role("button", name="Tell your story").click()
    [press] = world.sent("view_press")
    assert press["view_id"] == "VAMIRA" and press["state"] == {"row": {"by": ""}}


def test_the_guide_ticks_and_leads_on(visit: Visit, world: FakeWorkspace) -> None:
    """A step ticks when it has happened, the next says what to click and offers the person whose turn it is."""
    page = visit(world.url)
    guide = page.get_by_role("tabpanel", name="Guide")
    guide.get_by_role("button", name="Do this step for me").click()
    steps = [
        {"id": step, "title": title, "done": number < 2, "now": now, "as": who}
        for number, (step, title, now, who) in enumerate(STEPS)
    ]
    world.tell("guide", guide={"steps": steps, "finished": False})
    expect(page.locator("#live")).to_contain_text("Next: Approve it")
    guide.get_by_role("button", name="Become Amira").click()
    expect(page.get_by_text("You are Amira, reviewer", exact=False).first).to_be_visible()
    expect(page).to_have_url(re.compile("as=amira"))
    done = [step | {"done": True} for step in steps]
    world.tell("guide", guide={"steps": done, "finished": True, "line": "That was the whole product."})
    guide.get_by_role("button", name="Show the faults").click()
    expect(page.get_by_role("tab", name="Faults")).to_have_attribute("aria-selected", "true")
    assert [act["what"] for act in world.sent("guide")] == ["tell"]


def test_the_clock_says_what_it_set_off(visit: Visit, world: FakeWorkspace) -> None:
    """Moving the clock shows what the bot did because of it, and says it aloud."""
    world.answers["clock"] = lambda act: {"ok": True, "set_off": ["Nudge sent to Sam."]}
    page = visit(world.url)
    page.get_by_role("button", name="14 days on").click()
    expect(page.get_by_role("navigation").get_by_text("Nudge sent to Sam.")).to_be_visible()
    expect(page.locator("#live")).to_have_text("Nudge sent to Sam.")
    world.tell("clock", clock={"shown": "Tue 17 June 14:04"})
    expect(page.get_by_role("navigation").get_by_text("Tue 17 June 14:04")).to_be_visible()
    assert world.sent("clock")[0]["move"] == "fortnight"


def test_faults_are_armed_and_counted(visit: Visit, world: FakeWorkspace) -> None:
    """Each fault says what to expect, whether it is armed and how often it has fired; the bot can be killed."""
    page = visit(world.url)
    page.get_by_role("tab", name="Faults").click()
    page.get_by_role("button", name="Lose the next ack").click()
    counted = {"name": "lose_next_ack", "label": "Lose the next ack", "description": "Twice.", "is_switch": False}
    world.tell("fault", faults=[counted | {"armed": 1, "fired": 2}])
    expect(page.get_by_text("Armed", exact=True)).to_be_visible()
    expect(page.get_by_text("fired 2×")).to_be_visible()
    expect(page.get_by_role("button", name="Lose the next ack")).to_be_focused()
    page.get_by_role("button", name="Kill the bot").click()
    world.tell("bot", bot={"state": "down", "line": "The bot is not running."})
    expect(page.get_by_text("The bot is down. What you write waits for it.")).to_be_visible()
    page.get_by_role("button", name="Clear", exact=True).click()
    with page.expect_response("**/page/bot"):
        page.get_by_role("main").get_by_role("button", name="Start it again").click()
    assert [act.get("what") for act in world.sent("bot")] == ["kill", "restart"]
    assert [act.get("name") or act.get("clear") for act in world.sent("fault")] == ["lose_next_ack", True]


def test_the_inspector_filters_and_opens(visit: Visit, world: FakeWorkspace) -> None:
    """Every entry shows direction, kind, outcome and time taken; a filter narrows them; a row opens its JSON."""
    page = visit(world.url)
    page.get_by_role("tab", name="Inspector").click()
    rows = page.get_by_role("tabpanel").get_by_role("listitem").filter(visible=True)
    expect(rows).to_have_count(3)
    page.get_by_role("searchbox", name="Filter what has passed").fill("ack 11")
    expect(rows).to_have_count(1)
    row = page.get_by_role("button", name="ack · ok · 11.2 ms")
    row.click()
    expect(row).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".log-body pre")).to_contain_text('"text": "xxx')
    expect(page.get_by_role("button", name="Copy JSON")).to_be_visible()


def test_a_broken_script_is_named_with_its_line(visit: Visit, world: FakeWorkspace) -> None:
    """The bar above the conversation gives file, line and problem, says what is used instead, and goes once mended."""
    page = visit(world.url)
    broken = {"name": "Ours", "version": "2", "file": "ours.toml", "problems": [{"line": 12, "text": "ask is missing"}]}
    world.tell("script", script=broken)
    bar = page.get_by_role("status").filter(has_text="ours.toml can't be used.")
    expect(bar).to_contain_text("line 12: ask is missing")
    expect(bar).to_contain_text("Version 2 of Ours stays in use.")
    world.tell("script", script=broken | {"problems": []})
    expect(page.get_by_text("ours.toml can't be used.")).to_have_count(0)


def test_a_workspace_that_is_lent_leads_nobody_through_altogether(visit: Visit, world: FakeWorkspace) -> None:
    """With no bot of its own the page says what is awaited, and has neither the guide's steps nor a start button."""
    line = "No program is connected. The terminal says what yours needs."
    world.state = {"bot": {"state": "awaited", "line": line}, "lent": True}
    page = visit(world.url)
    expect(page.locator(".notice")).to_have_text(line)
    expect(page.get_by_role("heading", name="A bot of your own")).to_have_count(1)
    expect(page.locator(".step")).to_have_count(0)
    expect(page.get_by_role("button", name="Start it again")).to_have_count(0)


def test_unread_messages_are_counted_and_marked(visit: Visit, world: FakeWorkspace) -> None:
    """The list counts what is new; opening it draws a line above the first new message and tells that it was read."""
    for number in range(6):
        world.post(STORIES, f"Message {number}", seconds=400)
    page = visit(world.url)
    with page.expect_request(lambda asked: '"read"' in (asked.post_data or "") and STORIES in asked.post_data):
        page.get_by_role("button", name="info-stories 3 new").click()
    line = page.locator(".new:visible")
    expect(line).to_have_count(1)
    expect(page.get_by_role("listitem").filter(has=line)).to_contain_text("Message 3")
    expect(page.get_by_role("button", name="info-stories", exact=True)).to_have_attribute("aria-current", "page")


def test_a_thread_opens_beside(visit: Visit, world: FakeWorkspace) -> None:
    """Replies stand in a pane of their own, where one can write too; Escape leads back to the conversation."""
    first = world.post(DIRECT, "A reviewer has a question.", reply_count=1)
    world.post(DIRECT, "the night nurse", by="U0SAM", thread_ts=first["ts"])
    page = visit(world.url)
    expect(page.get_by_role("main").get_by_text("the night nurse")).to_have_count(0)
    page.get_by_role("button", name="1 reply").click()
    thread = page.get_by_role("complementary", name="Thread")
    expect(thread.get_by_text("the night nurse")).to_be_visible()
    box = thread.get_by_role("textbox", name="Reply in this thread")
    box.fill("and the ward")
    box.press("Enter")
    world.post(DIRECT, "Thank you.", thread_ts=first["ts"])
    expect(thread.get_by_text("Thank you.")).to_be_visible()
    expect(page.get_by_role("main").get_by_text("Thank you.")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(thread).to_be_hidden()
    assert world.sent("say")[0]["thread_ts"] == first["ts"]


def test_what_could_not_be_sent_comes_back(visit: Visit, world: FakeWorkspace) -> None:
    """A message that was refused stands in the box again, with the reason above it."""
    world.answers["say"] = lambda act: {"ok": False, "error": "A message holds 40,000 characters at most."}
    page = visit(world.url)
    box = page.get_by_role("textbox", name="Message Altogether")
    box.fill("my long story")
    box.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="40,000 characters")).to_be_visible()
    expect(box).to_have_value("my long story")


def test_a_lost_connection_mends_itself(visit: Visit, world: FakeWorkspace) -> None:
    """While the rehearsal cannot be reached the page says so; once it can, it shows what happened meanwhile."""
    page = visit(world.url)
    world.hang_up()
    expect(page.get_by_text("The rehearsal does not answer.")).to_be_visible()
    world.post(DIRECT, "Said while nobody listened.")
    world.pick_up()
    expect(page.get_by_role("main").get_by_text("Said while nobody listened.")).to_be_visible()
    expect(page.get_by_text("The rehearsal does not answer.")).to_have_count(0)
