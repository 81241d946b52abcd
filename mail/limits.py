"""How often the desk confirms by itself, so that nobody can make it flood somebody else."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from store import inbox
from store.database import Session


@dataclass(frozen=True, kw_only=True)
class Limits:
    """apart: minutes between two confirmations to one address; per_minute: confirmations to everybody.

    Both are claimed in the database, in the commit that owes the confirmation: replicas share them.
    """

    apart: int = 10
    per_minute: int = 30

    def allow(self, session: Session, address: str, *, now: datetime) -> bool:
        """Claim the right to confirm to this address now, if there is one left."""
        minute = int(now.timestamp()) // 60
        return self._is_rested(session, address, minute, now) and self._has_room(session, minute, now)

    def _is_rested(self, session: Session, address: str, minute: int, now: datetime) -> bool:
        name = hashlib.sha256(address.lower().encode()).hexdigest()[:32]
        if not inbox.is_first(session, f"confirmed:{name}:{minute}", at=now):
            return False
        for later in range(1, self.apart + 1):
            inbox.is_first(session, f"confirmed:{name}:{minute + later}", at=now)
        return True

    def _has_room(self, session: Session, minute: int, now: datetime) -> bool:
        places = range(self.per_minute)
        return any(inbox.is_first(session, f"confirmations:{minute}:{place}", at=now) for place in places)


USUAL = Limits()
