"""What every test may ask for: an empty database of either engine, or one with the desk's schema."""

import gc
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, text

from store import schema
from store.database import Database
from tests import postgres, turns, whole
from tests.dovecot import Dovecot, dovecot, why_not
from tests.emptied import Emptied
from tests.turns import ENGINES

# A busy machine is no reason to fail; and what a submission is judged by draws the same examples every time.
settings.register_profile(
    "whole", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.register_profile("desk", settings.get_profile("whole"), max_examples=whole.examples(100))
settings.load_profile("desk")

MakeDatabase = Callable[[str], AbstractContextManager[str]]
BEGIN_FIRST = ("tests/storm/test_storm.py", "tests/browser/test_story.py", "tests/journeys/")
"""What takes longest.  Were it last, one worker would be at it when the others have nothing left to do."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--whole", action="store_true", help="all on both engines, and with every example")


def pytest_configure(config: pytest.Config) -> None:
    """Make a folder for this run's PostgreSQL server; whichever worker needs one first starts it there.

    Not in pytest's own folder: a few test runs at once sweep away one another's, and the server with it."""
    gc.set_threshold(50_000, 20, 50)  # Python's own 700 looks again and again through what stays
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as shells leave it to what they start behind them
        signal.signal(signal.SIGINT, signal.default_int_handler)  # what the tests start is to hear it
    if config.getoption("whole"):
        os.environ[whole.VARIABLE] = "yes"
        settings.load_profile("whole")
    if not hasattr(config, "workerinput"):
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # whatever ends a run, the server goes too
        home = TemporaryDirectory(prefix="helpdesk-pg-", ignore_cleanup_errors=True)
        os.environ[postgres.HOME] = home.name
        config.add_cleanup(home.cleanup)
        config.add_cleanup(lambda: postgres.end(Path(home.name)))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of two engines one has its turn; and of what takes longest each worker gets its part at the front."""
    if not whole.is_wanted():
        waiting = turns.waiting(items)
        items[:] = [item for item in items if item not in waiting]
        config.hook.pytest_deselected(items=list(waiting))
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers > 1:
        first = [item for place in BEGIN_FIRST for item in items if item.nodeid.startswith(place)]
        others = (item for item in items if not item.nodeid.startswith(BEGIN_FIRST))
        items[:] = _dealt(first, others, len(items), workers)


def _dealt(
    first: list[pytest.Item], others: Iterator[pytest.Item], left: int, workers: int
) -> list[pytest.Item]:
    dealt: list[pytest.Item] = []
    for worker in range(workers):
        size = left // (workers - worker)
        part = first[worker::workers]
        dealt += [*part, *islice(others, max(0, size - len(part)))]
        left -= size
    return [*dealt, *others]


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: it need not be looked through again and again."""
    gc.freeze()


@pytest.fixture(scope="session")
def leaving() -> Iterator[Executor]:
    """Where sandboxes close their doors, so that no test waits for the one before."""
    with ThreadPoolExecutor(4) as threads:
        yield threads


@pytest.fixture(scope="session")
def postgresql_url() -> str:
    """A PostgreSQL server for this run: $HELPDESK_TEST_PG_URL, or one that comes as a wheel."""
    given = os.environ.get("HELPDESK_TEST_PG_URL")
    if given:
        return given
    try:
        return postgres.server_in(Path(os.environ[postgres.HOME]))
    except ImportError:
        if os.environ.get("CI"):
            raise
        pytest.skip("no PostgreSQL: set HELPDESK_TEST_PG_URL")


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
def emptied(new_postgresql: MakeDatabase, postgresql_template: str) -> Iterator[Emptied]:
    """Lends PostgreSQL databases with the desk's schema and nothing in them."""
    databases = Emptied(lambda: new_postgresql(postgresql_template))
    yield databases
    databases.close()


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
    databases: Emptied = request.getfixturevalue("emptied")
    with databases.lend() as url:
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
