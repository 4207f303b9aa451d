"""Who may do what, by which way: every cell of the table is tried through a real Bolt app, as Slack would send it.

Roles × verbs × ways. A way is a typed command, a button, a form (or a button in one), or a forged value. What a cell
says is what happens; where it says anything but DONE, the story stays exactly as it was.
"""

import asyncio
import json
import secrets
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import pytest
from review_desk import Desk
from review_house import AMIRA, JOE, POLICY, SAM, version_of

from bot import ids
from bot.digest import listeners as digest_listeners
from bot.rehearsal.slack import interactions
from bot.rehearsal.slack.workspace import REVIEW_CHANNEL
from bot.review import modals, service
from bot.story import declining
from storage import drafts, stories, tellers
from storage.database import Tx
from storage.records import Story, StoryStatus
from storage.tables import OutboxRowTable
from tests.sending import TWO_NIGHTS

DONE, FORM, DENIED, OWN, UNKNOWN, NOTHING = "done", "a form", "only reviewers", "own story", "no such verb", "nothing"
GUEST, FORMER, STRANGER = "U0GUEST001", "U0FORMER01", "U0STRANGE1"
ROLES = {
    "teller": SAM,  # told this story, reviews nothing
    "author": JOE,  # a reviewer, told this story
    "reviewer": AMIRA,
    "removed reviewer": FORMER,  # the cards are still on their screen
    "guest": GUEST,
    "other workspace": STRANGER,  # shares the channel from another organisation
}
WAYS = ("command", "button", "form", "forged")
_REVIEWER = {
    #            command   button  form   forged value
    "approve": (DONE, DONE, DONE, NOTHING),
    "ask": (DONE, FORM, DONE, NOTHING),
    "decline": (DONE, FORM, DONE, NOTHING),
    "redact": (FORM, FORM, DONE, NOTHING),
    "suggest": (FORM, FORM, DONE, NOTHING),
    "sensitive": (DONE, DONE, DONE, NOTHING),
    "undo": (UNKNOWN, DONE, DONE, NOTHING),
    "hold": (UNKNOWN, DONE, DONE, NOTHING),
}
_AUTHOR = {
    **dict.fromkeys(("approve", "ask", "decline", "redact", "suggest", "sensitive"), (OWN, OWN, OWN, NOTHING)),
    "undo": (UNKNOWN, OWN, OWN, NOTHING),
    "hold": (UNKNOWN, DONE, DONE, NOTHING),  # a later week decides nothing about it
}
_OTHERS = {
    **dict.fromkeys(("approve", "ask", "decline", "redact", "suggest", "sensitive"), (DENIED, DENIED, DENIED, NOTHING)),
    "undo": (UNKNOWN, DENIED, DENIED, NOTHING),
    "hold": (UNKNOWN, DENIED, NOTHING, NOTHING),  # the preview has no form: a made-up one has nowhere to be answered
}
TABLE = {role: {"reviewer": _REVIEWER, "author": _AUTHOR}.get(role, _OTHERS) for role in ROLES}
TYPED = {"ask": "ask {n} Who knew?", "decline": "decline {n} Too near.", "hold": "hold {n}"}
ACTIONS = {
    "approve": ids.APPROVE,
    "ask": ids.ASK,
    "decline": ids.DECLINE,
    "redact": ids.REDACT,
    "suggest": ids.SUGGEST,
    "sensitive": ids.SENSITIVE,
    "undo": ids.UNDO,
    "hold": ids.HOLD,
}
FORMS = {
    "ask": (ids.ASK_VIEW, {modals.QUESTION: "Who knew?"}),
    "decline": (ids.DECLINE_VIEW, {declining.COMMENT: "Too near."}),
    "redact": (ids.REDACT_VIEW, {f"{modals.ANSWER}p4": "She waited [removed]."}),
    "suggest": (ids.SUGGEST_VIEW, {f"{modals.ANSWER}p4": "They waited, in other words."}),
}


@dataclass(frozen=True)
class Came:
    """What came of one try."""

    answer: str
    """All that the person was told."""
    form: bool
    before: Story
    after: Story


