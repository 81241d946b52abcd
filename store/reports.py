"""The months in figures that are mailed to clients: one for each client and month, released once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select, update

from desk.erasing import Person
from desk.erasing import names as is_named
from desk.errors import DeskError
from desk.release import Stand
from store import tables
from store.cards import Place
from store.database import Session, insert_once
from store.outbox import DISCARDED
from store.traces import StillUnderWay

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

    @property
    def is_let_be(self) -> bool:
        """Whether somebody at the terminal said that nothing more is to be done about it."""
        return self.stand.may_go_again and self.last_error.startswith(DISCARDED)

    @property
    def may_go_again(self) -> bool:
        """Whether the same bytes may leave once more: they are kept, and did not surely arrive."""
        return self.stand.may_go_again and bool(self.raw)


def get(session: Session, number: int) -> Report:
    """The report with that number.  Raises DeskError."""
    report = found(session, _row.id == number)
    if report is None:
        raise DeskError("That report is not there any more: ask for it with /ticket report.")
    return report


def of(session: Session, client: str, month: str) -> Report | None:
    """That client's report of that month, once it is made."""
    return found(session, _row.client == client, _row.month == month)


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
        facts |= in_a_new_message(before)
    changed(session, before, facts)


def release(session: Session, number: int, version: int, *, by: str, at: datetime) -> None:
    """Let it leave: once, and only as it was seen.  Raises DeskError."""
    report = _seen(session, number, version)
    if report.stand is not Stand.ASKED and not report.may_go_again:
        raise DeskError(_OUTDATED)
    changed(session, report, _decided(Stand.RELEASED, by, at) | {
        "not_before": at, "first_try_at": None, "attempts": 0, "last_error": "",
    })  # fmt: skip


def decline(session: Session, number: int, version: int, *, by: str, at: datetime) -> None:
    """Do not send it.  Raises DeskError."""
    report = _seen(session, number, version)
    if report.stand is not Stand.ASKED:
        raise DeskError(_OUTDATED)
    changed(session, report, _decided(Stand.DECLINED, by, at))


def vouch(session: Session, number: int, version: int, *, by: str, at: datetime) -> None:
    """A person knows that it arrived.  Raises DeskError."""
    report = _seen(session, number, version)
    if report.stand is not Stand.DOUBTFUL:
        raise DeskError(_OUTDATED)
    changed(session, report, _decided(Stand.SENT, by, at) | {"sent_at": at, "last_error": ""})


# Whoever it goes to is forgotten


def names(session: Session, address: str) -> bool:
    """Whether any report holds that address."""
    return bool(holding(session, address))


def hold(session: Session, address: str, *, now: datetime) -> None:
    """Let nobody begin to send a report that holds that address until the commit.  Raises StillUnderWay."""
    columns = (_row.client, _row.month, _row.stand, _row.not_before)
    query = select(*columns).where(_row.id.in_(holding(session, address)))
    query = query.order_by(_row.id).with_for_update()
    for client, month, stand, until in session.execute(query).all():
        if stand is Stand.SENDING and until is not None and until > now:
            raise StillUnderWay(f"The report of {client} for {month} is just being sent.")


def unname(session: Session, person: Person, *, now: datetime) -> int:
    """Take their address out, and let nothing of it leave any more; how many reports that were.

    Raises StillUnderWay."""
    hold(session, person.address, now=now)
    numbers = holding(session, person.address)
    for report in map(partial(get, session), numbers):
        facts: dict[str, Any] = {"address": person.taken_out_of(report.address), "raw": b""}
        facts |= {name: person.taken_out_of(getattr(report, name)) for name in ("body", "last_error")}
        facts |= _came_of(report, now)
        changed(session, report, facts | {"fence": report.fence + 1, "not_before": None})
    return len(numbers)


def _came_of(report: Report, now: datetime) -> dict[str, Any]:
    """What stays on record: what left, or may have left, was not declined."""
    match report.stand:
        case Stand.SENT | Stand.DECLINED:
            return {}
        case Stand.SENDING | Stand.UNCERTAIN | Stand.DOUBTFUL if report.proved_at:
            return {"stand": Stand.SENT, "sent_at": report.proved_at, "last_error": ""}
        case Stand.SENDING | Stand.UNCERTAIN | Stand.DOUBTFUL:
            return {"stand": Stand.DOUBTFUL, "last_error": _let_be("nobody knows whether it arrived")}
        case Stand.RETURNED:
            return {"last_error": _let_be("it came back")}
    return _decided(Stand.DECLINED, "an erasure", now)


