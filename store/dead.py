"""Deliveries of every kind that were given up or are in doubt, and what a person may do about each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update

from desk.actor import Actor
from desk.delivery import Audience, DeliveryState
from desk.errors import DeskError
from desk.event import Kind
from store import tables, tickets, turns, undelivered
from store.database import Session
from store.outbox import DISCARDED

_row = tables.outbox.c
_GONE = "That delivery is not given up: it arrived, is still tried, or was discarded."


@dataclass(frozen=True)
class Dead:
    """A delivery that nobody carries any more.

    seq, kind: the event it is about, none for a card; since: when it was first tried."""

    id: int
    ticket: int
    seq: int | None
    audience: Audience
    state: DeliveryState
    kind: Kind | None
    reason: str
    attempts: int
    since: datetime

    @property
    def is_mail(self) -> bool:
        return self.audience is Audience.CUSTOMER

    @property
    def is_in_doubt(self) -> bool:
        """Whether it may have arrived."""
        return self.state is DeliveryState.DOUBTFUL


def given_up(session: Session) -> Sequence[Dead]:
    """All that a person may see to, the oldest first."""
    return _found(session, ~_row.last_error.startswith(DISCARDED))


def get(session: Session, delivery: int) -> Dead | None:
    """That one; None where it is not given up."""
    return next(iter(_found(session, _row.id == delivery)), None)


def replay(session: Session, dead: Dead, *, by: Actor, at: datetime) -> None:
    """Have it tried again.  A mail keeps its bytes and its name; what may stand in Slack is looked for first.

    Raises DeskError where it is not given up any more."""
    if dead.is_mail or dead.audience is Audience.DESK:
        return undelivered.send_again(session, dead.ticket, dead.seq or 0, by=by, at=at)
    ticket = tickets.get(session, dead.ticket)
    state = DeliveryState.UNCERTAIN if dead.is_in_doubt else DeliveryState.READY
    _settle(session, dead, state=state, attempts=0, looked=0, not_before=at, last_error="")
    ticket.note(f"Had {_named(dead)} sent again.", by=by, at=at)
    return None


def discard(session: Session, dead: Dead, reason: str, *, by: Actor, at: datetime) -> None:
    """Let it be: nobody is asked about it any more.  Who did so and why stands in the ticket's history.

    Raises DeskError where it is not given up any more, or is discarded already."""
    if dead.reason.startswith(DISCARDED):
        raise DeskError(_GONE)
    ticket = tickets.get(session, dead.ticket)
    _settle(session, dead, last_error=f"{DISCARDED}{reason}")
    ticket.note(f"Discarded {_named(dead)}, which was {_SAID[dead.state]}: {reason}", by=by, at=at)


_SAID = {DeliveryState.DEAD: "given up", DeliveryState.DOUBTFUL: "in doubt"}

_WORDS = {
    Audience.CARD: "the card",
    Audience.AGENTS: "a line of the thread",
    Audience.LEADS: "a message to the leads",
    Audience.CUSTOMER: "a mail to the customer",
    Audience.FILES: "the files of a mail",
    Audience.DESK: "the fetching of files",
}


def _named(dead: Dead) -> str:
    about = f" about {dead.kind.words!r}" if dead.kind else ""
    return f"{_WORDS[dead.audience]}{about} (delivery {dead.id})"


def _settle(session: Session, dead: Dead, **values: object) -> None:
    mine = update(tables.outbox).where(_row.id == dead.id, _row.state == dead.state)
    if session.execute(mine.values(**values).returning(_row.id)).first() is None:
        raise DeskError(_GONE)


def _found(session: Session, *which: ColumnElement[bool]) -> Sequence[Dead]:
    event = tables.events.c
    about = (event.ticket == _row.ticket) & (event.seq == _row.seq)
    query = (
        select(
            _row.id, _row.ticket, _row.seq, _row.audience, _row.state, event.kind, _row.last_error,
            _row.attempts, func.coalesce(_row.first_try_at, _row.not_before),
        )
        .outerjoin(tables.events, about)
        .where(turns.is_given_up(_row), *which)
        .order_by(_row.id)
    )  # fmt: skip
    return [Dead(*row) for row in session.execute(query)]
