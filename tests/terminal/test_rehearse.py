"""`helpdesk calendar rehearse` and `helpdesk reschedule`: what other settings would move, and moving it."""

import json

import pytest

from desk.actor import Actor
from desk.priority import Priority
from store import tickets

pytestmark = pytest.mark.both_engines

SANNE = Actor.agent("U0SANNE", "Sanne")

CLOSED_MONDAY = "hours.closed_add = [2026-11-30]\n"


def test_it_lists_which_tickets_would_move_from_when_to_when(typed, opened, tmp_path, db):
    urgent, low = opened(), opened(priority=Priority.LOW, landed="2026-11-30 08:00+00:00")
    ended = opened()
    with db.change() as session:
        tickets.get(session, ended).resolve("Done.", by=SANNE, at=tickets.get(session, ended).opened_at)
    (tmp_path / "new.toml").write_text(CLOSED_MONDAY)
    done = typed("calendar", "rehearse", "--config", "new.toml")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        f"HD-{urgent}  First response: Mon 30 Nov 16:30 -> Tue 1 Dec 16:30",
        f"HD-{urgent}  Recovery: Mon 30 Nov 16:30 -> Tue 1 Dec 16:30",
        f"HD-{low}  First response: Tue 1 Dec 17:00 -> Wed 2 Dec 17:00",
        f"HD-{low}  Recovery: Thu 17 Dec 17:00 -> Fri 18 Dec 17:00",
        "2 of 3 open tickets would move.",
    ]


def test_without_new_settings_it_compares_with_what_the_desk_last_used(typed, opened, tmp_path):
    opened()
    assert typed("reschedule").stdout == "Looked at 1 open tickets; 1 moved.\n"
    assert typed("calendar", "rehearse").stdout == "0 of 1 open tickets would move.\n"
    (tmp_path / "helpdesk.toml").write_text(CLOSED_MONDAY)
    assert "Mon 30 Nov 16:30 -> Tue 1 Dec 16:30" in typed("calendar", "rehearse").stdout
    assert typed("reschedule").stdout == "Looked at 1 open tickets; 1 moved.\n"
    assert typed("calendar", "rehearse").stdout == "0 of 1 open tickets would move.\n"


def test_a_stricter_contract_says_what_would_be_late_at_once(typed, opened, tmp_path):
    number = opened(landed="2026-11-30 08:00+00:00", priority=Priority.HIGH)
    (tmp_path / "new.toml").write_text(
        """
        [[contracts]]
        name = "Bakery"
        domains = ["bakery.example"]
        first_response = { urgent = 2, high = 2 }
        recovery = { urgent = 2, high = 4 }
        """
    )
    said = typed("calendar", "rehearse", "--config", "new.toml").stdout
    assert f"HD-{number}  First response: Mon 30 Nov 17:00 -> Mon 30 Nov 11:00  already passed" in said
    assert f"HD-{number}  Recovery: Tue 1 Dec 17:00 -> Mon 30 Nov 13:00\n" in said


def test_a_paused_ticket_says_how_much_time_it_would_have(typed, opened, tmp_path, db):
    number = opened(landed="2026-11-30 08:00+00:00")
    with db.change() as session:
        ticket = tickets.get(session, number)
        ticket.ask("Which?", by=SANNE, at=ticket.opened_at)
        ticket.mailed(2, recipients=[], by=SANNE, at=ticket.opened_at)
    (tmp_path / "new.toml").write_text("promises.recovery.high = 12\npromises.recovery.urgent = 10\n")
    said = typed("calendar", "rehearse", "--config", "new.toml").stdout
    assert f"HD-{number}  Recovery: paused, then 1 d 2 h left\n" in said


def test_another_program_gets_one_object_for_each_move(typed, opened, tmp_path):
    number = opened()
    (tmp_path / "new.toml").write_text(CLOSED_MONDAY)
    said = [
        json.loads(line)
        for line in typed("calendar", "rehearse", "--config", "new.toml", "--json").stdout.splitlines()
    ]
    assert [each["goal"] for each in said] == ["first_response", "recovery"]
    assert said[0] == {
        "ticket": f"HD-{number}",
        "goal": "first_response",
        "before": "2026-11-30T15:30:00Z",
        "after": "2026-12-01T15:30:00Z",
        "left_minutes": 450.0,
        "late": False,
    }


def test_settings_that_cannot_be_used_are_refused_before_anything_is_compared(typed, opened, tmp_path):
    (tmp_path / "new.toml").write_text("promises.recovery.high = 4\n")
    done = typed("calendar", "rehearse", "--config", "new.toml")
    assert done.exit_code == 78
    assert "what is more urgent may not take longer" in done.stderr
