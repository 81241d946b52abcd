"""Too many mails: they are counted on one ticket, the desk stays calm, and nothing of them is lost."""

import tracemalloc
from datetime import timedelta

import pytest

from desk.delivery import Audience
from desk.event import Kind
from mail.limits import Intakes, Limits
from store import inbox, outbox
from store.inbox import State
from tests.mail.mail_desk import ALICE, MailDesk, bounce, mail
from tests.mail.test_forged import SECRET

pytestmark = pytest.mark.both_engines

FEW = Intakes(of_sender=3, on_ticket=4, of_strangers=5)


@pytest.fixture
def desk(db):
    return MailDesk(db, secret=SECRET)


@pytest.fixture
def strict(db):
    desk = MailDesk(db, secret=SECRET)
    desk.intake = desk.an_intake(limits=Limits(intakes=FEW))
    return desk


def pour(desk, mails):
    """Let all of them come in at once."""
    return desk.pours((raw, desk.now) for raw in mails)


def news(desk):
    """How much is owed to Slack."""
    with desk.db.read() as session:
        counts = outbox.counts(session)
    return sum(count for (audience, _), count in counts.items() if audience is not Audience.CUSTOMER)


def flood(count, **facts):
    for number in range(count):
        yield mail(f"Fault {number}.\n", **{"message_id": f"f{number}@customer.example"} | facts)


def summaries(desk, number):
    return [event for event in desk.ticket(number).history if event.kind is Kind.COLLECTED]


def test_of_one_senders_flood_twenty_mails_are_told_and_the_others_counted(desk):
    fates = pour(desk, flood(300))

    assert (desk.how_many_tickets(), news(desk)) == (20, 21)
    assert [fate.state for fate in fates] == [State.DONE] * 20 + [State.COLLECTED] * 280
    assert fates[-1].remark == f"collected on ticket 20: more than 20 mails of {ALICE} in ten minutes"
    told = summaries(desk, 20)
    assert [event.detail["count"] for event in told] == [1, 2, 5, 10, 20, 50, 100, 200]
    assert [bool(event.deliveries) for event in told] == [True] + [False] * 7
    confirmed = [
        each for number in range(1, 21) for each in desk.ticket(number).history[0].deliveries
        if each.audience is Audience.CUSTOMER
    ]  # fmt: skip
    assert len(confirmed) == 1


def test_after_a_flood_its_sender_is_heard_again(strict):
    pour(strict, flood(10))

    fate = strict.arrives(mail("Sorry.\n", message_id="late@customer.example"), after=timedelta(minutes=10))

    assert fate.remark == "opened ticket 4"


def test_a_flood_on_one_ticket_is_counted_there_whoever_sends_it(strict):
    strict.arrives(mail())
    answers = [
        mail(
            f"Me too, {n}.\n", sender=f"m{n}@evil.example", message_id=f"e{n}@evil.example",
            In_Reply_To="<m1@customer.example>",
        )
        for n in range(9)
    ]  # fmt: skip

    fates = pour(strict, answers)

    assert [fate.state for fate in fates] == [State.DONE] * 4 + [State.COLLECTED] * 5
    assert {fate.ticket for fate in fates} == {1}
    assert [event.detail["count"] for event in summaries(strict, 1)] == [1, 2, 5]
    assert strict.ticket().participants == {ALICE}


def test_strangers_cannot_silence_a_customer_by_using_up_what_her_ticket_is_allowed(strict):
    strict.arrives(mail())
    pushy = [
        mail(f"{n}.\n", sender=f"m{n}@evil.example", message_id=f"e{n}@x.example", subject="[HD-1]")
        for n in range(9)
    ]
    pushy += [mail(f"{n}.\n", sender=f"{ALICE}, m@x.example", message_id=f"f{n}@x.example") for n in range(9)]

    pour(strict, pushy)
    fate = strict.arrives(mail("It burns.\n", subject="Re: [HD-1]", message_id="m2@customer.example"))

    assert fate.remark == "a reply on ticket 1"


