"""The page's server without a bot: who may ask, what they see, in windows and live."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from page_visitor import Visitor, visiting

from bot.rehearsal.page.events import News
from bot.rehearsal.page.room import Room
from bot.rehearsal.page.server import HEADERS, MOST_BYTES, PageServer
from bot.rehearsal.slack.workspace import REVIEW_CHANNEL, STORIES_CHANNEL
from bot.rehearsal.staying import opened

DM = "D0SAM00001"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A page of three files, beside one that is none of its business."""
    folder = tmp_path / "page"
    folder.mkdir()
    (folder / "index.html").write_text("<!doctype html><title>Rehearsal</title>", encoding="utf-8")
    (folder / "main.js").write_text("export const one = 1;\n", encoding="utf-8")
    (folder / "style.css").write_text("body { margin: 0 }\n", encoding="utf-8")
    (folder / "notes.txt").write_text("not for the page", encoding="utf-8")
    (tmp_path / "secret.js").write_text("secret", encoding="utf-8")
    (folder / "way-out.js").symlink_to(tmp_path / "secret.js")
    return folder


@pytest.fixture
async def room(tmp_path: Path, files: Path) -> AsyncIterator[Room]:
    async with opened(tmp_path / "rehearsal", outer={}, page=PageServer(folder=files)) as room:
        room.open_to_people()
        yield room


@pytest.fixture
async def sam(room: Room) -> AsyncIterator[Visitor]:
    async with visiting(room) as visitor:
        yield visitor


# ── who may ask ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("path", "kind"), [("/", "text/html"), ("/page/main.js", "text/javascript"), ("/page/style.css", "text/css")]
)
async def test_files_have_their_type_and_the_pages_headers(sam: Visitor, path: str, kind: str) -> None:
    """Each file of the page says what it is, runs nothing foreign and is never cached."""
    async with sam.session.get(sam.origin + path) as answer:
        assert (answer.status, answer.content_type, answer.charset) == (200, kind, "utf-8")
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/page/none.js",
        "/page/notes.txt",
        "/page/..%2fsecret.js",
        "/page/%2e%2e/secret.js",
        "/page/..%5csecret.js",
        "/page/way-out.js",
        "/page//etc/passwd",
        "/page/main.js%00.css",
    ],
)
async def test_nothing_but_the_pages_files_is_served(sam: Visitor, path: str) -> None:
    """Whatever is not a file of the page, by name and by place, is not there; the refusal has the same headers."""
    from yarl import URL

    async with sam.session.get(URL(sam.origin + path, encoded=True)) as answer:
        assert answer.status == 404
        assert "secret" not in (await answer.text()).replace(path, "")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1:1"},
        {"Host": "localhost.evil.example:80"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_other_pages_are_refused(sam: Visitor, headers: dict[str, str]) -> None:
    """Another host name, another origin, another site: 403, to look and to act."""
    url = f"{sam.origin}/page/state?as=sam"
    async with sam.session.get(url, headers=headers) as answer:
        assert answer.status == 403
    async with sam.session.post(f"{sam.origin}/page/fault", json={"clear": True}, headers=headers) as answer:
        assert answer.status == 403


async def test_the_page_itself_is_let_in_by_either_name(sam: Visitor) -> None:
    """127.0.0.1 and localhost are the same place."""
    port = sam.origin.rpartition(":")[2]
    for host in (f"127.0.0.1:{port}", f"localhost:{port}"):
        headers = {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
        async with sam.session.get(f"{sam.origin}/page/state?as=sam", headers=headers) as answer:
            assert answer.status == 200


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b'{"clear": true}', "text/plain", 415),
        (b"clear=true", "application/x-www-form-urlencoded", 415),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'"' + b"a" * MOST_BYTES + b'"', "application/json", 413),
    ],
)
async def test_only_small_json_objects_are_taken(sam: Visitor, body: bytes, kind: str, status: int) -> None:
    """Forms, other types, broken or huge bodies are refused with words."""
    async with sam.session.post(sam.origin + "/page/act", data=body, headers={"Content-Type": kind}) as answer:
        assert answer.status == status
        assert (await answer.json())["ok"] is False


