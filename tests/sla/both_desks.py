"""The same promises and the same deeds, in the words of the second desk and in those of sla/ and desk/."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from desk.actor import Actor
from desk.errors import DeskError
from desk.event import Kind
from desk.priority import Priority
from desk.ticket import Ticket
from sla.calendar import Calendar, Week
from sla.hours import BusinessHours
from sla.policy import Contract, Policy, ResponseCounts
from tests.sla.second_desk import Paper
from tests.sla.second_wall import Promises, Wall

ANNA = Actor.customer("anna@bakery.example", "Anna")
BOB = Actor.customer("bob@garage.example", "Bob")
LENA, DESK = Actor.lead("U0LENA", "Lena"), Actor.system("test")

WEEK = Wall()
FESTIVE = Wall(closed=frozenset({date(2026, 11, 30), date(2026, 12, 25), date(2027, 1, 1)}))
WITH_LUNCH = Wall(stretches=((9, 12), (13, 18)), closed=frozenset({date(2026, 12, 2)}))
HASTY = (("urgent", 2), ("high", 4), ("medium", 8), ("low", 24))
PROMISES = (
    Promises(),
    Promises(wall=FESTIVE),
    Promises(wall=WITH_LUNCH, levels=(33, 60, 100), reminder=24 * 3600),
    Promises(response=HASTY, recovery=HASTY, levels=(80,), silence=96 * 3600),
)


@lru_cache
def policy_of(general: Promises, bakery: Promises) -> Policy:
    """What everybody is promised, with a contract of its own for the bakery."""
    contract = Contract(
        name="Bakery", domains=frozenset({"bakery.example"}), hours=_hours(bakery.wall),
        first_response=_targets(bakery.response), recovery=_targets(bakery.recovery),
    )  # fmt: skip
    counts = ResponseCounts.REPLY_OR_TAKEN if general.taken_counts else ResponseCounts.REPLY
    return Policy(
        hours=_hours(general.wall),
        first_response=_targets(general.response),
        recovery=_targets(general.recovery),
        levels=general.levels,
        silence=timedelta(seconds=general.silence),
        reminder=timedelta(seconds=general.reminder),
        close_after=timedelta(seconds=general.close_after),
        response_counts=counts,
        contracts=(contract,),
    )


def _hours(wall: Wall) -> BusinessHours:
    times = tuple((time(opens), time(closes)) for opens, closes in wall.stretches)
    return BusinessHours(
        Calendar(week=Week(*[times] * 5), country="", remove=(), add=tuple(sorted(wall.closed)))
    )


def _targets(hours: tuple[tuple[str, int], ...]) -> dict[Priority, timedelta]:
    return {Priority(name): timedelta(hours=each) for name, each in hours}


def do(ticket: Ticket, deed: str, at: datetime, mail: int) -> bool:
    """Do it to the real ticket and say whether that changed anything.  mail: which event's mail leaves."""
    try:
        return _do(ticket, deed, at, mail)
    except DeskError:
        return False


def _do(ticket: Ticket, deed: str, at: datetime, mail: int) -> bool:
    match deed:
        case "write":
            customer = Actor.customer(ticket.customer, ticket.customer_name)
            return ticket.customer_wrote("It is blank again?", by=customer, at=at)
        case "reply":
            return ticket.reply("We look.", by=LENA, at=at)
        case "ask":
            return ticket.ask("Which page?", by=LENA, at=at)
        case "sent" | "sent last":
            return bool(mail) and ticket.mailed(mail, recipients=[], by=DESK, at=at)
        case "take":
            return ticket.take(by=LENA, at=at)
        case "extend":
            return ticket.extend(by=LENA, at=at)
        case "resolve":
            return ticket.resolve("Done.", by=LENA, at=at)
        case "cancel":
            return ticket.cancel("Not for us.", by=LENA, at=at)
        case "reopen":
            return ticket.reopen(by=LENA, at=at)
        case "bounce":
            return ticket.bounced("no such mailbox", by=DESK, at=at, hard=True)
        case "close":
            return ticket.close(by=LENA, at=at)
        case priority:
            return ticket.prioritise(Priority(priority), by=LENA, at=at)


def unsent(ticket: Ticket) -> list[int]:
    """The events whose mail has not left, in order."""
    sent = {event.detail["of"] for event in ticket.history if event.kind is Kind.SENT}
    written = (each.seq for each in ticket.history if each.kind in (Kind.REPLIED, Kind.ASKED))
    return [seq for seq in written if seq not in sent]


def both_do(ticket: Ticket, paper: Paper, deed: str, at: datetime, promises: Promises) -> bool:
    """Do it on both desks, which must agree on whether it may be done."""
    waiting = unsent(ticket) or [0]
    did = do(ticket, deed, at, waiting[-1] if deed == "sent last" else waiting[0])
    assert paper.do(deed, seconds(at), promises) is did, deed
    return did


def seconds(moment: datetime) -> int:
    """A moment as the second desk counts it."""
    return int(moment.timestamp())


def moment(at: int | None) -> datetime | None:
    """A moment of the second desk's in the words of the first."""
    return None if at is None else datetime.fromtimestamp(at, UTC)


def notices(ticket: Ticket) -> list[tuple[str, str, int, int]]:
    """What is on record about levels, in order."""
    return [
        (str(each.kind), each.detail["goal"], each.detail["cycle"], each.detail["level"])
        for each in ticket.history
        if each.kind in (Kind.WARNED, Kind.SUPERSEDED)
    ]
