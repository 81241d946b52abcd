"""How much the desk says by itself and how much it takes in, so that nobody can make it flood anybody."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from store import inbox, places
from store.database import Session

_REMEMBERED = 2_000
"""Names of limits whose places are remembered at once."""

_TEN_MINUTES, _MINUTE = timedelta(minutes=10), timedelta(minutes=1)
"""Over which mails are counted; stretches are those of the clock and do not slide."""


@dataclass(frozen=True)
class Intakes:
    """How many mails are told one by one.

    of_sender: from one address, on_ticket: on one ticket, both in ten minutes; of_strangers: new tickets in a
    minute of people who have none and no contract, all together."""

    of_sender: int = 20
    on_ticket: int = 30
    of_strangers: int = 20


class Limits:
    """apart: between two confirmations to one address; per_minute: confirmations to everybody together;
    per_ticket, per_recipient: automatic answers to mail in ten minutes; intakes: mails that are told.

    All are claimed in the database, in the commit that owes the answer: replicas share them, and two of them
    cannot claim the same one.
    """

    def __init__(
        self,
        *,
        apart: timedelta = timedelta(minutes=10),
        per_minute: int = 30,
        per_ticket: int = 10,
        per_recipient: int = 30,
        intakes: Intakes = Intakes(),
    ) -> None:
        self._apart = apart
        self._per_minute = per_minute
        self._per_ticket = per_ticket
        self._per_recipient = per_recipient
        self._seen: dict[str, int] = {}
        self.intakes = intakes

    def forget(self) -> None:
        """What was claimed was undone: what is left is to be asked of the database anew."""
        self._seen.clear()

    def allow(self, session: Session, address: str, *, now: datetime) -> bool:
        """Claim the right to confirm to this address now, if there is one left."""
        return self._is_rested(session, address, now) and self._has_room(session, now)

    def may_answer(self, session: Session, address: str, ticket: int, *, now: datetime) -> bool:
        """Claim the right to tell this address by machine what its mail did to this ticket."""
        stretch = _stretch(now)
        on_ticket, to_address = f"answers:{ticket}:{stretch}", f"answers:{_hidden(address)}:{stretch}"
        return (
            self._claim(session, on_ticket, self._per_ticket, now)
            and self._claim(session, to_address, self._per_recipient, now)
            and self._has_room(session, now)
        )

    def hears_sender(self, session: Session, address: str, *, doubted: bool, at: datetime) -> bool:
        """Whether one more mail of this address that came then is told by itself."""
        name = f"{_kind(doubted)}:{_hidden(address)}:{_stretch(at)}"
        return self._claim(session, name, self.intakes.of_sender, at)

    def hears_on(self, session: Session, ticket: int, *, doubted: bool, at: datetime) -> bool:
        """Whether one more mail on this ticket that came then is told by itself."""
        return self._claim(session, f"{_kind(doubted)}:{ticket}:{_stretch(at)}", self.intakes.on_ticket, at)

    def hears_strangers(self, session: Session, *, at: datetime) -> bool:
        """Whether one more ticket of somebody unknown is opened for a mail that came then."""
        return self._claim(session, f"mails:strangers:{_stretch(at, _MINUTE)}", self.intakes.of_strangers, at)

    def _is_rested(self, session: Session, address: str, now: datetime) -> bool:
        return inbox.claim_rest(session, f"confirmed:{_hidden(address)}", now=now, rest=self._apart)

    def _has_room(self, session: Session, now: datetime) -> bool:
        return self._claim(session, f"confirmations:{_stretch(now, _MINUTE)}", self._per_minute, now)

    def _claim(self, session: Session, name: str, most: int, at: datetime) -> bool:
        """Take one of the places of that name.  Places that were seen taken are not asked for again."""
        seen = self._seen.get(name)
        if seen is not None and seen >= most:
            return False
        place = places.claim(session, name, most=most, at=at, seen=seen)
        if len(self._seen) >= _REMEMBERED:
            self._seen.clear()
        self._seen[name] = most if place is None else place + 1
        return place is not None


def _stretch(at: datetime, length: timedelta = _TEN_MINUTES) -> int:
    return int(at.timestamp() // length.total_seconds())


def _kind(doubted: bool) -> str:
    return "doubted mails" if doubted else "mails"


def _hidden(address: str) -> str:
    """The address as it may stand in a key."""
    return hashlib.sha256(address.lower().encode()).hexdigest()[:32]
