"""The sweep's question costs what is due: the partial index answers it, on both engines."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import event, insert

from desk.priority import Priority
from desk.status import Status
from store import tables, tickets
from store.database import Database, Session

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.fixture
def many(db: Database) -> Database:
    """Ten thousand tickets, of which three are due and half can never be."""
    soon, later = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    like = {"opened_at": soon, "changed_at": soon, "status": Status.IN_PROGRESS, "priority": Priority.LOW}
    like |= dict.fromkeys(("subject", "customer", "customer_name", "client", "owner_name"), "")
    due = [soon] * 3 + [later] * 4_997 + [None] * 5_000
    rows = [
        {"number": n, "attention_at": at, "language": "en", "version": 1, **like}
        for n, at in enumerate(due, 1)
    ]
    with db.change() as session:
        session.execute(insert(tables.tickets), rows)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    return db


def test_what_is_due_is_found_through_the_partial_index(many: Database) -> None:
    asked = _asked_by(many, lambda session: tickets.needing_attention(session, now=NOW))
    plan = _plan(many, *asked)
    assert "ix_tickets_attention_at" in plan, plan
    assert "SEQ SCAN" not in plan.upper()
    assert "SORT" not in plan.upper().replace("TEMP B-TREE FOR ORDER BY", "SORT")


def test_only_what_is_due_is_found_the_longest_waiting_first_and_no_more_than_asked_for(
    many: Database,
) -> None:
    with many.read() as session:
        assert tickets.needing_attention(session, now=NOW) == [1, 2, 3]
        assert tickets.needing_attention(session, now=NOW, limit=2) == [1, 2]
        later = datetime(2028, 1, 1, tzinfo=UTC)
        assert len(tickets.needing_attention(session, now=later)) == 200


def _asked_by(db: Database, deed) -> tuple[str, object]:
    """The statement, and its parameters, that the deed really sends."""
    sent: list[tuple[str, object]] = []

    def keep(_connection, _cursor, statement, parameters, _context, _many) -> None:
        sent.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", keep)
    with db.read() as session:
        deed(session)
    event.remove(db.engine, "before_cursor_execute", keep)
    return next(each for each in sent if "attention_at" in each[0])


def _plan(db: Database, statement: str, parameters: object) -> str:
    explain = "EXPLAIN QUERY PLAN " if db.is_sqlite else "EXPLAIN "
    with db.read() as session:
        return _lines(session, explain + statement, parameters)


def _lines(session: Session, statement: str, parameters: object) -> str:
    found = session.connection().exec_driver_sql(statement, parameters)
    return "\n".join(" ".join(map(str, row)) for row in found)
