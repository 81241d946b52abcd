"""The room that the database's file takes and has; on a server that is the server's business."""

import shutil
from pathlib import Path

from store.database import Database

LEAST_FREE = 100 * 1024 * 1024
"""Bytes below which the desk says that its disk is full: a mail may have 35 MB, and is written twice."""


def wal_bytes(db: Database) -> int | None:
    """Of the write-ahead log; None on a server."""
    file = _file(db)
    if file is None:
        return None
    log = file.with_name(f"{file.name}-wal")
    try:
        return log.stat().st_size
    except FileNotFoundError:
        return 0


def free_bytes(db: Database) -> int | None:
    """On the disk that the file lies on; None on a server."""
    file = _file(db)
    return shutil.disk_usage(file.parent).free if file and file.parent.exists() else None


def problem(db: Database) -> str | None:
    """What is to be said where there is too little."""
    free = free_bytes(db)
    if free is None or free >= LEAST_FREE:
        return None
    return f"only {free // 1024 // 1024} MB are free where the database lies"


def _file(db: Database) -> Path | None:
    name = db.engine.url.database if db.is_sqlite else None
    return Path(name).absolute() if name and name != ":memory:" else None
