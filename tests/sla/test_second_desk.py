"""Clocks, levels and attention of any history, against a second desk that counts on paper."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.priority import Priority
from desk.ticket import Ticket
from sla.clock import Clock, attention, levels_ahead, read_clocks
from sla.policy import Policy
from sla.sealing import seal
from sla.sweep import carry_out, judge
from tests.sla.both_desks import ANNA, BOB, PROMISES, both_do, moment, notices, policy_of, seconds
from tests.sla.second_desk import Count, Paper
from tests.sla.second_wall import Promises
from tests.whole import examples

DEEDS = ("write", "reply", "ask", "sent", "sent last", "take", "extend", "resolve", "reopen", "bounce")
RARE = ("cancel", "close", *Priority)
steps = st.sampled_from([*DEEDS * 3, *RARE, *["look"] * 6, "edit"])
# Mostly hours, now and then days; a mail may have landed a little before the click that is recorded first.
waits = st.one_of(st.integers(0, 600), st.integers(0, 8 * 1440), st.integers(-90, 0))
starts = st.integers(0, 100 * 1440).map(lambda n: datetime(2026, 10, 20, tzinfo=UTC) + timedelta(minutes=n))


@settings(deadline=None, max_examples=examples(120))
@given(st.data())
def test_any_history_has_the_clocks_levels_and_attention_that_counting_on_paper_finds(
    data: st.DataObject,
) -> None:
    taken_counts = data.draw(st.booleans())
    agreed = [replace(each, taken_counts=taken_counts) for each in PROMISES]
    promises, now = data.draw(st.sampled_from(agreed)), data.draw(starts)
    ticket, paper, policy = *_open(data, now), _policy(promises)
    for _ in range(data.draw(st.integers(1, 14))):
        deed = data.draw(steps)
        now += timedelta(minutes=data.draw(waits), seconds=data.draw(st.sampled_from([0, 0, 17])))
        version = ticket.version
        if deed == "edit":
            promises = data.draw(st.sampled_from(agreed))
            policy, paper.held_until = _policy(promises), 0
        elif deed == "look":
            _look(ticket, paper, now, promises, policy)
        else:
            both_do(ticket, paper, deed, now, promises)
        seal(ticket, ticket.history[version:], policy)
        _compare(ticket, paper, now, promises, policy)


def _open(data: st.DataObject, now: datetime) -> tuple[Ticket, Paper]:
    priority = data.draw(st.sampled_from(Priority))
    by = data.draw(st.sampled_from([ANNA, BOB]))
    ticket = Ticket.open(by=by, at=now, subject="Blank", text="Blank.", priority=priority)
    return ticket, Paper(seconds(now), str(priority))


def _policy(promises: Promises) -> Policy:
    """The bakery's contract says what everybody is promised, so one set of promises tells both."""
    return policy_of(promises, promises)


def _look(ticket: Ticket, paper: Paper, now: datetime, promises: Promises, policy: Policy) -> None:
    paper.held_until = 0  # nothing postpones a look that somebody takes
    for verdict in list(judge(ticket, policy, now=now, read_up_to=now)):
        carry_out(ticket, verdict, at=now)
    paper.look(seconds(now), promises)


def _compare(ticket: Ticket, paper: Paper, now: datetime, promises: Promises, policy: Policy) -> None:
    assert notices(ticket) == paper.notices
    assert ticket.owner is not None or not paper.owned
    later = max(now, *(event.at for event in ticket.history)) + timedelta(hours=3)
    clocks = read_clocks(ticket, policy, now=later)
    expected = [_as_read(each, paper, later, promises) for each in paper.counts]
    assert [_facts(clock) for clock in clocks] == [each for each in expected if each]
    ahead = [(clock.goal, clock.cycle, level, at) for clock, level, at in levels_ahead(ticket, policy)]
    assert ahead == [
        (count.goal, count.cycle, level, moment(at)) for count, level, at in paper.levels(promises)
    ]
    assert attention(ticket, policy) == moment(paper.attention(promises))


def _facts(clock: Clock) -> tuple[object, ...]:
    return (
        clock.goal, clock.cycle, clock.state, clock.target, clock.spent, clock.due, clock.breached,
    )  # fmt: skip


def _as_read(count: Count, paper: Paper, at: datetime, promises: Promises) -> tuple[object, ...] | None:
    target, now = promises.target(count.goal, paper.priority), seconds(at)
    if target is None:
        return None
    spent, due = count.spent(promises.wall, now), count.used_up(promises.wall, target)
    if count.verdict is not None:
        target, spent, due = count.verdict
    ran_until = count.spans[-1][1]
    breached = due is not None and (due <= now if ran_until is None else due < ran_until)
    lengths = (timedelta(seconds=target), timedelta(seconds=spent))
    return (count.goal, count.cycle, count.state, *lengths, moment(due), breached)
