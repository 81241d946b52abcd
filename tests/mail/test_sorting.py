"""Which of several desks gets a new ticket."""

import pytest

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
