"""Which of several desks gets a new ticket."""

import pytest

from mail.house import House, Known
from mail.sorting import Rule, Seen, rule_for

SALES = Rule(
    "Sales", addresses=frozenset({"sales@desk.example"}), subjects=(("credit", "note"), ("invoice",))
)
BAKERS = Rule("Bakers", clients=frozenset({"bakery bv", "oven.example"}))
RULES = (SALES, BAKERS)


def desk_for(**facts):
    usual = {
        "written_to": "help@desk.example",
        "customer": "a@b.example",
        "client": "b.example",
        "subject": "",
    }
    rule = rule_for(Seen(**usual | facts), RULES)
    return rule.desk if rule else ""


@pytest.mark.parametrize(
    ("facts", "desk"),
    [
        ({}, ""),
        ({"written_to": "sales@desk.example"}, "Sales"),
        ({"client": "Bakery BV"}, "Bakers"),
        ({"customer": "Anna@Oven.example", "client": "Ovens"}, "Bakers"),
        ({"customer": "unknown", "client": ""}, ""),
        ({"subject": "RE: your INVOICE (2026)"}, "Sales"),
        ({"subject": "Invoices"}, ""),
        ({"subject": "A crédit note, please"}, "Sales"),
        ({"subject": "A note about credit"}, ""),
        ({"subject": "credit"}, ""),
        ({"subject": "invoice", "client": "Bakery BV"}, "Sales"),
    ],
)
def test_the_first_rule_that_fits_decides_and_the_first_desk_gets_the_rest(facts, desk):
    assert desk_for(**facts) == desk


@pytest.mark.parametrize(
    ("before", "desk"), [(None, "Sales"), ("", ""), ("Bakers", "Bakers"), ("Closed down", "Sales")]
)
def test_what_follows_an_ended_ticket_stays_with_its_desk_as_long_as_there_is_one(before, desk):
    house = House(addresses=frozenset({"help@desk.example"}), desks=RULES)
    assert house.desk_for(Seen("", "a@b.example", "", "invoice"), before) == desk


def test_an_address_speaks_before_a_desk_and_a_desk_before_the_house():
    dutch = Rule("Sales", addresses=frozenset({"sales@desk.example"}), language="nl")
    house = House(addresses=frozenset({"help@desk.example"}), desks=(dutch,), language="en")
    german = Known("sales@desk.example", "de")
    assert house.usual_language("Sales", german) == "de"
    assert house.usual_language("Sales", None) == "nl"
    assert house.usual_language("", None) == "en"
