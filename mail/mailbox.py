"""Fetch mail from a mailbox into the inbox: every message once, whoever else reads there."""

import hashlib
import logging
import ssl
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from threading import Event
from uuid import uuid4

from desk.errors import Conflict
from mail.connection import Account, Connection, Facts, Refused, Unreachable
from store import inbox, keepsakes, mailboxes
from store.database import Database, Unavailable
from store.inbox import Arrival

log = logging.getLogger(__name__)

RESCAN = timedelta(days=3)
"""How far back every look goes, so that a message somebody else has read or moved in is found."""

IDLE_AT_MOST = timedelta(minutes=9)
"""Servers and firewalls forget a silent line; RFC 2177 asks for less than 29 minutes."""

_TRIES = 3
"""Looks at which the server may fail to hand a message over, before a record stands in for it."""

_LONGEST_PAUSE = 300
"""Seconds before a failed connection is tried again, at the most."""


class Mailbox:
    """One folder of one account, read by one process at a time.

    clock: reads the time.  max_bytes: larger messages stay where they are and a record says so.  seconds: how
    long the server may take over a command.  poll: between two looks; with idle the server may call earlier.
    pause: after a first failure, doubled after each further one.  on_mail: called after each message that was
    kept.  problem: what is wrong at the moment, or nothing.
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
        self._pause = pause.total_seconds()
        self._context = context
        self._on_mail = on_mail
        self._reader = uuid4().hex
        self._lease = self._poll + timedelta(seconds=4 * seconds)
        self._connection: Connection | None = None
        self._validity: int | None = None
        self._ledger: set[int] = set()
        self._highest = 0
        self._failed: Counter[int] = Counter()

    def run(self, stop: Event) -> None:
        """Read the mailbox until stop is set."""
        failures = 0
        while not stop.is_set():
            try:
                self.fetch()
                self._wait(stop)
                failures = 0
            except (Unreachable, Refused, Unavailable) as problem:
                log.warning("%s cannot be read: %s", self.name, problem)
                failures += 1
            except Exception:
                # One of the four loops: a fault of ours must not end the reading of mail.
                log.exception("reading %s failed", self.name)
                failures += 1
            if failures:
                self.close()
                stop.wait(min(self._pause * 2 ** min(failures - 1, 9), _LONGEST_PAUSE))
        self.close()

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
        self._connection, self._validity = None, None

    def _claim(self) -> bool:
        try:
            with self._db.change() as session:
                return mailboxes.claim(session, self.name, self._reader, now=self._clock(), lease=self._lease)
        except Conflict:  # another process made its row in the same moment
            return False

    def _look(self) -> int:
        begun = self._clock()
        if self._connection is None:
            self._connection = Connection(self._account, seconds=self._seconds, context=self._context)
        wanted = self._wanted(self._connection, begun)
        fetched = sum(self._take(self._connection, uid) for uid in sorted(wanted))
        if wanted <= self._ledger:
            with self._db.change() as session:
                mailboxes.read_completely(session, self.name, up_to=begun)
        return fetched

    def _wanted(self, connection: Connection, now: datetime) -> set[int]:
        """UIDs that are not in the ledger: new ones, and those of the last days that were missed."""
        validity = connection.select()
        if validity == self._validity:
            found = connection.uids_since((now - RESCAN).date())
        else:
            found = connection.uids_since(self._first_day(now))
            self._open_ledger(validity)
            self._highest = max(self._ledger or connection.uids_from(1), default=0)
        found |= connection.uids_from(self._highest + 1)
        self._highest = max(found, default=self._highest)
        return found - self._ledger

    def _open_ledger(self, validity: int) -> None:
        with self._db.read() as session:
            self._ledger = inbox.uids_kept(session, self.name, validity)
        self._validity = validity
        self._failed.clear()

    def _first_day(self, now: datetime) -> date:
        """The day from which mail is the desk's.  What lay in the mailbox before the desk came is not."""
        key = f"first-day-{_digest(self.name)}"
        with self._db.change() as session:
            kept = keepsakes.get_or_make(session, key, lambda: (now - RESCAN).date().isoformat())
        return date.fromisoformat(kept)

    def _take(self, connection: Connection, uid: int) -> bool:
        """Keep one message, then mark it as seen; say whether it is new to the ledger."""
        try:
            facts = connection.facts(uid)
            arrival = self._arrival(connection, uid, facts) if facts else None
        except Refused as problem:
            arrival = self._given_up(uid, str(problem))
            if arrival is None:
                return False
        is_new = arrival is not None and self._keep(arrival)
        self._ledger.add(uid)
        if is_new:
            self._mark_seen(connection, uid)
            self._on_mail()
        return is_new

    def _arrival(self, connection: Connection, uid: int, facts: Facts) -> Arrival | None:
        at = min(facts.arrived_at or self._clock(), self._clock()).astimezone(UTC)
        if facts.size <= self._max_bytes:
            raw, envelope = connection.message(uid), {}
        else:
            raw, envelope = connection.header(uid), {"withheld": self._too_large(facts.size)}
        if raw is None:
            return None  # somebody removed it just now
        return Arrival(
            source=self.name, uidvalidity=self._validity, uid=uid, raw=raw, at=at, envelope=envelope
        )

    def _too_large(self, size: int) -> str:
        return (
            f"This mail has {_megabytes(size)} MB, and the desk takes in {_megabytes(self._max_bytes)} MB at "
            f"most.  It is still in the mailbox ({self._account.folder} of {self._account.user})."
        )

    def _given_up(self, uid: int, problem: str) -> Arrival | None:
        """A record in the place of a message that the server does not hand over, after some tries."""
        self._failed[uid] += 1
        log.warning("%s: message %s could not be fetched: %s", self.name, uid, problem)
        if self._failed[uid] < _TRIES:
            return None
        unique = f"{uid}.{self._validity}.{_digest(self.name)}"
        raw = f"Subject: A mail that the mail server does not hand over\r\nMessage-ID: <{unique}>\r\n\r\n"
        words = f"The mail server does not hand over message {uid} of {self._account.folder}: {problem}"
        return Arrival(
            source=self.name, uidvalidity=self._validity, uid=uid, raw=raw.encode(),
            at=self._clock(), envelope={"withheld": words},
        )  # fmt: skip

    def _keep(self, arrival: Arrival) -> bool:
        with self._db.change() as session:
            mailboxes.claim(session, self.name, self._reader, now=self._clock(), lease=self._lease)
            return inbox.keep(session, arrival) is not None

    def _mark_seen(self, connection: Connection, uid: int) -> None:
        try:
            connection.mark_seen(uid)
        except Refused as problem:  # a mailbox that may only be read
            log.debug("%s: message %s stays unseen: %s", self.name, uid, problem)

    def _wait(self, stop: Event) -> None:
        seconds = self._poll.total_seconds()
        if not (self._idle and self._connection and self._connection.wait(stop, seconds)):
            stop.wait(seconds)


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f}".removesuffix(".0")
