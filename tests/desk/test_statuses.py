"""Every cell of the table of statuses."""

from collections.abc import Callable
from datetime import datetime

import pytest

from desk.actor import Actor
from desk.errors import DeskError, TransitionRefused
from desk.event import Kind
from desk.status import OPEN, RUNNING, TRANSITIONS, Status
from desk.ticket import Ticket

ATicket = Callable[..., Ticket]
At = Callable[[str], datetime]

WFS, INP, WFC = Status.WAITING_FOR_SUPPORT, Status.IN_PROGRESS, Status.WAITING_FOR_CUSTOMER
RES, CAN, CLO = Status.RESOLVED, Status.CANCELLED, Status.CLOSED
COLUMNS = (WFS, INP, WFC, RES, CAN, CLO)

Deed = Callable[[Ticket, Actor, datetime], bool]

DEEDS: dict[str, Deed] = {
    "a participant replies": lambda t, by, at: t.customer_wrote("It is blank again.", by=by, at=at),
    "an automatic reply comes": lambda t, by, at: t.machine_wrote("I am away.", by=by, at=at),
    "a mail bounces for now": lambda t, by, at: t.bounced("mailbox full", by=by, at=at, hard=False),
    "a mail bounces for good": lambda t, by, at: t.bounced("no such user", by=by, at=at, hard=True),
    "an unproved mail claims it": lambda t, by, at: t.quarantine(
        "Send me all.", by=by, at=at, reason="sender"
    ),
    "an agent takes it": lambda t, by, at: t.take(by=by, at=at),
    "an agent replies": lambda t, by, at: t.reply("We look at it.", by=by, at=at),
    "an agent asks": lambda t, by, at: t.ask("Since when?", by=by, at=at),
    "an agent resolves": lambda t, by, at: t.resolve("Done.", by=by, at=at),
    "an agent cancels": lambda t, by, at: t.cancel("Duplicate of 41.", by=by, at=at),
    "an agent reopens": lambda t, by, at: t.reopen(by=by, at=at),
    "a lead closes": lambda t, by, at: t.close(by=by, at=at),
    "silence resolves": lambda t, by, at: t.resolve(by=by, at=at),
}

BY = {
    "a participant replies": "anna",
    "an automatic reply comes": "anna",
    "a mail bounces for now": "desk_itself",
    "a mail bounces for good": "desk_itself",
    "an unproved mail claims it": "stranger",
    "a lead closes": "lea",
    "silence resolves": "desk_itself",
}

NO = None
"""The table says "-", or a new ticket."""

TABLE: dict[str, tuple[Status | None, ...]] = {
    # what happens                  WfS  InP  WfC  Res  Can  Clo
    "a participant replies": (WFS, INP, WFS, WFS, NO, NO),
    "an automatic reply comes": (WFS, INP, WFC, RES, CAN, CLO),
    "a mail bounces for now": (WFS, INP, WFC, RES, CAN, CLO),
    "a mail bounces for good": (WFS, INP, WFS, RES, CAN, CLO),
    "an unproved mail claims it": (WFS, INP, WFC, RES, CAN, CLO),
    "an agent takes it": (INP, INP, INP, NO, NO, NO),
    "an agent replies": (WFS, INP, WFC, RES, NO, NO),
    "an agent asks": (WFC, WFC, WFC, WFC, NO, NO),
    "an agent resolves": (RES, RES, RES, RES, NO, NO),
    "an agent cancels": (CAN, CAN, CAN, NO, CAN, NO),
    "an agent reopens": (WFS, NO, WFS, WFS, WFS, NO),
    "a lead closes": (NO, NO, NO, CLO, CLO, CLO),
}

SAME_AGAIN = {
    ("an agent resolves", RES),
    ("an agent cancels", CAN),
    ("an agent reopens", WFS),
    ("a lead closes", CLO),
}
"""Cells in which the ticket already is what was asked: no event, no mail."""

CELLS = [
    pytest.param(deed, status, expected, id=f"{deed}: {status.words}")
    for deed, row in TABLE.items()
    for status, expected in zip(COLUMNS, row, strict=True)
]


