"""A server that falls silent is not waited for without an end, and found again once it answers."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import make_url, text

from store import keepsakes, probe, schema
from store.database import Database, Unavailable
from tests.wire import Wire, wire

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
LONG = 30.0
"""Seconds: far from what is promised, and far from for ever."""

pytestmark = [
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),
    pytest.mark.timeout(100),
]


@pytest.fixture
def line(database_url: str) -> Iterator[Wire]:
    with wire(make_url(database_url)) as made:
        yield made


@pytest.fixture
def far(line: Wire) -> Iterator[Database]:
    """The database behind that line; it may take a second for a statement."""
    url = line.url.update_query_dict({"connect_timeout": "2"})
    db = Database(url.render_as_string(hide_password=False), answers_within=1.0)
    yield db
    db.close()


def test_what_is_under_way_when_a_server_falls_silent_is_given_up(line: Wire, far: Database) -> None:
    with far.change() as session:
        keepsakes.keep(session, "a", "before")
    with ExitStack() as fault, refused_in_time("does not answer"), far.change() as session:
        keepsakes.keep(session, "a", "never")
        fault.enter_context(line.silent())
    with far.read() as session:
        assert keepsakes.get(session, "a") == "before"


def test_a_connection_that_was_at_rest_is_not_trusted_for_long(line: Wire, far: Database) -> None:
    probe.write(far, at=NOW)
    with line.silent(), refused_in_time("timeout"):
        probe.write(far, at=NOW)
    probe.write(far, at=NOW)


def test_a_statement_that_takes_too_long_is_ended_by_the_server(far: Database) -> None:
    with refused_in_time("statement timeout"), far.read() as session:
        session.execute(text("SELECT pg_sleep(60)"))


def test_whoever_stops_in_the_middle_does_not_keep_others_from_writing_for_ever(
    far: Database, db: Database
) -> None:
    with db.change() as session:
        keepsakes.keep(session, "a", "old")

    def stop_in_the_middle() -> None:
        with far.change() as session:
            keepsakes.keep(session, "a", "new")
            began = time.monotonic()
            with db.change() as other:  # waits until the one that stopped is ended
                keepsakes.keep(other, "a", "theirs")
            assert time.monotonic() - began < LONG

    with pytest.raises(Unavailable):
        stop_in_the_middle()
    with db.read() as session:
        assert keepsakes.get(session, "a") == "theirs"


def test_a_schema_is_brought_up_to_date_however_long_it_takes(far: Database) -> None:
    with schema._locked(far) as connection:
        connection.execute(text("SELECT pg_sleep(1.5)"))


@contextmanager
def refused_in_time(words: str) -> Iterator[None]:
    began = time.monotonic()
    with pytest.raises(Unavailable, match=words):
        yield
    assert time.monotonic() - began < LONG
