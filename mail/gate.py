"""Mail that is kept and not told: of a sender whom nobody wants to hear, or one of too many."""

from dataclasses import dataclass

from mail import floods
from mail.blocking import why_blocked
from mail.floods import Comer
from mail.house import House
from mail.limits import Limits
from store.database import Session
from store.inbox import LET_IN, Kept, State


@dataclass(frozen=True, slots=True)
class KeptAway:
    """Why, in words, and the ticket that counts it, if one does."""

    remark: str
    state: State
    ticket: int | None = None


def kept_away(session: Session, kept: Kept, comer: Comer, house: House, limits: Limits) -> KeptAway | None:
    """What keeps this mail away; None for the usual one.  What somebody let in is collected no more."""
    blocked = why_blocked(session, comer.sender, house)
    if blocked:
        return KeptAway(f"dropped: {blocked}", State.DROPPED)
    if kept.arrival.envelope.get(LET_IN):
        return None
    at = kept.arrival.at
    flood = floods.flood_of(session, comer, house, limits, at=at)
    if flood is None:
        return None
    number = floods.collect(session, flood, house, at=at)
    return KeptAway(f"collected on ticket {number}: {flood.reason}", State.COLLECTED, number)
