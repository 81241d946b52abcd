"""Words the mail that tells a customer of one event of their ticket, in Dutch and in English."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from desk.actor import Role
from desk.event import HUMAN_MAILS, Event, Kind
from desk.priority import Priority
from desk.status import OPEN
from desk.ticket import Ticket
from mail import subjects
from mail.dates import Said, Told, moved
from mail.quoting import MARKERS
from mail.templates import loading
from mail.templates.loading import LANGUAGES, TemplateRefused
from mail.templates.prose import Prose, indent, to_html, to_text

__all__ = [
    "Letterhead",
    "Notification",
    "Promises",
    "TemplateRefused",
    "Templates",
    "compose",
    "is_automatic",
    "sound",
]


@dataclass(frozen=True, kw_only=True)
class Letterhead:
    """How the desk presents itself.

    silence: after how much of it a question resolves the ticket; zone: in which dates are said."""

    name: str
    address: str
    zone: ZoneInfo
    prefix: str = "HD"
    silence: timedelta = timedelta(hours=72)


@dataclass(frozen=True, kw_only=True)
class Promises:
    """What may be promised at this moment; None where nothing is.

    response: when a human answers.  recovery: when it is solved.  opens_at: when the desk opens, None while
    it is open.  resolves_at: when silence resolves the ticket."""

    response: datetime | None = None
    recovery: datetime | None = None
    opens_at: datetime | None = None
    resolves_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Notification:
    """A mail in words.  subject: with the ticket's tag.  is_automatic: no person wrote any of it.
    response, recovery: the dates it names."""

    subject: str
    text: str
    html: str
    is_automatic: bool
    response: datetime | None = None
    recovery: datetime | None = None


class Templates(loading.Templates):
    """What mails are worded with.  folder: the operator's own, which replace ours file by file.

    Raises TemplateRefused, naming the file and the line."""

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__(folder, _SAMPLES)


def compose(
    ticket: Ticket,
    event: Event,
    *,
    templates: Templates,
    letterhead: Letterhead,
    promises: Promises,
    now: datetime,
    last_mail_at: datetime | None = None,
    told: Told | None = None,
) -> Notification:
    """Word the mail about that event.

    last_mail_at: when the customer was last mailed about this ticket, so that what changed since is told.
    told: which dates they have in mind."""
    language = ticket.language if ticket.language in LANGUAGES else "en"
    said = Said(language, letterhead.zone)
    facts = _facts(ticket, event, letterhead, promises, now, said) | _news(ticket, last_mail_at, language)
    facts |= moved(ticket, told or Told(), facts["recovery"], said)
    letter = templates.letter(language, event.kind.value, facts)
    quoted = [*_history(ticket, event, templates, facts, said)] if event.kind in HUMAN_MAILS else []
    words = to_text(letter)
    return Notification(
        subject=_subject(ticket, letterhead.prefix),
        text=_text(words, quoted, MARKERS[language]),
        html=templates.page(
            facts | {"letter": to_html(letter), "history": quoted, "marker": MARKERS[language]}
        ),
        is_automatic=is_automatic(event),
        response=_named(facts["response"], promises.response, words),
        recovery=_named(facts["recovery"], promises.recovery, words),
    )


def _named(date: str, moment: datetime | None, words: str) -> datetime | None:
    """The moment, if the mail really names it; templates may be the operator's own."""
    return moment if date and date in words else None


def is_automatic(event: Event) -> bool:
    """Whether the mail about that event holds no words that a person wrote for the customer."""
    by_hand = event.by.is_staff and event.kind in (Kind.RESOLVED, Kind.CANCELLED) and event.text.strip()
    return event.kind not in HUMAN_MAILS and not by_hand


def sound(text: str, longest: int = 200) -> str:
    """One line of customers' text, safe in a header: no controls, no reordering marks, no encoded words."""
    calm = "".join(" " if _is_unsound(character) else character for character in text)
    return " ".join(calm.replace("=?", "= ?").split())[:longest].rstrip()


def _is_unsound(character: str) -> bool:
    return unicodedata.category(character) in _UNSOUND or character in _REORDERING


_UNSOUND = frozenset({"Cc", "Cs", "Zl", "Zp"})
_REORDERING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def _subject(ticket: Ticket, prefix: str) -> str:
    tag = f"[{prefix}-{ticket.number}]"
    return f"{tag} {subjects.clean(sound(ticket.subject), prefix)}".rstrip()


# The facts that templates may use

_PRIORITIES = {
    "nl": dict(zip(Priority, ("urgent", "hoog", "gemiddeld", "laag", "verbetering"), strict=True)),
    "en": dict(zip(Priority, ("urgent", "high", "medium", "low", "improvement"), strict=True)),
}


