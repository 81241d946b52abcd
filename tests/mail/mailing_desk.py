"""A desk that mails customers: a database, a mail server on loopback, and a clock that is set by hand."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

from sqlalchemy import select

from desk.actor import Actor
from desk.delivery import Audience
from desk.ticket import Ticket
from mail.letterhead import Letterhead
from mail.notifications import Promises, Templates
from mail.promising import read_promises
from mail.sending import MailSender
from mail.smtp import Server
from store import emails, tables, tickets
from store.courier import Courier
from store.emails import Direction, Email

MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
"""Monday 30 November 2026, 10:00 in Amsterdam."""

JAN = Actor.customer("jan@bakkerij.example", "Jan Jansen")
SANNE = Actor.agent("U1", "Sanne de Wit")
SECRET = "a secret of the desk"
TEMPLATES = Templates()
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


class Post:
    """The customer's mail server: takes mail, or answers what it was told to answer."""

    def __init__(self):
        self.mails = []
        self.answers = []
        self.breaks = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
        if self.breaks:
            self.breaks -= 1
            server.transport.abort()
        return "250 taken"

    def last(self):
        return message_from_bytes(self.mails[-1][2], policy=policy.default)

    def text(self):
        return self.last().get_body(["plain"]).get_content().replace("\r\n", "\n")


class House:
    """A desk with a database, a mail server on loopback, and a clock that is set by hand."""

    def __init__(self, db, port, post):
        self.db, self.port, self.post = db, port, post
        self.now = MONDAY
        self.promises = Promises(response=MONDAY + timedelta(days=2), recovery=MONDAY + timedelta(days=7))
        self.asked_for = []
        self.sender = self.a_sender()
        self.courier = Courier(db, {Audience.CUSTOMER: self.sender}, clock=lambda: self.now)

    def a_sender(self, **more):
        return MailSender(
            self.db,
            Server(host="127.0.0.1", port=self.port, hello="desk.example", timeout=10.0),
            letterhead=Letterhead(name="Helpdesk", address="help@desk.example", zone=AMSTERDAM),
            templates=TEMPLATES,
            secret=SECRET,
            promises=self._promised,
            clock=lambda: self.now,
            **more,
        )

    policy = None
    """Where promises are really read off the clocks."""

    def _promised(self, ticket, at):
        if self.policy:
            return read_promises(ticket, self.policy, now=at)
        self.asked_for.append((ticket.number, at))
        return self.promises

    def opens(self, text="The printer is broken.", subject="Printer", *, confirm=True, **facts):
        with self.db.change() as session:
            ticket = Ticket.open(by=JAN, at=self.now, subject=subject, text=text, confirm=confirm, **facts)
            tickets.add(session, ticket)
            self._keep(session, ticket.number, "first@jan", text)
        return ticket.number

    def _keep(self, session, number, message_id, text):
        emails.keep(
            session,
            Email(
                ticket=number, direction=Direction.IN, message_id=message_id, address=JAN.key,
                subject="Printer", body=text, at=self.now,
            ),
        )  # fmt: skip

    def change(self, number, deed, *arguments, by=SANNE, **more):
        with self.db.change() as session:
            getattr(tickets.get(session, number), deed)(*arguments, by=by, at=self.now, **more)

    def writes(self, number, text, message_id):
        with self.db.change() as session:
            tickets.get(session, number).customer_wrote(text, by=JAN, at=self.now)
            self._keep(session, number, message_id, text)

    def ticket(self, number):
        with self.db.read() as session:
            ticket = tickets.get(session, number)
            ticket.history[:]
        return ticket

    def kinds(self, number):
        return [event.kind for event in self.ticket(number).history]

    def deliveries(self):
        row = tables.outbox.c
        query = select(row.state, row.last_error, row.reference, row.not_before)
        with self.db.read() as session:
            return session.execute(query.where(row.audience == Audience.CUSTOMER).order_by(row.id)).all()

    def mails(self, number):
        with self.db.read() as session:
            return [mail for mail in emails.of_ticket(session, number) if mail.direction is Direction.OUT]

    def later(self, **more):
        self.now += timedelta(**more)
        self.courier.deliver_due()
