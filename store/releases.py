"""The mails with the months of clients, from a lead's yes to what became of them."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, update

from desk.release import Stand
from store import tables
from store.database import Session
from store.reports import Report, changed, found, in_a_new_message

_row = tables.reports.c
_UNDER_WAY = (Stand.RELEASED, Stand.SENDING, Stand.UNCERTAIN)


def is_due(session: Session, *, now: datetime) -> bool:
    """Whether any mail waits to be sent or looked for."""
    return found(session, *_due(now)) is not None


def claim(session: Session, *, now: datetime, lease: timedelta) -> Report | None:
    """Take the next mail that is due; the caller commits before it calls anyone.

    One that somebody began to send and never settled comes back as uncertain: nobody knows if it left."""
    report = found(session, *_due(now), locks=True)
    if report is None:
        return None
    is_new = report.stand is Stand.RELEASED
    taken: dict[str, Any] = {
        "stand": Stand.SENDING if is_new else Stand.UNCERTAIN,
        "attempts": report.attempts + is_new,
        "looked": 0 if report.stand is Stand.SENDING else report.looked,
        "fence": report.fence + 1,
        "first_try_at": report.first_try_at or now,
        "not_before": now + lease,
    }
    session.execute(update(tables.reports).where(_row.id == report.id).values(**taken))
    return found(session, _row.id == report.id)


def wait(session: Session, report: Report, stand: Stand, reason: str, *, until: datetime, **new: Any) -> None:
    """Try or look again then, if it is still ours to say.  new: how often it was looked for, or tried, and
    since when."""
    _settled(session, report, {"stand": stand, "last_error": reason, "not_before": until, **new})


def end(session: Session, report: Report, stand: Stand, *, at: datetime, reason: str = "") -> None:
    """Say what became of it, if it is still ours to say; what went wrong is told in a new message."""
    facts: dict[str, Any] = {"stand": stand, "last_error": reason, "not_before": None, "tell_after": None}
    facts |= {"sent_at": at} if stand is Stand.SENT else in_a_new_message(report)
    _settled(session, report, facts | {"version": _row.version + 1})


def prove(session: Session, message_id: str, *, at: datetime) -> None:
    """A copy of that mail was seen: it has left, and nobody needs to say so any more."""
    report = found(session, _row.message_id == message_id) if message_id else None
    if report is None or report.proved_at:
        return
    session.execute(update(tables.reports).where(_row.id == report.id).values(proved_at=at))
    if report.stand is Stand.DOUBTFUL:
        changed(session, report, {"stand": Stand.SENT, "sent_at": at, "last_error": ""})


def came_back(session: Session, message_id: str, reason: str) -> bool:
    """A mail server returned it for good; whether it was one of these."""
    report = found(session, _row.message_id == message_id) if message_id else None
    if report is None or report.stand.is_open or report.stand is Stand.RELEASED:
        return False
    told = {"stand": Stand.RETURNED, "last_error": reason, "not_before": None, "fence": report.fence + 1}
    changed(session, report, told | in_a_new_message(report))
    return True


def _due(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return _row.stand.in_(_UNDER_WAY), _row.not_before <= now


def _settled(session: Session, report: Report, facts: dict[str, Any]) -> None:
    mine = (_row.id == report.id, _row.fence == report.fence)
    session.execute(update(tables.reports).where(*mine).values(**facts))
