"""What a teller presses about permission, the form that they send, and `/story mydata`.

A listener reads the payload, has one thing done, and acknowledges it. Who may is settled in `permission.py`, in the
transaction that does it. `rooms.py` calls `register` and adds `COMMANDS`.
"""

from collections.abc import Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot import ids
from bot.commands import Call, Command, Commands
from bot.edge import Edge
from bot.outgoing import Rendered
from bot.pressed import Form, form_of, press_of
from bot.rights import mydata, permission
from bot.rights import permission_blocks as blocks
from bot.rights.permission_rules import Problem, Wish
from bot.story.policy import Policy
from bot.text import normalise, one_line
from storage.database import Tx
from storage.records import Naming, Place

Body = dict[str, Any]


def register(app: AsyncApp, edge: Edge, notice_version: Callable[[], int]) -> None:
    """Listen. `notice_version` is that of the notice in use, which the form names and the permission keeps."""

    @app.action(ids.CHANGE_PERMISSION)
    async def on_change(ack: AsyncAck, body: Body) -> None:
        press = press_of(body)

        def form(tx: Tx, policy: Policy) -> Body | Problem:
            found = permission.look(tx, press.user_id, press.value)
            if isinstance(found, Problem):
                return found
            return blocks.form(policy, found, notice_version=notice_version())

        found = await edge.read(form)
        if isinstance(found, Problem) or not await edge.open_view(body, found):
            problem = found if isinstance(found, Problem) else Problem.NOT_OPENED
            await edge.once(body, lambda tx, policy: permission.say(tx, press, problem))
        await ack()

    @app.view(ids.PERMISSION_VIEW)
    async def on_save(ack: AsyncAck, body: Body) -> None:
        sent = form_of(body)
        wish = wish_of(sent)
        if wish is None:
            await ack(response_action="errors", errors={blocks.PLACES: blocks.problem_words(Problem.NOT_OFFERED)})
            return
        notice = notice_of(sent)

        def change(tx: Tx, policy: Policy) -> permission.Done | Problem:
            return permission.change(tx, policy, by=sent.user_id, wish=wish, notice_version=notice)

        done = await edge.once(body, change)
        if isinstance(done, Problem):
            await ack(response_action="errors", errors={blocks.box_of(done): blocks.problem_words(done)})
        else:
            await ack()

    def notice_of(form: Form) -> int:
        """The notice that the form named when it was opened; today's, should the form not say."""
        last = form.metadata.rpartition(":")[2]
        return int(last) if last.isdecimal() else notice_version()


def wish_of(form: Form) -> Wish | None:
    """What a form says; None when it is none of ours."""
    story_id, version, _ = [*form.metadata.split(":"), "", ""][:3]
    try:
        places = frozenset(Place(one) for one in form.chosen.get(blocks.PLACES, ()))
        naming = Naming(form.choice(blocks.NAMING))
        number = int(version)
    except ValueError:
        return None
    typed = form.typed.get(blocks.CREDIT)
    line = None if typed is None else one_line(normalise(typed))
    return Wish(story_id, number, places, naming, line)


async def _mydata(edge: Edge, call: Call) -> Rendered | None:
    held = await edge.once(call.body, lambda tx, policy: mydata.ask(tx, policy, call.user_id))
    if held is False:
        return await edge.read(lambda tx, policy: mydata.work(tx, policy, call.user_id))
    return blocks.said("I'm putting together what I hold about you. It comes in our direct message, to you alone.")


COMMANDS: Commands = {"mydata": Command(_mydata, f"{ids.COMMAND} mydata")}
