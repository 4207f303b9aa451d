"""What people do on the page, one function an act: they talk, press, choose, fill in modals and type commands.

Each reads what the page sent, lets the person do it through the real protocol, and says what came of it. What cannot
be is `Refused` with words for them. `server.py` calls `act`; what a control is set to is read in `values.py`.
"""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from bot.rehearsal.acting.person import NotAcknowledged, NotThere, Person
from bot.rehearsal.acting.screen import Place
from bot.rehearsal.slack.controls import Control, controls, text_of
from bot.rehearsal.slack.messages import Post
from bot.rehearsal.slack.socket_mode import Unanswered
from bot.rehearsal.slack.views import View

from . import state as page_state
from .room import Room
from .state import Refused
from .values import Fields, option_of, value_of

Json = dict[str, Any]
Act = Callable[[Room, Person, Fields], Awaitable[Json]]

GONE: Final = "That is not there any more."
SILENT: Final = {
    "dispatch_failed": "Altogether is not connected, so nothing happened. Try again in a moment.",
    "operation_timeout": "Altogether did not answer in time. Look whether it happened before you try again.",
}


async def act(room: Room, person: Person, body: Json) -> Json:
    """Does one act for this person, once the scene is over; returns what came of it. Raises `Refused`."""
    fields = Fields(body)
    doing = ACTS.get(fields.text("do", most=40))
    if doing is None:
        raise Refused(f"Nobody can do that here. There are: {', '.join(ACTS)}.", status=400)
    if doing not in HARMLESS:
        await room.free.wait()
    try:
        return {"ok": True} | await doing(room, person, fields)
    except NotThere as error:
        raise Refused(GONE) from error
    except NotAcknowledged as error:
        code = error.__cause__.code if isinstance(error.__cause__, Unanswered) else ""
        raise Refused(SILENT.get(code, f"Slack would refuse what Altogether answered: {error}")) from error


# -- talking -----------------------------------------------------------------------------------------------------------


async def _say(room: Room, person: Person, fields: Fields) -> Json:
    channel = page_state.conversation(room, person, fields.text("channel"))
    thread = fields.ts_or_none("thread_ts")
    if thread is not None and thread not in channel.posts:
        raise Refused(GONE)
    await room.minder.started()
    return {"ts": await person.say(fields.words("text"), channel=channel.id, thread_ts=thread, wait=False)}


async def _edit(room: Room, person: Person, fields: Fields) -> Json:
    post, words = _own(room, person, fields), fields.words("text")
    await room.minder.started()
    await person.edit(post.ts, words, wait=False)
    return {}


async def _delete(room: Room, person: Person, fields: Fields) -> Json:
    post = _own(room, person, fields)
    await room.minder.started()
    await person.delete(post.ts, wait=False)
    return {}


async def _upload(room: Room, person: Person, fields: Fields) -> Json:
    channel = page_state.conversation(room, person, fields.text("channel"))
    name, words = fields.file_name("filename"), fields.words("text", needed=False)
    thread = fields.ts_or_none("thread_ts")
    await room.minder.started()
    return {"ts": await person.upload(name, words, channel=channel.id, thread_ts=thread, wait=False)}


async def _react(room: Room, person: Person, fields: Fields) -> Json:
    post = _post(room, person, fields)
    await person.react(post.ts, fields.text("name", most=60), wait=False)
    return {}


async def _command(room: Room, person: Person, fields: Fields) -> Json:
    channel = page_state.conversation(room, person, fields.text("channel"))
    line = fields.words("text").strip()
    await room.minder.settled()
    answer = await person.command(line, channel=channel.id)
    if answer.error == "unknown_command":
        known = ", ".join(sorted(room.rehearsal.workspace.commands))
        raise Refused(f"{line.partition(' ')[0]} is no command here. There is: {known}")
    if answer.error is not None:
        raise Refused(SILENT.get(answer.error, f"Slack would refuse what Altogether answered: {answer.error}"))
    if answer.ts is None:
        return {"answer": None}
    return {"answer": page_state.message(room, person, person.post(answer.ts, channel.id))}


async def _open_home(room: Room, person: Person, fields: Fields) -> Json:
    await person.open_home(tab="messages" if fields.text("tab", needed=False) == "messages" else "home", wait=False)
    return {}


async def _read(room: Room, person: Person, fields: Fields) -> Json:
    channel = page_state.conversation(room, person, fields.text("channel"))
    thread = fields.ts_or_none("thread_ts")
    if thread is None:
        room.unread.read(person.profile.id, channel.id)
    room.guide.read(channel.id, thread)
    return {}


