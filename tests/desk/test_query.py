"""What people type to find something, and what the desk makes of it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.days import day_of
from desk.folding import fold, words_of
from desk.priority import Priority
from desk.query import MOST, Clause, Filter, Owner, Query, Unclear, Words, parse
from desk.status import OPEN, Status
from desk.vocabulary import priority_of, status_of

FRIDAY = date(2026, 11, 27)


def said(line):
    return parse(line, today=FRIDAY)


def words(*each, begins=True):
    return Words(each, begins)


def test_words_phrases_and_what_is_not_wanted_are_told_apart():
    assert said('Printer "blank page" -ink') == Query(
        (
            Clause(Filter.WORDS, words("printer")),
            Clause(Filter.WORDS, words("blank", "page", begins=False)),
            Clause(Filter.WORDS, words("ink"), wanted=False),
        )
    )


@pytest.mark.parametrize(
    ("line", "about", "value"),
    [
        ("status:open", Filter.STATUS, OPEN),
        ("STATUS:opgelost", Filter.STATUS, {Status.RESOLVED}),
        ("status:closed,cancelled", Filter.STATUS, {Status.CLOSED, Status.CANCELLED}),
        ('status:"in behandeling"', Filter.STATUS, {Status.IN_PROGRESS}),
        ("status:waiting_for_customer", Filter.STATUS, {Status.WAITING_FOR_CUSTOMER}),
        ("prioriteit:hoog", Filter.PRIORITY, {Priority.HIGH}),
        ("priority:urgnet", Filter.PRIORITY, {Priority.URGENT}),
        ("from:anna@bakery.example", Filter.FROM, words("anna", "bakery", "example")),
        ("van:André", Filter.FROM, words("andre")),
        ("owner:me", Filter.OWNER, Owner.ME),
        ("eigenaar:niemand", Filter.OWNER, Owner.NOBODY),
        ("owner:sanne", Filter.OWNER, words("sanne")),
        ("before:2026-11-01", Filter.BEFORE, date(2026, 11, 1)),
        ("vóór:1-11", Filter.BEFORE, date(2026, 11, 1)),
        ("na:maandag", Filter.AFTER, date(2026, 11, 23)),
        ("since:friday", Filter.AFTER, date(2026, 11, 20)),
        ('after:"24 dec"', Filter.AFTER, date(2025, 12, 24)),
    ],
)
def test_a_filter_is_understood_in_both_languages(line, about, value):
    assert said(line) == Query((Clause(about, value),))
    assert said(f"-{line}") == Query((Clause(about, value, wanted=False),))


@pytest.mark.parametrize(
    ("line", "unclear"),
    [
        ("stauts:open", Unclear("stauts:", None, "status")),
        ("xyzzy:1", Unclear("xyzzy:", None, None)),
        ("status:purple", Unclear("purple", Filter.STATUS)),
        ("status:open,purple", Unclear("open,purple", Filter.STATUS)),
        ("before:someday", Unclear("someday", Filter.BEFORE)),
        ("before:2026-02-30", Unclear("2026-02-30", Filter.BEFORE)),
        ("from:--", Unclear("--", Filter.FROM)),
    ],
)
def test_what_nobody_can_follow_is_named_and_the_rest_still_looked_for(line, unclear):
    assert said(f"printer {line}") == Query((Clause(Filter.WORDS, words("printer")),), (unclear,))


@pytest.mark.parametrize("line", ["https://example.com/a", "Re: printer", "10:30", "“printer", "status:"])
def test_what_only_looks_like_a_filter_is_words(line):
    query = said(line)
    assert query.unclear == ()
    assert {clause.about for clause in query.clauses} == {Filter.WORDS}


def test_more_than_anybody_looks_for_is_cut_and_said():
    assert said("a " * MOST).too_many is False
    assert said("a " * (MOST + 1)).too_many is True


@given(st.text() | st.from_regex(r"(-?[a-z]{1,9}:?[\"']?[*^()&|!<>:\\ ]{0,5}){1,6}"))
def test_whatever_is_typed_becomes_letters_and_digits_only(line):
    query = said(line)
    for clause in query.clauses:
        if isinstance(clause.value, Words):
            assert clause.value.words
            assert all(word.isalnum() and word == fold(word) for word in clause.value.words)


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)
    assert words_of(" ".join(words_of(text))) == words_of(text)


@pytest.mark.parametrize(
    ("given", "day"),
    [
        ("friday", date(2026, 12, 4)),
        ("maandag", date(2026, 11, 30)),
        ("next tuesday", date(2026, 12, 1)),
        ("morgen", date(2026, 11, 28)),
        ("24 december", date(2026, 12, 24)),
        ("dec 24th", date(2026, 12, 24)),
        ("vrijdag 4 december", date(2026, 12, 4)),
        ("1/2", date(2027, 2, 1)),
        ("1-2-27", date(2027, 2, 1)),
        ("2027-02-01", date(2027, 2, 1)),
        ("volgende week", date(2026, 12, 4)),
        ("29 feb", None),
        ("29 feb 2028", date(2028, 2, 29)),
        ("", None),
        ("soon", None),
        ("99999999999 may", None),
    ],
)
def test_a_day_is_understood_as_people_name_it(given, day):
    assert day_of(given, FRIDAY) == day


@given(st.text() | st.from_regex(r"[0-9]{1,9}[-/. ][0-9a-z]{1,9}([-/. ][0-9]{1,9})?"))
def test_no_day_is_ever_an_error(text):
    assert day_of(text, FRIDAY) is None or isinstance(day_of(text, FRIDAY), date)
    assert day_of(text, FRIDAY, past=True) is None or isinstance(day_of(text, FRIDAY, past=True), date)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("resolved", Status.RESOLVED),
        ("Opgelost", Status.RESOLVED),
        ("reslved", Status.RESOLVED),
        ("in progress", Status.IN_PROGRESS),
        ("waiting", Status.WAITING_FOR_CUSTOMER),
        ("gesloten", Status.CLOSED),
        ("purple", None),
        ("", None),
    ],
)
def test_a_status_is_understood(given, status):
    assert status_of(given) is status


def test_every_status_and_priority_is_understood_by_its_own_name():
    assert [status_of(each.words) for each in Status] == list(Status)
    assert [priority_of(each.words) for each in Priority] == list(Priority)
