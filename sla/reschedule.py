"""Looks at every open ticket when policy or calendar changed: when it needs a look, and when it is due."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from desk.ticket import Ticket
from sla.clock import attention, due
from sla.policy import Policy
from store import keepsakes, tickets
from store.database import Database

log = logging.getLogger(__name__)

AGREED = "promises in force"
"""Under which name the text of what is promised is kept."""

_BATCH = 200


@dataclass(frozen=True)
class Rescheduled:
    """How many tickets were looked at, and for how many a moment moved."""

    looked: int
    moved: int


def reschedule(db: Database, policy: Policy, *, batch: int = _BATCH) -> Rescheduled:
    """Recompute the moments that are kept with every ticket that is not closed, a batch at a time.

    Safe beside a running desk: a ticket that somebody changes meanwhile has been computed by that change.
    Raises Unavailable."""
    looked = moved = 0
    for found in open_tickets(db, batch=batch):
        reckoned = [(each, attention(each, policy), due(each, policy)) for each in found]
        changed = [each for each in reckoned if each[1:] != (each[0].attention_at, each[0].due_at)]
        if changed:
            with db.change() as session:
                moved += sum(
                    tickets.reschedule(session, each, attention_at=look, due_at=ends)
                    for each, look, ends in changed
                )
        looked += len(found)
    return Rescheduled(looked, moved)


def open_tickets(db: Database, *, batch: int = _BATCH) -> Iterator[Sequence[Ticket]]:
    """All tickets that are not closed, in batches; each batch is one look at the database."""
    last = 0
    while True:
        with db.read() as session:
            found = tickets.open_after(session, last, limit=batch)
        if not found:
            return
        yield found
        last = found[-1].number


class AtStart:
    """Reschedules once after a start, where the promises are no longer those that were kept."""

    def __init__(self, db: Database, policy: Policy, agreed: str) -> None:
        self._db = db
        self._policy = policy
        self._agreed = agreed
        self._is_done = False

    def run(self) -> None:
        """Do it, if it is not done; where it ends early, the next call begins again.  Raises Unavailable."""
        if self._is_done:
            return
        with self._db.read() as session:
            kept = keepsakes.get(session, AGREED)
        if kept != self._agreed:
            done = reschedule(self._db, self._policy)
            log.info("the promises changed: %s open tickets looked at, %s moved", done.looked, done.moved)
            keep_agreed(self._db, self._agreed)
        self._is_done = True


def keep_agreed(db: Database, agreed: str) -> None:
    """Remember what every open ticket is reckoned by now."""
    with db.change() as session:
        keepsakes.keep(session, AGREED, agreed)
