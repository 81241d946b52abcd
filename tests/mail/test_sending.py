"""What customers are owed and how it leaves: worded once, the same bytes each time, nothing sent in doubt."""

from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from itertools import count

import pytest
from sqlalchemy import event

from desk.actor import Actor
from desk.delivery import Audience, DeliveryState
from desk.errors import DeliveryFailed
from desk.event import Kind
from desk.priority import Priority
from desk.status import Status
from desk.ticket import Ticket
from mail.message import is_ours
from mail.notifications import Promises, Templates
from mail.promising import read_promises
from mail.seals import ticket_sealed_in
from mail.sending import MailSender
from mail.smtp import Server
from sla.calendar import Calendar
from sla.hours import BusinessHours
from sla.policy import Policy
from store import emails, outbox, tickets
from store.courier import Courier
from store.database import Unavailable
from store.emails import Direction
from tests.mail.mailing_desk import JAN, MONDAY, SECRET


def test_a_confirmation_reaches_the_customer_once(house):
    number = house.opens(text="SECRET WORDS")
    assert house.courier.deliver_due() == 1
    house.later(hours=1)

    assert [(sender, to) for sender, to, _ in house.post.mails] == [("help@desk.example", [JAN.key])]
    mail = house.post.last()
    assert mail["Subject"] == f"Re: [HD-{number}] Printer"
    assert mail["In-Reply-To"] == "<first@jan>"
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["Date"].datetime == MONDAY
    assert str(mail["To"]) == JAN.key
    assert "Wednesday 2 December 2026 at 10:00" in house.post.text()
    assert b"SECRET" not in house.post.mails[0][2]
    assert house.asked_for == [(number, MONDAY)]


@pytest.mark.both_engines
def test_a_database_that_goes_away_before_a_mail_leaves_puts_no_mail_in_doubt(house):
    house.opens()
    with house.db.change() as session:
        delivery = outbox.claim(session, (Audience.CUSTOMER,), now=house.now, lease=timedelta(minutes=1))
    failures = []
    while not house.post.mails:
        with going_away(house.db, at=len(failures) + 1):
            try:
                house.sender.send(delivery)
            except DeliveryFailed as failure:
                failures.append(failure.permanent)

    assert len(failures) > 2
    assert not any(failures)
    assert len(house.post.mails) == 1


@contextmanager
def going_away(db, *, at):
    """Its transaction of that number, counted from 1, does not begin."""
    begun = count(1)

    def begin(_connection):
        if next(begun) == at:
            raise Unavailable("gone")

    event.listen(db.engine, "begin", begin)
    yield
    event.remove(db.engine, "begin", begin)


def test_what_was_sent_is_kept_with_its_bytes_and_its_name(house):
    number = house.opens()
    house.courier.deliver_due()
    [kept] = house.mails(number)

    assert kept.raw == house.post.mails[0][2]
    assert kept.message_id == house.post.last()["Message-ID"].strip("<>")
    assert is_ours(kept.message_id, ticket=number, secret=SECRET)
    assert kept.subject == house.post.last()["Subject"]
    assert kept.address == JAN.key
    assert kept.at == MONDAY
    assert house.deliveries()[0].reference == kept.message_id
    with house.db.read() as session:
        assert emails.owner_of(session, [kept.message_id]) == (number, Direction.OUT)


def test_a_confirmation_is_on_no_clock_and_a_reply_is(house):
    number = house.opens()
    house.courier.deliver_due()
    assert house.kinds(number) == [Kind.OPENED]

    house.change(number, "reply", "Take the plug out.")
    house.later(minutes=5)
    sent = house.ticket(number).event(3)

    assert sent.kind is Kind.SENT
    assert sent.at == house.now
    assert sent.detail == {"of": 2, "recipients": [JAN.key]}
    assert house.post.last()["Auto-Submitted"] is None


def test_an_answer_continues_the_customers_last_mail(house):
    number = house.opens()
    house.courier.deliver_due()
    house.writes(number, "It burns now.", "second@jan")
    house.change(number, "ask", "Which colour?")
    house.later(minutes=5)
    [confirmation, question] = house.mails(number)
    mail = house.post.last()

    assert mail["In-Reply-To"] == "<second@jan>"
    assert mail["References"] == f"<first@jan> <{confirmation.message_id}> <second@jan>"
    assert mail["Subject"] == f"Re: [HD-{number}] Printer"
    assert "> It burns now." in question.body
    assert house.ticket(number).event(4).kind is Kind.SENT


def test_greylisting_delays_a_mail_and_every_attempt_sends_the_same_bytes(house):
    number = house.opens(confirm=False)
    house.change(number, "reply", "Take the plug out.")
    house.post.answers = ["451 4.7.1 greylisted", "451 4.7.1 greylisted"]
    house.courier.deliver_due()
    [first] = house.mails(number)
    assert house.deliveries()[0].state is DeliveryState.READY
    assert house.deliveries()[0].not_before == MONDAY + timedelta(minutes=5)

    house.change(number, "prioritise", Priority.URGENT)
    house.later(minutes=5)
    house.later(minutes=9)
    assert house.post.mails == []
    house.later(minutes=1)

    assert [raw for _, _, raw in house.post.mails] == [first.raw]
    assert len(house.asked_for) == 1
    assert house.kinds(number).count(Kind.SENT) == 1


