"""What leads see of money on App Home: budgets that run out, and what waits for a client."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot import blocks, purse
from bot.blocks import Block, escape, one_line
from bot.words import ticket_name
from desk.budget import STOPS_AT, WARNED_AT, Budget, Round
from desk.ticket import Ticket

_SHOWN = 10


def draw(found: Sequence[Ticket], links: Mapping[int, str], prefix: str, *, now: datetime) -> list[Block]:
    """Draw both lists.  links: the addresses of the tickets' cards."""
    budgets = [(_name(ticket, links, prefix), ticket.budget) for ticket in found]
    tight = [(name, budget) for name, budget in budgets if (budget.share or 0) >= WARNED_AT]
    tight.sort(key=lambda each: -(each[1].share or 0))
    asked = [(name, waits) for name, budget in budgets if (waits := budget.unanswered(now))]
    asked.sort(key=lambda each: each[1].proposal.expires_at)
    return [
        *_list(f"Budgets above {WARNED_AT} %", [_tight(*each) for each in tight]),
        *_list("Waiting for the client's approval", [_waiting(*each) for each in asked]),
    ]


def _list(title: str, lines: Sequence[str]) -> list[Block]:
    more = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    count = f" ({len(lines)})" if lines else ""
    return [blocks.section("\n".join([f"*{title}*{count}", *(lines[:_SHOWN] or ["None"]), *more]))]


def _tight(name: str, budget: Budget) -> str:
    return f"{'🛑' if (budget.share or 0) >= STOPS_AT else '🟠'} {name}: {purse.used(budget)}"


def _waiting(name: str, asked: Round) -> str:
    to, terms = escape(one_line(asked.proposal.to, 60)), escape(purse.terms(asked.proposal))
    return f"💶 {name}: {to}, {terms}, until {purse.day(asked.proposal.until)}"


def _name(ticket: Ticket, links: Mapping[int, str], prefix: str) -> str:
    name, link = ticket_name(prefix, ticket.number), links.get(ticket.number)
    return f"<{link}|{name}>" if link else name
