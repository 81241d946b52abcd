"""PostgreSQL databases that are emptied and used again: to make one takes longer than most tests."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier, Literal

MANY = 2_000
"""Rows after which a database is larger, and so slower, than a new one."""

_CATALOGS = [
    *("pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_index", "pg_trigger", "pg_proc"),
    *("pg_type", "pg_namespace", "pg_extension", "pg_rewrite", "pg_event_trigger", "pg_db_role_setting"),
]
_SHAPE = SQL(" UNION ALL ").join(
    SQL("SELECT count(*), max(xmin::text::bigint) FROM {}").format(Identifier(one)) for one in _CATALOGS
)
"""What it answers changes with every table, index, trigger, function and setting, and with no row of ours."""

_OTHERS_OUT = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_NUMBERS_ANEW = """
SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence
WHERE pg_sequence_last_value(seqrelid) IS NOT NULL
"""


class Emptied:
    """Lends databases with the desk's schema; what others left in one is gone when it is lent again.

    A connection to each stays open: a connection costs a server more than a test does."""

    def __init__(self, make: Callable[[], AbstractContextManager[str]]) -> None:
        self._make = make
        self._idle: list[Lent] = []

    @contextmanager
    def lend(self) -> Iterator[str]:
        """The address of one.  Whoever changes more than rows has it for the last time."""
        lent = self._idle.pop() if self._idle else Lent(self._make())
        yield lent.url
        if lent.empty():
            self._idle.append(lent)
        else:
            lent.drop()

    def close(self) -> None:
        while self._idle:
            self._idle.pop().drop()


class Lent:
    """One such database, and what it was like when it was new."""

    def __init__(self, made: AbstractContextManager[str]) -> None:
        self._made = ExitStack()
        self.url = self._made.enter_context(made)
        connection = psycopg.connect(self.url.replace("+psycopg", "", 1), autocommit=True)
        self._connection = self._made.enter_context(connection)
        self._connection.execute("SET session_replication_role = replica")  # no trigger stands in the way
        named = self._connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in named]
        self._filled = {name: self._rows(name) for name in self._with_rows(tables)}
        self._tables = [name for name in tables if name not in self._filled]
        self._shape = self._connection.execute(_SHAPE).fetchall()

    def empty(self) -> bool:
        """Delete its rows; whether it is as it was then."""
        self._connection.execute(_OTHERS_OUT)
        is_as_made = self._connection.execute(_SHAPE).fetchall() == self._shape
        if not is_as_made or any(self._rows(name) != rows for name, rows in self._filled.items()):
            return False
        delete = [SQL("DELETE FROM {}").format(Identifier(name)) for name in self._with_rows(self._tables)]
        told = [self._connection.execute(each) for each in delete]
        self._connection.execute(_NUMBERS_ANEW)
        return sum(each.rowcount for each in told) < MANY

    def drop(self) -> None:
        self._made.close()

    def _with_rows(self, tables: Iterable[str]) -> list[str]:
        look = SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
        each = [look.format(Literal(name), Identifier(name)) for name in tables]
        return [name for (name,) in self._connection.execute(SQL(" UNION ALL ").join(each))]

    def _rows(self, table: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(SQL("SELECT * FROM {}").format(Identifier(table))).fetchall()
