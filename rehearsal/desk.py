"""The desk of a rehearsal: wired as in wiring/, with the recorded roads and a clock that is turned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.app import write_client
from bot.house import House
from bot.people import Rights
from bot.style import Style
from config import Config
from desk.delivery import Audience
from desk.event import Event
from desk.ticket import Ticket
from mail.reading import read
from rehearsal.acting import Acting
from rehearsal.diary import Diary
from rehearsal.people import Roster, id_of
from rehearsal.roads import Outages, Underway, WrittenFiles, WrittenMail, WrittenWire, witnessed
from rehearsal.scenario import Road, Scenario
from settings import agreed
from settings.promised import policy_of
from sla import clock as clocks
from sla import sealing
from sla.reschedule import AtStart
from sla.sweep import sweep
from store import ahead, inbox, mailboxes, schema
from store.courier import Courier
from store.database import Database
from store.inbox import Arrival
from wiring.letters import intake_of, mail_sender_of
from wiring.slackroom import file_senders_of, rights_of, slack_senders_of
from wiring.whole import TOGETHER

MAILBOX = "the mailbox"
_A_DAY = timedelta(days=1)
_AGES = timedelta(days=365_000)


class Hands:
    """A clock that somebody turns."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


class RehearsedDesk:
    """Everything of a desk but its two outermost calls, and the jobs that the scheduler would run."""

    def __init__(self, config: Config, scenario: Scenario, db: Database, diary: Diary, clock: Hands) -> None:
        self.clock, self.db, self.diary = clock, db, diary
        self.policy = policy_of(config)
        self.outages = Outages(clock)
        underway = Underway()
        people = Roster(scenario.people, _rights(config, scenario), clock=clock)
        slack = write_client(config.slack.bot_token.get_secret_value())
        style = Style(config.desk.prefix, config.desk.timezone)
        house = House(db, self.policy, people, slack, style, clock)
        wire = WrittenWire(diary, underway, self.outages, clock)
        road = WrittenMail(diary, underway, self.outages)
        mail = {Audience.CUSTOMER: mail_sender_of(config, db, self.policy, clock, road=road)}
        self.acting = Acting(house, people, diary)
        self._intake = intake_of(config, db, self.policy, clock)
        files = file_senders_of(config, house, WrittenFiles(diary, underway, self.outages), read)
        slack_senders = slack_senders_of(config, house, wire) | files
        self._slack = Courier(db, witnessed(slack_senders, underway), clock=clock, together=TOGETHER)
        self._mail = Courier(db, witnessed(mail, underway), clock=clock)
        self._reschedule = AtStart(db, self.policy, agreed.text_of(config))
        self._arrived: list[Arrival] = []
        self._numbers = 0
        self._woken = set(Audience)
        self._tidied = clock()
        with db.change() as session:
            mailboxes.claim(session, MAILBOX, "the rehearsal", now=clock(), lease=_AGES)

    def arrives(self, raw: bytes) -> int:
        """A mail reaches the mailbox now; what its number in the inbox will be."""
        self._numbers += 1
        arrival = Arrival(source=MAILBOX, raw=raw, at=self.clock(), uidvalidity=1, uid=self._numbers)
        self._arrived.append(arrival)
        return self._numbers

    def wake(self, audiences: Set[Audience] = frozenset(Audience)) -> None:
        """These are owed news: all of them where nobody knows."""
        self._woken |= audiences

    def errands(self) -> None:
        """What the scheduler runs when it is woken: mail in, Slack, mail out, until nothing is new."""
        if self.outages.of(Road.DESK):
            return
        if self._arrived and not self.outages.of(Road.MAILBOX):
            self._fetch()
            self._intake.receive_new()
        while self._woken:
            woken, self._woken = self._woken, set()
            if woken - {Audience.CUSTOMER}:
                self._slack.deliver_due()
            if Audience.CUSTOMER in woken:
                self._mail.deliver_due()

    def settle(self) -> None:
        """Run every job until nothing is left to do at this moment."""
        if self.outages.of(Road.DESK):
            return
        self._tidy()
        self._reschedule.run()
        while self._work():
            pass

    def _work(self) -> bool:
        """Run the jobs that have something to do now, in their order; whether a look at tickets was among
        them, after which there may be more."""
        due = self._ahead()
        if self._arrived or self._is_now(due.mail):
            self._fetch()
            self._intake.receive_new()
        if self._is_now(due.delivery):
            self.wake()
        self.errands()
        if not self._is_now(due.ticket):
            return False
        self._fetch()
        return bool(sweep(self.db, self.policy, now=self.clock(), sources=(MAILBOX,)))

    def is_due(self) -> bool:
        """Whether there may be something to do at this moment, or was before it and is held up."""
        return self._is_now(self._ahead().first)

    def next_due(self) -> datetime | None:
        """The next moment at which the desk has something to do, or at which an outage ends."""
        due = None
        if not self.outages.of(Road.DESK):
            with self.db.read() as session:
                due = ahead.look_beyond(session, self.clock()).first
        return min((each for each in (due, self.outages.next_end()) if each), default=None)

    def became(self, inbox_id: int) -> tuple[inbox.State, int | None, str] | None:
        """What became of a mail; None while nobody has read it."""
        if inbox_id > self._numbers - len(self._arrived):
            return None
        with self.db.read() as session:
            state, ticket, remark = inbox.what_became(session, inbox_id)
        return None if state is inbox.State.NEW else (state, ticket, remark)

    def _ahead(self) -> ahead.Ahead:
        with self.db.read() as session:
            return ahead.look(session)

    def _is_now(self, moment: datetime | None) -> bool:
        return moment is not None and moment <= self.clock()

    def _fetch(self) -> None:
        """Read the mailbox to its end, as it stands now."""
        if self.outages.of(Road.MAILBOX):
            return
        with self.db.change() as session:
            for arrival in self._arrived:
                inbox.keep(session, arrival)
            mailboxes.read_completely(session, MAILBOX, up_to=self.clock())
        self._arrived = []

    def _tidy(self) -> None:
        if self.clock() - self._tidied >= _A_DAY:
            self._tidied = self.clock()
            with self.db.change() as session:
                inbox.forget_clicks(session, before=self.clock() - 2 * _A_DAY)


