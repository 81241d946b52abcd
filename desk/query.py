"""What somebody looks for: words, "phrases", -not, and filters like status:open, read from one line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from desk.days import day_of
from desk.folding import fold, words_of
from desk.priority import Priority
from desk.status import Status
from desk.vocabulary import nearest, priority_of, statuses_of

MOST = 20
"""Clauses of a query; more is not looked for, and said."""


class Filter(StrEnum):
    """What a clause is about."""

    WORDS = "words"
    FROM = "from"
    STATUS = "status"
    PRIORITY = "priority"
    OWNER = "owner"
    BEFORE = "before"
    AFTER = "after"


class Owner(StrEnum):
    """An owner that is no name."""

    ME = "me"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Words:
    """Words that stand next to each other.  begins: the last one may go on, as "print" does in "printer"."""

    words: tuple[str, ...]
    begins: bool


Value = Words | Owner | date | frozenset[Status] | frozenset[Priority]


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition.  wanted: False for what must not be so."""

    about: Filter
    value: Value
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Unclear:
    """A part of the line that nobody can follow.  near: what was probably meant, if anything.

    about: None where there is no such filter."""

    given: str
    about: Filter | None
    near: str | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """All clauses must hold.  unclear: parts that were left out; too_many: whether there were more."""

    clauses: tuple[Clause, ...] = ()
    unclear: tuple[Unclear, ...] = ()
    too_many: bool = False


_NAMES = {
    "from": Filter.FROM, "van": Filter.FROM, "customer": Filter.FROM, "klant": Filter.FROM,
    "status": Filter.STATUS, "priority": Filter.PRIORITY, "prio": Filter.PRIORITY,
    "prioriteit": Filter.PRIORITY, "owner": Filter.OWNER, "eigenaar": Filter.OWNER,
    "behandelaar": Filter.OWNER, "before": Filter.BEFORE, "voor": Filter.BEFORE, "after": Filter.AFTER,
    "na": Filter.AFTER, "since": Filter.AFTER, "sinds": Filter.AFTER,
}  # fmt: skip
_OWNERS = {
    "me": Owner.ME, "mine": Owner.ME, "ik": Owner.ME, "mij": Owner.ME, "nobody": Owner.NOBODY,
    "none": Owner.NOBODY, "niemand": Owner.NOBODY,
}  # fmt: skip
_PART = re.compile(r"""(-?)(?:([^\W\d_]+):(?!//))?("[^"]*"?|[^\s"]+)""")
_QUOTES = str.maketrans(dict.fromkeys("“”„«»", '"'))


def parse(line: str, *, today: date) -> Query:
    """Read a line.  Whatever it holds, something comes of it: nothing in it is ever an error."""
    read = [each for part in _PART.finditer(line.translate(_QUOTES)) for each in _part(part, today)]
    clauses = [each for each in read if isinstance(each, Clause)]
    unclear = tuple(each for each in read if isinstance(each, Unclear))
    return Query(tuple(clauses[:MOST]), unclear, too_many=len(clauses) > MOST)


def _part(part: re.Match[str], today: date) -> Iterator[Clause | Unclear]:
    wanted, name, given = not part[1], part[2], part[3]
    said = given.strip('"')
    if name is None:
        words = words_of(said)
        if words:
            yield Clause(Filter.WORDS, Words(tuple(words), begins=not given.startswith('"')), wanted)
        return
    about = _NAMES.get(fold(name))
    if about is None:
        yield Unclear(f"{name}:", None, nearest(fold(name), _NAMES))
        return
    value = _value(about, said, today)
    yield Unclear(said, about) if value is None else Clause(about, value, wanted)


def _value(about: Filter, said: str, today: date) -> Value | None:
    match about:
        case Filter.STATUS:
            sets = [statuses_of(each) for each in said.split(",")]
            return frozenset(one for each in sets if each for one in each) if all(sets) else None
        case Filter.PRIORITY:
            levels = [priority_of(each) for each in said.split(",")]
            return frozenset(level for level in levels if level) if all(levels) else None
        case Filter.BEFORE | Filter.AFTER:
            return day_of(said, today, past=True)
        case Filter.OWNER if fold(said) in _OWNERS:
            return _OWNERS[fold(said)]
    words = words_of(said)
    return Words(tuple(words), begins=True) if words else None
