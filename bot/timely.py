"""Whether there is still a reason to tell something, and whether this is the hour for it."""

from datetime import datetime

from desk.errors import DeliveryPutOff
from desk.event import Event, Kind
from desk.ticket import Ticket
from sla.notices import may_speak, still_holds
from sla.policy import Policy


def may_post(ticket: Ticket, event: Event, policy: Policy, *, now: datetime) -> bool:
    """Whether there is still a reason to post it; a warning that came to nothing has none.

    Raises DeliveryPutOff for a warning while the desk is closed."""
    if event.kind is not Kind.WARNED:
        return True
    if not still_holds(ticket, event, policy):
        return False
    _wait_for_opening(ticket, policy, now)
    return True


def may_tell_leads(ticket: Ticket, event: Event, policy: Policy, *, now: datetime) -> bool:
    """The same for the leads, who hear of nothing while the desk is closed.  Raises DeliveryPutOff."""
    if event.kind is not Kind.WARNED:
        _wait_for_opening(ticket, policy, now)
    return may_post(ticket, event, policy, now=now)


def _wait_for_opening(ticket: Ticket, policy: Policy, now: datetime) -> None:
    hours = policy.hours_of(ticket)
    if not may_speak(hours, now):
        raise DeliveryPutOff("the desk is closed", until=hours.next_opening(now))
