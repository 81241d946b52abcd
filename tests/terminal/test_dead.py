"""`helpdesk dead`: what was given up is listed, tried again or let be, and the history says by whom."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import Result
from sqlalchemy import select, update

from desk.actor import Actor, Role
from desk.delivery import Audience, DeliveryState
from desk.event import Event, Kind
from desk.release import Stand
from store import outbox, releases, reports, tables, tickets
from store.database import Database
from store.reports import Written

SANNE = Actor.agent("U0SANNE", "Sanne")
AT = datetime(2026, 11, 30, 9, tzinfo=UTC)

Typed = Callable[..., Result]
Kill = Callable[[Audience, DeliveryState], int]


@pytest.fixture
def kill(db: Database, opened: Callable[..., int]) -> Kill:
    """Gives up a delivery to that audience about Sanne's answer; its number."""
    number = opened()
    with db.change() as session:
        ticket = tickets.get(session, number)
        ticket.reply("We look.", by=SANNE, at=AT, key="click:1")
        ticket.customer_wrote("Still blank.", by=Actor.customer(ticket.customer, "Anna"), at=AT, key="mail:2")

    def give_up(audience: Audience, state: DeliveryState) -> int:
        row = tables.outbox.c
        with db.change() as session:
            found = session.scalars(
                select(row.id).where(row.audience == audience).order_by(row.id.desc())
            ).first()
            values = {"state": state, "last_error": "invalid_blocks", "attempts": 3}
            session.execute(update(tables.outbox).where(row.id == found).values(values))
        return int(found)

    return give_up


def state_of(db: Database, delivery: int) -> DeliveryState:
    with db.read() as session:
        found: DeliveryState = session.scalars(
            select(tables.outbox.c.state).where(tables.outbox.c.id == delivery)
        ).one()
    return found


def last_event(db: Database) -> Event:
    with db.read() as session:
        return tickets.get(session, 1).history[-1]


def test_nothing_is_dead_at_first(typed: Typed, db: Database) -> None:
    assert typed("dead", "list").output == "Nothing was given up, and nothing is in doubt.\n"
    assert typed("dead", "show", 7).exit_code == 66


def test_a_line_that_slack_refused_is_listed_shown_and_tried_again(
    typed: Typed, db: Database, kill: Kill
) -> None:
    number = kill(Audience.AGENTS, DeliveryState.DEAD)
    [facts] = map(json.loads, typed("dead", "list", "--json").output.splitlines())
    assert (facts["id"], facts["to"], facts["state"], facts["reason"]) == (
        number, "agents", "dead", "invalid_blocks",
    )  # fmt: skip
    assert "invalid_blocks" in typed("dead", "show", number).output

    assert typed("dead", "replay", number).exit_code == 0
    assert state_of(db, number) is DeliveryState.READY
    assert (last_event(db).kind, last_event(db).by.role) == (Kind.NOTED, Role.OPERATOR)
    assert typed("dead", "replay", number).exit_code == 66


def test_what_may_stand_in_slack_is_looked_for_before_it_is_told_again(
    typed: Typed, db: Database, kill: Kill
) -> None:
    number = kill(Audience.AGENTS, DeliveryState.DOUBTFUL)
    assert typed("dead", "replay", number).exit_code == 0
    assert state_of(db, number) is DeliveryState.UNCERTAIN


def test_a_mail_that_may_have_arrived_is_only_sent_again_by_one_who_says_so(
    typed: Typed, db: Database, kill: Kill
) -> None:
    number = kill(Audience.CUSTOMER, DeliveryState.DOUBTFUL)
    with db.change() as session:
        tickets.get(session, 1).mail_failed(2, "no answer", certain=False, by=Actor.system("outbox"), at=AT)
    refused = typed("dead", "replay", number)
    assert refused.exit_code == 1
    assert "may have arrived" in refused.output
    assert state_of(db, number) is DeliveryState.DOUBTFUL
    assert typed("dead", "replay", number, "--twice").exit_code == 0
    assert state_of(db, number) is DeliveryState.READY
    assert last_event(db).kind is Kind.RESENT


@pytest.mark.parametrize("audience", [Audience.AGENTS, Audience.CUSTOMER])
def test_what_is_let_be_is_counted_no_more_and_the_history_says_why(
    typed: Typed, db: Database, kill: Kill, audience: Audience
) -> None:
    number = kill(audience, DeliveryState.DEAD)
    assert typed("dead", "discard", number).exit_code == 2
    assert typed("dead", "discard", number, "--reason", "told by phone").exit_code == 0
    assert last_event(db).text.endswith("given up: told by phone")
    assert typed("dead", "list").output == "Nothing was given up, and nothing is in doubt.\n"
    with db.read() as session:
        assert (audience, DeliveryState.DEAD) not in outbox.counts(session)
    again = typed("dead", "discard", number, "--reason", "once more")
    assert again.exit_code == 1


@pytest.fixture
def month(db: Database) -> int:
    """A month for a client that was let go and may not have arrived; its number."""
    mail = Written(
        client="Bakery", month="2026-10", desk="", address="boss@bakery.example", subject="October",
        body="New: 1", file="HD.csv", message_id="month@desk.example", raw=b"To: boss\r\n\r\nNew: 1\r\n",
    )  # fmt: skip
    with db.change() as session:
        reports.keep(session, mail, at=AT)
        reports.release(session, 1, 1, by="Lena", at=AT)
        claimed = releases.claim(session, now=AT, lease=timedelta(seconds=60))
        assert claimed is not None
        releases.end(session, claimed, Stand.DOUBTFUL, at=AT, reason="no copy of it was seen")
    return claimed.id


BAKERY = {"name": "Bakery", "domains": ["bakery.example"], "report_to": "boss@bakery.example"}
CONTRACT = {"HELPDESK_CONTRACTS": json.dumps([BAKERY])}


def test_a_month_that_may_not_have_arrived_is_listed_and_sent_again_by_one_who_says_so(
    typed: Typed, db: Database, month: int
) -> None:
    [facts] = map(json.loads, typed("dead", "list", "--json").output.splitlines())
    assert (facts["id"], facts["client"], facts["state"]) == (f"report-{month}", "Bakery", "doubtful")
    assert "Bakery, month 2026-10: no copy of it was seen" in typed("dead", "list").output
    assert "boss@bakery.example" in typed("dead", "show", f"report-{month}").output

    assert "may have arrived" in typed("dead", "replay", f"report-{month}", **CONTRACT).output
    elsewhere = typed("dead", "replay", f"report-{month}", "--twice")
    assert (elsewhere.exit_code, "settings" in elsewhere.output) == (1, True)
    done = typed("dead", "replay", f"report-{month}", "--twice", **CONTRACT)
    assert (done.exit_code, done.output) == (0, "The month 2026-10 of Bakery is sent again.\n")
    with db.read() as session:
        assert reports.get(session, month).stand is Stand.RELEASED
    assert typed("dead", "show", f"report-{month}").exit_code == 66


def test_a_month_that_is_let_be_says_by_whom_and_why(typed: Typed, db: Database, month: int) -> None:
    assert typed("dead", "discard", f"report-{month}", "--reason", "told by phone").exit_code == 0
    assert typed("dead", "list").output == "Nothing was given up, and nothing is in doubt.\n"
    with db.read() as session:
        assert "told by phone (" in reports.get(session, month).last_error


@pytest.mark.parametrize("word", ["report-", "report-0", "0", "-3", "month", "9" * 20])
def test_what_is_no_number_is_refused(typed: Typed, word: str) -> None:
    assert typed("dead", "show", "--", word).exit_code == 2
