"""A list of tickets on App Home, as it is drawn: the first few, and how many more there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import blocks
from bot.blocks import Block, one_line, plain, word
from bot.lines import Style
from bot.promises import mark_of
from bot.words import MARKS, business, moment, ticket_name
from desk.status import Status
from desk.ticket import Ticket
from sla.clock import Clock


@dataclass(frozen=True)
class Entry:
    """A ticket of a list.  clock: the running one that is due first; resolves_at: when a waiting ticket
    resolves by itself; link: the address of its card, "" before there is one."""

    ticket: Ticket
    clock: Clock | None
    resolves_at: datetime | None
    link: str


@dataclass(frozen=True)
class Label:
    """What stands on a shelf.  empty: said instead of a list; rest: what to do about the others, or where
    they stand; shows_owner: whether the tickets may be anybody's."""

    title: str
    empty: str
    rest: str
    shows_owner: bool = False


MINE = Label("Mine", "Nothing waits for you. Enjoy it.", ": /ticket mine")
UNASSIGNED = Label("Unassigned", "Everything has been taken.", ": /ticket")
WAITING = Label("Waiting for customer", "No customer owes us an answer.", " that wait", shows_owner=True)
DUE_TODAY = Label("Due today", "No promise runs out today.", ", due later today", shows_owner=True)


def draw(label: Label, entries: Sequence[Entry], total: int, reader: str, style: Style) -> list[Block]:
    """Draw a list.  total: how many there are in all; reader: the id of the agent who reads it."""
    if not entries:
        return [blocks.header(label.title), blocks.context(plain(label.empty))]
    drawn = [blocks.header(f"{label.title} ({total})")]
    drawn += [_entry(label, entry, reader, style) for entry in entries]
    more = total - len(entries)
    return [*drawn, blocks.context(plain(f"and {more} more{label.rest}"))] if more else drawn


def _entry(label: Label, entry: Entry, reader: str, style: Style) -> Block:
    """Three lines; customers' words stand last on theirs: from right to left they turn nothing else round."""
    ticket = entry.ticket
    name = ticket_name(style.prefix, ticket.number)
    called = blocks.link(entry.link, name) if entry.link else word(name, bold=True)
    subject = one_line(ticket.subject, 150) or "(no subject)"
    facts = [f"{MARKS[ticket.status]} {ticket.status.words}", ticket.priority.words]
    facts += [_owner(ticket, reader)] if label.shows_owner else []
    until = ticket.snoozed_until
    facts += [f"💤 snoozed until {moment(until, style.zone)}"] if until else []
    last = " · ".join([*facts, _customer(ticket)])
    return blocks.paragraph(called, word(f"  {subject}\n"), *_due(entry, style), word(f"\n{last}"))


def _due(entry: Entry, style: Style) -> list[Block]:
    clock = entry.clock
    if entry.ticket.status is Status.WAITING_FOR_CUSTOMER:
        if entry.resolves_at is None:
            return [word("Our question is on its way to the customer")]
        return [word("Resolves by itself "), word(moment(entry.resolves_at, style.zone), bold=True)]
    if clock is None or clock.due is None:
        return [word("No date is promised")]
    mark, due, time = mark_of(clock), moment(clock.due, style.zone), business(clock.left)
    if clock.breached:
        was = f": {clock.goal.words.lower()} was due {due}"
        return [word(f"{mark} "), word(f"Overdue by {time}", bold=True), word(was)]
    return [word(f"{mark} {clock.goal.words} due "), word(due, bold=True), word(f", {time} left")]


def _owner(ticket: Ticket, reader: str) -> str:
    if ticket.owner is None:
        return "nobody's"
    return "yours" if ticket.owner == reader else one_line(ticket.owner_name, 60)


def _customer(ticket: Ticket) -> str:
    who, company = one_line(ticket.customer_name or ticket.customer, 80), one_line(ticket.client, 80)
    return f"{who}, {company}" if company and not who.endswith(f"@{company}") else who
