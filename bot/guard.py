"""Holds back text that was meant for colleagues: what a customer must never get by mail."""

import re

from desk.errors import DeskError

# Line by line and without nested repetition, so that no text can make these slow.
_INTERNAL = (
    (re.compile(r"\bintern(?:al)?:", re.IGNORECASE), "It says “intern:”"),
    (re.compile(r"<(?:[@#!]|https?:|mailto:)[^<>\n]{0,500}>"), "It has a Slack mention or link in it"),
    (re.compile(r"(?<![\w.@])@(?:here|channel|everyone)\b", re.IGNORECASE), "It calls a Slack channel"),
    (re.compile(r"https?://[\w.-]{1,200}\.slack\.com/", re.IGNORECASE), "It has a link into Slack"),
)


def check(text: str) -> None:
    """Raise DeskError, with the reason, when this should not be mailed to a customer."""
    for pattern, why in _INTERNAL:
        found = pattern.search(text)
        if found:
            raise DeskError(f"{why} ({found[0][:40]}). The customer reads this as a mail: take it out first.")
