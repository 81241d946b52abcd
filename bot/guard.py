"""Holds back text that was meant for colleagues or is not finished: what no customer must get by mail."""

import re

from bot.fields import Misfilled

# Line by line and without nested repetition, so that no text can make these slow.
_INTERNAL = (
    (re.compile(r"\bintern(?:al)?:", re.IGNORECASE), "It says “intern:”"),
    (re.compile(r"<(?:[@#!]|https?:|mailto:)[^<>\n]{0,500}>"), "It has a Slack mention or link in it"),
    (re.compile(r"(?<![\w.@])@(?:here|channel|everyone)\b", re.IGNORECASE), "It calls a Slack channel"),
    (re.compile(r"https?://[\w.-]{1,200}\.slack\.com/", re.IGNORECASE), "It has a link into Slack"),
)
_UNFILLED = (
    re.compile(r"\{\{[^{}\n]{0,80}\}\}|\{%[^{}\n]{0,80}%\}"),
    re.compile(r"\{[a-z][a-z_ ]{1,30}\}", re.IGNORECASE),
    re.compile(r"\[(?!(?:ALT|CTRL|DEL|END|ENTER|ESC|HOME|INS|PDF|SHIFT|TAB)\])[A-Z][A-Z_ ]{2,30}\](?!\()"),
    re.compile(r"\bX{3,20}\b"),
)
"""What stands in a text for something that is still to be written.  Keys of a keyboard look like it."""

_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def check(text: str, field: str = "text") -> None:
    """Raise Misfilled, with the reason, when this should not be mailed to a customer.

    field: the one in which it was written.  In code nothing counts as unfinished."""
    check_words(text, field)
    written = _CODE.sub("", text)
    for pattern in _UNFILLED:
        if found := pattern.search(written):
            raise Misfilled(f"{found[0][:40]} still has to be filled in. Write what belongs there.", field)


def check_words(text: str, field: str = "text") -> None:
    """The same for what is not a letter: only what was meant for colleagues is held back."""
    for pattern, why in _INTERNAL:
        if found := pattern.search(text):
            words = f"{why} ({found[0][:40]}). The customer reads this as a mail: take it out first."
            raise Misfilled(words, field)
