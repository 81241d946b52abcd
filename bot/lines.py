"""What the thread and the leads read about an event."""

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot import asleep, blocks, handmade, kin, notices, opinions, purse
from bot.blocks import Block, Post, escape, one_line, plain
from bot.click import value
from bot.hidden import hidden, is_hidden
from bot.named import files_of, left_out, not_sent
from bot.words import MARKS, plural, ticket_name
from desk.actor import Door, Role
from desk.erasing import is_erased
from desk.event import HUMAN_MAILS, Event, Kind
from desk.priority import Priority
from desk.status import Status
from desk.ticket import Ticket
from desk.withdrawal import taken_back

_WHOLE_MAIL = 8700
_GLANCE = 600
_LOUD = 75
"""Percent of a target from which the channel, and not only the thread, is told."""

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


@dataclass(frozen=True)
class Style:
    """How the desk writes: what stands before a number, and the zone of its dates."""

    prefix: str
    zone: ZoneInfo


def draw(ticket: Ticket, event: Event, style: Style) -> Post:
    """The message about an event for the ticket's thread."""
    drawn = (_erased if is_erased(event) else _DRAWN[event.kind])(ticket, event, style)
    name = ticket_name(style.prefix, ticket.number)
    said = f"{name}: {_who(event)} {event.kind.words} · {one_line(ticket.subject, 100)}"
    return Post(escape(said), drawn, broadcast=_is_loud(ticket, event))


def remarks(event: Event) -> list[str]:
    """What agents should know of a mail besides its words."""
    detail = event.detail
    notes = []
    if detail.get("forwarded_by"):
        notes.append(f"➡️ Forwarded by {detail['forwarded_by']}")
    if detail.get("copied"):
        notes.append(f"👥 Also sent to {', '.join(map(str, detail['copied']))}; the desk mails none of them")
    if detail.get("reply_to"):
        notes.append(
            f"⚠️ Wants answers at {detail['reply_to']}, another domain; the desk answers {event.by.key}"
        )
    return notes


def _is_loud(ticket: Ticket, event: Event) -> bool:
    match event.kind:
        case Kind.CUSTOMER_WROTE:
            return ticket.owner is None
        case Kind.WARNED:
            return int(event.detail["level"]) >= _LOUD
        case Kind.REOPENED:
            ended = _status_before(ticket, event) in (Status.RESOLVED, Status.CANCELLED)
            return ended and event.by.key != ticket.owner  # who reopens what is theirs knows
    return asleep.is_loud(ticket, event)


def _status_before(ticket: Ticket, event: Event) -> Status | None:
    return ticket.event(event.seq - 1).status if event.seq > 1 else None


def _who(event: Event) -> str:
    return one_line(event.by.name, 80)


def _small(text: str) -> list[Block]:
    """One grey line; the text may hold anybody's name."""
    return [blocks.context(plain(one_line(text, 900)))]


def _mail(mark: str, text: str, event: Event, *, limit: int) -> list[Block]:
    files = [f"📎 {', '.join(files_of(event))}"] if files_of(event) else []
    said = [] if is_hidden(event) else blocks.quotes(event.text, limit=limit)
    about = [line for each in (*files, *left_out(event), *remarks(event)) for line in _small(each)]
    return [blocks.context(plain(f"{mark} {one_line(text, 300)}")), *said, *about]


