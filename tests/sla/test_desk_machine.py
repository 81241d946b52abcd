"""A desk that is kept for weeks in a real database: what it tells of its promises is what a second desk, that
counts on paper, would tell.  Mails, clicks, time, missed beats, races, clocks that step, restarts."""

import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from desk.errors import Conflict
from desk.priority import Priority
from desk.status import Status
from desk.ticket import Ticket
from sla.clock import attention, due
from sla.policy import Policy
from sla.reschedule import AtStart
from sla.sealing import seal
from sla.sweep import sweep
from store import tickets
from store.database import Database
from tests.sla.both_desks import ANNA, BOB, LENA, PROMISES, both_do, moment, notices, policy_of, seconds
from tests.sla.second_desk import Paper
from tests.sla.second_wall import Promises

NewUrl = Callable[[], str]
MakeDatabase = Callable[[str], AbstractContextManager[str]]
CLICKS = ("take", "reply", "ask", "extend", "resolve", "reopen", "cancel", "close", *Priority)
MAILS = ("write", "sent", "sent", "sent last", "bounce")
MANY = 6
WITHOUT_SHRINKING = (Phase.reuse, Phase.generate)
"""What goes wrong in a race seldom does so again: a search for a smaller example takes minutes in vain."""
promises = st.sampled_from(PROMISES)
which = st.integers(0, MANY - 1)