class Doors:
    """Every way in, for anybody, with any value."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.workspace = desk, desk.rehearsal.workspace
        for user_id, name, flags in (
            (SAM, "told-it", {}),
            (FORMER, "former", {}),
            (GUEST, "guest", {"is_restricted": True}),
            (STRANGER, "stranger", {"is_stranger": True}),
        ):
            self.workspace.add_person(name, name.title(), id=user_id, **flags)
            self.workspace.conversations[REVIEW_CHANNEL].members.append(user_id)
            self.workspace.direct_message(user_id)
        digest_listeners.register(desk.app, desk.edge)

    async def story(self, verb: str, teller: str) -> Story:
        """A story as the verb finds it: in the queue, or approved by a reviewer who is neither role."""
        house = self.desk.house
        story = await asyncio.to_thread(house.tell, by=teller)
        if verb in ("undo", "hold"):
            house.policy = replace(POLICY, reviewers=POLICY.reviewers | {"U0THIRD001"})
            await asyncio.to_thread(house.do, service.approve, by="U0THIRD001", target=house.at(story))
            house.policy = POLICY
        return await asyncio.to_thread(house.story, story)

    async def try_it(self, way: str, verb: str, user_id: str, story: Story, value: str | None = None) -> Came:
        """One try; returns what came of it."""
        before = await asyncio.to_thread(self.desk.house.story, story)
        told = len(await asyncio.to_thread(self.told, user_id))
        given = value or f"{story.id}:{story.current_version}"
        trigger = self.workspace.views.new_trigger(user_id)
        hub = self.desk.rehearsal.hub
        match way:
            case "command":
                payload = await hub.send_command(self._command(verb, user_id, story, trigger))
            case "form" if verb in FORMS:
                payload = await hub.send_interactive(
                    self._submission(verb, user_id, given, trigger), accepts_payload=True
                )
            case _:
                press = self._press(verb, user_id, given, trigger, in_form=way == "form")
                payload = await hub.send_interactive(press)
        lines = (await asyncio.to_thread(self.told, user_id))[told:]
        opened = self.workspace.views.top(user_id) is not None
        self.workspace.views.close_all(user_id)
        after = await asyncio.to_thread(self.desk.house.story, story)
        return Came(json.dumps([payload, lines]), opened, before, after)

    def told(self, user_id: str) -> list[str]:
        """What is in line for this person, as codes."""

        def look(tx: Tx) -> list[str]:
            rows = tx.connection.execute(
                OutboxRowTable.__table__.select()
                .with_only_columns(OutboxRowTable.args)
                .where(OutboxRowTable.person == user_id)
                .order_by(OutboxRowTable.enqueued_at, OutboxRowTable.seq)
            )
            return [json.dumps(row[0]) for row in rows]

        return self.desk.house.read(look)

    def _command(self, verb: str, user_id: str, story: Story, trigger: str) -> dict[str, Any]:
        text = TYPED.get(verb, verb + " {n}").format(n=story.number)
        place = self.workspace.conversations[REVIEW_CHANNEL]
        return interactions.slash_command(
            self.workspace, user_id, place, command="/story", text=text, trigger_id=trigger, url="http://127.0.0.1:9/x"
        )

    def _common(self, kind: str, user_id: str, trigger: str) -> dict[str, Any]:
        profile = self.workspace.directory.profiles[user_id]
        return {
            "type": kind,
            "user": {"id": user_id, "username": profile.name, "name": profile.name, "team_id": profile.team_id},
            "api_app_id": self.workspace.app_id,
            "token": "rehearsal",
            "team": {"id": profile.team_id, "domain": "somewhere"},
            "trigger_id": trigger,
        }

    def _press(self, verb: str, user_id: str, value: str, trigger: str, *, in_form: bool) -> dict[str, Any]:
        action = {"type": "button", "block_id": "b", "action_id": ACTIONS[verb], "value": value, "action_ts": "1.1"}
        body = self._common("block_actions", user_id, trigger) | {"actions": [action]}
        if in_form:
            view = {
                "id": "V1",
                "type": "modal",
                "callback_id": ids.CARD_VIEW,
                "private_metadata": f"{value}:{REVIEW_CHANNEL}",
            }
            return body | {"container": {"type": "view", "view_id": "V1"}, "view": view}
        container = {"type": "message", "message_ts": "1.1", "channel_id": REVIEW_CHANNEL, "is_ephemeral": False}
        return body | {"container": container, "channel": {"id": REVIEW_CHANNEL, "name": "story-review"}}

    def _submission(self, verb: str, user_id: str, value: str, trigger: str) -> dict[str, Any]:
        callback_id, boxes = FORMS[verb]
        values = {box: {box: {"type": "plain_text_input", "value": words}} for box, words in boxes.items()}
        view = {
            "id": f"V{secrets.token_hex(4)}",
            "type": "modal",
            "callback_id": callback_id,
            "private_metadata": f"{value}:{REVIEW_CHANNEL}",
            "state": {"values": values},
        }
        return self._common("view_submission", user_id, trigger) | {"view": view}


def means(came: Came, verb: str) -> str:
    """What came of it, in the words of the table."""
    if "I don't know" in came.answer:
        said = UNKNOWN
    elif "not_reviewer" in came.answer or "nly reviewers can" in came.answer or "only_reviewers" in came.answer:
        said = DENIED
    elif "own_story" in came.answer or "by the person who told it" in came.answer:
        said = OWN
    elif came.form:
        said = FORM
    else:
        # Other words that are suggested are on their way to the author, and the story stands as it stood.
        on_its_way = verb == "suggest" and '\\"what\\": \\"done\\"' in came.answer
        said = DONE if came.after != came.before or on_its_way else NOTHING
    if said is DONE:
        assert did(came.after) == did_by(verb), (verb, came)
    else:
        assert came.after == came.before
        assert came.form is (said is FORM)
    return said


def did(story: Story) -> tuple[StoryStatus, int | None, int, bool, bool]:
    return story.status, story.approved_version, story.current_version, story.held, story.care


def did_by(verb: str) -> tuple[StoryStatus, int | None, int, bool, bool]:
    """How a routine story stands after the verb."""
    return {
        "approve": (StoryStatus.APPROVED, 1, 1, False, False),
        "ask": (StoryStatus.ASKED, None, 1, False, False),
        "decline": (StoryStatus.DECLINED, None, 1, False, False),
        "redact": (StoryStatus.SUBMITTED, None, 2, False, False),
        "suggest": (StoryStatus.SUBMITTED, None, 1, False, False),
        "sensitive": (StoryStatus.SUBMITTED, None, 1, False, True),
        "undo": (StoryStatus.SUBMITTED, None, 1, False, False),
        "hold": (StoryStatus.APPROVED, 1, 1, True, False),
    }[verb]


@pytest.mark.parametrize(("role", "verb"), list(product(ROLES, _REVIEWER)))
async def test_every_way_does_what_the_table_says(desk: Desk, role: str, verb: str) -> None:
    """A person of this role tries this verb by command, by button and by form."""
    doors, who = Doors(desk), ROLES[role]
    teller = who if role in ("teller", "author") else "U0SOMEONE1"
    for way, wanted in zip(WAYS[:3], TABLE[role][verb], strict=False):
        story = await doors.story(verb, teller)
        came = await doors.try_it(way, verb, who, story)
        assert means(came, verb) == wanted, (way, came.answer)


def forged(desk: Desk) -> list[str]:
    """Values that no button of this workspace carries; one is the true value of another workspace's button."""
    with desk.house.database.write_engine.begin() as connection:
        other = tellers.add_workspace(Tx(connection, "", desk.house.clock()), "T0ELSEWHER", None).id
        tx = Tx(connection, other, desk.house.clock())
        drafts.remember_script(tx, "sha", "")
        theirs = stories.add(tx, version_of(TWO_NIGHTS, story_id=tx.new_id()), care=False, notice_version=1)
    return [f"{theirs.id}:1", "0000000000000000:1", "nonsense", "", "'; DROP TABLE story; --:1"]


