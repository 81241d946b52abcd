"""A mail from the desk to itself: that it comes home shows that mail leaves, comes in and is filed."""

import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from desk.errors import DeliveryFailed, DeliveryHeld, DeliveryUncertain
from mail.screening import LOOP_HEADER
from mail.smtp import Server, hand_over
from store import keepsakes
from store.database import Database, Session, Unavailable
from store.points import Point, reached

log = logging.getLogger(__name__)

HEADER = "X-Helpdesk-Canary"

LATE = timedelta(minutes=15)
"""How long one may be on its way: mailboxes are looked into every few minutes at the least."""

_AGAIN = timedelta(minutes=10)
"""While one is late, another is sent that soon."""

_LEASE = timedelta(minutes=2)
"""Longer than a mail takes to leave."""

_NAME = "canary"
_TRIES = 5


@dataclass(frozen=True)
class Flight:
    """What is known of canaries, the same for every process.

    sent: when the newest left; since: when the oldest left that has not come home; home: when the newest left
    that came home; took: seconds it was on its way; whole: of the newest after which Slack answered too.
    tried: of the newest of which a mail server was seen to take or refuse it."""

    sent: str = ""
    since: str = ""
    home: str = ""
    took: float = 0.0
    whole: str = ""
    tried: str = ""

    def is_lost(self, now: datetime) -> bool:
        """Whether a process died over the newest, which may never have left."""
        is_known = self.sent in (self.tried, self.home)
        return not is_known and now - datetime.fromisoformat(self.sent) >= _LEASE

    def is_late(self, now: datetime) -> bool:
        return bool(self.since) and now - datetime.fromisoformat(self.since) >= LATE