class Kept(RuleBasedStateMachine):
    """Two replicas on one database, and the same tickets on paper."""

    def __init__(self, new_url: NewUrl, days: list[float]) -> None:
        super().__init__()
        self.url = new_url()
        self.days = days
        self.papers: dict[int, tuple[Paper, bool]] = {}

    @initialize(start=st.integers(0, 150 * 1440), general=promises, bakery=promises)
    def begin(self, start: int, general: Promises, bakery: Promises) -> None:
        self.now = datetime(2026, 10, 12, 8, tzinfo=UTC) + timedelta(minutes=start)
        self.general, self.bakery = general, bakery
        self._open()

    @precondition(lambda self: len(self.papers) < MANY)
    @rule(by=st.sampled_from([ANNA, BOB]), priority=st.sampled_from(Priority), late=st.integers(0, 300))
    def a_mail_opens_a_ticket(self, by: object, priority: Priority, late: int) -> None:
        landed = self.now - timedelta(minutes=late)
        ticket = Ticket.open(by=by, at=landed, subject="Blank", text="Blank.", priority=priority)
        with self.desk.change() as session:
            tickets.add(session, ticket)
        self.papers[ticket.number] = (Paper(seconds(landed), str(priority)), by is ANNA)

    @precondition(lambda self: self.papers)
    @rule(which=which, deed=st.sampled_from(CLICKS))
    def somebody_clicks(self, which: int, deed: str) -> None:
        self._do(which, deed, self.now)

    @precondition(lambda self: self.papers)
    @rule(which=which, deed=st.sampled_from(MAILS), late=st.sampled_from([0, 0, 0, 20, 200]))
    def a_mail_comes_or_leaves(self, which: int, deed: str, late: int) -> None:
        self._do(which, deed, self.now - timedelta(minutes=late))

    @rule(
        minutes=st.one_of(st.integers(1, 180), st.integers(60, 4 * 1440)),
        every=st.sampled_from([7, 30, 90, 400]),
    )
    def time_passes(self, minutes: int, every: int) -> None:
        self._pass(minutes)
        begins = self.now - timedelta(minutes=minutes)
        for n in range(every, minutes, every):
            self._sweep(begins + timedelta(minutes=n))
        self._sweep(self.now)

    @rule(minutes=st.integers(1, 2 * 1440))
    def the_desk_is_down(self, minutes: int) -> None:
        self._pass(minutes)

    @rule(minutes=st.integers(0, 600))
    def two_replicas_sweep_at_once(self, minutes: int) -> None:
        self._pass(minutes)
        policy, now = self._policy, self.now
        sweeps = [Thread(target=sweep, args=(db, policy), kwargs={"now": now}) for db in self._replicas]
        for each in sweeps:
            each.start()
        for each in sweeps:
            each.join(60)
            assert not each.is_alive()
        self._sweep(now)  # what one of them left to the other is looked at again

    @precondition(lambda self: bool(self.papers) and not self.desk.is_sqlite)
    @rule(which=which, minutes=st.integers(0, 600))
    def a_sweep_comes_between_a_click_and_its_commit(self, which: int, minutes: int) -> None:
        self._pass(minutes)
        number = self._number(which)
        try:
            with self.desk.change(urgent=True) as session:
                ticket = tickets.get(session, number)
                self._sweep(self.now, self.replica)
                if ticket.status is Status.CLOSED:  # nothing can be added to it
                    return
                ticket.note("Looked.", by=LENA, at=self.now)
        except Conflict:
            assert self._version(number) > ticket.version - 1, "somebody was first"
        else:
            self.papers[number][0].held_until = 0

    @rule(step=st.sampled_from([-3600, -30, 30, 3600]))
    def the_machines_clock_steps(self, step: int) -> None:
        self.now += timedelta(seconds=step)

    @rule()
    def the_desk_starts_again(self) -> None:
        self._close()
        self._open()

    @rule(general=promises, bakery=promises)
    def the_desk_starts_again_with_other_promises(self, general: Promises, bakery: Promises) -> None:
        self._close()
        if (general, bakery) != (self.general, self.bakery):
            for paper, _ in self.papers.values():
                paper.held_until = 0
        self.general, self.bakery = general, bakery
        self._open()

    @invariant()
    def what_is_on_record_is_what_the_second_desk_told(self) -> None:
        for number, (paper, _) in self.papers.items():
            with self.desk.read() as session:
                ticket = tickets.get(session, number)
            assert notices(ticket) == paper.notices
            looks = paper.held_until or paper.attention(self._promises(number))
            assert ticket.attention_at == moment(looks), number

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            self._close()

    @property
    def _replicas(self) -> tuple[Database, Database]:
        return self.desk, self.replica

    @property
    def _policy(self) -> Policy:
        return policy_of(self.general, self.bakery)

    def _promises(self, number: int) -> Promises:
        """A contract has hours and targets of its own; the rest is the same for everybody."""
        if not self.papers[number][1]:
            return self.general
        own = self.bakery
        return replace(self.general, wall=own.wall, response=own.response, recovery=own.recovery)

    def _number(self, which: int) -> int:
        numbers = list(self.papers)
        return numbers[which % len(numbers)]

    def _version(self, number: int) -> int:
        with self.desk.read() as session:
            return tickets.get(session, number).version

    def _do(self, which: int, deed: str, at: datetime) -> None:
        number = self._number(which)
        with self.desk.change(urgent=True) as session:
            ticket = tickets.get(session, number)
            both_do(ticket, self.papers[number][0], deed, at, self._promises(number))

    def _pass(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.days.append(minutes / 1440)

    def _sweep(self, now: datetime, db: Database | None = None) -> None:
        sweep(db or self.desk, self._policy, now=now)
        for number, (paper, _) in self.papers.items():
            paper.look(seconds(now), self._promises(number))

    def _open(self) -> None:
        policy = self._policy
        self.desk, self.replica = (
            Database(
                self.url,
                attention=lambda ticket: attention(ticket, policy),
                due=lambda ticket: due(ticket, policy),
                seal=lambda ticket, fresh: seal(ticket, fresh, policy),
            )
            for _ in range(2)
        )
        AtStart(self.desk, policy, repr((self.general, self.bakery))).run()

    def _close(self) -> None:
        for each in self._replicas:
            each.close()


@pytest.fixture
def new_url(sqlite_template: Path, tmp_path: Path) -> NewUrl:
    """Makes a file of its own for each desk."""

    def make() -> str:
        file = tmp_path / f"{uuid4().hex}.sqlite3"
        shutil.copy(sqlite_template, file)
        return f"sqlite:///{file}"

    return make


@pytest.fixture
def new_postgresql_url(new_postgresql: MakeDatabase, postgresql_template: str) -> Iterator[NewUrl]:
    """Makes a database of its own for each desk; all are dropped at the end."""
    with ExitStack() as made:
        yield lambda: made.enter_context(new_postgresql(postgresql_template))


def test_a_desk_kept_for_weeks_tells_what_the_second_desk_tells(new_url: NewUrl) -> None:
    _keep(new_url, days=24, steps=30)


def test_two_replicas_on_a_server_tell_what_the_second_desk_tells(new_postgresql_url: NewUrl) -> None:
    _keep(new_postgresql_url, days=3, steps=20, phases=WITHOUT_SHRINKING)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_desk_kept_for_four_hundred_days_tells_what_the_second_desk_tells(new_url: NewUrl) -> None:
    _keep(new_url, days=400, steps=80)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_two_replicas_kept_for_months_tell_what_the_second_desk_tells(new_postgresql_url: NewUrl) -> None:
    _keep(new_postgresql_url, days=100, steps=60)


def _keep(new_url: NewUrl, *, days: int, steps: int, phases: Collection[Phase] = tuple(Phase)) -> None:
    """Keep one desk after the other until so many days have passed in all."""
    passed: list[float] = []
    chosen = settings(
        max_examples=3,
        stateful_step_count=steps,
        deadline=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )
    while sum(passed) < days:
        run_state_machine_as_test(lambda: Kept(new_url, passed), settings=chosen)
