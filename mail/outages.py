"""Mails the leads when a way is closed, to Slack or of mail itself: once, and once more when it is over."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from functools import partial
from typing import Literal, Protocol

from desk.errors import DeliveryFailed, DeliveryHeld, DeliveryUncertain
from mail import outage as on_record
from mail.outage import Outage, What
from mail.screening import LOOP_HEADER
from mail.smtp import Server, hand_over
from store import keepsakes
from store.database import Database
from store.points import Point, reached

log = logging.getLogger(__name__)

AFTER = timedelta(minutes=10)
"""How long it may last before somebody is told."""

_LEASE = timedelta(minutes=2)
"""Longer than a mail takes to leave."""

_SURELY = timedelta(minutes=1)
"""How long the road must be open again: one channel may work while another does not."""


class Road(Protocol):
    """The way to Slack, as store.courier.Courier knows it, or that of mail.canary."""

    closed_because: str
    closed_since: datetime | None
    open_since: datetime | None


_Change = Callable[[Outage | None], Outage | None]


@dataclass(frozen=True)
class Outages:
    """What is known of an outage is in the database: neither a restart nor another process tells anybody
    twice, and it is over when every process finds its road open.

    server: what mails leave through; name, address: from whom; to: the addresses of the leads; about: which
    words they read."""

    db: Database
    road: Road
    server: Server
    name: str
    address: str
    to: Sequence[str]
    clock: Callable[[], datetime]
    about: Literal["slack", "mail"] = "slack"

    @property
    def _name(self) -> str:
        return f"outage of {self.about}"

    def look(self) -> None:
        """Look at the road once, and mail what is to be mailed.  Raises store.database.Unavailable."""
        if not self.to:
            return
        now, reason = self.clock(), self.road.closed_because
        if reason:
            begun = Outage((self.road.closed_since or now).isoformat(), reason)
            self._changes(lambda known: replace(known or begun, seen=now.isoformat()))
        with self.db.read() as session:
            outage = on_record.read(keepsakes.get(session, self._name))
        if outage is None:
            return
        if reason and now - datetime.fromisoformat(outage.since) >= AFTER:
            self._tell("told", outage, now)
        elif self._is_over(outage, now) and self._tell("comforted", outage, now):
            self._changes(lambda known: known if known and known.seen > outage.seen else None)

    def _is_over(self, outage: Outage, now: datetime) -> bool:
        road, seen = self.road, datetime.fromisoformat(outage.seen or outage.since)
        if road.closed_because or road.open_since is None:
            return False
        return now - max(road.open_since, seen) >= _SURELY

    def _tell(self, what: What, outage: Outage, now: datetime) -> bool:
        """Mail everybody who was not yet; whether nobody is left.

        It is on record before the mail leaves.  One of which nobody knows whether it left goes once more, and
        says so: here no mail is worse than two."""
        everybody = self.to if what == "told" else outage.may_know
        left = [each for each in everybody if each not in outage.mailed(what)]
        told = [self._told(what, outage, each, now) for each in left]  # of each, though one fails
        return all(told)

    def _told(self, what: What, outage: Outage, to: str, now: datetime) -> bool:
        """Whether nothing is left to do for them."""
        before = outage.begun.get(f"{what} {to}", "")
        if before and now - datetime.fromisoformat(before) < _LEASE:
            return False  # another process is just telling them, or died over it
        if not self._changes(partial(on_record.take, what=what, to=to, before=before, at=now)):
            return False
        reached(Point.ALARM_TAKEN)
        left = self._mailed(what, outage, to, now, again=bool(before))
        reached(Point.ALARM_SENT)
        if left is not None:
            self._changes(partial(on_record.settle, what=what, to=to, left=left, before=before))
        return bool(left)

    def _changes(self, change: _Change) -> bool:
        """Keep what that makes of what is known; whether it differs."""
        with self.db.change() as session:
            before = on_record.read(keepsakes.held(session, self._name))
            after = change(before)
            if after != before:
                keepsakes.keep(session, self._name, on_record.written(after))
            return after != before

    def _mailed(self, what: What, outage: Outage, to: str, now: datetime, *, again: bool) -> bool | None:
        """Whether it left, or never can; None where nobody knows.  again: one before it may have left."""
        try:
            raw = self._written(what, outage, to, now, again=again)
            hand_over(raw, self.server, sender=self.address, recipient=to)
        except DeliveryUncertain as doubt:
            log.error("nobody knows whether the mail about an outage reached all: %s", doubt)
            return True if again else None
        except (DeliveryFailed, DeliveryHeld) as problem:
            log.error("the mail about an outage did not leave: %s", problem)
            return isinstance(problem, DeliveryFailed) and problem.permanent
        return True

    def _written(self, what: What, outage: Outage, to: str, now: datetime, *, again: bool) -> bytes:
        subject, text = _WORDS[self.about][what]
        text = f"{_PERHAPS_AGAIN}\n\n{text}" if again else text
        message = EmailMessage(policy=SMTP)
        message["From"] = Address(self.name, addr_spec=self.address)
        message["To"] = to
        message["Subject"] = subject
        message["Date"] = format_datetime(now.astimezone(UTC))
        message["Message-ID"] = make_msgid("outage", self.address.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: other machines will not answer
        message[LOOP_HEADER] = self.address  # should it come back to the desk, it makes no ticket
        since = datetime.fromisoformat(outage.since).astimezone(UTC)
        message.set_content(text.format(since=f"{since:%Y-%m-%d %H:%M} UTC", reason=outage.reason))
        return message.as_bytes()


_PERHAPS_AGAIN = "You may have this mail already: the desk was interrupted when it sent it."

_OF_MAIL = {
    "told": (
        "Mail of the helpdesk may be stuck",
        "Once in a while the helpdesk mails itself. What it sent at {since} should be back by now.\n\n"
        "{reason}.\n\n"
        "Mail to customers, or from them, may be stuck though everything seems to work. `helpdesk doctor`\n"
        "looks at mailbox and mail server; the log of the mail server says where that mail went. You get\n"
        "one more mail when one has come back.\n",
    ),
    "comforted": (
        "Mail of the helpdesk goes its way again",
        "The helpdesk gets its own mail back again. Since {since} that was not so.\n",
    ),
}
_OF_SLACK = {
    "told": (
        "The helpdesk cannot reach Slack",
        "Since {since} nothing of the helpdesk reaches Slack.\n\n{reason}.\n\n"
        "Nothing is lost: mails of customers are taken in and answered, promises are kept track of, and all\n"
        "that is owed to Slack goes out in order once the way is open. You get one more mail then.\n",
    ),
    "comforted": (
        "The helpdesk reaches Slack again",
        "What kept the helpdesk from Slack since {since} is over. What waited is going out, in order.\n",
    ),
}
_WORDS = {"slack": _OF_SLACK, "mail": _OF_MAIL}
