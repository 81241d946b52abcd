"""The next moment at which the desk has something to do by itself: tickets, deliveries and mails alike."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, insert

from desk.delivery import Audience
from desk.ticket import Ticket
from store import ahead, inbox, mailboxes, outbox, tables, tickets, unread
from store.database import Database
from store.inbox import Arrival, State


def next_due(db):
    with db.read() as session:
        return ahead.next_due(session)


@pytest.fixture
def desk(database_url, at):
    """A desk whose every ticket wants to be looked at on Tuesday."""
    desk = Database(database_url, attention=lambda ticket: at("tue 09:00"))
    yield desk
    desk.close()


def test_an_empty_desk_plans_nothing(desk):
    assert next_due(desk) is None


def test_what_is_owed_comes_first_and_then_the_ticket(desk, at, anna):
    with desk.change() as session:
        ticket = Ticket.open(by=anna, at=at("mon 09:00"), subject="Oven", text="Cold", confirm=False)
        tickets.add(session, ticket)
    assert next_due(desk) == at("mon 09:00")
    with desk.change() as session:
        card = outbox.claim(session, tuple(Audience), now=at("mon 09:00"), lease=timedelta(seconds=60))
    assert next_due(desk) == at("mon 09:00")  # while it is on its way
    with desk.change() as session:
        outbox.arrived(session, card, "1.0")
    assert next_due(desk) == at("tue 09:00")


def test_a_mail_nobody_has_read_is_due_when_it_arrived(desk, at):
    with desk.change() as session:
        inbox.keep(session, Arrival(source="test", raw=b"raw", at=at("mon 09:00")))
    assert next_due(desk) == at("mon 09:00")


@pytest.fixture
def read_long_ago(desk, at):
    """Two thousand mails that were dealt with, and one that nobody has read."""
    kept = {"source": "test", "envelope": {}, "raw": b"raw", "arrived_at": at("mon 09:00"), "attempts": 1}
    kept |= {"not_before": at("mon 09:00"), "state": State.DONE, "remark": ""}
    with desk.change() as session:
        session.execute(insert(tables.inbox), [kept] * 2000 + [kept | {"state": State.NEW}])
    with desk.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    return desk


@pytest.mark.parametrize(
    "ask",
    [
        ahead.look,
        lambda session: ahead.look_beyond(session, datetime(2026, 11, 1, tzinfo=UTC)),
        lambda session: mailboxes.all_read_up_to(session, (), now=datetime(2026, 12, 1, tzinfo=UTC)),
        inbox.waiting,
        lambda session: unread.next_new(
            session, now=datetime(2026, 12, 1, tzinfo=UTC), lease=timedelta(minutes=1)
        ),
    ],
    ids=["look", "look_beyond", "all_read_up_to", "waiting", "next_new"],
)
def test_what_lies_ahead_is_found_without_a_look_at_what_is_behind(read_long_ago, ask):
    asked = []
    event.listen(read_long_ago.engine, "before_cursor_execute", lambda *sent: asked.append(sent[2:4]))
    explain = "EXPLAIN QUERY PLAN " if read_long_ago.is_sqlite else "EXPLAIN "
    with read_long_ago.read() as session:
        ask(session)
        statement, parameters = next(each for each in asked if "inbox" in each[0])
        found = session.connection().exec_driver_sql(explain + statement, parameters)
        plan = "\n".join(" ".join(map(str, row)) for row in found)
    assert "ix_inbox_new" in plan, plan


def test_what_is_held_up_is_left_out_beyond_the_moment(desk, at, anna):
    with desk.change() as session:
        tickets.add(session, Ticket.open(by=anna, at=at("mon 09:00"), subject="Oven", text="Cold"))
    with desk.read() as session:
        assert ahead.look(session).delivery == at("mon 09:00")
        beyond = ahead.look_beyond(session, at("mon 09:00"))
    assert (beyond.delivery, beyond.ticket, beyond.mail) == (None, at("tue 09:00"), None)