# -- pressing and choosing ---------------------------------------------------------------------------------------------


async def _press(room: Room, person: Person, fields: Fields) -> Json:
    place, control = _on_message(room, person, fields)
    await room.minder.settled()
    await _use(person, place, control, fields)
    return {}


async def _pick(room: Room, person: Person, fields: Fields) -> Json:
    place, control = _on_message(room, person, fields)
    await room.minder.settled()
    await _set(person, place, control, fields)
    state = page_state.message(room, person, place.post)["state"] if place.post else {}
    return {"state": state}


async def _view_press(room: Room, person: Person, fields: Fields) -> Json:
    place, control = _in_view(room, person, fields)
    await room.minder.settled()
    await _use(person, place, control, fields)
    return {}


async def _view_pick(room: Room, person: Person, fields: Fields) -> Json:
    place, control = _in_view(room, person, fields)
    await room.minder.settled()
    await _set(person, place, control, fields)
    return {}


async def _submit(room: Room, person: Person, fields: Fields) -> Json:
    view = _top(room, person, fields)
    await room.minder.settled()
    filled = fields.values_by_block("values")
    errors = {}
    for control in controls(view.blocks):
        block, action = control.key
        if action in filled.get(block, {}):
            try:
                view.state[control.key] = value_of(control, filled[block][action])
            except Refused as error:
                errors[block] = error.words
    if errors:
        view.errors = errors
        return {"errors": errors}
    return {"errors": await person.submit()}


async def _close_view(room: Room, person: Person, fields: Fields) -> Json:
    _top(room, person, fields)
    await person.close_view(wait=False)
    return {}


ACTS: Final[Mapping[str, Act]] = MappingProxyType(
    {
        "say": _say,
        "edit": _edit,
        "delete": _delete,
        "upload": _upload,
        "react": _react,
        "press": _press,
        "pick": _pick,
        "type": _pick,
        "view_press": _view_press,
        "view_pick": _view_pick,
        "view_type": _view_pick,
        "submit": _submit,
        "close_view": _close_view,
        "command": _command,
        "open_home": _open_home,
        "read": _read,
    }
)

HARMLESS: Final = (_read, _open_home)
"""These disturb no scene, so they need not wait until it is over."""


# -- finding what was meant --------------------------------------------------------------------------------------------


async def _use(person: Person, place: Place, control: Control, fields: Fields) -> None:
    """A button is pressed, or an option of an overflow menu picked; what asks first must have been answered yes."""
    confirm = control.element.get("confirm")
    if confirm and not fields.flag("confirmed"):
        asked = {key: text_of(confirm.get(key)) for key in ("title", "text", "confirm", "deny")}
        raise Refused("This asks first.", confirm=asked)
    if control.type == "overflow":
        await person.use(place, control, picked=option_of(control, fields.one_value()))
        return
    if control.type != "button":
        raise Refused("That can't be pressed.", status=400)
    await person.use(place, control)


async def _set(person: Person, place: Place, control: Control, fields: Fields) -> None:
    if control.type in ("button", "overflow"):
        await _use(person, place, control, fields)
        return
    await person.use(place, control, value=value_of(control, fields.value_or_values()))


def _on_message(room: Room, person: Person, fields: Fields) -> tuple[Place, Control]:
    post = _post(room, person, fields)
    blocks = post.blocks or []
    place = Place(blocks, person.state_on(post), "", post=post)
    return place, _control(blocks, fields)


def _in_view(room: Room, person: Person, fields: Fields) -> tuple[Place, Control]:
    view = room.rehearsal.workspace.views.find(view_id=fields.text("view_id"))
    if view is None or view.owner != person.profile.id:
        raise Refused(GONE)
    return Place(view.blocks, view.state, "", view=view), _control(view.blocks, fields)


def _control(blocks: list[Json], fields: Fields) -> Control:
    wanted = fields.text("block_id"), fields.text("action_id")
    found = next((control for control in controls(blocks) if control.key == wanted), None)
    if found is None:
        raise Refused(GONE)
    return found


def _top(room: Room, person: Person, fields: Fields) -> View:
    view = room.rehearsal.workspace.views.top(person.profile.id)
    if view is None or view.id != fields.text("view_id"):
        raise Refused(GONE)
    return view


def _post(room: Room, person: Person, fields: Fields) -> Post:
    channel = page_state.conversation(room, person, fields.text("channel"))
    return person.post(fields.ts("ts"), channel.id)


def _own(room: Room, person: Person, fields: Fields) -> Post:
    post = _post(room, person, fields)
    if post.user != person.profile.id:
        raise Refused("Only whoever wrote a message can change it.")
    return post
