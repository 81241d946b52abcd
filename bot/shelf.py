"""A list of tickets on App Home, as it is drawn: ten of them, and how many more there are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import blocks
from bot.blocks import Block, one_line, plain, word
from bot.promises import mark_of
from bot.style import Style
from bot.words import MARKS, business, moment, ticket_name
from desk.status import Status
from desk.ticket import Ticket
from sla.clock import Clock

PER_PAGE = 10
"""Tickets of each list; with all lists full, Home stays below Slack's 100 blocks."""


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
SNOOZED = Label("Snoozed", "Nothing is put aside.", " that sleep", shows_owner=True)

TURN = "home_turn"


@dataclass(frozen=True)
class Sheet:
    """The tickets of a list that are shown.  skip: how many come before them; total: how many there are."""

    entries: Sequence[Entry]
    skip: int
    total: int


def draw(label: Label, sheet: Sheet, reader: str, style: Style) -> list[Block]:
    """Draw a list.  reader: the id of the agent who reads it."""
    if not sheet.entries:
        return [blocks.header(label.title), blocks.context(plain(label.empty))]
    drawn = [blocks.header(f"{label.title} ({sheet.total})")]
    drawn += [entry(label, each, reader, style) for each in sheet.entries]
    return [*drawn, *_rest(label, sheet)]


def _rest(label: Label, sheet: Sheet) -> list[Block]:
    """How many there are besides, and the buttons to them."""
    last = sheet.skip + len(sheet.entries)
    more = sheet.total - last
    said = f"and {more} more{label.rest}" if more else f"{sheet.skip + 1} to {last} of {sheet.total}"
    buttons = []
    if sheet.skip:
        buttons.append(blocks.button(f"{TURN}_back", "Back", _place(label, max(sheet.skip - PER_PAGE, 0))))
    if more:
        buttons.append(blocks.button(f"{TURN}_on", "More", _place(label, last)))
    return [blocks.context(plain(said)), blocks.actions(buttons)] if buttons else []


def _place(label: Label, skip: int) -> str:
    return f"{label.title}:{skip}"


def place_of(carried: str) -> tuple[str, int]:
    """The title of a list and how many to skip, as a button carries them; ("", 0) where none of ours does."""
    title, _, skip = carried.partition(":")
    return (title, int(skip)) if re.fullmatch(r"\d{1,9}", skip) else ("", 0)


def entry(label: Label, entry: Entry, reader: str, style: Style) -> Block:
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
