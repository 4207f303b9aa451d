"""A small, honest bot as tutorials write one: Bolt's defaults, a listener that writes to SQLite, the SDK's own retries.

It asks the campaign's three questions in the same words, so that the same people can use it, and posts the new stories
every Friday. It has no reviewers, and stories cannot be taken back. Started by `contrast.py`; not part of the product.
"""

import os
import sqlite3
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from slack_bolt import Ack, App, Say
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.clock import Clock, OffsetClock

SCHEMA = """
CREATE TABLE IF NOT EXISTS draft (user TEXT PRIMARY KEY, step INTEGER);
CREATE TABLE IF NOT EXISTS answer (user TEXT, step INTEGER, text TEXT, story INTEGER);
CREATE TABLE IF NOT EXISTS story (number INTEGER PRIMARY KEY AUTOINCREMENT, user TEXT, title TEXT, posted INTEGER);
"""
Json = dict[str, Any]


def database() -> sqlite3.Connection:
    """A connection of one's own; each statement commits by itself."""
    path = os.environ["DATABASE_URL"].removeprefix("sqlite:///")
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    connection.executescript(SCHEMA)
    return connection


def button(label: str, action: str) -> Json:
    """A row with one button."""
    element = {"type": "button", "text": {"type": "plain_text", "text": label}, "action_id": action}
    return {"type": "actions", "elements": [element]}


def words(text: str) -> Json:
    """A line of text."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def ask(step: int, say: Say) -> None:
    """Puts the question."""
    if step == 1:
        options = [{"text": {"type": "plain_text", "text": name}, "value": name} for name in ("Good", "Bad")]
        radio = {"type": "actions", "elements": [{"type": "radio_buttons", "action_id": "kind", "options": options}]}
        text = "1 of 3 · What was it like?"
        say(text=text, blocks=[words(text), radio, button("Next", "next")])
    elif step == 2:
        text = "2 of 3 · What happened?"
        say(text=text, blocks=[words(text), button("Finish later", "later")])
    elif step == 3:
        text = "3 of 3 · What is it called?"
        say(text=text, blocks=[words(text), button("Finish later", "later")])
    else:
        say(text="That is all. Send it?", blocks=[words("That is all. Send it?"), button("Send for review", "send")])


def listen(app: App) -> None:
    """Everything that it reacts to."""

    @app.event("message")
    def on_message(event: Json, say: Say) -> None:
        if event.get("subtype") or event.get("bot_id"):
            return
        user, text = event["user"], event["text"]
        db = database()
        row = db.execute("SELECT step FROM draft WHERE user = ?", (user,)).fetchone()
        if row is None:
            db.execute("INSERT INTO draft VALUES (?, 1)", (user,))
            ask(1, say)
        elif text == "hi":
            ask(row[0], say)
        elif row[0] in (2, 3):
            db.execute("INSERT INTO answer VALUES (?, ?, ?, NULL)", (user, row[0], text))
            if row[0] == 2:
                got = "Got that. Press Next when you're done."
                say(text=got, blocks=[words(got), button("Next", "next")])
            else:
                db.execute("UPDATE draft SET step = 4 WHERE user = ?", (user,))
                ask(4, say)

    @app.action("kind")
    @app.action("later")
    def on_choice(ack: Ack) -> None:
        ack()

    @app.action("next")
    def on_next(ack: Ack, body: Json, say: Say) -> None:
        ack()
        user, db = body["user"]["id"], database()
        row = db.execute("SELECT step FROM draft WHERE user = ?", (user,)).fetchone()
        if row is not None and row[0] < 3:
            db.execute("UPDATE draft SET step = ? WHERE user = ?", (row[0] + 1, user))
            ask(row[0] + 1, say)

    @app.action("send")
    def on_send(ack: Ack, body: Json, say: Say) -> None:
        ack()
        user, db = body["user"]["id"], database()
        if db.execute("SELECT step FROM draft WHERE user = ?", (user,)).fetchone() is None:
            return
        title = db.execute(
            "SELECT text FROM answer WHERE user = ? AND step = 3 AND story IS NULL ORDER BY rowid DESC", (user,)
        ).fetchone()
        made = db.execute("INSERT INTO story (user, title, posted) VALUES (?, ?, 0)", (user, title and title[0]))
        db.execute("UPDATE answer SET story = ? WHERE user = ? AND story IS NULL", (made.lastrowid, user))
        db.execute("DELETE FROM draft WHERE user = ?", (user,))
        say(text=f"This is story {made.lastrowid}.")


def post_on_fridays(client: WebClient, clock: Clock, ended: threading.Event) -> None:
    """Posts the new stories whenever a Friday, ten o'clock, has come while it runs."""
    due = _next_friday(clock.now())
    while not ended.wait(0.2):
        if clock.now() < due:
            continue
        due = _next_friday(clock.now())
        db = database()
        new = db.execute("SELECT number, title FROM story WHERE posted = 0").fetchall()
        if new:
            lines = "\n".join(f"{number}: {title}" for number, title in new)
            client.chat_postMessage(channel=os.environ["DIGEST_CHANNEL"], text=f"This week's stories\n{lines}")
            db.executemany("UPDATE story SET posted = 1 WHERE number = ?", [(number,) for number, _ in new])


def _next_friday(now: datetime) -> datetime:
    day = (now + timedelta(days=(4 - now.weekday()) % 7)).replace(hour=9, minute=0, second=0, microsecond=0)
    return day if day > now else day + timedelta(days=7)


def main() -> None:
    """Runs until it is killed."""
    client = WebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    app = App(client=client)
    listen(app)
    clock = OffsetClock(Path(os.environ["ALTOGETHER_CLOCK"]))
    handler = SocketModeHandler(app, os.environ["SLACK_APP_TOKEN"], web_client=client)
    handler.connect()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
    print("Connected", flush=True)
    ended = threading.Event()
    post_on_fridays(client, clock, ended)


if __name__ == "__main__":
    main()
