"""How much the desk says by itself and how much it takes in, so that nobody can make it flood anybody."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from store import inbox
from store.database import Session

_STEPS = 5
"""Pieces that the time between two confirmations is cut into; an address rests up to one piece longer."""

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
        self._step = apart.total_seconds() / _STEPS
        self._per_minute = per_minute
        self._per_ticket = per_ticket
        self._per_recipient = per_recipient
        self._minute, self._taken = 0, 0
        self.intakes = intakes

    def allow(self, session: Session, address: str, *, now: datetime) -> bool:
        """Claim the right to confirm to this address now, if there is one left."""
        return self._is_rested(session, address, now) and self._has_room(session, now)

    def may_answer(self, session: Session, address: str, ticket: int, *, now: datetime) -> bool:
        """Claim the right to tell this address by machine what its mail did to this ticket."""
        stretch = _stretch(now)
        on_ticket, to_address = f"answers:{ticket}:{stretch}", f"answers:{_hidden(address)}:{stretch}"
        return (
            inbox.claim_place(session, on_ticket, most=self._per_ticket, at=now)
            and inbox.claim_place(session, to_address, most=self._per_recipient, at=now)
            and self._has_room(session, now)
        )

    def hears_sender(self, session: Session, address: str, *, doubted: bool, at: datetime) -> bool:
        """Whether one more mail of this address that came then is told by itself."""
        name = f"{_kind(doubted)}:{_hidden(address)}:{_stretch(at)}"
        return inbox.claim_place(session, name, most=self.intakes.of_sender, at=at)

    def hears_on(self, session: Session, ticket: int, *, doubted: bool, at: datetime) -> bool:
        """Whether one more mail on this ticket that came then is told by itself."""
        name = f"{_kind(doubted)}:{ticket}:{_stretch(at)}"
        return inbox.claim_place(session, name, most=self.intakes.on_ticket, at=at)

    def hears_strangers(self, session: Session, *, at: datetime) -> bool:
        """Whether one more ticket of somebody unknown is opened for a mail that came then."""
        name = f"mails:strangers:{_stretch(at, _MINUTE)}"
        return inbox.claim_place(session, name, most=self.intakes.of_strangers, at=at)

    def _is_rested(self, session: Session, address: str, now: datetime) -> bool:
        name = _hidden(address)
        step = int(now.timestamp() / self._step)
        if not inbox.is_first(session, f"confirmed:{name}:{step}", at=now):
            return False
        later = range(step + 1, step + 1 + _STEPS)
        inbox.claim_keys(session, [f"confirmed:{name}:{each}" for each in later], at=now)
        return True

    def _has_room(self, session: Session, now: datetime) -> bool:
        minute = int(now.timestamp()) // 60
        if minute != self._minute:
            self._minute, self._taken = minute, 0
        while self._taken < self._per_minute:  # places below were seen taken, and are not asked for again
            place, self._taken = self._taken, self._taken + 1
            if inbox.is_first(session, f"confirmations:{minute}:{place}", at=now):
                return True
        return False


def _stretch(at: datetime, length: timedelta = _TEN_MINUTES) -> int:
    return int(at.timestamp() // length.total_seconds())


def _kind(doubted: bool) -> str:
    return "doubted mails" if doubted else "mails"


def _hidden(address: str) -> str:
    """The address as it may stand in a key."""
    return hashlib.sha256(address.lower().encode()).hexdigest()[:32]
