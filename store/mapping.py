"""How the desk's own classes lie in the tables, there and back.  The desk knows nothing of it."""

from collections.abc import Sequence
from typing import Any

from desk.actor import Actor
from desk.delivery import Delivery
from desk.event import Event
from desk.ticket import Ticket
from store import tables
from store.turns import IN_A_THREAD

_TICKET = [column.name for column in tables.tickets.c]
_EVENT = [column.name for column in tables.events.c]
_DELIVERY = [column.name for column in tables.outbox.c]

_NUMBERED = ("number", "attention_at", "due_at")
_OWN = ("chained",)
"""Columns that no ticket knows of."""

_ACTED = ("by_role", "by_key", "by_name", "by_door")
_FOR_TURNS = ("cardless",)
"""Columns that no delivery knows of."""

_OWED = {"id": "id", "ticket": "ticket_number", "seq": "seq", "token": "token"}
"""The columns of what the store gives to a delivery, and what that is called there."""

_OF_TICKET = [name for name in _TICKET if name not in (*_NUMBERED, *_OWN)]
_OF_EVENT = [name for name in _EVENT if name not in ("ticket", *_ACTED)]
_OF_DELIVERY = [name for name in _DELIVERY if name not in (*_OWED, *_FOR_TURNS)]


TICKET_CHANGES = [name for name in _TICKET if name not in ("number", *_OWN)]
NEW_DELIVERY = [name for name in _DELIVERY if name != "id"]


def ticket_of(row: Sequence[Any], history: list[Event]) -> Ticket:
    """The ticket of a whole row of the tickets."""
    facts = dict(zip(_TICKET, row, strict=True))
    number, attention_at, due_at = map(facts.pop, _NUMBERED)
    for name in _OWN:
        del facts[name]
    ticket = Ticket(history=history, **facts)
    ticket.number, ticket.attention_at, ticket.due_at = number, attention_at, due_at
    return ticket


def event_of(row: Sequence[Any]) -> Event:
    """The event of a whole row of the events, without what was owed for it."""
    facts = dict(zip(_EVENT, row, strict=True))
    del facts["ticket"]
    by = Actor(*map(facts.pop, _ACTED))
    return Event(by=by, **facts)


def delivery_of(row: Sequence[Any]) -> Delivery:
    """The delivery of a whole row of the outbox."""
    facts = dict(zip(_DELIVERY, row, strict=True))
    given = {name: facts.pop(column) for column, name in _OWED.items()}
    for name in _FOR_TURNS:
        del facts[name]
    delivery = Delivery(**facts)
    for name, value in given.items():
        setattr(delivery, name, value)
    return delivery


def row_of_ticket(ticket: Ticket) -> dict[str, Any]:
    """Its columns, but for the number."""
    facts = {name: getattr(ticket, name) for name in _OF_TICKET}
    return facts | {"attention_at": ticket.attention_at, "due_at": ticket.due_at}


def row_of_event(number: int, event: Event) -> dict[str, Any]:
    """The columns of an event of that ticket."""
    by = event.by
    facts = {"ticket": number, "by_role": by.role, "by_key": by.key, "by_name": by.name, "by_door": by.door}
    return facts | {name: getattr(event, name) for name in _OF_EVENT}


def rows_of_deliveries(
    number: int, seq: int | None, owed: Sequence[Delivery], *, cardless: bool = False
) -> list[dict[str, Any]]:
    """The columns of what an event of that ticket owes, each with a token of its own.

    cardless: whether the ticket surely has no card yet."""
    for delivery in owed:
        delivery.ticket_number, delivery.seq, delivery.token = number, seq, tables.new_token()
    return [
        {"ticket": number, "seq": seq, "token": delivery.token}
        | {"cardless": cardless and delivery.audience in IN_A_THREAD}
        | {name: getattr(delivery, name) for name in _OF_DELIVERY}
        for delivery in owed
    ]
