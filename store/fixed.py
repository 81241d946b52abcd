"""Statements that never change their shape: compiled once, and then handed to the driver as they are."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

from sqlalchemy import (
    Alias,
    BindParameter,
    ClauseElement,
    Column,
    Connection,
    Dialect,
    Select,
    Table,
    UpdateBase,
    literal_column,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import ExternallyTraversible

from store import tables

Statement = Select[Any] | UpdateBase
Row = tuple[Any, ...]
Facts = dict[str, Any]
_Way = Callable[[Any], Any] | None


class Fixed:
    """What every ticket needs many times; SQLAlchemy would take three times as long to say it.

    columns: those that an INSERT fills, if not all."""

    def __init__(self, statement: Statement, *, columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = columns
        self._said: dict[str, _Said] = {}
        self.tables = frozenset(_tables_in(statement))

    @property
    def rank(self) -> int:
        """Where it stands among statements that wait: what others point to is written before them."""
        return max(_RANKS[table] for table in self.tables)

    def first(self, connection: Connection, facts: Facts) -> Row | None:
        """The first row of what is found, or of what was changed."""
        said = self._in(connection)
        with DriverCursor(connection, said.text) as cursor:
            cursor.execute(said.parameters(facts))
            found = cursor.of_driver.fetchone()
        return None if found is None else said.read(found)

    def every(self, connection: Connection, facts: Facts) -> list[Row]:
        """All rows."""
        said = self._in(connection)
        with DriverCursor(connection, said.text) as cursor:
            cursor.execute(said.parameters(facts))
            found = cursor.of_driver.fetchall()
        return [said.read(row) for row in found]

    def do(self, connection: Connection, *facts: Facts) -> None:
        """Do it once for each of these; nothing is asked back."""
        said = self._in(connection)
        with DriverCursor(connection, said.text) as cursor:
            if len(facts) == 1:
                cursor.execute(said.parameters(facts[0]))
            elif facts:
                cursor.execute_all([said.parameters(each) for each in facts])

    def _in(self, connection: Connection) -> "_Said":
        dialect = connection.dialect
        if dialect.name not in self._said:
            self._said[dialect.name] = _said(self._statement, dialect, self._columns)
        return self._said[dialect.name]


_RANKS = {table: rank for rank, table in enumerate(tables.metadata.sorted_tables)}


def _tables_in(statement: Statement) -> Iterator[Table]:
    """Every table that a statement names, be it in a condition."""
    for each in visitors.iterate(statement):
        named = each.table if isinstance(each, Column) else each
        named = named.element if isinstance(named, Alias) else named
        if isinstance(named, Table):
            yield named


@dataclass(frozen=True)
class _Said:
    """A statement in the words of one kind of database.

    takes: its parameters in order, each with how it is written, or with what it always is; reads: how each
    column is read."""

    text: str
    takes: Sequence[tuple[str, _Way, Any]]
    is_positional: bool
    reads: Sequence[_Way]
    reads_something: bool

    def parameters(self, facts: Facts) -> Any:
        values = [
            constant if name not in facts else write(facts[name]) if write else facts[name]
            for name, write, constant in self.takes
        ]
        if self.is_positional:
            return tuple(values)
        return {name: value for (name, _, _), value in zip(self.takes, values, strict=True)}

    def read(self, row: Sequence[Any]) -> Row:
        if not self.reads_something:
            return tuple(row)
        return tuple([way(value) if way else value for way, value in zip(self.reads, row, strict=True)])


def _said(statement: Statement, dialect: Dialect, columns: Sequence[str] | None) -> _Said:
    keys = list(columns) if columns else None
    said = visitors.replacement_traverse(statement, {}, partial(_in_words, dialect))
    assert isinstance(said, ClauseElement)
    compiled = said.compile(dialect=dialect, column_keys=keys)
    assert isinstance(compiled, SQLCompiler)
    names = compiled.positiontup if compiled.positional else list(compiled.binds)
    reads = [
        column.type.dialect_impl(dialect).result_processor(dialect, None)
        for column in statement.exported_columns
    ]
    return _Said(
        text=str(compiled),
        takes=[_taken(name, compiled.binds[name], dialect) for name in names or ()],
        is_positional=compiled.positional,
        reads=reads,
        reads_something=any(reads),
    )


def _in_words(dialect: Dialect, element: object, **_more: object) -> ExternallyTraversible | None:
    """What is always the same stands in the text: where it came as parameters, SQLite took ten times as long
    over a search for one of several states."""
    if not isinstance(element, BindParameter) or element.required or element.value is None:
        return None
    said = element.type.dialect_impl(dialect).literal_processor(dialect)
    return literal_column(said(element.effective_value), element.type) if said else None


def _taken(name: str, bind: BindParameter[Any], dialect: Dialect) -> tuple[str, _Way, Any]:
    write = bind.type.dialect_impl(dialect).bind_processor(dialect)
    if bind.required:
        return name, write, None
    return name, write, write(bind.effective_value) if write else bind.effective_value


class DriverCursor:
    """The driver's cursor for one statement, which tells who listens and whose errors are SQLAlchemy's."""

    def __init__(self, connection: Connection, text: str) -> None:
        self._connection = connection
        self._text = text

    def __enter__(self) -> Self:
        self.of_driver = self._connection.connection.cursor()
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self.of_driver.close()
        known = self._connection.dialect.loaded_dbapi.Error
        if isinstance(error, known):
            raise DBAPIError.instance(self._text, None, error, known) from error

    def execute(self, parameters: Any) -> None:
        self._tell(parameters, many=False)
        self.of_driver.execute(self._text, parameters)

    def execute_all(self, parameters: Iterable[Any]) -> None:
        self._tell(parameters, many=True)
        self.of_driver.executemany(self._text, parameters)  # type: ignore[arg-type]  # drivers take them one by one

    def copy_in(self, rows: Iterable[Row]) -> None:
        """PostgreSQL's COPY FROM STDIN."""
        self._tell(rows, many=True)
        with self.of_driver.copy(self._text) as copy:
            for row in rows:
                copy.write_row(row)

    def _tell(self, parameters: Any, *, many: bool) -> None:
        for listener in self._connection.dispatch.before_cursor_execute:
            listener(self._connection, self.of_driver, self._text, parameters, None, many)
