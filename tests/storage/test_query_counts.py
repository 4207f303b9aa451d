"""What people do asks the database as often, and in the same way, however much is in it: no statement reads a table."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import rooms
from bot.delivery.errands import Errand, next_errand
from bot.digest import rendering as digest_rendering
from bot.digest import service as digest
from bot.intake import greeting, listeners, payloads, pressing, service, typed
from bot.intake import rendering as intake_rendering
from bot.intake.greeting import Standing
from bot.intake.heard import Said
from bot.intake.script.file import load_script
from bot.intake.shelf import Shelf
from bot.intake.whereabouts import where
from bot.keeper import stats
from bot.pressed import press_of
from bot.reading import service as reading
from bot.review import rendering as review_rendering
from bot.review import rules, standing
from bot.review import service as review
from bot.rights import mydata, permission, permission_rendering
from bot.rights import rendering as rights_rendering
from bot.rights import service as rights
from bot.rights.permission_rules import Wish
from bot.rights.rules import What
from bot.story.policy import Policy
from bot.themes import themes_of
from storage import decisions, outbox, removals, stories, tellers, unlinking
from storage.database import Database, Tx
from storage.records import Naming, Op, Place, Story, StoryStatus
from tests.benchmarks.filling import fill
from tests.benchmarks.tellers import ONE_IN, Act, Teller, read_post
from tests.intake.intake_house import POLICY
from tests.statements import Statement, heard, indexes_used, sorts, whole_readings

FEW, MANY = 60, 600
SHELF = Shelf(load_script(None))
THEMES = themes_of(SHELF.current)
OTHERS = reading.Others(writing=where(SHELF), waiting=standing.for_reviewers)
KINDS = rights_rendering.watched(
    {
        **intake_rendering.kinds(SHELF),
        **review_rendering.KINDS,
        **digest_rendering.KINDS,
        **permission_rendering.KINDS,
        **mydata.KINDS,
    }
)
REVIEWER = next(iter(POLICY.reviewers))
READ_WHOLE = {
    "workspace": "one row",
    "story_of_day": "one row",
    "audit_head": "one row",
    "script_version": "one row a script",
    "book_story": "two short columns, and only for somebody who asks what is held about them",
    "break_glass": "a row for each time that two people agreed to find out who told a story",
    "renewal": "a row for each story whose teller was asked, after years, whether it may stay; a chore's",
    "share": "a row a share, looked through by a chore that takes back what may not be shown any more",
    "wrong_code": "an hour's",
    "parked": "what could not be handled: a day's, and seldom any",
    "book": "a row a storybook that was built",
}
"""Tables that may be read from end to end, and why."""
BOUNDED = (("ORDER BY", "LIMIT"), ("max(",))
"""A statement with these words reads an index in its order and stops, if the first rows are of use."""
SELDOM = ("GROUP BY outbox.kind, outbox.state", "AS signatures")
"""How many messages of each kind somebody was sent, and how many rows bear their Slack id, for whoever asks what is
held about them: an index for that alone would cost every message and every line of the record."""
WITHDRAWAL = "all that is deleted and changed after the withdrawal"

Counts = dict[str, int]


class Life:
    """One teller's story from hello to the digest, and what readers ask, each act in a transaction of its own."""

    def __init__(self, database: Database, workspace: str, now: datetime) -> None:
        self.database, self.workspace, self.now = database, workspace, now
        self.counts: Counts = {}
        self.statements: dict[str, Statement] = {}
        self.asked = self.of_a_story = 0
        """Statements so far; those of a whole story with all that was sent of it."""
        self._ts, self._begun = 0, 0
        self._said: list[Said] = []
        self.posts: dict[str, list[Any]] = {}

    def act(self, name: str, work: Callable[[Tx, Policy], Any]) -> Any:
        """Do it, and note how many statements it took; the first of its name counts."""
        self.now += timedelta(seconds=1)
        with heard() as statements, self.database.write_engine.begin() as connection:
            done = work(Tx(connection, self.workspace, self.now), POLICY)
        self._note(name, statements)
        return done

    def _note(self, name: str, statements: list[Statement]) -> None:
        self.counts.setdefault(name, len(statements))
        self.asked += len(statements)
        self.statements.update({sql: (sql, given) for sql, given in statements})

    def next_ts(self) -> str:
        self._ts += 1
        return f"{int(self.now.timestamp())}.{self._ts:06d}"

    def deliver(self, *, together: str | None = None) -> None:
        """Send everything that is due, as delivery does: read, then mark.

        `together`: the statements of it all count under this name, where chance has the order.
        """
        before, counts = self.asked, dict(self.counts)
        self._deliver()
        if together is not None:
            self.counts = counts | {together: self.asked - before}

    def _deliver(self) -> None:
        with self.database.write_engine.begin() as connection:
            lanes = outbox.waiting_lanes(Tx(connection, self.workspace, self.now))
        for lane in sorted(lanes):
            while isinstance(
                errand := self.act(
                    f"read {lane.partition(':')[0]}",
                    lambda tx, policy, lane=lane: next_errand(tx, policy, kinds=KINDS, lane=lane),
                ),
                Errand,
            ):
                self.act(f"mark {errand.row.kind} {errand.row.op}", lambda tx, policy, one=errand: self._sent(tx, one))

    def _sent(self, tx: Tx, errand: Errand) -> None:
        row = errand.row
        if errand.closed or errand.impossible:
            outbox.mark_dropped(tx, row, "closed")
            return
        outbox.claim(tx, row.id)
        ts = self.next_ts() if row.op in (Op.POST, Op.FILE) else None
        outbox.mark_sent(tx, row, channel=errand.channel, ts=ts)
        if errand.kind.sent is not None:
            errand.kind.sent(tx, POLICY, outbox.get(tx, row.id))
        if row.op is Op.POST and errand.rendered is not None:
            body = {"text": errand.rendered.text, "blocks": list(errand.rendered.blocks)}
            self.posts.setdefault(str(errand.channel), []).append(read_post(str(ts), body))

    def tell_a_story(self, number: int) -> None:
        """From hello to the receipt."""
        teller = Teller(number, "https://hooks.slack.com/actions/x")
        acts = teller.begin(self.next_ts())
        while not teller.stories:
            for act in acts:
                self._take(act)
            self.deliver()
            acts = teller.next(self.posts[teller.channel][-1], self.next_ts())

    def _take(self, act: Act) -> None:
        """Hand an envelope to the room, as its listeners would."""
        body = json.loads(act.envelope)["payload"]
        if act.kind == "say":
            said = payloads.said(body["event"])
            self._said.append(said)
            self.act("say", lambda tx, policy: service.take_message(tx, policy, SHELF, said, Standing.MEMBER))
            return
        pressed = press_of(body)
        action_id = pressed.action_id
        work: Callable[[Tx, Policy], Any]
        if act.kind == "tick":
            work = lambda tx, policy: pressing.tick(tx, policy, SHELF, pressed)  # noqa: E731
        elif action_id == "start":
            work = lambda tx, policy: greeting.start(  # noqa: E731
                tx, policy, SHELF, pressed, Standing.MEMBER, pick_up_ts=None
            )
        else:
            move = listeners._PRESSES[action_id]
            work = lambda tx, policy: pressing.press(tx, policy, SHELF, pressed, move)  # noqa: E731
        self.act(f"{act.kind} {action_id} {body['message']['text'][:14]}", work)

    def everything(self) -> None:
        """All that people do, once."""
        self.tell_a_story(1)
        self.of_a_story = self.asked
        waiting, told_by = self._newest(), "U10000001"
        self.tell_a_story(ONE_IN)  # this one holds a telephone number, which is taken out
        found_in = self._newest()
        self.act("edit too late", lambda tx, policy: self._edit(tx, policy))
        self.act("reply in a thread", lambda tx, policy: self._reply(tx, policy))
        self.act("questions that wait", lambda tx, policy: decisions.awaited(tx))
        self.deliver()
        self.act("mine", lambda tx, policy: typed.own_stories(tx, policy, told_by))
        at = rules.at_of(f"{waiting.id}:{waiting.current_version}")
        self.act("approve", lambda tx, policy: review.approve(tx, policy, by=REVIEWER, target=at))
        self.deliver()
        self.act("preview", lambda tx, policy: digest.preview_text(tx, policy))
        self.act("digest", lambda tx, policy: digest.post_now(tx, policy, by=REVIEWER))
        self.deliver()
        theme = THEMES[0].value
        self.act(
            "home", lambda tx, policy: reading.home(tx, policy, told_by, themes=THEMES, others=OTHERS, theme=theme)
        )
        self.act("queue of home", lambda tx, policy: standing.for_reviewers(tx))
        self.act("search", lambda tx, policy: reading.look_for(tx, "zyxbc", most=5))
        self.act("read", lambda tx, policy: reading.read(tx, 7))
        self.act("mydata", lambda tx, policy: mydata.ask(tx, policy, told_by))
        self.deliver()
        self.act("stats", lambda tx, policy: stats.report(tx, policy, SHELF.current))
        less = Wish(waiting.id, 1, frozenset({Place.DIGEST}), Naming.NONE, None)
        change = permission.change
        self.act("permission", lambda tx, policy: change(tx, policy, by=told_by, wish=less, notice_version=5))
        self.deliver()
        for number, story in ((1, waiting), (ONE_IN, found_in)):
            by = f"U1{number:07d}"
            self.act("withdraw", lambda tx, policy, by=by, id_=story.id: self._withdraw(tx, policy, by, id_))
            self.deliver(together=f"{WITHDRAWAL} of story {number}")
            self.act("on disk", lambda tx, policy: removals.on_disk(tx))
            self.act("tend", rights.tend_all)
            self.deliver(together=f"{WITHDRAWAL} of story {number}, again")
        self.act("unlink", lambda tx, policy: self._unlink(tx))
        for chore in rooms.chores():
            self.act(f"chore {chore.name}", chore.run)

    def _newest(self) -> Story:
        with self.database.write_engine.begin() as connection:
            return stories.with_status(Tx(connection, self.workspace, self.now), [StoryStatus.SUBMITTED], most=9)[-1]

    def _edit(self, tx: Tx, policy: Policy) -> None:
        edited = replace(self._said[-1], text="Something else", edited_ts=self.next_ts())
        service.edit_message(tx, policy, SHELF, edited, Standing.MEMBER)

    def _reply(self, tx: Tx, policy: Policy) -> None:
        reply = replace(self._said[-1], ts=self.next_ts(), thread_ts="1.0", client_msg_id="reply")
        service.take_message(tx, policy, SHELF, reply, Standing.MEMBER)

    def _withdraw(self, tx: Tx, policy: Policy, by: str, story_id: str) -> None:
        assert rights.take_back(tx, policy, user_id=by, value=story_id) is What.DONE

    def _unlink(self, tx: Tx) -> None:
        story = stories.find_by_number(tx, 7)
        assert story is not None and unlinking.unlink(tx, story.id)


