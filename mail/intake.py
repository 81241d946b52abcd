"""Take the mails that were kept, and make of each what it is to the desk."""

import logging
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from threading import Event

from desk.errors import Conflict
from mail import copies, reading
from mail.filed import Filed
from mail.filing import Filing
from mail.foresight import foresee
from mail.gathering import gathered
from mail.house import House
from mail.limits import Limits
from mail.reading import InboundEmail, Unreadable, unreadable
from store import inbox, meters, unread
from store.database import Database, Session, Unavailable
from store.inbox import Kept, State
from store.mishaps import Contained
from store.points import Point, reached

log = logging.getLogger(__name__)

Mail = InboundEmail | Unreadable
Read = Callable[[Iterable[bytes]], Iterator[Mail]]

TOGETHER = 20
"""Mails taken at once: they are read while those before them are filed, and what has been read by then is
filed in one transaction, which ends early where a person waits."""

POISON = 3
"""Attempts at reading a mail, after which it is not read again but told of."""

_BEAT = 0.25
"""Seconds of waiting for what is being read, after which it is seen to that nobody else takes it."""

_NO_FAULT_OF_A_MAIL = (Unavailable, OSError)
"""The database is away, or no process can be started that reads: what is filed raises no OSError."""

_AT_ONCE = 3
"""How often to look again when somebody else changed the same ticket in the same moment."""


