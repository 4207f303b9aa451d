"""Messages leave: in order, to whom they are for, as they stand at that moment, and no faster than Slack likes."""

import threading
from itertools import pairwise

from delivery_house import REVIEW, SAM, STORIES, House, until

from bot.outgoing import Kind, Rendered
from bot.rehearsal.slack.workspace import BOT_USER_ID, REVIEW_CHANNEL, STORIES_CHANNEL
from bot.story.policy import Policy
from storage import outbox, tellers
from storage.database import Tx
from storage.records import Message, Op, OutboxRow, OutboxState, StoryStatus
from storage.tables import StoryRow


async def test_a_message_is_posted_and_its_place_remembered(house: House) -> None:
    """A message stands in its channel once, with its hidden mark, and its row knows where."""
    house.start()
    sent = await house.put("Two nights for one phone call", args={"big": True})
    await house.drained()
    (post,) = house.posts()
    row = house.row(sent)
    assert (row.state, row.channel, row.ts) == (OutboxState.SENT, STORIES_CHANNEL, post.ts)
    assert (post.user, post.text) == (BOT_USER_ID, "Two nights for one phone call")
    assert post.blocks and post.metadata == {"event_type": "altogether", "event_payload": {"id": sent}}
    assert house.hooked == [("sent", sent, post.ts)]


async def test_a_conversation_keeps_its_order(house: House) -> None:
    """Messages of one lane arrive in the order in which they were put, also those put while others are sent."""
    house.start()
    told = [f"{n}" for n in range(12)]
    for say in told[:6]:
        await house.put(say)
    await until(lambda: house.texts())
    for say in told[6:]:
        await house.put(say)
    await house.drained()
    assert house.texts() == told


async def test_nobody_waits_for_another(house: House) -> None:
    """While Slack keeps one channel's message waiting, another person's question arrives."""
    house.start()
    house.faults.hang_next("chat.postMessage", seconds=0.3)
    slow = await house.put("slow")
    await until(lambda: house.calls("chat.postMessage"))
    quick = await house.put("quick", await house.teller())
    await house.settled(quick)
    assert house.row(slow).state is OutboxState.SENDING
    await house.settled(slow)
    assert house.texts() == ["slow"]


async def test_one_persons_flood_delays_nobody(house: House) -> None:
    """Forty messages to one person at Slack's pace leave another's single message untouched."""
    house.start(pace=0.2)
    flood = [await house.put(f"{n}", await house.teller()) for n in range(40)]
    single = await house.put("Hello, Priya.", await house.teller("U0PRIYA001"))
    await house.settled(single, seconds=1.0)
    assert house.row(flood[-1]).state is OutboxState.QUEUED


async def test_a_channel_hears_one_message_at_a_time(house: House) -> None:
    """Posts to a channel keep their distance; a direct message may begin with four at once."""
    house.start(pace=3)
    to_sam = await house.teller()
    for n in range(4):
        await house.put(f"{n}", to_sam)
        if n < 2:
            await house.put(f"{n}")
    await until(lambda: len(house.direct()) == 4)
    assert len(house.texts()) < 2
    await house.drained()
    moments = [float(post.ts) for post in house.posts()]
    assert all(after - before > 2.9 for before, after in pairwise(moments))


async def test_a_direct_message_is_opened_once(house: House) -> None:
    """The first message to a person opens the conversation; where it is, is remembered for the next."""
    house.start()
    to_sam = await house.teller(known=False)
    await house.put("One.", to_sam)
    await house.put("Two.", to_sam)
    await house.drained()
    assert house.direct() == ["One.", "Two."]
    assert house.calls("conversations.open") == 1


