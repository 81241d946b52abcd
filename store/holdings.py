"""All that the desk holds of a person, as JSON and raw mails; and of one ticket."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, or_, select

from store import reports, tables
from store.erasing import Found
from store.session import Session

_mail, _came, _event = tables.emails.c, tables.inbox.c, tables.events.c
_OF_ONE = (tables.tickets, tables.events, tables.emails, tables.outbox, tables.files)
_OF_TICKETS = (*_OF_ONE, tables.drafts)


def holdings(session: Session, found: Found) -> dict[str, list[dict[str, Any]]]:
    """Rows by table: of their own tickets all, with notes; of tickets of others only what they wrote.

    Contents of files and raw mails are not in it: see raw_mails and files."""
    held = {table.name: _rows(session, table, _column(table).in_(found.theirs)) for table in _OF_TICKETS}
    address = found.person.address
    held["events"] += _rows(session, tables.events, _event.by_key == address, _event.ticket.in_(found.others))
    held["emails"] += _rows(session, tables.emails, _mail.address == address, _mail.ticket.in_(found.others))
    held["inbox"] = _rows(session, tables.inbox, _came.id.in_(_inbox_of(session, found)))
    held["reports"] = _rows(
        session, tables.reports, tables.reports.c.id.in_(reports.holding(session, address))
    )
    held["blocks"] = _rows(session, tables.blocks, tables.blocks.c.sender == address)
    return held


def of_ticket(session: Session, number: int) -> dict[str, list[dict[str, Any]]]:
    """Rows by table: the ticket, its events, mails and deliveries, and its files by name."""
    return {table.name: _rows(session, table, _column(table) == number) for table in _OF_ONE}


def raw_mails(session: Session, found: Found) -> Iterator[tuple[str, bytes]]:
    """Each raw mail with a name for its file: those that came in, and those that we sent."""
    for number in _inbox_of(session, found):
        raw = session.scalar(select(_came.raw).where(_came.id == number))
        if raw:
            yield f"in-{number}.eml", raw
    ours = select(_mail.id, _mail.raw).where(_mail.ticket.in_(found.theirs), _mail.raw.is_not(None))
    for number, raw in session.execute(ours):
        yield f"out-{number}.eml", raw
    month = tables.reports.c
    theirs = month.id.in_(reports.holding(session, found.person.address))
    for number, raw in session.execute(select(month.id, month.raw).where(theirs, month.raw != b"")):
        yield f"report-{number}.eml", raw


def files(session: Session, found: Found) -> Iterator[tuple[str, bytes]]:
    """Each file that an agent sent them, under its number: its name is in the rows."""
    row = tables.files.c
    for number, content in session.execute(select(row.id, row.content).where(row.ticket.in_(found.theirs))):
        yield f"file-{number}", content


def as_json(held: dict[str, list[dict[str, Any]]]) -> str:
    """All of it as one JSON document."""
    return json.dumps(held, ensure_ascii=False, indent=2, default=_plain)


def _inbox_of(session: Session, found: Found) -> list[int]:
    address = found.person.address
    theirs = _mail.ticket.in_(found.others) & (_mail.address == address)
    known = select(_mail.inbox).where(or_(_mail.ticket.in_(found.theirs), theirs), _mail.inbox.is_not(None))
    return sorted(set(session.scalars(known)))


def _rows(session: Session, table: Table, *which: ColumnElement[bool]) -> list[dict[str, Any]]:
    columns = [column for column in table.c if column.name not in ("raw", "content", "token")]
    query = select(*columns).where(*which).order_by(*table.primary_key)
    return [dict(row) for row in session.execute(query).mappings()]


def _column(table: Table) -> ColumnElement[int]:
    column: ColumnElement[int] = table.c.number if table is tables.tickets else table.c.ticket
    return column


def _plain(fact: object) -> str:
    return fact.isoformat() if isinstance(fact, datetime) else str(fact)