@pytest.mark.parametrize("verb", list(_REVIEWER))
async def test_a_forged_value_does_nothing_for_anybody(desk: Desk, verb: str) -> None:
    """Reviewers or others: a value that names no version of a story here moves no story, here or there."""
    doors = Doors(desk)
    values = await asyncio.to_thread(forged, desk)
    story = await doors.story(verb, SAM)
    mine = [f"{story.id}:0", f"{story.id}:7", story.id, f"{story.id}:-1"]
    for who, value in product((AMIRA, FORMER), [*values, *mine]):
        for way in ("button", "form"):
            came = await doors.try_it(way, verb, who, story, value or "-")
            assert came.after == came.before, (who, way, value)
            assert not came.form
    elsewhere = values[0].partition(":")[0]
    with desk.house.database.write_engine.begin() as connection:
        rows = connection.exec_driver_sql("SELECT status, held, care FROM story WHERE id = ?", (elsewhere,)).all()
    assert [tuple(row) for row in rows] == [("submitted", 0, 0)]


async def test_one_reviewer_never_publishes_what_needs_two(desk: Desk) -> None:
    """The same person by command, button and form, in every order: still half approved."""
    doors = Doors(desk)
    for first, second, third in product(WAYS[:3], repeat=3):
        story = await asyncio.to_thread(desk.house.tell, by=SAM, care=True)
        for way in (first, second, third):
            came = await doors.try_it(way, "approve", AMIRA, story)
        assert (came.after.status, came.after.first_approver) == (StoryStatus.SUBMITTED, AMIRA)
