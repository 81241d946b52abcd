"""The windows about a budget: asking for one, what waits for the client, planning what was approved."""

import re
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any

from bot import blocks, fields, filled, purse
from bot.blocks import Block, escape, one_line, plain
from bot.click import value
from bot.fields import about, day_of
from bot.filled import value_of
from bot.house import House
from bot.words import ticket_name
from desk import money, span
from desk.budget import Proposal, Purpose, Round
from desk.priority import Priority
from desk.ticket import Ticket
from sla.walltime import midnight_of

VALID_FOR = timedelta(days=30)
"""How long a client may approve, unless somebody chooses otherwise."""

_LANGUAGES = {"nl": "Nederlands", "en": "English", "de": "Deutsch", "fr": "Français"}
_TITLES = {
    Purpose.BUDGET: "Budget",
    Purpose.MORE: "Ask for more hours",
    Purpose.EMERGENCY: "Emergency work",
}
_SCOPES = {
    Purpose.BUDGET: ("What the client gets", "What you do, and what you do not do"),
    Purpose.MORE: ("Why more, and what for", "What turned out to be more work"),
    Purpose.EMERGENCY: ("What has to be done", "Why it cannot wait, and what you do about it"),
}


def purpose_of(ticket: Ticket) -> Purpose:
    """What the client of this ticket can be asked for."""
    if ticket.priority is not Priority.IMPROVEMENT:
        return Purpose.EMERGENCY
    return Purpose.MORE if ticket.budget.approved_minutes else Purpose.BUDGET


def ask(ticket: Ticket, house: House) -> Block:
    """The window in which somebody asks for approval."""
    purpose, now, zone = purpose_of(ticket), house.clock(), house.style.zone
    to = sorted(house.policy.approvers_of(ticket), key=lambda each: (each != ticket.customer, each))
    label, example = _SCOPES[purpose]
    in_emergency = purpose is Purpose.EMERGENCY
    hours = "Leave it empty where nobody can tell" if in_emergency else ""
    parts = [
        fields.text("scope", label, placeholder=example),
        fields.line("hours", "Hours", placeholder="10, or 7h30", hint=hours, optional=in_emergency),
        fields.line("rate", "Rate: euros per hour, excluding VAT", f"{house.policy.rate_of(ticket)}"),
        fields.day("until", "May be approved until", (now + VALID_FOR).astimezone(zone).date()),
        fields.choice("language", "Language of the mail", _LANGUAGES, _language(ticket)),
    ]
    if len(to) > 1:
        parts.insert(0, fields.choice("to", "Who approves", dict(zip(_keys(to), to, strict=True)), "0"))
    head = _head(ticket, house, *([f"To: {to[0]}"] if len(to) == 1 else []))
    memory = value(ticket.number, ticket.version)
    return blocks.modal("budget", _TITLES[purpose], "See the amount", [head, *parts], memory=memory)


def shown_as(proposal: Proposal) -> str:
    """What the window remembers of what it has shown."""
    return sha256(_question(proposal).encode()).hexdigest()[:32]


def preview(view: Mapping[str, Any], ticket: Ticket, proposal: Proposal) -> Block:
    """The same window with what was written in it, and above it what the client would read."""
    memory = value(ticket.number, ticket.version, shown_as(proposal))
    drawn = filled.again(view, _question(proposal), memory=memory, mark="💶")
    return drawn | {"submit": plain("Send", 24)}


def _question(proposal: Proposal) -> str:
    until = purse.day(proposal.until)
    return f"{proposal.to} is asked to approve {purse.terms(proposal)}, until {until}. Send it?"


def proposal_in(view: Mapping[str, Any], ticket: Ticket, house: House) -> Proposal:
    """What somebody wrote.  Raises Misfilled."""
    state, purpose = view["state"], purpose_of(ticket)
    with about("hours"):
        minutes = _minutes(value_of(state, "hours"), purpose)
    with about("rate"):
        rate = money.rate_of(value_of(state, "rate"))
    with about("until"):
        until = day_of(value_of(state, "until"))
    approvers = house.policy.approvers_of(ticket)
    to = sorted(approvers, key=lambda each: (each != ticket.customer, each))
    place = value_of(state, "to") or "0"
    chosen = int(place) if re.fullmatch(r"[0-9]{1,3}", place) else 0
    return Proposal(
        purpose=purpose, scope=value_of(state, "scope").strip(), minutes=minutes, rate=rate, until=until,
        expires_at=midnight_of(until + timedelta(days=1), house.style.zone),
        to=to[min(chosen, len(to) - 1)], approvers=approvers, language=value_of(state, "language"),
    )  # fmt: skip


def waiting(ticket: Ticket, asked: Round, house: House) -> Block:
    """The window about what the client has not answered yet."""
    proposal = asked.proposal
    said = (
        f"*{escape(one_line(proposal.to, 100))}* was asked to approve {proposal.purpose.words}:\n"
        f"{escape(purse.terms(proposal))}, until *{purse.day(proposal.until)}*"
    )
    parts = [
        _head(ticket, house),
        blocks.section(said),
        blocks.quote(blocks.cut(proposal.scope, 2900)),
        blocks.context(plain("Take it back if it is wrong; then you can ask anew. The link stops working.")),
    ]
    memory = value(ticket.number, ticket.version)
    return blocks.modal("take_back", "Waits for the client", "Take it back", parts, memory=memory)


def plan(ticket: Ticket, house: House) -> Block:
    """The window for planning what was approved, or asking for more of it."""
    budget = ticket.budget
    said = f"*Approved*: {money.euros(budget.approved_amount)} excl. VAT\n{purse.used(budget)}"
    more = blocks.button("more_hours", "Ask for more hours", "more")
    parts = [
        _head(ticket, house),
        blocks.section(said),
        fields.day("day", "Planned for", budget.planned, hint="The customer gets this day by mail."),
        blocks.actions([more]),
    ]
    memory = value(ticket.number, ticket.version)
    return blocks.modal("plan", "Budget", "Plan", parts, memory=memory)


def _head(ticket: Ticket, house: House, *more: str) -> Block:
    name = f"{ticket_name(house.style.prefix, ticket.number)} · {one_line(ticket.subject, 200)}"
    return blocks.context(*map(plain, [name, *more]))


def _minutes(written: str, purpose: Purpose) -> int | None:
    if purpose is Purpose.EMERGENCY and not written.strip():
        return None
    return span.minutes_of(written, longest=span.LONGEST, bare_hours=True)


def _language(ticket: Ticket) -> str:
    return ticket.language if ticket.language in _LANGUAGES else "en"


def _keys(of: list[str]) -> list[str]:
    return [str(place) for place in range(len(of))]