def test_an_address_that_does_not_exist_is_told_to_the_agents(house):
    number = house.opens(confirm=False)
    house.change(number, "ask", "Which colour?")
    house.post.answers = ["550 5.1.1 no such user"]
    house.courier.deliver_due()
    ticket = house.ticket(number)

    assert house.deliveries()[0].state is DeliveryState.DEAD
    assert ticket.event(3).kind is Kind.MAIL_FAILED
    assert "550 5.1.1 no such user" in ticket.event(3).text
    assert ticket.event(3).detail["certain"] is True
    assert ticket.status is Status.WAITING_FOR_SUPPORT


def test_a_mail_is_given_up_after_five_days(house):
    number = house.opens(confirm=False)
    house.change(number, "reply", "Take the plug out.")
    house.post.answers = ["451 later"] * 20
    house.courier.deliver_due()
    for _ in range(9):
        house.later(hours=13)
    assert house.kinds(number)[-1] is Kind.REPLIED
    house.later(hours=13)

    assert house.kinds(number)[-1] is Kind.MAIL_FAILED
    assert house.deliveries()[0].state is DeliveryState.DEAD


def test_a_reply_that_may_have_arrived_is_never_repeated_and_the_agents_are_asked(house):
    number = house.opens(confirm=False)
    house.change(number, "reply", "Take the plug out.")
    house.post.breaks = 1
    house.courier.deliver_due()
    for _ in range(5):
        house.later(seconds=MailSender.patience.looks[0].total_seconds())
    ticket = house.ticket(number)

    assert len(house.post.mails) == 1
    assert house.deliveries()[0].state is DeliveryState.DOUBTFUL
    assert ticket.event(3).kind is Kind.MAIL_FAILED
    assert ticket.event(3).detail["certain"] is False


def test_an_automatic_mail_that_may_have_arrived_bothers_nobody(house):
    number = house.opens()
    house.post.breaks = 1
    house.courier.deliver_due()
    house.later(minutes=5)
    house.later(hours=5)

    assert len(house.post.mails) == 1
    assert house.deliveries()[0].state is DeliveryState.DOUBTFUL
    assert house.kinds(number) == [Kind.OPENED]


def test_a_mail_server_that_restarts_delays_mail_by_seconds(house):
    number = house.opens(confirm=False)
    house.change(number, "reply", "Take the plug out.")
    away = Courier(
        house.db,
        {Audience.CUSTOMER: MailSender(
            house.db, Server(host="127.0.0.1", port=1), letterhead=house.sender._letterhead,
            templates=Templates(), secret=SECRET, promises=house._promised, clock=lambda: house.now,
        )},
        clock=lambda: house.now,
    )  # fmt: skip
    away.deliver_due()
    assert "cannot be reached" in away.closed_because
    assert house.deliveries()[0].state is DeliveryState.READY

    house.later(seconds=30)
    assert len(house.post.mails) == 1


@pytest.mark.both_engines
def test_what_died_before_it_was_worded_is_sent_and_what_died_later_is_in_doubt(house):
    number = house.opens(confirm=False)
    house.change(number, "reply", "Take the plug out.")
    with house.db.change() as session:
        outbox.claim(session, (Audience.CUSTOMER,), now=house.now, lease=timedelta(seconds=60))
    house.later(minutes=2)
    house.later(minutes=20)
    assert len(house.post.mails) == 1

    house.change(number, "reply", "And in again.")
    with house.db.change() as session:
        died = outbox.claim(session, (Audience.CUSTOMER,), now=house.now, lease=timedelta(seconds=60))
    house.sender._worded(died)
    house.later(minutes=2)
    house.later(minutes=20)
    assert len(house.post.mails) == 1
    assert house.kinds(number)[-1] is Kind.MAIL_FAILED


@pytest.mark.both_engines
def test_a_mail_that_another_process_took_over_before_it_was_worded_is_sent_once(house):
    """As where the clock of one is an hour behind that of the other."""
    number = house.opens(confirm=False)
    house.change(number, "reply", "Take the plug out.")
    with house.db.change() as session:
        slow = outbox.claim(session, (Audience.CUSTOMER,), now=house.now, lease=timedelta(seconds=60))
    house.later(minutes=60)
    with pytest.raises(DeliveryFailed):
        house.sender.send(slow)
    house.later(minutes=20)
    assert len(house.post.mails) == 1


def test_a_reminder_that_the_answer_overtook_is_not_sent(house):
    number = house.opens(confirm=False)
    house.change(number, "ask", "Which colour?")
    house.courier.deliver_due()
    house.change(number, "remind", by=Actor.system("sweep"), asked=2)
    house.writes(number, "Red.", "second@jan")
    house.later(minutes=5)

    assert len(house.post.mails) == 1
    assert [each.state for each in house.deliveries()] == [DeliveryState.DONE, DeliveryState.DONE]


