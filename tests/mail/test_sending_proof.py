"""A mail of which nobody knows whether it left: copies prove it, people decide, delays are told of."""

from dataclasses import replace
from datetime import timedelta

import pytest

from desk.actor import Actor
from desk.delivery import Audience, DeliveryState
from desk.event import Kind
from desk.status import Status
from mail.delays import tell_of_delays
from mail.house import House as MailHouse
from mail.intake import Intake
from mail.sending import MailSender
from store import files, inbox, points, tickets, undelivered
from store.courier import Courier
from store.database import Unavailable
from store.files import File
from store.inbox import Arrival
from store.points import Point
from tests.mail.mailing_desk import JAN, SANNE

WITH_ONE_ENGINE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ONCE = MailSender.patience.looks[-1].total_seconds()


class Sent:
    """The folder in which a mail server keeps what it sent."""

    def __init__(self, *, finds):
        self.finds = finds
        self.asked = []

    def holds(self, message_id):
        self.asked.append(message_id)
        return len(self.asked) > self.finds


@pytest.fixture
def doubtful(house):
    """Replies over a line that breaks after the final dot, with this sort of journal; the ticket."""

    def reply(text="Take the plug out.", *, deed="reply", looks=6, **journal):
        house.courier = Courier(
            house.db, {Audience.CUSTOMER: house.a_sender(**journal)}, clock=lambda: house.now
        )
        number = house.opens(confirm=False)
        house.change(number, deed, text)
        house.post.breaks = 1
        house.courier.deliver_due()
        for _ in range(looks):
            house.later(seconds=ONCE)
        return number

    return reply


def comes_back(house):
    """The copy of the last mail arrives in the desk's own mailbox, and is read."""
    desk = MailHouse(addresses=frozenset({"help@desk.example"}), loop_mark="help@desk.example")
    with house.db.change() as session:
        inbox.keep(session, Arrival(source="imap", raw=house.post.mails[-1][2], at=house.now))
    assert Intake(house.db, desk, clock=lambda: house.now).receive_new() == 1


def test_what_lies_among_the_sent_mails_has_left(house, doubtful):
    sent = Sent(finds=1)
    number = doubtful(journal=sent, looks=3)

    assert house.deliveries()[0].state is DeliveryState.DONE
    assert house.kinds(number)[-1] is Kind.SENT
    assert len(house.post.mails) == 1
    assert len(set(sent.asked)) == 1


def test_what_does_not_lie_there_is_asked_about_and_never_sent_again(house, doubtful):
    number = doubtful(journal=Sent(finds=99))

    assert house.deliveries()[0].state is DeliveryState.DOUBTFUL
    failed = house.ticket(number).history[-1]
    assert failed.detail.items() >= {"of": 2, "certain": False}.items()
    assert sum(MailSender.patience.looks, timedelta()) == timedelta(minutes=10)
    assert len(house.post.mails) == 1


def test_a_copy_in_our_own_mailbox_proves_a_mail(house, doubtful):
    number = doubtful(copy_to="help+sent@desk.example", looks=0)
    assert [to for _, to, _ in house.post.mails] == [[JAN.key, "help+sent@desk.example"]]
    comes_back(house)
    house.later(seconds=ONCE)

    assert house.kinds(number)[-1] is Kind.SENT
    assert house.deliveries()[0].state is DeliveryState.DONE


def test_a_copy_that_comes_late_answers_the_question_itself(house, doubtful):
    number = doubtful("Which colour?", deed="ask", copy_to="help+sent@desk.example")
    assert house.kinds(number)[-1] is Kind.MAIL_FAILED
    comes_back(house)

    ticket = house.ticket(number)
    assert ticket.history[-1].kind is Kind.SENT
    assert ticket.history[-1].detail["redraws"] == [3]
    assert ticket.status is Status.WAITING_FOR_CUSTOMER
    assert house.deliveries()[0].state is DeliveryState.DONE


