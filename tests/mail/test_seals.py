"""The address that answers come to: it proves a ticket, and nobody can make one up."""

from hypothesis import given
from hypothesis import strategies as st

from mail.seals import reply_address, ticket_sealed_in

SECRET = "a secret of the desk"


def test_a_reply_address_proves_its_ticket_whatever_its_case():
    address = reply_address("help@desk.example", ticket=42, secret=SECRET)

    assert address.startswith("help+hd42.")
    assert ticket_sealed_in(["other@x.example", address.upper()], secret=SECRET) == 42


def test_another_ticket_another_desk_and_no_secret_prove_nothing():
    address = reply_address("help@desk.example", ticket=42, secret=SECRET)

    assert ticket_sealed_in([address.replace("hd42", "hd43")], secret=SECRET) is None
    assert ticket_sealed_in([address], secret="of another desk") is None
    assert ticket_sealed_in([reply_address("help@desk.example", ticket=1, secret="")], secret="") is None


@given(st.integers(0, 10**12 - 1), st.text(alphabet="0123456789abcdef", min_size=30, max_size=33))
def test_no_guess_is_a_seal(ticket, guess):
    assert ticket_sealed_in([f"help+hd{ticket}.{guess}@desk.example"], secret=SECRET) is None


def test_a_desk_with_a_long_name_keeps_its_plain_address():
    long = "the-support-people-of-the-bakery@desk.example"

    assert reply_address(long, ticket=123456, secret=SECRET) == long