async def test_the_author_is_looked_up_at_the_moment_of_sending(house: House) -> None:
    """A message for whoever told a story reaches them; when nobody knows any more who that was, it is parked."""
    teller = (await house.teller()).removeprefix("teller:")

    def tell(story_id: str, number: int, *, known: bool) -> None:
        def work(tx: Tx) -> None:
            now = tx.now
            row = {"id": story_id, "number": number, "status": StoryStatus.SUBMITTED, "current_version": 1}
            tx.insert(StoryRow, row | {"submitted_at": now, "changed_at": now, "care": False, "held": False})
            if known:
                tellers.set_author(tx, story_id, teller, "draft")

        house.writer.submit(work).result(5)

    tell("known", 1, known=True)
    tell("forgotten", 2, known=False)
    house.start()
    reached = await house.put("Your story was approved.", "author:known", story_id="known")
    lost = await house.put("Your story was approved.", "author:forgotten", story_id="forgotten")
    await house.drained()
    assert house.direct() == ["Your story was approved."]
    assert house.outcome(reached) == ("sent", None)
    assert house.outcome(lost) == ("parked", "no_author")
    assert house.parked == [(lost, "no_author")]


async def test_a_closed_gate_lets_nothing_out(house: House) -> None:
    """What is withdrawn between being put and being sent is not posted, even while it waits for its turn to come."""
    house.start(pace=0.3)
    await house.put("first")
    withdrawn = await house.put("withdrawn")
    await until(lambda: house.texts() == ["first"])
    house.closed[withdrawn] = "withdrawn"
    await house.drained()
    assert house.texts() == ["first"]
    assert house.outcome(withdrawn) == ("dropped", "withdrawn")


async def test_a_message_reads_as_things_stand_when_it_is_sent(house: House) -> None:
    """With nothing left to say a message is dropped; one that its room cannot render is parked; the lane goes on."""
    house.start()
    silent = await house.put(None)
    broken = await house.put("broken", args={"render_fails": True})
    unknown = await house.put("unknown", kind="no_such_kind")
    last = await house.put("last")
    await house.drained()
    assert house.outcome(silent) == ("dropped", "nothing_to_say")
    assert house.outcome(broken) == ("parked", "rendering_KeyError")
    assert house.outcome(unknown) == ("parked", "unknown_kind")
    assert house.row(last).state is OutboxState.SENT


async def test_a_message_waits_for_the_one_it_speaks_of(house: House) -> None:
    """A change waits until its message stands; one whose message never came is dropped."""
    house.start()
    house.faults.hang_next("chat.postMessage", seconds=0.2)
    posted = await house.put("before", REVIEW)
    changed = await house.put("after", REVIEW, op=Op.UPDATE, target=posted, depends_on=posted, lane="tidy:x")
    refused = await house.put("never", "channel:C0NOWHERE1")
    orphan = await house.put("never", REVIEW, op=Op.UPDATE, target=refused, depends_on=refused)
    await house.settled(posted, changed, refused, orphan)
    assert house.texts(REVIEW_CHANNEL) == ["after"]
    assert house.outcome(refused) == ("parked", "channel_not_found")
    assert house.outcome(orphan) == ("dropped", "dependency")


async def test_what_is_due_later_holds_up_nobody(house: House) -> None:
    """A message for later waits for its time, and so does what depends on it, while the lane goes on."""
    house.start()
    later = await house.put("card", due_at=house.later(hours=1))
    reply = await house.put("reply", thread=later, depends_on=later)
    await house.put("now")
    await house.drained()
    assert house.texts() == ["now"]
    house.rehearsal.clock.advance(house.later(hours=2) - house.clock.now())
    await house.settled(later, reply)
    assert house.texts() == ["now", "card", "reply"]
    assert house.posts()[2].thread_ts == house.row(later).ts


async def test_a_message_is_changed_linked_to_and_deleted(house: House) -> None:
    """An update replaces words and blocks and keeps the hidden mark; a permalink is stored; a deletion removes it."""
    house.start()
    posted = await house.put("before", args={"big": True})
    await house.put("after", op=Op.UPDATE, target=posted)
    link = await house.put(None, kind="permalink", op=Op.PERMALINK, target=posted)
    await house.drained()
    (post,) = house.posts()
    assert (post.text, post.blocks, bool(post.edited)) == ("after", None, True)
    assert post.metadata == {"event_type": "altogether", "event_payload": {"id": posted}}
    assert (house.row(link).permalink or "").endswith(post.ts.replace(".", ""))
    assert ("linked", link, None) in house.hooked
    await house.put(None, op=Op.DELETE, target=posted)
    await house.drained()
    assert house.posts() == []