def _let_be(reason: str) -> str:
    return f"{DISCARDED}{reason}, and whoever it was for is erased"


def empty(session: Session, report: Report, *, at: datetime) -> None:
    """Nothing is left of it but that it was, and what became of it; what nobody let go in time never leaves.

    Raises DeskError where it changes at this moment."""
    facts: dict[str, Any] = {"raw": b"", "body": ""}
    if report.stand is Stand.ASKED:
        facts |= _decided(Stand.DECLINED, "retention", at)
    else:
        facts |= {"version": report.version}  # its message stays as it is
    changed(session, report, facts)


def holding(session: Session, address: str) -> list[int]:
    """Which reports hold that address."""
    columns = (_row.address, _row.body, _row.last_error)
    may = or_(*(func.lower(column).contains(address, autoescape=True) for column in columns))
    rows = session.execute(select(_row.id, *columns).where(may).order_by(_row.id))
    return [row[0] for row in rows if is_named(list(row[1:]), address)]


# Its message in Slack


def is_message_due(session: Session, *, now: datetime) -> bool:
    """Whether any message is to be posted or drawn anew."""
    return found(session, *_untold(now)) is not None


def claim_message(session: Session, *, now: datetime, lease: timedelta) -> Report | None:
    """Take the next message that is to be posted or drawn anew; committed before anyone is called."""
    report = found(session, *_untold(now), locks=True)
    if report is not None:
        marks = {"tell_after": now + lease, "posted_at": report.posted_at or now}
        session.execute(update(tables.reports).where(_row.id == report.id).values(**marks))
    return report


def told(session: Session, report: Report, place: Place) -> None:
    """Its message stands there and shows that version."""
    its = (_row.id == report.id, _row.posting == report.posting)
    shown = {"channel": place.channel, "ts": place.ts, "shown": report.version, "tell_after": None}
    session.execute(update(tables.reports).where(*its).values(**shown))


def tell_later(session: Session, report: Report, *, claimed_until: datetime, until: datetime) -> None:
    """It could not be told; then again, if nobody else has claimed it since."""
    mine = (_row.id == report.id, _row.tell_after == claimed_until)
    session.execute(update(tables.reports).where(*mine).values(tell_after=until))


def post_anew(session: Session, report: Report) -> None:
    """Its message was deleted: there is to be another."""
    changed(session, report, in_a_new_message(report))


def _untold(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return _row.shown < _row.version, or_(_row.tell_after.is_(None), _row.tell_after <= now)


def in_a_new_message(report: Report) -> dict[str, Any]:
    """What a row says whose news is not to be drawn into its old message."""
    return {"channel": "", "ts": "", "posted_at": None, "posting": report.posting + 1}


def _decided(stand: Stand, by: str, at: datetime) -> dict[str, Any]:
    return {"stand": stand, "decided_by": by, "decided_at": at}


def _seen(session: Session, number: int, version: int) -> Report:
    report = get(session, number)
    if report.version != version:
        raise DeskError(_OUTDATED)
    return report


def changed(session: Session, report: Report, facts: dict[str, Any]) -> None:
    """Change it; of two who are at it at once one reads that it is out of date.  Raises DeskError."""
    mine = update(tables.reports).where(_row.id == report.id, _row.version == report.version)
    new = {"version": report.version + 1, "tell_after": None} | facts
    if session.execute(mine.values(**new).returning(_row.id)).first() is None:
        raise DeskError(_OUTDATED)


def found(session: Session, *which: ColumnElement[bool], locks: bool = False) -> Report | None:
    """The first that is like that.  locks: until the commit; what another holds is passed over."""
    query = select(tables.reports).where(*which).order_by(_row.id).limit(1)
    row = session.execute(query.with_for_update(skip_locked=True) if locks else query).first()
    return _report(row) if row else None


def _report(row: Row[Any]) -> Report:
    facts = {name: getattr(row, name) for name in Report.__dataclass_fields__ if name != "place"}
    return Report(**facts, place=Place(row.channel, row.ts) if row.ts else None)
