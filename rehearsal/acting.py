"""What people of a scenario do in Slack: through the desk's own listeners."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot import breaches, buttons, forms, gate, modals, quarantine, replying
from bot.click import Click as Clicked
from bot.house import House
from desk.actor import Actor, Door
from desk.breach import BREACH
from desk.errors import DeskError, NotAllowed, NotFound
from desk.event import Kind
from desk.status import Status
from rehearsal.diary import Diary
from rehearsal.people import Roster, id_of
from rehearsal.scenario import Click, Deed

_STOCK = {
    Deed.REPLY: "Thank you for your message. We are looking into it.",
    Deed.ASK: "Could you tell us a little more?",
    Deed.CANCEL: "This is not something that we can do for you.",
    Deed.NOTE: "Looked at it.",
}
"""What people write where the scenario does not say."""


def _silent(*_said: Any, **_more: Any) -> None:
    """What Slack hears of a click is nothing to a rehearsal."""


_ack: Any = _silent


@dataclass(frozen=True)
class Asked:
    """A click on its way to the listener."""

    click: Clicked
    actor: Actor
    house: House
    said: Click

    @property
    def words(self) -> str:
        """What was written, or a stock sentence where the scenario says nothing."""
        return _STOCK.get(self.said.do, "") if self.said.text is None else self.said.text

    def form(self, **more: str) -> Any:
        """The form as Slack sends it back."""
        values: dict[str, Any] = {"text": {"text": {"value": self.words}}}
        values |= {name: {name: {"selected_option": {"value": value}}} for name, value in more.items()}
        return {"state": {"values": values}}


class Acting:
    """Lets the people of a scenario act."""

    def __init__(self, house: House, people: Roster, diary: Diary) -> None:
        self._house = house
        self._people = people
        self._diary = diary
        self._clicks = 0

    def act(self, said: Click, number: int) -> None:
        """Do what a click asks for.  Raises DeskError, with the words that the person would read."""
        door = Door.THREAD if said.do is Deed.NOTE else Door.BUTTON
        actor = self._people.person(said.by, said.role, door=door)
        if actor is None:
            raise NotAllowed(gate.NOT_YOURS)
        version = self._diary.version_of(number)
        if not version:
            raise NotFound(number)
        self._clicks += 1
        drawn = version if said.version is None else said.version
        click = Clicked(f"rehearsal:{self._clicks}", number, drawn, self._choice(said, number))
        _LISTENERS[said.do](Asked(click, actor, self._house, said))

    def _choice(self, said: Click, number: int) -> str:
        if said.do is Deed.EXPLAIN:
            seq = self._diary.last(number, _is_breach)
            if not seq:
                raise DeskError("No promise of this ticket is broken.")
            return f"{seq}_{said.to}"
        if said.do in (Deed.ACCEPT, Deed.DETACH):
            return str(self._diary.last(number, lambda kind, _: kind is Kind.QUARANTINED))
        return ""


def _is_breach(kind: Kind, detail: Mapping[str, Any]) -> bool:
    return kind is Kind.WARNED and int(detail["level"]) >= BREACH


def _reply(asked: Asked) -> None:
    replying.on_reply(_ack, asked.form(then=asked.said.to or "keep"), asked.click, asked.actor, asked.house)


def _ask(asked: Asked) -> None:
    replying.on_reply(_ack, asked.form(then="ask"), asked.click, asked.actor, asked.house)


def _resolve(asked: Asked) -> None:
    window = asked.form() | {"callback_id": forms.RESOLVE}
    replying.on_reply(_ack, window, asked.click, asked.actor, asked.house)


def _cancel(asked: Asked) -> None:
    window = asked.form() | {"callback_id": forms.CANCEL}
    replying.on_reply(_ack, window, asked.click, asked.actor, asked.house)


def _priority(asked: Asked) -> None:
    modals.on_priority(_ack, asked.form(level=asked.said.to), asked.click, asked.actor, asked.house)


def _status(asked: Asked) -> None:
    wanted = Status(asked.said.to)
    if wanted in buttons.AT_ONCE:
        _by_button(buttons.AT_ONCE[wanted])(asked)
    else:
        _WITH_WORDS[wanted](asked)


def _assign(asked: Asked) -> None:
    name, by = asked.said.to, asked.actor
    asked.house.act(asked.click, by, lambda ticket, at: ticket.assign(id_of(name), name, by=by, at=at))


def _note(asked: Asked) -> None:
    """A note holds whatever else happened: what is typed in a thread compares no version."""
    asked.house.act(
        asked.click, asked.actor, lambda ticket, at: ticket.note(asked.words, by=asked.actor, at=at)
    )


def _by_button(listener: Callable[..., None]) -> Callable[[Asked], None]:
    return lambda asked: listener(_ack, asked.click, asked.actor, asked.house)


_WITH_WORDS: dict[Status, Callable[[Asked], None]] = {
    Status.WAITING_FOR_CUSTOMER: _ask,
    Status.RESOLVED: _resolve,
    Status.CANCELLED: _cancel,
}

_LISTENERS: dict[Deed, Callable[[Asked], None]] = {
    Deed.TAKE: _by_button(buttons.on_take),
    Deed.REPLY: _reply,
    Deed.ASK: _ask,
    Deed.RESOLVE: _resolve,
    Deed.CANCEL: _cancel,
    Deed.REOPEN: _by_button(buttons.on_reopen),
    Deed.CLOSE: _by_button(buttons.on_close),
    Deed.PRIORITY: _priority,
    Deed.STATUS: _status,
    Deed.ASSIGN: _assign,
    Deed.EXTEND: _by_button(buttons.on_extend),
    Deed.NOTE: _note,
    Deed.ACCEPT: _by_button(quarantine.on_accept),
    Deed.DETACH: _by_button(quarantine.on_detach),
    Deed.EXPLAIN: _by_button(breaches.on_breach),
}
"""The listener of each control, as it is called by Slack."""
