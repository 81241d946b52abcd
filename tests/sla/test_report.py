"""A month in figures: what counts, in which month, and the same from a second desk that counts on paper."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.breach import BreachReason
from desk.priority import Priority
from desk.satisfaction import Opinion
from desk.ticket import Ticket
from sla.clock import attention, due, read_clocks
from sla.month import month_of
from sla.policy import Goal, Policy
from sla.report import PROMISED, Figures, Lengths, Rate, report, report_of
from sla.sealing import seal
from sla.sweep import carry_out, judge
from store import tickets
from store.database import Database
from tests.sla.both_desks import ANNA, BOB, DESK, LENA, PROMISES, both_do, policy_of, seconds
from tests.sla.second_desk import Count, Paper
from tests.sla.second_wall import Promises
from tests.whole import examples

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOVEMBER, DECEMBER = datetime(2026, 10, 31, 23, tzinfo=UTC), datetime(2026, 11, 30, 23, tzinfo=UTC)
MONDAY = datetime(2026, 11, 2, 8, tzinfo=UTC)
"""Nine o'clock in Amsterdam."""


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def opened(at: datetime = MONDAY, **facts: object) -> Ticket:
    ticket = Ticket.open(by=ANNA, at=at, subject="Blank", text="Blank.", **facts)  # type: ignore[arg-type]
    ticket.number = 1
    return ticket


def answered(ticket: Ticket, at: datetime) -> Ticket:
    ticket.reply("We look.", by=LENA, at=at)
    ticket.mailed(ticket.version, recipients=[], by=DESK, at=at)
    return ticket


def november(*found: Ticket, policy: Policy, now: datetime = DECEMBER + timedelta(days=40)) -> Figures:
    return report(found, policy, begin=NOVEMBER, end=DECEMBER, now=now)[0]


def test_a_promise_counts_as_kept_when_its_clock_stops_in_time(policy: Policy) -> None:
    ticket = answered(opened(), MONDAY + hours(2))
    ticket.resolve("Done.", by=LENA, at=MONDAY + hours(4))
    found = november(ticket, policy=policy)
    medium = Rate(1, 1)
    assert found.rates == {(goal, Priority.MEDIUM): medium for goal in PROMISED}
    assert (found.opened, found.resolved, found.cancelled, found.ages) == (1, 1, 0, None)
    assert found.times[Goal.FIRST_RESPONSE] == Lengths(1, hours(2), hours(2), hours(2))
    assert found.times[Goal.RECOVERY] == Lengths(1, hours(4), hours(4), hours(4))


def test_a_promise_is_broken_in_the_month_in_which_its_date_passed(policy: Policy) -> None:
    ticket = opened(datetime(2026, 11, 30, 8, tzinfo=UTC), priority=Priority.URGENT)
    late = answered(ticket, datetime(2026, 12, 2, 8, tzinfo=UTC))
    found = november(late, policy=policy)
    assert found.rate(Goal.FIRST_RESPONSE) == Rate(0, 1)
    assert found.times[Goal.FIRST_RESPONSE] is None, "it was answered in December"
    assert found.reasons == {None: 2}


def test_what_is_still_promised_is_not_decided(policy: Policy) -> None:
    found = november(opened(), policy=policy, now=MONDAY + hours(1))
    assert found.rates == {}
    assert found.rate(Goal.RECOVERY).percent is None
    assert found.ages == Lengths(1, hours(1), hours(1), hours(1))


def test_what_is_cancelled_or_an_improvement_was_promised_nothing(policy: Policy) -> None:
    cancelled, wish = opened(), opened(priority=Priority.IMPROVEMENT)
    cancelled.cancel("Twice.", by=LENA, at=MONDAY + hours(1))
    found = november(cancelled, answered(wish, MONDAY + timedelta(days=9)), policy=policy)
    assert (found.rates, found.cancelled) == ({}, 1)


def test_a_priority_that_is_given_after_an_answer_does_not_judge_it(policy: Policy) -> None:
    wish = opened(priority=Priority.IMPROVEMENT)
    wish.resolve("Done.", by=LENA, at=MONDAY + hours(7))
    wish.reopen(by=LENA, at=MONDAY + hours(55))
    wish.prioritise(Priority.URGENT, by=LENA, at=MONDAY + hours(55))
    found = november(wish, policy=policy)
    assert found.rates == {(Goal.RECOVERY, Priority.URGENT): Rate(0, 1)}
    assert found.times[Goal.FIRST_RESPONSE] is None


