"""Tells the agents of mails that have not left for an hour, once each, while they are still tried."""

import logging
from datetime import datetime, timedelta

from desk.actor import Actor
from desk.errors import Conflict
from store import tickets, undelivered
from store.database import Database

log = logging.getLogger(__name__)

AFTER = timedelta(hours=1)

_BY = Actor.system("outbox")
_WAITS = "it waits: the mail server serves nobody at the moment"


def tell_of_delays(db: Database, *, now: datetime) -> int:
    """Say it in the thread of each such mail's ticket; how many were told."""
    with db.read() as session:
        late = undelivered.late(session, now=now, after=AFTER)
    told = 0
    for mail in late:
        try:
            with db.change() as session:
                ticket = tickets.get(session, mail.ticket)
                told += ticket.mail_delayed(mail.seq, mail.reason or _WAITS, by=_BY, at=now)
        except Conflict as conflict:
            log.info("the delay of delivery %s is told at the next beat: %s", mail.id, conflict)
    return told
