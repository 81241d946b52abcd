"""Mails to customers that did not leave, or may not have, and what a person may say about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, and_, cast, exists, literal, or_, select, update

from desk.actor import Actor
from desk.delivery import Audience, DeliveryState
from desk.errors import DeskError
from desk.event import PROVED_MAILS, Kind
from store import emails, tables, tickets, turns
from store.database import Session
from store.outbox import DISCARDED

_row = tables.outbox.c
_ITS_ROADS = (Audience.CUSTOMER, Audience.DESK)
"""What a mail needs: to leave, and before that what it takes along."""

_TRIED = and_(turns.owed_to(_row, (Audience.CUSTOMER,)), _row.state != DeliveryState.UNCERTAIN)


@dataclass(frozen=True)
class Undelivered:
    """A mail that is given up (state dead), in doubt (doubtful), or still tried.

    id: of its delivery; seq: the event it is about."""

    id: int
    ticket: int
    seq: int
    kind: Kind
    state: DeliveryState
    reason: str
    attempts: int
    since: datetime


def given_up(session: Session) -> Sequence[Undelivered]:
    """All that a person may have tried again, the oldest first."""
    return _found(session, turns.is_given_up(_row), ~_row.last_error.startswith(DISCARDED))


def trying(session: Session) -> Sequence[Undelivered]:
    """All that failed before and are still tried, the oldest first."""
    return _found(session, _TRIED, _row.last_error != "")


def get(session: Session, delivery: int) -> Undelivered | None:
    """The mail of that delivery, unless it arrived."""
    return next(iter(_found(session, _row.id == delivery, _row.state != DeliveryState.DONE)), None)


def late(session: Session, *, now: datetime, after: timedelta) -> Sequence[Undelivered]:
    """Mails that have been owed for so long, and of which nobody was told yet.

    A machine's mail counts only where it was tried itself: a road that is closed is told of elsewhere."""
    told, event = tables.events.alias().c, tables.events.c
    is_told = exists().where(
        told.ticket == _row.ticket, told.key == literal("delayed:") + cast(_row.seq, String)
    )
    was_tried = _row.last_error != ""
    waits = (_row.not_before <= now) & event.kind.in_(PROVED_MAILS)
    return _found(session, _TRIED, event.at <= now - after, or_(was_tried, waits), ~is_told)


def send_again(session: Session, number: int, seq: int, *, by: Actor, at: datetime) -> None:
    """Have that mail tried again, the same bytes under the same name.  Raises DeskError where it is not
    given up any more."""
    tickets.get(session, number).resend(seq, by=by, at=at)
    if not _settled(session, number, seq, DeliveryState.READY, at):
        raise DeskError("That mail is not given up: it arrived, or is still tried.")


def it_arrived(session: Session, number: int, seq: int, *, by: Actor, at: datetime) -> None:
    """A person knows that the mail in doubt arrived.  Raises DeskError as send_again does."""
    ticket = tickets.get(session, number)
    ticket.vouch(seq, recipients=_recipients(session, number, seq), by=by, at=at)
    if not _settled(session, number, seq, DeliveryState.DONE, at):
        raise DeskError("That mail is not given up: it arrived, or is still tried.")


def proved(session: Session, delivery: int, *, by: Actor, at: datetime) -> None:
    """A copy of the mail of that delivery was seen: people who were asked about it need not answer."""
    mail = get(session, delivery)
    if mail is None or mail.state is not DeliveryState.DOUBTFUL:
        return
    if mail.kind in PROVED_MAILS:
        recipients = _recipients(session, mail.ticket, mail.seq)
        ticket = tickets.get(session, mail.ticket)
        ticket.mailed(mail.seq, recipients=recipients, by=by, at=ticket.left_at(mail.seq) or at)
    _settled(session, mail.ticket, mail.seq, DeliveryState.DONE, at)


def _recipients(session: Session, number: int, seq: int) -> list[str]:
    mine = select(_row.id).where(_row.ticket == number, _row.seq == seq, _row.audience == Audience.CUSTOMER)
    mail = emails.of_delivery(session, session.execute(mine).scalar() or 0)
    return [mail.address] if mail else []


def _settled(session: Session, number: int, seq: int, state: DeliveryState, at: datetime) -> bool:
    given_up = (
        update(tables.outbox)
        .where(_row.ticket == number, _row.seq == seq, _row.audience.in_(_ITS_ROADS))
        .where(turns.is_given_up(_row))
        .values(state=state, attempts=0, looked=0, first_try_at=None, not_before=at, last_error="")
        .returning(_row.id)
    )
    return session.execute(given_up).first() is not None


def _found(session: Session, *which: ColumnElement[bool]) -> Sequence[Undelivered]:
    event = tables.events.c
    query = (
        select(
            _row.id, _row.ticket, _row.seq, event.kind, _row.state, _row.last_error, _row.attempts, event.at
        )
        .join(tables.events, (event.ticket == _row.ticket) & (event.seq == _row.seq))
        .where(_row.audience == Audience.CUSTOMER, *which)
        .order_by(_row.id)
    )
    return [Undelivered(*row) for row in session.execute(query)]
