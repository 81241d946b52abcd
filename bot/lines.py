"""What the thread and the leads read about an event."""

from collections.abc import Callable

from bot import asleep, blocks, kin, mails_in, mails_out, notices, opinions, purse
from bot.blocks import Block, Post, escape, one_line, plain
from bot.named import files_of
from bot.saying import WHOLE_MAIL, small, who
from bot.style import Style
from bot.words import MARKS, ticket_name
from desk.actor import Door, Role
from desk.erasing import is_erased
from desk.event import Event, Kind
from desk.priority import Priority
from desk.status import Status
from desk.ticket import Ticket
from desk.withdrawal import taken_back

_LOUD = 75
"""Percent of a target from which the channel, and not only the thread, is told."""


def draw(ticket: Ticket, event: Event, style: Style) -> Post:
    """The message about an event for the ticket's thread."""
    drawn = (_erased if is_erased(event) else _DRAWN[event.kind])(ticket, event, style)
    name = ticket_name(style.prefix, ticket.number)
    said = f"{name}: {who(event)} {event.kind.words} · {one_line(ticket.subject, 100)}"
    return Post(escape(said), drawn, broadcast=_is_loud(ticket, event))


def _is_loud(ticket: Ticket, event: Event) -> bool:
    match event.kind:
        case Kind.CUSTOMER_WROTE:
            return ticket.owner is None
        case Kind.WARNED:
            return int(event.detail["level"]) >= _LOUD
        case Kind.REOPENED:
            ended = _status_before(ticket, event) in (Status.RESOLVED, Status.CANCELLED)
            return ended and event.by.key != ticket.owner  # who reopens what is theirs knows
    return asleep.is_loud(ticket, event)


def _status_before(ticket: Ticket, event: Event) -> Status | None:
    return ticket.event(event.seq - 1).status if event.seq > 1 else None


def _noted(ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    words = ticket.note_as_it_is(event)
    if words is None:
        return small(f"📝 {who(event)} took back a note")
    edited = " (edited)" if ticket.is_edited(event) else ""
    where = " above it" if event.by.door is Door.MAIL else " a note"
    said = blocks.context(plain(f"📝 {who(event)} wrote{where}{edited}"))
    return [said, *blocks.quotes(words, limit=WHOLE_MAIL)]


def _taken(_ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    return small(f"{MARKS[Status.IN_PROGRESS]} {who(event)} took it")


def _assigned(_ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    before, owner = event.detail.get("before") or "nobody", event.detail.get("name")
    if not event.detail.get("owner"):
        return small(f"👤 {who(event)} gave it back: it is nobody's now (was {before}'s)")
    if event.detail.get("owner") == event.by.key:
        return small(f"👤 {who(event)} took over from {before}")
    said = blocks.word(f"👤 {who(event)} handed it from {one_line(str(before), 80)} to ")
    return [blocks.paragraph(said, asleep.called(str(event.detail["owner"]), str(owner)))]


def _prioritised(_ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    before = Priority(event.detail["before"]).words
    late = " (the date it gives had already passed: reclassified)" if event.detail.get("reclassified") else ""
    return small(f"🏷️ {who(event)} changed the priority from {before} to {event.priority.words}{late}")


def _extended(_ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    return small(f"{MARKS[Status.WAITING_FOR_CUSTOMER]} {who(event)} gave the customer the whole time again")


def _reminded(_ticket: Ticket, _event: Event, _style: Style) -> list[Block]:
    return small("🔔 The customer is reminded of our question")


def _resolved(ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    if event.seq in taken_back(ticket.history):
        return small(f"{MARKS[Status.RESOLVED]} {who(event)} resolved it, and took that back")
    if event.by.role is Role.SYSTEM:
        return small(f"{MARKS[Status.RESOLVED]} Resolved: the customer did not answer our question")
    return _ended(f"{MARKS[Status.RESOLVED]} {who(event)} resolved it", event)


def _cancelled(ticket: Ticket, event: Event, style: Style) -> list[Block]:
    if event.seq in taken_back(ticket.history):
        return small(f"{MARKS[Status.CANCELLED]} {who(event)} cancelled it, and took that back")
    said = f"{MARKS[Status.CANCELLED]} {who(event)} cancelled it{kin.because(event, style.prefix)}"
    return _ended(said, event)


def _kin(ticket: Ticket, event: Event, style: Style) -> list[Block]:
    back = ": taken back" if event.seq in taken_back(ticket.history) else ""
    return small(kin.said(event, style.prefix) + back)


def _ended(said: str, event: Event) -> list[Block]:
    words = blocks.quotes(event.text, limit=WHOLE_MAIL) if event.text.strip() else []
    return [*small(said), *words, *(small(f"📎 {', '.join(files_of(event))}") if files_of(event) else [])]


def _reopened(ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    before = _status_before(ticket, event)
    again = "is ready to work on again" if before is Status.WAITING_FOR_CUSTOMER else "is open again"
    return small(f"{MARKS[Status.WAITING_FOR_SUPPORT]} It {again} ({who(event)})")


def _closed(_ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    return small(f"{MARKS[Status.CLOSED]} Closed for good ({who(event)})")


def _exported(_ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    return small(f"📦 {who(event)} took the whole ticket along as a file")


def _erased(_ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    return small(f"🧹 {event.kind.words.capitalize()}: what stood here is erased")


def _plainly(_ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    return small(f"{who(event)}: {event.kind.words}")


_DRAWN: dict[Kind, Callable[[Ticket, Event, Style], list[Block]]] = dict.fromkeys(Kind, _plainly) | {
    Kind.NOTED: _noted,
    Kind.TAKEN: _taken,
    Kind.ASSIGNED: _assigned,
    Kind.PRIORITISED: _prioritised,
    Kind.EXTENDED: _extended,
    Kind.WARNED: notices.draw,
    Kind.REMINDED: _reminded,
    Kind.RESOLVED: _resolved,
    Kind.REOPENED: _reopened,
    Kind.CANCELLED: _cancelled,
    Kind.JOINED: _kin,
    Kind.SOLVED_ELSEWHERE: _kin,
    Kind.CLOSED: _closed,
    Kind.EXPORTED: _exported,
    Kind.RATED: lambda ticket, event, style: opinions.line(ticket, event),
    **mails_in.DRAWN,
    **mails_out.DRAWN,
    **dict.fromkeys(purse.KINDS, purse.line),
    **dict.fromkeys(asleep.KINDS, asleep.line),
}
