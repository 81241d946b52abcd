"""Every mail that customers get, about a made-up ticket: to look at, and to see what a change does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.actor import Actor
from desk.budget import Purpose
from desk.event import Event
from desk.event import Kind as EventKind
from desk.priority import Priority
from desk.ticket import Ticket
from mail import courses
from mail.dates import Told
from mail.letterhead import Letterhead
from mail.madeup import WORDS, Words
from mail.notifications import Notification, Templates, compose
from mail.promising import read_promises
from sla.policy import Policy

_DAY = timedelta(days=1)
_LINK = "https://desk.example/{}/42-1-0a1b2c3d4e5f"


@dataclass(frozen=True)
class Kind:
    """A mail that can be looked at.  about: when it is sent; course: makes it the last thing that happened.

    opened: how long before now the ticket was; told: how much later the date is that was told before;
    link: whether the desk has a public address."""

    about: str
    course: Callable[[Ticket, Words, datetime], object]
    opened: timedelta = timedelta()
    priority: Priority = Priority.MEDIUM
    told: timedelta | None = None
    link: bool = True


def compose_one(
    kind: Kind,
    language: str,
    *,
    letterhead: Letterhead,
    templates: Templates,
    policy: Policy,
    now: datetime,
    asks_opinion: bool = True,
) -> tuple[Ticket, Notification]:
    """That mail in that language, as it would be worded at that moment, and the ticket it is about.

    asks_opinion: whether the desk asks if customers were helped well."""
    words, before = WORDS[language], now - kind.opened
    jan = Actor.customer("jan@bakkerij.example", "Jan Jansen")
    ticket = Ticket.open(
        by=jan, at=before, subject=words.subject, text=words.request,
        client="Bakkerij Jansen", language=language, priority=kind.priority,
    )  # fmt: skip
    ticket.number = courses.NUMBER
    kind.course(ticket, words, now)
    event = next(
        each for each in reversed(ticket.history) if any(d.audience == "customer" for d in each.deliveries)
    )
    promises = read_promises(ticket, policy, now=now)
    told = Told()
    if kind.told is not None and promises.recovery:
        told = Told(recovery=promises.recovery - kind.told, at=before)
    return ticket, compose(
        ticket, event, templates=templates, letterhead=letterhead, promises=promises, now=now,
        last_mail_at=before, told=told, link=_link(event) if kind.link else "",
        asks_opinion=asks_opinion,
    )  # fmt: skip


def _link(event: Event) -> str:
    return _LINK.format("opinion" if event.kind is EventKind.RESOLVED else "approve")


KINDS = {
    "opened": Kind("a new request: the confirmation", courses.nothing),
    "opened-improvement": Kind(
        "the same, for something new outside the contract", courses.nothing, priority=Priority.IMPROVEMENT
    ),
    "taken": Kind("an agent starts on it", courses.starts, _DAY / 4),
    "taken-priority": Kind("the same, after another priority was set", courses.raises, _DAY / 4, told=-_DAY),
    "taken-moved": Kind(
        "the same, after the customer's own pause moved the date", courses.comes_back, 3 * _DAY, told=_DAY
    ),
    "budget": Kind(
        "a budget for an improvement, which the client may approve",
        courses.proposes(Purpose.BUDGET, 600, "wish"),
        _DAY,
        Priority.IMPROVEMENT,
    ),
    "budget-more": Kind(
        "the same, for more hours than were approved",
        courses.proposes(Purpose.MORE, 150, "wish"),
        2 * _DAY,
        Priority.IMPROVEMENT,
    ),
    "budget-emergency": Kind(
        "the same, for emergency work outside the contract",
        courses.proposes(Purpose.EMERGENCY, None, "emergency"),
        _DAY / 4,
        Priority.URGENT,
        link=False,
    ),
    "scheduled": Kind(
        "the day on which an improvement is done", courses.plans, 3 * _DAY, Priority.IMPROVEMENT
    ),
    "replied": Kind("an agent replies", courses.converses, 2 * _DAY),
    "asked": Kind("an agent asks, and the desk waits", courses.asks_now, _DAY),
    "reminded": Kind("48 hours without an answer", courses.reminds, 3 * _DAY),
    "resolved": Kind("an agent resolves it and says what was done", courses.solves, _DAY),
    "resolved-silence": Kind("72 hours without an answer", courses.falls_silent, 4 * _DAY, link=False),
    "reopened": Kind("the customer replies to a resolved ticket", courses.reopens, 2 * _DAY),
    "cancelled": Kind("an agent cancels it and says why", courses.cancels, _DAY),
    "cancelled-duplicate": Kind("an agent cancels it as a duplicate of another", courses.repeats, _DAY),
    "solved_elsewhere": Kind("that other ticket is resolved", courses.hears, _DAY),
}
"""By name, as `helpdesk mail preview` takes it."""