class Intake:
    """Receives mail from the inbox.

    clock: reads the time; read: understands raw mails one after the other, here where nothing is given.
    lease: how long what is taken stays with who took it, who takes it anew as long as it is at work; what
    somebody died over is taken by another after that.
    """

    def __init__(
        self,
        db: Database,
        house: House,
        *,
        clock: Callable[[], datetime],
        read: Read | None = None,
        limits: Limits | None = None,
        lease: timedelta = timedelta(seconds=20),
    ) -> None:
        self._db = db
        self._house = house
        self._clock = clock
        self._read_each = read or partial(map, partial(reading.read, prefix=house.prefix))
        self._limits = limits or Limits()
        self._lease = lease
        self._stopping = Event()
        self._left: Sequence[Kept] = ()

    def stop(self) -> None:
        """Take no more, and leave what is taken and not filed to whoever comes next."""
        self._stopping.set()

    def receive_new(self) -> int:
        """Deal with all that waits and return how many mails that were.

        What fails over one mail is logged; the mail keeps its place and is tried again when its lease is
        over.  For want of a database, or of a process that reads, all wait, and none is to blame for it."""
        received = 0
        try:
            while not self._stopping.is_set() and (taken := self._take()):
                reached(Point.INTAKE_TOOK)
                received += self._receive(taken)
        except _NO_FAULT_OF_A_MAIL as problem:
            log.warning("mail waits in the inbox: %s", problem)
        return received

    def _take(self) -> list[Kept]:
        with self._db.change() as session:
            unread.give_back(session, self._left)
            taken = unread.next_some(session, now=self._clock(), lease=self._lease, most=TOGETHER)
        self._left = ()
        return taken

    def _receive(self, taken: list[Kept]) -> int:
        since, received, waiting = self._clock(), 0, deque(taken)
        try:
            with Contained(passing=_NO_FAULT_OF_A_MAIL) as mishap, closing(self._read(taken)) as lists:
                for mails in lists:
                    if self._stopping.is_set():
                        break
                    received += self._file_all(list(zip(waiting, mails, strict=False)))
                    for _ in mails:
                        waiting.popleft()
                    held_for = self._clock() - since
                    if held_for >= self._lease / 2:
                        break  # another process may be at the rest by now
                    if held_for >= self._lease / 4:
                        since = self._take_anew(waiting)
            if mishap.problem:
                held = waiting.popleft().id if waiting else taken[-1].id  # it may come as the reading ends
                log.error("mail %s of the inbox could not be read", held, exc_info=mishap.problem)
        finally:
            self._leave(waiting)
        return received

    def _take_anew(self, waiting: Sequence[Kept]) -> datetime:
        now = self._clock()
        with self._db.change() as session:
            unread.keep_back(session, waiting, until=now + self._lease)
        return now

    def _leave(self, waiting: Sequence[Kept]) -> None:
        self._left = [*self._left, *waiting]
        if self._left:
            # Where that fails, they go back before others are taken.
            with suppress(Unavailable):
                with self._db.change() as session:
                    unread.give_back(session, self._left)
                self._left = ()

    def _read(self, taken: Sequence[Kept]) -> Generator[list[Mail], None, None]:
        return gathered(self._read_one_by_one(taken), beat=_BEAT)

    def _read_one_by_one(self, taken: Sequence[Kept]) -> Generator[Mail, None, None]:
        first = taken[0]
        if first.attempts >= POISON:
            reason = f"reading it was begun {first.attempts} times and never finished"
            yield unreadable(first.arrival.raw, reason)
        else:
            yield from self._read_each(kept.arrival.raw for kept in taken)

    def _file_all(self, read: Sequence[tuple[Kept, Mail]]) -> int:
        """Several in one transaction; where that fails, each alone, so that a bad one undoes no other."""
        left, received = [(kept, _as_let_in(kept, mail)) for kept, mail in read], 0
        while len(left) > 1:
            with Contained(passing=Unavailable) as mishap:
                fates = self._file_together(left)
            if mishap.problem:
                log.info("%s mails are filed one by one: %s", len(left), mishap.problem)
                self._limits.forget()
                break
            received += sum(fates)
            left = left[len(fates) :]
        return received + sum(self._file(kept, mail) for kept, mail in left)

    def _file_together(self, read: Sequence[tuple[Kept, Mail]]) -> list[bool]:
        """For each whether it was ours to deal with; of fewer mails where a person waits."""
        fates: list[bool] = []
        reached(Point.INTAKE_READ)
        with self._db.change() as session:
            held = unread.hold(session, [kept.id for kept, _ in read])
            copies.hold(session, [mail for _, mail in read])
            foresee(session, read)
            for kept, mail in read:
                fates.append(kept.id in held and self._put_away(session, kept, mail))
                reached(Point.INTAKE_FILING)
                if self._db.is_awaited:
                    break
        reached(Point.INTAKE_FILED)
        return fates

    def _file(self, kept: Kept, mail: Mail) -> bool:
        with Contained(passing=Unavailable) as mishap:
            return self._settle(kept, mail)
        self._limits.forget()
        log.error("mail %s of the inbox could not be received", kept.id, exc_info=mishap.problem)
        return False

    def _settle(self, kept: Kept, mail: Mail) -> bool:
        reached(Point.INTAKE_READ)
        for _ in range(_AT_ONCE):
            try:
                with self._db.change() as session:
                    held = unread.hold(session, [kept.id])
                    copies.hold(session, [mail])
                    settled = kept.id in held and self._put_away(session, kept, mail)
                    reached(Point.INTAKE_FILING)
                reached(Point.INTAKE_FILED)
                return settled
            except Conflict as conflict:
                self._limits.forget()
                log.info("mail %s of the inbox is looked at again: %s", kept.id, conflict)
        return False

    def _put_away(self, session: Session, kept: Kept, mail: Mail) -> bool:
        first = copies.first_copy(session, mail)
        words_for = copies.without_words(session, mail, first) if first is not None else None
        if first is not None and words_for is None:
            session.afterwards(meters.INTAKE_MAILS.labels("duplicate").inc)
            inbox.dealt_with(session, kept.id, State.DUPLICATE, remark=f"the same mail as number {first}")
            return True
        now = self._clock()
        filing = Filing(
            session=session, kept=kept, house=self._house, limits=self._limits, now=now, words_for=words_for
        )
        filed = filing.put_away(mail)
        session.afterwards(partial(_count, kept, filed, now))
        inbox.dealt_with(
            session, kept.id, filed.state,
            remark=filed.remark, ticket=filed.ticket, content_key=mail.content_key,
        )  # fmt: skip
        return True


def _count(kept: Kept, filed: Filed, now: datetime) -> None:
    """Once it is committed: a line for the log, and the figures."""
    lag = (now - kept.arrival.at).total_seconds()
    meters.INTAKE_MAILS.labels(filed.what).inc()
    meters.INTAKE_LAG.observe(max(lag, 0))
    ids = {"inbox_id": kept.id, "ticket": filed.ticket, "attempt": kept.attempts + 1}
    log.info("mail filed", extra={**ids, "disposition": filed.what, "lag_s": round(lag, 3)})


def _as_let_in(kept: Kept, mail: Mail) -> Mail:
    withheld = kept.arrival.envelope.get("withheld")
    if withheld and isinstance(mail, InboundEmail):
        return replace(mail, text=str(withheld), written=None)
    return mail
