"""What people do with the app: click, choose, fill a dialog, type a command, open its Home."""

from typing import Any

from sandbox import forms, payloads
from sandbox.api_files import Files
from sandbox.delivery import Ack, Delivery
from sandbox.foreign import Foreign
from sandbox.installed import Installed
from sandbox.journal import Journal
from sandbox.messages import Message
from sandbox.modals import Modals, View
from sandbox.refused import Json, NotPossible, Refused
from sandbox.replies import Replies
from sandbox.workspace import Workspace
from sandbox.world import Person

TROUBLE = "We had some trouble connecting. Try again?"


class Gestures:
    """Each method is one gesture of one person, and gives back how the app took it.

    Raises NotPossible for what that person could not do in Slack."""

    def __init__(
        self,
        workspace: Workspace,
        modals: Modals,
        replies: Replies,
        delivery: Delivery,
        journal: Journal,
        app: Installed,
        foreign: Foreign,
        files: Files,
    ) -> None:
        self._workspace, self._modals, self._replies, self._app = workspace, modals, replies, app
        self._delivery, self._journal, self._foreign, self._files = delivery, journal, foreign, files

    async def use(self, who: str, where: str, ts: str, act: Json) -> Ack:
        """Click or choose in a message: `act` has action_id, and block_id or value where they are needed."""
        self._workspace.human(who)
        person, message = self._workspace.seen(who, where, ts)
        done = self._done(_as_seen(message, act), message.values, act)
        address = self._replies.address(person.id, message.channel, message)
        trigger = self._modals.trigger(person.id)
        payload = payloads.message_action(
            self._workspace, person, message, done, trigger=trigger, response_url=address
        )
        self._workspace.changed()
        return await self._gesture("interactive", payload)

    async def use_in_view(self, who: str, view_id: str, act: Json, values: Json) -> Ack:
        """Click or choose in a dialog or on App Home, with what stands in its inputs by now."""
        person, view = self._view(who, view_id)
        self._enter(view, values)
        done = self._done(view.blocks, view.values, act)
        trigger = self._modals.trigger(person.id)
        return await self._gesture("interactive", payloads.view_action(person, view, done, trigger=trigger))

    async def submit(self, who: str, view_id: str, values: Json) -> Json:
        """Submit a dialog; says what came of it: closed, errors, updated, pushed, cleared or unanswered."""
        person, view = self._view(who, view_id)
        if self._modals.top(person.id) is not view:
            raise NotPossible("another dialog lies on top of this one")
        self._enter(view, values)
        view.notice, view.errors = "", self._complaints(view)
        self._workspace.changed()
        if view.errors:
            return {"outcome": "errors", "errors": view.errors, "asked": False}
        payload = payloads.view_submission(person, view, trigger=self._modals.trigger(person.id))
        outcome = self._answered(view, await self._gesture("interactive", payload))
        self._workspace.changed()
        return {"outcome": outcome, "errors": view.errors, "notice": view.notice, "asked": True}

    async def close(self, who: str, view_id: str, everything: bool) -> None:
        person, view = self._view(who, view_id)
        gone = list(reversed(self._modals.stacks[person.id])) if everything else [view]
        cleared = everything or bool(view.body.get("clear_on_close"))
        self._modals.close(view, everything=cleared)
        self._workspace.changed()
        for one in gone:
            if one.body.get("notify_on_close"):
                closed = payloads.view_closed(person, one, is_cleared=everything)
                await self._gesture("interactive", closed)

    async def slash(self, who: str, where: str, command: str, words: str) -> Ack:
        self._workspace.human(who)
        person, channel = self._workspace.member(who, where)
        if not self._app.has_command(command):
            raise NotPossible(f"{command} is not a valid command")
        address = self._replies.address(person.id, channel.id)
        trigger = self._modals.trigger(person.id)
        payload = payloads.slash(person, channel, command, words, trigger=trigger, response_url=address)
        ack = await self._gesture("slash_commands", payload)
        if ack.taken and ack.payload:
            self._replies.said(person.id, channel.id, ack.payload)
        return ack

    async def shortcut(self, who: str, callback_id: str, where: str, ts: str) -> Ack:
        """A message shortcut when a message is named, else a global one."""
        person = self._workspace.human(who)
        if not self._app.has_shortcut(callback_id, "message" if ts else "global"):
            kind = "message" if ts else "global"
            raise NotPossible(f"{callback_id} is not a {kind} shortcut of {self._app.name}")
        trigger = self._modals.trigger(person.id)
        if not ts:
            at = self._workspace.clock.ts()
            return await self._gesture(
                "interactive", payloads.shortcut(person, callback_id, trigger=trigger, at=at)
            )
        _, message = self._workspace.seen(who, where, ts)
        channel = self._workspace.channels[message.channel]
        address = self._replies.address(person.id, channel.id, message)
        payload = payloads.message_shortcut(
            person, callback_id, channel, message, trigger=trigger, response_url=address
        )
        return await self._gesture("interactive", payload)

    def open_home(self, who: str) -> None:
        """Open the app's Home tab: the app hears of it and may publish."""
        if not self._app.home_tab:
            raise NotPossible(f"{self._app.name} has no Home tab")
        person = self._workspace.human(who)
        event: Json = {"type": "app_home_opened", "user": person.id, "tab": "home"}
        event |= {"channel": self._workspace.direct(person.id).id, "event_ts": self._workspace.clock.ts()}
        if person.id in self._modals.homes:
            event["view"] = self._modals.homes[person.id].shown()
        self._workspace.emit(event)

    async def _gesture(self, kind: str, payload: Json) -> Ack:
        ack = await self._delivery.gesture(kind, payload)
        self._workspace.changed()
        return ack

    def _view(self, who: str, view_id: str) -> tuple[Person, View]:
        person = self._workspace.human(who)
        view = self._modals.top(person.id)
        if view_id == "home":
            view = self._modals.homes.get(person.id)
        elif view_id:
            own = [
                *self._modals.stacks.get(person.id, []),
                *filter(None, [self._modals.homes.get(person.id)]),
            ]
            view = next((one for one in own if one.id == view_id), None)
        if view is None:
            raise NotPossible(f"{person.name} has no such dialog open")
        return person, view

    def _done(self, blocks: list[Json], values: Json, act: Json) -> Json:
        value = act.get("value")
        block, element = forms.find_element(blocks, act["action_id"], act.get("block_id") or "", value)
        state: Json = {}
        if element["type"] != "button":
            state = forms.entered(element, value)
            values.setdefault(block["block_id"], {})[element["action_id"]] = state
        return payloads.action(block, element, state, self._workspace.clock.ts())

    def _enter(self, view: View, values: Json) -> None:
        """Put values, named by block_id or action_id, into the inputs of a view."""
        inputs = forms.inputs_of(view.blocks)
        known = {name for block, element in inputs for name in (block["block_id"], element["action_id"])}
        if unknown := set(values) - known:
            raise NotPossible(
                f"the dialog has no {', '.join(sorted(unknown))}, only: {', '.join(sorted(known))}"
            )
        for block, element in inputs:
            for name in (block["block_id"], element["action_id"]):
                if name in values:
                    value = values[name]
                    if element["type"] == "file_input":
                        value = self._files.hand_in(view.user, element, value or [])
                    state = forms.entered(element, value)
                    view.values.setdefault(block["block_id"], {})[element["action_id"]] = state

    def _complaints(self, view: View) -> dict[str, str]:
        state = forms.state_of(view.blocks, view.values)["values"]
        found: dict[str, str] = {}
        for block, element in forms.inputs_of(view.blocks):
            if block["type"] != "input":
                continue
            if text := forms.complaint(block, element, state[block["block_id"]][element["action_id"]]):
                found[block["block_id"]] = text
        return found

    def _answered(self, view: View, ack: Ack) -> str:
        answer: Any = ack.payload or {}
        asked = answer.get("response_action", "") if isinstance(answer, dict) else ""
        try:
            return self._carry_out(view, ack, asked, answer)
        except (Refused, KeyError, AttributeError) as wrong:
            view.notice = TROUBLE
            self._journal.note("fault", "response_action", why=str(wrong), answer=answer)
            return "unanswered"

    def _carry_out(self, view: View, ack: Ack, asked: str, answer: Json) -> str:
        if not ack.taken:
            view.notice = TROUBLE
            return "unanswered"
        if asked == "errors":
            known = {block["block_id"] for block, _ in forms.inputs_of(view.blocks)}
            if not answer["errors"] or set(answer["errors"]) - known:
                raise Refused("invalid_arguments", ["errors must name input blocks of the view"])
            view.errors = dict(answer["errors"])
            return "errors"
        self._foreign.check(answer)
        if asked == "update":
            self._modals.update(view, answer["view"])
            return "updated"
        if asked == "push":
            self._modals.stack(view.user, answer["view"])
            return "pushed"
        self._modals.close(view, everything=asked == "clear")
        return "cleared" if asked == "clear" else "closed"


def _as_seen(message: Message, act: Json) -> list[Json]:
    """The blocks that were clicked on: a message may be drawn anew while somebody's finger comes down."""
    name, block_id = act["action_id"], act.get("block_id") or ""
    seen = [message.blocks, *reversed(message.as_before)]
    return next((blocks for blocks in seen if forms.has_element(blocks, name, block_id)), message.blocks)
