"""Each setting of the promises acts: from the file to what the desk does."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config import load
from desk.actor import Actor
from desk.event import Kind
from desk.priority import Priority
from desk.status import Status
from desk.ticket import Ticket
from settings.promised import policy_of
from sla.clock import read_clock
from sla.policy import Goal
from sla.sweep import Remind, Warn, carry_out, judge
from store import inbox, tickets
from store.inbox import Arrival
from wiring.letters import intake_of

NEEDED = {
    "SLACK_BOT_TOKEN": "xoxb-1-bot-secret-9876",
    "SLACK_APP_TOKEN": "xapp-1-app-secret-5432",
    "HELPDESK_SLACK__SUPPORT_CHANNEL": "C0SUPPORT",
    "HELPDESK_SLACK__LEADS_CHANNEL": "C0LEADS",
}
ANNA = Actor.customer("anna@bakery.example", "Anna")
SANNE = Actor.agent("U0SANNE", "Sanne")
DESK = Actor.system("test")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Amsterdam"))


MONDAY = at("2026-11-30 09:00")


@pytest.fixture
def promised(tmp_path: Path):
    """The policy of a settings file."""

    def read(text):
        path = tmp_path / "helpdesk.toml"
        path.write_text(text, encoding="utf-8")
        return policy_of(load(path, NEEDED))

    return read


def a_ticket(priority=Priority.URGENT, sender="anna@bakery.example"):
    by = Actor.customer(sender, "Anna")
    return Ticket.open(by=by, at=MONDAY, subject="Blank", text="Blank.", priority=priority)


def waiting():
    ticket = a_ticket()
    ticket.ask("Which?", by=SANNE, at=MONDAY)
    ticket.mailed(2, recipients=[], by=DESK, at=MONDAY)
    return ticket


def does(ticket, policy, now):
    return list(judge(ticket, policy, now=now, read_up_to=now))


def test_what_counts_as_a_response(promised):
    ticket = a_ticket()
    ticket.take(by=SANNE, at=at("2026-11-30 09:30"))
    taken = promised('promises.response_counts = "reply-or-taken"')
    assert not read_clock(ticket, Goal.FIRST_RESPONSE, taken, now=MONDAY).is_running
    assert read_clock(ticket, Goal.FIRST_RESPONSE, promised(""), now=MONDAY).is_running


def test_how_long_silence_may_last_and_when_it_is_reminded_of(promised):
    policy = promised("[promises]\nsilence_hours = 10\nreminder_hours = 4")
    ticket = waiting()
    assert does(ticket, policy, MONDAY + timedelta(hours=3, minutes=59)) == []
    assert does(ticket, policy, MONDAY + timedelta(hours=4)) == [Remind(3)]
    for verdict in does(ticket, policy, MONDAY + timedelta(hours=10)):
        carry_out(ticket, verdict, at=MONDAY + timedelta(hours=10))
    assert ticket.status is Status.RESOLVED


def test_after_how_many_days_an_ended_ticket_is_closed(promised):
    policy, ticket = promised("promises.close_after_days = 2"), a_ticket()
    ticket.resolve("Done.", by=SANNE, at=MONDAY)
    assert does(ticket, policy, MONDAY + timedelta(hours=47)) == []
    for verdict in does(ticket, policy, MONDAY + timedelta(days=2)):
        carry_out(ticket, verdict, at=MONDAY + timedelta(days=2))
    assert ticket.history[-1].kind is Kind.CLOSED


def test_at_which_levels_the_desk_speaks_up(promised):
    policy, ticket, told = promised("promises.levels = [25, 80, 100]"), a_ticket(), []
    for hour in range(9):
        for verdict in does(ticket, policy, MONDAY + timedelta(hours=hour)):
            carry_out(ticket, verdict, at=MONDAY + timedelta(hours=hour))
            if isinstance(verdict, Warn) and verdict.goal is Goal.RECOVERY:
                told.append((hour, verdict.level))
    assert told == [(2, 25), (7, 80), (8, 100)]


def test_a_contract_has_its_own_targets_hours_holidays_language_rate_and_approvers(promised):
    policy = promised(
        """
        [[contracts]]
        name = "Bakery"
        domains = ["bakery.example"]
        first_response = { urgent = 2 }
        recovery = { urgent = 4 }
        language = "nl"
        rate = 95.50
        approvers = ["Boss@Bakery.example"]
        [contracts.hours]
        closed_add = [2026-11-30]
        [contracts.hours.week]
        tue = ["06:00-12:00"]
        """
    )
    ours, theirs = a_ticket(), a_ticket(sender="jan@elsewhere.example")
    due = [read_clock(each, Goal.RECOVERY, policy, now=MONDAY).due for each in (ours, theirs)]
    assert due == [at("2026-12-01 10:00"), at("2026-11-30 17:00")]
    contract = policy.contract_of("anna@bakery.example")
    assert (contract.language, str(contract.rate)) == ("nl", "95.5")
    assert contract.approvers == {"boss@bakery.example"}


def test_which_priority_a_new_ticket_has(db, tmp_path):
    config = load(None, NEEDED | {"HELPDESK_DESK__DEFAULT_PRIORITY": "high"})
    raw = b"From: anna@bakery.example\r\nMessage-ID: <1@bakery.example>\r\nSubject: Blank\r\n\r\nIt is blank."
    with db.change() as session:
        inbox.keep(session, Arrival(source="terminal", raw=raw, at=MONDAY))
    assert intake_of(config, db, policy_of(config), lambda: MONDAY).receive_new() == 1
    with db.read() as session:
        assert tickets.get(session, 1).priority is Priority.HIGH
