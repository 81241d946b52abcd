"""Mails about the same: named on the new ticket, and answers to a duplicate reach the ticket it repeats."""

from datetime import timedelta

import pytest

from desk.event import Kind
from store import tickets
from tests.mail.mail_desk import ROBIN, MailDesk, mail

BOB = "Bob <bob@customer.example>"


@pytest.fixture
def desk(db):
    return MailDesk(db, alike_within=timedelta(days=7))


def kinds(ticket):
    return [event.kind for event in ticket.history]


def cancel(desk, number, of):
    with desk.db.change() as session:
        other = tickets.get(session, of)
        tickets.get(session, number).cancel_as_duplicate(other, by=ROBIN, at=desk.now)


def test_a_second_mail_about_the_same_names_the_first(desk):
    desk.arrives(mail())
    desk.arrives(mail("Still!\n", subject="the printer", message_id="m2@customer.example"))
    desk.arrives(mail("Hm.\n", subject="Scanner", message_id="m3@customer.example"))
    desk.arrives(
        mail("Late.\n", subject="Printer", message_id="m4@customer.example"), after=timedelta(days=8)
    )
    assert kinds(desk.ticket(2)) == [Kind.OPENED, Kind.RESEMBLES]
    assert desk.ticket(2).history[-1].detail["others"] == [1]
    assert [kinds(desk.ticket(number)) for number in (1, 3, 4)] == [[Kind.OPENED]] * 3


def test_an_answer_to_a_duplicate_reaches_the_ticket_that_it_repeats(desk):
    desk.house = desk.house.__class__(addresses=desk.house.addresses, loop_mark=desk.house.loop_mark)
    desk.intake = desk.an_intake()
    desk.arrives(mail())
    desk.arrives(mail("Mine too.\n", sender=BOB, message_id="m2@customer.example"))
    desk.sent("ours-2@desk.example", number=2)
    cancel(desk, 2, of=1)
    answer = mail(
        "It smells.\n", sender=BOB, subject="Re: [HD-2] Printer", message_id="m3@customer.example",
        In_Reply_To="<ours-2@desk.example>",
    )  # fmt: skip
    assert desk.arrives(answer).remark == "a reply on ticket 1"
    assert desk.ticket(1).history[-1].text == "It smells."
    assert desk.ticket(1).history[-1].by.key == "bob@customer.example"
    assert desk.how_many_tickets() == 2
