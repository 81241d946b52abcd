"""Very many rows into a table at once, in the quickest way that each engine has."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Dialect, Table

from store.fixed import DriverCursor
from store.session import Session


def pour(session: Session, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Add these rows, which are taken one by one and hold the values of these columns in their order.

    What waits in the session to be written by its end is not looked at."""
    connection = session.connection()
    writes = [_writing(table, name, connection.dialect) for name in columns]
    written = (
        tuple([write(value) if write else value for write, value in zip(writes, row, strict=True)])
        for row in rows
    )
    quote = connection.dialect.identifier_preparer.quote
    place = f"{quote(table.name)} ({', '.join(map(quote, columns))})"
    if session.is_sqlite:
        statement = f"INSERT INTO {place} VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - our names
        with DriverCursor(connection, statement) as cursor:
            cursor.execute_all(written)
    else:
        with DriverCursor(connection, f"COPY {place} FROM STDIN") as cursor:
            cursor.copy_in(written)


def _writing(table: Table, column: str, dialect: Dialect) -> Callable[[Any], Any] | None:
    return table.c[column].type.dialect_impl(dialect).bind_processor(dialect)
