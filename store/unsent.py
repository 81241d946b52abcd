"""The reports of months that were let go and did not surely arrive: counted, tried again, or let be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from desk.actor import Actor
from desk.errors import DeskError
from desk.release import Stand
from store import reports, tables
from store.database import Session
from store.outbox import DISCARDED
from store.reports import Report, changed

_row = tables.reports.c
_GIVEN_UP = tuple(stand for stand in Stand if stand.may_go_again)
_IN_DOUBT = (Stand.UNCERTAIN, Stand.DOUBTFUL)
_UNDER_WAY = (Stand.RELEASED, Stand.SENDING, Stand.UNCERTAIN)


@dataclass(frozen=True)
class Unsent:
    """in_doubt: how many may have arrived, as far as anybody knows; given_up: how many surely did not, and
    are not tried any more; since: when the oldest of those that are tried was let go."""

    in_doubt: int
    given_up: int
    since: datetime | None


def given_up(session: Session) -> Sequence[Report]:
    """All that a person may see to, the oldest first."""
    ids = session.scalars(select(_row.id).where(*_waits_for_a_person()).order_by(_row.id)).all()
    return [reports.get(session, number) for number in ids]


def get(session: Session, number: int) -> Report | None:
    """That one; None where it is not given up."""
    return reports.found(session, _row.id == number, _row.stand.in_(_GIVEN_UP))


def replay(session: Session, report: Report, *, by: Actor, at: datetime) -> None:
    """Have the same bytes leave once more.  Raises DeskError where they are gone, or it is not given up."""
    if not report.raw:
        raise DeskError("The bytes of that mail are not kept any more.")
    reports.release(session, report.id, report.version, by=by.name, at=at)


def discard(session: Session, report: Report, reason: str, *, by: Actor) -> None:
    """Let it be: nobody is asked about it any more.  Who did so and why stands in its message.

    Raises DeskError where it is let be already, or changes at this moment."""
    if report.is_let_be:
        raise DeskError("That report is let be already.")
    changed(session, report, {"last_error": f"{DISCARDED}{reason} ({by.name})"})


def standing(session: Session) -> Unsent:
    """How many there are, for those who watch."""
    in_doubt = _count(session, _row.stand.in_(_IN_DOUBT), _is_not_let_be())
    certain = _row.stand.in_(_GIVEN_UP) & (_row.stand != Stand.DOUBTFUL)
    tried = select(func.min(_row.decided_at)).where(_row.stand.in_(_UNDER_WAY))
    return Unsent(in_doubt, _count(session, certain, _is_not_let_be()), session.scalar(tried))


def _count(session: Session, *which: ColumnElement[bool]) -> int:
    return session.execute(select(func.count()).where(*which)).scalar_one()


def _waits_for_a_person() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return _row.stand.in_(_GIVEN_UP), _is_not_let_be()


def _is_not_let_be() -> ColumnElement[bool]:
    return ~_row.last_error.startswith(DISCARDED)
