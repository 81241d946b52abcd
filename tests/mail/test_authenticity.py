"""Whom the desk believes about a sender: its own mail server, and only where it says that DMARC fails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.authenticity import is_forged
from mail.headers import Headers

OURS = "mx.desk.example"


def forged(*results, trusted=OURS):
    return is_forged(Headers(tuple(("authentication-results", each) for each in results)), trusted)


@pytest.mark.parametrize(
    "results",
    [
        "mx.desk.example; dmarc=fail",
        "MX.Desk.Example. ; DMARC = FAIL (p=none)",
        "mx.desk.example 1; spf=pass smtp.mailfrom=a.example; dmarc/1=fail header.from=b.example",
        'mx.desk.example (our own (first) server); dmarc (checked) = (result) fail reason="x; dmarc=pass"',
        'mx.desk.example; dkim=pass reason="a;b" header.d=x.example;\r\n dmarc=fail',
        "spf=fail; dkim=none; dmarc=fail action=oreject header.from=customer.example;compauth=fail",
        "mx.desk.example; spf=pass (comment never closed by anybody\\) still) ; dmarc=fail",
    ],
)
def test_our_servers_no_is_heard_however_it_is_written(results):
    assert forged(results)


@pytest.mark.parametrize(
    "results",
    [
        "mx.elsewhere.example; dmarc=fail",
        "mx.desk.example.evil.example; dmarc=fail",
        "mx.desk.example; dmarc=pass (was dmarc=fail; before)",
        'mx.desk.example; dmarc=pass reason="; dmarc=fail"',
        "mx.desk.example; x-dmarc=fail; dmarc-arc=fail",
        "mx.desk.example; dmarc=failure",
        "mx.desk.example; dmarc",
        "mx.desk.example",
        ";;=(((\\",
        "",
    ],
)
def test_nothing_else_makes_a_sender_forged(results):
    assert not forged(results)


def test_the_topmost_verdict_of_our_server_counts_wherever_it_stands_among_its_headers():
    others, none = "mx.evil.example; dmarc=fail", "mx.desk.example; dkim=pass"

    assert forged(none, others, "mx.desk.example; dmarc=fail", "mx.desk.example; dmarc=pass")
    assert not forged(none, others, "mx.desk.example; dmarc=pass", "mx.desk.example; dmarc=fail")


def test_a_header_without_a_name_is_believed_only_at_the_very_top():
    assert not forged("mx.desk.example; dmarc=pass", "dmarc=fail")


def test_without_a_server_of_ours_nobody_is_believed():
    assert not forged("mx.desk.example; dmarc=fail", trusted=None)


@given(st.lists(st.text(alphabet='abdmrcfilps=;()"\\ ./1\n', max_size=60), max_size=4))
def test_no_header_is_too_odd(results):
    said = [f"{OURS}; {each}" for each in results]
    assert forged(*said) in (True, False)
    assert not forged(f"{OURS}; dmarc=pass", *said)
