"""Fill an empty database from a copy, of either engine, and hold back what is undone."""

import gzip
import json
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, insert, inspect, select, update

from store import aftermath, columns, counters, schema, search, tables, tickets
from store.backup import FORMAT
from store.database import Database, Session

_AT_ONCE, _LARGE_AT_ONCE = 500, 20
_TO_BE_INDEXED = 500

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


def _fill(session: Session, file: Path) -> None:
    table: Table | None = None
    columns: list[str] = []
    for line in _batched(_lines(file)):
        if isinstance(line, dict):
            table = tables.metadata.tables.get(line.get("table", ""))
            columns = line.get("columns", [])
        elif table is not None:
            reads = [_reading(table.c[name]) for name in columns]
            rows = [
                {name: read(value) for name, read, value in zip(columns, reads, row, strict=True)}
                for row in line
            ]
            session.execute(insert(table), rows)


def _batched(lines: Iterator[bytes]) -> Iterator[dict[str, Any] | list[list[Any]]]:
    """Facts one by one, and the rows between them some at a time."""
    rows: list[list[Any]] = []
    at_once = _AT_ONCE
    for line in lines:
        value = json.loads(line)
        if isinstance(value, list):
            rows.append(value)
        if rows and (len(rows) >= at_once or isinstance(value, dict)):
            yield rows
            rows = []
        if isinstance(value, dict):
            table = tables.metadata.tables.get(value.get("table", ""))
            at_once = _LARGE_AT_ONCE if table is not None and _is_large(table) else _AT_ONCE
            yield value


def _is_large(table: Table) -> bool:
    return any(isinstance(column.type, LargeBinary) for column in table.columns)


def _reading(column: Column[Any]) -> Callable[[Any], Any]:
    """How a value of that column is read, which JSON cannot hold as it is."""
    if isinstance(column.type, LargeBinary):
        return lambda value: None if value is None else b64decode(value)
    if isinstance(column.type, columns.Moment):
        return lambda value: None if value is None else datetime.fromisoformat(value)
    return lambda value: value


def _index(db: Database) -> None:
    """Full-text search, as this engine does it."""
    with db.read() as session:
        row = tables.tickets.c
        numbers: Iterator[int] = iter(session.scalars(select(row.number).order_by(row.number)).all())
    while some := list(islice(numbers, _TO_BE_INDEXED)):
        _index_some(db, some)


def _index_some(db: Database, numbers: Sequence[int]) -> None:
    with db.change() as session:
        for ticket in tickets.some(session, numbers):
            search.reindex(session, ticket)


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