async def test_deleting_what_is_gone_is_done(house: House) -> None:
    """A message that somebody deleted meanwhile counts as deleted; there is nothing to change in it either."""
    house.start()
    posted = await house.put("words")
    await house.drained()
    house.slack.delete(house.posts()[0], by=BOT_USER_ID)
    changed = await house.put("other words", op=Op.UPDATE, target=posted)
    deleted = await house.put(None, op=Op.DELETE, target=posted)
    await house.drained()
    assert house.outcome(changed) == ("dropped", "message_not_found")
    assert house.outcome(deleted) == ("sent", None)
    assert house.parked == []


async def test_a_closed_gate_does_not_keep_words_from_being_deleted(house: House) -> None:
    """A story that may no longer be shown can still be taken out of the channel."""
    house.start()
    posted = await house.put("words")
    await house.drained()
    deleting = await house.put(None, op=Op.DELETE, target=posted, lane="other")
    house.closed[deleting] = house.closed[posted] = "withdrawn"
    await house.drained()
    assert house.texts() == []


async def test_a_private_line_is_seen_by_one_person(house: House) -> None:
    """A whisper reaches the person it names, and stands in nobody's history."""
    house.start()
    whisper = await house.put("Only you see this.", op=Op.WHISPER, person=SAM)
    await house.drained()
    (seen,) = house.slack.conversations[STORIES_CHANNEL].ephemerals
    assert (seen.text, seen.ephemeral_to) == ("Only you see this.", SAM)
    assert house.texts() == []
    assert house.outcome(whisper) == ("sent", None)


async def test_a_press_is_answered_through_its_response_url(house: House) -> None:
    """The message that was pressed changes through its response_url, once, and the address is forgotten."""
    house.start()
    await house.put("Approve?", op=Op.WHISPER, person=SAM)
    await house.drained()
    channel = house.slack.conversations[STORIES_CHANNEL]
    url = house.rehearsal.response_urls.new(SAM, channel, source=channel.ephemerals[0])
    changed = await house.put("Approved.", op=Op.UPDATE, response_url=url, args={"big": True})
    await house.drained()
    assert channel.ephemerals[0].text == "Approved."
    assert house.row(changed).response_url is None
    assert house.calls("chat.update") == 0


async def test_a_private_line_where_the_bot_is_not_let_in_goes_to_whoever_pressed(house: House) -> None:
    """The channel refuses it, the press's own address does not; what was pressed stays as it is."""
    house.start()
    channel = house.slack.conversations[STORIES_CHANNEL]
    pressed = house.slack.post_ephemeral(channel, BOT_USER_ID, "Tell a story", only_for=SAM)
    channel.members.remove(BOT_USER_ID)
    url = house.rehearsal.response_urls.new(SAM, channel, source=pressed.post)
    said = await house.put("I've sent you a message.", op=Op.WHISPER, person=SAM, response_url=url)
    await house.settled(said)
    assert house.outcome(said) == ("sent", None)
    assert [post.text for post in channel.ephemerals] == ["Tell a story", "I've sent you a message."]
    assert house.row(said).response_url is None


async def test_a_private_line_that_is_strangely_refused_goes_to_whoever_pressed(house: House) -> None:
    """Where its channel answers with a word that nobody knows, it is said at once at the press's own address."""
    house.start()
    channel = house.slack.conversations[STORIES_CHANNEL]
    pressed = house.slack.post_ephemeral(channel, BOT_USER_ID, "Tell a story", only_for=SAM)
    url = house.rehearsal.response_urls.new(SAM, channel, source=pressed.post)
    house.faults.fail_next("chat.postEphemeral", error="some_new_error")
    said = await house.put("I've sent you a message.", op=Op.WHISPER, person=SAM, response_url=url)
    await house.settled(said)
    assert house.outcome(said) == ("sent", None) and house.row(said).attempts == 0
    assert [post.text for post in channel.ephemerals] == ["Tell a story", "I've sent you a message."]


