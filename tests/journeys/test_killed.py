"""The desk is killed between two stations and started again: nothing is lost, doubled or owed for ever."""

import os
import signal
import smtplib
from contextlib import contextmanager
from datetime import timedelta
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from sqlalchemy import func, select, text

import helpdesk
from config import load
from desk.actor import Role
from desk.delivery import Audience, DeliveryState
from desk.event import Kind
from desk.status import Status
from sandbox.visitor import text_of
from store import cards, inbox, outbox, tables, tickets
from store.database import Database
from terminal.demo import demo_settings
from tests.near import Near
from tests.ports import free_ports
from tests.sound import assert_sound
from tests.warm import Started
from wiring import whole

pytestmark = pytest.mark.both_engines

CARLA = "carla@bakkerij-jansen.example"
PATIENCE = 100
"""Seconds: the start of a process takes two of a quiet machine, and many times that of a busy one."""
ENDS = {DeliveryState.DOUBTFUL, DeliveryState.DEAD}
"""Where a delivery may rest; those that are done are not counted at all."""


class Desk:
    """The real desk, as a process that can be killed, and what is in its database."""

    def __init__(self, world, url, folder):
        self.world, self.folder = world, folder
        self.mail_port, self.web_port = free_ports(2)
        self.settings = demo_settings(world, url) | {
            "HELPDESK_MAIL__LISTENER__PORT": str(self.mail_port),
            "HELPDESK_WEB__PORT": str(self.web_port),
        }
        self.db = Database(url)
        self.visitor = Near(world)
        self.log = folder / "desk.log"
        self.process = None

    def start(self):
        with self.log.open("ab") as log:
            self.process = Started("serve", cwd=self.folder, env=_environment() | self.settings, stderr=log)
        try:
            self.wait_until(self._is_ready)
        except AssertionError:
            raise AssertionError(self.log.read_text()) from None
        self.world.deliver_mail_to = ("127.0.0.1", self.mail_port)

    def kill(self):
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        self.process = None

    @contextmanager
    def started_again(self):
        """The same desk in this process, ten minutes later: every lease is over by then."""
        self.later = timedelta(minutes=10)
        clock = lambda: helpdesk.now() + self.later  # noqa: E731
        parts = whole.build(load(None, self.settings), clock=clock, machine=helpdesk.now)
        parts.start()
        try:
            self.wait_until(lambda: parts.socket.connected)
            yield parts
        finally:
            parts.stop()

    @contextmanager
    def no_record(self):
        """While this lasts, the desk cannot write down what came of a delivery."""
        with self.db.change() as session:
            session.connection()  # on SQLite this takes the one write lock
            if not self.db.is_sqlite:
                session.execute(text("LOCK TABLE outbox IN EXCLUSIVE MODE"))
            yield

    def wait_until(self, look):
        return self.visitor.wait_until(look, seconds=PATIENCE)

    def is_sending(self, audience):
        """Whether a delivery to them is about to leave: all is written down but its outcome."""
        row = tables.outbox.c
        under_way = select(row.id).where(row.audience == audience, row.state == DeliveryState.SENDING)
        if audience is Audience.CUSTOMER:
            under_way = under_way.join(tables.emails, tables.emails.c.delivery == row.id)
        with self.db.read() as session:
            return session.scalars(under_way).first()

    def owes_nothing(self):
        """Whether all that came in was read and nothing is on its way any more."""
        unread = select(func.count()).where(tables.inbox.c.state == inbox.State.NEW)
        with self.db.read() as session:
            under_way = {state for _, state in outbox.counts(session)} - ENDS
            return not under_way and not session.scalar(unread)

    def owes_nothing_later(self):
        """The same, while time goes by quickly: the desk looks and tries again after minutes."""
        self.later += timedelta(seconds=10)
        return self.owes_nothing()

    def doubtful(self):
        with self.db.read() as session:
            return [audience for audience, _ in outbox.counts(session)]

    def mails_kept(self):
        with self.db.read() as session:
            return session.scalar(select(func.count()).select_from(tables.inbox))

    def place_of(self, ticket):
        with self.db.read() as session:
            return cards.place_of(session, ticket.number).ts

    def tickets(self):
        with self.db.read() as session:
            numbers = session.scalars(select(tables.tickets.c.number)).all()
            return [tickets.get(session, number) for number in numbers]

    def close(self):
        self.kill()
        self.db.close()

    def _is_ready(self):
        assert self.process.poll() is None, "it ended by itself"
        try:
            with urlopen(f"http://127.0.0.1:{self.web_port}/readyz", timeout=5) as answer:
                return answer.status == 200
        except (URLError, ConnectionError, TimeoutError):
            return False


