"""What the thread says of mails that left, and of those that did not."""

from collections.abc import Callable, Mapping

from bot import blocks
from bot.blocks import Block, one_line
from bot.click import value
from bot.named import not_sent
from bot.saying import GLANCE, WHOLE_MAIL, mail, small, who
from bot.style import Style
from desk.event import HUMAN_MAILS, Event, Kind
from desk.ticket import Ticket

_AUTOMATIC = {
    Kind.OPENED: "the confirmation",
    Kind.TAKEN: "that work has started",
    Kind.REMINDED: "the reminder",
    Kind.BUDGET_ASKED: "the question for approval",
    Kind.SCHEDULED: "the day it is planned for",
    Kind.RESOLVED: "that it is resolved",
    Kind.REOPENED: "that it is open again",
    Kind.CANCELLED: "that it is cancelled",
    Kind.SOLVED_ELSEWHERE: "that the other ticket is solved",
}
"""What a mail of the desk's own says, by the event it is about."""


def _sent(ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    of, to = ticket.event(int(event.detail["of"])), ", ".join(map(str, event.detail.get("recipients") or []))
    if of.kind not in HUMAN_MAILS:
        return small(f"📤 {to} was mailed {_AUTOMATIC.get(of.kind, of.kind.words)}")
    said = "asked" if of.kind is Kind.ASKED else "replied to"
    return mail("📤", f"{who(of)} {said} {one_line(to, 300)}", of, limit=WHOLE_MAIL)


def _mail_failed(ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    of = ticket.event(int(event.detail["of"]))
    certain = event.detail.get("certain", True)
    what = "did not reach the customer" if certain else "may not have reached the customer"
    drawn = mail("❗", f"The mail about “{of.kind.words}” {what}", event, limit=GLANCE)
    since = [each for each in ticket.outcomes(of.seq) if each.seq > event.seq]
    if since:
        return [*drawn, *small(_settled(since[0]))]
    if not certain:
        return [*drawn, blocks.actions(_about_doubt(ticket, of))]
    return [*drawn, *not_sent(ticket, of)]


def _settled(since: Event) -> str:
    if since.kind is Kind.RESENT:
        return f"{who(since)} has it sent again"
    return (
        f"{who(since)} knows that it arrived" if since.by.is_staff else "A copy of it was seen: it has left"
    )


def _about_doubt(ticket: Ticket, of: Event) -> list[Block]:
    carried = value(ticket.number, ticket.version, str(of.seq))
    return [
        blocks.button("send_again", "Send again", carried),
        blocks.button("it_arrived", "It arrived", carried),
    ]


def _mail_delayed(ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    of = ticket.event(int(event.detail["of"]))
    said = f"The mail about “{of.kind.words}” has not left yet; the desk goes on trying"
    return mail("⏳", said, event, limit=GLANCE)


def _withdrawn(ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    if ticket.event(int(event.detail["of"])).kind is Kind.JOINED:
        return small(f"↩️ {who(event)} took that back: it is no duplicate of this")
    said = f"↩️ {who(event)} took back a mail to the customer before it left"
    return [*small(said), *(blocks.quotes(event.text, limit=GLANCE) if event.text.strip() else [])]


DRAWN: Mapping[Kind, Callable[[Ticket, Event, Style], list[Block]]] = {
    Kind.SENT: _sent,
    Kind.WITHDRAWN: _withdrawn,
    Kind.MAIL_DELAYED: _mail_delayed,
    Kind.MAIL_FAILED: _mail_failed,
}
