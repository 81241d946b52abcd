"""Ten thousand deliveries wait for Slack's pace, and the next ones are found as quickly as among a few."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import event, insert, text

from desk.actor import Actor
from desk.delivery import Audience
from desk.ticket import Ticket
from store import cards, likely, mapping, outbox, statements, tables, tickets
from store.database import Database, Session
from store.pouring import pour
from tests.week import moment

At = Callable[[str], datetime]
ATicket = Callable[..., int]
Ask = Callable[[Session], object]

SLACK = (Audience.CARD, Audience.AGENTS, Audience.LEADS)
MAIL = (Audience.CUSTOMER,)
FILES = (Audience.FILES, Audience.DESK)
NOW, LEASE = moment("mon 10:00"), timedelta(seconds=60)

WAITING = {
    "without a card": [(None, "card"), (1, "agents"), (2, "agents"), (1, "files")],
    "warned": [(3, "leads")],
    "answered": [(3, "customer"), (2, "desk")],
}
"""What each of many tickets owes, by what became of it; none of them has a card."""


def backlog(db: Database, first: int, many: int, owed: Sequence[tuple[int | None, str]]) -> None:
    """So many tickets, each of which has three events and owes that since Monday at nine."""
    at, places = moment("mon 09:00"), count(10 * first)
    ticket = Ticket.open(by=Actor.customer("anna@bakery.example", "Anna"), at=at, subject="Oven", text="Cold")
    its, happened = mapping.row_of_ticket(ticket), mapping.row_of_event(1, ticket.history[0])
    numbers = range(first, first + many)
    tickets_ = [its | {"number": number, "version": 3} for number in numbers]
    events = [happened | {"ticket": number, "seq": seq} for number in numbers for seq in (1, 2, 3)]
    news = {"state": "ready", "attempts": 0, "looked": 0, "revision": 1, "fence": 0, "last_error": ""}
    news |= {"not_before": at, "reference": ""}
    owes = [
        news
        | {"id": next(places), "ticket": number, "seq": seq, "audience": audience}
        | {"token": tables.new_token(), "cardless": audience in ("agents", "files")}
        for number in numbers
        for seq, audience in owed
    ]
    with db.change() as session:
        for table, rows in ((tables.tickets, tickets_), (tables.events, events), (tables.outbox, owes)):
            pour(session, table, list(rows[0]), [list(row.values()) for row in rows])


def work(db: Database, ask: Ask) -> int:
    """What the database has to do for that: steps of SQLite's machine, or rows that PostgreSQL looks at."""
    with db.read() as session:
        return _steps(session, ask) if db.is_sqlite else _rows(session, ask)


def _steps(session: Session, ask: Ask) -> int:
    steps, driver = count(), session.connection().connection.driver_connection
    driver.set_progress_handler(lambda: next(steps) and 0, 1)
    ask(session)
    driver.set_progress_handler(None, 0)
    return next(steps)


def _rows(session: Session, ask: Ask) -> int:
    asked: list[Any] = []
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", lambda *sent: asked.append(sent[2:4]))
    ask(session)
    statement, parameters = asked[0]
    found = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).scalar()
    (explained,) = json.loads(found) if isinstance(found, str) else found
    return sum(_looked_at(node) for node in _nodes(explained["Plan"]))


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from _nodes(each)


def _looked_at(node: dict[str, Any]) -> int:
    passed = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return int(passed * node["Actual Loops"])


def due(audiences: tuple[Audience, ...]) -> Ask:
    found = statements.next_due(audiences)
    return lambda session: session.every(found, now=NOW, soon=NOW + timedelta(minutes=1), most=20)


def beside(session: Session) -> object:
    facts = {"now": NOW, "soon": NOW + timedelta(minutes=1), "most": 20, "beside": [1]}
    return session.execute(statements.next_beside((Audience.LEADS,)), facts).all()


@pytest.fixture(scope="module")
def asked() -> dict[str, Ask]:
    return {"Slack": due(SLACK), "mail": due(MAIL), "files": due(FILES), "beside": beside}


def test_a_claim_costs_the_same_however_many_wait(db: Database, asked: dict[str, Ask]) -> None:
    for place, owed in enumerate(WAITING.values()):
        backlog(db, 1 + 10_000 * place, 50, owed)
    few = {name: work(db, ask) for name, ask in asked.items()}
    for place, owed in enumerate(WAITING.values()):
        backlog(db, 1001 + 10_000 * place, 1500, owed)
    with db.read() as session:
        assert sum(outbox.counts(session).values()) > 10_000
    many = {name: work(db, ask) for name, ask in asked.items()}
    assert all(few.values())
    assert {name: cost for name, cost in many.items() if cost > 1.5 * few[name] + 20} == {}


