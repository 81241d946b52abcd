"""What the thread says of mails that came in, and of what became of them."""

from collections.abc import Callable, Mapping

from bot import blocks, handmade
from bot.blocks import Block, one_line, plain
from bot.click import value
from bot.hidden import hidden, is_hidden
from bot.saying import GLANCE, WHOLE_MAIL, mail, small, who
from bot.style import Style
from bot.words import plural, ticket_name
from desk.event import Event, Kind
from desk.ticket import Ticket


def _opened(ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    if event.by.is_staff:
        return handmade.draw(event)
    return _letter(ticket, event, f"The mail of {who(event)}")


def _customer_wrote(ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    return _letter(ticket, event, f"{who(event)} wrote")


def _letter(ticket: Ticket, event: Event, said: str) -> list[Block]:
    """A mail, and the way to all of it where the thread does not hold it."""
    drawn = [*mail("✉️", said, event, limit=WHOLE_MAIL), *hidden(ticket, event)]
    if is_hidden(event) or len(event.text) <= WHOLE_MAIL:
        return drawn
    carried = value(ticket.number, ticket.version, str(event.seq))
    return [*drawn, blocks.actions([blocks.button("whole", "The whole mail", carried)])]


def _machine_wrote(ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    said = f"Automatic reply from {who(event)}"
    return [*mail("🤖", said, event, limit=GLANCE), *hidden(ticket, event)]


def _bounced(_ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    hard = "; the address does not work" if event.detail.get("hard") else ""
    return mail("📭", f"One of our mails came back{hard}", event, limit=GLANCE)


def _quarantined(ticket: Ticket, event: Event, style: Style) -> list[Block]:
    why = one_line(str(event.detail.get("reason", "it cannot be proved")), 200)
    said = f"{who(event)} <{event.by.key}> writes as if this were their ticket. Held back: {why}"
    drawn = [*mail("🛡️", said, event, limit=GLANCE * 3), *hidden(ticket, event)]
    decision = ticket.decision_on(event.seq)
    if decision:
        return [*drawn, *small(_decided(decision, style))]
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
        return f"{who(decision)} let it in"
    return f"{who(decision)} " + (f"made it {ticket_name(style.prefix, new)}" if new else "dropped it")


def _accepted(_ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    return small(f"🛡️ {who(event)} says the mail of {event.detail['sender']} belongs here")


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
    return small(f"👁️ {who(event)} read the hidden mail of {who(ticket.event(int(event.detail['of'])))}")


def _files_missed(_ticket: Ticket, event: Event, _style: Style) -> list[Block]:
    said = "The files of the mail above did not make it here; they are kept with the mail"
    return mail("❗", said, event, limit=GLANCE)


DRAWN: Mapping[Kind, Callable[[Ticket, Event, Style], list[Block]]] = {
    Kind.OPENED: _opened,
    Kind.CUSTOMER_WROTE: _customer_wrote,
    Kind.MACHINE_WROTE: _machine_wrote,
    Kind.BOUNCED: _bounced,
    Kind.QUARANTINED: _quarantined,
    Kind.ACCEPTED: _accepted,
    Kind.COLLECTED: _collected,
    Kind.LOOKED: _looked,
    Kind.FILES_MISSED: _files_missed,
}
