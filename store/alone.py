"""A file of SQLite is served by one process: another that begins is turned away, and never waits."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module

from sqlalchemy import make_url

from store.database import Unavailable


@contextmanager
def alone(url: str) -> Iterator[None]:
    """Be the one that serves this database.  It ends with the process at the latest, however that ends; where
    the disk cannot tell one process from another, as some of networks, nobody is turned away.

    Raises Unavailable where another is at it."""
    file = make_url(url).database if url.startswith("sqlite:") else None
    handle = _opened(f"{file}-serving") if file and not file.startswith("file:") else None
    if handle is None:  # any number may serve PostgreSQL
        yield
        return
    try:
        with suppress(ImportError):  # no such thing on Windows
            _lock(handle, str(file))
        yield
    finally:
        os.close(handle)


def _opened(file: str) -> int | None:
    """Not the database itself: whoever closes that lets go of SQLite's own locks on it."""
    with suppress(OSError):  # which the database will tell of
        return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    return None


def _lock(handle: int, file: str) -> None:
    fcntl = import_module("fcntl")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as taken:
        raise Unavailable(f"another process serves {file}; for several, use PostgreSQL") from taken
    except OSError:
        return
