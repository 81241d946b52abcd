"""The last numbers that were given: they go on behind them, also where the rows are gone."""

from sqlalchemy import text

from store.session import Session

COUNTED = {
    "tickets": "number",
    "outbox": "id",
    "inbox": "id",
    "emails": "id",
    "files": "id",
    "receipts": "id",
    "remains": "id",
    "reports": "id",
}
"""Tables whose rows are numbered by the database, and the column."""

_SQLITE_LAST = text("SELECT name, seq FROM sqlite_sequence")
_SQLITE_NEW = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :least)")
_SQLITE_ON = text("UPDATE sqlite_sequence SET seq = max(seq, :least) WHERE name = :name")

_LAST = text(
    "SELECT COALESCE(pg_sequence_last_value(CAST(pg_get_serial_sequence(:name, :number) AS regclass)), 0)"
)
_ON = text("SELECT setval(CAST(pg_get_serial_sequence(:name, :number) AS regclass), :least)")


def last(session: Session) -> dict[str, int]:
    """The last number of each table; on SQLite only of those whose numbers are never given twice."""
    if session.is_sqlite:
        return {name: seq for name, seq in session.execute(_SQLITE_LAST) if name in COUNTED}
    return {name: session.scalar(_LAST, {"name": name, "number": number}) for name, number in COUNTED.items()}


def go_on_behind(session: Session, name: str, least: int) -> None:
    """Let the numbers of that table begin behind this one at the earliest."""
    if session.is_sqlite:
        known = name in last(session)
        session.execute(_SQLITE_ON if known else _SQLITE_NEW, {"name": name, "least": least})
        return
    its = {"name": name, "number": COUNTED[name]}
    least = max(least, session.scalar(_LAST, its))
    if least:
        session.execute(_ON, its | {"least": least})