def lived(migrated: Path, folder: Path, number: int) -> Life:
    """A life in a database that holds so much already."""
    file = folder / f"{number}.db"
    file.write_bytes(migrated.read_bytes())
    database = Database(f"sqlite:///{file}")
    now = datetime.now(UTC)
    with database.write_engine.begin() as connection:
        workspace = tellers.add_workspace(Tx(connection, "", now), POLICY.team_id, None).id
    fill(file, workspace, stories=number, drafts=number, channel=POLICY.digest_channel)
    life = Life(database, workspace, now)
    life.everything()
    return life


@pytest.fixture(scope="module")
def lives(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Life, Life]]:
    """The same life twice: beside a few stories, and beside many."""
    folder = tmp_path_factory.mktemp("lives")
    both = lived(migrated_file, folder, FEW), lived(migrated_file, folder, MANY)
    yield both
    for life in both:
        life.database.close()


def test_no_act_asks_more_often_beside_many_stories(lives: tuple[Life, Life]) -> None:
    """Each thing that people do takes exactly as many statements beside many stories and drafts as beside few."""
    few, many = lives
    assert few.counts == many.counts
    assert len(few.counts) > 25


def test_no_act_asks_very_often(lives: tuple[Life, Life]) -> None:
    """A message, a tick and a press take some ten statements; what is done once a story or a week, some dozens."""
    counts = lives[1].counts
    conversation = [count for name, count in counts.items() if name.startswith(("say", "tick", "press next"))]
    assert max(conversation) <= 24
    assert max(count for name, count in counts.items() if name.startswith("read ")) <= 25
    assert max(count for name, count in counts.items() if not name.startswith(WITHDRAWAL)) <= 170
    assert max(count for name, count in counts.items() if name.startswith(WITHDRAWAL)) <= 700  # some 25 messages
    assert lives[1].of_a_story <= 920  # some twenty messages, and as many and a half that answer them


