"""A span of work as people write it (1h30, 90m, 1,5u), in whole minutes, and how it is said again."""

import re
from decimal import ROUND_HALF_UP, Decimal

from desk.errors import DeskError

DAY = 24 * 60
"""The most that one entry of work may hold."""

LONGEST = 10_000 * 60
"""The most that a budget may hold."""

_HOURS = r"(?:hours?|hrs?|h|uren|uur|u)"
_MINUTES = r"(?:minutes?|minuten|minuut|mins?|m|')"
_FORMS = (
    re.compile(
        rf"(?P<hours>\d{{1,5}})\s*{_HOURS}(?:\s*(?:and|en|,)?\s*(?P<minutes>\d{{1,2}})\s*{_MINUTES}?)?"
    ),
    re.compile(r"(?P<hours>\d{1,5}):(?P<minutes>\d{2})"),
    re.compile(rf"(?P<decimal>\d{{0,5}}[.,]\d{{1,2}})\s*{_HOURS}?"),
    re.compile(rf"(?P<minutes>\d{{1,6}})\s*{_MINUTES}"),
)
_BARE = re.compile(r"\d{1,6}")
_SMALL = 10
"""Below this, a number alone may as well be hours."""


class SpanRefused(DeskError):
    """Nobody can tell how long that is."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason} Write it like 1h30, 90m or 1,5u.")


def minutes_of(text: str, *, longest: int = DAY, bare_hours: bool = False) -> int:
    """How many minutes that is.

    longest: the most that is believed; bare_hours: whether a number alone means hours.

    Raises SpanRefused."""
    said = " ".join(text.lower().split())
    if not said.isascii():
        said = said.replace("’", "'")
    minutes = _bare(said, bare_hours) if _BARE.fullmatch(said, 0) else _formed(said)
    if minutes < 1:
        raise SpanRefused("That is no time at all.")
    if minutes > longest:
        raise SpanRefused(f"{words(minutes)} is more than {words(longest)}.")
    return minutes


def _bare(said: str, bare_hours: bool) -> int:
    number = int(said)
    if bare_hours:
        return number * 60
    if 0 < number < _SMALL:
        raise SpanRefused(f"Is {number} hours or minutes?")
    return number


def _formed(said: str) -> int:
    found = next((match for form in _FORMS if (match := form.fullmatch(said))), None)
    if found is None or not said.isascii():
        raise SpanRefused(f"“{said[:40]}” is not a span of time." if said else "How long was it?")
    parts = found.groupdict()
    if parts.get("decimal"):
        return _rounded(Decimal(parts["decimal"].replace(",", ".")) * 60)
    hours, minutes = int(parts.get("hours") or 0), int(parts.get("minutes") or 0)
    if parts.get("hours") and minutes >= 60:
        raise SpanRefused(f"An hour has no {minutes} minutes beside it.")
    return hours * 60 + minutes


def _rounded(minutes: Decimal) -> int:
    return int(minutes.quantize(Decimal(1), ROUND_HALF_UP))


def words(minutes: int) -> str:
    """How people in Slack read it: "1 h 30 min", "45 min", "10 h"."""
    hours, rest = divmod(minutes, 60)
    parts = ([f"{hours} h"] if hours else []) + ([f"{rest} min"] if rest or not hours else [])
    return " ".join(parts)


def spelled(minutes: int, language: str) -> str:
    """How customers read it: "1 hour and 30 minutes", "1 uur en 30 minuten"."""
    hours, rest = divmod(minutes, 60)
    hour, hours_, minute, minutes_, joint = _SPELLED.get(language, _SPELLED["en"])
    parts = [f"{hours} {hour if hours == 1 else hours_}"] if hours else []
    parts += [f"{rest} {minute if rest == 1 else minutes_}"] if rest or not hours else []
    return f" {joint} ".join(parts)


_SPELLED = {
    "en": ("hour", "hours", "minute", "minutes", "and"),
    "nl": ("uur", "uur", "minuut", "minuten", "en"),
    "de": ("Stunde", "Stunden", "Minute", "Minuten", "und"),
    "fr": ("heure", "heures", "minute", "minutes", "et"),
}
