"""A copy of all that is kept, as of one moment, in one file of which either engine can be filled."""

import gzip
import json
import os
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from sqlalchemy import LargeBinary, Table, select

from store import counters, schema, tables
from store.database import Database, Session

FORMAT = 1
LEFT_OUT = frozenset({"texts", "drafts"})
"""The index of full-text search is made anew, for each engine has its own; drafts are of open windows."""

_AT_ONCE, _LARGE_AT_ONCE = 1_000, 20
"""Rows in memory at once; a raw mail may be many megabytes."""


class NotAFile(ValueError):
    """Something else than a file is there by that name."""


def write(db: Database, file: Path, *, at: datetime) -> int:
    """Write it while the desk runs, and return how many rows it holds.

    The file appears when it is whole; until then, and where the disk is full, there is none.  Raises
    NotAFile, OSError, store.database.Unavailable."""
    with _whole(file) as out, db.read() as session:
        lines = _Lines(out)
        facts = {
            "helpdesk-backup": FORMAT,
            "schema": schema.revision_of(session.connection()),
            "taken_at": at.isoformat(),
            "counters": counters.last(session),
        }
        lines.add(facts)
        for table in tables.metadata.sorted_tables:
            if table.name not in LEFT_OUT:
                _add_table(session, table, lines)
        lines.end()
    return lines.rows


class _Lines:
    """Counts and sums what is written."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._sum = sha256()
        self.rows = 0

    def add(self, value: object) -> None:
        line = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        self.rows += isinstance(value, list)
        self._sum.update(line)
        self._out.write(line)

    def end(self) -> None:
        self.add({"rows": self.rows})
        self._out.write(json.dumps({"sha256": self._sum.hexdigest()}).encode() + b"\n")


def _add_table(session: Session, table: Table, lines: _Lines) -> None:
    columns = list(table.columns)
    lines.add({"table": table.name, "columns": [column.name for column in columns]})
    is_large = any(isinstance(column.type, LargeBinary) for column in columns)
    at_once = _LARGE_AT_ONCE if is_large else _AT_ONCE
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=at_once)
    for row in session.execute(query):
        lines.add([_plain(value) for value in row])


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode()
    return value


@contextmanager
def _whole(file: Path) -> Iterator[IO[bytes]]:
    """Writes beside it, and moves that to its place when every byte is on the disk."""
    if file.exists() and not file.is_file():  # a device or a pipe would be replaced by a file
        raise NotAFile(f"{file} is no file that could be written anew: name another")
    part = file.with_name(file.name + ".part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # it holds all that we know
        with os.fdopen(handle, "wb") as raw:
            with gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6, filename="", mtime=0) as out:
                yield out  # type: ignore[misc]  # it is a file of bytes in all but name
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(file)
        _keep_name(file.parent)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)  # it is there only where something went wrong


def _keep_name(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
