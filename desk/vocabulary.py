"""How people call statuses and priorities, in Dutch and English, with a letter wrong here and there."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TypeVar

from desk.folding import words_of
from desk.priority import Priority
from desk.status import OPEN, Status

T = TypeVar("T")

_NEAR = 0.75
"""How much of a word must be right."""

_STATUSES = {
    Status.WAITING_FOR_SUPPORT: "waiting for support, support, new, nieuw, wacht op support, "
    "wachten op support",
    Status.IN_PROGRESS: "in progress, progress, working, started, busy, in behandeling, behandeling, bezig, "
    "mee bezig",
    Status.WAITING_FOR_CUSTOMER: "waiting for customer, waiting, customer, wacht op klant, wachten op klant, "
    "wacht, wachten, wachtend, klant",
    Status.RESOLVED: "resolved, resolve, solved, done, fixed, opgelost, klaar, gereed",
    Status.CANCELLED: "cancelled, canceled, cancel, geannuleerd, annuleren, annuleer, vervallen",
    Status.CLOSED: "closed, close, gesloten, sluiten, sluit, dicht, afgesloten",
}
_PRIORITIES = {
    Priority.URGENT: "urgent, critical, spoed, dringend, kritiek",
    Priority.HIGH: "high, hoog",
    Priority.MEDIUM: "medium, normal, middle, normaal, gemiddeld, middel",
    Priority.LOW: "low, laag",
    Priority.IMPROVEMENT: "improvement, improve, wish, verbetering, wens",
}


def _by_name(names: Mapping[T, str]) -> dict[str, T]:
    return {_key(name): thing for thing, text in names.items() for name in text.split(",")}


def _key(name: str) -> str:
    return "".join(words_of(name))


_STATUS_NAMES, _PRIORITY_NAMES = _by_name(_STATUSES), _by_name(_PRIORITIES)
_OPEN_NAMES = ("open", "openstaand")


def status_of(words: str) -> Status | None:
    """The status that is meant; None where nobody can tell."""
    return _meant(words, _STATUS_NAMES)


def statuses_of(words: str) -> frozenset[Status] | None:
    """The statuses that are meant, of which "open" is several; None where nobody can tell."""
    if _key(words) in _OPEN_NAMES:
        return OPEN
    status = status_of(words)
    return None if status is None else frozenset({status})


def priority_of(words: str) -> Priority | None:
    """The priority that is meant; None where nobody can tell."""
    return _meant(words, _PRIORITY_NAMES)


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The one of these names that somebody probably meant."""
    return next(iter(get_close_matches(word, list(names), n=1, cutoff=_NEAR)), None)


def _meant(words: str, names: Mapping[str, T]) -> T | None:
    near = nearest(_key(words), names)
    return names[near] if near else None
