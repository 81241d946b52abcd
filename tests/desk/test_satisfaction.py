"""One question about each solution: what counts as an answer, who hears of it, and what it leaves alone."""

from datetime import UTC, datetime

import pytest

from desk.actor import Actor
from desk.delivery import Audience
from desk.errors import DeskError
from desk.event import Kind
from desk.satisfaction import Opinion, judge, opinion_in, ratings_of
from desk.status import Status
from desk.ticket import Ticket

MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)
ALICE, AGENT = Actor.customer("alice@customer.example", "Alice Jones"), Actor.agent("U1", "Robin")
GOOD, NOT_GOOD = Opinion.GOOD, Opinion.NOT_GOOD
BY_LINK = {"via": "link"}


@pytest.fixture
def solved():
    ticket = Ticket.open(by=ALICE, at=MONDAY, subject="Printer", text="It is broken.")
    ticket.number = 42
    ticket.resolve("A new roll is in.", by=AGENT, at=MONDAY)
    return ticket


def rate(ticket, opinion, text="", seq=2):
    return ticket.rate(seq, opinion, text, by=ALICE, at=MONDAY, evidence=BY_LINK)


def told(event):
    return {delivery.audience for delivery in event.deliveries}


def test_good_is_told_in_the_thread_and_not_good_to_the_leads_as_well(solved):
    assert rate(solved, GOOD)
    assert told(solved.history[-1]) == {Audience.AGENTS}
    assert rate(solved, NOT_GOOD, "It broke again.")
    assert told(solved.history[-1]) == {Audience.AGENTS, Audience.LEADS}


def test_leads_hear_once_of_each_solution(solved):
    for words in ("Slow.", "Very slow."):
        rate(solved, NOT_GOOD, words)
    assert [Audience.LEADS in told(each) for each in solved.history[-2:]] == [True, False]


def test_an_answer_changes_no_status_and_no_owner(solved):
    before = (solved.status, solved.priority, solved.owner, solved.snoozed_until)
    rate(solved, NOT_GOOD, "No.")
    assert (solved.status, solved.priority, solved.owner, solved.snoozed_until) == before


def test_the_same_answer_again_is_no_news_and_of_two_the_last_counts(solved):
    rate(solved, GOOD)
    assert not rate(solved, GOOD)
    rate(solved, NOT_GOOD)
    assert [opinion_in(each) for each in ratings_of(solved.history)] == [NOT_GOOD]


def test_each_solution_has_an_answer_of_its_own(solved):
    rate(solved, NOT_GOOD)
    solved.reopen(by=AGENT, at=MONDAY)
    solved.resolve("Now really.", by=AGENT, at=MONDAY)
    rate(solved, GOOD, seq=solved.version)
    assert [opinion_in(each) for each in ratings_of(solved.history)] == [NOT_GOOD, GOOD]


def test_a_closed_ticket_still_takes_the_answer_and_stays_closed(solved):
    solved.close(by=Actor.system("sweep"), at=MONDAY)
    assert rate(solved, GOOD)
    assert solved.status is Status.CLOSED


@pytest.mark.parametrize("close", [False, True])
def test_nobody_is_asked_about_a_ticket_that_was_cancelled(solved, close):
    solved.reopen(by=AGENT, at=MONDAY)
    solved.cancel("Twice.", by=AGENT, at=MONDAY)
    if close:
        solved.close(by=Actor.system("sweep"), at=MONDAY)
    with pytest.raises(DeskError, match="cancelled"):
        rate(solved, GOOD)


def test_only_a_solution_that_stands_can_be_spoken_of(solved):
    with pytest.raises(DeskError, match="Nothing was solved"):
        rate(solved, GOOD, seq=1)
    solved.take_back(2, by=AGENT, at=MONDAY)
    with pytest.raises(DeskError, match="Nothing was solved"):
        rate(solved, GOOD)
    assert Kind.RATED not in [event.kind for event in solved.history]


@pytest.mark.parametrize(
    ("text", "opinion"),
    [
        ("Good", GOOD),
        ("goed!", GOOD),
        ("Hoi Sanne,\n\nHeel goed, dank je wel.\n\nGroet,\nAlice", GOOD),
        ("Gut\n\nMit freundlichen Grüßen\nAlice", GOOD),
        ("Bien, merci", GOOD),
        ("👍🏽", GOOD),
        ("Niet goed.", NOT_GOOD),
        ("not good\n\nAlice Jones", NOT_GOOD),
        ("not good\n\nAlice Jones\nShop 4", None),
        ("Nicht gut", NOT_GOOD),
        ("Pas bien", NOT_GOOD),
        ("👎", NOT_GOOD),
        ("Niet goed, het werkt nog niet.", None),
        ("Good?", None),
        ("Goed. Kunnen jullie ook de andere printer bekijken", None),
        ("Good, but slow", None),
        ("goed, niet goed", None),
        ("Bedankt!", None),
        ("> Goed", None),
        ("ok", None),
        ("", None),
        ("good " * 600, None),
    ],
)
def test_a_reply_answers_only_where_it_says_nothing_else(text, opinion):
    name = "Alice Jones"
    assert judge(text, name) is opinion
