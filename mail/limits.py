"""How often the desk confirms by itself, so that nobody can make it flood somebody else."""

import hashlib
from datetime import datetime, timedelta

from store import inbox
from store.database import Session

_STEPS = 5
"""Pieces that the time between two confirmations is cut into; an address rests up to one piece longer."""


class Limits:
    """apart: between two confirmations to one address; per_minute: confirmations to everybody together.

    Both are claimed in the database, in the commit that owes the confirmation: replicas share them, and two
    of them cannot claim the same one.
    """

    def __init__(self, *, apart: timedelta = timedelta(minutes=10), per_minute: int = 30) -> None:
        self._step = apart.total_seconds() / _STEPS
        self._per_minute = per_minute
        self._minute, self._taken = 0, 0

    def allow(self, session: Session, address: str, *, now: datetime) -> bool:
        """Claim the right to confirm to this address now, if there is one left."""
        return self._is_rested(session, address, now) and self._has_room(session, now)

    def _is_rested(self, session: Session, address: str, now: datetime) -> bool:
        name = hashlib.sha256(address.lower().encode()).hexdigest()[:32]
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
