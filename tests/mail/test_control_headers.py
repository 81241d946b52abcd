"""Headers by which the desk knows its own mail command nothing when a stranger writes them."""

import pytest

from mail.message import MARK_HEADER, message_id
from store import aftermath
from tests.mail.mail_desk import DESK, MONDAY, MailDesk, mail

SECRET = "s" * 32
MARK = "0123456789abcdef" * 2
CONTROLS = {
    "X_Helpdesk_Mark": MARK, "X_Helpdesk_Canary": "2026-11-23T09:00:00+00:00.0000", "X_Helpdesk_Ticket": "1",
    "X_Helpdesk_Priority": "urgent", "X_Helpdesk_Status": "closed", "X_Helpdesk_Loop": "anything",
    "X_Zammad_Ticket_Priority": "3 high",
}  # fmt: skip


@pytest.fixture
def desk(db):
    return MailDesk(db, secret=SECRET)


def is_restored(desk):
    with desk.db.change() as session:
        aftermath.begin(session, taken_at=MONDAY, at=MONDAY)


def has_left(desk):
    with desk.db.read() as session:
        return aftermath.has_left(session, (MARK,))


def test_a_mail_with_them_is_the_same_ticket_as_one_without(desk):
    desk.arrives(mail())
    desk.arrives(mail(message_id="m2@customer.example", **CONTROLS))
    plain, other = desk.ticket(1), desk.ticket(2)
    for name in ("status", "priority", "subject", "customer", "owner", "desk", "language", "version"):
        assert getattr(plain, name) == getattr(other, name), name


@pytest.mark.both_engines
@pytest.mark.parametrize("forged", [{"sender": DESK}, {"X_Helpdesk_Loop": "mark-of-this-desk"}], ids=str)
def test_after_a_restore_nobody_else_can_say_that_a_mail_of_ours_has_left(desk, forged):
    is_restored(desk)
    desk.arrives(mail(subject="[HD-1] Printer", X_Helpdesk_Mark=MARK, **forged))
    assert not has_left(desk)


@pytest.mark.both_engines
def test_after_a_restore_a_mail_whose_name_we_gave_says_that_it_has_left(desk):
    is_restored(desk)
    name = message_id(7, ticket=1, secret=SECRET, domain="desk.example")
    ours = {"sender": DESK, "message_id": name, "subject": "[HD-1] Printer"}
    desk.arrives(mail(**ours, **{MARK_HEADER.replace("-", "_"): MARK}))
    assert has_left(desk)
