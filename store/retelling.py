"""What was told in Slack and is there no more is owed again: a card with its thread, or one line."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from desk.delivery import Audience, Delivery, DeliveryState
from desk.event import Event, Kind
from desk.status import OPEN
from desk.ticket import Ticket
from store import cards, mapping, outbox, tables
from store.database import Session
from store.session import NEW_DELIVERY
from store.turns import IN_A_THREAD, PENDING

_row = tables.outbox.c


def card(session: Session, ticket: Ticket, *, at: datetime) -> None:
    """The card is gone: a new one is owed, and the whole thread after it."""
    cards.forget(session, ticket.number)
    outbox.owe_card(session, ticket)
    thread(session, ticket, at=at)


def thread(session: Session, ticket: Ticket, *, at: datetime) -> None:
    """All that the thread told is owed again, in order, with what is still owed and what agents typed."""
    said = or_(_row.reference != "", _row.audience == Audience.FILES)
    told = or_(_row.state.in_(PENDING), and_(_row.state == DeliveryState.DONE, said))
    before = outbox.find(session, _row.ticket == ticket.number, _row.audience.in_(IN_A_THREAD), told)
    session.execute(delete(tables.outbox).where(_row.id.in_([each.id for each in before])))
    owed = {(each.seq or 0, each.audience): _again(each, at) for each in before}
    for note in _typed(ticket):
        retold = Delivery(audience=Audience.AGENTS, not_before=at, repeated=True)
        owed.setdefault((note.seq, Audience.AGENTS), retold)
    for seq, audience in sorted(owed):
        again = mapping.rows_of_deliveries(ticket.number, seq, [owed[seq, audience]], cardless=True)
        session.do(NEW_DELIVERY, *again)


def lines(session: Session, number: int, references: Collection[str], *, at: datetime) -> int:
    """Those messages of a ticket's thread are gone: they are owed again, at its end; how many there were.

    Of two who find them gone at once, the second owes none: the first's may have been posted by then."""
    arrived = (_row.state == DeliveryState.DONE, _row.reference.in_(references))
    gone = outbox.find(session, _row.ticket == number, _row.audience == Audience.AGENTS, *arrived)
    return sum(_owed_anew(session, (_row.id == each.id, *arrived), at) for each in gone)


def _owed_anew(session: Session, which: Collection[ColumnElement[bool]], at: datetime) -> int:
    anew = {"state": DeliveryState.READY, "attempts": 0, "looked": 0, "first_try_at": None}
    anew |= {"not_before": at, "reference": "", "repeated": True, "token": tables.new_token()}
    return session.execute(update(tables.outbox).where(*which).values(anew)).rowcount


def owes_card(session: Session, number: int) -> bool:
    """Whether its card is on its way."""
    owed = outbox.find(session, _row.ticket == number, _row.audience == Audience.CARD)
    return any(each.state in PENDING for each in owed)


def told_in_thread(session: Session, number: int) -> frozenset[str]:
    """What Slack calls the messages of that ticket's thread, of those that the desk posted."""
    mine = (_row.ticket == number, _row.audience == Audience.AGENTS, _row.state == DeliveryState.DONE)
    found: Sequence[str] = session.scalars(select(_row.reference).where(*mine, _row.reference != "")).all()
    return frozenset(found)


def open_numbers(session: Session) -> Sequence[int]:
    """The tickets that somebody may still work on."""
    ticket = tables.tickets.c
    query = select(ticket.number).where(ticket.status.in_(OPEN)).order_by(ticket.number)
    found: Sequence[int] = session.scalars(query).all()
    return found


def _again(before: Delivery, at: datetime) -> Delivery:
    """As new.  What was not told yet is still due when it was, and no repetition."""
    told = before.state is DeliveryState.DONE
    due = at if told else before.not_before
    return Delivery(audience=before.audience, not_before=due, repeated=told or before.repeated)


def _typed(ticket: Ticket) -> list[Event]:
    """The notes that still stand."""
    notes = [event for event in ticket.history if event.kind is Kind.NOTED]
    return [note for note in notes if ticket.note_as_it_is(note) is not None]
