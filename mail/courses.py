"""What happens to the made-up ticket: each course ends with the event that a mail is about."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from desk.actor import Actor
from desk.budget import Proposal, Purpose
from desk.priority import Priority
from desk.ticket import Ticket
from mail.madeup import Words

NUMBER = 42
"""The ticket's."""

_AGENT = Actor.agent("U0SANNE", "Sanne de Wit")
_DESK = Actor.system("sweep")
_DAY = timedelta(days=1)


def _jan(ticket: Ticket) -> Actor:
    return Actor.customer(ticket.customer, ticket.customer_name)


def starts(ticket: Ticket, _words: Words, now: datetime) -> None:
    ticket.take(by=_AGENT, at=now)


def asks_now(ticket: Ticket, words: Words, now: datetime) -> None:
    ticket.ask(words.question, by=_AGENT, at=now)


def solves(ticket: Ticket, words: Words, now: datetime) -> None:
    ticket.resolve(words.solution, by=_AGENT, at=now)


def cancels(ticket: Ticket, words: Words, now: datetime) -> None:
    ticket.cancel(words.reason, by=_AGENT, at=now)


def repeats(ticket: Ticket, words: Words, now: datetime) -> None:
    other = _another(ticket, words, now)
    ticket.cancel_as_duplicate(other, by=_AGENT, at=now)


def hears(ticket: Ticket, words: Words, now: datetime) -> None:
    other = _another(ticket, words, now)
    ticket.cancel_as_duplicate(other, by=_AGENT, at=now)
    other.resolve(words.solution, by=_AGENT, at=now)
    ticket.solved_elsewhere(other.number, other.history[-1], at=now)


def _another(ticket: Ticket, words: Words, now: datetime) -> Ticket:
    """The request of a colleague, which came first."""
    piet = Actor.customer("piet@bakkerij.example", "Piet")
    other = Ticket.open(
        by=piet, at=now - _DAY, subject=words.subject, text=words.request, client=ticket.client
    )
    other.number = NUMBER - 1
    return other


def nothing(_ticket: Ticket, _words: Words, _now: datetime) -> None:
    """It was only opened."""


def _asks(ticket: Ticket, words: Words, at: datetime) -> None:
    ticket.ask(words.question, by=_AGENT, at=at)
    ticket.mailed(ticket.version, recipients=[ticket.customer], by=_DESK, at=at)


def reminds(ticket: Ticket, words: Words, now: datetime) -> None:
    _asks(ticket, words, now - 2 * _DAY)
    ticket.remind(by=_DESK, at=now, asked=2)


def falls_silent(ticket: Ticket, words: Words, now: datetime) -> None:
    _asks(ticket, words, now - 3 * _DAY)
    ticket.resolve(by=_DESK, at=now)


def converses(ticket: Ticket, words: Words, now: datetime) -> None:
    _asks(ticket, words, now - _DAY)
    ticket.customer_wrote(words.answer, by=_jan(ticket), at=now - _DAY / 2)
    ticket.reply(words.reply, by=_AGENT, at=now)


def reopens(ticket: Ticket, words: Words, now: datetime) -> None:
    ticket.resolve(words.solution, by=_AGENT, at=now - _DAY)
    ticket.customer_wrote(words.answer, by=_jan(ticket), at=now)


def proposes(
    purpose: Purpose, minutes: int | None, scope: str
) -> Callable[[Ticket, Words, datetime], object]:
    def propose(ticket: Ticket, words: Words, now: datetime) -> None:
        if purpose is Purpose.MORE:
            _propose(Purpose.BUDGET, 600, ticket, words.wish, now - _DAY)
            ticket.approve(1, by=_jan(ticket), at=now - _DAY / 2, evidence={"via": "mail"})
        _propose(purpose, minutes, ticket, getattr(words, scope), now)

    return propose


def _propose(purpose: Purpose, minutes: int | None, ticket: Ticket, scope: str, now: datetime) -> None:
    until = (now + 30 * _DAY).date()
    ticket.propose(
        Proposal(
            purpose=purpose, scope=scope, minutes=minutes, rate=Decimal(125), until=until,
            expires_at=now + 30 * _DAY, to=ticket.customer, approvers=frozenset({ticket.customer}),
            language=ticket.language,
        ),
        by=_AGENT, at=now,
    )  # fmt: skip


def plans(ticket: Ticket, words: Words, now: datetime) -> None:
    _propose(Purpose.BUDGET, 600, ticket, words.wish, now - _DAY)
    ticket.approve(1, by=_jan(ticket), at=now - _DAY / 2, evidence={"via": "mail"})
    ticket.schedule((now + 10 * _DAY).date(), by=_AGENT, at=now)


def raises(ticket: Ticket, _words: Words, now: datetime) -> None:
    ticket.prioritise(Priority.HIGH, by=_AGENT, at=now)
    ticket.take(by=_AGENT, at=now)


def comes_back(ticket: Ticket, words: Words, now: datetime) -> None:
    _asks(ticket, words, now - 2 * _DAY)
    ticket.customer_wrote(words.answer, by=_jan(ticket), at=now - _DAY)
    ticket.take(by=_AGENT, at=now)
