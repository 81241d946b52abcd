"""`helpdesk report`: a month in figures, for people, spreadsheets and programs."""

import csv
import io
import json

import pytest
from sqlalchemy import update

from desk.actor import Actor
from desk.priority import Priority
from store import tables, tickets

pytestmark = pytest.mark.both_engines

SANNE = Actor.agent("U0SANNE", "Sanne")


def resolved(db, number):
    with db.change() as session:
        ticket = tickets.get(session, number)
        ticket.resolve("Done.", by=SANNE, at=ticket.opened_at)


def of_client(db, number, name):
    with db.change() as session:
        its = tables.tickets.c.number == number
        session.execute(update(tables.tickets).where(its).values(client=name))


def of_desk(db, number, name):
    with db.change() as session:
        its = tables.tickets.c.number == number
        session.execute(update(tables.tickets).where(its).values(desk=name))


def test_people_read_what_came_in_what_was_kept_and_what_is_open(typed, opened, db):
    resolved(db, opened())
    opened(landed="2026-11-26 15:30+00:00")
    assert typed("report").stdout.splitlines() == [
        "November 2026",
        "",
        "All clients",
        "  Came in                 2; 1 resolved",
        "  First response in time  50 %: urgent 1 of 2",
        "  Recovery in time        50 %: urgent 1 of 2",
        "  First response took     0 min",
        "  Recovery took           0 min",
        "  Promises broken         2: no reason given 2",
        "  Open at the end         1, 3 days 19 h old",
    ]


def test_a_spreadsheet_gets_a_row_for_each_client_and_no_formulas(typed, opened, db):
    resolved(db, opened(priority=Priority.LOW))
    of_client(db, opened(), "=Bakery")
    rows = list(csv.DictReader(io.StringIO(typed("report", "--csv").stdout)))
    assert [row["client"] for row in rows] == ["*", "", "'=Bakery"]
    assert (rows[0]["opened"], rows[0]["first_response_low_kept"]) == ("2", "1")
    assert rows[0]["broken_no_reason_given"] == "0"


def test_another_program_gets_one_object_for_each_client(typed, opened):
    opened()
    first, second = map(json.loads, typed("report", "--json", "--month", "2026-11").stdout.splitlines())
    assert first | {"client": ""} == second
    assert (first["begin"], first["end"]) == ("2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z")
    assert first["open"]["count"] == 1
    assert first["took"]["recovery"]["median_minutes"] is None


def test_one_client_is_chosen_by_name_and_an_unknown_one_is_told_who_there_is(typed, opened, db):
    of_client(db, opened(), "Bakery")
    assert typed("report", "--client", "bakery").stdout.splitlines()[2] == "Bakery"
    unknown = typed("report", "--client", "Garage")
    assert unknown.exit_code == 2
    assert "nothing happened for 'Garage'; there is Bakery" in unknown.stderr


def test_a_month_that_does_not_exist_is_refused(typed, opened):
    opened()
    refused = typed("report", "--month", "2026-13")
    assert refused.exit_code == 2
    assert "there is no month 2026-13" in refused.stderr


def test_of_several_desks_one_is_chosen_by_name(typed, opened, db):
    of_desk(db, opened(), "Sales")
    opened()
    opened()
    desks = json.dumps([{"name": "Sales", "support_channel": "C0SALES", "subjects": ["price"]}])

    def came_in(desk):
        said = typed("report", "--json", "--desk", desk, HELPDESK_DESKS=desks).stdout.splitlines()
        return json.loads(said[0])["opened"]

    assert [came_in("sales"), came_in("Helpdesk")] == [1, 2]
    unknown = typed("report", "--desk", "Lost", HELPDESK_DESKS=desks)
    assert unknown.exit_code == 2
    assert "there is no desk 'Lost'; there is Helpdesk, Sales" in unknown.stderr
