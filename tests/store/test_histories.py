"""Of a history that was read once, only what is new is read again; and not everything is kept for ever."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import event

from desk.actor import Actor
from desk.event import Event, Kind
from desk.priority import Priority
from desk.status import Status
from store import tickets
from store.database import Database
from store.histories import Histories

At = Callable[[str], datetime]
ANNA = Actor.customer("anna@bakery.example", "Anna")


def an_event(seq: int, text: str = "") -> Event:
    return Event(
        seq=seq, kind=Kind.CUSTOMER_WROTE, at=datetime(2026, 11, 30, tzinfo=UTC), by=ANNA, text=text,
        status=Status.WAITING_FOR_SUPPORT, priority=Priority.MEDIUM,
    )  # fmt: skip


def test_what_is_known_is_told_up_to_the_version_that_is_asked_for() -> None:
    histories, events = Histories(), [an_event(seq) for seq in (1, 2, 3)]
    histories.learn(7, events)
    histories.learn(7, events[:2])  # somebody read it as of an earlier moment
    assert histories.known(7, version=3) == tuple(events)
    assert histories.known(7, version=2) == tuple(events[:2])
    assert histories.known(7, version=4) == tuple(events)
    assert histories.known(8, version=1) == ()


def test_what_was_asked_for_the_longest_time_ago_is_forgotten_first() -> None:
    histories = Histories(most=9_000)
    for number in (1, 2):
        histories.learn(number, [an_event(1, "x" * 3_000)])
    histories.known(1, version=1)
    histories.learn(3, [an_event(1, "x" * 3_000)])
    assert [len(histories.known(number, version=1)) for number in (1, 2, 3)] == [1, 0, 1]


def test_only_new_events_are_read_and_a_ticket_of_one_transaction_is_nobody_elses(
    db: Database, a_ticket: Callable[..., int], at: At, sanne: Actor
) -> None:
    number, asked = a_ticket(), list[str]()
    with db.read() as session:
        before = tickets.get(session, number)
    event.listen(db.engine, "before_cursor_execute", lambda *sent: asked.append(sent[2]))
    with db.read() as session:
        again = tickets.get(session, number)
    assert not [each for each in asked if "FROM events" in each]
    again.note("Never saved.", by=sanne, at=at("mon 10:00"))
    with db.change() as session:
        tickets.get(session, number).note("Saved.", by=sanne, at=at("mon 11:00"))
    with db.read() as session:
        after = tickets.get(session, number)
    assert [each.text for each in after.history] == ["It is blank.", "Saved."]
    assert after.history[0] is before.history[0]
    assert [each.text for each in before.history] == ["It is blank."]
