"""A courier that is stopped calls nobody any more, and lets go of what it has in hand."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import select

from desk.delivery import Audience, Delivery, DeliveryState
from store import tables
from store.courier import Courier
from store.database import Database, Session
from store.outbox import Patience

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
ATicket = Callable[..., int]


class Hangs:
    """A sender whose first call does not end before it may."""

    patience = Patience(timedelta(minutes=1), timedelta(hours=1), timedelta(days=5))

    def __init__(self) -> None:
        self.called, self.may_end, self.calls = Event(), Event(), 0

    def send(self, delivery: Delivery) -> str:
        self.calls += 1
        self.called.set()
        assert self.may_end.wait(60)
        return f"ts {delivery.id}"

    def prove(self, delivery: Delivery) -> str | None:
        return None

    def arrived(self, session: Session, delivery: Delivery, reference: str, *, at: datetime) -> None:
        """Nothing follows."""

    def gave_up(
        self, session: Session, delivery: Delivery, reason: str, *, certain: bool, at: datetime
    ) -> None:
        """Nothing follows."""


@pytest.fixture
def hanging(db: Database, a_ticket: ATicket) -> Iterator[tuple[Courier, Hangs, Thread]]:
    """A courier in the middle of a call, with the card of another ticket claimed behind it."""
    for _ in range(2):
        a_ticket()
    sender = Hangs()
    courier = Courier(db, {Audience.CARD: sender}, clock=lambda: NOW, together=20)
    at_work = Thread(target=courier.deliver_due)
    at_work.start()
    assert sender.called.wait(60)
    yield courier, sender, at_work
    sender.may_end.set()
    at_work.join(60)


def states(db: Database) -> list[DeliveryState]:
    row = tables.outbox.c
    with db.read() as session:
        query = select(row.state).where(row.audience == Audience.CARD).order_by(row.state)
        return list(session.scalars(query))


def test_what_is_claimed_and_not_called_about_is_given_back(
    db: Database, hanging: tuple[Courier, Hangs, Thread]
) -> None:
    courier, sender, at_work = hanging
    courier.stop()
    sender.may_end.set()
    at_work.join(60)
    assert states(db) == [DeliveryState.DONE, DeliveryState.READY]
    assert (sender.calls, courier.deliver_due()) == (1, 0)


def test_a_call_that_does_not_end_is_left_in_doubt_and_its_late_answer_changes_nothing(
    db: Database, hanging: tuple[Courier, Hangs, Thread]
) -> None:
    courier, sender, at_work = hanging
    courier.stop()
    courier.let_go()
    assert DeliveryState.SENDING not in states(db)
    assert states(db) == [DeliveryState.READY, DeliveryState.UNCERTAIN]
    sender.may_end.set()
    at_work.join(60)
    assert states(db) == [DeliveryState.READY, DeliveryState.UNCERTAIN]