@WITH_ONE_ENGINE
def test_a_mail_server_that_wants_no_copy_gets_the_mail_alone(house, monkeypatch):
    sender = house.a_sender(copy_to="help+sent@desk.example")
    house.courier = Courier(house.db, {Audience.CUSTOMER: sender}, clock=lambda: house.now)
    number = house.opens(confirm=False)
    house.change(number, "reply", "Take the plug out.")
    refuse_the_copy = iter(["", "550 not here"])

    async def answers_rcpt(server, session, envelope, address, options):
        answer = next(refuse_the_copy)
        if not answer:
            envelope.rcpt_tos.append(address)
        return answer or "250 ok"

    monkeypatch.setattr(house.post, "handle_RCPT", answers_rcpt)
    house.courier.deliver_due()

    assert [to for _, to, _ in house.post.mails] == [[JAN.key]]
    assert house.kinds(number)[-1] is Kind.SENT


def test_sent_again_it_is_the_same_mail_under_the_same_name(house, doubtful):
    number = doubtful()
    with house.db.change() as session:
        undelivered.send_again(session, number, 2, by=SANNE, at=house.now)
    house.courier.deliver_due()

    assert house.post.mails[0] == house.post.mails[1]
    assert house.kinds(number)[-3:] == [Kind.MAIL_FAILED, Kind.RESENT, Kind.SENT]
    assert house.ticket(number).event(4).detail["redraws"] == [3]


def test_a_mail_that_is_in_doubt_a_second_time_is_asked_about_a_second_time(house, doubtful):
    number = doubtful()
    with house.db.change() as session:
        undelivered.send_again(session, number, 2, by=SANNE, at=house.now)
    house.post.breaks = 1
    for _ in range(4):
        house.later(seconds=ONCE)

    assert house.kinds(number)[-3:] == [Kind.MAIL_FAILED, Kind.RESENT, Kind.MAIL_FAILED]


def test_an_agent_who_knows_that_it_arrived_starts_what_counts_from_when_it_left(house, doubtful):
    number = doubtful("Which colour?", deed="ask", looks=0)
    left = house.now
    house.later(seconds=ONCE)
    house.now += timedelta(hours=1)
    with house.db.change() as session:
        undelivered.it_arrived(session, number, 2, by=SANNE, at=house.now)

    sent = house.ticket(number).history[-1]
    assert (sent.kind, sent.by) == (Kind.SENT, SANNE)
    assert left <= sent.at <= left + timedelta(seconds=ONCE)
    assert sent.detail["recipients"] == [JAN.key]
    assert house.deliveries()[0].state is DeliveryState.DONE
    house.later(hours=1)
    assert len(house.post.mails) == 1


@WITH_ONE_ENGINE
def test_the_null_sender_is_given_up_where_a_server_refuses_it(house, monkeypatch):
    sender = house.a_sender(null_sender=True)
    house.courier = Courier(house.db, {Audience.CUSTOMER: sender}, clock=lambda: house.now)

    async def wants_a_name(server, session, envelope, address, options):
        if address in ("", "<>"):
            return "550 5.7.60 not allowed to send as this sender"
        envelope.mail_from = address
        return "250 ok"

    monkeypatch.setattr(house.post, "handle_MAIL", wants_a_name, raising=False)
    house.opens()
    house.courier.deliver_due()

    assert [sender for sender, _, _ in house.post.mails] == ["help@desk.example"]
    assert house.post.last()["Auto-Submitted"] == "auto-replied"


def test_a_reply_that_has_not_left_for_an_hour_is_told_of_once(house):
    number = house.opens(confirm=False)
    house.change(number, "reply", "Take the plug out.")
    house.post.answers = ["451 4.7.1 come back later"] * 9
    house.courier.deliver_due()
    assert tell_of_delays(house.db, now=house.now + timedelta(minutes=59)) == 0

    for _ in range(3):
        house.later(minutes=30)
        tell_of_delays(house.db, now=house.now)
    told = house.ticket(number).history[-1]
    assert house.kinds(number)[-2:] == [Kind.REPLIED, Kind.MAIL_DELAYED]
    assert "451 4.7.1 come back later" in told.text


def test_a_reply_that_waits_behind_a_closed_mail_server_is_told_of_and_a_confirmation_is_not(house):
    confirmed, replied = house.opens(), house.opens(confirm=False)
    house.change(replied, "reply", "Take the plug out.")

    assert tell_of_delays(house.db, now=house.now + timedelta(hours=2)) == 1
    assert house.kinds(confirmed) == [Kind.OPENED]
    assert "the mail server serves nobody at the moment" in house.ticket(replied).history[-1].text


