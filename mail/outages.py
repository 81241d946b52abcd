"""Mails the leads when a way is closed, to Slack or of mail itself: once, and once more when it is over."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from functools import partial
from typing import Literal, Protocol

from desk.errors import DeliveryFailed, DeliveryHeld, DeliveryUncertain
from mail.screening import LOOP_HEADER
from mail.smtp import Server, hand_over
from store import keepsakes
from store.database import Database

log = logging.getLogger(__name__)

AFTER = timedelta(minutes=10)
"""How long it may last before somebody is told."""

_SURELY = timedelta(minutes=1)
"""How long the road must be open again: one channel may work while another does not."""


class Road(Protocol):
    """The way to Slack, as store.courier.Courier knows it, or that of mail.canary."""

    closed_because: str
    closed_since: datetime | None
    open_since: datetime | None


@dataclass(frozen=True)
class Outage:
    """since, seen: moments, as text; seen: when a process last found its road closed.  told, comforted: who
    was mailed that it began, and that it is over."""

    since: str
    reason: str
    seen: str = ""
    told: tuple[str, ...] = ()
    comforted: tuple[str, ...] = ()


What = Literal["told", "comforted"]
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
            outage = _read(keepsakes.get(session, self._name))
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

        It is on record before the mail leaves.  Only what surely did not leave is tried again."""
        done = True
        for each in self.to if what == "told" else outage.told:
            if not self._changes(partial(_with, what=what, mailed=each)):
                continue  # they know, or another process is just telling them
            if not self._mailed(what, outage, each, now):
                self._changes(partial(_without, what=what, mailed=each))
                done = False
        return done

    def _changes(self, change: _Change) -> bool:
        """Keep what that makes of what is known; whether it differs."""
        with self.db.change() as session:
            before = _read(keepsakes.held(session, self._name))
            after = change(before)
            if after != before:
                keepsakes.keep(session, self._name, json.dumps(asdict(after)) if after else "")
            return after != before

    def _mailed(self, what: What, outage: Outage, to: str, now: datetime) -> bool:
        try:
            raw = self._written(what, outage, to, now)
            hand_over(raw, self.server, sender=self.address, recipient=to)
        except DeliveryUncertain as doubt:
            log.error("nobody knows whether the mail about an outage reached all: %s", doubt)
        except (DeliveryFailed, DeliveryHeld) as problem:
            log.error("the mail about an outage did not leave: %s", problem)
            return isinstance(problem, DeliveryFailed) and problem.permanent
        return True

    def _written(self, what: What, outage: Outage, to: str, now: datetime) -> bytes:
        subject, text = _WORDS[self.about][what]
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


def _with(outage: Outage | None, *, what: What, mailed: str) -> Outage | None:
    before = _mailed(outage, what)
    return _told(outage, what, (*before, mailed)) if outage and mailed not in before else outage


def _without(outage: Outage | None, *, what: What, mailed: str) -> Outage | None:
    left = tuple(each for each in _mailed(outage, what) if each != mailed)
    return _told(outage, what, left) if outage else None


def _mailed(outage: Outage | None, what: What) -> tuple[str, ...]:
    return () if outage is None else outage.told if what == "told" else outage.comforted


def _told(outage: Outage, what: What, whom: tuple[str, ...]) -> Outage:
    return replace(outage, told=whom) if what == "told" else replace(outage, comforted=whom)


def _read(kept: str | None) -> Outage | None:
    if not kept:
        return None
    facts = json.loads(kept)
    told, comforted = tuple(facts["told"]), tuple(facts["comforted"])
    return Outage(facts["since"], facts["reason"], facts.get("seen", ""), told, comforted)
