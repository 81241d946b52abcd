"""Empty databases of either engine for the command, as the fixtures of the tests give them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, text

from store import schema
from store.database import Database
from tests import postgres

New = Callable[[], str]


@contextmanager
def databases(engine: str, folder: Path, settings: str = postgres.SETTINGS) -> Iterator[New]:
    """Gives what makes one more of them.  settings: of the PostgreSQL server."""
    with ExitStack() as stack:
        place = _on_server(stack, folder, settings) if engine == "postgresql" else _in_files(folder)

        def new() -> str:
            url = place()
            database = Database(url)
            schema.upgrade(database)
            database.close()
            return url

        yield new


def _in_files(folder: Path) -> New:
    return lambda: f"sqlite:///{folder / uuid4().hex}.sqlite3"


def server_home(folder: Path) -> Path:
    """Where the server of that folder is."""
    return folder / "postgresql"


def _on_server(stack: ExitStack, folder: Path, settings: str) -> New:
    home = server_home(folder)
    home.mkdir()
    folder.chmod(0o755)  # as root, the server runs as a user of its own
    server = create_engine(postgres.server_in(home, settings), isolation_level="AUTOCOMMIT")
    stack.callback(postgres.end, home)
    stack.callback(server.dispose)

    def place() -> str:
        name = f"t{uuid4().hex}"
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        return server.url.set(database=name).render_as_string(hide_password=False)

    return place
