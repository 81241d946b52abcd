"""How many tickets came lately, and which of them have a card by now."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from desk.reach import EVERYTHING, Reach
from store import cards, tables
from store.cards import Place
from store.database import Session
from store.reaching import about, within

_row = tables.tickets.c


@dataclass(frozen=True)
class Named:
    """What is told of one of them, for which its history need not be read."""

    number: int
    subject: str
    customer: str
    customer_name: str


@dataclass(frozen=True)
class Crowd:
    """Tickets that came together.  carded: how many of them have their card; newest: some, the newest first;
    places: where the cards of those are."""

    count: int
    carded: int
    newest: Sequence[Named]
    places: dict[int, Place]


def newest(session: Session, *, reach: Reach = EVERYTHING) -> int:
    """The number of the newest ticket; 0 where there is none.  reach: of these desks."""
    found: int | None = session.execute(select(func.max(_row.number)).where(*within(reach))).scalar()
    return found or 0


def count(session: Session, after: int, last: int, *, reach: Reach = EVERYTHING) -> int:
    """How many tickets there are behind the one number, up to the other."""
    its = (_row.number > after, _row.number <= last, *within(reach))
    return session.execute(select(func.count()).select_from(tables.tickets).where(*its)).scalar_one()


def between(session: Session, after: int, last: int, *, most: int, reach: Reach = EVERYTHING) -> Crowd:
    """The tickets behind the one number, up to the other."""
    its = (_row.number > after, _row.number <= last, *within(reach))
    card = tables.cards.c
    have_one = (card.ticket > after, card.ticket <= last, *about(card.ticket, reach))
    carded = select(func.count()).select_from(tables.cards).where(*have_one)
    query = select(_row.number, _row.subject, _row.customer, _row.customer_name).where(*its)
    rows = session.execute(query.order_by(_row.number.desc()).limit(most))
    found = [Named(*row) for row in rows]
    places = cards.places_of(session, [ticket.number for ticket in found])
    total = count(session, after, last, reach=reach)
    return Crowd(total, session.execute(carded).scalar_one(), found, places)
