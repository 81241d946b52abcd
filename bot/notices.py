"""What is said of a promise in danger or broken, in the thread; and all that the leads are told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import blocks, opinions
from bot.blocks import Block, Post, escape, one_line, plain
from bot.click import value
from bot.style import Style
from bot.words import moment, plural, ticket_name
from desk.breach import BREACH, BreachReason, explanation_of, is_breach, reason_of
from desk.event import Event, Kind
from desk.ticket import Ticket


@dataclass(frozen=True)
class News:
    """A warning to the leads, or an opinion.  link: the address of the ticket's card, "" where it has none
    yet; away: until when its owner is, where they are."""

    ticket: Ticket
    event: Event
    link: str
    away: datetime | None = None


def tell_leads(news: Sequence[News], style: Style, *, mention: str) -> Post:
    """The message to the leads: promises in danger or broken, customers who were not helped well.

    mention: calls them, at a breach."""
    called = mention if any(is_breach(each.event) for each in news) else ""
    if len(news) == 1:
        told = _told(news[0], style)
        text = f"{called} {told}".lstrip()
        return Post(text, [blocks.section(text), *_about(news[0], style)])
    text = f"{called} {' · '.join(_counts(news))}".lstrip()
    each_told = [block for each in news for block in (_entry(each, style), *_asked(each.ticket, each.event))]
    return Post(text, [blocks.section(text), *each_told])


def _counts(news: Sequence[News]) -> Iterator[str]:
    late = sum(is_breach(each.event) for each in news)
    unhappy = sum(each.event.kind is Kind.RATED for each in news)
    danger = len(news) - late - unhappy
    if late:
        yield f"🔴 *{plural(late, 'promise')} overdue*"
    if danger:
        yield f"🟠 *{plural(danger, 'promise')} in danger*"
    if unhappy:
        yield f"👎 *{plural(unhappy, 'customer')} not helped well*"


def draw(ticket: Ticket, event: Event, style: Style) -> list[Block]:
    """A warning in the ticket's thread."""
    name = ticket_name(style.prefix, ticket.number)
    said = f"{_warning(event, style)} · {name}{_reason(ticket, event, style)}"
    return [blocks.section(said), *_asked(ticket, event)]


def _told(news: News, style: Style) -> str:
    name = ticket_name(style.prefix, news.ticket.number)
    linked = f"<{news.link}|{name}>" if news.link else name
    return f"{_warning(news.event, style)} · {linked}{_reason(news.ticket, news.event, style)}"


def _entry(news: News, style: Style) -> Block:
    """One of several: two lines or three, of which all but the first may hold anybody's words."""
    about = f"{one_line(news.ticket.subject, 120)} · {news.ticket.priority.words} · {_owner(news, style)}"
    said = opinions.in_short(news.event) if news.event.kind is Kind.RATED else ""
    return blocks.section(f"{_told(news, style)}\n{escape(about)}{said}")


def _owner(news: News, style: Style) -> str:
    name = one_line(news.ticket.owner_name or "nobody has taken it", 60)
    return f"{name}, away until {moment(news.away, style.zone)}" if news.away else name


def _about(news: News, style: Style) -> list[Block]:
    ticket, owner = news.ticket, _owner(news, style)
    facts = f"{ticket.priority.words} · {ticket.status.words} · {owner} · {ticket.client or ticket.customer}"
    subject = {"type": "section", "text": plain(one_line(ticket.subject, 300))}
    said = opinions.words(news.event) if news.event.kind is Kind.RATED else []
    return [subject, blocks.context(plain(one_line(facts, 300))), *said, *_asked(ticket, news.event)]


def _asked(ticket: Ticket, event: Event) -> list[Block]:
    """What may be clicked below a warning: why this date, and why it was broken."""
    if event.kind is Kind.RATED:
        return opinions.buttons(ticket)
    why = blocks.button("why", "Why this date", value(ticket.number, ticket.version))
    if not is_breach(event):
        return [blocks.actions([why])]
    options = {
        reason: blocks.option(reason.words, value(ticket.number, ticket.version, f"{event.seq}_{reason}"))
        for reason in BreachReason
    }
    reason = reason_of(ticket, event)
    chosen = options[reason] if reason else None
    asked = blocks.select("breach", "Why was it late?", list(options.values()), chosen=chosen)
    return [blocks.actions([asked, why])]


def _reason(ticket: Ticket, event: Event, style: Style) -> str:
    """Why it was late, and who says so."""
    reason = reason_of(ticket, event) if is_breach(event) else None
    if reason is None:
        return ""
    said = explanation_of(ticket, event)
    who = f" ({one_line(said.by.name, 80)}, {moment(said.at, style.zone)})" if said else ""
    return f"\nReason: *{reason.words}*{escape(who)}"


def _warning(event: Event, style: Style) -> str:
    if event.kind is Kind.RATED:
        return opinions.headline(event)
    goal, level = str(event.detail["goal"]).replace("_", " "), int(event.detail["level"])
    due = moment(datetime.fromisoformat(event.detail["due"]), style.zone)
    if level > BREACH:  # what is beyond it counts whole working days
        late = plural(level - BREACH, "working day")
        return f"🔴 *Overdue for {late}*: {escape(goal)} was due {due}"
    if level == BREACH:
        return f"🔴 *Overdue*: {escape(goal)} was due {due}"
    return f"🟠 *{level} % used*: {escape(goal)} is due {due}"
