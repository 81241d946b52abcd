"""Keeps one message in Slack true about each report of a month: posted once, drawn anew when it changed."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from bot import releasing
from bot.blocks import Post
from bot.house import House
from bot.outcome import MessageGone
from bot.wire import Wire
from desk.errors import DeliveryFailed, DeliveryHeld, DeliveryShut, DeliveryUncertain
from desk.release import Stand
from store import aftermath, reports
from store.aftermath import Restored
from store.cards import Place
from store.reports import Report

log = logging.getLogger(__name__)

_LEASE = timedelta(seconds=60)
_LATER = timedelta(seconds=30)
"""What was not told is tried again then; what is not seen in a channel for so long is not there."""

Claimed = tuple[Report, Restored | None, datetime]
"""What was taken up, and when."""


@dataclass(frozen=True)
class Messages:
    """channel_of: where the leads of a desk are.  sender: whom the mails are from."""

    house: House
    wire: Wire
    channel_of: Callable[[str], str]
    sender: str

    def tell_due(self) -> int:
        """Post and draw what is due; how many were taken up.

        Any number of processes may do so at once.  Raises store.database.Unavailable."""
        taken = 0
        while claimed := self._claimed(self.house.clock()):
            taken += 1
            self._tell(*claimed)
        return taken

    def _claimed(self, now: datetime) -> Claimed | None:
        with self.house.db.read() as session:  # most looks find nothing, and should hold up nobody who writes
            if not reports.is_message_due(session, now=now):
                return None
        with self.house.db.change() as session:
            report = reports.claim_message(session, now=now, lease=_LEASE)
            return (report, aftermath.of(session), now) if report else None

    def _tell(self, report: Report, restored: Restored | None, now: datetime) -> None:
        another_life = restored is not None and restored.restored_at[:7] > report.month
        post = releasing.draw(report, self.house.style, self.sender, restored=another_life)
        try:
            place = self._drawn(report, post, now) or self._posted(report, post, restored, now)
        except MessageGone:
            self._is_gone(report)
        except (DeliveryFailed, DeliveryHeld, DeliveryShut, DeliveryUncertain) as problem:
            log.warning("the message about the report of %s waits: %s", report.month, problem)
            self._later(report, now)
        else:
            self._is_told(report, place) if place else self._later(report, now)

    def _drawn(self, report: Report, post: Post, now: datetime) -> Place | None:
        if report.place:
            self._must_be_ours(now)
            self.wire.update(report.place, post)
        return report.place

    def _posted(self, report: Report, post: Post, restored: Restored | None, now: datetime) -> Place | None:
        """None while an earlier try may still show up."""
        channel, token = self.channel_of(report.desk), _token(report)
        tried = report.posted_at or (restored.since if restored else None)
        ts = self.wire.find(channel, token, since=tried, widely=True) if tried else None
        if ts is None and report.posted_at and now - report.posted_at < _LATER:
            return None
        self._must_be_ours(now)
        if ts is None:
            return Place(channel, self.wire.post(channel, post, token=token))
        self.wire.update(Place(channel, ts), post)  # it may show what another life of the database knew
        return Place(channel, ts)

    def _must_be_ours(self, now: datetime) -> None:
        """Raises DeliveryFailed where we slept so long that another may be telling it."""
        if self.house.clock() - now >= _LEASE / 2:
            raise DeliveryFailed("not tried: the process slept", permanent=False)

    def _is_told(self, report: Report, place: Place) -> None:
        with self.house.db.change() as session:
            reports.told(session, report, place)

    def _is_gone(self, report: Report) -> None:
        """A person deleted it; only what somebody has to decide comes back."""
        with self.house.db.change() as session:
            if report.stand is Stand.ASKED or (report.may_go_again and not report.is_let_be):
                reports.post_anew(session, report)
            elif report.place:
                reports.told(session, report, report.place)

    def _later(self, report: Report, now: datetime) -> None:
        with self.house.db.change() as session:
            reports.tell_later(session, report, claimed_until=now + _LEASE, until=now + _LATER)


def _token(report: Report) -> str:
    """What the message is known by, in every life of the database."""
    said = f"helpdesk report {report.month} {report.posting} {report.client}"
    return sha256(said.encode()).hexdigest()[:32]