def test_what_waits_is_looked_at_once_for_all_figures_about_it(db: Database) -> None:
    for place, owed in enumerate(WAITING.values()):
        backlog(db, 1 + 10_000 * place, 300, owed)
    with db.read() as session:
        found = outbox.standing(session)
    waiting, nine = 300 * sum(map(len, WAITING.values())), moment("mon 09:00")
    assert {each.since for each in found.values()} == {nine}
    assert sum(each.many for each in found.values()) == waiting
    assert work(db, outbox.standing) < (30 if db.is_sqlite else 4) * waiting


@pytest.mark.parametrize("audiences", [SLACK, MAIL, FILES], ids=["Slack", "mail", "files"])
def test_the_next_are_found_in_order_by_the_index(db: Database, audiences: tuple[Audience, ...]) -> None:
    plan = plan_of(db, due(audiences))
    assert "ix_outbox_owed" in plan, plan
    assert "TEMP B-TREE" not in plan, plan


def test_a_new_ticket_is_compared_with_the_newest_and_not_with_all_that_are_open(
    db: Database, a_ticket: ATicket, at: At, anna: Actor
) -> None:
    a_ticket()
    new = Ticket.open(by=anna, at=at("mon 10:00"), subject="Blank page", text="Again.")
    plan = plan_of(db, lambda session: likely.suspect(session, new, at=NOW, within=timedelta(days=7)))
    assert "ix_tickets_status" not in plan, plan


def plan_of(db: Database, ask: Ask) -> str:
    """How the database goes about it."""
    asked: list[Any] = []
    explain = "EXPLAIN QUERY PLAN " if db.is_sqlite else "EXPLAIN "
    with db.read() as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", lambda *sent: asked.append(sent[2:4]))
        ask(session)
        statement, parameters = asked[0]
        found = connection.exec_driver_sql(explain + statement, parameters)
        return "\n".join(" ".join(map(str, row)) for row in found)


def owed_to_agents(db: Database) -> list[int]:
    with db.change() as session:
        claimed = outbox.claim_some(session, (Audience.AGENTS,), now=NOW, lease=LEASE, most=20)
    return [each.ticket_number for each in claimed]


def take(db: Database, number: int, sanne: Actor, at: datetime) -> None:
    with db.change() as session:
        tickets.get(session, number).take(by=sanne, at=at)


def test_news_before_and_after_the_card_goes_under_it(
    db: Database, a_ticket: ATicket, at: At, sanne: Actor
) -> None:
    number = a_ticket()
    take(db, number, sanne, at("mon 09:10"))
    assert owed_to_agents(db) == []
    with db.change() as session:
        card = outbox.claim(session, (Audience.CARD,), now=NOW, lease=LEASE)
        assert card is not None
        assert outbox.arrived(session, card, "1.1")
        cards.keep(session, number, cards.Place("C0SUPPORT", "1.1"), at=NOW)
    assert owed_to_agents(db) == [number]
    other = a_ticket(posted=True)
    take(db, other, sanne, at("mon 09:20"))
    assert owed_to_agents(db) == [other]


def test_a_thread_waits_again_when_its_card_is_gone(
    db: Database, a_ticket: ATicket, at: At, sanne: Actor
) -> None:
    number = a_ticket(posted=True)
    take(db, number, sanne, at("mon 09:10"))
    with db.change() as session:
        cards.forget(session, number)
    assert owed_to_agents(db) == []


def test_what_a_process_of_an_earlier_version_left_waiting_is_set_free(
    db: Database, a_ticket: ATicket, at: At, sanne: Actor
) -> None:
    number, waiting = a_ticket(), a_ticket(subject="Another")
    for each in (number, waiting):
        take(db, each, sanne, at("mon 09:10"))
    with db.change() as session:  # it knows nothing of turns
        place = {"ticket": number, "channel": "C0SUPPORT", "ts": "1.1", "posted_at": NOW}
        session.execute(insert(tables.cards), place)
    assert owed_to_agents(db) == []
    with db.change() as session:
        stranded = cards.stranded(session)
        cards.free(session, stranded)
    assert stranded == [number]
    assert owed_to_agents(db) == [number]


def test_what_happens_while_a_card_is_posted_does_not_wait_for_it_for_ever(
    db: Database, a_ticket: ATicket, at: At, sanne: Actor
) -> None:
    number = a_ticket()
    with db.change() as session:
        card = outbox.claim(session, (Audience.CARD,), now=NOW, lease=LEASE)
    assert card is not None
    taking = Thread(target=take, args=(db, number, sanne, at("mon 09:10")))
    with db.change() as session:
        assert outbox.arrived(session, card, "1.1")
        taking.start()
        while not db.is_sqlite and taking.is_alive() and not waits(db):
            taking.join(0.01)
        cards.keep(session, number, cards.Place("C0SUPPORT", "1.1"), at=NOW)
    taking.join()
    assert owed_to_agents(db) == [number]


def waits(db: Database) -> bool:
    """Whether somebody waits for what another transaction holds.  PostgreSQL only."""
    locked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with db.read() as session:
        return bool(session.scalar(text(f"{locked} AND datname = current_database()")))
