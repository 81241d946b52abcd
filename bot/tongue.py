"""What only one person reads, in their language: answers to /ticket, lists, hints."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot import words
from desk.priority import Priority
from desk.status import Status
from sla.telling import WORDS

_DUTCH_STATUSES = {
    Status.WAITING_FOR_SUPPORT: "Wacht op support",
    Status.IN_PROGRESS: "In behandeling",
    Status.WAITING_FOR_CUSTOMER: "Wacht op klant",
    Status.RESOLVED: "Opgelost",
    Status.CANCELLED: "Geannuleerd",
    Status.CLOSED: "Gesloten",
}


def pick(language: str, english: str, dutch: str) -> str:
    """The one of two wordings that fits."""
    return dutch if language == "nl" else english


def tickets(number: int) -> str:
    """ "1 ticket", "2 tickets"; the word is the same in both."""
    return words.plural(number, "ticket")


def status(language: str, which: Status) -> str:
    return _DUTCH_STATUSES[which] if language == "nl" else which.words


def priority(language: str, which: Priority) -> str:
    return WORDS["nl"].priorities[which] if language == "nl" else which.words


def moment(at: datetime, zone: ZoneInfo, language: str) -> str:
    """A moment as the desk's wall clock shows it: "ma 30 nov 16:30"."""
    if language != "nl":
        return words.moment(at, zone)
    local, dutch = at.astimezone(zone), WORDS["nl"]
    return f"{dutch.days[local.weekday()]} {local.day} {dutch.months[local.month - 1]} {local:%H:%M}"
