"""Spans of work and rates as people write them, and amounts as people read them."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import money, span
from desk.errors import DeskError


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("1h30", 90),
        ("1h 30m", 90),
        ("1 h 30 min", 90),
        ("90m", 90),
        ("1,5u", 90),
        ("1.5h", 90),
        ("45", 45),
        ("2 uur", 120),
        ("1u30", 90),
        ("1:30", 90),
        ("2 uur en 15 minuten", 135),
        ("1 hour and 5 minutes", 65),
        ("0,25 uur", 15),
        ("1.5", 90),
        (",5h", 30),
        ("0h45", 45),
        ("24h", 1440),
        (" 1H30 ", 90),
        ("30 min", 30),
        ("0,33u", 20),
        ("15'", 15),
    ],
)
def test_a_span_is_read_as_people_write_it(written: str, minutes: int) -> None:
    assert span.minutes_of(written) == minutes


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "How long was it?"),
        ("soon", "not a span"),
        ("8", "hours or minutes"),
        ("1h75", "75 minutes"),
        ("-30m", "not a span"),
        ("0", "no time at all"),
        ("0m", "no time at all"),
        ("25h", "more than 24 h"),
        ("1h30m15s", "not a span"),
        ("1e3", "not a span"),
        ("١h", "not a span"),
        ("1h 2h", "not a span"),
        ("1,555u", "not a span"),
        ("9" * 40, "not a span"),
        ("½ uur", "not a span"),
        ("1.5h30", "not a span"),
    ],
)
def test_anything_odd_is_refused_with_an_example(written: str, why: str) -> None:
    with pytest.raises(DeskError, match=why) as refused:
        span.minutes_of(written)
    assert "1h30, 90m or 1,5u" in str(refused.value)


def test_a_number_alone_means_hours_where_hours_are_asked_for() -> None:
    assert span.minutes_of("8", bare_hours=True, longest=span.LONGEST) == 480
    assert span.minutes_of("120", bare_hours=True, longest=span.LONGEST) == 7200


@given(st.integers(1, span.DAY))
def test_what_is_said_of_a_span_is_read_as_the_same(minutes: int) -> None:
    assert span.minutes_of(span.words(minutes)) == minutes
    assert span.minutes_of(span.spelled(minutes, "en")) == minutes
    assert span.minutes_of(span.spelled(minutes, "nl")) == minutes


@given(st.text(max_size=30))
def test_any_text_is_a_span_within_a_day_or_refused(text: str) -> None:
    with suppress(DeskError):
        assert 1 <= span.minutes_of(text) <= span.DAY


@pytest.mark.parametrize(
    ("written", "rate"), [("125", "125.00"), ("97,50", "97.50"), ("€ 110.5", "110.50"), ("0", "0.00")]
)
def test_a_rate_is_read_to_the_cent(written: str, rate: str) -> None:
    assert str(money.rate_of(written)) == rate


@pytest.mark.parametrize("written", ["", "much", "1.250,00", "-5", "125 per day", "12.345", "nan", "1e3"])
def test_an_odd_rate_is_refused(written: str) -> None:
    with pytest.raises(DeskError, match="is not a rate"):
        money.rate_of(written)


@given(st.integers(0, 600_000), st.decimals(0, 99999, places=2))
def test_an_amount_is_the_nearest_cent_of_what_it_comes_to(minutes: int, rate: Decimal) -> None:
    exactly = rate * minutes / 60
    assert abs(money.amount_of(minutes, rate) - exactly) <= Decimal("0.005")


def test_amounts_are_said_as_their_readers_write_them() -> None:
    assert money.euros(Decimal("1234567.5")) == "€1,234,567.50"
    assert money.euros(Decimal("1234567.5"), "nl") == "€ 1.234.567,50"
    assert money.amount_of(1, Decimal("0.30")) == Decimal("0.01"), "half a cent goes up"