def test_the_reasons_that_people_gave_are_counted(policy: Policy) -> None:
    ticket = opened(priority=Priority.URGENT)
    noticed = MONDAY + hours(8)
    for verdict in list(judge(ticket, policy, now=noticed, read_up_to=noticed)):
        carry_out(ticket, verdict, at=noticed)
    ticket.explain_breach(ticket.version, BreachReason.SUPPLIER, by=LENA, at=noticed)
    assert november(ticket, policy=policy).reasons == {None: 1, BreachReason.SUPPLIER: 1}


def test_a_date_that_had_passed_when_a_priority_was_given_is_broken_by_giving_it(policy: Policy) -> None:
    october = datetime(2026, 10, 30, 9, tzinfo=UTC)
    ticket = opened(october, priority=Priority.LOW)
    ticket.prioritise(Priority.URGENT, by=LENA, at=MONDAY + hours(7), reclassified=True)
    assert november(ticket, policy=policy).rate(Goal.RECOVERY) == Rate(0, 1)


def test_of_each_solution_the_last_answer_counts_in_the_month_it_was_given(policy: Policy) -> None:
    ticket, other = opened(), opened()
    for each in (ticket, other):
        each.resolve("Done.", by=LENA, at=MONDAY)
    said = [(ticket, Opinion.NOT_GOOD, 1), (ticket, Opinion.GOOD, 2), (other, Opinion.NOT_GOOD, 3)]
    for each, opinion, day in said:
        each.rate(2, opinion, by=ANNA, at=MONDAY + timedelta(days=day), evidence={})
    assert november(ticket, other, policy=policy).helped == Rate(1, 2)
    other.rate(2, Opinion.GOOD, by=ANNA, at=DECEMBER + hours(1), evidence={})
    assert november(ticket, other, policy=policy).helped == Rate(1, 1), "it was said anew, in December"


def test_an_answer_moves_no_clock(policy: Policy) -> None:
    ticket = answered(opened(), MONDAY + hours(2))
    ticket.resolve("Done.", by=LENA, at=MONDAY + hours(4))
    now = MONDAY + timedelta(days=2)
    before = (read_clocks(ticket, policy, now=now), attention(ticket, policy), due(ticket, policy))
    ticket.rate(ticket.version, Opinion.NOT_GOOD, "No.", by=ANNA, at=now, evidence={})
    assert (read_clocks(ticket, policy, now=now), attention(ticket, policy), due(ticket, policy)) == before


def test_clients_come_in_the_order_of_their_names_after_all_together(policy: Policy) -> None:
    found = report(
        [*(opened(client=name) for name in ("Garage", "Bakery", "Bakery")), opened(DECEMBER, client="Inn")],
        policy, begin=NOVEMBER, end=DECEMBER, now=DECEMBER + hours(1),
    )  # fmt: skip
    assert [(each.client, each.opened) for each in found] == [(None, 3), ("Bakery", 2), ("Garage", 1)]


def test_nine_of_ten_stayed_within_the_ninth(policy: Policy) -> None:
    lengths = Lengths.of([hours(n) for n in (10, 2, 3, 4, 5, 6, 7, 8, 9, 1)])
    assert lengths == Lengths(10, hours(5.5), hours(9), hours(10))
    assert Lengths.of([hours(1), hours(5), hours(2)]) == Lengths(3, hours(2), hours(5), hours(5))
    assert Lengths.of([]) is None


