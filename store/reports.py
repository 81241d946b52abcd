"""The months in figures that are mailed to clients: one for each client and month, released once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select, update

from desk.errors import DeskError
from desk.release import Stand
from store import tables
from store.cards import Place
from store.database import Session, insert_once

_row = tables.reports.c

_OUTDATED = "That message is out of date: it is drawn anew in a moment."

_NEW: dict[str, Any] = {
    "stand": Stand.ASKED, "version": 1, "decided_by": "", "attempts": 0, "looked": 0, "fence": 0,
    "last_error": "", "channel": "", "ts": "", "posting": 1, "shown": 0,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Written:
    """A mail as it will leave.  month: like 2026-11; desk: whose leads let it go; file: what goes along."""

    client: str
    month: str
    desk: str
    address: str
    subject: str
    body: str
    file: str
    message_id: str
    raw: bytes


@dataclass(frozen=True, kw_only=True)
class Report(Written):
    """The same on record.  version: grows with all that its message in Slack shows; fence: whose the mail is
    while it is claimed; place: where the message stands; posting: which message that is, of several;
    posted_at: when it was first tried to post it."""

    id: int
    stand: Stand
    version: int
    made_at: datetime
    decided_by: str
    decided_at: datetime | None
    sent_at: datetime | None
    proved_at: datetime | None
    attempts: int
    looked: int
    fence: int
    first_try_at: datetime | None
    last_error: str
    place: Place | None
    posting: int
    posted_at: datetime | None


def get(session: Session, number: int) -> Report:
    """The report with that number.  Raises DeskError."""
    found = _found(session, _row.id == number)
    if found is None:
        raise DeskError("That report is not there any more: ask for it with /ticket report.")
    return found


def of(session: Session, client: str, month: str) -> Report | None:
    """That client's report of that month, once it is made."""
    return _found(session, _row.client == client, _row.month == month)


def clients(session: Session, month: str) -> Collection[str]:
    """Whose report of that month is made."""
    return set(session.scalars(select(_row.client).where(_row.month == month)))


def keep(session: Session, mail: Written, *, at: datetime) -> None:
    """Keep the mail, and ask the leads about it; one that nobody has let go gives way to it.

    Raises DeskError where a lead let it go already."""
    facts = {name: getattr(mail, name) for name in Written.__dataclass_fields__} | {"made_at": at}
    added = insert_once(session, tables.reports).values(**_NEW, **facts).returning(_row.id)
    if session.execute(added).first() is not None:
        return
    before = of(session, mail.client, mail.month)
    assert before is not None
    if not before.stand.is_open:
        raise DeskError(f"That report was released by {before.decided_by} already; it is sent only once.")
    facts |= {"stand": Stand.ASKED, "version": before.version + 1, "tell_after": None}
    if before.stand is Stand.DECLINED:  # its message may be far up by now
        facts |= _in_a_new_message(before)
    _changed(session, before, facts)


def release(session: Session, number: int, version: int, *, by: str, at: datetime) -> None:
    """Let it leave: once, and only as it was seen.  Raises DeskError."""
    report = _seen(session, number, version)
    if report.stand is not Stand.ASKED and not report.stand.may_go_again:
        raise DeskError(_OUTDATED)
    _changed(session, report, _decided(Stand.RELEASED, by, at) | {
        "not_before": at, "first_try_at": None, "attempts": 0, "last_error": "",
    })  # fmt: skip


def decline(session: Session, number: int, version: int, *, by: str, at: datetime) -> None:
    """Do not send it.  Raises DeskError."""
    report = _seen(session, number, version)
    if report.stand is not Stand.ASKED:
        raise DeskError(_OUTDATED)
    _changed(session, report, _decided(Stand.DECLINED, by, at))


def vouch(session: Session, number: int, version: int, *, by: str, at: datetime) -> None:
    """A person knows that it arrived.  Raises DeskError."""
    report = _seen(session, number, version)
    if report.stand is not Stand.DOUBTFUL:
        raise DeskError(_OUTDATED)
    _changed(session, report, _decided(Stand.SENT, by, at) | {"sent_at": at, "last_error": ""})


# The mail, on its way to the mail server


def claim(session: Session, *, now: datetime, lease: timedelta) -> Report | None:
    """Take the next mail that is due; the caller commits before it calls anyone.

    One that somebody began to send and never settled comes back as uncertain: nobody knows if it left."""
    due = _one_of((Stand.RELEASED, Stand.SENDING, Stand.UNCERTAIN)), _row.not_before <= now
    report = _found(session, *due, locks=True)
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
    return _found(session, _row.id == report.id)


