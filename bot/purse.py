"""How money is said in Slack: on the card and in the thread."""

from collections.abc import Callable
from datetime import date, datetime

from bot import blocks
from bot.blocks import Block, escape, one_line, plain
from bot.click import value
from bot.hidden import is_hidden
from bot.saying import small, who
from desk import money, span
from desk.budget import STOPS_AT, UNANSWERED, WARNED_AT, Budget, Proposal, Purpose, Round, Standing
from desk.event import Event, Kind
from desk.priority import Priority
from desk.status import OPEN
from desk.ticket import Ticket
from desk.worked import Work

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WHOLE_MAIL = 3000
"""Characters of a mail."""
_ASKED_AGAIN = {
    Standing.DECLINED: "🚫 {} declined {}",
    Standing.EXPIRED: "⌛ Nobody answered in time: {} was asked about {}",
    Standing.WITHDRAWN: "↩️ {} was asked about {}, and that was taken back",
}


def day(on: date) -> str:
    """A day without its time: "Fri 4 Dec 2026"."""
    return f"{_DAYS[on.weekday()]} {on.day} {_MONTHS[on.month - 1]} {on.year}"


def terms(proposal: Proposal) -> str:
    """What is asked, in short: "10 h at €125.00 = €1,250.00 excl. VAT"."""
    rate = money.euros(proposal.rate)
    if proposal.minutes is None or proposal.amount is None:
        return f"as long as it takes, at {rate} per hour excl. VAT"
    return f"{span.words(proposal.minutes)} at {rate} = {money.euros(proposal.amount)} excl. VAT"


def counted(work: Work) -> str:
    """How an entry counts: "billable", "not billable", "billable, emergency"."""
    return f"{'billable' if work.billable else 'not billable'}{', emergency' if work.emergency else ''}"


def used(budget: Budget) -> str:
    """Hours against budget: "8 h 30 min of 10 h used (85 %)"."""
    of = f"{span.words(budget.used_minutes)} of {span.words(budget.approved_minutes)}"
    return f"{of} used ({budget.share or 0} %)"


# The card


def on_card(ticket: Ticket, *, now: datetime) -> list[Block]:
    """Where the money stands: one line, and at most one button; nothing where there is none."""
    budget = ticket.budget
    is_wish = ticket.priority is Priority.IMPROVEMENT
    if not (is_wish or budget.rounds or budget.entries):
        return []
    said, offer = _standing(ticket, budget, is_wish, now)
    if not said:
        return [blocks.context(plain(f"⏱️ {span.words(budget.logged_minutes)} logged"))]
    button = blocks.button(*offer, value(ticket.number, ticket.version)) if offer else None
    return [blocks.section(said, button if ticket.status in OPEN else None)]


Offer = tuple[str, str] | None


def _standing(ticket: Ticket, budget: Budget, is_wish: bool, now: datetime) -> tuple[str, Offer]:
    last = budget.last
    hours = _hours(budget) if budget.approved_minutes else ""
    if last is None:
        return ("💶 *No budget yet*: the client has to approve one", ("budget", "Ask for approval")) \
            if is_wish else ("", None)  # fmt: skip
    if last.standing(now) in UNANSWERED:
        return f"{_waits(last)}{hours and f'{chr(10)}{hours}'}", None
    if hours and is_wish:
        return hours, _next_step(budget)
    if last.is_approved:
        return f"💶 *Emergency work approved*: {escape(terms(last.proposal))}{_logged(budget)}", None
    said = _ASKED_AGAIN[last.standing(now)].format(*_whom_and_what(last))
    return f"{said}{hours and f'{chr(10)}{hours}'}", ("budget", "Ask again")


def _whom_and_what(asked: Round) -> tuple[str, str]:
    return f"*{escape(one_line(asked.proposal.to, 100))}*", asked.proposal.purpose.words


def _waits(asked: Round) -> str:
    to, what = _whom_and_what(asked)
    until = day(asked.proposal.until)
    return f"💶 Waits for {to} to approve {what}: {escape(terms(asked.proposal))}, until {until}"


def _hours(budget: Budget) -> str:
    share = budget.share or 0
    planned = f" · planned for *{day(budget.planned)}*" if budget.planned else ""
    if share >= STOPS_AT:
        return f"🛑 *Stop*: {used(budget)}. Ask for more before you go on{planned}"
    mark = "🟠" if share >= WARNED_AT else "💶"
    return f"{mark} *Budget approved* ({money.euros(budget.approved_amount)}): {used(budget)}{planned}"


def _next_step(budget: Budget) -> Offer:
    if (budget.share or 0) >= WARNED_AT:
        return "more_hours", "Ask for more"
    return None if budget.planned else ("budget", "Plan a date")


def _logged(budget: Budget) -> str:
    return f" · {span.words(budget.logged_minutes)} logged" if budget.entries else ""


# The thread


def _time_logged(ticket: Ticket, event: Event) -> list[Block]:
    entry = ticket.entry(event.seq)
    was = " (corrected)" if entry.is_corrected else ""
    time = span.words(entry.work.minutes) if entry.work.minutes else "struck out"
    what = f": {entry.what}" if entry.what else ""
    said = f"⏱️ {who(event)} logged {time}, {counted(entry.work)}, on {day(entry.work.on)}{was}{what}"
    correct = blocks.button("correct_time", "Correct", value(ticket.number, ticket.version, str(event.seq)))
    return [*small(said), blocks.actions([correct])]