def _opened(ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    if event.by.is_staff:
        return handmade.draw(event)
    return _letter(ticket, event, f"The mail of {_who(event)}")


def _customer_wrote(ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    return _letter(ticket, event, f"{_who(event)} wrote")


def _letter(ticket: Ticket, event: Event, said: str) -> list[Block]:
    """A mail, and the way to all of it where the thread does not hold it."""
    drawn = [*_mail("✉️", said, event, limit=_WHOLE_MAIL), *hidden(ticket, event)]
    if is_hidden(event) or len(event.text) <= _WHOLE_MAIL:
        return drawn
    carried = value(ticket.number, ticket.version, str(event.seq))
    return [*drawn, blocks.actions([blocks.button("whole", "The whole mail", carried)])]


def _machine_wrote(ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    said = f"Automatic reply from {_who(event)}"
    return [*_mail("🤖", said, event, limit=_GLANCE), *hidden(ticket, event)]


def _bounced(_ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    hard = "; the address does not work" if event.detail.get("hard") else ""
    return _mail("📭", f"One of our mails came back{hard}", event, limit=_GLANCE)


def _quarantined(ticket: Ticket, event: Event, style: Style) -> list[Block]:
    why = one_line(str(event.detail.get("reason", "it cannot be proved")), 200)
    said = f"{_who(event)} <{event.by.key}> writes as if this were their ticket. Held back: {why}"
    drawn = [*_mail("🛡️", said, event, limit=_GLANCE * 3), *hidden(ticket, event)]
    decision = ticket.decision_on(event.seq)
    if decision:
        return [*drawn, *_small(_decided(decision, style))]
    carried = value(ticket.number, ticket.version, str(event.seq))
    buttons = [
        blocks.button("accept", "It belongs here", carried),
        blocks.button("detach", "Make it a new ticket", carried),
        blocks.button("drop", "Drop it", carried),
    ]
    return [*drawn, blocks.actions(buttons)]


def _decided(decision: Event, style: Style) -> str:
    new = decision.detail.get("ticket")
    if decision.kind is Kind.ACCEPTED:
        return f"{_who(decision)} let it in"
    return f"{_who(decision)} " + (f"made it {ticket_name(style.prefix, new)}" if new else "dropped it")


def _collected(ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    """Drawn anew as the flood grows."""
    newest = [each for each in ticket.history if each.detail.get("first") == event.seq][-1]
    count = int(newest.detail["count"])
    at_least = "at least " if count > 2 else ""
    said = f"{at_least}{plural(count, 'mail')} more came in and {'is' if count == 1 else 'are'} not told here"
    return [
        blocks.paragraph(blocks.word(f"🌊 {said}: {newest.detail['reason']}.")),
        blocks.context(plain("They are kept in the inbox as they arrived, and nothing of them is answered.")),
        blocks.actions(
            [blocks.button("let_in", "Read the next 50 after all", value(ticket.number, ticket.version))]
        ),
    ]


def _looked(ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    return _small(f"👁️ {_who(event)} read the hidden mail of {_who(ticket.event(int(event.detail['of'])))}")


def _exported(_ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    return _small(f"📦 {_who(event)} took the whole ticket along as a file")


def _noted(ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    words = ticket.note_as_it_is(event)
    if words is None:
        return _small(f"📝 {_who(event)} took back a note")
    edited = " (edited)" if ticket.is_edited(event) else ""
    where = " above it" if event.by.door is Door.MAIL else " a note"
    said = blocks.context(plain(f"📝 {_who(event)} wrote{where}{edited}"))
    return [said, *blocks.quotes(words, limit=_WHOLE_MAIL)]


def _files_missed(_ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    said = "The files of the mail above did not make it here; they are kept with the mail"
    return _mail("❗", said, event, limit=_GLANCE)


def _accepted(_ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    return _small(f"🛡️ {_who(event)} says the mail of {event.detail['sender']} belongs here")


def _taken(_ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    return _small(f"{MARKS[Status.IN_PROGRESS]} {_who(event)} took it")


def _assigned(_ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    before, owner = event.detail.get("before") or "nobody", event.detail.get("name")
    if not event.detail.get("owner"):
        return _small(f"👤 {_who(event)} gave it back: it is nobody's now (was {before}'s)")
    if event.detail.get("owner") == event.by.key:
        return _small(f"👤 {_who(event)} took over from {before}")
    said = blocks.word(f"👤 {_who(event)} handed it from {one_line(str(before), 80)} to ")
    return [blocks.paragraph(said, asleep.called(str(event.detail["owner"]), str(owner)))]


def _sent(ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    of, to = ticket.event(int(event.detail["of"])), ", ".join(map(str, event.detail.get("recipients") or []))
    if of.kind not in HUMAN_MAILS:
        return _small(f"📤 {to} was mailed {_AUTOMATIC.get(of.kind, of.kind.words)}")
    said = "asked" if of.kind is Kind.ASKED else "replied to"
    return _mail("📤", f"{_who(of)} {said} {one_line(to, 300)}", of, limit=_WHOLE_MAIL)


def _mail_failed(ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    of = ticket.event(int(event.detail["of"]))
    certain = event.detail.get("certain", True)
    what = "did not reach the customer" if certain else "may not have reached the customer"
    drawn = _mail("❗", f"The mail about “{of.kind.words}” {what}", event, limit=_GLANCE)
    since = [each for each in ticket.outcomes(of.seq) if each.seq > event.seq]
    if since:
        return [*drawn, *_small(_settled(since[0]))]
    if not certain:
        return [*drawn, blocks.actions(_about_doubt(ticket, of))]
    return [*drawn, *not_sent(ticket, of)]


def _settled(since: Event) -> str:
    if since.kind is Kind.RESENT:
        return f"{_who(since)} has it sent again"
    return (
        f"{_who(since)} knows that it arrived" if since.by.is_staff else "A copy of it was seen: it has left"
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
    return _mail("⏳", said, event, limit=_GLANCE)


def _prioritised(_ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    before = Priority(event.detail["before"]).words
    late = " (the date it gives had already passed: reclassified)" if event.detail.get("reclassified") else ""
    return _small(f"🏷️ {_who(event)} changed the priority from {before} to {event.priority.words}{late}")


def _extended(_ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    return _small(
        f"{MARKS[Status.WAITING_FOR_CUSTOMER]} {_who(event)} gave the customer the whole time again"
    )


def _reminded(_ticket: Ticket, _event: Event, _style: Style) -> list[Block]:
    return _small("🔔 The customer is reminded of our question")


def _resolved(ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    if event.seq in taken_back(ticket.history):
        return _small(f"{MARKS[Status.RESOLVED]} {_who(event)} resolved it, and took that back")
    if event.by.role is Role.SYSTEM:
        return _small(f"{MARKS[Status.RESOLVED]} Resolved: the customer did not answer our question")
    return _ended(f"{MARKS[Status.RESOLVED]} {_who(event)} resolved it", event)


def _cancelled(ticket: Ticket, event: Event, style: Style) -> list[Block]:
    if event.seq in taken_back(ticket.history):
        return _small(f"{MARKS[Status.CANCELLED]} {_who(event)} cancelled it, and took that back")
    said = f"{MARKS[Status.CANCELLED]} {_who(event)} cancelled it{kin.because(event, style.prefix)}"
    return _ended(said, event)


def _kin(ticket: Ticket, event: Event, style: Style) -> list[Block]:
    back = ": taken back" if event.seq in taken_back(ticket.history) else ""
    return _small(kin.said(event, style.prefix) + back)


def _withdrawn(ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    if ticket.event(int(event.detail["of"])).kind is Kind.JOINED:
        return _small(f"↩️ {_who(event)} took that back: it is no duplicate of this")
    said = f"↩️ {_who(event)} took back a mail to the customer before it left"
    return [*_small(said), *(blocks.quotes(event.text, limit=_GLANCE) if event.text.strip() else [])]


def _ended(said: str, event: Event) -> list[Block]:
    words = blocks.quotes(event.text, limit=_WHOLE_MAIL) if event.text.strip() else []
    return [*_small(said), *words, *(_small(f"📎 {', '.join(files_of(event))}") if files_of(event) else [])]


def _reopened(ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    before = _status_before(ticket, event)
    again = "is ready to work on again" if before is Status.WAITING_FOR_CUSTOMER else "is open again"
    return _small(f"{MARKS[Status.WAITING_FOR_SUPPORT]} It {again} ({_who(event)})")


def _closed(_ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    return _small(f"{MARKS[Status.CLOSED]} Closed for good ({_who(event)})")


def _erased(_ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    return _small(f"🧹 {event.kind.words.capitalize()}: what stood here is erased")


def _plainly(_ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    return _small(f"{_who(event)}: {event.kind.words}")


_DRAWN: dict[Kind, Callable[[Ticket, Event, Style], list[Block]]] = dict.fromkeys(Kind, _plainly) | {
    Kind.OPENED: _opened,
    Kind.CUSTOMER_WROTE: _customer_wrote,
    Kind.MACHINE_WROTE: _machine_wrote,
    Kind.BOUNCED: _bounced,
    Kind.QUARANTINED: _quarantined,
    Kind.ACCEPTED: _accepted,
    Kind.COLLECTED: _collected,
    Kind.LOOKED: _looked,
    Kind.EXPORTED: _exported,
    Kind.NOTED: _noted,
    Kind.FILES_MISSED: _files_missed,
    Kind.TAKEN: _taken,
    Kind.ASSIGNED: _assigned,
    Kind.SENT: _sent,
    Kind.WITHDRAWN: _withdrawn,
    Kind.MAIL_DELAYED: _mail_delayed,
    Kind.MAIL_FAILED: _mail_failed,
    Kind.PRIORITISED: _prioritised,
    Kind.EXTENDED: _extended,
    Kind.WARNED: notices.draw,
    Kind.REMINDED: _reminded,
    Kind.RESOLVED: _resolved,
    Kind.REOPENED: _reopened,
    Kind.CANCELLED: _cancelled,
    Kind.JOINED: _kin,
    Kind.SOLVED_ELSEWHERE: _kin,
    Kind.CLOSED: _closed,
    Kind.RATED: lambda ticket, event, style: opinions.line(ticket, event),
    **dict.fromkeys(purse.KINDS, purse.line),
    **dict.fromkeys(asleep.KINDS, asleep.line),
}