@pytest.mark.parametrize("name", ["", "nobody", "altogether", "U0ALTOGETH"])
async def test_one_looks_as_a_person_who_is_there(sam: Visitor, name: str) -> None:
    """Nobody looks as the bot, as a stranger, or as nobody."""
    sam.person = name
    assert (await sam.state())["ok"] is False


# ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_snapshot_is_one_persons(room: Room, sam: Visitor) -> None:
    """Each person finds their own conversations, and nobody else's; before there is a bot, it is starting."""
    state = await sam.state()
    assert state["me"] == {"name": "sam", "id": "U0SAM00001", "real_name": "Sam Okoro", "role": "teller"}
    assert [(one["name"], one["kind"]) for one in state["channels"]] == [
        ("info-stories", "channel"),
        ("Altogether", "im"),
    ]
    assert {one["name"]: one["role"] for one in state["people"]} == {
        "sam": "teller",
        "priya": "teller",
        "lee": "teller",
        "amira": "reviewer",
        "joe": "reviewer",
        "rae": "reader",
    }
    assert state["clock"]["now"].startswith("2025-06-03T14:04:0")
    assert state["clock"]["shown"] == "Tue 3 June 14:04"
    assert state["bot"]["state"] == "starting"
    assert state["script"] == {"name": "default", "version": "1", "problems": [], "file": None}
    assert [step["id"] for step in state["guide"]["steps"]] == ["tell", "change", "approve", "post", "read"]
    assert all(fault["label"] and fault["description"] for fault in state["faults"])
    assert (state["views"], state["home"]) == ([], None)
    sam.person = "amira"
    assert [one["name"] for one in (await sam.state())["channels"]] == ["info-stories", "story-review", "Altogether"]


async def test_two_thousand_messages_come_in_windows(room: Room, sam: Visitor) -> None:
    """The newest come first, fifty at a time unless asked otherwise, and every message comes once."""
    channel = room.rehearsal.workspace.conversations[STORIES_CHANNEL]
    for number in range(2_000):
        room.rehearsal.workspace.post(channel, "U0RAE00001", f"message {number}")
    first = await sam.get("/page/messages", channel=STORIES_CHANNEL)
    assert [one["text"] for one in first["messages"]] == [f"message {number}" for number in range(1_950, 2_000)]
    texts: list[str] = []
    before: dict[str, str] = {}
    while True:
        page = await sam.get("/page/messages", channel=STORIES_CHANNEL, limit=999, **before)
        assert len(page["messages"]) == 200
        texts = [one["text"] for one in page["messages"]] + texts
        if not page["more"]:
            break
        before = {"before": page["messages"][0]["ts"]}
    assert texts == [f"message {number}" for number in range(2_000)]
    assert (await sam.state())["channels"][0]["unread"] == 2_000


async def test_a_thread_has_a_window_of_its_own(room: Room, sam: Visitor) -> None:
    """A thread begins with its first message; replies are counted there and stand nowhere else."""
    said = await sam.do("say", channel=STORIES_CHANNEL, text="first")
    await sam.do("say", channel=STORIES_CHANNEL, text="reply", thread_ts=said["ts"])
    (top,) = await sam.messages(STORIES_CHANNEL)
    assert (top["text"], top["reply_count"], top["mine"]) == ("first", 1, True)
    assert [one["text"] for one in await sam.messages(STORIES_CHANNEL, thread=said["ts"])] == ["first", "reply"]


@pytest.mark.parametrize(
    "query",
    [
        {"channel": REVIEW_CHANNEL},
        {"channel": "D0RAE00001"},
        {"channel": "none"},
        {"channel": STORIES_CHANNEL, "before": "now"},
        {"channel": STORIES_CHANNEL, "limit": "-1"},
    ],
)
async def test_conversations_of_others_are_closed(sam: Visitor, query: dict[str, str]) -> None:
    """Nobody reads where they are not a member, nor with something that is no timestamp or number."""
    assert (await sam.get("/page/messages", **query))["ok"] is False


