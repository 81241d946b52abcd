"""How the desk says dates, durations and states, the same everywhere in Slack."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from desk.status import Status
from desk.ticket import Ticket

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WORKING_DAY = timedelta(hours=8)

MARKS = {
    Status.WAITING_FOR_SUPPORT: "🟠",
    Status.IN_PROGRESS: "🔵",
    Status.WAITING_FOR_CUSTOMER: "⏸️",
    Status.RESOLVED: "✅",
    Status.CANCELLED: "🚫",
    Status.CLOSED: "🔒",
}
"""The colour that goes with each status; the words stand beside it."""


def moment(at: datetime, zone: ZoneInfo) -> str:
    """A moment as the desk's wall clock shows it: "Mon 30 Nov 16:30"."""
    local = at.astimezone(zone)  # not strftime: its names of days follow the machine's language
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local:%H:%M}"


def short_day(day: date) -> str:
    """A day without its year: "Mon 30 Nov"."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def business(time: timedelta) -> str:
    """Business time, where a working day has 8 hours: "2 d 3 h", "6 h 20 min", "45 min"."""
    days, rest = divmod(abs(time), _WORKING_DAY)
    return _said(days, "d", rest)


def elapsed(time: timedelta) -> str:
    """Time as it passes for everyone: "2 days 17 h", "6 h 20 min"."""
    days, rest = divmod(abs(time), timedelta(days=1))
    return _said(days, "day" if days == 1 else "days", rest)


def _said(days: int, unit: str, rest: timedelta) -> str:
    hours, minutes = divmod(int(rest.total_seconds()) // 60, 60)
    parts = [f"{days} {unit}"] if days else []
    if hours:
        parts.append(f"{hours} h")
    if (minutes and not days) or not parts:
        parts.append(f"{minutes} min")
    return " ".join(parts)


def ticket_name(prefix: str, number: int) -> str:
    """What people call a ticket: "HD-42"."""
    return f"{prefix}-{number}"


def called(ticket: Ticket) -> str:
    """The customer, by name and address as far as they are known."""
    if not ticket.has_address:
        return f"{ticket.customer_name or ticket.customer or 'Somebody'} (no mail address)"
    named = ticket.customer_name not in ("", ticket.customer)
    return f"{ticket.customer_name} <{ticket.customer}>" if named else ticket.customer


def plural(count: int, thing: str) -> str:
    """ "1 file", "2 files"."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
