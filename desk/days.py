"""Days as people name them, in Dutch and English: "friday", "morgen", "24 dec", "2026-12-24"."""

import re
from datetime import date, timedelta

from desk.folding import words_of

_WEEKDAYS_TEXT = """
    monday mon maandag ma | tuesday tue tues dinsdag di | wednesday wed woensdag wo
    thursday thu thur thurs donderdag do | friday fri vrijdag vr | saturday sat zaterdag za
    sunday sun zondag zo
    """
_MONTHS_TEXT = """
    january jan januari | february feb februari | march mar maart mrt | april apr | may mei | june jun juni
    july jul juli | august aug augustus | september sep sept | october oct oktober okt | november nov
    december dec
    """


def _numbered(text: str) -> dict[str, int]:
    groups = [group for line in text.strip().splitlines() for group in line.split("|")]
    return {name: number for number, group in enumerate(groups) for name in group.split()}


_WEEKDAYS, _MONTHS = _numbered(_WEEKDAYS_TEXT), _numbered(_MONTHS_TEXT)
_NAMED = {
    "today": 0, "vandaag": 0, "tomorrow": 1, "morgen": 1, "overmorgen": 2, "yesterday": -1, "gisteren": -1,
    "eergisteren": -2,
}  # fmt: skip
_WEEKS = {"next week": 7, "volgende week": 7, "last week": -7, "vorige week": -7}
_FILLERS = frozenset(
    {"on", "op", "the", "de", "next", "volgende", "komende", "coming", "a", "s", "aanstaande"}
)
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th|e|de|ste)")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_SHORT = re.compile(r"(\d{1,2})[-/.](\d{1,2})(?:[-/.](\d{4}|\d{2}))?")


def day_of(text: str, today: date, *, past: bool = False) -> date | None:
    """The day that is meant; None where nobody can tell.

    past: whether a weekday or a day without its year is the last one before today, and not the next."""
    said = " ".join(text.lower().split()).strip(" .,")
    if found := _ISO.fullmatch(said):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := _SHORT.fullmatch(said):
        return _in_year(int(found[1]), int(found[2]), found[3], today, past=past)
    if said in _WEEKS:
        return today + timedelta(days=_WEEKS[said])
    return _in_words([word for word in words_of(said) if word not in _FILLERS], today, past=past)


def _in_words(words: list[str], today: date, *, past: bool) -> date | None:
    words = [_ORDINAL.sub(r"\1", word) if _ORDINAL.fullmatch(word) else word for word in words]
    if len(words) > 1 and words[0] in _WEEKDAYS:
        words = words[1:]  # "friday 27 november"
    match words:
        case [name] if name in _NAMED:
            return today + timedelta(days=_NAMED[name])
        case [name] if name in _WEEKDAYS:
            return _weekday(_WEEKDAYS[name], today, past=past)
        case [day, month, *year] if day.isdecimal() and month in _MONTHS and len(year) < 2:
            return _in_year(_number(day), _MONTHS[month] + 1, "".join(year) or None, today, past=past)
        case [month, day, *year] if day.isdecimal() and month in _MONTHS and len(year) < 2:
            return _in_year(_number(day), _MONTHS[month] + 1, "".join(year) or None, today, past=past)
    return None


def _number(digits: str) -> int:
    return int(digits[:5])


def _weekday(number: int, today: date, *, past: bool) -> date:
    days = -((today.weekday() - number) % 7 or 7) if past else (number - today.weekday()) % 7 or 7
    return today + timedelta(days=days)


def _in_year(day: int, month: int, year: str | None, today: date, *, past: bool) -> date | None:
    if year is not None:
        return (
            _date(_number(year) + (2000 if len(year) <= 2 else 0), month, day) if year.isdecimal() else None
        )
    years = (today.year, today.year - 1) if past else (today.year, today.year + 1)
    fitting = (each for each in (_date(number, month, day) for number in years) if each is not None)
    return next((each for each in fitting if (each <= today if past else each >= today)), None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year in _YEARS else None
    except ValueError:
        return None


_YEARS = range(1970, 2200)
"""What is beyond them was mistyped."""
