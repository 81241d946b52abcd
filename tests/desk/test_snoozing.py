"""A ticket that is put aside: until when, what ends it, and that it wakes once and never early."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.actor import Actor
from desk.errors import DeskError, NotAllowed
from desk.event import Kind
from desk.priority import Priority
from desk.status import Status
from desk.ticket import Ticket
from tests.week import MONDAY

SANNE, DESK = Actor.agent("U0SANNE", "Sanne"), Actor.system("sweep")
ANNA = Actor.customer("anna@bakery.example", "Anna")


def snoozed(ticket, at, until="wed 09:00"):
    ticket.snooze(at(until), by=SANNE, at=at("mon 10:00"))
    return ticket


def test_until_its_moment_a_snoozed_ticket_sleeps(a_ticket, at):
    ticket = snoozed(a_ticket(), at)
    assert ticket.snoozed_until == at("wed 09:00")
    assert not ticket.wake(by=DESK, at=at("wed 08:59"))
    assert ticket.wake(by=DESK, at=at("wed 09:00"))
    assert ticket.snoozed_until is None
    assert not ticket.wake(by=DESK, at=at("wed 09:00"))


ENDS = {
    "a reply": lambda t, **w: t.customer_wrote("Still blank.", **w | {"by": ANNA}),
    "a take": lambda t, **w: t.take(**w),
    "handing over": lambda t, **w: t.assign("U0TOM", "Tom", **w),
    "a question": lambda t, **w: t.ask("Which browser?", **w),
    "a priority": lambda t, **w: t.prioritise(Priority.LOW, **w),
    "an end": lambda t, **w: t.resolve("Repaired.", **w),
    "a stop": lambda t, **w: t.cancel("No.", **w),
    "a person": lambda t, **w: t.unsnooze(**w),
}


@pytest.mark.parametrize("deed", ENDS)
def test_what_decides_ends_a_snooze(a_ticket, at, deed):
    ticket = snoozed(a_ticket(), at)
    ENDS[deed](ticket, by=SANNE, at=at("mon 11:00"))
    assert ticket.snoozed_until is None
    assert not ticket.wake(by=DESK, at=at("thu 10:00"))


TELLS = {
    "a note": lambda t, **w: t.note("Anna is away.", **w),
    "our reply": lambda t, **w: t.reply("We look on Wednesday.", **w),
    "a machine": lambda t, **w: t.machine_wrote("I am away.", **w | {"by": ANNA}),
    "a warning": lambda t, **w: t.warn("recovery", 75, cycle=1, due=w["at"], **w | {"by": DESK}),
}


@pytest.mark.parametrize("deed", TELLS)
def test_what_only_tells_leaves_it_asleep(a_ticket, at, deed):
    ticket = snoozed(a_ticket(), at)
    TELLS[deed](ticket, by=SANNE, at=at("mon 11:00"))
    assert ticket.snoozed_until == at("wed 09:00")


def test_a_later_choice_counts_and_the_same_one_is_nothing_new(a_ticket, at):
    ticket = snoozed(a_ticket(), at)
    assert not ticket.snooze(at("wed 09:00"), by=SANNE, at=at("mon 10:05"))
    assert ticket.snooze(at("thu 09:00"), by=SANNE, at=at("mon 10:10"))
    assert not ticket.wake(by=DESK, at=at("wed 09:00"))
    assert ticket.wake(by=DESK, at=at("thu 09:00"))


def test_only_staff_puts_an_open_ticket_aside_until_a_moment_to_come(a_ticket, at):
    ticket, now = a_ticket(), at("mon 10:00")
    with pytest.raises(NotAllowed):
        ticket.snooze(at("wed 09:00"), by=ANNA, at=now)
    with pytest.raises(DeskError, match="has passed"):
        ticket.snooze(now, by=SANNE, at=now)
    with pytest.raises(DeskError, match="more than a year"):
        ticket.snooze(now + timedelta(days=400), by=SANNE, at=now)
    with pytest.raises(DeskError, match="reopen it before you snooze it"):
        a_ticket(Status.RESOLVED).snooze(at("wed 09:00"), by=SANNE, at=now)


_ACTS = st.lists(st.sampled_from(["snooze 1", "snooze 30", "reply", "take", "look"]), max_size=40)


@given(acts=_ACTS, hours=st.lists(st.integers(0, 20), min_size=40, max_size=40))
def test_whatever_happens_it_wakes_once_for_each_snooze_and_never_early(acts, hours):
    now = MONDAY
    ticket = Ticket.open(by=ANNA, at=now, subject="Blank", text="Blank.")
    asleep_until, expected = None, 0
    for act, later in zip(acts, hours, strict=False):
        now += timedelta(hours=later)
        match act.split():
            case ["snooze", wait]:
                asleep_until = now + timedelta(hours=int(wait))
                ticket.snooze(asleep_until, by=SANNE, at=now)
            case ["reply"]:
                ticket.customer_wrote("Still blank, is it?", by=ANNA, at=now)
                asleep_until = None
            case ["take"] if ticket.status is not Status.IN_PROGRESS or ticket.owner != SANNE.key:
                ticket.take(by=SANNE, at=now)
                asleep_until = None
            case ["look"]:
                is_due = asleep_until is not None and asleep_until <= now
                assert ticket.wake(by=DESK, at=now) is is_due
                assert not ticket.wake(by=DESK, at=now)
                expected += is_due
                asleep_until = None if is_due else asleep_until
        assert ticket.snoozed_until == asleep_until
    assert sum(event.kind is Kind.WOKEN for event in ticket.history) == expected
