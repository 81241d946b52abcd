"""/ticket report: a month in figures, for team leads alone."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update

from bot.month import draw, facts
from desk.actor import Actor
from desk.priority import Priority
from sla.billed import Money
from sla.report import PROMISED, Figures, Lengths, Rate
from store import tables

LENA = Actor.lead("U0LENA", "Lena")
AT = datetime(2026, 11, 15, tzinfo=UTC)


@pytest.fixture
def database_url(one_engine):
    return one_engine


def report(desk, slack, words="", *, by="U0LENA"):
    """What came back to whoever asked, and what came later."""
    before = len(slack.told)
    said = desk.ask(f"report {words}", by=by)
    return said["text"], [one for one in slack.told[before:] if one["text"] != said["text"]]


def kinds(message):
    return [block["type"] for block in message["blocks"]]


def test_a_lead_gets_the_month_in_words_and_pictures(desk, slack):
    number = desk.a_ticket(priority=Priority.URGENT)
    desk.change(number, lambda ticket: ticket.resolve("Done.", by=LENA, at=desk.time.now()))
    desk.a_ticket(priority=Priority.LOW)
    said, [told] = report(desk, slack)
    assert said == "Counting. The report comes here in a moment; only you see it."
    words = json.dumps(told["blocks"], ensure_ascii=False)
    assert "November 2026" in words
    assert "100 %: urgent 1 of 1" in words
    assert kinds(told) == [
        "header",
        "section",
        "data_visualization",
        "data_visualization",
        "section",
        "table",
    ]
    assert "Came in 2; 1 resolved" in told["text"], "who cannot see the blocks reads the same"


def test_a_client_or_a_month_may_be_named_in_any_order_of_importance(desk, slack):
    desk.a_ticket()
    _, [bakery] = report(desk, slack, "november Bakery")
    assert "November 2026: Bakery" in bakery["text"]
    assert "table" not in kinds(bakery)
    _, [nobody] = report(desk, slack, "garage")
    assert nobody["text"] == "Nothing happened for garage in that month. There is: Bakery."


def test_a_month_with_nothing_in_it_says_so(desk, slack):
    _, [told] = report(desk, slack, "2025-02")
    assert "February 2025" in told["text"]
    assert "Nothing decided yet" in told["text"]


def test_a_month_that_does_not_exist_is_refused_at_once(desk, slack):
    assert report(desk, slack, "2026-13") == ("There is no month 2026-13.", [])


@pytest.mark.parametrize("word", ["report", "rapport", "verslag november"])
def test_an_agent_is_told_whom_it_is_for(desk, slack, word):
    assert desk.ask(word)["text"] == "Only a lead may ask for a report."
    assert [one["text"] for one in slack.told] == ["Only a lead may ask for a report."]


def test_sixty_clients_with_hostile_names_fit_one_message(desk, slack):
    for n in range(60):
        its = tables.tickets.c.number == desk.a_ticket()
        with desk.db.change() as session:
            name = f"<!channel> *{n}* " + "x" * 300
            session.execute(update(tables.tickets).where(its).values(client=name))
    _, [told] = report(desk, slack)
    assert "and 40 clients more" in json.dumps(told["blocks"])
    assert "<!channel>" not in told["text"]


def test_of_several_it_says_what_half_and_nine_of_ten_stayed_within(desk, slack):
    for hours in range(10):
        desk.a_ticket()
        number = desk.a_ticket(priority=Priority.HIGH)
        at = desk.time.now() + timedelta(hours=hours / 2)
        desk.change(number, lambda ticket, at=at: ticket.resolve("Done.", by=LENA, at=at))
    desk.time.sleep(6 * 3600)
    _, [told] = report(desk, slack)
    assert "Recovery took half within 3 h 15 min, nine of ten within 5 h" in told["text"]
    assert "Open at the end 10; half older than 7 h, the oldest 7 h" in told["text"]


def test_a_month_in_which_everything_happened_fits_into_slacks_columns():
    hour = timedelta(hours=1)
    rates = {(goal, Priority.HIGH): Rate(1, 2) for goal in PROMISED}
    everything = Figures(
        client=None, begin=AT, end=AT, opened=9, resolved=8, cancelled=1, rates=rates,
        times=dict.fromkeys(PROMISED, Lengths(2, hour, hour, hour)), reasons={None: 2},
        ages=Lengths(2, hour, hour, hour), helped=Rate(1, 1),
        money=Money(logged=90, billable=60, amount=Decimal(125), approved=600, used=60, waiting=1),
    )  # fmt: skip
    columns = [block["fields"] for block in draw([everything], "November 2026").blocks if "fields" in block]
    assert sum(map(len, columns)) == len(list(facts(everything))) > 10
    assert max(map(len, columns)) <= 10