def _time_corrected(_ticket: Ticket, event: Event) -> list[Block]:
    before, after = span.words(int(event.detail["before"])), Work.read(event.detail)
    now = f"{span.words(after.minutes)}, {counted(after)}" if after.minutes else "nothing: struck out"
    return small(f"⏱️ {who(event)} corrected {before} to {now}, on {day(after.on)}")


def _hours_warned(ticket: Ticket, event: Event) -> list[Block]:
    approved, used_up = (span.words(int(event.detail[name])) for name in ("approved", "used"))
    if int(event.detail["level"]) < STOPS_AT:
        return small(f"🟠 {used_up} of the approved {approved} are used: time to think of the rest")
    ask = blocks.button("more_hours", "Ask for more", value(ticket.number, ticket.version))
    said = f"🛑 Stop: {used_up} of the approved {approved} are used. Ask for more before you go on"
    return [*small(said), blocks.actions([ask])]


def _asked(_ticket: Ticket, event: Event) -> list[Block]:
    proposal = Proposal.read(event)
    said = f"💶 {who(event)} asks {proposal.to} to approve {proposal.purpose.words}: {terms(proposal)}"
    return [
        *small(f"{said}, until {day(proposal.until)}"),
        *blocks.quotes(event.text, limit=_WHOLE_MAIL),
    ]


_VIA = {"mail": "by mail", "link": "through the link"}


def _approved(ticket: Ticket, event: Event) -> list[Block]:
    asked = ticket.round(int(event.detail["round"]))
    said = f"approves {asked.proposal.purpose.words}: {terms(asked.proposal)}"
    next_step = "" if asked.proposal.purpose is Purpose.EMERGENCY else " Now plan a date."
    return small(f"✅ {_answered(event)} {said}.{next_step}")


def _declined(ticket: Ticket, event: Event) -> list[Block]:
    asked = ticket.round(int(event.detail["round"]))
    return small(f"🚫 {_answered(event)} declines {asked.proposal.purpose.words}")


def _answered(event: Event) -> str:
    """Who said so: the client, or the agent who says what the client meant."""
    via, sender = _VIA.get(str(event.detail.get("via")), ""), str(event.detail.get("sender") or "")
    if event.by.is_staff:
        return f"{who(event)} says that {sender}, {via},"
    return f"{sender or event.by.key}, {via},"


def _unclear(ticket: Ticket, event: Event) -> list[Block]:
    asked, wrote = ticket.round(int(event.detail["round"])), ticket.event(int(event.detail["of"]))
    said = f"❓ Does {event.detail['sender']} approve {asked.proposal.purpose.words}? {terms(asked.proposal)}"
    drawn = [*small(f"{said}. You are asked because {event.detail['reason']}.")]
    drawn += [] if is_hidden(wrote) else blocks.quotes(wrote.text, limit=_WHOLE_MAIL)
    clarified = ticket.clarified(event.seq)
    if clarified:
        return [*drawn, *small(_clarified_as(clarified))]
    if asked.ended:
        return [*drawn, *small("That is over by now")]
    carried = value(ticket.number, ticket.version, str(event.seq))
    buttons = [
        blocks.button("client_yes", "The client said yes", carried),
        blocks.button("client_no", "The client said no", carried),
        blocks.button("client_neither", "Neither", carried),
    ]
    return [*drawn, blocks.actions(buttons)]


def _clarified_as(clarified: Event) -> str:
    meant = {Kind.BUDGET_APPROVED: "a yes", Kind.BUDGET_DECLINED: "a no"}
    return f"{who(clarified)} says that it is {meant.get(clarified.kind, 'neither')}"


def _withdrawn(ticket: Ticket, event: Event) -> list[Block]:
    asked = ticket.round(int(event.detail["round"]))
    return small(f"↩️ {who(event)} took back what was asked: {asked.proposal.purpose.words}")


def _scheduled(_ticket: Ticket, event: Event) -> list[Block]:
    before = event.detail.get("before")
    was = f" instead of {day(date.fromisoformat(before))}" if before else ""
    return small(f"📅 {who(event)} planned it for {day(date.fromisoformat(event.detail['day']))}{was}")


_LINES: dict[Kind, Callable[[Ticket, Event], list[Block]]] = {
    Kind.TIME_LOGGED: _time_logged,
    Kind.TIME_CORRECTED: _time_corrected,
    Kind.HOURS_WARNED: _hours_warned,
    Kind.BUDGET_ASKED: _asked,
    Kind.BUDGET_APPROVED: _approved,
    Kind.BUDGET_DECLINED: _declined,
    Kind.BUDGET_UNCLEAR: _unclear,
    Kind.BUDGET_WITHDRAWN: _withdrawn,
    Kind.SCHEDULED: _scheduled,
}

KINDS = frozenset(_LINES)
"""Events about money."""


def line(ticket: Ticket, event: Event, _style: object) -> list[Block]:
    """What the thread reads of an event about money."""
    return _LINES[event.kind](ticket, event)
