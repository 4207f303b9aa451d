"""What one person does with their hands: pressing, choosing, filling in and sending modals.

Every act becomes Slack's own interactive body, and waits for the bot's ack, so that a script happens in order. Where
the person would have seen an error, `NotAcknowledged` is raised. Reading is in `screen.py`, talking in `person.py`.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

from bot.rehearsal.slack import interactions
from bot.rehearsal.slack.call import ApiError
from bot.rehearsal.slack.controls import ONE_OPTION, SEVERAL_OPTIONS, TYPED, Control, controls, state_of, text_of
from bot.rehearsal.slack.methods_views import check
from bot.rehearsal.slack.people import Profile
from bot.rehearsal.slack.response_urls import ResponseUrls
from bot.rehearsal.slack.socket_mode import Hub, Unanswered
from bot.rehearsal.slack.views import View, ViewError
from bot.rehearsal.slack.workspace import Change, Workspace

from .screen import NotThere, Place, Screen
from .shown import readable

Json = dict[str, Any]

REQUIRED = "Please complete this required field."
PICKED_BY_NAME = {"users_select": "selected_user", "multi_users_select": "selected_users"}
CHANNEL_BY_NAME = {"conversations_select": "selected_conversation", "channels_select": "selected_channel"}
PICKERS = {"datepicker": "selected_date", "timepicker": "selected_time"}


class NotAcknowledged(Exception):
    """The person saw an error instead of what they asked for."""


class Hands(Screen):
    """One person at their keyboard and mouse."""

    def __init__(self, profile: Profile, workspace: Workspace, *, hub: Hub, urls: ResponseUrls) -> None:
        super().__init__(profile, workspace)
        self.confirmed: list[str] = []  # every confirm box that was shown, as read
        self.troubles: list[NotAcknowledged] = []  # errors seen after acts that nobody waited for
        self._hub, self._urls = hub, urls
        self._later: set[asyncio.Task[None]] = set()

    async def press(
        self,
        label: str,
        *,
        ts: str | None = None,
        channel: str | None = None,
        beside: str | None = None,
        confirm: bool = True,
        wait: bool = True,
    ) -> None:
        """Presses the button of this label: in the open modal, else on the newest message that has it.

        `ts` and `channel` name the message; `beside` a text next to the button where several read alike. A confirm box
        is noted in `confirmed` and answered with `confirm`; answered no, nothing is sent. A modal's own buttons work.
        """
        modal = self._workspace.views.top(self.profile.id)
        if modal and ts is None and channel is None and beside is None:
            if label == text_of(modal.payload.get("submit")):
                await self.submit()
                return
            if label == text_of(modal.payload.get("close")):
                await self.close_view(wait=wait)
                return
        place, control = self.find(
            lambda c: _is_pressed_by(c, label), what=f"button [{label}]", ts=ts, channel=channel, beside=beside
        )
        if question := self.confirm_text(control):
            self.confirmed.append(question)
            if not confirm:
                return
        picked = next((o for o in control.options if text_of(o.get("text")) == label), None)
        await self._touch(place, control, picked=picked if control.type == "overflow" else None, wait=wait)

    async def choose(
        self,
        *labels: str,
        menu: str | None = None,
        ts: str | None = None,
        channel: str | None = None,
        wait: bool = True,
    ) -> None:
        """Makes exactly these the choice of the menu, radio buttons or tick boxes that have them all.

        `menu` names it by label, placeholder or action_id. Told to the app at once, as Slack does, except in input
        blocks that do not ask for it; each tick is told by itself.
        """
        what = f"choice of {', '.join(labels) or 'nothing'}" + (f" in {menu}" if menu else "")
        place, control = self.find(lambda c: self._offers(c, labels, menu), what=what, ts=ts, channel=channel)
        most = control.element.get("max_selected_items")
        if most is not None and len(labels) > most:
            raise NotThere(f"no more than {most} can be chosen there")
        for value in self._steps(place, control, labels):
            place.state[control.key] = value
            if control.sends_at_once:
                await self._touch(place, control, wait=wait)

    async def fill(self, label: str, value: str, *, ts: str | None = None, wait: bool = True) -> None:
        """Types `value` into the field of this label, placeholder or action_id, in place of what was there."""
        place, control = self.find(
            lambda c: (c.type in TYPED or c.type in PICKERS) and label in c.names, what=f"field {label}", ts=ts
        )
        longest = control.element.get("max_length")
        if longest is not None and len(value) > longest:
            raise NotThere(f"the field {label} takes no more than {longest} characters")
        place.state[control.key] = {PICKERS.get(control.type, "value"): value or None}
        if control.sends_at_once:
            await self._touch(place, control, wait=wait)

    async def submit(self) -> dict[str, str] | None:
        """Sends the open modal; returns what is wrong by block_id, or None once it was taken."""
        view = self._open_modal()
        view.errors = _unfinished(view)
        if not view.errors:
            body = interactions.view_submission(
                self._workspace,
                view,
                trigger_id=self._workspace.views.new_trigger(self.profile.id),
                new_url=lambda channel: self._urls.new(self.profile.id, channel),
            )
            payload = await self._ask(body, accepts_payload=True)
            self._follow(view, payload)
        return dict(view.errors) or None

    async def close_view(self, *, everything: bool = False, wait: bool = True) -> None:
        """Closes the view on top, or the whole modal; the app hears of it where it asked to."""
        view = self._open_modal()
        views = self._workspace.views
        everything = everything or bool(view.payload.get("clear_on_close"))
        closed = views.close_all(self.profile.id) if everything else [view]
        if not everything:
            views.close_top(self.profile.id)
        self._tell_view()
        for gone in closed:
            if gone.payload.get("notify_on_close"):
                body = interactions.view_closed(self._workspace, gone, is_cleared=everything)
                await self._do(self._ask(body), wait=wait)

    async def use(
        self, place: Place, control: Control, *, value: Json | None = None, picked: Json | None = None
    ) -> None:
        """Uses a control that was pointed at: `value` becomes its state, `picked` is the option of an overflow menu."""
        if value is not None:
            place.state[control.key] = value
        if value is None or control.sends_at_once:
            await self._touch(place, control, wait=True, picked=picked)

    # -- what that means -----------------------------------------------------------------------------------------

    async def _touch(self, place: Place, control: Control, *, wait: bool, picked: Json | None = None) -> None:
        workspace, me = self._workspace, self.profile.id
        moment = workspace.direct_message(me).next_ts(workspace.clock.now())
        acts = [interactions.action(control, place.state, action_ts=moment, picked=picked)]
        trigger = workspace.views.new_trigger(me, channel=place.post.channel if place.post else None)
        if place.view:
            body = interactions.view_actions(workspace, place.view, actions=acts, trigger_id=trigger)
        elif place.post:
            channel = workspace.conversations[place.post.channel]
            url = self._urls.new(me, channel, source=place.post)
            body = interactions.message_actions(
                workspace, me, place.post, actions=acts, state=place.state, trigger_id=trigger, url=url
            )
        else:
            raise ValueError("a control stands on a message or in a view")
        await self._do(self._ask(body), wait=wait)

    async def _ask(self, body: Json, *, accepts_payload: bool = False) -> Json:
        try:
            return await self._hub.send_interactive(body, accepts_payload=accepts_payload)
        except Unanswered as err:
            raise NotAcknowledged(f"{self.profile.real_name} saw an error: {err.code}") from err

    async def _do(self, act: Coroutine[Any, Any, object], *, wait: bool) -> None:
        if wait:
            await act
            return

        async def unattended() -> None:
            try:
                await act
            except NotAcknowledged as err:
                self.troubles.append(err)

        task = asyncio.get_running_loop().create_task(unattended())
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    def _follow(self, view: View, payload: Json) -> None:
        """Does what the ack of a modal asks for: close, clear, errors, update or push."""
        views, me = self._workspace.views, self.profile.id
        try:
            match payload.get("response_action"):
                case None:
                    views.close_top(me)
                case "clear":
                    views.close_all(me)
                case "errors":
                    errors = payload.get("errors")
                    view.errors = {str(k): str(v) for k, v in errors.items()} if isinstance(errors, dict) else {}
                    if not view.errors or not view.errors.keys() <= {b.get("block_id") for b in view.blocks}:
                        raise NotAcknowledged("errors for blocks that the modal does not have")
                case "update":
                    views.update(view, check(payload.get("view"), "modal"))
                case "push":
                    views.put_on_top(me, check(payload.get("view"), "modal"))
                case other:
                    raise NotAcknowledged(f"an unknown response_action: {other}")
        except (ApiError, ViewError) as err:
            details = err.extra if isinstance(err, ApiError) else ""
            raise NotAcknowledged(f"the app answered with a modal Slack refuses: {err.code} {details}") from err
        self._tell_view()

    def _offers(self, control: Control, labels: tuple[str, ...], menu: str | None) -> bool:
        if menu is not None and not any(menu in name for name in control.names):
            return False
        if control.type in PICKED_BY_NAME or control.type in CHANNEL_BY_NAME:
            return menu is not None
        if control.type not in ONE_OPTION + SEVERAL_OPTIONS:
            return False
        return all(self._option(control, label) is not None for label in labels)

    def _option(self, control: Control, label: str) -> Json | None:
        return next((o for o in control.options if label == readable(text_of(o.get("text")), self.name)), None)

    def _steps(self, place: Place, control: Control, labels: tuple[str, ...]) -> list[Json]:
        """Returns the control's states on the way to this choice: one, but for tick boxes, where every tick counts."""
        if control.type in PICKED_BY_NAME:
            ids = [p.id for label in labels if (p := self._workspace.directory.find(label))]
            several = control.type.startswith("multi")
            return [{PICKED_BY_NAME[control.type]: ids if several else ids[0] if ids else None}]
        if control.type in CHANNEL_BY_NAME:
            channels = [c.id for label in labels if (c := self._workspace.find_channel(label))]
            return [{CHANNEL_BY_NAME[control.type]: channels[0] if channels else None}]
        options = [o for label in labels if (o := self._option(control, label)) is not None]
        if control.type in ONE_OPTION:
            return [{"selected_option": options[0] if options else None}]
        if control.type != "checkboxes":
            return [{"selected_options": options}]
        ticked = list((state_of(control, place.state) or {}).get("selected_options") or [])
        steps: list[Json] = []
        for option in control.options:
            if (option in ticked) != (option in options):
                ticked = [o for o in control.options if (o in ticked) != (o is option)]
                steps.append({"selected_options": ticked})
        return steps

    def _open_modal(self) -> View:
        view = self._workspace.views.top(self.profile.id)
        if view is None:
            raise NotThere(f"{self.profile.real_name} has no modal open")
        return view

    def _tell_view(self) -> None:
        self._workspace.tell(Change("view", self.profile.id, only_for=self.profile.id))


def _is_pressed_by(control: Control, label: str) -> bool:
    if control.type == "overflow":
        return any(text_of(option.get("text")) == label for option in control.options)
    return control.type == "button" and text_of(control.element.get("text")) == label


def _unfinished(view: View) -> dict[str, str]:
    """Returns what the client itself would mark before sending: required and empty, or too short."""
    errors = {}
    for control in controls(view.blocks):
        if control.block.get("type") != "input":
            continue
        entry = state_of(control, view.state) or {}
        value = next((v for key, v in entry.items() if key != "type"), None)
        shortest = int(control.element.get("min_length") or 0)
        if not value and not control.block.get("optional"):
            errors[control.key[0]] = REQUIRED
        elif isinstance(value, str) and control.type in TYPED and value and len(value) < shortest:
            errors[control.key[0]] = f"Please enter at least {shortest} characters."
    return errors
