"""What is promised: time allowed per priority, and to whom something else was promised."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from desk.priority import Priority
from desk.ticket import Ticket
from sla.hours import BusinessHours

WORKING_DAY = timedelta(hours=8)
"""One working day is eight business hours, counted as rolling time."""

STANDARD_RATE = Decimal(125)
"""EUR per hour, excluding VAT, where no contract says otherwise."""

Targets = Mapping[Priority, timedelta]


class Goal(StrEnum):
    """What a clock measures."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RECOVERY = "recovery"

    @property
    def words(self) -> str:
        """The goal as people read it: "First response"."""
        return self.value.replace("_", " ").capitalize()


class ResponseCounts(StrEnum):
    """What stops the first-response clock."""

    REPLY = "reply"
    REPLY_OR_TAKEN = "reply-or-taken"


FIRST_RESPONSE: Targets = {
    Priority.URGENT: WORKING_DAY,
    Priority.HIGH: WORKING_DAY,
    Priority.MEDIUM: 2 * WORKING_DAY,
    Priority.LOW: 2 * WORKING_DAY,
}
"""The published page's response times.  An improvement has none."""

RECOVERY: Targets = {
    Priority.URGENT: WORKING_DAY,
    Priority.HIGH: 2 * WORKING_DAY,
    Priority.MEDIUM: 5 * WORKING_DAY,
    Priority.LOW: 14 * WORKING_DAY,
}
"""The published page's recovery times.  An improvement has none."""


@dataclass(frozen=True, kw_only=True)
class Contract:
    """A client with promises of its own.  What it does not say is promised as to everybody.

    rate: EUR per hour, excluding VAT.  approvers: addresses, in lower case, that may approve a budget.
    report_to: who is mailed the month in figures, "" for nobody."""

    name: str
    domains: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    first_response: Targets = field(default_factory=dict)
    recovery: Targets = field(default_factory=dict)
    hours: BusinessHours | None = None
    language: str | None = None
    rate: Decimal = STANDARD_RATE
    approvers: frozenset[str] = frozenset()
    report_to: str = ""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """All promises of the desk.

    levels: percentages of a target at which somebody is warned, ascending; 100 is the breach.  silence,
    reminder and close_after are elapsed time, not business time.
    """

    hours: BusinessHours
    first_response: Targets = field(default_factory=lambda: FIRST_RESPONSE)
    recovery: Targets = field(default_factory=lambda: RECOVERY)
    levels: tuple[int, ...] = (50, 75, 100)
    silence: timedelta = timedelta(hours=72)
    reminder: timedelta = timedelta(hours=48)
    close_after: timedelta = timedelta(days=7)
    response_counts: ResponseCounts = ResponseCounts.REPLY
    contracts: tuple[Contract, ...] = ()

    def contract_of(self, address: str) -> Contract | None:
        """The contract of a mail address: its own, else its domain's."""
        address = address.lower()
        domain = address.rpartition("@")[2]
        by_address = (each for each in self.contracts if address in each.addresses)
        by_domain = (each for each in self.contracts if domain in each.domains)
        return next(by_address, None) or next(by_domain, None)

    def contract_named(self, client: str) -> Contract | None:
        """The contract of a client, as tickets name it."""
        return next((each for each in self.contracts if each.name == client), None)

    def rate_of(self, ticket: Ticket) -> Decimal:
        """EUR per hour, excluding VAT, as this customer's contract says."""
        contract = self.contract_of(ticket.customer)
        return contract.rate if contract else STANDARD_RATE

    def approvers_of(self, ticket: Ticket) -> frozenset[str]:
        """Whose yes to a budget counts: whom the contract names, else the ticket's own customer."""
        contract = self.contract_of(ticket.customer)
        return (contract.approvers if contract else frozenset()) or frozenset({ticket.customer})

    def hours_of(self, ticket: Ticket) -> BusinessHours:
        """When the desk is open for the customer of this ticket."""
        contract = self.contract_of(ticket.customer)
        return contract.hours if contract and contract.hours else self.hours

    def target(self, ticket: Ticket, goal: Goal, priority: Priority) -> timedelta | None:
        """Business time allowed for that goal at that priority; None where nothing is promised."""
        contract = self.contract_of(ticket.customer)
        if goal is Goal.RECOVERY:
            own, general = (contract.recovery if contract else {}), self.recovery
        else:
            own, general = (contract.first_response if contract else {}), self.first_response
        return own.get(priority) or general.get(priority)
