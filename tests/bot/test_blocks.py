"""Other people's words become harmless, and what is too long is cut without breaking."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks import clean, cut, escape, one_line, plain, quotes
from bot.filled import value_of

HOSTILE = [
    "<!channel> look",
    "<@U1> hi",
    "<http://evil.example|bank.com>",
    "<!subteam^S1>",
    "<!date^1^{date}|now>",
    "`rm` *bold* <#C1|general>",
    "&lt;!channel&gt;",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_a_customer_writes_is_live_in_slacks_markup(words):
    assert "<" not in escape(words)
    assert ">" not in escape(words)


def test_escaped_text_reads_as_it_was_written():
    assert escape("a < b & c > d") == "a &lt; b &amp; c &gt; d"


@given(st.text(max_size=400), st.integers(min_value=1, max_value=300))
def test_escaped_text_keeps_to_its_limit_and_is_never_cut_inside_an_entity(text, limit):
    escaped = escape(text, limit)
    assert len(escaped) <= limit
    assert not re.search(r"&(?!amp;|lt;|gt;)", escaped)


@given(st.text(max_size=400), st.integers(min_value=1, max_value=300))
def test_cut_text_keeps_to_its_limit(text, limit):
    assert len(cut(text, limit)) <= limit


def test_text_cannot_turn_the_reading_order_round_or_hide():
    assert clean("bank\u202egnp.exe\u2066\u200b\x00") == "bankgnp.exe"


def test_families_and_persian_keep_their_joiners():
    assert clean("👩\u200d👧 می\u200cخواهم") == "👩\u200d👧 می\u200cخواهم"


def test_lines_end_the_same_however_they_were_written():
    assert clean("a\r\nb\rc\u2028d") == "a\nb\nc\nd"


def test_an_empty_text_is_still_a_text_for_slack():
    assert plain("")["text"] == " "


def test_a_subject_of_many_lines_becomes_one():
    assert one_line("a\n\tb   c", 100) == "a b c"


def test_a_long_mail_says_how_much_of_it_is_not_shown():
    drawn = quotes("x" * 10_000, limit=8700)
    said = drawn[-1]["elements"][0]["text"]
    assert said.endswith("1,300 more characters are not shown here.")
    shown = [block["elements"][0]["elements"][0]["text"] for block in drawn[:-1]]
    assert "".join(shown) == "x" * 8700


def test_a_field_left_empty_has_the_value_of_nothing():
    state = {"values": {"text": {"text": {"type": "plain_text_input", "value": None}}}}
    assert value_of(state, "text") == value_of(state, "other") == ""
