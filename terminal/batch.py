"""Answers questions about business time that other programs ask, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sla.hours import BusinessHours
from terminal.moments import in_utc, moment

_MINUTE = timedelta(minutes=1)
_NUMBERS = (int, float)
_LIKE_THIS = 'write it like {"start": "2026-11-27T15:30:00Z", "minutes": 480}'


def answers(lines: Iterable[bytes], hours: BusinessHours, zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    """One answer for each line, in order: {"due"}, {"minutes"}, or {"error"} for what is no case.

    zone: that of times which name none."""
    for line in lines:
        try:
            yield _answer(_case(line), hours, zone)
        except ValueError as error:
            yield {"error": str(error)}
        except OverflowError:
            yield {"error": "that is beyond every calendar"}


def _case(line: bytes) -> dict[str, Any]:
    try:
        case = json.loads(line.decode().lstrip("\ufeff"))  # by bytes it takes twice as long
    except (ValueError, RecursionError):
        raise ValueError(f"this line is not JSON; {_LIKE_THIS}") from None
    if not isinstance(case, dict):
        raise ValueError(f"this line is not an object; {_LIKE_THIS}")
    return case


def _answer(case: dict[str, Any], hours: BusinessHours, zone: ZoneInfo) -> dict[str, Any]:
    start = _moment(case, "start", zone)
    answer: dict[str, Any] = {}
    if "minutes" in case:
        answer["due"] = in_utc(hours.after(start, _span(case["minutes"])))
    if "end" in case:
        answer["minutes"] = hours.between(start, _moment(case, "end", zone)) / _MINUTE
    if not answer:
        raise ValueError(f"there is neither minutes nor end; {_LIKE_THIS}")
    return answer


def _moment(case: dict[str, Any], name: str, zone: ZoneInfo) -> datetime:
    text = case.get(name)
    if isinstance(text, str):
        return moment(text, zone)
    wrong = f"there is no {name}" if text is None else f"{name} is no text"
    raise ValueError(f"{wrong}; {_LIKE_THIS}")


def _span(minutes: Any) -> timedelta:
    if type(minutes) not in _NUMBERS or minutes != minutes:
        raise ValueError("minutes is not a number")
    return timedelta(minutes=minutes)
