"""Words the mail that tells a customer of one event of their ticket, in each of the languages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from desk.actor import Role
from desk.event import HUMAN_MAILS, Event, Kind
from desk.priority import Priority
from desk.status import OPEN
from desk.ticket import Ticket
from mail import proposals, subjects
from mail.dates import Said, Told, moved
from mail.letterhead import Letterhead
from mail.quoted import Quoted, exchanged_before, is_automatic, is_by_customer, shortened
from mail.quoting import MARKERS
from mail.templates import loading
from mail.templates.dialect import from_slack
from mail.templates.loading import LANGUAGES
from mail.templates.prose import Prose, indent, to_html, to_text
from mail.templates.samples import SAMPLES


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
        super().__init__(folder, SAMPLES)


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
    link: str = "",
    asks_opinion: bool = False,
) -> Notification:
    """Word the mail about that event.

    last_mail_at: when the customer was last mailed about this ticket, so that what changed since is told.
    told: which dates they have in mind.  link: where what it asks can be answered, "" for none.
    asks_opinion: whether it asks, where it says that it is solved, if the customer was helped well."""
    language = _language(proposals.language_of(ticket, event), event, templates)
    said = Said(language, letterhead.zone)
    facts = _facts(ticket, event, letterhead, promises, now, said) | _news(ticket, last_mail_at, language)
    facts |= moved(ticket, told or Told(), facts["recovery"], said)
    facts |= proposals.facts_of(ticket, event, language, link=link)
    asks = asks_opinion and event.kind is Kind.RESOLVED
    facts |= {"asks_opinion": asks} | ({"link": link} if asks else {})
    letter, signature = templates.letter(language, event.kind.value, facts), Prose(letterhead.brand.signature)
    quoted = [*_history(ticket, event, templates, facts, said)] if event.kind in HUMAN_MAILS else []
    words, below = to_text(letter), [to_text(signature), letterhead.brand.address_line]
    drawn = {"letter": to_html(letter), "signature": to_html(signature)}
    return Notification(
        subject=_subject(ticket, letterhead.prefix),
        text=_text([words, *filter(None, below)], quoted, MARKERS[language]),
        html=templates.page(facts | drawn | {"history": quoted, "marker": MARKERS[language]}),
        is_automatic=is_automatic(event),
        response=_named(facts["response"], promises.response, words),
        recovery=_named(facts["recovery"], promises.recovery, words),
    )


def _language(wanted: str, event: Event, templates: Templates) -> str:
    return wanted if wanted in LANGUAGES and templates.words(wanted, event.kind.value) else "en"


def _named(date: str, moment: datetime | None, words: str) -> datetime | None:
    """The moment, if the mail really names it; templates may be the operator's own."""
    return moment if date and date in words else None


def sound(text: str, longest: int = 200) -> str:
    """One line of customers' text, safe in a header: no controls, no reordering marks, no encoded words."""
    calm = _UNSOUND.sub(" ", text)
    return " ".join(calm.replace("=?", "= ?").split())[:longest].rstrip()


_UNSOUND = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]"
)
"""Controls, halves of characters, ends of lines and paragraphs, and what turns the direction of a text."""


def _subject(ticket: Ticket, prefix: str) -> str:
    tag = f"[{prefix}-{ticket.number}]"
    return f"{tag} {subjects.clean(sound(ticket.subject), prefix)}".rstrip()


# The facts that templates may use

PRIORITIES = {
    "nl": dict(zip(Priority, ("urgent", "hoog", "gemiddeld", "laag", "verbetering"), strict=True)),
    "en": dict(zip(Priority, ("urgent", "high", "medium", "low", "improvement"), strict=True)),
    "de": dict(zip(Priority, ("dringend", "hoch", "mittel", "niedrig", "Verbesserung"), strict=True)),
    "fr": dict(zip(Priority, ("urgente", "haute", "moyenne", "basse", "amélioration"), strict=True)),
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
        "address_line": letterhead.brand.address_line,
        "logo": letterhead.brand.logo,
        "colour": letterhead.brand.colour,
        "desk": letterhead.name,
        "name": _called(ticket.customer_name)
        if proposals.addressee(ticket, event) == ticket.customer
        else "",
        "agent": sound(event.by.name) if event.by.is_staff else "",
        "words": Prose(_written(event)),
        "question": Prose(indent(_written(asked), "> ") if asked else ""),
        "asked_at": said.date(asked.at if asked else None),
        "response": said.date(promises.response, after=now),
        "recovery": said.date(promises.recovery, after=now),
        "opens_at": said.date(promises.opens_at, after=now),
        "resolves_at": said.date(promises.resolves_at, after=now),
        "silence_hours": int(letterhead.silence.total_seconds() // 3600),
        "is_improvement": ticket.priority is Priority.IMPROVEMENT,
        "duplicate_of": _named_other(event, letterhead.prefix),
        "by_customer": event.by.role is Role.CUSTOMER,
        "by_silence": event.kind is Kind.RESOLVED and event.by.role is Role.SYSTEM,
    }


def _named_other(event: Event, prefix: str) -> str:
    other = event.detail.get("duplicate_of")
    return f"{prefix}-{other}" if other else ""


def _news(ticket: Ticket, last_mail_at: datetime | None, language: str) -> dict[str, str]:
    """The priority, and what it was when the customer last heard from us, where that is another."""
    words = PRIORITIES[language]
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
    asked = (each for each in reversed(ticket.counted) if each.kind is Kind.ASKED and each.seq < event.seq)
    return next(asked, None)


def _called(name: str) -> str:
    """The first name in what a mail program said of its owner; nothing where that may be no name at all."""
    words = sound(name).split()
    is_name = 1 <= len(words) <= 5 and all(re.fullmatch(r"[^\W\d_]+(['’.-][^\W\d_]*)*", w) for w in words)
    return words[0] if is_name and len(words[0]) <= 30 and "." not in words[0] else ""


def _written(event: Event) -> str:
    """An agent's words as Markdown."""
    return from_slack(_readable(event.text))


def _readable(text: str) -> str:
    """People's words without what no mail program should get."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(
        "\t".join(_UNSOUND.sub("", cell) for cell in line.split("\t")).rstrip() for line in lines
    )


def _history(
    ticket: Ticket, event: Event, templates: Templates, facts: dict[str, Any], said: Said
) -> Iterator[Quoted]:
    for each in exchanged_before(ticket, event):
        theirs = is_by_customer(each)
        who = {
            "quoted_at": said.date(each.at),
            "quoted_from": sound(each.by.name, 80) if theirs else facts["desk"],
        }
        heading = to_text(templates.letter(said.language, "quoted", facts | who))
        text = _readable(each.text) if theirs else to_text(_written(each))
        yield Quoted(heading, tuple(shortened(text.strip()).split("\n")))


def _text(words: list[str], quoted: list[Quoted], marker: str) -> str:
    below = [f"{mail.heading}\n{indent(chr(10).join(mail.lines), '> ')}" for mail in quoted]
    return "\n\n".join([*words, *([marker] if below else []), *below]) + "\n"
