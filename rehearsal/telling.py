"""How the lines of a rehearsal are printed: one JSON object each, or in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from bot.words import moment, ticket_name
from desk.priority import Priority
from desk.status import Status
from rehearsal.diary import Line
from sla.policy import Goal


def as_json(line: Line) -> str:
    """The line as one JSON object; moments in UTC."""
    said = {"at": line.at, "kind": line.kind, "ticket": line.ticket, **line.facts}
    return json.dumps(said, default=_plain, ensure_ascii=False)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"
    return str(value)


class Telling:
    """Says each line to people.  style: of the desk, for numbers and dates."""

    def __init__(self, prefix: str, zone: Any) -> None:
        self._prefix = prefix
        self._zone = zone
        self._ended = False
        self._told = ""

    def words(self, line: Line) -> Iterator[str]:
        """The line in words; what people wrote stands below it."""
        if line.kind == "ticket" and not self._ended:
            self._ended = True
            yield ""
            yield f"At the end, {moment(line.at, self._zone)}"
        about = ticket_name(self._prefix, line.ticket) if line.ticket else ""
        if line.kind == "leads" and self._is_told(line):
            return
        said, more = _SAID[line.kind](line.facts, self._when)
        if line.kind in ("ticket", "clock"):
            yield f"  {about:<8}{said}" if line.kind == "ticket" else f"          {said}"
            return
        yield f"{moment(line.at, self._zone) + f':{line.at:%S}':<20}  {line.kind:<9}{about:<8}{said}".rstrip()
        yield from (f"{'':29}| {text}".rstrip() for text in more)

    def _is_told(self, line: Line) -> bool:
        """Whether this is about another ticket in the message that was just printed."""
        before, self._told = self._told, f"{line.at} {line.facts['message']} {line.facts['text']}"
        return before == self._told

    def _when(self, at: datetime | None) -> str:
        return moment(at, self._zone) if at else "-"


When = Callable[[datetime | None], str]
Said = tuple[str, list[str]]


def _mail(facts: dict[str, Any], when: When) -> Said:
    by = "automatic" if facts["automatic"] else "by hand"
    return f"to {facts['to']}: {facts['subject']} ({facts['event']}, {by})", facts["text"].rstrip().split(
        "\n"
    )


def _card(facts: dict[str, Any], when: When) -> Said:
    dates = "; ".join(
        f"{name}: {value}" for name, value in facts["facts"].items() if name in {g.words for g in Goal}
    )
    owner = facts["owner"] or "nobody"
    status = Status(facts["status"]).words
    priority = Priority(facts["priority"]).words
    return f"{facts['change']}: {status}, {priority}, {owner}{'; ' if dates else ''}{dates}", []


def _message(facts: dict[str, Any], when: When) -> Said:
    first, *more = facts["text"].split("\n")
    return f"{first}{'' if facts['change'] == 'posted' else ' (drawn anew)'}", more


def _change(facts: dict[str, Any], when: When) -> Said:
    before = f"{_words(facts['from'])} -> " if facts["from"] else ""
    late = ", reclassified" if facts.get("reclassified") else ""
    return f"{before}{_words(facts['to'])} ({facts['why']} by {facts['by']}{late})", []


def _words(value: str) -> str:
    return value.replace("_", " ").capitalize()


def _received(facts: dict[str, Any], when: When) -> Said:
    return f"from {facts['sender']}: {facts['became']}", []


def _refused(facts: dict[str, Any], when: When) -> Said:
    return f"{facts['by']} ({facts['do']}): {facts['reason']}", []


def _outage(facts: dict[str, Any], when: When) -> Said:
    until = f", until {when(facts['until'])}" if facts.get("until") else ""
    return f"{facts['of']} {facts['change']}{until}", []


def _note(facts: dict[str, Any], when: When) -> Said:
    first, *more = str(facts["text"]).split("\n")
    return first, more


def _ticket(facts: dict[str, Any], when: When) -> Said:
    name = f"{facts['name']}: " if facts["name"] else ""
    owner = facts["owner"] or "nobody"
    resolves = f", resolves by itself {when(facts['resolves_at'])}" if facts["resolves_at"] else ""
    status, priority = _words(facts["status"]), _words(facts["priority"])
    return f"{name}{facts['subject']} · {status}, {priority}, {owner}{resolves}", []


def _clock(facts: dict[str, Any], when: When) -> Said:
    cycle = f" {facts['cycle']}" if facts["goal"] == Goal.NEXT_RESPONSE else ""
    spent, target = (_hours(facts[name]) for name in ("spent", "target"))
    due = f", due {when(facts['due'])}" if facts["due"] else ""
    late = ", breached" if facts["breached"] else ""
    reason = f" ({_words(facts['reason']).lower()})" if facts["reason"] else ""
    return f"{_words(facts['goal'])}{cycle}: {facts['state']}, {spent} of {target}{due}{late}{reason}", []


def _hours(minutes: float) -> str:
    hours, rest = divmod(int(minutes), 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


_SAID: dict[str, Callable[[dict[str, Any], When], Said]] = {
    "mail": _mail,
    "card": _card,
    "thread": _message,
    "leads": _message,
    "files": lambda facts, when: (", ".join(facts["names"]), []),
    "status": _change,
    "priority": _change,
    "received": _received,
    "refused": _refused,
    "outage": _outage,
    "note": _note,
    "ticket": _ticket,
    "clock": _clock,
}