def _facts(
    ticket: Ticket,
    event: Event,
    letterhead: Letterhead,
    promises: Promises,
    now: datetime,
    said: Said,
) -> dict[str, Any]:
    asked = _question_before(ticket, event)
    return {
        "language": said.language,
        "number": f"{letterhead.prefix}-{ticket.number}",
        "desk": letterhead.name,
        "name": _called(ticket.customer_name),
        "agent": sound(event.by.name) if event.by.is_staff else "",
        "words": Prose(_readable(event.text)),
        "question": Prose(indent(_readable(asked.text), "> ") if asked else ""),
        "asked_at": said.date(asked.at if asked else None),
        "response": said.date(promises.response, after=now),
        "recovery": said.date(promises.recovery, after=now),
        "opens_at": said.date(promises.opens_at, after=now),
        "resolves_at": said.date(promises.resolves_at, after=now),
        "silence_hours": int(letterhead.silence.total_seconds() // 3600),
        "is_improvement": ticket.priority is Priority.IMPROVEMENT,
        "by_customer": event.by.role is Role.CUSTOMER,
        "by_silence": event.kind is Kind.RESOLVED and event.by.role is Role.SYSTEM,
    }


def _news(ticket: Ticket, last_mail_at: datetime | None, language: str) -> dict[str, str]:
    """The priority, and what it was when the customer last heard from us, where that is another."""
    words = _PRIORITIES[language]
    changes = [
        event
        for event in ticket.history
        if event.kind is Kind.PRIORITISED and last_mail_at is not None and event.at > last_mail_at
    ]
    before = Priority(changes[0].detail["before"]) if changes else ticket.priority
    told = before is not ticket.priority and ticket.status in OPEN
    return {"priority": words[ticket.priority], "changed_from": words[before] if told else ""}


def _question_before(ticket: Ticket, event: Event) -> Event | None:
    """The question that an event of silence is about."""
    asked = (each for each in reversed(ticket.history) if each.kind is Kind.ASKED and each.seq < event.seq)
    return next(asked, None)


def _called(name: str) -> str:
    """The first name in what a mail program said of its owner; nothing where that may be no name at all."""
    words = sound(name).split()
    is_name = 1 <= len(words) <= 5 and all(re.fullmatch(r"[^\W\d_]+(['’.-][^\W\d_]*)*", w) for w in words)
    return words[0] if is_name and len(words[0]) <= 30 and "." not in words[0] else ""


def _readable(text: str) -> str:
    """People's words without what no mail program should get."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("".join(c for c in line if c == "\t" or not _is_unsound(c)).rstrip() for line in lines)


# The history below an agent's words

_MOST_QUOTED = 5
_LONGEST_QUOTE = 2000


@dataclass(frozen=True)
class _Quoted:
    """A mail that was exchanged before."""

    heading: str
    lines: tuple[str, ...]


def _history(
    ticket: Ticket, event: Event, templates: Templates, facts: dict[str, Any], said: Said
) -> Iterator[_Quoted]:
    """What customer and desk mailed each other before this event, the newest first; never a note."""
    exchanged = [each for each in ticket.history[: event.seq - 1] if _was_mailed(each, ticket)]
    for each in reversed(exchanged[-_MOST_QUOTED:]):
        theirs = each.by.role is Role.CUSTOMER
        who = {
            "quoted_at": said.date(each.at),
            "quoted_from": sound(each.by.name, 80) if theirs else facts["desk"],
        }
        heading = to_text(templates.letter(said.language, "quoted", facts | who))
        text = _readable(each.text) if theirs else to_text(_readable(each.text))
        yield _Quoted(heading, tuple(_shortened(text.strip()).split("\n")))


def _was_mailed(event: Event, ticket: Ticket) -> bool:
    """Whether the customer wrote or was sent these very words."""
    if not event.text.strip() or event.detail.get("sensitive"):
        return False
    if event.kind in (Kind.OPENED, Kind.CUSTOMER_WROTE):
        return event.by.role is Role.CUSTOMER and event.by.key == ticket.customer
    return not is_automatic(event) and not _never_arrived(event, ticket)


def _never_arrived(event: Event, ticket: Ticket) -> bool:
    return any(
        each.kind is Kind.MAIL_FAILED and each.detail["of"] == event.seq and each.detail["certain"]
        for each in ticket.history
    )


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE].rstrip() + " […]"


def _text(letter: str, quoted: list[_Quoted], marker: str) -> str:
    below = [f"{mail.heading}\n{indent(chr(10).join(mail.lines), '> ')}" for mail in quoted]
    return "\n\n".join([letter, *([marker] if below else []), *below]) + "\n"


# Facts to try templates with: a mail in which everything is said, and one in which nothing is

_FULL: dict[str, Any] = {
    "language": "en", "number": "HD-42", "desk": "Helpdesk", "name": "Jan", "agent": "Sanne",
    "words": Prose("Words."), "question": Prose("> Which?"), "asked_at": "Monday", "response": "Tuesday",
    "recovery": "Friday", "opens_at": "Monday", "resolves_at": "Thursday", "silence_hours": 72,
    "is_improvement": False, "by_customer": True, "by_silence": False, "priority": "high",
    "changed_from": "medium", "moved_from": "Monday", "moved_by": "pause", "paused_since": "Monday",
    "paused_until": "Tuesday", "quoted_at": "Monday", "quoted_from": "Jan", "letter": "Words.",
    "marker": "above", "history": [_Quoted("On Monday Jan wrote:", ("Hello",))],
}  # fmt: skip
_EMPTY: dict[str, Any] = {name: type(fact)() for name, fact in _FULL.items()}
_SAMPLES = [
    _FULL,
    _EMPTY,
    _FULL | {"by_silence": True, "is_improvement": True},
    _FULL | {"changed_from": "", "moved_by": "reopened"},
    _FULL | {"changed_from": "", "moved_by": "agreement"},
]
