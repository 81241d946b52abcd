"""Senders that nobody wants to hear, from Slack."""

import json

import pytest

from desk.actor import Actor
from store import blocks


@pytest.fixture
def database_url(one_engine):
    return one_engine


def blocked(desk):
    with desk.db.read() as session:
        return [(each.sender, each.by) for each in blocks.every(session)]


def said(desk, text, **by):
    return json.dumps(desk.ask(text, **by), ensure_ascii=False)


def test_an_agent_blocks_an_address_and_hears_it_again(desk):
    assert "rude@other.example is blocked" in said(desk, "block Rude@other.example")
    assert "blocked already" in said(desk, "block <mailto:rude@other.example|rude@other.example>")
    assert blocked(desk) == [("rude@other.example", "Alice")]
    assert "rude@other.example  by Alice" in said(desk, "blocked")
    assert "is heard again" in said(desk, "unblock rude@other.example")
    assert "was not blocked here" in said(desk, "unblock rude@other.example")
    assert "Nobody is blocked" in said(desk, "blocked")


def test_a_whole_domain_takes_a_lead(desk):
    assert "Only a team lead may block a whole domain" in said(desk, "block spam.example")
    assert blocked(desk) == []
    assert "spam.example is blocked" in said(desk, "block <http://spam.example|spam.example>", by="U0LENA")
    assert blocked(desk) == [("spam.example", "Lena")]


@pytest.mark.parametrize("ours", ["help@desk.example", "<mailto:Help@desk.example|Help@desk.example>"])
def test_no_address_of_the_desk_itself_can_be_blocked(desk, ours):
    assert "is the desk itself" in said(desk, f"block {ours}")
    assert "is de helpdesk zelf" in said(desk, f"block {ours}", by="U0BOB")
    assert blocked(desk) == []


@pytest.mark.parametrize("above", ["desk.example", "Sub.desk.example.org", "example.org"])
def test_a_lead_blocks_no_domain_that_holds_an_address_of_the_desk(desk, above):
    assert "is the desk itself" in said(desk, f"block {above}", by="U0LENA")
    assert blocked(desk) == []


def test_what_is_no_sender_blocks_nobody(desk):
    for odd in ("block", "block everybody", "block a@b", "block a@b.c d"):
        assert "Write it like" in said(desk, odd, by="U0LENA"), odd
    assert blocked(desk) == []


def test_many_blocked_senders_fit_one_answer(desk):
    with desk.db.change() as session:
        for number in range(60):
            lena = Actor.lead("U0LENA", "Lena")
            blocks.add(session, f"s{number}@spam.example", by=lena, at=desk.time.now(), ours=())

    assert "and 20 more" in said(desk, "blocked")


def test_whoever_reads_dutch_is_answered_in_dutch(desk):
    assert "onbeleefd@other.example is geblokkeerd" in said(desk, "block onbeleefd@other.example", by="U0BOB")
    assert "door Bob" in said(desk, "blocked", by="U0BOB")
    assert "Alleen een teamleider mag een heel domein blokkeren" in said(desk, "block x.example", by="U0BOB")
    assert "Schrijf het zo: /ticket block" in said(desk, "block iets", by="U0BOB")
