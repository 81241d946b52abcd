"""The money of a month: what counts, in which month, and the same from a second count by hand."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.actor import Actor
from desk.budget import Proposal, Purpose
from desk.errors import DeskError
from desk.priority import Priority
from desk.ticket import Ticket
from desk.worked import Work
from sla.billed import Money, money_of
from sla.policy import Contract, Policy
from tests.sla.both_desks import ANNA, LENA
from tests.whole import examples

NOVEMBER, DECEMBER = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
RATE = Decimal(125)


def a_wish(at: datetime = NOVEMBER, **facts: Any) -> Ticket:
    known: dict[str, Any] = {"priority": Priority.IMPROVEMENT} | facts
    ticket = Ticket.open(by=ANNA, at=at, subject="A till", text="Please.", **known)
    ticket.number = 1
    return ticket


def asks(ticket: Ticket, minutes: int | None, at: datetime, *, rate: Decimal = RATE, days: int = 10) -> None:
    approved = ticket.budget.approved_minutes
    purpose = Purpose.MORE if approved else Purpose.BUDGET
    proposal = Proposal(
        purpose=purpose if ticket.priority is Priority.IMPROVEMENT else Purpose.EMERGENCY, scope="A till",
        minutes=minutes, rate=rate, until=date(2026, 1, 1), expires_at=at + timedelta(days=days),
        to=ANNA.key, approvers=frozenset({ANNA.key}),
    )  # fmt: skip
    ticket.propose(proposal, by=LENA, at=at)


def says(ticket: Ticket, at: datetime, *, yes: bool = True) -> None:
    answer = ticket.approve if yes else ticket.decline
    answer(len(ticket.budget.rounds), by=ANNA, at=at, evidence={"via": "mail"})


def work(minutes: int, day: datetime, **facts: bool) -> Work:
    return Work(minutes=minutes, on=day.date(), begins=day, **facts)


def logs(ticket: Ticket, minutes: int, day: datetime, at: datetime | None = None, **facts: bool) -> None:
    ticket.log_time(work(minutes, day, **facts), "", rate=RATE, by=LENA, at=at or day + timedelta(hours=12))


def november(ticket: Ticket, now: datetime = DECEMBER) -> Money:
    return money_of(ticket, begin=NOVEMBER, end=DECEMBER, now=now)


def test_hours_count_on_the_day_they_were_worked_and_budgets_as_they_stood_at_the_end() -> None:
    october = datetime(2026, 10, 20, tzinfo=UTC)
    ticket = a_wish(october)
    asks(ticket, 600, october)
    says(ticket, october)
    logs(ticket, 45, october)
    logs(ticket, 90, datetime(2026, 11, 30, tzinfo=UTC), at=datetime(2026, 12, 2, tzinfo=UTC))
    logs(ticket, 60, DECEMBER)
    logs(ticket, 30, datetime(2026, 11, 2, tzinfo=UTC), billable=False)
    asks(ticket, 120, datetime(2026, 12, 3, tzinfo=UTC))
    found = november(ticket, now=DECEMBER + timedelta(days=40))
    assert (found.logged, found.billable, found.amount) == (120, 90, Decimal("187.50"))
    assert (found.approved, found.used, found.share, found.waiting) == (600, 135, 22, 0)


def test_what_waits_is_what_nobody_had_answered_at_the_end_and_could_still() -> None:
    waits, late, answered, opened = a_wish(), a_wish(), a_wish(), a_wish(DECEMBER)
    for ticket, days in ((waits, 30), (late, 3), (answered, 30)):
        asks(ticket, 60, NOVEMBER + timedelta(days=9), days=days)
    says(answered, DECEMBER + timedelta(days=1))
    cancelled = a_wish()
    asks(cancelled, 60, NOVEMBER)
    cancelled.cancel("No.", by=LENA, at=NOVEMBER)
    found = [november(each).waiting for each in (waits, late, answered, opened, cancelled)]
    assert found == [1, 0, 1, 0, 0]
    assert november(waits).waiting_amount == RATE
    assert november(opened) == Money()
    assert Money().share is None


def test_the_rate_and_the_approvers_are_those_of_the_contract(policy: Policy) -> None:
    boss = frozenset({"boss@bakery.example"})
    own = Contract(name="Bakery", addresses=frozenset({ANNA.key}), rate=Decimal(95), approvers=boss)
    theirs = Policy(hours=policy.hours, contracts=(own,))
    ticket = a_wish()
    assert (theirs.rate_of(ticket), theirs.approvers_of(ticket)) == (95, boss)
    assert (policy.rate_of(ticket), policy.approvers_of(ticket)) == (125, {ANNA.key})


@dataclass
class Books:
    """The same counted by hand: lines of work, and rounds of asking, each as [minutes, rate, when, state]."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    rounds: list[dict[str, Any]] = field(default_factory=list)
    ended: datetime | None = None

    def month(self, begin: datetime, end: datetime, now: datetime, *, wish: bool) -> dict[str, Any]:
        mine = [line for line in self.lines if begin <= line["day"] < end]
        alive = self.ended is None or self.ended >= end
        agreed = [r for r in self.rounds if r["yes"] and r["yes"] < end and wish]
        counts = bool(agreed) and (alive or bool(mine))
        used = [x["minutes"] for x in self.lines if x["day"] < end and x["bill"] and not x["emergency"]]
        asked = [r for r in self.rounds if r["at"] < end]
        waits = asked[-1:] if alive and asked and self._waits(asked[-1], end, now) else []
        cents = sum((self._cents(x) for x in mine if x["bill"]), Decimal(0))
        return {
            "logged": sum(x["minutes"] for x in mine),
            "billable": sum(x["minutes"] for x in mine if x["bill"]),
            "amount": cents,
            "approved": sum(r["minutes"] for r in agreed) if counts else 0,
            "used": sum(used) if counts else 0,
            "waiting": len(waits),
            "waiting_amount": sum((self._cents(r) for r in waits), Decimal(0)),
        }

    @staticmethod
    def _waits(asked: dict[str, Any], end: datetime, now: datetime) -> bool:
        is_answered = asked["answered"] is not None and asked["answered"] < end
        return not is_answered and min(end, now) < asked["expires"]

    @staticmethod
    def _cents(line: dict[str, Any]) -> Decimal:
        exactly = Decimal(line["minutes"] or 0) * line["rate"] * 100 / 60
        return exactly.quantize(Decimal(1), ROUND_HALF_UP) / 100


