"""What mails say about money: the scope, the hours, the rate, the amount, the last day, the planned day."""

from datetime import date
from typing import Any

from babel.dates import format_date

from desk import money, span
from desk.budget import Proposal, Purpose, Round
from desk.event import Event, Kind
from desk.ticket import Ticket
from mail.templates.dialect import from_slack
from mail.templates.prose import Prose

_DATES = {
    "nl": ("nl", "EEEE d MMMM y"),
    "en": ("en_GB", "EEEE d MMMM y"),
    "de": ("de", "EEEE, d. MMMM y"),
    "fr": ("fr", "EEEE d MMMM y"),
}


def facts_of(ticket: Ticket, event: Event, language: str, *, link: str) -> dict[str, Any]:
    """The facts about money that templates may use; all empty where the event is about none.

    link: the page on which it can be answered, "" for none."""
    asked = asked_by(ticket, event)
    planned = event.detail.get("day") if event.kind is Kind.SCHEDULED else None
    return _NOTHING | (_of_round(ticket, asked, language) | {"link": link} if asked else {}) | {
        "planned": day(date.fromisoformat(planned), language) if planned else "",
        "planned_before": _before(event, language),
    }  # fmt: skip


def asked_by(ticket: Ticket, event: Event) -> Round | None:
    """The round that this event asks for, if it does."""
    return next((each for each in ticket.budget.rounds if each.seq == event.seq), None)


def addressee(ticket: Ticket, event: Event) -> str:
    """Whom the mail about that event goes to."""
    return str(event.detail["to"]) if event.kind is Kind.BUDGET_ASKED else ticket.customer


def language_of(ticket: Ticket, event: Event) -> str:
    """In which language it is written."""
    return str(event.detail["language"]) if event.kind is Kind.BUDGET_ASKED else ticket.language


def day(on: date, language: str) -> str:
    """A day in words: "Friday 4 December 2026"."""
    locale, pattern = _DATES.get(language, _DATES["en"])
    return format_date(on, pattern, locale=locale)


def _before(event: Event, language: str) -> str:
    before = event.detail.get("before") if event.kind is Kind.SCHEDULED else None
    return day(date.fromisoformat(before), language) if before else ""


def _of_round(ticket: Ticket, asked: Round, language: str) -> dict[str, Any]:
    proposal = asked.proposal
    total = ticket.budget.approved_minutes + (proposal.minutes or 0)
    return {
        "scope": Prose(from_slack(proposal.scope)),
        "hours": span.spelled(proposal.minutes, language) if proposal.minutes else "",
        "rate": money.euros(proposal.rate, language),
        "amount": _amount(proposal, language),
        "until": day(proposal.until, language),
        "is_more": proposal.purpose is Purpose.MORE,
        "is_emergency": proposal.purpose is Purpose.EMERGENCY,
        "total_hours": span.spelled(total, language) if total else "",
    }


def _amount(proposal: Proposal, language: str) -> str:
    return "" if proposal.amount is None else money.euros(proposal.amount, language)


_NOTHING: dict[str, Any] = {
    "scope": Prose(""), "hours": "", "rate": "", "amount": "", "until": "", "is_more": False,
    "is_emergency": False, "total_hours": "", "link": "",
}  # fmt: skip
