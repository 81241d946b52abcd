"""What a client's reply to a budget says: a plain yes, a plain no, and everything that asks an agent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.answer import Answer, judge

YES = [
    "akkoord",
    "Akkoord.",
    "AKKOORD!",
    "approved",
    "Approved.",
    "ja",
    "Ja, graag",
    "ja graag!",
    "ok go ahead",
    "OK, go ahead.",
    "Yes, please.",
    "Akkoord, ga je gang.",
    "Ik ga akkoord.",
    "Wij gaan hiermee akkoord",
    "Hi Sanne,\n\nApproved.\n\nKind regards,\nJan",
    "Akkoord\n\nJan",
    "Akkoord. Bedankt!",
    "Yes - go ahead",
    "Beste Sanne,\n\nAkkoord.\n\nMet vriendelijke groet,\n\nJan Jansen\nBakkerij Jansen\nTel. 06 12345678\n"
    "www.bakkerij.example",
    "Thanks!\nApproved",
    "Akkoord\nGroet, Jan",
    "oké, akkoord",
]
NO = [
    "nee",
    "Nee, bedankt.",
    "niet akkoord",
    "Declined.",
    "No, thanks",
    "Hallo,\n\nWij gaan niet akkoord.\n\nGroet,\nJan",
    "we do not approve",
    "Afgekeurd",
]
UNCLEAR = [
    "",
    "   ",
    "akkoord?",
    "ja, maar",
    "akkoord, mits het voor vrijdag klaar is",
    "approved if under 1000",
    "Is het akkoord als we wachten?",
    "ja\nnee",
    "nee, akkoord",
    "niet nodig",
    "Ik overleg het en kom erop terug.",
    "> akkoord",
    "> Gaat u akkoord\n\nja",
    "akkoord\n> voor 500 euro",
    "Bedankt!",
    "thanks",
    "top",
    "ok maar",
    "Akkoord\nMax duizend euro",
    "Akkoord\n\nGroet, Jan\n\nPS alleen als het kan",
    "Not approved yet",
    "akkoord\n\nGroet,\nJan\nbehalve het laatste punt",
    "we are not ok",
    "I agree with half of it",
    "👍",
    "ja ja ja",
    "Approved by my boss tomorrow",
    "geen akkoord",
    "don't approve",
    "Akkoord tot 500",
    "yes and no",
    "ja...",
    "Akkoord | niet akkoord",
    "akkoord\n\nmet vriendelijke groet, tot 500 euro",
    "x" * 5000,
    "akkoord " * 400,
    "Out of office: approved leave until Monday",
    "Wie zegt akkoord?",
    "Prima",
    "fine",
    "Gezien, akkoord volgt nog",
]


@pytest.mark.parametrize("text", YES)
def test_a_plain_yes_is_a_yes(text: str) -> None:
    assert judge(text, "Jan Jansen") is Answer.YES


@pytest.mark.parametrize("text", NO)
def test_a_plain_no_is_a_no(text: str) -> None:
    assert judge(text, "Jan Jansen") is Answer.NO


@pytest.mark.parametrize("text", UNCLEAR)
def test_anything_else_asks_an_agent(text: str) -> None:
    assert judge(text, "Jan Jansen") is Answer.UNCLEAR


@given(
    st.sampled_from(YES),
    st.sampled_from(["mits", "maar", "niet", "?", "alleen", "if", "but", "not", "unless"]),
)
def test_a_yes_with_a_condition_denial_or_question_is_none(text: str, word: str) -> None:
    assert judge(f"{text}\n{word} iets") is Answer.UNCLEAR
    assert judge(f"{text} {word}") is not Answer.YES
    assert judge(f"{word} {text}") is not Answer.YES


@given(st.text(max_size=200))
def test_nothing_that_anybody_may_write_breaks_it(text: str) -> None:
    assert judge(text) in set(Answer)


def test_somebody_elses_name_at_the_end_is_no_signature() -> None:
    assert judge("Akkoord\nPiet Puk", "Jan Jansen") is Answer.UNCLEAR
    assert judge("Akkoord\nJan", "") is Answer.UNCLEAR
