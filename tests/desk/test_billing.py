"""The money of a ticket: whose yes counts, which hours are billed, and when the desk warns."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from desk.actor import Actor
from desk.answer import Answer
from desk.budget import Proposal, Purpose, Standing
from desk.delivery import Audience
from desk.errors import DeskError, NotAllowed
from desk.event import Kind
from desk.priority import Priority
from desk.ticket import Ticket
from desk.worked import Work

MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)
ANNA = Actor.customer("anna@bakery.example", "Anna")
BOSS = Actor.customer("boss@bakery.example", "Bo")
MALLORY = Actor.customer("mallory@elsewhere.example", "Mallory")
SANNE, TOM = Actor.agent("U0SANNE", "Sanne"), Actor.agent("U0TOM", "Tom")
RATE = Decimal(125)
BY_MAIL = {"via": "mail", "sender": ANNA.key, "inbox": 7, "message_id": "m7@bakery.example"}


def a_wish(**facts: Any) -> Ticket:
    known: dict[str, Any] = {"priority": Priority.IMPROVEMENT} | facts
    ticket = Ticket.open(by=ANNA, at=MONDAY, subject="A second till", text="Please.", **known)
    ticket.number = 42
    return ticket


def a_proposal(**facts: Any) -> Proposal:
    known: dict[str, Any] = {
        "purpose": Purpose.BUDGET, "scope": "A second till", "minutes": 600, "rate": RATE,
        "until": date(2026, 12, 11), "expires_at": datetime(2026, 12, 11, 23, tzinfo=UTC),
        "to": ANNA.key, "approvers": frozenset({ANNA.key}),
    }  # fmt: skip
    return Proposal(**known | facts)


def hours(count: float, **facts: Any) -> Work:
    known: dict[str, Any] = {"minutes": int(count * 60), "on": MONDAY.date(), "begins": MONDAY}
    return Work(**known | facts)


def asked(ticket: Ticket | None = None, at: datetime = MONDAY, **facts: Any) -> Ticket:
    ticket = ticket or a_wish()
    assert ticket.propose(a_proposal(**facts), by=SANNE, at=at)
    return ticket


def approved(**facts: Any) -> Ticket:
    ticket = asked(**facts)
    assert ticket.approve(1, by=ANNA, at=MONDAY, evidence=BY_MAIL)
    return ticket


def logs(ticket: Ticket, work: Work, at: datetime = MONDAY) -> bool:
    return ticket.log_time(work, "Wiring", rate=RATE, by=SANNE, at=at)


def last_standing(ticket: Ticket, at: datetime = MONDAY) -> Standing:
    assert ticket.budget.last
    return ticket.budget.last.standing(at)


def test_an_improvement_goes_from_draft_through_the_clients_yes_to_a_date_and_back_on_overrun() -> None:
    ticket = asked()
    assert last_standing(ticket) is Standing.DRAFTED
    assert {each.audience for each in ticket.history[-1].deliveries} == {Audience.AGENTS, Audience.CUSTOMER}
    ticket.mailed(2, recipients=[ANNA.key], by=Actor.system("outbox"), at=MONDAY)
    assert last_standing(ticket) is Standing.ASKED
    assert ticket.approve(1, by=ANNA, at=MONDAY, evidence=BY_MAIL)
    assert (last_standing(ticket), ticket.budget.approved_amount) == (Standing.APPROVED, Decimal(1250))
    assert ticket.schedule(date(2026, 12, 4), by=SANNE, at=MONDAY)
    assert ticket.budget.planned == date(2026, 12, 4)
    assert not ticket.schedule(date(2026, 12, 4), by=TOM, at=MONDAY), "it is planned for that day already"
    assert logs(ticket, hours(8))
    assert [event.detail["level"] for event in ticket.history if event.kind is Kind.HOURS_WARNED] == [80]
    assert logs(ticket, hours(2.5))
    assert (ticket.budget.share, ticket.history[-1].detail["level"]) == (105, 100)
    asked(ticket, purpose=Purpose.MORE, minutes=120)
    assert ticket.approve(2, by=ANNA, at=MONDAY, evidence=BY_MAIL)
    assert (ticket.budget.approved_minutes, ticket.budget.share) == (720, 87)
    assert logs(ticket, hours(0.25))
    assert ticket.history[-1].detail["level"] == 80, "of the new hours, too, somebody is warned once"
    assert ticket.resolve("It stands there.", by=SANNE, at=MONDAY)


def test_the_evidence_of_a_yes_is_kept_with_its_amount() -> None:
    kept = approved().history[-1]
    assert kept.detail == BY_MAIL | {"round": 1, "amount": "1250.00"}
    assert (kept.by, kept.at) == (ANNA, MONDAY)


@pytest.mark.parametrize("by", [BOSS, MALLORY, Actor.by_link("mallory@elsewhere.example")])
def test_nobody_but_an_approver_may_answer(by: Actor) -> None:
    ticket = asked()
    with pytest.raises(DeskError, match=r"Only anna@bakery\.example may answer"):
        ticket.approve(1, by=by, at=MONDAY, evidence=BY_MAIL)
    assert last_standing(ticket) is Standing.DRAFTED


def test_whom_the_contract_names_approves_and_may_write_from_then_on() -> None:
    ticket = a_wish()
    approvers = frozenset({BOSS.key, "cfo@bakery.example"})
    with pytest.raises(DeskError, match=r"anna@bakery\.example may not approve"):
        ticket.propose(a_proposal(approvers=approvers), by=SANNE, at=MONDAY)
    asked(ticket, to=BOSS.key, approvers=approvers)
    assert ticket.participants == {ANNA.key, BOSS.key}
    with pytest.raises(DeskError, match=r"Only boss@bakery.example or cfo@bakery\.example"):
        ticket.approve(1, by=ANNA, at=MONDAY, evidence=BY_MAIL)
    assert ticket.decline(1, by=BOSS, at=MONDAY, evidence=BY_MAIL)
    assert last_standing(ticket) is Standing.DECLINED


def test_a_second_yes_changes_nothing_and_a_no_after_it_is_refused() -> None:
    ticket = approved()
    assert not ticket.approve(1, by=ANNA, at=MONDAY, evidence=BY_MAIL)
    with pytest.raises(DeskError, match="approved already"):
        ticket.decline(1, by=ANNA, at=MONDAY, evidence=BY_MAIL)


def test_what_lapsed_was_taken_back_or_replaced_can_no_longer_be_answered() -> None:
    late, withdrawn, replaced = asked(), asked(), asked(asked(), minutes=300)
    withdrawn.withdraw(by=TOM, at=MONDAY)
    for ticket, at, why in (
        (late, datetime(2026, 12, 11, 23, tzinfo=UTC), "is over"),
        (withdrawn, MONDAY, "taken back"),
        (replaced, MONDAY, "newer"),
    ):
        with pytest.raises(DeskError, match=why):
            ticket.approve(1, by=ANNA, at=at, evidence=BY_MAIL)
    assert last_standing(late, datetime(2026, 12, 12, tzinfo=UTC)) is Standing.EXPIRED
    assert replaced.approve(2, by=ANNA, at=MONDAY, evidence=BY_MAIL)
    with pytest.raises(DeskError, match="Nothing waits"):
        withdrawn.withdraw(by=TOM, at=MONDAY)
    with pytest.raises(DeskError, match="Nothing like that"):
        late.approve(2, by=ANNA, at=MONDAY, evidence=BY_MAIL)


@pytest.mark.parametrize(
    ("priority", "facts", "why"),
    [
        (Priority.HIGH, {}, "Only an improvement has a budget"),
        (Priority.IMPROVEMENT, {"purpose": Purpose.EMERGENCY}, "An improvement has a budget"),
        (Priority.IMPROVEMENT, {"purpose": Purpose.MORE}, "no approved budget yet"),
        (Priority.IMPROVEMENT, {"minutes": None}, "how many hours"),
        (Priority.IMPROVEMENT, {"scope": "  "}, "Write something first"),
        (Priority.IMPROVEMENT, {"expires_at": MONDAY}, "That day has passed"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_to_do(priority: Priority, facts: Any, why: str) -> None:
    ticket = a_wish(priority=priority)
    with pytest.raises(DeskError, match=why):
        ticket.propose(a_proposal(**facts), by=SANNE, at=MONDAY)
    with pytest.raises(NotAllowed):
        ticket.propose(a_proposal(), by=ANNA, at=MONDAY)
    assert ticket.version == 1


def test_an_emergency_is_billed_at_the_rate_that_the_client_agreed_to() -> None:
    ticket = a_wish(priority=Priority.URGENT)
    with pytest.raises(DeskError, match="not agreed to emergency work"):
        logs(ticket, hours(1, emergency=True))
    asked(ticket, purpose=Purpose.EMERGENCY, minutes=None, rate=Decimal(190))
    ticket.approve(1, by=ANNA, at=MONDAY, evidence=BY_MAIL)
    assert ticket.history[-1].detail["amount"] is None
    assert logs(ticket, hours(1, emergency=True))
    assert logs(ticket, hours(1))
    assert [entry.amount for entry in ticket.budget.entries] == [Decimal(190), Decimal(125)]
    assert ticket.budget.approved_minutes == 0, "a consent is no budget"


def test_an_improvement_is_not_billed_before_its_budget_is_approved() -> None:
    ticket = asked()
    with pytest.raises(DeskError, match="No budget is approved yet"):
        logs(ticket, hours(1))
    with pytest.raises(DeskError, match="No budget is approved yet"):
        ticket.schedule(date(2026, 12, 4), by=SANNE, at=MONDAY)
    assert logs(ticket, hours(1, billable=False))
    assert (ticket.budget.used_minutes, ticket.budget.logged_minutes) == (0, 60)


def test_a_correction_leaves_what_was_written_and_counts_from_then_on() -> None:
    ticket = approved()
    logs(ticket, hours(9))
    seq = next(event.seq for event in ticket.history if event.kind is Kind.TIME_LOGGED)
    before = dict(ticket.event(seq).detail)
    assert ticket.correct_time(seq, hours(1), "Wiring", rate=RATE, by=TOM, at=MONDAY)
    assert not ticket.correct_time(seq, hours(1), "Wiring", rate=RATE, by=TOM, at=MONDAY)
    assert ticket.event(seq).detail == before
    assert ticket.history[-1].detail["redraws"] == [seq]
    [entry] = ticket.budget.entries
    assert (entry.work.minutes, entry.is_corrected, entry.who) == (60, True, "Sanne")
    assert ticket.correct_time(seq, replace(entry.work, minutes=0), "Wiring", rate=RATE, by=TOM, at=MONDAY)
    assert ticket.budget.used_minutes == 0
    with pytest.raises(DeskError, match="No time was logged"):
        ticket.correct_time(1, hours(1), "", rate=RATE, by=TOM, at=MONDAY)


def test_a_level_of_the_hours_is_said_once() -> None:
    ticket = approved()
    for _ in range(3):
        logs(ticket, hours(4))
    logs(ticket, hours(4))
    assert [e.detail["level"] for e in ticket.history if e.kind is Kind.HOURS_WARNED] == [80, 100]


def test_an_agent_says_what_an_unclear_mail_meant_and_the_first_one_counts() -> None:
    for meant, standing in (
        (Answer.YES, Standing.APPROVED), (Answer.NO, Standing.DECLINED), (Answer.UNCLEAR, Standing.DRAFTED),
    ):  # fmt: skip
        ticket = asked()
        ticket.customer_wrote("Yes, but when?", by=ANNA, at=MONDAY)
        assert ticket.doubt(1, "it is not plain", by=ANNA, at=MONDAY, evidence=BY_MAIL | {"of": 3})
        assert not ticket.doubt(1, "it is not plain", by=ANNA, at=MONDAY, evidence=BY_MAIL | {"of": 3})
        assert ticket.clarify(4, meant, by=SANNE, at=MONDAY + timedelta(days=30)), "it came in time"
        assert last_standing(ticket) is standing
        assert ticket.history[-1].detail["redraws"] == [4]
        with pytest.raises(DeskError, match="said already"):
            ticket.clarify(4, Answer.YES, by=TOM, at=MONDAY)
    with pytest.raises(DeskError, match="not a question"):
        ticket.clarify(1, Answer.YES, by=TOM, at=MONDAY)
    with pytest.raises(NotAllowed):
        ticket.clarify(4, Answer.YES, by=ANNA, at=MONDAY)


def test_a_held_mail_that_is_let_in_is_no_yes_before_an_agent_says_so() -> None:
    ticket = asked(to=BOSS.key, approvers=frozenset({BOSS.key, "cfo@bakery.example"}))
    cfo = Actor.customer("cfo@bakery.example", "Cora")
    ticket.quarantine("Akkoord", by=cfo, at=MONDAY, reason="not on this ticket", inbox=9)
    assert ticket.accept(3, by=SANNE, at=MONDAY)
    assert (ticket.history[-1].kind, last_standing(ticket)) == (Kind.BUDGET_UNCLEAR, Standing.DRAFTED)
    assert ticket.clarify(ticket.version, Answer.YES, by=SANNE, at=MONDAY)
    assert ticket.history[-1].detail["sender"] == cfo.key
