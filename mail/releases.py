"""Sends the reports of months that leads let go: the bytes that were looked at, once."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from desk.errors import DeliveryFailed, DeliveryHeld, DeliveryUncertain
from desk.release import Stand
from mail.lookback import Journal
from mail.sending import MailSender, Road
from mail.smtp import Server, hand_over
from store import aftermath, releases
from store.database import Database, Session
from store.points import Point, reached
from store.reports import Report

log = logging.getLogger(__name__)

_LEASE = timedelta(seconds=60)
_PATIENCE = MailSender.patience

Outcome = bool | DeliveryFailed | DeliveryHeld | DeliveryUncertain
"""Whether it left, as far as that was seen; or what went wrong."""


@dataclass
class Releases:
    """address: whom the mails are from.  copy_to, journal: by which the desk sees that a mail left.  road:
    what mails leave by.  clock: reads the time."""

    db: Database
    server: Server
    address: str
    clock: Callable[[], datetime]
    copy_to: str = ""
    journal: Journal | None = None
    road: Road = hand_over

    def send_due(self) -> int:
        """Send what is due; how many were taken up.  What a process that died was sending is looked for.

        Any number of processes may do so at once.  Raises store.database.Unavailable."""
        taken = 0
        while claimed := self._claimed():
            taken += 1
            reached(Point.MONTH_TAKEN)
            report, at = claimed
            outcome = self._attempt(report, at)
            reached(Point.MONTH_SENT)
            with self.db.change() as session:
                _settle(session, report, outcome, at=self.clock())
            if isinstance(outcome, DeliveryHeld):
                break
        return taken

    def _claimed(self) -> tuple[Report, datetime] | None:
        """The next that is due, and when it was taken up."""
        now = self.clock()
        with self.db.read() as session:  # most looks find nothing, and should hold up nobody who writes
            if not releases.is_due(session, now=now):
                return None
        with self.db.change() as session:
            report = releases.claim(session, now=now, lease=_LEASE)
        return (report, now) if report else None

    def _attempt(self, report: Report, at: datetime) -> Outcome:
        try:
            if report.stand is Stand.UNCERTAIN:
                return self._was_seen(report)
            if not self._left_before(report):
                self._send(report, at)
        except (DeliveryFailed, DeliveryHeld, DeliveryUncertain) as outcome:
            return outcome
        return True

    def _send(self, report: Report, at: datetime) -> None:
        """Raises DeliveryFailed where we slept so long that another may be asking people about it."""
        if self.clock() - at >= _LEASE / 2:
            raise DeliveryFailed("not tried: the process slept", permanent=False)
        sender, to = self.address, report.address
        self.road(report.raw, self.server, sender=sender, recipient=to, copy=self.copy_to)

    def _was_seen(self, report: Report) -> bool:
        """Raises DeliveryUncertain where nobody can ever tell."""
        if report.proved_at or (self.journal and self.journal.holds(report.message_id)):
            return True
        if self.journal or self.copy_to:
            return False
        raise DeliveryUncertain("the mail server did not say whether it took the mail")

    def _left_before(self, report: Report) -> bool:
        """Whether it left in the life of the database before it was restored.  Raises DeliveryHeld."""
        with self.db.read() as session:
            if aftermath.of(session) is None:
                return False
            if aftermath.has_left(session, (report.message_id,)):
                return True
        return bool(self.journal and self.journal.shows(report.message_id))


def _settle(session: Session, report: Report, outcome: Outcome, *, at: datetime) -> None:
    """Keep what came of it."""
    looks, looked = _PATIENCE.looks, report.looked + 1
    match outcome:
        case True:
            releases.end(session, report, Stand.SENT, at=at)
        case False if looked < len(looks):
            until = at + looks[looked]
            releases.wait(session, report, Stand.UNCERTAIN, "not seen yet", until=until, looked=looked)
        case False:
            releases.end(session, report, Stand.DOUBTFUL, at=at, reason="no copy of it was seen")
        case DeliveryHeld(wait=pause):
            attempts = max(report.attempts - 1, 0)
            begun = report.first_try_at if attempts else None  # what cannot be tried uses up no patience
            _again(session, report, str(outcome), until=at + pause, attempts=attempts, first_try_at=begun)
        case DeliveryUncertain() if report.stand is Stand.UNCERTAIN:
            releases.end(session, report, Stand.DOUBTFUL, at=at, reason=str(outcome))
        case DeliveryUncertain():
            until = at + looks[0]
            releases.wait(session, report, Stand.UNCERTAIN, str(outcome), until=until, looked=0)
        case DeliveryFailed() if outcome.permanent or _is_over(report, at):
            releases.end(session, report, Stand.FAILED, at=at, reason=str(outcome))
        case DeliveryFailed(wait=pause):
            pause = _PATIENCE.wait(report.attempts) if pause is None else pause
            _again(session, report, str(outcome), until=at + pause)


def _again(session: Session, report: Report, reason: str, *, until: datetime, **new: Any) -> None:
    stand = Stand.RELEASED if report.stand is Stand.SENDING else report.stand
    releases.wait(session, report, stand, reason, until=until, **new)


def _is_over(report: Report, at: datetime) -> bool:
    return at - (report.first_try_at or at) >= _PATIENCE.give_up