def test_the_next_mail_tells_what_changed_since_the_last(house):
    number = house.opens()
    house.courier.deliver_due()
    house.now += timedelta(minutes=10)
    house.change(number, "prioritise", Priority.URGENT)
    house.change(number, "take")
    house.later(minutes=1)
    assert "from medium to urgent" in house.post.text()
    assert "Monday 7 December 2026 at 10:00" in house.post.text()

    house.change(number, "reply", "Done.")
    house.later(minutes=1)
    assert "from medium to urgent" not in house.post.text()


def test_the_mails_of_a_ticket_tell_each_move_of_its_date_once(house):
    house.policy = Policy(hours=BusinessHours(Calendar()))
    number = house.opens()
    house.courier.deliver_due()
    assert "solved before Friday 4 December 2026 at 17:00" not in house.post.text()
    assert "it is solved before Monday 7 December 2026 at 10:00" in house.post.text()
    house.now += timedelta(hours=1)
    house.change(number, "ask", "Which printer?")
    house.courier.deliver_due()
    house.now += timedelta(hours=24)
    house.writes(number, "The red one.", "second@jan")
    house.change(number, "take")
    house.courier.deliver_due()
    text = " ".join(house.post.text().split())
    assert "it is solved before Tuesday 8 December 2026 at 10:00 instead of Monday 7 December 2026" in text
    assert "from Monday 30 November 2026 at 11:00 until Tuesday 1 December 2026 at 11:00" in text
    house.change(number, "reply", "It needs toner.")
    house.courier.deliver_due()
    assert "moved" not in house.post.text()
    house.policy = Policy(hours=BusinessHours(Calendar(add=(date(2026, 12, 7),))))
    house.now += timedelta(hours=1)
    house.change(number, "reply", "It comes tomorrow.")
    house.courier.deliver_due()
    text = " ".join(house.post.text().split())
    assert "solved before Wednesday 9 December 2026 at 10:00 instead of Tuesday 8 December" in text
    assert "our opening hours or our agreements with you have changed" in text


def test_automatic_mail_may_leave_without_an_address_to_bounce_to(house):
    sender = house.a_sender(null_sender=True)
    courier = Courier(house.db, {Audience.CUSTOMER: sender}, clock=lambda: house.now)
    number = house.opens()
    house.change(number, "reply", "Take the plug out.")
    courier.deliver_due()

    assert [sender for sender, _, _ in house.post.mails] == ["<>", "help@desk.example"]


def test_answers_come_to_an_address_that_proves_its_ticket_where_the_desk_is_told_to_use_one(house):
    courier = Courier(house.db, {Audience.CUSTOMER: house.a_sender(reply_tags=True)}, clock=lambda: house.now)
    number = house.opens()
    courier.deliver_due()

    answers_to = house.post.last()["Reply-To"].addresses[0].addr_spec
    assert ticket_sealed_in([answers_to], secret=SECRET) == number


@pytest.mark.parametrize(
    "attack",
    ["x =?UTF-8?Q?=0A?=Bcc: evil@x.example", "x\r\nBcc: evil@x.example", "=?utf-8?b?CkJjYzogZXZpbEB4?="],
)
def test_a_customer_who_plants_headers_gets_an_ordinary_mail(house, attack):
    number = house.opens(subject=attack)
    house.change(number, "take")
    house.courier.deliver_due()

    assert [to for _, to, _ in house.post.mails] == [[JAN.key], [JAN.key]]
    for _, _, raw in house.post.mails:
        assert "Bcc" not in message_from_bytes(raw)
        assert message_from_bytes(raw, policy=policy.default)["Subject"].startswith(f"Re: [HD-{number}] ")


def test_a_customer_without_a_sendable_address_is_told_to_the_agents(house):
    with house.db.change() as session:
        odd = Actor.customer("józef@piekarnia.example")
        number = tickets.add(
            session, Ticket.open(by=odd, at=house.now, subject="Printer", text="Broken.")
        ).number
    house.courier.deliver_due()

    assert house.kinds(number)[-1] is Kind.MAIL_FAILED
    assert house.post.mails == []


def test_promises_are_read_off_the_clocks(house):
    policy = Policy(hours=BusinessHours(Calendar()))
    number = house.opens()
    ticket = house.ticket(number)
    wednesday, next_monday = datetime(2026, 12, 2, 9, tzinfo=UTC), datetime(2026, 12, 7, 9, tzinfo=UTC)

    assert read_promises(ticket, policy, now=MONDAY) == Promises(response=wednesday, recovery=next_monday)
    evening = MONDAY + timedelta(hours=9)
    assert read_promises(ticket, policy, now=evening).opens_at == datetime(2026, 12, 1, 8, tzinfo=UTC)

    house.change(number, "ask", "Which colour?")
    house.courier.deliver_due()
    waiting = read_promises(house.ticket(number), policy, now=MONDAY)
    assert waiting.resolves_at == MONDAY + timedelta(hours=72)
    assert waiting.recovery is None

    house.change(number, "prioritise", Priority.IMPROVEMENT)
    assert read_promises(house.ticket(number), policy, now=MONDAY).response is None
