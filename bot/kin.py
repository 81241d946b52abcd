"""What a thread says of another ticket that is about the same."""

from bot.words import MARKS, ticket_name
from desk.event import Event, Kind
from desk.status import Status


def said(event: Event, prefix: str) -> str:
    """That the customer of a duplicate joined, or that the original is solved."""
    if event.kind is Kind.JOINED:
        name, sender = ticket_name(prefix, event.detail["ticket"]), event.detail["sender"]
        return f"🔗 {name} was a duplicate of this: {sender} may write here now, and hears how it is solved"
    return f"{MARKS[Status.RESOLVED]} {ticket_name(prefix, event.detail['duplicate_of'])} is solved"


def because(event: Event, prefix: str) -> str:
    """ " as a duplicate of HD-41", where it was cancelled for that."""
    other = event.detail.get("duplicate_of")
    return f" as a duplicate of {ticket_name(prefix, other)}" if other else ""
