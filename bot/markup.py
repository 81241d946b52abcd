"""What people write in Slack without Slack's markup: as a letter, or as it is read."""

import html
import re

_LINK = re.compile(r"<(?P<kind>[@#!]?)(?P<target>[^|<>]*)(?:\|(?P<label>[^<>]*))?>")


def as_markdown(text: str) -> str:
    """A message as a letter: links as Markdown has them.  Mentions stay: they are held back later."""
    return html.unescape(_LINK.sub(_in_markdown, text))


def unmarked(text: str) -> str:
    """A message as people read it: its links and mentions in words."""
    return html.unescape(_LINK.sub(_in_words, text))


def _in_markdown(link: re.Match[str]) -> str:
    target, label = link["target"], link["label"]
    if link["kind"]:
        return link[0]
    address = target.removeprefix("mailto:")
    is_plain = label in (None, "", target, address) or address != target
    return address if is_plain else f"[{label}]({target})"


def _in_words(link: re.Match[str]) -> str:
    kind, target, label = link["kind"], link["target"], link["label"]
    if kind:
        return f"{'@' if kind == '!' else kind}{label or target}"
    target = target.removeprefix("mailto:")
    return f"{label} ({target})" if label and label != target else target
