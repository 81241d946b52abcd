"""What /ticket does to one ticket: take it, its status, its priority, by the rules of the card."""

from typing import Any

from bot import forms, replying, tongue
from bot.promises import promised
from bot.request import Answer, Request, said
from bot.words import ticket_name
from desk.errors import DeskError, TransitionRefused
from desk.priority import Priority
from desk.status import TRANSITIONS, Status
from desk.ticket import Ticket
from desk.vocabulary import priority_of, status_of
from store import tickets


def take(request: Request) -> Answer:
    """`/ticket take 42`.  Raises DeskError as the card's button does."""
    return _done(request, lambda ticket, **when: ticket.take(**when), _TAKEN)


def status(request: Request) -> Answer:
    """`/ticket status 42 resolved`: at once, or in the window that asks for the words that go with it."""
    wanted = status_of(request.asked.rest)
    if wanted is None:
        return said(_which(request, [tongue.status(request.language, each) for each in _possible(request)]))
    ticket = _look(request)
    if ticket.status is wanted and wanted is not Status.WAITING_FOR_CUSTOMER:
        return said(_already(request, tongue.status(request.language, wanted)))
    if wanted in _AT_ONCE:
        return _done(request, _AT_ONCE[wanted], _MOVED)
    if ticket.status is not wanted and wanted not in TRANSITIONS[ticket.status]:
        raise TransitionRefused(ticket.status.words, wanted.words)
    trigger, then = request.body["trigger_id"], _THEN[wanted]
    replying.open_window(request.house, request.house.slack, trigger, ticket, request.actor, then)
    return _opened(request)


def priority(request: Request) -> Answer:
    """`/ticket priority 42 high`: the window shows what that promises before anybody confirms it."""
    wanted = priority_of(request.asked.rest)
    if wanted is None and request.asked.rest:
        return said(_which(request, [tongue.priority(request.language, each) for each in Priority]))
    house, ticket = request.house, _look(request)
    level = wanted or ticket.priority
    if level is ticket.priority and wanted:
        return said(_already(request, tongue.priority(request.language, level)))
    dates = promised(ticket, level, house.policy, house.style.zone, now=house.clock())
    view = forms.priority(ticket, level, dates.lines, house.style.prefix)
    house.slack.views_open(trigger_id=request.body["trigger_id"], view=view)
    return _opened(request)


def _look(request: Request) -> Ticket:
    with request.house.db.read() as session:
        return tickets.get(session, request.number)


def _done(request: Request, deed: Any, wording: tuple[str, str]) -> Answer:
    """Do it once, and say so, or that it was so already."""
    changed: list[bool] = []

    def change(session: Any, at: Any) -> None:
        changed[:] = [deed(tickets.get(session, request.number), by=request.actor, at=at)]

    request.house.once(request.key, change)
    request.house.acted(request.actor.key)
    ticket = _look(request)
    if changed == [False]:
        return said(_already(request, tongue.status(request.language, ticket.status)))
    name = ticket_name(request.house.style.prefix, ticket.number)
    return said(request.pick(*wording).format(name, tongue.status(request.language, ticket.status)))


_TAKEN = ("{} is yours now.", "{} is nu van jou.")
_MOVED = ("{} is now: {}.", "{} staat nu op: {}.")

_AT_ONCE = {
    Status.WAITING_FOR_SUPPORT: lambda ticket, **when: ticket.reopen(**when),
    Status.IN_PROGRESS: lambda ticket, **when: ticket.take(**when),
    Status.CLOSED: lambda ticket, **when: ticket.close(**when),
}
"""Statuses that need no words, as on the card."""


_THEN = {
    Status.WAITING_FOR_CUSTOMER: forms.ASK,
    Status.RESOLVED: forms.RESOLVE,
    Status.CANCELLED: forms.CANCEL,
}
"""What follows the words that the window asks for."""


def _opened(request: Request) -> Answer:
    return said(
        request.pick(
            "The window that just opened asks for the rest; nothing is changed before you send it.",
            "Het venster dat net openging vraagt de rest; er verandert niets voor je het verstuurt.",
        )
    )


def _possible(request: Request) -> list[Status]:
    ticket = _look(request)
    if not TRANSITIONS[ticket.status]:
        raise DeskError("This ticket is closed: nothing can be added to it.")
    return [each for each in Status if each in TRANSITIONS[ticket.status]]


def _which(request: Request, choices: list[str]) -> str:
    given, named = request.asked.rest, ", ".join(choices)
    if not given:
        return request.pick(f"Which one? There are: {named}.", f"Welke? Er zijn: {named}.")
    return request.pick(
        f"“{given[:100]}” is none of them. There are: {named}.",
        f"“{given[:100]}” is er geen. Er zijn: {named}.",
    )


def _already(request: Request, what: str) -> str:
    name = ticket_name(request.house.style.prefix, request.number)
    return request.pick(f"{name} is so already: {what}.", f"{name} is dat al: {what}.")
