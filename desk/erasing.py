"""What is left of a ticket and its events when somebody's words and name are erased."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from desk.actor import Actor
from desk.event import Event, Kind
from desk.record import Record

ERASED = "[erased]"
"""What stands where words stood."""

SOMEBODY = "Erased person"

ALIAS = "erased-"
"""How the names begin that stand for people."""

_ARE_FACTS = frozenset(
    {"amount", "before", "begins", "day", "due", "edited", "expires_at", "goal", "language", "left_at", "on"}
    | {"owner", "purpose", "rate", "reason", "said_at", "desk", "until", "via"}
)
"""Details whose text says nothing of anybody but the desk's own people: dates, sums, reasons of its own."""

_OF_AN_AGENT = {"name": frozenset({Kind.ASSIGNED})}
_GO = frozenset({"files", "sensitive", "copied", "reply_to", "forwarded_by"})
"""Details that go whole: without words there is nothing to hide, and no file to show."""

FLAG = "erased"
"""The detail of an event whose words went."""

_BEFORE = (
    r"(?:(?<![a-z0-9])(?<![a-z0-9][._+-])"  # neither joanna@ nor jo.anna@ is anna@
    r"|(?<=(?-i:=[0-9][0-9A-F]|=[A-F][0-9A-F]|%[0-9][0-9A-F])))"  # a sign in figures
)
_BEHIND = r"(?![a-z0-9])(?!(?-i:[.-][a-z0-9]))"
"""What stands around an address that is no part of a longer one."""


@dataclass(frozen=True)
class Person:
    """Whose words go.  address: in lower case; names: what they are called; alias: what stands for them."""

    address: str
    names: tuple[str, ...]
    alias: str

    def taken_out_of(self, text: str) -> str:
        """The text without their address."""
        return _whole(self.address).sub(ERASED, text)

    def unnamed(self, text: str) -> str:
        """The text without their address and their names."""
        text = self.taken_out_of(text)
        for name in self.names:
            text = re.sub(re.escape(name), ERASED, text, flags=re.IGNORECASE)
        return text


@dataclass(eq=False, kw_only=True)
class Erasable(Record):
    """What can be taken away again, whatever the status."""

    def forget(self, person: Person, *, client: str) -> None:
        """Whose ticket it is goes, with its subject; `erase` records it.  client: what is left of that."""
        self.subject, self.customer, self.customer_name = ERASED, person.alias, SOMEBODY
        self.client = client

    @property
    def is_forgotten(self) -> bool:
        """Whether nobody knows any more whose ticket it was."""
        return self.customer.startswith(ALIAS) and "@" not in self.customer

    def erase(self, seqs: Sequence[int], *, left: str, by: Actor, at: datetime) -> bool:
        """Words of these events went.  left: what stands for that which is left of all whose words ever went.

        What was told of them is drawn anew."""
        return self._record(Kind.ERASED, by=by, at=at, left=left, redraws=list(seqs))


def bare(row: Mapping[str, Any], person: Person) -> dict[str, Any]:
    """What is left of an event that is theirs: no words, no names but those of the desk's people.

    row: an event as it is kept.  Numbers, dates and sums stay, so that clocks, hours and bills come to the
    same."""
    by_customer = row["by_role"] == "customer"
    kind = Kind(row["kind"])
    detail = {
        name: _bare_fact(name, fact, kind, person) for name, fact in row["detail"].items() if name not in _GO
    }
    went = by_customer or bool(row["text"]) or bool(_GO & row["detail"].keys())
    return {
        "by_key": person.alias if by_customer else person.taken_out_of(row["by_key"]),
        "by_name": SOMEBODY if by_customer else person.unnamed(row["by_name"]),
        "text": ERASED if row["text"] else "",
        "detail": detail | ({FLAG: True} if went else {}),
    }


def unnamed(row: Mapping[str, Any], person: Person) -> dict[str, Any]:
    """What is left of an event that is another's and names them."""
    return {
        "by_key": person.taken_out_of(row["by_key"]),
        "by_name": person.taken_out_of(row["by_name"]),
        "text": person.taken_out_of(row["text"]),
        "detail": _through(row["detail"], person.taken_out_of),
    }


def names(fact: Any, address: str) -> bool:
    """Whether that address stands anywhere in a text, or in the texts of lists and tables; not as a part of a
    longer one, which is somebody else's."""
    if isinstance(fact, Mapping):
        return any(names(each, address) for each in fact.values())
    if isinstance(fact, list):
        return any(names(each, address) for each in fact)
    return isinstance(fact, str) and _whole(address).search(fact) is not None


def is_erased(event: Event) -> bool:
    """Whether the words of that event went."""
    return bool(event.detail.get(FLAG))


@lru_cache(maxsize=16)
def _whole(address: str) -> re.Pattern[str]:
    return re.compile(f"{_BEFORE}{re.escape(address)}{_BEHIND}", re.IGNORECASE)


def _bare_fact(name: str, fact: Any, kind: Kind, person: Person) -> Any:
    if isinstance(fact, Mapping):
        return {key: _bare_fact(key, each, kind, person) for key, each in fact.items()}
    if isinstance(fact, list):
        return [_bare_fact(name, each, kind, person) for each in fact]
    if not isinstance(fact, str):
        return fact
    if name == "reason" and kind is not Kind.BREACH_EXPLAINED:  # a mail server may have named somebody
        return person.unnamed(fact)
    # Dates and words of the desk's own are read again, and somebody may be called as one of them.
    is_fact = name in _ARE_FACTS or kind in _OF_AN_AGENT.get(name, ())
    return person.taken_out_of(fact) if is_fact else ERASED


def _through(fact: Any, change: Callable[[str], str]) -> Any:
    if isinstance(fact, Mapping):
        return {name: _through(each, change) for name, each in fact.items()}
    if isinstance(fact, list):
        return [_through(each, change) for each in fact]
    return change(fact) if isinstance(fact, str) else fact


def which_named(names: Collection[str], address: str) -> tuple[str, ...]:
    """Those that can be looked for: longer ones first, none so short that it stands in other words."""
    known = {name.strip() for name in names if len(name.strip()) >= _SHORTEST and name.lower() != address}
    return tuple(sorted(known, key=len, reverse=True))


_SHORTEST = 4
