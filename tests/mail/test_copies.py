"""Copies of one mail are one ticket, whether they could be read or not, and whoever files them at once."""

from datetime import timedelta
from threading import Event, Thread, current_thread
from time import monotonic

import pytest
from sqlalchemy import text

from mail.reader import Bounds, Reader
from mail.reading import Unreadable, read
from store import points
from store.inbox import State
from store.points import Point
from tests.mail.mail_desk import ALICE, MailDesk, mail

ON_ANOTHER_WAY = b"Received: from list.example by mx.desk.example; Mon, 23 Nov 2026 09:01:00 +0000\r\n"


@pytest.fixture
def desk(db):
    return MailDesk(db)


def not_read(raws):
    """As on a machine that is too busy to read any mail in time."""
    reader = Reader(bounds=Bounds(patience=0))
    yield from (reader(raw) for raw in raws)


def dies_over_it(desk):
    """Three processes, one after the other."""
    for _ in range(3):
        desk.an_intake()._take()
        desk.now += timedelta(minutes=2)


def test_a_mail_that_could_not_be_read_and_comes_again_is_no_second_ticket(desk):
    # given a mail that was not read in time
    desk.is_kept(mail())
    desk.an_intake(read=not_read).receive_new()
    assert "unreadable" in desk.ticket().history[0].detail

    # when its server sends it once more, another way, and there is time
    again = desk.arrives(ON_ANOTHER_WAY + mail())

    assert (again.state, again.remark) == (State.DUPLICATE, "the same mail as number 1")
    assert desk.how_many_tickets() == 1


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

    assert desk.arrives(mail()).state == State.DUPLICATE
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
    both = [Thread(target=late._receive, args=(taken,), name="late")]
    both += [Thread(target=quick._receive, args=(quick._take(),), name="quick")]
    desk.now -= timedelta(minutes=2)  # it does not know yet that it slept
    filed, go_on = Event(), Event()

    def hold(point):
        if point is Point.INTAKE_FILING and current_thread().name == "late":
            filed.set()
            go_on.wait(30)

    # when the one commits while the other is at it
    points.watch(hold)
    try:
        both[0].start()
        assert filed.wait(30)
        both[1].start()
        until(lambda: waits_for_the_other(desk.db))
    finally:
        points.watch(None)
        go_on.set()
        for each in both:
            each.join()

    assert desk.fate_of(kept).state == State.DONE
    assert desk.how_many_tickets() == 1


def waits_for_the_other(db):
    """On SQLite nobody begins to write before the other has ended."""
    if db.is_sqlite:
        return True
    with db.read() as session:
        locked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        return session.scalar(text(f"{locked} AND datname = current_database()"))


def until(holds):
    patience = monotonic() + 30
    while not holds():
        assert monotonic() < patience
