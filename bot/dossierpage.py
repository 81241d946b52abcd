"""A whole ticket as one page to read and print: HTML without scripts, and nothing that is fetched."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from bot import purse
from bot.blocks import clean
from bot.dossier import Enclosed, Passage, stamp
from bot.style import Style
from bot.words import called, ticket_name
from desk import money, span
from desk.budget import Round
from desk.ticket import Ticket
from desk.worked import Entry
from store.emails import Email

_LOOKS = """
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem; margin-bottom: 0 } h2 { font-size: 1.1rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; vertical-align: top;
 padding: .2rem .8rem .2rem 0 } th { font-weight: 600; white-space: nowrap }
article { border-left: 3px solid #8884; padding: .1rem 0 .1rem .8rem; margin: .9rem 0 }
.small, time { color: #777; font-size: .85rem } p { margin: .2rem 0 }
pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0 }
blockquote { margin: .3rem 0; padding: .2rem .8rem; background: #8881; border-radius: .3rem }
th { width: 9rem }
.inside { background: #c701; border: 1px solid #c706; padding: .4rem .8rem; border-radius: .3rem }
@media print { details > * { display: block } article { break-inside: avoid } }
"""

_INSIDE = "For the people of the desk only: internal notes, time and money are in it. Do not send it on."


@dataclass(frozen=True)
class Page:
    """What stands on it.  promises: the sum of each promised date, in words; at: when it was written."""

    ticket: Ticket
    passages: Sequence[Passage]
    promises: Sequence[str]
    at: datetime


def write(page: Page, style: Style) -> str:
    """The page as text."""
    ticket = page.ticket
    name = ticket_name(style.prefix, ticket.number)
    title = f"{name} · {ticket.subject or '(no subject)'}"
    parts = [
        f"<h1>{_text(title)}</h1>",
        f'<p class="small">As it was on {_text(stamp(page.at, style))}</p>',
        f'<p class="inside">{_INSIDE}</p>',
        _facts(ticket, style),
        "<h2>Promises</h2>",
        *(f"<pre>{_text(each)}</pre>" for each in page.promises),
        *_money(ticket, page.at, style),
        "<h2>What happened</h2>",
        *(_passage(each, style) for each in page.passages),
    ]
    head = f'<meta charset="utf-8"><title>{_text(title)}</title><style>{_LOOKS}</style>'
    body = "\n".join(parts)
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'


def _text(words: str) -> str:
    return escape(clean(words), quote=True)


def _facts(ticket: Ticket, style: Style) -> str:
    facts = [
        ("Customer", called(ticket)),
        ("Client", ticket.client),
        ("Opened", stamp(ticket.opened_at, style)),
        ("Status", ticket.status.words),
        ("Priority", ticket.priority.words),
        ("Owner", ticket.owner_name or "nobody"),
        ("Follows", ticket_name(style.prefix, ticket.follows) if ticket.follows else ""),
        ("Also on it", ", ".join(sorted(ticket.participants - {ticket.customer}))),
    ]
    return _table([[f"<th>{name}</th>", _cell(fact)] for name, fact in facts if fact])


def _money(ticket: Ticket, at: datetime, style: Style) -> Iterator[str]:
    budget = ticket.budget
    if not (budget.entries or budget.rounds):
        return
    yield "<h2>Time and money</h2>"
    if budget.entries:
        yield _table([_entry(each) for each in budget.entries])
        total = sum(each.amount for each in budget.entries)
        said = f"{span.words(budget.logged_minutes)} in all, {money.euros(total)} excl. VAT"  # type: ignore[arg-type]
        yield f"<p>{_text(said)}</p>"
    if budget.approved_minutes:
        yield f"<p>{_text(purse.used(budget))}</p>"
    if budget.rounds:
        yield _table([_round(each, at, style) for each in budget.rounds])


def _entry(entry: Entry) -> list[str]:
    corrected = " (corrected)" if entry.is_corrected else ""
    time = span.words(entry.work.minutes) if entry.work.minutes else "struck out"
    facts = (
        purse.day(entry.work.on), entry.who, time + corrected, purse.counted(entry.work),
        money.euros(entry.amount), entry.what,
    )  # fmt: skip
    return [_cell(fact) for fact in facts]


def _round(asked: Round, at: datetime, style: Style) -> list[str]:
    proposal, answer = asked.proposal, asked.ended_by
    said = (
        f"{asked.standing(at)}, {stamp(answer.at, style)}, {answer.by.name}" if answer else asked.standing(at)
    )
    facts = (
        stamp(asked.asked_at, style), f"{asked.asked_by} asked {proposal.to} about {proposal.purpose.words}",
        purse.terms(proposal), said,
    )  # fmt: skip
    return [_cell(fact) for fact in facts]


def _passage(passage: Passage, style: Style) -> str:
    parts = [f"<time>{_text(passage.when)}</time> <strong>{_text(passage.who)}</strong>"]
    parts += [f"<p>{_text(line)}</p>" for line in passage.lines]
    parts += [f"<blockquote><pre>{_text(passage.words)}</pre></blockquote>"] if passage.words else []
    parts += [_mail(passage.mail, style)] if passage.mail else []
    parts += [f'<p class="small">📎 {_file(each)}</p>' for each in passage.files]
    return f'<article id="e{passage.seq}">{"".join(parts)}</article>'


def _mail(mail: Email, style: Style) -> str:
    facts = [
        ("From" if mail.direction == "in" else "To", mail.address),
        ("Subject", mail.subject),
        ("Date", stamp(mail.at, style)),
        ("Message-ID", mail.message_id),
    ]
    heads = _table([[f"<th>{name}</th>", _cell(fact)] for name, fact in facts if fact])
    return f"<details><summary>The whole mail</summary>{heads}<pre>{_text(mail.body)}</pre></details>"


def _file(file: Enclosed) -> str:
    size = f" ({_text(file.size)})" if file.size else ""
    if not file.path:
        return f"{_text(file.name)}{size}: not in this export, {_text(file.why)}"
    return f'<a href="{_text(file.path)}">{_text(file.name)}</a>{size}'


def _cell(fact: str) -> str:
    return f"<td>{_text(fact)}</td>"


def _table(rows: Iterable[Iterable[str]]) -> str:
    drawn = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f"<table>{drawn}</table>"
