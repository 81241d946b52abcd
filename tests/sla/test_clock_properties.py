"""What holds for the clocks of any ticket, whatever happened to it and when."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.actor import Actor
from desk.priority import Priority
from desk.status import OPEN, Status
from desk.ticket import Ticket
from sla.calendar import Calendar
from sla.clock import attention, due, preview, read_clocks, waits_since
from sla.hours import BusinessHours
from sla.policy import Goal, Policy
from sla.sweep import judge
from tests.whole import examples

ANNA = Actor.customer("anna@bakery.example", "Anna")
SANNE = Actor.agent("U0SANNE", "Sanne")
DESK = Actor.system("test")
POLICY = Policy(hours=BusinessHours(Calendar()))
PROMISED = [each for each in Priority if each is not Priority.IMPROVEMENT]
FAST = settings(max_examples=examples(60), deadline=None)

# Around the nights in which clocks change, and the holidays at the end of the year.
starts = st.tuples(
    st.sampled_from([(2026, 10, 22), (2026, 12, 22), (2027, 3, 25)]), st.integers(0, 8 * 1440)
).map(lambda drawn: datetime(*drawn[0], tzinfo=UTC) + timedelta(minutes=drawn[1]))
waits = st.integers(0, 5 * 1440).map(lambda n: timedelta(minutes=n))
deeds = st.sampled_from(["reply", "ask", "write", "take", "resolve", "reopen", "sent", "lower", "raise"])


@st.composite
def tickets(draw: st.DrawFn) -> Ticket:
    """A ticket to which a few things happened."""
    now = draw(starts)
    ticket = Ticket.open(
        by=ANNA, at=now, subject="Blank", text="Blank.", priority=draw(st.sampled_from(Priority))
    )
    for deed, wait in draw(st.lists(st.tuples(deeds, waits), max_size=7)):
        now += wait
        _do(ticket, deed, now)
    return ticket


@FAST
@given(tickets())
def test_nothing_is_due_before_attention_and_something_is_at_it(ticket: Ticket) -> None:
    moment = attention(ticket, POLICY)
    if moment is None:
        return
    before = moment - timedelta(microseconds=1)
    assert list(judge(ticket, POLICY, now=before, read_up_to=before)) == []
    # A change may find a level long passed: that waits for the desk to open.
    now = max(moment, ticket.changed_at)
    if now > moment:
        now = POLICY.hours.next_opening(now)
    assert list(judge(ticket, POLICY, now=now, read_up_to=now))


@FAST
@given(tickets())
def test_a_ticket_is_due_when_its_first_running_clock_is_or_when_silence_resolves_it(ticket: Ticket) -> None:
    if ticket.status is Status.WAITING_FOR_CUSTOMER:
        waiting = waits_since(ticket)
        assert due(ticket, POLICY) == (waiting.at + POLICY.silence if waiting else None)
        return
    clocks = read_clocks(ticket, POLICY, now=ticket.changed_at)
    running = [clock.due for clock in clocks if clock.is_running and clock.due]
    assert due(ticket, POLICY) == min(running, default=None)


@FAST
@given(tickets(), st.sampled_from(PROMISED))
def test_another_priority_and_back_restores_every_date(ticket: Ticket, other: Priority) -> None:
    if ticket.status not in OPEN:
        return
    now, before = ticket.changed_at, ticket.priority
    clocks = read_clocks(ticket, POLICY, now=now)
    expected = preview(ticket, other, POLICY, now=now)
    ticket.prioritise(other, by=SANNE, at=now)
    assert read_clocks(ticket, POLICY, now=now) == expected
    ticket.prioritise(before, by=SANNE, at=now)
    assert read_clocks(ticket, POLICY, now=now) == clocks


@FAST
@given(starts, st.tuples(waits, waits, waits), st.sampled_from(PROMISED))
def test_a_longer_pause_never_makes_due_earlier(
    start: datetime, drawn: tuple[timedelta, timedelta, timedelta], priority: Priority
) -> None:
    begins, pause, more = drawn
    dues = [_due_after_pause(start, start + begins, length, priority) for length in (pause, pause + more)]
    assert dues == sorted(dues)


def _due_after_pause(start: datetime, begins: datetime, length: timedelta, priority: Priority) -> datetime:
    ticket = Ticket.open(by=ANNA, at=start, subject="Blank", text="Blank.", priority=priority)
    ticket.ask("Which page?", by=SANNE, at=begins)
    ticket.customer_wrote("That one.", by=ANNA, at=begins + length)
    clocks = read_clocks(ticket, POLICY, now=begins + length)
    due = next(each.due for each in clocks if each.goal is Goal.RECOVERY)
    assert due is not None
    return due


def _do(ticket: Ticket, deed: str, now: datetime) -> None:
    stands_open = ticket.status in OPEN
    match deed:
        case "reply" if stands_open:
            ticket.reply("We look.", by=SANNE, at=now)
        case "ask" if stands_open:
            ticket.ask("Which page?", by=SANNE, at=now)
        case "write" if ticket.takes_replies:
            ticket.customer_wrote("It is blank again.", by=ANNA, at=now)
        case "take" if stands_open:
            ticket.take(by=SANNE, at=now)
        case "resolve" if stands_open:
            ticket.resolve("Done.", by=SANNE, at=now)
        case "reopen" if not stands_open:
            ticket.reopen(by=SANNE, at=now)
        case "lower" | "raise" if stands_open:
            level = Priority.LOW if deed == "lower" else Priority.URGENT
            ticket.prioritise(level, by=SANNE, at=now)
        case "sent":
            _send_what_is_written(ticket, now)


def _send_what_is_written(ticket: Ticket, now: datetime) -> None:
    for event in list(ticket.history):
        if event.kind in ("replied", "asked"):
            ticket.mailed(event.seq, recipients=[], by=DESK, at=now)