# ── live ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_happens_is_heard_at_once_and_in_order(room: Room, sam: Visitor) -> None:
    """A message, its edit and its deletion come down the stream as they happen, numbered."""
    async with sam.listening():
        said = await sam.do("say", channel=DM, text="hello")
        await sam.do("edit", channel=DM, ts=said["ts"], text="good morning")
        await sam.do("delete", channel=DM, ts=said["ts"])
        await sam.hears_kind("deleted")
    told = [one for one in sam.heard if one["kind"] in ("message", "changed", "deleted")]
    assert [(one["kind"], one["message"]["text"], one["message"]["deleted"]) for one in told][1:] == [
        ("changed", "good morning", False),
        ("deleted", "", True),
    ]
    assert all(one["channel"] == DM and one["message"]["ts"] == said["ts"] for one in told)
    assert [one["version"] for one in sam.heard] == sorted({one["version"] for one in sam.heard})


async def test_a_stream_takes_up_where_the_snapshot_was_made(room: Room, sam: Visitor) -> None:
    """Nothing is lost between the snapshot and the stream, or while the line was down."""
    version = (await sam.state())["version"]
    await sam.do("say", channel=DM, text="in between")
    async with sam.listening(after=version):
        assert (await sam.hears_kind("message"))["message"]["text"] == "in between"


async def test_a_page_that_missed_too_much_starts_afresh(room: Room, sam: Visitor) -> None:
    """A version of another rehearsal, or one long gone, brings a reset with the version to go on from."""
    async with sam.listening(after=999_999):
        assert (await sam.hears_kind("reset"))["version"] == room.news.version
        await sam.do("say", channel=DM, text="afterwards")
        assert (await sam.hears_kind("message"))["message"]["text"] == "afterwards"


def test_only_so_much_news_is_kept() -> None:
    """What is kept is whole; what is not is said to be missing."""
    news = News(kept=3)
    for _ in range(5):
        news.tell("playing", lambda _: {})
    assert [item.version for item in news.since(2) or []] == [3, 4, 5]
    assert news.since(5) == []
    assert news.since(1) is None
    assert news.since(6) is None


async def test_private_things_stay_private(room: Room, sam: Visitor) -> None:
    """Nobody hears of others' direct messages, private lines or modals."""
    workspace = room.rehearsal.workspace
    channel = workspace.conversations[STORIES_CHANNEL]
    async with sam.listening():
        await room.rehearsal.person("rae").say("not for Sam", wait=False)
        workspace.post_ephemeral(channel, workspace.bot.id, "for Rae", only_for="U0RAE00001")
        workspace.post_ephemeral(channel, workspace.bot.id, "for Sam", only_for="U0SAM00001")
        heard = await sam.hears_kind("ephemeral")
    assert (heard["message"]["text"], heard["message"]["ephemeral"]) == ("for Sam", True)
    assert not [one for one in sam.heard if one["kind"] == "message"]
    assert [one["text"] for one in await sam.messages(STORIES_CHANNEL)] == ["for Sam"]


async def test_unread_counts_follow_everybody(room: Room, sam: Visitor) -> None:
    """What others write counts until somebody has read it, for each person by themselves."""
    async with sam.listening():
        await room.rehearsal.person("rae").say("good morning", channel=STORIES_CHANNEL, wait=False)
        told = await sam.hears(lambda one: one["kind"] == "unread" and one["unread"] == 1)
        assert told["channel"] == STORIES_CHANNEL
        assert (told["people"]["joe"], told["people"]["rae"]) == (1, 0)
        await sam.do("read", channel=STORIES_CHANNEL)
        last = await sam.hears(lambda one: one["kind"] == "unread" and one["version"] > told["version"])
    assert (last["unread"], last["people"]["joe"]) == (0, 1)
    people = {one["name"]: one["unread"] for one in (await sam.state())["people"]}
    assert (people["sam"], people["joe"]) == ({}, {STORIES_CHANNEL: 1})


async def test_the_page_is_there_before_its_room(files: Path) -> None:
    """Whoever asks before there is anything to see is told that it is just starting."""
    from aiohttp import ClientSession, web

    app = web.Application()
    app.add_routes(PageServer(folder=files).routes())
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with ClientSession() as session, session.get(f"{origin}/page/state?as=sam") as answer:
            assert answer.status == 503
            assert "just starting" in (await answer.json())["error"]
    finally:
        await runner.cleanup()
