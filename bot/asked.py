"""What somebody typed after /ticket: a word, a number, the rest; forgiving in spelling, in two languages."""

import html
import re
from dataclasses import dataclass
from enum import StrEnum

from desk.folding import fold
from desk.vocabulary import nearest


class Verb(StrEnum):
    """What may be asked.  The value is how help calls it."""

    QUEUE = "queue"
    MINE = "mine"
    DUE = "due"
    WAITING = "waiting"
    FIND = "find"
    SHOW = "show"
    WHY = "why"
    NEW = "new"
    TAKE = "take"
    STATUS = "status"
    PRIORITY = "priority"
    TIME = "time"
    REPORT = "report"
    EXPORT = "export"
    AWAY = "away"
    BACK = "back"
    BLOCK = "block"
    UNBLOCK = "unblock"
    BLOCKED = "blocked"
    HELP = "help"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Asked:
    """A line, read.  rest: what follows, as it was typed; dutch: whether the word was Dutch.

    given, near: a word that was not quite right, and what it was probably meant to be."""

    verb: Verb
    number: int | None = None
    rest: str = ""
    dutch: bool = False
    given: str = ""
    near: str = ""


_NAMES_TEXT = {
    Verb.QUEUE: ("queue list", "lijst wachtrij"),
    Verb.MINE: ("mine my", "mijn mijne"),
    Verb.DUE: ("due deadlines", "termijnen vervalt verloopt"),
    Verb.WAITING: ("waiting", "wachtend wachtende wacht wachten"),
    Verb.FIND: ("find search", "zoek zoeken vind vinden"),
    Verb.SHOW: ("show open", "toon"),
    Verb.WHY: ("why", "waarom"),
    Verb.NEW: ("new create", "nieuw nieuwe"),
    Verb.TAKE: ("take", "neem pak oppakken"),
    Verb.STATUS: ("status", ""),
    Verb.PRIORITY: ("priority prio", "prioriteit"),
    Verb.TIME: ("time log", "tijd uren"),
    Verb.REPORT: ("report", "rapport verslag"),
    Verb.EXPORT: ("export", "exporteer exporteren"),
    Verb.AWAY: ("away absent", "afwezig weg"),
    Verb.BACK: ("back", "terug"),
    Verb.BLOCK: ("block", "blokkeer"),
    Verb.UNBLOCK: ("unblock", "deblokkeer"),
    Verb.BLOCKED: ("blocked", "geblokkeerd"),
    Verb.HELP: ("help", "hulp"),
}
"""How each is called, in English and in Dutch."""

_NAMES = {name: verb for verb, both in _NAMES_TEXT.items() for text in both for name in text.split()}
_DUTCH = frozenset(name for _, dutch in _NAMES_TEXT.values() for name in dutch.split())

ABOUT_ONE = frozenset({Verb.SHOW, Verb.WHY, Verb.TAKE, Verb.STATUS, Verb.PRIORITY, Verb.TIME, Verb.EXPORT})
"""What needs a number."""

_HARMLESS = frozenset({Verb.QUEUE, Verb.MINE, Verb.DUE, Verb.WAITING, Verb.WHY, Verb.HELP, Verb.BLOCKED})
"""What is done even where the word is not quite right: nothing comes of it."""

_NUMBER = re.compile(r"(?:#|[a-z][a-z0-9]*-?)?(\d{1,12})", re.IGNORECASE)
_LINK = re.compile(r"<(?:mailto:|https?://)[^|>]*\|([^>]*)>")
"""What Slack makes of an address that somebody types."""


def read(text: str) -> Asked:
    """Understand a line; nothing in it is ever an error."""
    words = typed(text).split()
    if not words:
        return Asked(Verb.QUEUE)
    if number := _number(words[0]):
        return _about(number, words[1:])
    first, rest = fold(words[0]).strip("/!.,:"), words[1:]
    name = first if first in _NAMES else nearest(first, _NAMES)
    if name is None:
        return Asked(Verb.HELP) if first in ("", "?") else Asked(Verb.UNKNOWN, rest=" ".join(words))
    verb = _NAMES[name]
    if name != first and verb not in _HARMLESS:
        return Asked(Verb.UNKNOWN, rest=" ".join(words), given=words[0], near=" ".join([name, *rest]))
    return _with_number(verb, rest, dutch=first in _DUTCH)


def typed(text: str) -> str:
    """A line as it was typed, without what Slack makes of addresses and of < > &."""
    return html.unescape(_LINK.sub(r"\1", text)).strip()


def _with_number(verb: Verb, rest: list[str], *, dutch: bool) -> Asked:
    number = _number(rest[0]) if rest and verb in ABOUT_ONE else None
    return Asked(verb, number, " ".join(rest[1:] if number else rest), dutch)


def _about(number: int, rest: list[str]) -> Asked:
    """A number first: "42", or "42 take"."""
    if not rest:
        return Asked(Verb.SHOW, number)
    name = fold(rest[0])
    verb = _NAMES.get(name)
    if verb in ABOUT_ONE:
        return Asked(verb, number, " ".join(rest[1:]), name in _DUTCH)
    return Asked(Verb.SHOW, number, " ".join(rest))


def _number(word: str) -> int | None:
    found = _NUMBER.fullmatch(word)
    return int(found[1]) if found else None
