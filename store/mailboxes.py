"""How far each mailbox has been read, and which process reads it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, or_, select, update

from store import tables
from store.database import Session, insert_once
from store.fixed import Fixed
from store.inbox import IS_NEW

_row = tables.mailboxes.c
_READ = Fixed(
    update(tables.mailboxes).where(_row.name == bindparam("its_name")).values(read_up_to=bindparam("up_to"))
)


def claim(session: Session, name: str, reader: str, *, now: datetime, lease: timedelta) -> bool:
    """Become (or stay) the reader of a mailbox for `lease`; one process at a time."""
    if session.execute(select(_row.name).where(_row.name == name)).first() is None:
        session.execute(insert_once(session, tables.mailboxes).values(name=name))
    free = or_(_row.reader.is_(None), _row.reader == reader, _row.lease_until <= now)
    mine = update(tables.mailboxes).where(_row.name == name, free)
    return (
        session.execute(mine.values(reader=reader, lease_until=now + lease).returning(_row.name)).first()
        is not None
    )


def release(session: Session, name: str, reader: str) -> None:
    """Be its reader no more, if that is so."""
    mine = update(tables.mailboxes).where(_row.name == name, _row.reader == reader)
    session.execute(mine.values(reader=None, lease_until=None))


def read_completely(session: Session, name: str, *, up_to: datetime) -> None:
    """Say that everything which arrived in the mailbox up to then is in the inbox."""
    session.do(_READ, {"its_name": name, "up_to": up_to})


def last_sync(session: Session) -> datetime | None:
    """Up to when all mailboxes have been read completely; None where one never was, or there is none."""
    times = session.scalars(select(_row.read_up_to)).all()
    return None if None in times else min(times, default=None)


def names(session: Session) -> Sequence[str]:
    """The mailboxes that were ever read."""
    found: Sequence[str] = session.scalars(select(_row.name)).all()
    return found


def all_read_up_to(session: Session, names: Sequence[str], *, now: datetime) -> datetime | None:
    """Up to when every mail that reached one of these mailboxes is on its ticket.

    None: one of them was never read completely.  Without mailboxes only the inbox counts."""
    times = session.scalars(select(_row.read_up_to).where(_row.name.in_(names))).all()
    known: list[datetime] = [time for time in times if time is not None]
    if len(known) < len(names):
        return None
    unread = select(func.min(tables.inbox.c.arrived_at)).where(IS_NEW)
    oldest: datetime | None = session.execute(unread).scalar()
    return min([now, *known] if oldest is None else [now, oldest, *known])
