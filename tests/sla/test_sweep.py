"""What the desk does by itself when a moment comes: decided on real tickets, done on both engines."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, Event, Thread

import pytest
from sqlalchemy import update

from desk.actor import Actor
from desk.event import Kind
from desk.priority import Priority
from desk.ticket import Ticket
from sla.clock import attention
from sla.policy import Goal, Policy
from sla.sweep import Close, Remind, ResolveSilent, Supersede, Verdict, Warn, carry_out, judge, sweep
from store import schema, tables, tickets
from store.database import Database, Unavailable
from tests.counted import counting

At = Callable[[str], datetime]
ANNA = Actor.customer("anna@bakery.example", "Anna")
SANNE = Actor.agent("U0SANNE", "Sanne")
DESK = Actor.system("test")


@pytest.fixture
def desk(database_url: str, policy: Policy) -> Iterator[Database]:
    """A database that keeps when each ticket next needs a look, as the house wires it."""
    database = Database(database_url, attention=lambda ticket: attention(ticket, policy))
    schema.upgrade(database)
    yield database
    database.close()


def test_half_the_time_is_told_only_while_nobody_owns_the_ticket(at: At, policy: Policy) -> None:
    alone, taken = _answered(at("2026-11-30 09:00")), _answered(at("2026-11-30 09:00"))
    taken.take(by=SANNE, at=at("2026-11-30 09:10"))
    assert _levels(_judge(alone, policy, at("2026-11-30 13:00"))) == [50]
    assert _judge(taken, policy, at("2026-11-30 13:00")) == []
    assert _levels(_judge(taken, policy, at("2026-11-30 15:00"))) == [75]


def test_of_several_missed_levels_the_highest_is_told_and_the_rest_put_on_record(
    at: At, policy: Policy
) -> None:
    ticket, now = _answered(at("2026-11-30 09:00")), at("2026-11-30 17:00")
    verdicts = _judge(ticket, policy, now)
    due = now
    assert verdicts == [
        Supersede(Goal.RECOVERY, 1, 50),
        Supersede(Goal.RECOVERY, 1, 75),
        Warn(Goal.RECOVERY, 1, 100, due),
    ]
    _carry_out(ticket, policy, now)
    assert _judge(ticket, policy, now) == []


def test_an_overdue_ticket_is_told_once_per_working_day(at: At, policy: Policy) -> None:
    ticket, told = _answered(at("2026-11-30 09:00")), []
    for hour in range(5 * 24):
        now = at("2026-11-30 00:00") + timedelta(hours=hour)
        told += [(level, now) for level in _levels(_carry_out(ticket, policy, now))]
    closing = [at(f"2026-{day} 17:00") for day in ("11-30", "12-01", "12-02", "12-03", "12-04")]
    assert [each for each in told if each[0] >= 100] == list(zip(range(100, 105), closing, strict=True))


def test_the_days_of_a_pause_are_not_days_overdue(at: At, policy: Policy) -> None:
    ticket = _answered(at("2026-11-30 09:00"))
    _carry_out(ticket, policy, at("2026-11-30 17:00"))
    _ask(ticket, at("2026-12-01 09:00"))
    assert _judge(ticket, policy, at("2026-12-02 10:00")) == []
    ticket.customer_wrote("This one.", by=ANNA, at=at("2026-12-03 09:00"))
    _reply(ticket, at("2026-12-03 09:00"))
    assert _judge(ticket, policy, at("2026-12-03 16:59")) == []
    assert _levels(_judge(ticket, policy, at("2026-12-03 17:00"))) == [101]


def test_nothing_is_told_out_of_hours_but_what_fell_due_at_closing(at: At, policy: Policy) -> None:
    ticket = _answered(at("2026-11-30 09:00"))
    assert _levels(_judge(ticket, policy, at("2026-11-30 17:04"))) == [100]
    assert _judge(ticket, policy, at("2026-11-30 17:05")) == []
    assert _judge(ticket, policy, at("2026-12-01 08:59")) == []
    assert _levels(_judge(ticket, policy, at("2026-12-01 09:00"))) == [100]


def test_nothing_is_told_after_the_end(at: At, policy: Policy) -> None:
    ticket = _answered(at("2026-11-30 09:00"))
    ticket.resolve("Done.", by=SANNE, at=at("2026-11-30 12:00"))
    assert _judge(ticket, policy, at("2026-12-02 12:00")) == []


def test_a_silent_customer_is_reminded_once_and_then_the_ticket_is_resolved(at: At, policy: Policy) -> None:
    ticket, asked = _answered(at("2026-11-30 09:00")), at("2026-11-30 10:00")
    _ask(ticket, asked)
    question = ticket.version
    assert _judge(ticket, policy, asked + timedelta(hours=47, minutes=59)) == []
    assert _carry_out(ticket, policy, asked + timedelta(hours=48)) == [Remind(question)]
    assert _judge(ticket, policy, asked + timedelta(hours=71, minutes=59)) == []
    end = asked + timedelta(hours=72)
    assert _judge(ticket, policy, end, read_up_to=end - timedelta(seconds=1)) == []
    assert list(judge(ticket, policy, now=end, read_up_to=None)) == []
    assert _judge(ticket, policy, end + timedelta(hours=1), read_up_to=end) == [ResolveSilent()]


def test_more_time_begins_the_wait_again(at: At, policy: Policy) -> None:
    ticket, asked = _answered(at("2026-11-30 09:00")), at("2026-11-30 10:00")
    _ask(ticket, asked)
    ticket.extend(by=SANNE, at=asked + timedelta(hours=40))
    assert _judge(ticket, policy, asked + timedelta(hours=87)) == []
    assert _judge(ticket, policy, asked + timedelta(hours=112)) == [ResolveSilent()]


def test_a_quiet_week_closes_a_ticket_unless_a_reply_may_lie_unread(at: At, policy: Policy) -> None:
    ticket = _answered(at("2026-11-30 09:00"))
    ended = at("2026-11-30 12:00")
    ticket.resolve("Done.", by=SANNE, at=ended)
    week = ended + timedelta(days=7)
    assert _judge(ticket, policy, week - timedelta(seconds=1)) == []
    assert _judge(ticket, policy, week, read_up_to=ended) == []
    assert _judge(ticket, policy, week) == [Close()]


def test_the_sweep_warns_once_and_keeps_the_next_moment(desk: Database, at: At, policy: Policy) -> None:
    number = _keep(desk, _answered(at("2026-11-30 09:00")))
    assert sweep(desk, policy, now=at("2026-11-30 12:59")) == 0
    with counting() as counts:
        assert sweep(desk, policy, now=at("2026-11-30 13:00")) == 1
    assert sweep(desk, policy, now=at("2026-11-30 13:00")) == 0
    assert counts["sla_notices_total", "recovery", "50"] == counts["sla_notice_lateness_seconds_count",] == 1
    ticket = _get(desk, number)
    assert _warned(ticket) == [50]
    assert ticket.attention_at == attention(ticket, policy) == at("2026-11-30 15:00")


def test_what_is_held_up_overnight_does_not_stand_in_front(desk: Database, at: At, policy: Policy) -> None:
    number = _keep(desk, _answered(at("2026-11-30 09:00")))
    assert sweep(desk, policy, now=at("2026-11-30 20:00")) == 1
    assert sweep(desk, policy, now=at("2026-11-30 20:01")) == 0
    assert _get(desk, number).attention_at == at("2026-12-01 09:00")
    sweep(desk, policy, now=at("2026-12-01 09:00"))
    assert _warned(_get(desk, number)) == [100]


def test_a_moment_that_a_changed_policy_moved_is_put_right(desk: Database, at: At, policy: Policy) -> None:
    number, now = _keep(desk, _answered(at("2026-11-30 09:00"))), at("2026-11-30 13:00")
    milder = Policy(hours=policy.hours, recovery={Priority.URGENT: timedelta(hours=40)})
    assert [sweep(desk, milder, now=now) for _ in range(2)] == [1, 0]
    ticket = _get(desk, number)
    assert ticket.attention_at == attention(ticket, milder)


def test_more_than_a_batch_is_worked_through_while_clicks_are_answered(
    desk: Database, at: At, policy: Policy
) -> None:
    with desk.change() as session:
        for _ in range(210):
            tickets.add(session, _answered(at("2026-11-30 09:00")))
    swept: list[int] = []
    thread = Thread(target=lambda: swept.append(sweep(desk, policy, now=at("2026-11-30 13:00"))))
    thread.start()
    clicked = 0
    while thread.is_alive() and clicked < 5:
        with desk.change(urgent=True) as session:
            tickets.get(session, 210).note("Looked.", by=SANNE, at=at("2026-11-30 13:00"))
        clicked += 1
    between = thread.is_alive()
    thread.join(200)
    assert (swept, clicked, between) == ([210], 5, True)
    with desk.read() as session:
        assert tickets.needing_attention(session, now=at("2026-11-30 13:00")) == []
    assert [_warned(_get(desk, number)) for number in (1, 105, 210)] == [[50]] * 3


def test_one_bad_ticket_does_not_stop_the_others(desk: Database, at: At, policy: Policy) -> None:
    bad, good = (_keep(desk, _answered(at("2026-11-30 09:00"))) for _ in range(2))
    with desk.change() as session:
        row = tables.events.c
        session.execute(update(tables.events).where(row.ticket == bad, row.seq > 1).values(detail={}))
    now = at("2026-11-30 13:00")
    assert sweep(desk, policy, now=now) == 2
    assert _warned(_get(desk, good)) == [50]
    assert _get(desk, bad).attention_at == now + timedelta(minutes=5)


def test_what_shares_a_transaction_with_a_bad_ticket_is_told_once_all_the_same(
    desk: Database, at: At, policy: Policy
) -> None:
    numbers = [_keep(desk, _answered(at("2026-11-30 09:00"))) for _ in range(25)]
    with desk.change() as session:
        row = tables.events.c
        spoilt = update(tables.events).where(row.ticket == numbers[10], row.seq > 1)
        session.execute(spoilt.values(detail={}))
    assert sweep(desk, policy, now=at("2026-11-30 13:00")) == 25
    good = [number for number in numbers if number != numbers[10]]
    assert [_warned(_get(desk, number)) for number in good] == [[50]] * 24


def test_a_sweep_lets_a_person_go_first_in_the_middle_of_what_it_does_together(
    sqlite_template: Path, tmp_path: Path, at: At, policy: Policy
) -> None:
    """Where only one may write at a time: on PostgreSQL a click need not wait."""
    looked, clicks = list[int](), list[Thread]()
    after: list[int] = []

    def click() -> None:
        with desk.change(urgent=True):
            after.append(len(looked))

    def reckon(ticket: Ticket) -> datetime | None:
        if is_swept:
            looked.append(ticket.number)
            if len(looked) == 3:
                clicks.append(Thread(target=click))
                clicks[0].start()
                _until(lambda: desk.is_awaited)
        return attention(ticket, policy)

    is_swept = False
    shutil.copy(sqlite_template, tmp_path / "helpdesk.sqlite3")
    desk = Database(f"sqlite:///{tmp_path / 'helpdesk.sqlite3'}", attention=reckon)
    numbers = [_keep(desk, _answered(at("2026-11-30 09:00"))) for _ in range(10)]
    is_swept = True
    assert sweep(desk, policy, now=at("2026-11-30 13:00")) == 10
    clicks[0].join(30)
    assert (after, looked) == ([3], numbers)
    desk.close()


def _until(holds: Callable[[], bool]) -> None:
    turn = Event()
    for _ in range(6000):
        if holds():
            return
        turn.wait(0.005)
    raise AssertionError("waited thirty seconds in vain")


def test_two_sweeps_at_once_give_one_warning(desk: Database, at: At, policy: Policy) -> None:
    numbers = [_keep(desk, _answered(at("2026-11-30 09:00"))) for _ in range(5)]
    together = Barrier(2)

    def look() -> None:
        together.wait(30)
        sweep(desk, policy, now=at("2026-11-30 13:00"))

    threads = [Thread(target=look) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert [_warned(_get(desk, number)) for number in numbers] == [[50]] * 5


def test_a_database_that_is_gone_ends_the_sweep(tmp_path: object, at: At, policy: Policy) -> None:
    with pytest.raises(Unavailable):
        sweep(Database(f"sqlite:///{tmp_path}/no/such/place"), policy, now=at("2026-11-30 13:00"))


def test_a_database_that_can_only_be_read_ends_the_sweep_at_the_first_ticket(
    sqlite_template: Path, tmp_path: Path, at: At, policy: Policy
) -> None:
    file = tmp_path / "helpdesk.sqlite3"
    shutil.copy(sqlite_template, file)
    desk = Database(f"sqlite:///{file}", attention=lambda ticket: attention(ticket, policy))
    _keep(desk, _answered(at("2026-11-30 09:00")))
    read_only = Database(f"sqlite:///file:{file}?mode=ro&uri=true")
    with pytest.raises(Unavailable):
        sweep(read_only, policy, now=at("2026-11-30 13:00"))
    read_only.close()
    assert sweep(desk, policy, now=at("2026-11-30 13:00")) == 1
    desk.close()


def test_silence_resolves_and_a_quiet_week_closes_by_the_sweep_alone(
    desk: Database, at: At, policy: Policy
) -> None:
    ticket, asked = _answered(at("2026-11-30 09:00")), at("2026-11-30 10:00")
    _ask(ticket, asked)
    number = _keep(desk, ticket)
    for hours in (48, 72, 72 + 7 * 24):
        assert sweep(desk, policy, now=asked + timedelta(hours=hours)) == 1
    ticket = _get(desk, number)
    assert [each.kind for each in ticket.history[-3:]] == [Kind.REMINDED, Kind.RESOLVED, Kind.CLOSED]
    assert ticket.attention_at is None


def _answered(landed: datetime) -> Ticket:
    """An urgent ticket that nobody owns, whose customer was answered at once: only recovery runs."""
    ticket = Ticket.open(by=ANNA, at=landed, subject="Blank", text="Blank.", priority=Priority.URGENT)
    _reply(ticket, landed)
    return ticket


def _reply(ticket: Ticket, at: datetime) -> None:
    ticket.reply("We look.", by=SANNE, at=at)
    ticket.mailed(ticket.version, recipients=[], by=DESK, at=at)


def _ask(ticket: Ticket, at: datetime) -> None:
    ticket.ask("Which page?", by=SANNE, at=at)
    ticket.mailed(ticket.version, recipients=[], by=DESK, at=at)


def _judge(
    ticket: Ticket, policy: Policy, now: datetime, *, read_up_to: datetime | None = None
) -> list[Verdict]:
    return list(judge(ticket, policy, now=now, read_up_to=read_up_to or now))


def _carry_out(ticket: Ticket, policy: Policy, now: datetime) -> list[Verdict]:
    verdicts = _judge(ticket, policy, now)
    for verdict in verdicts:
        carry_out(ticket, verdict, at=now)
    return verdicts


def _levels(verdicts: list[Verdict]) -> list[int]:
    return [each.level for each in verdicts if isinstance(each, Warn)]


def _keep(desk: Database, ticket: Ticket) -> int:
    with desk.change() as session:
        return tickets.add(session, ticket).number


def _get(desk: Database, number: int) -> Ticket:
    with desk.read() as session:
        return tickets.get(session, number)


def _warned(ticket: Ticket) -> list[int]:
    return [each.detail["level"] for each in ticket.history if each.kind is Kind.WARNED]
