"""A desk with nothing but mail, and the letters that reach it."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from sqlalchemy import func, select

from desk.actor import Actor
from mail.house import Client, House
from mail.intake import Intake
from store import emails, inbox, outbox, tables, tickets
from store.emails import Direction, Email
from store.inbox import Arrival

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
ROBIN = Actor.agent("U1", "Robin")
BOSS = Actor.lead("U9", "Boss")
ALICE = "alice@customer.example"
DESK = "help@desk.example"
CONTRACTS = {"anna@klant.example": Client("Klant BV", "nl"), ALICE: Client("Customer Ltd")}


def mail(
    body="The printer is on fire.\n",
    *,
    sender=f"Alice Jones <{ALICE}>",
    subject="Printer",
    message_id="m1@customer.example",
    to=DESK,
    **headers,
):
    """The bytes of a mail as a server would hand it over.  headers: name_with_underscores = value."""
    lines = [
        "Return-Path: <bounces@customer.example>",
        "Received: from mx.customer.example by mx.desk.example; Mon, 23 Nov 2026 09:00:00 +0000",
    ]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += [f"From: {sender}"] if sender else []
    lines += [f"To: {to}", f"Subject: {subject}", f"Date: {format_datetime(MONDAY)}"]
    lines += [f"Message-ID: <{message_id}>"] if message_id else []
    if not any(name.lower() == "content_type" for name in headers):
        lines += ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8"]
    return ("\r\n".join(lines) + "\r\n\r\n" + body.replace("\n", "\r\n")).encode()


def with_file(body, name="fault.log", **facts):
    content = (
        f"--b\nContent-Type: text/plain; charset=utf-8\n\n{body}\n--b\n"
        f'Content-Type: text/x-log; name="{name}"\n'
        f'Content-Disposition: attachment; filename="{name}"\n\nline 1\n--b--\n'
    )
    return mail(content, Content_Type='multipart/mixed; boundary="b"', MIME_Version="1.0", **facts)


def bounce(of, *, status="5.1.1", action="failed", diagnostic="550 5.1.1 User unknown"):
    content = (
        "--b\nContent-Type: text/plain\n\nI could not deliver your message.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.customer.example\n\n"
        f"Final-Recipient: rfc822; {ALICE}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; {diagnostic}\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nFrom: {DESK}\nTo: {ALICE}\n"
        f"Subject: [HD-1] Printer\nMessage-ID: <{of}>\n--b--\n"
    )
    return mail(
        content,
        sender="Mail Delivery Subsystem <mailer-daemon@mx.customer.example>",
        subject="Undelivered Mail Returned to Sender",
        message_id=f"bounce-{of}",
        Content_Type='multipart/report; report-type=delivery-status; boundary="b"',
        Auto_Submitted="auto-replied",
    )


class MailDesk:
    """A desk with nothing but mail, and a clock that stands until it is moved."""

    def __init__(self, db, **house):
        self.db = db
        self.now = MONDAY
        self.house = House(
            addresses=frozenset({DESK}), loop_mark="mark-of-this-desk", client_of=CONTRACTS.get, **house
        )
        self.intake = self.an_intake()

    def an_intake(self, **more):
        return Intake(self.db, self.house, clock=lambda: self.now, **more)

    def arrives(self, raw, *, after=timedelta(0), source="smtp", **facts):
        """Keep a mail and receive it; say what became of it."""
        self.now += after
        kept = self.is_kept(raw, source=source, **facts)
        self.intake.receive_new()
        return self.fate_of(kept)

    def is_kept(self, raw, *, source="smtp", at=None, **facts):
        with self.db.change() as session:
            return inbox.keep(session, Arrival(source=source, raw=raw, at=at or self.now, **facts))

    def pours(self, arrivals):
        """Keep all of these, each (raw, when it came), and receive them at once; say what became of each."""
        with self.db.change() as session:
            kept = [inbox.keep(session, Arrival(source="smtp", raw=raw, at=at)) for raw, at in arrivals]
        self.intake.receive_new()
        with self.db.read() as session:
            return [inbox_row(session, each) for each in kept]

    def fate_of(self, kept):
        with self.db.read() as session:
            return inbox_row(session, kept)

    def ticket(self, number=1):
        with self.db.read() as session:
            ticket = tickets.get(session, number)
            owed = outbox.find(session, tables.outbox.c.ticket == number)
        for event in ticket.history:
            event.deliveries = [each for each in owed if each.seq == event.seq]
        return ticket

    def how_many_tickets(self):
        with self.db.read() as session:
            return session.execute(select(func.count()).select_from(tables.tickets)).scalar_one()

    def does(self, deed, number=1):
        with self.db.change() as session:
            return deed(tickets.get(session, number))

    def mails_of(self, number=1):
        with self.db.read() as session:
            return emails.of_ticket(session, number)

    def sent(self, message_id, body="Did you switch it off and on?", number=1):
        """The desk wrote that mail on the ticket, as the outbox keeps it."""
        with self.db.change() as session:
            emails.keep(
                session,
                Email(
                    ticket=number, direction=Direction.OUT, message_id=message_id, address=ALICE,
                    subject=f"[HD-{number}] Printer", body=body, at=self.now,
                ),
            )  # fmt: skip

    def has_asked(self, message_id="ours-1@desk.example", number=1):
        self.does(lambda ticket: ticket.ask("Did you switch it off and on?", by=ROBIN, at=self.now), number)
        self.sent(message_id, number=number)


def inbox_row(session, kept):
    row = tables.inbox.c
    return session.execute(
        select(row.state, row.remark, row.ticket, row.content_key).where(row.id == kept)
    ).one()
