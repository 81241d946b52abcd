"""The made-up week of these tests (30 November to 4 December 2026), its people, tickets in any status."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from desk.actor import Actor
from desk.status import Status
from desk.ticket import Ticket

Moment = Callable[[str], datetime]
ATicket = Callable[..., Ticket]

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONDAY = datetime(2026, 11, 30, tzinfo=ZoneInfo("Europe/Amsterdam"))


@pytest.fixture
def at() -> Moment:
    """A moment of the made-up week, told by the clock on the wall: at("tue 10:00")."""

    def moment(said: str) -> datetime:
        day, clock = said.split()
        date = (_MONDAY + timedelta(days=_DAYS.index(day))).date()
        return datetime.combine(date, time.fromisoformat(clock), tzinfo=_MONDAY.tzinfo).astimezone(UTC)

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
    return Actor.agent("U0SANNE", "Sanne")


@pytest.fixture
def tom() -> Actor:
    """Another agent."""
    return Actor.agent("U0TOM", "Tom")


@pytest.fixture
def lea() -> Actor:
    """A team lead."""
    return Actor.lead("U0LEA", "Lea")


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