def test_strangers_in_a_crowd_are_counted_on_a_ticket_of_the_desk(strict):
    strict.arrives(mail(sender="ann@shop.example"))
    strict.now += timedelta(minutes=1)
    crowd = [mail(sender=f"c{n}@crowd{n}.example", message_id=f"c{n}@x.example") for n in range(20)]

    fates = pour(strict, crowd)
    known = strict.arrives(mail("Me again.\n", sender="ann@shop.example", message_id="m2@shop.example"))

    assert [fate.state for fate in fates] == [State.DONE] * 5 + [State.COLLECTED] * 15
    [number] = {fate.ticket for fate in fates[5:]}
    assert strict.ticket(number).subject == "Many mails at once"
    assert [each.audience for each in strict.ticket(number).history[0].deliveries] == []
    assert known.remark == f"opened ticket {number + 1}"  # who has written before is no stranger


def test_our_mails_that_come_back_from_one_place_are_no_flood_of_its(strict):
    for number in range(1, 7):
        strict.arrives(mail(f"F{number}.\n", message_id=f"m{number}@c.example"), after=timedelta(minutes=10))
        strict.has_asked(f"ours-{number}@desk.example", number=number)

    fates = pour(strict, [bounce(f"ours-{number}@desk.example") for number in range(1, 7)])

    assert {fate.state for fate in fates} == {State.DONE}


def test_a_second_flood_the_next_day_is_told_in_a_message_of_its_own(strict):
    pour(strict, flood(8))
    strict.now += timedelta(days=2)
    pour(
        strict,
        [mail(f"Again {n}.\n", message_id=f"a{n}@x", In_Reply_To="<f2@customer.example>") for n in range(8)],
    )

    told = [event for event in summaries(strict, 3) if event.deliveries]
    assert [event.detail["count"] for event in told] == [1, 10]


def test_what_was_counted_can_be_read_after_all(strict):
    pour(strict, flood(10))
    with strict.db.change() as session:
        assert inbox.let_in(session, 3, now=strict.now, most=5) == 5

    strict.intake.receive_new()

    assert strict.how_many_tickets() == 8
    with strict.db.read() as session:
        assert inbox.collected(session, 3) == 2


def test_unreadable_mails_are_a_flood_too(strict):
    fates = pour(strict, [f"From: {ALICE}\nSubject: {n}\n".encode() + b"\0" * 300_000 for n in range(6)])

    assert [fate.state for fate in fates] == [State.DONE] * 3 + [State.COLLECTED] * 3


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_ten_thousand_mails_of_one_sender_cost_one_ticket_more_and_no_memory(desk):
    assert the_tenth_thousand_grows(desk, a_thousand) < 3_000_000
    assert desk.how_many_tickets() == 20
    assert summaries(desk, 20)[-1].detail["count"] == 5_000
    assert len(summaries(desk, 20)) == 12


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_ten_thousand_strangers_at_once_are_twenty_tickets_and_one_of_the_desk(desk):
    assert the_tenth_thousand_grows(desk, a_thousand_strangers) < 3_000_000
    assert desk.how_many_tickets() == 21
    assert desk.ticket(21).subject == "Many mails at once"


def the_tenth_thousand_grows(desk, a_thousand_more):
    """By how many bytes; nothing more is told of it."""
    for batch in range(9):
        pour(desk, a_thousand_more(batch))
    before = news(desk)
    tracemalloc.start()
    pour(desk, a_thousand_more(9))
    grown = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert news(desk) == before
    return grown


def a_thousand(batch):
    return [mail(f"Fault {batch}-{n}.\n", message_id=f"f{batch}-{n}@customer.example") for n in range(1_000)]


def a_thousand_strangers(batch):
    return [
        mail("Buy.\n", sender=f"s{n}@spam{batch}-{n}.example", message_id=f"s{batch}-{n}@spam.example")
        for n in range(1_000)
    ]
