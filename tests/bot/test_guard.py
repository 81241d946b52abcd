"""What was meant for colleagues is not mailed to a customer."""

import pytest

from bot import guard
from bot.fields import Misfilled
from desk.errors import DeskError


@pytest.mark.parametrize(
    "text",
    [
        "Hi <@U012AB3CD>, can you look?",
        "<!here> who knows this?",
        "see <https://example.com|this>",
        "see <#C1|general>",
        "Intern: this customer never pays",
        "fine\ninternal: not fine",
        "@channel help",
        "look at https://acme.slack.com/archives/C1/p1",
    ],
)
def test_text_for_colleagues_is_held_back(text):
    with pytest.raises(DeskError, match="take it out"):
        guard.check(text)


@pytest.mark.parametrize(
    "text",
    [
        "Dear {{name}}",
        "{% if x %}",
        "Beste [NAAM],",
        "On [FILL IN] we",
        "Hi {first_name}",
        "order XXX",
        "xx XXXX",
    ],
)
def test_a_letter_that_is_not_finished_is_held_back(text):
    with pytest.raises(Misfilled, match="filled in") as refused:
        guard.check(text)
    assert refused.value.field == "text"


@pytest.mark.parametrize(
    "text",
    ["Press [CTRL] and [ENTER]", "[HD-42] is the one", "Use `{name}` in it", "```\n[NAAM] XXX\n```",
     "[THE MANUAL](https://example.com)", "Size XXL or XX", "{ }", "f(x) { return; }"],
)  # fmt: skip
def test_what_only_looks_unfinished_is_not(text):
    guard.check(text)


@pytest.mark.parametrize(
    "text",
    [
        "Dear Jane,\n\nif a < b then c > d.",
        "Write to us at help@example.com or help@channel.example",
        "Our intern called you; see https://example.com/a?b=<c>",
        "",
    ],
)
def test_ordinary_mail_is_not(text):
    guard.check(text)