@dataclass
class Canary:
    """Sends them, and judges.  It is a road as mail.outages knows one, which is closed while one is late.

    server: what they leave through; name, address: from whom, to whom; secret: seals them; slack: what is
    wrong with Slack, "" when it answers; every: between two."""

    db: Database
    server: Server
    name: str
    address: str
    secret: str
    slack: Callable[[], str]
    every: timedelta
    clock: Callable[[], datetime]
    closed_because: str = field(default="", init=False)
    closed_since: datetime | None = field(default=None, init=False)
    open_since: datetime | None = field(default=None, init=False)
    _problem: str = field(default="", init=False)

    def look(self) -> None:
        """Send one if it is time, and see what became of those before.  Raises Unavailable."""
        now = self.clock()
        if _change(self.db, lambda flight: self._begun(flight, now)):
            reached(Point.CANARY_TAKEN)
            self._send(now)
            reached(Point.CANARY_SENT)
            _change(self.db, lambda flight: replace(flight, tried=max(flight.tried, now.isoformat())))
        flight = known(self.db)
        if flight.home != flight.whole and not self._slack_is_away():
            _change(self.db, _landed)
            log.info("canary came home", extra={"took_s": flight.took})
        self._judge(known(self.db), now)

    def trouble(self) -> str:
        """What is wrong, as people read it; "" when nothing is.  Raises Unavailable."""
        flight = known(self.db)
        if not flight.is_late(self.clock()):
            return ""
        what = "has not come back" if flight.since > flight.home else "came back, but Slack does not answer"
        why = f": {self._problem}" if self._problem else ""
        return f"The test mail that the desk sent to itself at {_told(flight.since)} {what}{why}"

    def _begun(self, flight: Flight, now: datetime) -> Flight:
        pause = _AGAIN if flight.is_late(now) else self.every
        if flight.sent and now - datetime.fromisoformat(flight.sent) < pause and not flight.is_lost(now):
            return flight
        return replace(flight, sent=now.isoformat(), since=flight.since or now.isoformat())

    def _send(self, now: datetime) -> None:
        self._problem = ""
        try:
            hand_over(self._written(now), self.server, sender=self.address, recipient=self.address)
        except (DeliveryHeld, DeliveryFailed, DeliveryUncertain) as problem:
            self._problem = str(problem)
            log.warning("the canary did not leave: %s", problem)

    def _slack_is_away(self) -> bool:
        self._problem = self.slack()
        return bool(self._problem)

    def _judge(self, flight: Flight, now: datetime) -> None:
        trouble = self.trouble()
        if trouble:
            self.closed_because, self.closed_since = trouble, datetime.fromisoformat(flight.since)
            self.open_since = None
        elif not flight.since:
            self.closed_because, self.closed_since = "", None
            self.open_since = self.open_since or now

    def _written(self, now: datetime) -> bytes:
        message = EmailMessage(policy=SMTP)
        message["From"] = message["To"] = Address(self.name, addr_spec=self.address)
        message["Subject"] = "The helpdesk mails itself"
        message["Date"] = format_datetime(now.astimezone(UTC))
        message["Message-ID"] = make_msgid("canary", self.address.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: other machines will not answer
        message[LOOP_HEADER] = self.address
        message[HEADER] = sealed(now, self.secret)
        message.set_content("It does so to see that mail leaves and comes back. Nobody has to read this.\n")
        return message.as_bytes()


def sealed(at: datetime, secret: str) -> str:
    """What nobody else can write: the moment, and proof that it is ours."""
    moment = at.astimezone(UTC).isoformat()
    return f"{moment} {_seal(moment, secret)}"


def sent_at(header: str, secret: str) -> str:
    """The moment in it; "" where it is not ours."""
    moment, _, seal = header.strip().partition(" ")
    return moment if secret and hmac.compare_digest(_seal(moment, secret).encode(), seal.encode()) else ""


def came_home(session: Session, header: str, *, secret: str, now: datetime) -> bool:
    """Note that this one is here, with the commit of this transaction; False where it is none of ours."""
    moment = sent_at(header, secret)
    if not moment:
        return False
    took = (now - datetime.fromisoformat(moment)).total_seconds()
    _change_in(session, lambda flight: _home(flight, moment, took))
    return True


def known(db: Database) -> Flight:
    """What is known of them.  Raises Unavailable."""
    with db.read() as session:
        return _read(keepsakes.get(session, _NAME))


def figures(session: Session, now: datetime) -> Mapping[str, float]:
    """For /metrics."""
    flight = _read(keepsakes.get(session, _NAME))
    last = datetime.fromisoformat(flight.whole).timestamp() if flight.whole else 0
    late = float(flight.is_late(now))
    return {"canary_last_home_timestamp": last, "canary_seconds": flight.took, "canary_late": late}


def _home(flight: Flight, moment: str, took: float) -> Flight:
    return replace(flight, home=moment, took=max(took, 0)) if moment > flight.home else flight


def _landed(flight: Flight) -> Flight:
    """Slack answered too.  What left before it came home is forgiven; what left later is awaited."""
    since = flight.since if flight.since > flight.home else ""
    return replace(flight, whole=flight.home, since=since)


def _change(db: Database, change: Callable[[Flight], Flight]) -> bool:
    with db.change() as session:
        return _change_in(session, change)


def _change_in(session: Session, change: Callable[[Flight], Flight]) -> bool:
    """Whether anything changed; of several processes that want to change the same, one does."""
    for _ in range(_TRIES):
        before = keepsakes.get(session, _NAME) or ""
        after = change(_read(before))
        if after == _read(before):
            return False
        if keepsakes.swap(session, _NAME, before, json.dumps(asdict(after))):
            return True
    raise Unavailable("others change what is known of the canary all the time")


def _read(kept: str | None) -> Flight:
    return Flight(**json.loads(kept)) if kept else Flight()


def _seal(moment: str, secret: str) -> str:
    return hmac.new(secret.encode(), f"helpdesk canary {moment}".encode(), hashlib.sha256).hexdigest()[:32]


def _told(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(UTC):%H:%M} UTC"
