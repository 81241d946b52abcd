"""PostgreSQL's engine, on which nothing waits without an end: a server that falls silent is left."""

from collections.abc import Mapping
from functools import partial
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.errors import _WaitTimeout
from sqlalchemy import URL, Connection, Engine, create_engine, event, text

from store.session import WITHIN, Session

Answer = TypeVar("Answer")

_CONNECT = {
    "connect_timeout": "5",  # seconds; libpq itself would wait for minutes
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",  # milliseconds in which the other machine must say that it is there
}
_CAREFUL = ["fsync", "full_page_writes", "synchronous_commit"]
_PING = 3.0
"""Seconds in which a connection that was at rest must show that it lives."""

_SOONER = 0.8
"""A server that works ends what takes too long by itself, and says so, before it is left."""


class Patient(psycopg.Connection[Any]):
    """Waits so many seconds for an answer to one statement; then it hangs up.  None: without an end.

    The server's own time-outs and TCP's are not enough: a server that was stopped, or a proxy before it, goes
    on taking what it is sent."""

    patience: float | None = _PING

    def wait(self, gen: PQGen[Answer], interval: float = 0.1, timeout: float | None = None) -> Answer:
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except _WaitTimeout as silence:
            self.close()
            raise psycopg.OperationalError("the server does not answer") from silence


def engine_of(url: URL, answers_within: float) -> Engine:
    """answers_within: seconds that one statement may take."""
    patient = url.set(query={**_CONNECT, **url.query})
    engine = create_engine(patient, pool_pre_ping=True, pool_size=10, max_overflow=20, hide_parameters=True)
    event.listen(engine, "do_connect", _connected)
    event.listen(engine, "connect", partial(_bounded, answers_within))
    event.listen(engine, "checkout", partial(_given, answers_within))
    event.listen(engine, "checkin", partial(_at_rest, min(_PING, answers_within)))
    event.listen(engine, "begin", _begin)
    return engine


def wait_long(connection: Connection) -> None:
    """This one may take as long as it takes.  It is not used again afterwards."""
    connection.detach()
    connection.exec_driver_sql("SET statement_timeout = 0")
    _raw(connection).patience = None


def careless(session: Session) -> list[str]:
    """Settings of the server with which it says that it has what a power cut takes away again."""
    query = "SELECT name FROM pg_settings WHERE setting = 'off' AND name = ANY (:names) ORDER BY name"
    return list(session.scalars(text(query), {"names": _CAREFUL}))


def _connected(_dialect: object, _record: object, args: list[Any], facts: Mapping[str, Any]) -> Patient:
    return Patient.connect(*args, **facts)


def _bounded(answers_within: float, connection: Patient, _record: object) -> None:
    """A process that is stopped in the middle must not keep others from writing either."""
    limits = {
        "statement_timeout": _SOONER * answers_within,
        "idle_in_transaction_session_timeout": answers_within,
    }
    connection.autocommit = True
    connection.execute(_setting(limits, local=False))
    connection.autocommit = False


def _given(answers_within: float, connection: Patient, _record: object, _proxy: object) -> None:
    connection.patience = answers_within


def _at_rest(ping: float, connection: Patient | None, _record: object) -> None:
    if connection is not None:
        connection.patience = ping


def _begin(connection: Connection) -> None:
    within = connection.get_execution_options().get(WITHIN)
    if within:
        limits = {
            "lock_timeout": within,
            "statement_timeout": 2 * within,
            "idle_in_transaction_session_timeout": 2 * within,
        }
        _raw(connection).patience = 2 * within / _SOONER
        connection.exec_driver_sql(_setting(limits, local=True))


def _setting(limits: Mapping[str, float], *, local: bool) -> str:
    each = (f"set_config('{name}', '{int(1000 * seconds)}', {local})" for name, seconds in limits.items())
    return f"SELECT {', '.join(each)}"


def _raw(connection: Connection) -> Patient:
    raw = connection.connection.dbapi_connection
    assert isinstance(raw, Patient)
    return raw
