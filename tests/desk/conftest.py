"""The made-up week of these tests (30 November to 4 December 2026), its people, tickets in any status."""

from collections.abc import Callable
from datetime import datetime

import pytest

from desk.actor import Actor
from desk.status import Status
from desk.ticket import Ticket
from tests.week import LEA, SANNE, TOM, moment

Moment = Callable[[str], datetime]
ATicket = Callable[..., Ticket]


@pytest.fixture
def at() -> Moment:
    """A moment of the made-up week, told by the clock on the wall: at("tue 10:00")."""
    return moment


@pytest.fixture
def anna() -> Actor:
    """A customer."""
    return Actor.customer("Anna@Bakery.example", "Anna de Boer")


@pytest.fixture
def stranger() -> Actor:
    return Actor.customer("mallory@elsewhere.example", "Mallory")


@pytest.fixture
def sanne() -> Actor:
    """An agent."""
    return SANNE


@pytest.fixture
def tom() -> Actor:
    """Another agent."""
    return TOM


@pytest.fixture
def lea() -> Actor:
    """A team lead."""
    return LEA


@pytest.fixture
def desk_itself() -> Actor:
    return Actor.system("sweep")


@pytest.fixture
def a_ticket(at: Moment, anna: Actor, sanne: Actor, lea: Actor) -> ATicket:
    """Build a ticket that came by its status honestly."""

    def build(
        status: Status = Status.WAITING_FOR_SUPPORT, *, text: str = "The oven page is blank."
    ) -> Ticket:
        ticket = Ticket.open(by=anna, at=at("mon 09:00"), subject="Blank page", text=text)
        ticket.number = 42
        match status:
            case Status.IN_PROGRESS:
                ticket.take(by=sanne, at=at("mon 09:10"))
            case Status.WAITING_FOR_CUSTOMER:
                ticket.ask("Which browser?", by=sanne, at=at("mon 09:10"))
            case Status.RESOLVED | Status.CLOSED:
                ticket.resolve("Repaired.", by=sanne, at=at("mon 09:10"))
            case Status.CANCELLED:
                ticket.cancel("Duplicate of 41.", by=sanne, at=at("mon 09:10"))
            case _:
                pass
        if status is Status.CLOSED:
            ticket.close(by=lea, at=at("mon 09:20"))
        return ticket

    return build