@pytest.mark.parametrize(("deed", "status", "expected"), CELLS)
def test_the_table_of_statuses_holds(
    deed: str,
    status: Status,
    expected: Status | None,
    a_ticket: ATicket,
    at: At,
    request: pytest.FixtureRequest,
) -> None:
    ticket = a_ticket(status)
    before = ticket.version
    actor: Actor = request.getfixturevalue(BY.get(deed, "tom"))

    if expected is NO:
        with pytest.raises(DeskError) as refusal:
            DEEDS[deed](ticket, actor, at("tue 10:00"))
        assert status.words.lower() in str(refusal.value).lower()
        assert (ticket.status, ticket.version) == (status, before)
        return
    changed = DEEDS[deed](ticket, actor, at("tue 10:00"))

    assert ticket.status is expected
    assert changed is ((deed, status) not in SAME_AGAIN)
    assert (ticket.version > before) is changed


def test_silence_resolves_a_ticket_that_waits(a_ticket: ATicket, at: At, desk_itself: Actor) -> None:
    ticket = a_ticket(WFC)
    assert ticket.resolve(by=desk_itself, at=at("thu 09:10"))
    assert ticket.status is RES
    assert ticket.history[-1].by.role == "system"


def test_a_resolved_ticket_that_gets_a_reply_is_reopened_and_everyone_hears(
    a_ticket: ATicket, at: At, anna: Actor
) -> None:
    ticket = a_ticket(RES)
    ticket.customer_wrote("It broke again.", by=anna, at=at("tue 10:00"))
    wrote, reopened = ticket.history[-2:]
    assert (wrote.kind, wrote.status) == (Kind.CUSTOMER_WROTE, RES)
    assert (reopened.kind, reopened.status) == (Kind.REOPENED, WFS)
    assert {d.audience for d in reopened.deliveries} == {"agents", "customer"}


def test_an_answer_puts_a_waiting_ticket_back_without_a_mail_to_the_customer(
    a_ticket: ATicket, at: At, anna: Actor
) -> None:
    ticket = a_ticket(WFC)
    ticket.customer_wrote("Firefox.", by=anna, at=at("tue 10:00"))
    assert ticket.status is WFS
    assert [d.audience for d in ticket.history[-1].deliveries] == ["agents"]


def test_taking_a_ticket_in_progress_hands_it_over_without_a_mail(
    a_ticket: ATicket, at: At, tom: Actor
) -> None:
    ticket = a_ticket(INP)
    assert ticket.take(by=tom, at=at("tue 10:00"))
    assert (ticket.owner, ticket.owner_name) == ("U0TOM", "Tom")
    last = ticket.history[-1]
    assert last.kind is Kind.ASSIGNED
    assert last.detail == {"owner": "U0TOM", "name": "Tom", "before": "Sanne"}
    assert [d.audience for d in last.deliveries] == ["agents"]


def test_asking_again_starts_the_wait_again(a_ticket: ATicket, at: At, sanne: Actor) -> None:
    ticket = a_ticket(WFC)
    assert ticket.ask("And which version?", by=sanne, at=at("tue 10:00"))
    assert [e.kind for e in ticket.history].count(Kind.ASKED) == 2
    assert ticket.history[-1].at == at("tue 10:00")


def test_no_status_but_closed_is_the_end() -> None:
    assert set(TRANSITIONS) == set(Status)
    assert [status for status, ways in TRANSITIONS.items() if not ways] == [CLO]
    assert {WFC} == OPEN - RUNNING


def test_no_status_follows_itself() -> None:
    assert all(status not in ways for status, ways in TRANSITIONS.items())


def test_a_refused_move_says_from_where_to_where(a_ticket: ATicket, at: At, sanne: Actor) -> None:
    with pytest.raises(TransitionRefused, match=r"^A ticket that is Resolved cannot become In progress\.$"):
        a_ticket(RES).take(by=sanne, at=at("tue 10:00"))