def _bounded(sql: str) -> bool:
    return any(all(word in sql for word in words) for words in BOUNDED)


def test_no_statement_reads_a_whole_table(lives: tuple[Life, Life]) -> None:
    """Every statement of these acts finds its rows by an index, and by more than the workspace alone."""
    life = lives[1]
    with sqlite3.connect(life.database.path) as raw:
        wrong = {
            (table, sql): True
            for sql, given in life.statements.values()
            for table in whole_readings(raw, (sql, given)) - READ_WHOLE.keys()
            if not any(one in sql for one in SELDOM) and not (_bounded(sql) and not sorts(raw, (sql, given)))
        }
    assert not wrong, "\n\n".join(f"{table}: {sql}" for table, sql in wrong)


def test_an_index_that_is_gone_is_missed(lives: tuple[Life, Life], tmp_path: Path) -> None:
    """Without an index that conversations rest on, a statement would read a whole table: it is told."""
    life = lives[1]
    copy = tmp_path / "copy.db"
    copy.write_bytes(life.database.path.read_bytes())
    for name in ("ix_asked_workspace_draft_id", "ix_fragment_workspace_draft_id_prompt_id", "ix_draft_teller"):
        with sqlite3.connect(copy) as raw:
            resting = [one for one in life.statements.values() if name in indexes_used(raw, one)]
            assert resting and not any(whole_readings(raw, one) for one in resting), name
            raw.execute(f"DROP INDEX {name}")
        with sqlite3.connect(copy) as raw:  # another connection: the plans that this one has made, it keeps
            assert any(whole_readings(raw, one) for one in resting), name