async def test_a_response_url_that_fails_gives_way_to_an_update(house: House) -> None:
    """Where the address takes no answer, the message is changed in the ordinary way; a private one cannot be."""
    house.start()
    posted = await house.put("Approve?")
    await house.drained()
    elsewhere = "https://hooks.slack.com.example.test/actions/1"
    channel = house.slack.conversations[STORIES_CHANNEL]
    url = house.rehearsal.response_urls.new(SAM, channel, source=house.posts()[0])
    house.faults.fail_next("response_url", status=500)
    for say, address in (("once", url), ("twice", f"{url}x"), ("thrice", elsewhere)):
        await house.put(say, op=Op.UPDATE, target=posted, response_url=address)
        await house.drained()
        assert house.texts() == [say]
    private = await house.put("private", op=Op.UPDATE, response_url=elsewhere)
    await house.drained()
    assert house.outcome(private) == ("dropped", "no_target")
    assert house.calls("response_url") == 2


async def test_tidying_that_is_late_or_refused_is_left(house: House) -> None:
    """Tidying older than ten minutes is not done any more, and a refused one troubles nobody."""
    old = await house.put("old", op=Op.POST, lane=f"tidy:{STORIES}")
    house.rehearsal.clock.advance(house.later(minutes=11) - house.clock.now())
    house.start()
    await house.drained()
    refused = await house.put("no", "channel:C0NOWHERE1", lane="tidy:channel:C0NOWHERE1")
    await house.drained()
    assert house.outcome(old) == ("dropped", "too_old")
    assert house.outcome(refused) == ("dropped", "channel_not_found")
    assert house.parked == []


async def test_a_mistake_after_sending_does_not_send_again(house: House) -> None:
    """When a room fails at what follows a message, the message is marked as sent all the same."""
    house.start()
    sent = await house.put("words", args={"hook_fails": True})
    await house.drained()
    assert house.outcome(sent) == ("sent", None)
    assert house.texts() == ["words"]


async def test_many_people_are_answered_at_once(house: House) -> None:
    """Sixty people's messages, put in one transaction, go out side by side, once each."""
    people = [house.slack.add_person(f"p{n}", f"Person {n}").id for n in range(60)]
    rooms = [house.slack.direct_message(person).id for person in people]

    def put_all(tx: Tx) -> None:
        for person, room in zip(people, rooms, strict=True):
            teller = tellers.meet(tx, person, dm_channel=room)
            outbox.enqueue(tx, Message("note", f"teller:{teller.id}", args={"say": "Hello."}))

    house.start()
    await house.drained()
    await house.do(put_all)
    await house.drained(seconds=10)
    assert all(house.texts(room) == ["Hello."] for room in rooms)


async def test_what_takes_its_time_is_rendered_beside_the_loop(house: House) -> None:
    """Only what is said to be light runs where everybody's messages come in; both leave."""
    where: dict[str, list[str]] = {"light": [], "heavy": []}

    def kind(name: str, *, light: bool) -> Kind:
        def render(tx: Tx, _policy: Policy, _row: OutboxRow) -> Rendered:
            where[name].append(threading.current_thread().name)
            return Rendered(name)

        return Kind(render=render, light=light)

    house.kinds |= {name: kind(name, light=name == "light") for name in where}
    house.start()
    for name in where:
        put = [await house.do(lambda tx, name=name: outbox.enqueue(tx, Message(name, STORIES))) for _ in range(2)]
        await house.settled(*put)
    assert house.texts() == ["light", "light", "heavy", "heavy"]
    assert set(where["light"]) == {threading.main_thread().name}
    assert {name.partition("_")[0] for name in where["heavy"]} == {"delivery-reader"}