@contextmanager
def opened(config: Config, scenario: Scenario) -> Iterator[RehearsedDesk]:
    """A desk with a database that is gone afterwards."""
    clock = Hands(scenario.start)
    diary = Diary(clock)
    policy = policy_of(config)

    def seal(ticket: Ticket, fresh: Sequence[Event]) -> None:
        sealing.seal(ticket, fresh, policy)
        diary.changing(ticket, fresh)

    wake: list[Callable[[Set[Audience]], None]] = []

    def committed() -> None:
        owed = {Audience.CARD, *diary.owed()}
        diary.committed()
        for each in wake:
            each(owed)

    with TemporaryDirectory(prefix="helpdesk-", ignore_cleanup_errors=True) as folder:
        db = Database(
            f"sqlite:///{Path(folder) / 'rehearsal.sqlite3'}",
            attention=lambda ticket: clocks.attention(ticket, policy),
            due=lambda ticket: clocks.due(ticket, policy),
            seal=seal,
            on_commit=committed,
            synchronous="OFF",
        )
        try:
            schema.upgrade(db)
            desk = RehearsedDesk(config, scenario, db, diary, clock)
            wake.append(desk.wake)
            yield desk
        finally:
            db.close()


def _rights(config: Config, scenario: Scenario) -> Rights:
    """A breach calls the leads of the settings and those of the scenario."""
    rights = rights_of(config)
    named = {id_of(name) for name, role in scenario.people.items() if role == "lead"}
    return replace(rights, leads=rights.leads | named)