DEEDS = ("ask", "ask", "yes", "yes", "no", "log", "log", "log", "log", "correct", "withdraw", "resolve")


@settings(deadline=None, max_examples=examples(80))
@given(st.data())
def test_any_course_has_the_money_that_counting_by_hand_finds(data: st.DataObject) -> None:
    wish = data.draw(st.booleans())
    now = NOVEMBER - timedelta(days=data.draw(st.integers(0, 20)))
    ticket = a_wish(now, priority=Priority.IMPROVEMENT if wish else Priority.HIGH)
    books = Books()
    begun = data.draw(st.sampled_from([[], ["ask", "yes", "log"]]))
    for deed in begun + data.draw(st.lists(st.sampled_from(DEEDS), max_size=12)):
        now += timedelta(hours=data.draw(st.integers(0, 150)))
        _both_do(data, ticket, books, deed, now)
    for end in (NOVEMBER, DECEMBER, DECEMBER + timedelta(days=31)):
        begin = end - timedelta(days=data.draw(st.integers(1, 40)))
        found = money_of(ticket, begin=begin, end=end, now=now)
        assert vars_of(found) == books.month(begin, end, now, wish=wish)


def vars_of(found: Money) -> dict[str, Any]:
    names = ("logged", "billable", "amount", "approved", "used", "waiting", "waiting_amount")
    return {name: getattr(found, name) for name in names}


def _both_do(data: st.DataObject, ticket: Ticket, books: Books, deed: str, now: datetime) -> None:
    before = ticket.version
    day = now.replace(hour=0, minute=0)
    minutes, rate = (
        data.draw(st.integers(1, 500)),
        Decimal(data.draw(st.sampled_from(["95", "125", "97.35"]))),
    )
    bill, emergency = data.draw(st.booleans()), data.draw(st.booleans())
    place = data.draw(st.integers(0, 3))
    try:
        _do(ticket, deed, now, work(minutes, day, billable=bill, emergency=emergency), rate, place)
    except DeskError:
        assert ticket.version == before, "what is refused changes nothing"
        return
    if ticket.version > before:
        line = {"minutes": minutes, "day": day, "bill": bill, "emergency": emergency}
        _write(books, deed, now, line, rate, place, wish=ticket.priority is Priority.IMPROVEMENT)


def _do(ticket: Ticket, deed: str, now: datetime, done: Work, rate: Decimal, place: int) -> None:
    entries = ticket.budget.entries
    match deed:
        case "ask":
            asks(ticket, done.minutes, now, rate=rate)
        case "yes" | "no":
            says(ticket, now, yes=deed == "yes")
        case "log":
            ticket.log_time(done, "", rate=rate, by=LENA, at=now)
        case "correct" if place < len(entries):
            ticket.correct_time(entries[place].seq, done, "", rate=rate, by=LENA, at=now)
        case "withdraw":
            ticket.withdraw(by=LENA, at=now)
        case "resolve":
            ticket.resolve("Done.", by=Actor.system("sweep"), at=now)


def _write(
    books: Books, deed: str, now: datetime, line: dict[str, Any], rate: Decimal, place: int, *, wish: bool
) -> None:
    said = [r for r in books.rounds if r["yes"]]
    agreed = said[-1]["rate"] if said and (wish is not line["emergency"]) else rate
    match deed:
        case "ask":
            asked = {"minutes": line["minutes"], "rate": rate, "at": now, "yes": None, "answered": None}
            books.rounds.append(asked | {"expires": now + timedelta(days=10)})
        case "yes" | "no" | "withdraw":
            books.rounds[-1] |= {"answered": now} | ({"yes": now} if deed == "yes" else {})
        case "log":
            books.lines.append(line | {"rate": agreed})
        case "correct":
            was = books.lines[place]
            same = was["emergency"] == line["emergency"]
            books.lines[place] = line | {"rate": was["rate"] if same else agreed}
        case "resolve":
            books.ended = now
