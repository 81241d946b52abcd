"""The month that clients get says what happened, counted a second time: on paper, and by hand."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.breach import BreachReason
from desk.priority import Priority
from mail.letterhead import Letterhead
from mail.monthly import compose
from mail.notifications import Templates
from mail.wordlists import WORDS
from sla.billed import Money
from sla.policy import Goal
from sla.report import Figures, Rate, report
from tests.mail.mailing_desk import AMSTERDAM
from tests.sla.both_desks import PROMISES, policy_of, seconds
from tests.sla.test_report import COUNTS, MONDAY, a_life, what_became_of
from tests.whole import examples

LETTERHEAD = Letterhead(name="Helpdesk", address="help@desk.example", zone=AMSTERDAM)
TEMPLATES = Templates()
NOTHING = Figures(
    client="Bakery", begin=datetime(2026, 10, 31, 23, tzinfo=UTC), end=datetime(2026, 11, 30, 23, tzinfo=UTC),
    opened=0, resolved=0, cancelled=0, rates={}, reasons={}, times={}, ages=None,
)  # fmt: skip


def said(figures, language="en"):
    """The words of the mail, and the rows of its file by what they are about and of which priority."""
    mail, file = compose(figures, language, templates=TEMPLATES, letterhead=LETTERHEAD)
    page = io.StringIO(file.content.decode("utf-8-sig"))
    head, *rows = csv.reader(page, delimiter=WORDS[language].between)
    assert tuple(head) == WORDS[language].head
    return mail.text, {(what, priority): (number, of) for what, priority, number, of in rows}


@settings(deadline=None, max_examples=examples(40))
@given(st.data())
def test_any_histories_are_told_as_counting_on_paper_finds_them(data):
    promises = data.draw(st.sampled_from(PROMISES))
    policy = policy_of(promises, promises)
    lives = [a_life(data, promises, policy) for _ in range(data.draw(st.integers(1, 4)))]
    now = max(event.at for ticket, _, _ in lives for event in ticket.history) + timedelta(hours=30)
    begin = MONDAY + timedelta(hours=data.draw(st.integers(-200, 200)))
    end = begin + timedelta(hours=data.draw(st.integers(1, 600)))
    figures, *_ = report([ticket for ticket, _, _ in lives], policy, begin=begin, end=end, now=now)
    text, rows = said(replace(figures, client="Bakery"))

    stretch = range(seconds(begin), seconds(end))
    new = sum(paper.landed in stretch for _, paper, _ in lives)
    assert rows["New", ""] == (str(new), "")
    assert f"- New: {new}\n" in text
    for goal, label in ((Goal.FIRST_RESPONSE, "First response in time"), (Goal.RECOVERY, "Solved in time")):
        decided = [
            (judged.get(goal, paper.priority), found[1])
            for _, paper, judged in lives
            if (found := what_became_of(COUNTS[goal](paper), paper, judged, promises, seconds(now)))
            and found[0] in stretch
        ]
        for priority in Priority:
            mine = [kept for of, kept in decided if of == priority]
            counted = (str(sum(mine)), str(len(mine))) if mine else None
            assert rows.get((label, str(priority))) == counted
        if decided:
            kept = sum(kept for _, kept in decided)
            assert f"- {label}: {kept} of {len(decided)} ({100 * kept // len(decided)}%)" in text


minutes = st.integers(0, 100_000)
euros = st.decimals(0, 100_000, places=2)


def number(text, language):
    return Decimal(text.replace(WORDS[language].point, "."))


@settings(deadline=None, max_examples=examples(60))
@given(
    st.builds(
        Money, logged=minutes, billable=minutes, amount=euros, approved=minutes, used=minutes,
        waiting=st.integers(0, 9), waiting_amount=euros,
    ),
    st.sampled_from(sorted(WORDS)),
)  # fmt: skip
def test_hours_and_amounts_add_up_in_every_language(money, language):
    words = WORDS[language]
    _, rows = said(replace(NOTHING, money=money), language)

    def hours(of):
        return (Decimal(of) / 60).quantize(Decimal("0.01"), ROUND_HALF_UP)

    def found(label):
        return tuple(number(each, language) for each in rows.get((label, ""), ()) if each)

    assert found(words.in_hours.format(words.billed)) == ((hours(money.billable),) if money.billable else ())
    assert found(words.in_euros.format(words.amount)) == ((money.amount,) if money.billable else ())
    both = (hours(money.used), hours(money.approved)) if money.approved else ()
    assert found(words.in_hours.format(words.budget)) == both
    assert found(words.waiting) == ((money.waiting,) if money.waiting else ())


@pytest.mark.parametrize("language", WORDS)
def test_what_is_the_desks_own_business_does_not_show(language):
    """Hours that cost nothing, what a next response took, how content customers were."""
    month = replace(NOTHING, opened=1, money=Money(logged=12345), helped=Rate(7, 99))
    mail, file = compose(month, language, templates=TEMPLATES, letterhead=LETTERHEAD)
    for words in (mail.text, mail.html, file.content.decode()):
        assert not {"12345", "205", "99"} & set(words.replace(",", " ").replace(";", " ").split())


@pytest.mark.parametrize("language", WORDS)
def test_a_client_with_a_hostile_name_is_only_named(language):
    month = replace(NOTHING, client="<b>Bob</b> *&* =cmd|' [x](http://evil.example)\r\nBcc: eve@evil.example")
    mail, file = compose(month, language, templates=TEMPLATES, letterhead=LETTERHEAD)
    assert "<b>" not in mail.html
    assert 'http://evil.example"' not in mail.html
    assert "\n" not in mail.subject
    assert b"cmd" not in file.content
    assert "<b>Bob</b> *&* =cmd|' [x](http://evil.example) Bcc: eve@evil.example" in mail.text


def test_every_reason_and_every_priority_has_words():
    for words in WORDS.values():
        assert set(words.reasons) == {*BreachReason, None}
        assert set(words.goals) == {Goal.FIRST_RESPONSE, Goal.RECOVERY}
