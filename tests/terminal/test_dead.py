"""`helpdesk dead`: what was given up is listed, tried again or let be, and the history says by whom."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from click.testing import Result
from sqlalchemy import select, update

from desk.actor import Actor, Role
from desk.delivery import Audience, DeliveryState
from desk.event import Event, Kind
from store import outbox, tables, tickets
from store.database import Database

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
