"""What is kept for so many days and no longer, by kind; it goes a little at a time, while people click."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, select, update

from desk.actor import Actor
from desk.delivery import DeliveryState
from desk.erasing import Person
from desk.event import Kind
from desk.release import Stand
from desk.status import Status
from store import erasing, reports, tables, traces
from store.database import Database
from store.emails import Direction
from store.erasing import Deed
from store.inbox import State
from store.outbox import DISCARDED
from store.session import Session

_ticket, _came, _mail = tables.tickets.c, tables.inbox.c, tables.emails.c
_event, _report, _owed = tables.events.c, tables.reports.c, tables.outbox.c
_TOGETHER = 50
_ENDED = (Status.CLOSED, Status.CANCELLED)
_BY = Actor.system("retention")
_NOBODY = Person("\0", (), "erased-by-age")

Go = Callable[[Session, Sequence[int], datetime], None]


@dataclass(frozen=True)
class Class:
    """One kind of data.  words: what goes; old: finds what is older than that moment; go: takes it away."""

    name: str
    words: str
    old: Callable[[datetime], Select[tuple[int]]]
    go: Go


def count(session: Session, kind: Class, *, before: datetime) -> int:
    """How much of it is older than that."""
    old = kind.old(before).subquery()
    return session.execute(select(func.count()).select_from(old)).scalar_one()


def apply(db: Database, kind: Class, *, before: datetime, now: datetime) -> int:
    """Take away what is older than that; how much it was.

    Raises store.traces.StillUnderWay, Conflict, store.database.Unavailable: the rest goes the next time."""
    gone = 0
    while True:
        with db.change() as session:
            some = session.scalars(kind.old(before).limit(_TOGETHER)).all()
            kind.go(session, some, now)
        gone += len(some)
        if len(some) < _TOGETHER:
            return gone


def _ended_before(moment: datetime) -> ColumnElement[bool]:
    return _ticket.status.in_(_ENDED) & (_ticket.changed_at < moment)


def _old_raws(moment: datetime) -> Select[tuple[int]]:
    on = exists().where(_mail.inbox == _came.id, _mail.ticket == _ticket.number, ~_ended_before(moment))
    query = select(_came.id).where(_came.state == State.DONE, _came.raw != b"", _came.arrived_at < moment)
    return query.where(~on)


def _old_held(moment: datetime) -> Select[tuple[int]]:
    let_in = tables.events.alias().c
    accepted = exists().where(
        let_in.ticket == _event.ticket,
        let_in.kind == Kind.ACCEPTED,
        let_in.detail["of"].as_integer() == _event.seq,
    )
    held = exists().where(
        _event.kind == Kind.QUARANTINED, _event.detail["inbox"].as_integer() == _came.id, ~accepted
    )
    return select(_came.id).where(held, _came.raw != b"", _came.arrived_at < moment)


def _old_read(moment: datetime) -> Select[tuple[int]]:
    nowhere = _came.state.in_((State.DROPPED, State.DUPLICATE, State.COLLECTED))
    return select(_came.id).where(nowhere, _came.raw != b"", _came.arrived_at < moment)


def _old_sent(moment: datetime) -> Select[tuple[int]]:
    ended = exists().where(_ticket.number == _mail.ticket, _ended_before(moment))
    ours = (_mail.direction == Direction.OUT, _mail.raw.is_not(None), _mail.at < moment)
    return select(_mail.id).where(*ours, ended)


def _old_reports(moment: datetime) -> Select[tuple[int]]:
    """What somebody still has to decide about after it was let go stays until they have."""
    settled = _report.stand.in_((Stand.ASKED, Stand.DECLINED, Stand.SENT))
    let_be = _report.last_error.startswith(DISCARDED)
    ended = func.coalesce(_report.sent_at, _report.decided_at, _report.made_at)
    old = (_report.made_at < moment, ended < moment, _report.raw != b"")
    return select(_report.id).where(settled | let_be, *old)


def _old_tickets(moment: datetime) -> Select[tuple[int]]:
    """What may be on its way to somebody is passed over, for however long: it holds up no other."""
    under_way = exists().where(
        _owed.ticket == _ticket.number, _owed.state.in_((DeliveryState.SENDING, DeliveryState.UNCERTAIN))
    )
    query = select(_ticket.number).where(_ticket.status == Status.CLOSED, _ticket.changed_at < moment)
    return query.where(~under_way).order_by(_ticket.number)


def _empty(session: Session, ids: Sequence[int], _now: datetime) -> None:
    traces.empty(session, ids, remark="its raw mail was kept as long as the settings say")


def _empty_sent(session: Session, ids: Sequence[int], _now: datetime) -> None:
    session.execute(update(tables.emails).where(_mail.id.in_(ids)).values(raw=None))


def _empty_reports(session: Session, ids: Sequence[int], now: datetime) -> None:
    for number in ids:
        reports.empty(session, reports.get(session, number), at=now)


def _delete_tickets(session: Session, numbers: Sequence[int], now: datetime) -> None:
    for number in numbers:
        erasing.delete_ticket(session, number, _NOBODY, Deed("retention", _BY, now, name="retention"))


CLASSES = (
    Class("raw_mails", "raw mails of tickets that ended", _old_raws, _empty),
    Class("sent_mails", "exact bytes of our mails on tickets that ended", _old_sent, _empty_sent),
    Class("reports", "months in figures that clients were mailed, or were not", _old_reports, _empty_reports),
    Class("quarantine", "raw mails that were held and not let in", _old_held, _empty),
    Class("inbox", "raw mails that came to no ticket", _old_read, _empty),
    Class("closed_tickets", "closed tickets, with all that belongs to them", _old_tickets, _delete_tickets),
)
"""All of them."""
