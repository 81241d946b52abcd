"""What is kept goes when it is as old as the settings say, and nothing goes before."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import text

from desk.actor import Actor
from desk.delivery import Audience
from desk.errors import NotFound
from desk.ticket import Ticket
from sla.ageing import Ageing
from store import chain, inbox, outbox, retention, tickets, trail
from store.database import Database
from store.emails import Direction, Email
from store.emails import keep as keep_mail
from store.inbox import Arrival, State
from store.session import Session

At = Callable[[str], datetime]
ANNA = Actor.customer("anna@bakery.example", "Anna")
SANNE = Actor.agent("U0SANNE", "Sanne")
DAYS = {
    "raw_mails": 30,
    "sent_mails": 30,
    "reports": 30,
    "quarantine": 10,
    "inbox": 10,
    "closed_tickets": 365,
}


class Old:
    """A desk whose ticket of 2 January was cancelled the day after, and where a mail came to nothing."""

    def __init__(self, db: Database, at: At) -> None:
        self.db, self.now = db, at("2026-01-03 10:00")
        self.ageing = Ageing(db, DAYS, clock=lambda: self.now)
        came = at("2026-01-02 10:00")
        with db.change() as session:
            self.raw = self._came(session, b"Subject: Blank page", came)
            self.noise = self._came(session, b"Subject: Buy this", came)
            ticket = Ticket.open(by=ANNA, at=came, subject="Blank page", text="", detail={"inbox": self.raw})
            self.number = tickets.add(session, ticket).number
            inbox.dealt_with(session, self.raw, State.DONE, ticket=self.number)
            inbox.dealt_with(session, self.noise, State.DROPPED)
            email = Email(
                ticket=self.number, direction=Direction.IN, message_id="<1@bakery.example>", address=ANNA.key,
                subject="Blank page", body="", at=came, inbox=self.raw,
            )  # fmt: skip
            keep_mail(session, email)

    def cancel(self) -> None:
        with self.db.change() as session:
            tickets.get(session, self.number).cancel("No answer.", by=SANNE, at=self.now)

    def raws(self) -> tuple[bytes | None, bytes | None]:
        """What is left of the mail of the ticket, and of the one that came to nothing."""
        with self.db.read() as session:
            return inbox.raw_of(session, self.raw), inbox.raw_of(session, self.noise)

    def after(self, days: int) -> None:
        self.now += timedelta(days=days)
        self.ageing.beat()

    @staticmethod
    def _came(session: Session, raw: bytes, at: datetime) -> int:
        kept = inbox.keep(session, Arrival(source="test", raw=raw, at=at))
        assert kept is not None
        return kept


@pytest.fixture
def old(db: Database, at: At) -> Old:
    return Old(db, at)


def test_nothing_goes_before_its_days_are_over(old: Old) -> None:
    old.cancel()
    old.after(days=8)
    assert old.raws() == (b"Subject: Blank page", b"Subject: Buy this")


def test_a_mail_that_came_to_nothing_goes_first(old: Old) -> None:
    old.cancel()
    old.after(days=11)
    assert old.raws() == (b"Subject: Blank page", b"")


def test_the_raw_mail_of_a_ticket_stays_while_the_ticket_is_open(old: Old) -> None:
    old.after(days=100)
    assert old.raws() == (b"Subject: Blank page", b"")


def test_the_raw_mail_of_a_ticket_goes_once_the_ticket_has_ended_that_long(old: Old) -> None:
    old.cancel()
    old.after(days=31)
    assert old.raws() == (b"", b"")
    with old.db.read() as session:
        assert tickets.get(session, old.number).subject == "Blank page", "only the bytes go"


def test_a_closed_ticket_goes_with_all_that_belongs_to_it_and_the_chain_still_holds(old: Old) -> None:
    with old.db.change() as session:
        ticket = tickets.get(session, old.number)
        ticket.resolve("Done.", by=SANNE, at=old.now)
        ticket.close(by=Actor.system("close"), at=old.now)
    old.ageing.beat()
    old.after(days=366)
    with old.db.read() as session, pytest.raises(NotFound):
        tickets.get(session, old.number)
    with old.db.read() as session:
        assert list(trail.look(session).places) == []


def test_it_is_applied_once_a_day(old: Old) -> None:
    old.cancel()
    old.ageing.beat()
    old.now += timedelta(days=11, hours=-12)
    old.ageing.beat()
    assert old.raws()[1] == b""
    with old.db.change() as session:
        again = old._came(session, b"Subject: Buy that", old.now - timedelta(days=20))
        inbox.dealt_with(session, again, State.DROPPED)
    old.now += timedelta(hours=1)
    old.ageing.beat()
    with old.db.read() as session:
        assert inbox.raw_of(session, again) == b"Subject: Buy that"


def test_what_is_not_named_is_kept_for_ever(old: Old) -> None:
    old.ageing.days = {}
    old.cancel()
    old.after(days=4000)
    assert old.raws() == (b"Subject: Blank page", b"Subject: Buy this")


def test_what_would_go_is_counted_beforehand(old: Old) -> None:
    old.cancel()
    old.now += timedelta(days=60)
    with old.db.read() as session:
        counts = {
            kind.name: retention.count(session, kind, before=old.now - timedelta(days=DAYS[kind.name]))
            for kind in retention.CLASSES
        }
    assert {name: count for name, count in counts.items() if count} == {"raw_mails": 1, "inbox": 1}


def test_what_happened_is_taken_into_the_chain_at_every_beat(old: Old) -> None:
    old.ageing.beat()
    with old.db.change() as session:
        assert chain.grow(session) == 0


def test_what_is_still_under_way_keeps_its_ticket_until_the_next_time_and_holds_up_no_other(old: Old) -> None:
    with old.db.change() as session:
        later = Ticket.open(by=ANNA, at=old.now, subject="Later", text="", confirm=False)
        other = tickets.add(session, later).number
        for number in (old.number, other):
            ticket = tickets.get(session, number)
            ticket.resolve("Done.", by=SANNE, at=old.now)
            ticket.close(by=Actor.system("close"), at=old.now)
    then = old.now + timedelta(days=400)
    with old.db.change() as session:
        claimed = outbox.claim(session, (Audience.CARD,), now=then, lease=timedelta(minutes=1))
    assert claimed
    assert claimed.ticket_number == old.number
    for wait in (timedelta(), timedelta(hours=1)):
        old.ageing.apply(then + wait)
        with old.db.read() as session:
            assert tickets.get(session, old.number).subject == "Blank page"
            with pytest.raises(NotFound):
                tickets.get(session, other)
    with old.db.change() as session:
        assert outbox.arrived(session, claimed, "1000.000001")
    old.ageing.apply(then)
    with old.db.read() as session, pytest.raises(NotFound):
        tickets.get(session, old.number)


def test_one_kind_alone_can_have_its_days(old: Old) -> None:
    old.ageing.days = {"inbox": 10}
    old.cancel()
    old.after(days=400)
    assert old.raws() == (b"Subject: Blank page", b"")


def test_of_two_processes_that_add_to_the_chain_the_second_leaves_it_to_the_first(old: Old) -> None:
    with old.db.change() as session:
        assert chain.grow(session) > 0
        other = Thread(target=old.ageing.beat)
        other.start()
        while not session.is_sqlite and other.is_alive() and not waits(old.db):
            other.join(0.01)
    other.join()
    with old.db.read() as session:
        assert list(trail.look(session).places) == []


def waits(db: Database) -> bool:
    """Whether somebody waits for what another transaction holds.  PostgreSQL only."""
    with db.read() as session:
        return bool(session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def test_a_process_forgets_what_another_one_erased(old: Old, database_url: str) -> None:
    with old.db.change() as session:
        ticket = tickets.get(session, old.number)
        ticket.resolve("Done.", by=SANNE, at=old.now)
        ticket.close(by=Actor.system("close"), at=old.now)
    with old.db.read() as session:
        assert tickets.get(session, old.number).history
        assert session.histories.known(old.number, version=1)
    elsewhere = Database(database_url)
    Ageing(elsewhere, DAYS, clock=lambda: old.now + timedelta(days=400)).beat()
    elsewhere.close()
    old.ageing.days = {}
    old.ageing.beat()
    with old.db.read() as session:
        assert not session.histories.known(old.number, version=1)