def wait(session: Session, report: Report, stand: Stand, reason: str, *, until: datetime, **new: int) -> None:
    """Try or look again then, if it is still ours to say.  new: how often it was looked for, or tried."""
    _settled(session, report, {"stand": stand, "last_error": reason, "not_before": until, **new})


def end(session: Session, report: Report, stand: Stand, *, at: datetime, reason: str = "") -> None:
    """Say what became of it, if it is still ours to say; what went wrong is told in a new message."""
    facts: dict[str, Any] = {"stand": stand, "last_error": reason, "not_before": None, "tell_after": None}
    facts |= {"sent_at": at} if stand is Stand.SENT else _in_a_new_message(report)
    _settled(session, report, facts | {"version": _row.version + 1})


def prove(session: Session, message_id: str, *, at: datetime) -> None:
    """A copy of that mail was seen: it has left, and nobody needs to say so any more."""
    report = _found(session, _row.message_id == message_id) if message_id else None
    if report is None or report.proved_at:
        return
    session.execute(update(tables.reports).where(_row.id == report.id).values(proved_at=at))
    if report.stand is Stand.DOUBTFUL:
        _changed(session, report, {"stand": Stand.SENT, "sent_at": at, "last_error": ""})


def came_back(session: Session, message_id: str, reason: str) -> bool:
    """A mail server returned it for good; whether it was one of these."""
    report = _found(session, _row.message_id == message_id) if message_id else None
    if report is None or report.stand.is_open or report.stand is Stand.RELEASED:
        return False
    told = {"stand": Stand.RETURNED, "last_error": reason, "not_before": None, "fence": report.fence + 1}
    _changed(session, report, told | _in_a_new_message(report))
    return True


# Its message in Slack


def claim_message(session: Session, *, now: datetime, lease: timedelta) -> Report | None:
    """Take the next message that is to be posted or drawn anew; committed before anyone is called."""
    is_due = or_(_row.tell_after.is_(None), _row.tell_after <= now)
    report = _found(session, _row.shown < _row.version, is_due, locks=True)
    if report is not None:
        marks = {"tell_after": now + lease, "posted_at": report.posted_at or now}
        session.execute(update(tables.reports).where(_row.id == report.id).values(**marks))
    return report


def told(session: Session, report: Report, place: Place) -> None:
    """Its message stands there and shows that version."""
    its = (_row.id == report.id, _row.posting == report.posting)
    shown = {"channel": place.channel, "ts": place.ts, "shown": report.version, "tell_after": None}
    session.execute(update(tables.reports).where(*its).values(**shown))


def tell_later(session: Session, report: Report, *, until: datetime) -> None:
    """It could not be told; then again."""
    session.execute(update(tables.reports).where(_row.id == report.id).values(tell_after=until))


def post_anew(session: Session, report: Report) -> None:
    """Its message was deleted: there is to be another."""
    _changed(session, report, _in_a_new_message(report))


def _in_a_new_message(report: Report) -> dict[str, Any]:
    return {"channel": "", "ts": "", "posted_at": None, "posting": report.posting + 1}


def _decided(stand: Stand, by: str, at: datetime) -> dict[str, Any]:
    return {"stand": stand, "decided_by": by, "decided_at": at}


def _seen(session: Session, number: int, version: int) -> Report:
    report = get(session, number)
    if report.version != version:
        raise DeskError(_OUTDATED)
    return report


def _changed(session: Session, report: Report, facts: dict[str, Any]) -> None:
    """Of two who are at it at once one reads that it is out of date."""
    mine = update(tables.reports).where(_row.id == report.id, _row.version == report.version)
    new = {"version": report.version + 1, "tell_after": None} | facts
    if session.execute(mine.values(**new).returning(_row.id)).first() is None:
        raise DeskError(_OUTDATED)


def _settled(session: Session, report: Report, facts: dict[str, Any]) -> None:
    mine = (_row.id == report.id, _row.fence == report.fence)
    session.execute(update(tables.reports).where(*mine).values(**facts))


def _one_of(stands: Collection[Stand]) -> ColumnElement[bool]:
    return _row.stand.in_(stands)


def _found(session: Session, *which: ColumnElement[bool], locks: bool = False) -> Report | None:
    query = select(tables.reports).where(*which).order_by(_row.id).limit(1)
    found = session.execute(query.with_for_update(skip_locked=True) if locks else query).first()
    return _report(found) if found else None


def _report(row: Row[Any]) -> Report:
    facts = {name: getattr(row, name) for name in Report.__dataclass_fields__ if name != "place"}
    return Report(**facts, place=Place(row.channel, row.ts) if row.ts else None)
