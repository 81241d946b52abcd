"""A mail as it will leave, drawn for whoever sends it."""

from collections.abc import Iterator
from datetime import timedelta

from bot import blocks
from bot.blocks import Block, one_line, plain
from bot.named import files_of
from bot.words import plural, ticket_name
from desk.letter import Letter, Recipient
from desk.status import Status
from desk.ticket import Ticket

_SHOWN = 4000
"""Characters of the mail."""


def draw(
    ticket: Ticket, letter: Letter, before: Status, prefix: str, *, undo: timedelta, memory: str
) -> Block:
    """The window over that of the reply.  ticket: as it will be; before: its status now."""
    facts = [*_people(ticket, letter), *_facts(ticket, letter, before, prefix, undo)]
    drawn = [
        {"type": "section", "text": plain("\n".join(facts))},
        blocks.divider(),
        *blocks.quotes(letter.text, limit=_SHOWN),
    ]
    return blocks.modal("send", "As it will leave", "Send", drawn, memory=memory)


def _people(ticket: Ticket, letter: Letter) -> Iterator[str]:
    for each in letter.to:
        yield f"To: {one_line(_called(ticket, each), 400)}{''.join(_marks(ticket, each))}"
    told = {each.address.lower() for each in letter.to}
    others = sorted(each for each in ticket.participants if each.lower() not in told)
    if others:
        yield f"Not to: {one_line(', '.join(others), 400)} (on this ticket, gets no copy)"


def _called(ticket: Ticket, to: Recipient) -> str:
    is_customer = to.address.lower() == ticket.customer.lower() and ticket.customer_name
    return f"{ticket.customer_name} <{to.address}>" if is_customer else to.address


def _marks(ticket: Ticket, to: Recipient) -> Iterator[str]:
    if to.address.lower() not in {each.lower() for each in ticket.participants}:
        yield "  ⚠️ not on this ticket"
    if to.is_new:
        yield "  🆕 the first mail to this address"


def _facts(ticket: Ticket, letter: Letter, before: Status, prefix: str, undo: timedelta) -> Iterator[str]:
    yield f"From: {letter.sender}"
    yield f"Subject: {one_line(letter.subject, 300)}"
    files = files_of(ticket.history[-1])
    if files:
        yield f"{plural(len(files), 'file')}: {one_line(', '.join(files), 400)}"
    name = ticket_name(prefix, ticket.number)
    stays = ticket.status is before
    yield (
        f"{name} stays as it is: {before.words}"
        if stays
        else f"{name} changes from {before.words} to {ticket.status.words}"
    )
    if undo:
        yield f"It goes out {int(undo.total_seconds())} seconds after Send; until then you can undo it."
