"""The made-up week of these tests, its people, tickets in the database, and a clock that is set by hand."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from desk.actor import Actor
from desk.ticket import Ticket
from store import cards, tickets
from store.database import Database
from tests.week import LEA, SANNE, TOM, moment

At = Callable[[str], datetime]


@pytest.fixture
def at() -> At:
    """A moment of the made-up week, told by the clock on the wall: at("tue 10:00")."""
    return moment


class Clock:
    """Shows what it is set to."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def on(self, **more: float) -> None:
        """Turn it on, as in clock.on(seconds=5)."""
        self.now += timedelta(**more)


@pytest.fixture
def clock(at: At) -> Clock:
    return Clock(at("mon 10:00"))


@pytest.fixture
def anna() -> Actor:
    """A customer."""
    return Actor.customer("anna@bakery.example", "Anna de Boer")


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
def a_ticket(db: Database, at: At, anna: Actor) -> Callable[..., int]:
    """Open a ticket that came in Monday at 09:00; posted: its card stands in the channel already."""

    def build(*, subject: str = "Blank page", confirm: bool = False, posted: bool = False) -> int:
        opened = Ticket.open(
            by=anna, at=at("mon 09:00"), subject=subject, text="It is blank.", confirm=confirm
        )
        with db.change() as session:
            number = tickets.add(session, opened).number
            if posted:
                place = cards.Place("C0SUPPORT", f"1000.{number:06}")
                cards.keep(session, number, place, at=at("mon 09:00"))
        return number

    return build


@pytest.fixture
def at_once() -> Callable[..., list[object]]:
    """Do things in threads of their own, and return what each of them returned or raised, in order."""

    def run(*deeds: Callable[[], object]) -> list[object]:
        outcomes: list[object] = [None] * len(deeds)

        def do(place: int) -> None:
            try:
                outcomes[place] = deeds[place]()
            except Exception as error:  # handed to the test, which judges it
                outcomes[place] = error

        threads = [threading.Thread(target=do, args=(place,)) for place in range(len(deeds))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=100)
        assert not any(thread.is_alive() for thread in threads)
        return outcomes

    return run