def test_files_that_an_agent_named_go_along(house):
    number = house.opens(confirm=False)
    photo = File("../manual.pdf", "application/pdf", b"%PDF-1.7")
    with house.db.change() as session:
        kept = files.keep(session, number, photo, at=house.now)
        named = [{"name": photo.name, "kept": kept}]
        tickets.get(session, number).reply("See the manual.", by=SANNE, at=house.now, files=named)
    house.courier.deliver_due()

    [file] = house.post.last().iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("manual.pdf", photo.content)
    assert "See the manual." in house.post.text()


def test_a_file_that_is_gone_is_told_of_and_nothing_leaves_without_it(house):
    number = house.opens(confirm=False)
    house.change(number, "ask", "See the manual?", files=[{"name": "manual.pdf", "kept": 999}])
    house.courier.deliver_due()

    assert house.post.mails == []
    assert "no longer kept" in house.ticket(number).history[-1].text
    assert house.ticket(number).status is Status.WAITING_FOR_SUPPORT


def test_outlook_sees_our_answer_in_the_customers_own_conversation(house):
    theirs = "AQHZ" + "A" * 26 + "=="
    raw = (
        b"From: jan@bakkerij.example\r\nTo: help@desk.example\r\nSubject: RE: Printer\r\n"
        b"Message-ID: <o@jan>\r\nThread-Index: " + theirs.encode() + b"\r\n\r\nIt is broken.\r\n"
    )
    with house.db.change() as session:
        inbox.keep(session, Arrival(source="imap", raw=raw, at=house.now))
    desk = MailHouse(addresses=frozenset({"help@desk.example"}))
    Intake(house.db, replace(desk), clock=lambda: house.now).receive_new()
    house.courier.deliver_due()

    assert house.post.last()["Thread-Topic"] == "Printer"
    assert house.post.last()["Thread-Index"].startswith(theirs[:28])
    assert Actor.customer("jan@bakkerij.example").key in str(house.post.last()["To"])


@pytest.mark.both_engines
@pytest.mark.parametrize("other_has_sent", [False, True])
def test_a_process_that_slept_before_it_worded_a_mail_leaves_it_to_who_took_it_over(house, other_has_sent):
    # given one that claimed a reply, and sleeps over the end of its lease before it has written it
    number = house.opens(confirm=False)
    house.change(number, "reply", "Take the plug out.")
    other = Courier(house.db, {Audience.CUSTOMER: house.a_sender()}, clock=lambda: house.now)

    def another_goes_on(minutes):
        house.now += timedelta(minutes=minutes)
        other.deliver_due()

    def sleep(point):
        if point is Point.COURIER_CALLING:
            points.watch(None)
            another_goes_on(minutes=2)
            another_goes_on(minutes=10 * other_has_sent)

    # when it wakes
    points.watch(sleep)
    try:
        house.courier.deliver_due()
    finally:
        points.watch(None)
    another_goes_on(minutes=10)

    # then the customer gets one mail
    assert len(house.post.mails) == 1
    assert house.kinds(number)[-1] is Kind.SENT


@pytest.mark.both_engines
@pytest.mark.parametrize("fault", [KeyError("oops"), Unavailable("gone")])
def test_a_fault_over_the_last_look_for_a_mail_never_has_it_sent_again(house, doubtful, fault):
    class Faulty(Sent):
        def holds(self, message_id):
            super().holds(message_id)
            if len(self.asked) == len(MailSender.patience.looks):
                raise fault
            return False

    number = doubtful(journal=Faulty(finds=99), looks=8)

    assert len(house.post.mails) == 1
    assert house.deliveries()[0].state is DeliveryState.DOUBTFUL
    assert house.kinds(number)[-1] is Kind.MAIL_FAILED


def test_a_refusal_with_nonsense_in_it_is_told_like_any_other(house):
    number = house.opens(confirm=False)
    house.change(number, "reply", "Take the plug out.")
    house.post.answers = ["550 no\0body here"]
    house.courier.deliver_due()

    assert house.deliveries()[0].state is DeliveryState.DEAD
    assert house.ticket(number).history[-1].text.endswith("550 nobody here")