def test_it_is_read_from_the_database_in_batches(
    db: Database, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sla.report._BATCH", 2)
    old = opened(datetime(2026, 9, 1, tzinfo=UTC))
    old.resolve("Done.", by=LENA, at=datetime(2026, 9, 2, tzinfo=UTC))
    with db.change() as session:
        for ticket in (old, *(opened() for _ in range(5)), opened(DECEMBER)):
            del ticket.__dict__["number"]
            tickets.add(session, ticket)
    found = report_of(db, policy, begin=NOVEMBER, end=DECEMBER, now=DECEMBER)
    assert (found[0].opened, found[0].resolved, len(found)) == (5, 0, 2)


@pytest.mark.parametrize(
    ("said", "begins", "ends"),
    [
        ("", "2026-11-01", "2026-12-01"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("november", "2026-11-01", "2026-12-01"),
        ("Okt", "2026-10-01", "2026-11-01"),
        ("december", "2025-12-01", "2026-01-01"),
        ("maart", "2026-03-01", "2026-04-01"),
    ],
)
def test_a_month_is_said_in_numbers_or_by_its_name(said: str, begins: str, ends: str) -> None:
    begin, end = month_of(said, AMSTERDAM, now=MONDAY)
    local = [f"{each.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}" for each in (begin, end)]
    assert local == [f"{begins} 00:00", f"{ends} 00:00"]


@pytest.mark.parametrize("said", ["2026-13", "2026-0", "no", "ma", "bakery", "0001-01"])
def test_what_is_no_month_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="month"):
        month_of(said, AMSTERDAM, now=MONDAY)


Judged = dict[str, str]
"""By goal, the priority under which its clock ended."""

DEEDS = ("write", "reply", "sent", "sent", "take", "ask", "resolve", "reopen", "cancel", *Priority)


@settings(deadline=None, max_examples=examples(60))
@given(st.data())
def test_any_histories_have_the_figures_that_counting_on_paper_finds(data: st.DataObject) -> None:
    promises = data.draw(st.sampled_from(PROMISES))
    policy = policy_of(promises, promises)
    lives = [a_life(data, promises, policy) for _ in range(data.draw(st.integers(1, 4)))]
    now = max(event.at for ticket, _, _ in lives for event in ticket.history) + timedelta(hours=30)
    begin = MONDAY + timedelta(hours=data.draw(st.integers(-200, 200)))
    end = begin + timedelta(hours=data.draw(st.integers(1, 600)))
    found, *_ = report([ticket for ticket, _, _ in lives], policy, begin=begin, end=end, now=now)
    stretch = range(seconds(begin), seconds(end))
    for goal, count_of in COUNTS.items():
        facts = [
            what_became_of(count_of(paper), paper, judged, promises, seconds(now))
            for _, paper, judged in lives
        ]
        decided = [each for each in facts if each and each[0] in stretch]
        assert found.rate(goal) == Rate(sum(kept for _, kept, _, _ in decided), len(decided))
        spent = [each[3] for each in facts if each and each[2] in stretch]
        assert found.times[goal] == Lengths.of([timedelta(seconds=each) for each in spent])


COUNTS: dict[Goal, Callable[[Paper], Count]] = {
    Goal.FIRST_RESPONSE: lambda paper: paper.first,
    Goal.RECOVERY: lambda paper: paper.recovery,
}


def a_life(data: st.DataObject, promises: Promises, policy: Policy) -> tuple[Ticket, Paper, Judged]:
    """A ticket to which any things are done, and the same on paper."""
    now = MONDAY + timedelta(hours=data.draw(st.integers(-100, 100)))
    priority = data.draw(st.sampled_from(Priority))
    ticket = Ticket.open(
        by=data.draw(st.sampled_from([ANNA, BOB])), at=now, subject="S", text="T", priority=priority
    )
    paper, judged = Paper(seconds(now), str(priority)), Judged()
    for _ in range(data.draw(st.integers(0, 10))):
        now += timedelta(minutes=data.draw(st.one_of(st.integers(0, 600), st.integers(0, 5000))))
        version = ticket.version
        both_do(ticket, paper, data.draw(st.sampled_from(DEEDS)), now, promises)
        seal(ticket, ticket.history[version:], policy)
        for goal, count_of in COUNTS.items():
            if count_of(paper).state == "stopped":  # under an improvement, too, which has no verdict
                judged.setdefault(goal, paper.priority)
            else:
                judged.pop(goal, None)
    return ticket, paper, judged


def what_became_of(
    count: Count, paper: Paper, judged: Judged, promises: Promises, now: int
) -> tuple[int, bool, int | None, int] | None:
    """When it was decided, whether it was kept, when its clock stopped and what it had spent."""
    target = promises.target(count.goal, judged.get(count.goal, paper.priority))
    if target is None or count.state == "void":
        return None
    spent, due = count.spent(promises.wall, now), count.used_up(promises.wall, target)
    if count.verdict:
        _, spent, due = count.verdict
    ran_until = count.spans[-1][1]
    stopped = count.state == "stopped" and (paper.ended if count is paper.recovery else ran_until)
    broken = due is not None and (due <= now if ran_until is None else due < ran_until)
    if broken:
        return due or 0, False, stopped or None, spent
    return (stopped, True, stopped, spent) if stopped else None
