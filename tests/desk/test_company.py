"""For which company somebody writes."""

import pytest

from desk.company import company_of


@pytest.mark.parametrize(
    ("address", "company"),
    [
        ("sanne@bakkerij.example", "bakkerij.example"),
        ("Sanne@Bakkerij.Example", "bakkerij.example"),
        ("sanne@gmail.com", ""),
        ("sanne@KPNmail.nl", ""),
        ("sanne@mail.gmail.example", "mail.gmail.example"),
        ("unknown", ""),
        ("", ""),
    ],
)
def test_a_company_is_told_by_its_domain_and_a_provider_is_none(address, company):
    assert company_of(address) == company
