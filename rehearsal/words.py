"""What people call deeds, statuses, priorities and roads, and what each means."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from desk.breach import BreachReason
from desk.priority import Priority
from desk.status import Status
from rehearsal.scenario import Deed, Road

T = TypeVar("T", bound=StrEnum)

_DEEDS = {
    "take it": Deed.TAKE, "take over": Deed.TAKE, "start": Deed.TAKE, "answer": Deed.REPLY,
    "reply to customer": Deed.REPLY, "ask and wait": Deed.ASK, "ask the customer": Deed.ASK,
    "wait": Deed.ASK, "question": Deed.ASK, "solve": Deed.RESOLVE, "done": Deed.RESOLVE,
    "cancelled": Deed.CANCEL, "resolved": Deed.RESOLVE, "closed": Deed.CLOSE, "reopened": Deed.REOPEN,
    "prioritise": Deed.PRIORITY, "prioritize": Deed.PRIORITY, "set priority": Deed.PRIORITY,
    "set status": Deed.STATUS, "move": Deed.STATUS, "hand over": Deed.ASSIGN, "assign to": Deed.ASSIGN,
    "comment": Deed.NOTE, "accept mail": Deed.ACCEPT, "it belongs here": Deed.ACCEPT,
    "make it a new ticket": Deed.DETACH, "breach": Deed.EXPLAIN, "explain breach": Deed.EXPLAIN,
}  # fmt: skip
_STATUSES = {
    "wfs": Status.WAITING_FOR_SUPPORT, "support": Status.WAITING_FOR_SUPPORT,
    "waiting for us": Status.WAITING_FOR_SUPPORT, "open": Status.WAITING_FOR_SUPPORT,
    "inp": Status.IN_PROGRESS, "progress": Status.IN_PROGRESS, "wfc": Status.WAITING_FOR_CUSTOMER,
    "customer": Status.WAITING_FOR_CUSTOMER, "waiting": Status.WAITING_FOR_CUSTOMER,
    "pending": Status.WAITING_FOR_CUSTOMER, "solved": Status.RESOLVED, "canceled": Status.CANCELLED,
}  # fmt: skip
_PRIORITIES = {
    "hoog": Priority.HIGH, "gemiddeld": Priority.MEDIUM, "normal": Priority.MEDIUM, "laag": Priority.LOW,
    "verbetering": Priority.IMPROVEMENT,
}  # fmt: skip
_ROADS = {
    "mail": Road.SMTP, "mails": Road.SMTP, "outgoing": Road.SMTP, "mail server": Road.SMTP,
    "imap": Road.MAILBOX, "inbox": Road.MAILBOX, "mail box": Road.MAILBOX, "helpdesk": Road.DESK,
    "everything": Road.DESK, "process": Road.DESK,
}  # fmt: skip
_REASONS = {BreachReason(reason).words.lower(): reason for reason in BreachReason}


def deed(text: str) -> Deed:
    """What is to be done.  Raises ValueError, which names what is possible; so do the others."""
    return _meant(text, Deed, _DEEDS, "something to do")


def status(text: str) -> Status:
    """Which status."""
    return _meant(text, Status, _STATUSES, "a status")


def priority(text: str) -> Priority:
    """Which priority."""
    return _meant(text, Priority, _PRIORITIES, "a priority")


def road(text: str) -> Road:
    """What is out of order."""
    return _meant(text, Road, _ROADS, "something that can be out of order")


def reason(text: str) -> BreachReason:
    """Why a promise was broken."""
    return _meant(text, BreachReason, _REASONS, "a reason")


def then(text: str) -> str:
    """What follows a reply: keep, ask or resolve."""
    said = _plain(text)
    if said in ("", "keep", "nothing", "stay", "keep status"):
        return "keep"
    if said in ("ask", "wait", "question"):
        return "ask"
    if said in ("resolve", "done"):
        return "resolve"
    follows = {Status.WAITING_FOR_CUSTOMER: "ask", Status.RESOLVED: "resolve"}
    try:
        return follows[status(text)]
    except (KeyError, ValueError):
        raise ValueError(
            f"{text!r} does not follow a reply; possible: keep, ask (waiting for customer), resolve"
        ) from None


def _meant(text: str, kind: type[T], also: Mapping[str, T], what: str) -> T:
    said = _plain(text)
    known = {_plain(each.value): each for each in kind}
    found = known.get(said) or also.get(said)
    if found is None:
        raise ValueError(f"{text!r} is not {what}; possible: {', '.join(known)}")
    return found


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("_", " ").replace("-", " ").split())