@pytest.fixture
def desk(world, database_url, tmp_path):
    desk = Desk(world, database_url, tmp_path)
    yield desk
    desk.close()
    assert_sound(database_url)


def test_killed_after_slack_took_the_card_and_before_that_was_written_down(desk):
    # given a card that Slack has, and a desk that does not know it yet
    desk.start()
    visitor = desk.visitor
    visitor.fault("chat.postMessage", hang=1)
    visitor.mail(CARLA, subject="Oven", text="It does not heat.")
    desk.wait_until(lambda: desk.is_sending(Audience.CARD))
    with desk.no_record():
        desk.wait_until(lambda: visitor.find("#support", "Oven"))
        # when it is killed
        desk.kill()
    assert desk.is_sending(Audience.CARD)

    # and started again
    with desk.started_again():
        desk.wait_until(desk.owes_nothing_later)

    # then there is one ticket with one card, which it found again, and the customer has one mail at the most
    (ticket,) = desk.tickets()
    (card,) = visitor.channel("#support")
    assert desk.place_of(ticket) == card["ts"]
    assert _received_or_in_doubt(desk)


def test_killed_before_slack_took_the_card(desk):
    # given a call that never comes to anything, whether it left or not
    desk.start()
    visitor = desk.visitor
    visitor.fault("chat.postMessage", hang=1, drop="before")
    visitor.mail(CARLA, subject="Oven", text="It does not heat.")
    desk.wait_until(lambda: desk.is_sending(Audience.CARD))
    # when the desk is killed over it and started again
    desk.kill()
    visitor.clear_faults()
    assert not visitor.channel("#support")
    with desk.started_again():
        desk.wait_until(desk.owes_nothing_later)

    # then the card is posted after all, once
    (ticket,) = desk.tickets()
    (card,) = visitor.channel("#support")
    assert desk.place_of(ticket) == card["ts"]
    assert _received_or_in_doubt(desk)


def test_killed_after_a_click_while_the_mail_about_it_was_under_way(desk):
    # given a ticket that Alice took; the customer has the mail about it, and the desk does not know
    desk.start()
    visitor = desk.visitor
    visitor.mail(CARLA, subject="Oven", text="It does not heat.")
    card = desk.wait_until(lambda: visitor.find("#support", "Oven"))
    desk.wait_until(desk.owes_nothing)
    visitor.fault("chat.update", hang=1)
    visitor.fault("smtp", hang=1)
    visitor.click("Alice", card, "take")
    desk.wait_until(lambda: desk.is_sending(Audience.CUSTOMER))
    with desk.no_record():
        desk.wait_until(lambda: len(visitor.inbox(CARLA)) == 2)
        # when it is killed and started again, and Alice clicks once more, unsure whether it counted
        desk.kill()
    assert desk.is_sending(Audience.CUSTOMER)
    with desk.started_again():
        visitor.click("Alice", card, "take")
        desk.wait_until(desk.owes_nothing)

    # then the click counted once, the customer has each mail once, and the one card shows it
    (ticket,) = desk.tickets()
    assert [event.kind for event in ticket.history].count(Kind.TAKEN) == 1
    assert ticket.status is Status.IN_PROGRESS
    assert len(visitor.inbox(CARLA)) == 2
    (card,) = visitor.channel("#support")
    assert "In progress" in text_of(card)
    assert len(visitor.thread(card)) == 1


def test_killed_at_the_moment_it_said_that_it_keeps_a_mail(desk):
    # given a desk that was killed wherever the mail had got to
    desk.start()
    visitor = desk.visitor
    sent = visitor.mail(CARLA, subject="Oven", text="It does not heat.")
    desk.kill()

    # when it is started again, and the customer's mail server sends the mail once more
    with desk.started_again() as parts:
        desk.wait_until(desk.owes_nothing_later)
        with smtplib.SMTP(parts.listener.host, parts.listener.port, timeout=10) as server:
            server.sendmail(CARLA, [desk.world.desk_address], visitor.raw(sent))
        desk.wait_until(lambda: desk.mails_kept() == 2 and desk.owes_nothing_later())

    # then there is one ticket, one card and one confirmation at the most
    (ticket,) = desk.tickets()
    (card,) = visitor.channel("#support")
    assert desk.place_of(ticket) == card["ts"]
    assert [event.kind for event in ticket.history if event.by.role is Role.CUSTOMER] == [Kind.OPENED]
    assert _received_or_in_doubt(desk)


def _received_or_in_doubt(desk):
    """A mail that may have gone is never repeated; one that did not come is one the desk doubts."""
    received = len(desk.visitor.inbox(CARLA))
    return received == 1 or (received == 0 and desk.doubtful() == [Audience.CUSTOMER])


def _environment():
    """This environment without settings of the desk, so that only the test's own count."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("HELPDESK_", "SLACK_"))}
