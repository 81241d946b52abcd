"""A thank-you does not reopen a ticket; anything that may mean more does."""

from collections.abc import Callable
from datetime import datetime

import pytest

from desk.actor import Actor
from desk.event import Kind
from desk.status import Status
from desk.thanks import is_only_thanks
from desk.ticket import Ticket

THANKS = (
    "Thanks!",
    "thank you",
    "Thank you so much for your quick help!",
    "Thanks, it works again.",
    "Great, thanks!",
    "Super, bedankt!",
    "Hartelijk dank voor de snelle hulp.",
    "Dank je wel!",
    "Dankjewel, opgelost!",
    "Hi Sanne,\n\nThanks, it works now!\n\nKind regards,\nAnna de Boer",
    "Beste Sanne,\nBedankt!\nGroeten, Anna",
    "Bedankt Sanne, fijne dag verder!",
    "Thx 👍",
)

MORE_THAN_THANKS = (
    "",
    "It works.",
    "Thanks, but it still does not work.",
    "Thanks!\nStill broken.",
    "Bedankt,\nwerkt niet",
    "Bedankt!\nKapot.",
    "Thanks. Same again on page 3",
    "Thanks, error 500 again",
    "Bedankt. Kunnen jullie ook de kassa nakijken",
    "Thanks, does it also work on a phone?",
    "Bedankt, en nu?",
    "No thanks, please repair it.",
    "Bedankt!\nDe oven doet het weer, de kassa doet vreemd",
    "Thanks " * 16,
    "Thanks,\nAnna Berta Carla Dora",
)


@pytest.mark.parametrize("text", THANKS)
def test_a_short_thank_you_is_only_thanks(text: str) -> None:
    assert is_only_thanks(text)


@pytest.mark.parametrize("text", MORE_THAN_THANKS)
def test_whatever_may_mean_more_is_not_only_thanks(text: str) -> None:
    assert not is_only_thanks(text)


@pytest.mark.parametrize("text", ["Thanks, it works!", "Bedankt voor de hulp!"])
def test_thanks_on_a_resolved_ticket_are_kept_and_do_not_reopen_it(
    text: str, a_ticket: Callable[..., Ticket], at: Callable[[str], datetime], anna: Actor
) -> None:
    ticket = a_ticket(Status.RESOLVED)
    assert ticket.customer_wrote(text, by=anna, at=at("tue 10:00"))
    assert ticket.status is Status.RESOLVED
    last = ticket.history[-1]
    assert (last.kind, last.text) == (Kind.CUSTOMER_WROTE, text)
    assert [d.audience for d in last.deliveries] == ["agents"]


def test_thanks_with_an_attachment_reopen_a_resolved_ticket(
    a_ticket: Callable[..., Ticket], at: Callable[[str], datetime], anna: Actor
) -> None:
    ticket = a_ticket(Status.RESOLVED)
    ticket.customer_wrote("Thanks!", by=anna, at=at("tue 10:00"), files=[{"name": "still-blank.png"}])
    assert ticket.status is Status.WAITING_FOR_SUPPORT


@pytest.mark.parametrize("text", ["Thanks, and the till?", "Thanks!\nStill broken."])
def test_thanks_that_say_more_reopen_a_resolved_ticket(
    text: str, a_ticket: Callable[..., Ticket], at: Callable[[str], datetime], anna: Actor
) -> None:
    ticket = a_ticket(Status.RESOLVED)
    ticket.customer_wrote(text, by=anna, at=at("tue 10:00"))
    assert ticket.status is Status.WAITING_FOR_SUPPORT


def test_thanks_on_a_waiting_ticket_are_an_answer(
    a_ticket: Callable[..., Ticket], at: Callable[[str], datetime], anna: Actor
) -> None:
    ticket = a_ticket(Status.WAITING_FOR_CUSTOMER)
    ticket.customer_wrote("Bedankt!", by=anna, at=at("tue 10:00"))
    assert ticket.status is Status.WAITING_FOR_SUPPORT
