"""Two desks that write to each other: after two automatic mails there is silence."""

from datetime import timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest

from desk.actor import Actor
from desk.delivery import Audience
from mail.house import House
from mail.intake import Intake
from mail.limits import Limits
from mail.notifications import Letterhead, Promises, Templates
from mail.sending import MailSender
from mail.smtp import Server
from store import inbox, schema, tickets
from store.courier import Courier
from store.database import Database
from store.inbox import Arrival
from tests.mail.mail_desk import MONDAY, mail

ROBIN = Actor.agent("U1", "Robin")


class Post:
    """The mail between the desks.  strips: what the servers on the way take out of every mail."""

    def __init__(self, strips=()):
        self.strips, self.desks, self.carried, self.now = strips, {}, [], MONDAY

    def carry(self, raw, server, *, sender, recipient, **more):
        letter = message_from_bytes(raw, policy=policy.SMTP)
        for name in self.strips:
            del letter[name]
        self.carried.append((letter["From"].addresses[0].addr_spec, recipient))
        if recipient in self.desks:
            self.desks[recipient].gets(letter.as_bytes())

    def turn(self, *, rounds=8, every=timedelta(minutes=3)):
        """Let time pass, and both desks do what they have to."""
        for _ in range(rounds):
            for desk in self.desks.values():
                desk.intake.receive_new()
                desk.courier.deliver_due()
            self.now += every


class DeskByMail:
    """A whole desk as far as mail goes."""

    def __init__(self, post, db, address, **house):
        self.post, self.db, self.address = post, db, address
        known = House(addresses=frozenset({address}), loop_mark=address, secret=address * 2, **house)
        self.intake = Intake(db, known, clock=lambda: post.now, limits=Limits())
        sender = MailSender(
            db,
            Server(host="localhost", port=0),
            letterhead=Letterhead(name="Desk", address=address, zone=ZoneInfo("Europe/Amsterdam")),
            templates=Templates(),
            secret=address * 2,
            promises=lambda ticket, at: Promises(),
            clock=lambda: post.now,
            road=post.carry,
        )
        self.courier = Courier(db, {Audience.CUSTOMER: sender}, clock=lambda: post.now)
        post.desks[address] = self

    def gets(self, raw):
        with self.db.change() as session:
            inbox.keep(session, Arrival(source="smtp", raw=raw, at=self.post.now))

    def does(self, deed, number=1):
        with self.db.change() as session:
            deed(tickets.get(session, number))


@pytest.fixture
def second(tmp_path):
    """The database of the other desk."""
    db = Database(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    schema.upgrade(db)
    yield db
    db.close()


def begin(db, second, *, strips=()):
    """Somebody writes to one desk in the name of the other."""
    post = Post(strips)
    ours = DeskByMail(post, db, "help@one.example")
    DeskByMail(post, second, "help@two.example")
    ours.gets(mail(sender="help@two.example", to="help@one.example", message_id="begin@two.example"))
    return post, ours


def test_our_marks_stop_them_after_the_first_confirmation(db, second):
    post, _ = begin(db, second)

    post.turn()

    assert post.carried == [("help@one.example", "help@two.example")]


MARKS = ("Auto-Submitted", "X-Auto-Response-Suppress", "X-Helpdesk-Loop", "References", "In-Reply-To")


def test_even_where_every_mark_is_lost_on_the_way_they_stop_after_two(db, second):
    post, ours = begin(db, second, strips=MARKS)

    post.turn()
    assert 1 <= len(post.carried) <= 2

    ours.does(lambda ticket: ticket.resolve("Done.", by=ROBIN, at=post.now))
    before = len(post.carried)
    post.turn()
    automatic = len(post.carried) - before - 1  # the first is an agent's own doing
    assert automatic <= 2
