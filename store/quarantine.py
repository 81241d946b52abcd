"""Mail that claims a ticket and cannot prove it: what waits for a decision, and the three decisions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from sqlalchemy import ColumnElement, exists, func, select

from desk.actor import Actor
from desk.company import company_of
from desk.erasing import ERASED
from desk.event import Event, Kind
from desk.ticket import Ticket
from store import emails, tables, tickets
from store.database import Session
from store.emails import Email


class Contract(Protocol):
    """Who a customer writes for, and in what language they are answered."""

    @property
    def name(self) -> str: ...

    @property
    def language(self) -> str | None: ...


@dataclass(frozen=True)
class Held:
    """A quarantined mail.  mail: as it was kept, with its own subject, where it is known."""

    ticket: Ticket
    event: Event
    mail: Email | None

    @property
    def subject(self) -> str:
        return self.mail.subject if self.mail else self.ticket.subject


def waiting(session: Session) -> Sequence[Held]:
    """All that nobody has decided about, the oldest first."""
    row = tables.events.c
    query = select(row.ticket, row.seq).where(*_undecided()).order_by(row.at, row.ticket)
    return [held(session, number, seq) for number, seq in session.execute(query).all()]


def count(session: Session) -> int:
    """How many nobody has decided about."""
    query = select(func.count()).select_from(tables.events).where(*_undecided())
    found: int = session.execute(query).scalar_one()
    return found


def _undecided() -> tuple[ColumnElement[bool], ...]:
    row, later = tables.events.c, tables.events.alias().c
    decided = exists().where(
        later.ticket == row.ticket,
        later.kind.in_((Kind.ACCEPTED, Kind.DISMISSED)),
        later.detail["of"].as_integer() == row.seq,
    )
    return row.kind == Kind.QUARANTINED, row.text != ERASED, ~decided


def held(session: Session, number: int, seq: int) -> Held:
    """One of them.  Raises DeskError where that is no held mail."""
    ticket = tickets.get(session, number)
    event = ticket.held(seq)
    kept = event.detail.get("inbox")
    known = emails.of_ticket(session, number)
    mail = next((mail for mail in known if kept is not None and mail.inbox == kept), None)
    return Held(ticket, event, mail)


def accept(session: Session, number: int, seq: int, *, by: Actor, at: datetime) -> None:
    """Let the mail into the ticket it claims.  Raises DeskError, also when somebody decided before."""
    tickets.get(session, number).accept(seq, by=by, at=at)


def drop(session: Session, number: int, seq: int, *, by: Actor, at: datetime) -> None:
    """Let the mail be.  Raises DeskError, as accept does."""
    tickets.get(session, number).dismiss(seq, by=by, at=at)


def detach(
    session: Session,
    number: int,
    seq: int,
    *,
    by: Actor,
    at: datetime,
    contract_of: Callable[[str], Contract | None],
) -> Ticket:
    """Open a ticket of its own for the mail.  Raises DeskError, as accept does."""
    found = held(session, number, seq)
    new = _own_ticket(found, contract_of(found.event.by.key))
    found.ticket.must_be_undecided(seq)
    tickets.add(session, new)
    if found.mail:  # its Message-ID stays where it is
        emails.keep(session, replace(found.mail, ticket=new.number, message_id=""))
    found.ticket.dismiss(seq, by=by, at=at, ticket=new.number)
    return new


def _own_ticket(found: Held, contract: Contract | None) -> Ticket:
    """Its clocks start when the mail came in.  Its sender proved nothing, so no machine answers it."""
    event = found.event
    return Ticket.open(
        by=event.by,
        at=event.at,
        subject=found.subject,
        text=event.text,
        confirm=False,
        detail={name: fact for name, fact in event.detail.items() if name != "reason"},
        client=contract.name if contract else company_of(event.by.key),
        language=(contract and contract.language) or found.ticket.language,
        desk=found.ticket.desk,
    )
