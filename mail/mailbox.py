"""Fetch mail from a mailbox into the inbox: every message once, whoever else reads there."""

import logging
import ssl
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from threading import Event
from uuid import uuid4

from desk.errors import Conflict
from mail import standin
from mail.account import Account
from mail.connection import Connection, Facts
from mail.line import Refused, Unreachable
from mail.marking import After, Marking
from mail.standin import Place
from store import inbox, keepsakes, mailboxes
from store.database import Database, Unavailable
from store.inbox import Arrival
from store.mishaps import Contained
from store.points import Point, reached

log = logging.getLogger(__name__)

_THEIR_TROUBLES = (Unreachable, Refused, Unavailable)

RESCAN = timedelta(days=3)
"""How far back every look goes, so that a message somebody else has read or moved in is found."""

IDLE_AT_MOST = timedelta(minutes=9)
"""Servers and firewalls forget a silent line; RFC 2177 asks for less than 29 minutes."""

_TRIES = 3
"""Looks at which the server may refuse to hand a message over, before a record stands in for it."""

_CUTS = 5
"""Lines that may break over one message before that; a server that restarts breaks a few."""

_LONGEST_PAUSE = 300
"""Seconds before a failed connection is tried again, at the most."""


class Mailbox:
    """One folder of one account, read by one process at a time.

    clock: reads the time.  max_bytes: larger messages stay where they are and a record says so.  seconds: how
    long the server may be silent.  poll: between two looks; with idle the server may call earlier.  rescan:
    how far back every look goes.  after: what is done to a message that is kept.  pause: after a first
    failure, doubled after each further one.  on_mail: called after each message that was kept.  problem: what
    is wrong at the moment, or nothing.
    """

    def __init__(
        self,
        db: Database,
        account: Account,
        *,
        clock: Callable[[], datetime],
        max_bytes: int = 35_000_000,
        seconds: float = 60,
        poll: timedelta = timedelta(seconds=60),
        idle: bool = True,
        rescan: timedelta = RESCAN,
        after: After | None = None,
        pause: timedelta = timedelta(seconds=5),
        context: ssl.SSLContext | None = None,
        on_mail: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = account.name
        self.problem = ""
        self._db = db
        self._account = account
        self._clock = clock
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._poll = min(poll, IDLE_AT_MOST)
        self._idle = idle
        self._rescan = rescan
        self._after = after or After()
        self._marking = Marking(self._after, mailbox=self.name)
        self._pause = pause.total_seconds()
        self._context = context
        self._on_mail = on_mail
        self._reader = uuid4().hex
        self._lease = self._poll + timedelta(seconds=4 * seconds)
        self._connection: Connection | None = None
        self._opened = False
        self._validity: int | None = None
        self._ledger: set[int] = set()
        self._highest = 0
        self._failed: Counter[int] = Counter()
        self._cuts: Counter[int] = Counter()
        self._stop = Event()

    def run(self, stop: Event) -> None:
        """Read the mailbox until stop is set."""
        failures, self._stop = 0, stop
        while not stop.is_set():
            try:
                with Contained(passing=_THEIR_TROUBLES) as mishap:
                    self.fetch()
                    failures = 0
                    self._wait(stop)
                    continue
                log.error("reading %s failed", self.name, exc_info=mishap.problem)
            except _THEIR_TROUBLES as problem:
                log.warning("%s cannot be read: %s", self.name, problem)
                if isinstance(problem, Unavailable):  # ours: it is no burden to anybody to look soon
                    failures = 0
            self.close()
            stop.wait(min(self._pause * 2 ** min(failures, 9), _LONGEST_PAUSE))
            failures += 1
        self.close()
        self.let_go()

    def let_go(self) -> None:
        """Leave the mailbox to whoever comes next."""
        with suppress(Unavailable), self._db.change() as session:
            mailboxes.release(session, self.name, self._reader)

    def fetch(self) -> int:
        """Look once and return how many messages are new; none when another process reads this mailbox.

        Raises Unreachable, Refused, store.database.Unavailable; what was fetched before that is kept."""
        if not self._claim():
            self.close()
            return 0
        try:
            fetched = self._look()
        except (Unreachable, Refused) as problem:
            self.problem = str(problem)
            self.close()
            raise
        self.problem = ""
        return fetched

    def close(self) -> None:
        """Hang up.  The next look connects again and goes through the whole ledger."""
        if self._connection is not None:
            self._connection.close()
        self._connection, self._opened = None, False

    def _claim(self) -> bool:
        try:
            with self._db.change() as session:
                return mailboxes.claim(session, self.name, self._reader, now=self._clock(), lease=self._lease)
        except Conflict:  # another process made its row in the same moment
            return False

    def _look(self) -> int:
        begun = self._clock()
        connection = self._connected(begun)
        wanted = self._wanted(connection, begun)
        self._marking.settle(connection)
        in_turn = sorted(wanted, key=lambda uid: (self._cuts[uid], uid))
        fetched = sum(self._take(connection, uid) for uid in in_turn if not self._stop.is_set())
        if wanted <= self._ledger:
            with self._db.change() as session:
                mailboxes.read_completely(session, self.name, up_to=begun)
        return fetched

    def _connected(self, now: datetime) -> Connection:
        renew_at = self._connection.line.renew_at if self._connection else None
        if renew_at is not None and renew_at <= now:
            self.close()  # before the server does, at a moment of its own choice
        if self._connection is None:
            self._connection = Connection(self._account, seconds=self._seconds, context=self._context)
            self._marking.begin()
        return self._connection

    def _wanted(self, connection: Connection, now: datetime) -> set[int]:
        """UIDs that are not in the ledger: new ones, and those of the last days that were missed."""
        validity = connection.select()
        if self._opened and validity == self._validity:
            found = connection.uids_since((now - self._rescan).date())
        else:
            found = connection.uids_since(self._first_day(now))
            self._open_ledger(validity)
            self._highest = max(self._ledger or connection.uids_from(1), default=0)
        found |= connection.uids_from(self._highest + 1)
        self._highest = max(found, default=self._highest)
        self._marking.find(found & self._ledger - self._failed.keys())
        return found - self._ledger

    def _open_ledger(self, validity: int) -> None:
        with self._db.read() as session:
            self._ledger = inbox.uids_kept(session, self.name, validity)
        if validity != self._validity:
            for of_other_messages in (self._failed, self._cuts):
                of_other_messages.clear()
            self._marking.forget()
        self._validity, self._opened = validity, True

    def _first_day(self, now: datetime) -> date:
        """The day from which mail is the desk's.  What lay in the mailbox before the desk came is not."""
        key = f"first-day-{standin.digest(self.name)}"
        with self._db.change() as session:
            kept = keepsakes.get_or_make(session, key, lambda: (now - self._rescan).date().isoformat())
        return date.fromisoformat(kept)

    def _take(self, connection: Connection, uid: int) -> bool:
        """Keep one message, then do to it what is done afterwards; say whether it is new to the ledger."""
        if self._cuts[uid] >= _CUTS:
            arrival: Arrival | None = self._given_up(uid, "the line breaks over it each time")
        else:
            try:
                arrival = self._fetched(connection, uid)
            except Refused as problem:
                self._failed[uid] += 1
                log.warning("%s: message %s could not be fetched: %s", self.name, uid, problem)
                if self._failed[uid] < _TRIES:
                    return False
                arrival = self._given_up(uid, str(problem))
        reached(Point.MAILBOX_FETCHED)
        is_new = arrival is not None and self._keep(arrival)
        self._ledger.add(uid)
        if is_new:
            reached(Point.MAILBOX_KEPT)
            self._on_mail()
            self._mark(connection, uid)
            reached(Point.MAILBOX_MARKED)
        return is_new

    def _fetched(self, connection: Connection, uid: int) -> Arrival | None:
        try:
            facts = connection.facts(uid)
            return self._arrival(connection, uid, facts) if facts else None
        except Unreachable:
            self._cuts[uid] += 1
            raise

    def _arrival(self, connection: Connection, uid: int, facts: Facts) -> Arrival | None:
        at = min(facts.arrived_at or self._clock(), self._clock()).astimezone(UTC)
        if facts.size <= self._max_bytes:
            raw, envelope = connection.message(uid), {}
        else:
            words = standin.too_large(facts.size, self._max_bytes, self._place(uid))
            raw, envelope = connection.header(uid), {"withheld": words}
        if raw is None:
            return None  # somebody removed it just now
        return Arrival(
            source=self.name, uidvalidity=self._validity, uid=uid, raw=raw, at=at, envelope=envelope
        )

    def _given_up(self, uid: int, problem: str) -> Arrival:
        self._failed[uid] += 1  # it stays where the record says that it lies
        return standin.given_up(self._place(uid), problem, at=self._clock())

    def _place(self, uid: int) -> Place:
        lies_in = self._after.folder if self._after.what == "move" else self._account.folder
        return Place(self._account, self._validity, uid, lies_in)

    def _keep(self, arrival: Arrival) -> bool:
        with self._db.change() as session:
            mailboxes.claim(session, self.name, self._reader, now=self._clock(), lease=self._lease)
            return inbox.keep(session, arrival) is not None

    def _mark(self, connection: Connection, uid: int) -> None:
        if self._after.what != "move" or not self._failed[uid]:
            self._marking.owe(uid)
            self._marking.settle(connection)

    def _wait(self, stop: Event) -> None:
        seconds = self._poll.total_seconds()
        if not (self._idle and self._connection and self._connection.wait(stop, seconds)):
            stop.wait(seconds)
