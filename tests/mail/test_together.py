"""Mails that are filed in one transaction: each as if it came alone, and a bad one undoes no other."""

from datetime import timedelta
from threading import Thread
from time import monotonic

import pytest
from sqlalchemy import event

from desk.delivery import Audience
from desk.event import Kind
from mail import reading
from mail.house import House
from mail.intake import TOGETHER
from mail.limits import Intakes, Limits
from store import tickets
from store.inbox import State
from tests.mail.mail_desk import DESK, MailDesk, mail

pytestmark = pytest.mark.both_engines


@pytest.fixture
def desk(db):
    return MailDesk(db)


def by(number, **facts):
    """The first mail of somebody, each of another."""
    return mail(f"{number}.\n", sender=f"p{number}@shop.example", message_id=f"p{number}@x", **facts)


def read_first(raws):
    """Read all before any is filed, so that they are filed together."""
    yield from [reading.read(raw) for raw in raws]


def together(desk, *raws, **more):
    """Have these filed in one transaction; what became of each."""
    kept = [desk.is_kept(raw) for raw in raws]
    desk.an_intake(read=read_first, **more).receive_new()
    return [desk.fate_of(each) for each in kept]


def test_mails_that_were_read_are_committed_together(desk):
    commits = []
    event.listen(desk.db.engine, "commit", lambda _: commits.append(1))
    kept = [desk.is_kept(by(number)) for number in range(TOGETHER)]
    commits.clear()

    assert desk.an_intake(read=read_first).receive_new() == TOGETHER

    assert len(commits) <= 6, "taking them, those that were read first, the others, and a look for more"
    assert [desk.fate_of(each).ticket for each in kept] == list(range(1, TOGETHER + 1))


def test_a_reply_beside_the_first_mail_of_its_ticket_joins_it_and_in_its_order(desk):
    replies = [
        mail(f"Part {n}.\n", message_id=f"r{n}@x", In_Reply_To="<m1@customer.example>") for n in range(3)
    ]

    fates = together(desk, mail(), *replies, by(1))

    assert [fate.ticket for fate in fates] == [1, 1, 1, 1, 2]
    said = [(each.kind, each.text) for each in desk.ticket(1).history]
    assert said == [(Kind.OPENED, "The printer is on fire.")] + [
        (Kind.CUSTOMER_WROTE, f"Part {n}.") for n in range(3)
    ]


def test_two_copies_beside_each_other_are_one_mail(desk):
    fates = together(desk, mail(), by(1), mail())

    assert [fate.state for fate in fates] == [State.DONE, State.DONE, State.DUPLICATE]
    assert desk.how_many_tickets() == 2


def test_what_one_sender_and_strangers_may_is_counted_within_a_batch(desk):
    limits = Limits(per_minute=2, intakes=Intakes(of_sender=3, of_strangers=4))

    hers = [mail(f"{n}.\n", message_id=f"h{n}@x") for n in range(5)]
    fates = together(desk, *hers, *(by(n) for n in range(6)), limits=limits)

    hers_and_theirs = [State.DONE] * 3 + [State.COLLECTED] * 2 + [State.DONE] * 4 + [State.COLLECTED] * 2
    assert [fate.state for fate in fates] == hers_and_theirs
    confirmed = [is_confirmed(desk, number) for number in range(1, 8)]
    assert confirmed == [True, False, False, True, False, False, False]


def failing_over(desk, sender, error):
    """The house, where a mail of that sender meets a fault of ours, behind those that came before it."""

    def client_of(address):
        if address == sender:
            raise error

    desk.house = House(addresses=frozenset({DESK}), client_of=client_of)
    return desk


def test_a_bad_mail_undoes_none_of_those_beside_it_and_uses_up_no_place(desk, caplog):
    failing_over(desk, "p3@shop.example", ZeroDivisionError("a fault of ours"))
    limits = Limits(per_minute=5, intakes=Intakes(of_strangers=5))

    fates = together(desk, *(by(n) for n in range(6)), limits=limits)

    assert [fate.state for fate in fates] == [State.DONE] * 3 + [State.NEW] + [State.DONE] * 2
    assert caplog.text.count("could not be received") == 1
    assert [is_confirmed(desk, fate.ticket) for fate in fates if fate.ticket] == [True] * 5


class Died(BaseException):
    """The process ends."""


def test_whoever_dies_over_several_leaves_them_to_be_filed_once_each(desk):
    failing_over(desk, "p4@shop.example", Died())
    kept = [desk.is_kept(by(number)) for number in range(5)]
    with pytest.raises(Died):
        desk.an_intake(read=read_first).receive_new()
    filed = sum(desk.fate_of(each).state == State.DONE for each in kept)
    assert desk.how_many_tickets() == filed < 5

    desk.now += timedelta(minutes=2)
    failing_over(desk, "nobody", Died())
    assert desk.an_intake(read=read_first).receive_new() == 5 - filed

    assert len({desk.fate_of(each).ticket for each in kept}) == desk.how_many_tickets() == 5


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # on PostgreSQL all may write
def test_a_person_who_waits_is_let_in_between_two_mails_that_were_read(desk):
    seen = []

    def clicks():
        with desk.db.change(urgent=True) as session:
            seen.append(sum(tickets.count(session).values()))

    click = Thread(target=clicks)

    def client_of(address):
        if address == "p5@shop.example" and click.ident is None:
            click.start()
            until(lambda: desk.db.is_awaited)

    desk.house = House(addresses=frozenset({DESK}), client_of=client_of)
    fates = together(desk, *(by(n) for n in range(10)))
    click.join()

    assert seen == [6]
    assert [fate.ticket for fate in fates] == list(range(1, 11))


def until(holds):
    patience = monotonic() + 30
    while not holds():
        assert monotonic() < patience


def is_confirmed(desk, number):
    return any(each.audience is Audience.CUSTOMER for each in desk.ticket(number).history[0].deliveries)
