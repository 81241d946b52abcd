"""Fill an empty database from a copy, of either engine, and hold back what is undone."""

import gzip
import json
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, inspect, select, update

from store import aftermath, columns, counters, schema, search, tables, tickets
from store.backup import FORMAT
from store.database import Database, Session
from store.pouring import pour

_INDEXED_AT_ONCE = 1_000

_LOST_DELIVERIES = 1_000_000
"""Numbers that deliveries may have had after the copy was taken: mails are named after them."""


class CopyRefused(Exception):
    """It cannot be restored: it is damaged, of a newer version, or the place is not empty."""


@dataclass(frozen=True)
class Copy:
    """What a file says of itself, after its sum was found right."""

    schema: str
    taken_at: datetime
    counters: dict[str, int]
    rows: int


def check(file: Path) -> Copy:
    """Read a copy from end to end.  Raises CopyRefused, OSError."""
    total, rows, last = sha256(), 0, b""
    first: dict[str, Any] = {}
    for line in _lines(file):
        total.update(last)
        rows += last.startswith(b"[")
        first, last = first or _facts(line), line
    said = _facts(last) if last else {}
    if first.get("helpdesk-backup") != FORMAT:
        raise CopyRefused(f"{file} is no copy that `helpdesk backup` of this version wrote")
    if said.get("sha256") != total.hexdigest():
        raise CopyRefused(f"{file} is damaged or not complete: its sum is wrong")
    return Copy(first["schema"], datetime.fromisoformat(first["taken_at"]), first["counters"], rows)


def restore(db: Database, file: Path, *, at: datetime) -> Copy:
    """Fill an empty database; what fails in between leaves it empty, or is finished by another call.

    Raises CopyRefused, OSError, store.schema.SchemaTooNew, store.database.Unavailable."""
    copy = check(file)
    if not _is_begun(db, copy):
        _must_be_empty(db)
        schema.upgrade(db, to=copy.schema)
        with db.change() as session:
            _take_time(session)
            _fill(session, file)
            for name, number in copy.counters.items():
                counters.go_on_behind(session, name, number)
            counters.go_on_behind(session, "outbox", copy.counters.get("outbox", 0) + _LOST_DELIVERIES)
            session.execute(update(tables.mailboxes).values(read_up_to=None, reader=None, lease_until=None))
            aftermath.begin(session, taken_at=copy.taken_at, at=at)
    schema.upgrade(db)
    _index(db)
    with db.change() as session:
        aftermath.filled(session)
    return copy


def _is_begun(db: Database, copy: Copy) -> bool:
    with db.read() as session:
        if "keepsakes" not in inspect(session.connection()).get_table_names():
            return False
        restored = aftermath.of(session)
    return restored is not None and not restored.filled and restored.since == copy.taken_at


def _must_be_empty(db: Database) -> None:
    with db.read() as session:
        there = set(inspect(session.connection()).get_table_names())
        known = [table for table in tables.metadata.sorted_tables if table.name in there]
        full = [table.name for table in known if session.execute(select(table).limit(1)).first()]
        other = there - set(tables.metadata.tables) - {"alembic_version"}
    strange = sorted(name for name in other if not name.startswith(("texts_", "sqlite_")))
    if full or strange:
        held = ", ".join([*full, *strange][:5])
        raise CopyRefused(f"the place is not empty (there is something in {held}): name a new database")


def _take_time(session: Session) -> None:
    if not session.is_sqlite:
        from store import server  # which needs PostgreSQL's driver

        server.wait_long(session.connection())  # a whole table is one statement


def _fill(session: Session, file: Path) -> None:
    facts: dict[str, Any] = {}
    values = map(json.loads, _lines(file))
    for are_rows, found in groupby(values, key=lambda value: isinstance(value, list)):
        if not are_rows:
            *_, facts = found  # what came last says whose rows follow
        elif (table := tables.metadata.tables.get(facts["table"])) is not None:
            _fill_table(session, table, facts["columns"], found)


def _fill_table(session: Session, table: Table, columns: Sequence[str], rows: Iterator[list[Any]]) -> None:
    reads = [_reading(table.c[name]) for name in columns]
    values = ([read(value) for read, value in zip(reads, row, strict=True)] for row in rows)
    pour(session, table, columns, values)


def _reading(column: Column[Any]) -> Callable[[Any], Any]:
    """How a value of that column is read, which JSON cannot hold as it is."""
    if isinstance(column.type, LargeBinary):
        return lambda value: None if value is None else b64decode(value)
    if isinstance(column.type, columns.Moment):
        return lambda value: None if value is None else datetime.fromisoformat(value)
    return lambda value: value


def _index(db: Database) -> None:
    """Full-text search, as this engine does it."""
    last = 0
    while numbers := _next_numbers(db, last):
        with db.change() as session:
            search.reindex(session, tickets.some(session, numbers))
        last = numbers[-1]


def _next_numbers(db: Database, last: int) -> Sequence[int]:
    row = tables.tickets.c.number
    with db.read() as session:
        return session.scalars(select(row).where(row > last).order_by(row).limit(_INDEXED_AT_ONCE)).all()


def _lines(file: Path) -> Iterator[bytes]:
    try:
        with gzip.open(file, "rb") as lines:
            yield from lines
    except (gzip.BadGzipFile, EOFError, zlib.error) as damage:
        raise CopyRefused(f"{file} is damaged or no copy of a desk: {damage}") from damage


def _facts(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
