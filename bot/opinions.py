"""What is said of a customer's opinion: in the ticket's thread, and to the leads where it was not good."""

from bot import blocks
from bot.blocks import Block, escape, one_line, plain
from bot.click import value
from desk.actor import Door
from desk.event import Event, Kind
from desk.satisfaction import Opinion, opinion_in
from desk.status import OPEN, Status
from desk.ticket import Ticket

MARKS = {Opinion.GOOD: "👍", Opinion.NOT_GOOD: "👎"}
_SHOWN = 2000
"""Characters of what the customer wrote."""


def line(ticket: Ticket, event: Event) -> list[Block]:
    """The answer in the ticket's thread."""
    opinion, before = opinion_in(event), _before(ticket, event)
    instead = f", no longer {opinion_in(before).words}" if before and opinion_in(before) != opinion else ""
    way = "by link" if event.by.door is Door.LINK else "by mail"
    who = one_line(event.by.name, 80)
    said = f"{MARKS[opinion]} {who} says how it was solved: {opinion.words}{instead} ({way})"
    return [blocks.context(plain(said)), *words(event)]


def fact(ticket: Ticket) -> list[tuple[str, str]]:
    """What the card says of it, while the ticket is solved."""
    solved = next((each for each in reversed(ticket.counted) if each.kind is Kind.RESOLVED), None)
    rating = ticket.rating_of(solved.seq) if solved and ticket.status not in OPEN else None
    return [("Customer says", f"{MARKS[opinion_in(rating)]} {opinion_in(rating).words}")] if rating else []


def headline(event: Event) -> str:
    """In one line, for the leads; in Slack's markup."""
    return f"{MARKS[opinion_in(event)]} *A customer was not helped well*"


def words(event: Event) -> list[Block]:
    """What they said, if anything."""
    return blocks.quotes(event.text, limit=_SHOWN) if event.text.strip() else []


def in_short(event: Event) -> str:
    """The same on one line, where there are several; in Slack's markup."""
    return f"\n“{escape(one_line(event.text, 300))}”" if event.text.strip() else ""


def buttons(ticket: Ticket) -> list[Block]:
    """What can be done about it with one click."""
    picture = value(ticket.number, ticket.version)
    found = [blocks.button("reopen", "Reopen", picture)] if ticket.status is Status.RESOLVED else []
    if ticket.status in OPEN | {Status.RESOLVED} and ticket.has_address:
        found.append(blocks.button("reply", "Reply to customer", picture))
    return [blocks.actions(found)] if found else []


def _before(ticket: Ticket, event: Event) -> Event | None:
    """The answer that this one takes the place of."""
    of = event.detail["of"]
    earlier = (each for each in reversed(ticket.history) if each.kind is Kind.RATED and each.seq < event.seq)
    return next((each for each in earlier if each.detail["of"] == of), None)
