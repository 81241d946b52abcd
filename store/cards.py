"""Where in Slack each ticket's card stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, update

from store import tables, turns
from store.database import Session
from store.fixed import Fixed

_row = tables.cards.c


_PLACE = Fixed(select(_row.channel, _row.ts).where(_row.ticket == bindparam("number")))
_NEW = Fixed(insert(tables.cards))
_GONE = Fixed(delete(tables.cards).where(_row.ticket == bindparam("number")))
_HAVE_ONE = Fixed(
    update(tables.outbox)
    .where(tables.outbox.c.ticket == bindparam("number"), tables.outbox.c.cardless)
    .values(cardless=False)
)


@dataclass(frozen=True)
class Place:
    """A message in Slack: its channel, and its ts, which is also its thread's."""

    channel: str
    ts: str


def place_of(session: Session, number: int) -> Place | None:
    """Where the card of that ticket is, once it has been posted."""
    found = session.first(_PLACE, number=number)
    return Place(*found) if found else None


def places_of(session: Session, numbers: Iterable[int]) -> dict[int, Place]:
    """Where the cards of these tickets are, of those that have been posted."""
    found = session.execute(select(_row.ticket, _row.channel, _row.ts).where(_row.ticket.in_(list(numbers))))
    return {number: Place(channel, ts) for number, channel, ts in found}


def ticket_at(session: Session, place: Place) -> int | None:
    """Whose card that message is."""
    return session.execute(
        select(_row.ticket).where(_row.channel == place.channel, _row.ts == place.ts)
    ).scalar()


def keep(session: Session, number: int, place: Place, *, at: datetime) -> None:
    """Remember where the card was posted, instead of where it was before: what its thread is owed can go."""
    forget(session, number)
    session.do(_NEW, {"ticket": number, "channel": place.channel, "ts": place.ts, "posted_at": at})
    free(session, [number])


def stranded(session: Session) -> Sequence[int]:
    """The tickets whose threads wait for a card that is there: a process of an earlier version posted it."""
    owed = tables.outbox.c
    query = (
        select(_row.ticket).join(tables.outbox, owed.ticket == _row.ticket).where(turns.without_card(owed))
    )
    found: Sequence[int] = session.scalars(query.distinct()).all()
    return found


def free(session: Session, numbers: Iterable[int]) -> None:
    """What is owed in the threads of these tickets waits for no card."""
    session.do(_HAVE_ONE, *({"number": number} for number in numbers))


def forget(session: Session, number: int) -> None:
    """The card is gone; the next drawing posts a new one."""
    session.do(_GONE, {"number": number})
