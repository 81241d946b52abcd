"""A desk with several addresses: each customer is answered from the one they wrote to."""

import json
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

import config
from desk.actor import Actor
from desk.delivery import Audience
from desk.ticket import Ticket
from settings.promised import policy_of
from store import inbox, tickets
from store.courier import Courier
from store.inbox import Arrival, State
from wiring import letters

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
HELP, SALES = "help@desk.example", "sales@desk.example"
SETTINGS = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_APP_TOKEN": "xapp-1",
    "HELPDESK_SLACK__SUPPORT_CHANNEL": "C0SUPPORT",
    "HELPDESK_SLACK__LEADS_CHANNEL": "C0LEADS",
    "HELPDESK_DESK__ADDRESS": HELP,
    "HELPDESK_MAIL__SMTP__NULL_SENDER": "false",
    "HELPDESK_MAIL__IMAP__HOST": "imap.desk.example",
    "HELPDESK_MAIL__IMAP__USER": "help",
    "HELPDESK_MAIL__IMAP__PASSWORD": "x",
    "HELPDESK_MAILBOXES": json.dumps(
        [
            {
                "address": SALES, "name": "Verkoop", "language": "nl", "host": "imap.desk.example",
                "user": "sales", "password": "x",
                "smtp": {"host": "smtp.sales.example", "tls": "starttls", "user": "sales", "password": "y",
                         "null_sender": False},
            }
        ]
    ),
}  # fmt: skip
FROM_HELP, FROM_SALES = "imap help imap.desk.example INBOX", "imap sales imap.desk.example INBOX"


class House:
    """The mail half of a desk, as the settings wire it; mails leave into a list."""

    def __init__(self, db):
        self.db = db
        self.left = []
        settings = config.load(None, SETTINGS)
        clock = lambda: MONDAY  # noqa: E731
        policy_of_the_desk = policy_of(settings)
        self.intake = letters.intake_of(settings, db, policy_of_the_desk, clock)
        sender = letters.mail_sender_of(settings, db, policy_of_the_desk, clock, road=self._road)
        self.courier = Courier(db, {Audience.CUSTOMER: sender}, clock=clock)

    def _road(self, raw, server, *, sender, recipient, copy=""):
        self.left.append((message_from_bytes(raw, policy=policy.default), server.host, sender))

    def arrives(self, raw, source, **envelope):
        with self.db.change() as session:
            inbox.keep(session, Arrival(source=source, raw=raw, at=MONDAY, envelope=envelope))
        self.intake.receive_new()
        self.courier.deliver_due()

    def ticket(self, number=1):
        with self.db.read() as session:
            ticket = tickets.get(session, number)
            assert ticket.history
            return ticket


@pytest.fixture
def house(db):
    return House(db)


def mail(to=SALES, sender="alice@customer.example", body="42", **more):
    headers = {"From": sender, "To": to, "Subject": "42", "Message-ID": "<m1@customer.example>"} | more
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + f"\r\n\r\n{body}\r\n").encode()


@pytest.mark.parametrize(
    ("to", "source", "envelope"),
    [
        ("Somebody <list@elsewhere.example>", FROM_SALES, {}),
        ("Somebody <list@elsewhere.example>", "lmtp", {"recipients": [SALES.upper()]}),
        (f"boss@desk.example, {SALES}", "terminal", {}),
    ],
    ids=["its own mailbox", "the envelope", "the headers"],
)
def test_the_answer_leaves_from_the_address_that_was_written_to(house, to, source, envelope):
    house.arrives(mail(to), source, **envelope)

    ((message, server, sender),) = house.left
    assert str(message["From"]) == f"Verkoop <{SALES}>"
    assert (server, sender) == ("smtp.sales.example", SALES)
    assert house.ticket().language == "nl"


@pytest.mark.parametrize(
    ("to", "source"), [(SALES, FROM_HELP), (HELP, "terminal"), ("x@elsewhere.example", "terminal")]
)
def test_the_first_address_answers_what_came_to_it_and_what_came_to_nobody(house, to, source):
    house.arrives(mail(to), source)

    ((message, server, sender),) = house.left
    assert str(message["From"]) == f"Helpdesk <{HELP}>"
    assert (server, sender) == ("localhost", HELP)
    assert house.ticket().language == "en"


@pytest.mark.both_engines
def test_one_mail_to_both_addresses_is_one_ticket_of_whichever_was_read_first(house):
    house.arrives(mail(f"{HELP}, {SALES}"), FROM_SALES)
    house.arrives(mail(f"{HELP}, {SALES}"), FROM_HELP)

    assert len(house.left) == 1
    with house.db.read() as session:
        assert inbox.what_became(session, 2)[0] is State.DUPLICATE


@pytest.mark.parametrize(
    "facts", [{"sender": HELP}, {"X_Helpdesk_Loop": SALES}, {"X_Helpdesk_Loop": HELP}], ids=str
)
def test_no_address_of_the_desk_answers_another(house, facts):
    house.arrives(mail(**facts), FROM_SALES)

    assert house.left == []
    with house.db.read() as session:
        assert inbox.what_became(session, 1)[0] is State.DROPPED


def test_a_mail_that_cannot_be_read_is_still_of_its_address(house):
    house.arrives(b"\0\0\0\0", FROM_SALES)
    assert (house.ticket().history[0].detail["desk"], house.ticket().language) == (SALES, "nl")


def test_an_address_that_the_desk_has_given_up_is_answered_from_the_first(house):
    ticket = Ticket.open(
        by=Actor.customer("alice@customer.example", "Alice"),
        at=MONDAY,
        subject="x",
        text="x",
        detail={"desk": "gone@desk.example"},
    )
    with house.db.change() as session:
        tickets.add(session, ticket)
    house.courier.deliver_due()

    assert house.left[0][2] == HELP
