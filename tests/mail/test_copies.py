"""Copies of one mail are one ticket, whether they could be read or not, and whoever files them at once."""

from datetime import timedelta

import pytest

from desk.event import Kind
from mail.reader import Bounds, Reader
from mail.reading import Unreadable, read
from store.inbox import State
from tests.mail.mail_desk import ALICE, ROBIN, MailDesk, mail, with_file
from tests.mail.rivals import file_at_once

pytestmark = pytest.mark.both_engines

ON_ANOTHER_WAY = b"Received: from list.example by mx.desk.example; Mon, 23 Nov 2026 09:01:00 +0000\r\n"


@pytest.fixture
def desk(db):
    return MailDesk(db)


def not_read(raws):
    """As on a machine that is too busy to read any mail in time."""
    reader = Reader(bounds=Bounds(patience=0))
    yield from (reader(raw) for raw in raws)


def first_not_read(raws):
    """As where it is busy for a moment."""
    first, *rest = raws
    yield from not_read([first])
    yield from map(read, rest)


def dies_over_it(desk):
    """Three processes, one after the other."""
    for _ in range(3):
        desk.an_intake()._take()
        desk.now += timedelta(minutes=2)


def test_a_mail_that_could_not_be_read_and_comes_again_gives_its_ticket_its_words(desk):
    # given a mail that was not read in time
    desk.is_kept(with_file("The printer is on fire."))
    desk.an_intake(read=not_read).receive_new()
    assert "unreadable" in desk.ticket().history[0].detail

    # when its server sends it once more, another way, and there is time
    again = desk.arrives(ON_ANOTHER_WAY + with_file("The printer is on fire."))

    last = desk.ticket().history[-1]
    assert (again.state, again.ticket, desk.how_many_tickets()) == (State.DONE, 1, 1)
    assert (last.kind, last.text, last.by.key) == (Kind.CUSTOMER_WROTE, "The printer is on fire.", ALICE)
    assert [each["name"] for each in last.detail["files"]] == ["fault.log"]
    # and whatever comes after that says nothing new
    assert desk.arrives(with_file("The printer is on fire.")).state == State.DUPLICATE
    desk.is_kept(ON_ANOTHER_WAY + with_file("The printer is on fire."))
    desk.an_intake(read=not_read).receive_new()
    assert desk.ticket().history[-1].seq == last.seq


def test_the_same_where_both_copies_are_filed_in_one_transaction(desk):
    desk.is_kept(mail())
    again = desk.is_kept(ON_ANOTHER_WAY + mail())
    desk.an_intake(read=first_not_read).receive_new()
    assert (desk.fate_of(again).ticket, desk.how_many_tickets()) == (1, 1)
    assert desk.ticket().history[-1].text == "The printer is on fire."


@pytest.mark.parametrize("ends", ["resolve", "cancel"])
def test_what_agents_have_dealt_with_meanwhile_is_not_begun_again(desk, ends):
    desk.is_kept(mail())
    desk.an_intake(read=not_read).receive_new()
    desk.does(lambda ticket: getattr(ticket, ends)("We read it by hand.", by=ROBIN, at=desk.now))
    before = desk.ticket()

    assert desk.arrives(mail()).state == State.DUPLICATE
    assert (desk.ticket().status, desk.ticket().version) == (before.status, before.version)
    assert desk.how_many_tickets() == 1


def test_a_reply_on_another_ticket_goes_there_and_the_one_that_could_not_be_read_names_it(desk):
    desk.arrives(mail())
    desk.has_asked()
    reply = mail("It was off.\n", message_id="m2@customer.example", In_Reply_To="<ours-1@desk.example>")
    desk.is_kept(reply)
    desk.an_intake(read=not_read).receive_new()
    assert desk.how_many_tickets() == 2

    assert desk.arrives(ON_ANOTHER_WAY + reply).ticket == 1

    assert desk.ticket(1).history[-1].text == "It was off."
    last = desk.ticket(2).history[-1]
    assert (last.kind, last.detail["others"]) == (Kind.RESEMBLES, [1])


def test_other_headers_over_the_same_words_do_not_speak_for_somebody_else(desk):
    desk.is_kept(mail(sender=""), envelope={"sender": "other@elsewhere.example"})
    desk.an_intake(read=not_read).receive_new()
    assert desk.ticket().customer == "other@elsewhere.example"

    assert desk.arrives(mail(sender="")).state == State.DUPLICATE
    assert len(desk.ticket().history) == 1


def test_a_mail_that_was_read_and_cannot_be_when_it_comes_again_is_no_second_ticket(desk):
    desk.arrives(mail())

    again = desk.is_kept(ON_ANOTHER_WAY + mail())
    desk.an_intake(read=not_read).receive_new()

    assert desk.fate_of(again).state == State.DUPLICATE
    assert desk.how_many_tickets() == 1


def test_the_same_holds_for_a_mail_over_which_processes_died(desk):
    desk.is_kept(mail())
    dies_over_it(desk)
    desk.intake.receive_new()
    assert "never finished" in desk.ticket().history[0].text

    assert desk.arrives(mail()).ticket == 1
    assert desk.how_many_tickets() == 1


def test_the_ticket_of_such_a_mail_has_its_customer_and_its_subject(desk):
    desk.is_kept(mail())
    dies_over_it(desk)

    desk.intake.receive_new()

    assert (desk.ticket().customer, desk.ticket().subject) == (ALICE, "Printer")


def test_other_words_under_the_name_of_a_mail_that_was_not_read_are_another_ticket(desk):
    desk.is_kept(mail())
    desk.an_intake(read=not_read).receive_new()

    desk.arrives(mail("Quite another thing.\n"))
    other = desk.is_kept(mail("A third thing.\n"))
    desk.an_intake(read=not_read).receive_new()

    assert desk.fate_of(other).state == State.DONE
    assert desk.how_many_tickets() == 3


def test_mails_that_name_nothing_are_told_apart_by_every_byte():
    one, other = (read(b"\n\n" + b" " * n) for n in range(2))

    assert isinstance(one, Unreadable)
    assert isinstance(other, Unreadable)
    assert one.content_key != other.content_key


def test_two_processes_that_file_one_mail_at_the_same_moment_make_one_ticket_of_it(desk):
    # given one that slept over the end of its lease, so that another has the mail too
    kept = desk.is_kept(mail())
    late, quick = desk.an_intake(), desk.an_intake()
    taken = late._take()
    desk.now += timedelta(minutes=2)
    taken_again = quick._take()
    desk.now -= timedelta(minutes=2)  # it does not know yet that it slept

    # when the one commits while the other is at it
    file_at_once(desk, lambda: late._receive(taken), lambda: quick._receive(taken_again))

    assert desk.fate_of(kept).state == State.DONE
    assert desk.how_many_tickets() == 1


@pytest.mark.parametrize("is_read_first", [True, False])
def test_nor_are_a_copy_that_can_be_read_and_one_that_cannot_two_tickets(desk, is_read_first):
    # given two copies, each taken by another process, of which one has no time to read its own
    desk.is_kept(mail())
    first, second = (desk.an_intake(), desk.an_intake(read=not_read))[:: 1 if is_read_first else -1]
    taken = first._take()
    desk.is_kept(ON_ANOTHER_WAY + mail())
    taken_too = second._take()

    file_at_once(desk, lambda: first._receive(taken), lambda: second._receive(taken_too))

    assert desk.how_many_tickets() == 1
    words = [event.text for event in desk.ticket().history if event.text == "The printer is on fire."]
    assert len(words) == 1
