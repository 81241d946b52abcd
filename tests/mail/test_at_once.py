"""Two processes that file mails at the same moment which have a ticket, or a name, in common."""

from datetime import timedelta

import pytest

from mail.limits import Intakes, Limits
from store import emails
from tests.mail.mail_desk import ROBIN, MailDesk, mail
from tests.mail.rivals import file_at_once

pytestmark = pytest.mark.both_engines


@pytest.fixture
def desk(db):
    return MailDesk(db)


REPLIES, STRANGERS = "replies to an ended ticket", "a flood of strangers"


@pytest.mark.parametrize(("case", "apart"), [(REPLIES, timedelta(minutes=20)), (STRANGERS, timedelta())])
def test_two_processes_that_need_a_new_ticket_at_the_same_moment_share_one(desk, case, apart):
    # given two mails for which one new ticket is to be opened
    desk.intake, late, quick = (
        desk.an_intake(limits=Limits(intakes=Intakes(of_strangers=1))) for _ in range(3)
    )
    if case is REPLIES:
        desk.arrives(mail())
        desk.sent("ours-1@desk.example")
        desk.does(lambda ticket: ticket.cancel("Handled by phone.", by=ROBIN, at=desk.now))
        answers = {"In_Reply_To": "<ours-1@desk.example>"}
        mails = [mail(f"{n}\n", message_id=f"r{n}@customer.example", **answers) for n in range(2)]
    else:
        desk.arrives(mail(sender="first@other.example"))
        mails = [mail(sender=f"s{n}@{n}.example", message_id=f"{n}@{n}.example") for n in range(2)]
    kept = desk.is_kept(mails[0]), desk.is_kept(mails[1], at=desk.now - apart)
    taken = late._take()

    # when they are filed by two processes, of which one has not committed yet
    file_at_once(desk, lambda: late._receive([taken[0]]), lambda: quick._receive([taken[1]]))

    # then both are on it
    assert {desk.fate_of(each).ticket for each in kept} == {2}
    assert desk.how_many_tickets() == 2


def test_of_two_mails_under_one_name_the_one_that_is_filed_first_has_it(desk):
    # given two mails of which one bears the other's name, as a stranger may have learnt it
    name = "one@shop.example"
    mails = [mail(f"{n}\n", sender=f"p{n}@shop{n}.example", message_id=name) for n in range(2)]
    kept = [desk.is_kept(each) for each in mails]
    late, quick = desk.an_intake(), desk.an_intake()
    taken = late._take()

    # when they are filed by two processes, of which one has not committed yet
    file_at_once(desk, lambda: late._receive([taken[0]]), lambda: quick._receive([taken[1]]))

    # then both are tickets, and a reply to that name can go to one of them alone
    first, second = (desk.fate_of(each).ticket for each in kept)
    assert {first, second} == {1, 2}
    with desk.db.read() as session:
        named = {number: emails.of_ticket(session, number)[0].message_id for number in (1, 2)}
    assert named == {first: name, second: ""}
