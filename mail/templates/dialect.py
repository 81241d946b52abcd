"""The Markdown that people really write: bare addresses are links, and Slack's own marks are understood."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)

_OF_SLACK = (
    (re.compile(r"<mailto:([^|<>\s]{1,320})\|[^<>\n]{1,320}>"), r"\1"),
    (re.compile(r"<(https?://[^|<>\s]{1,2000})\|([^<>\[\]\n]{1,500})>"), r"[\2](<\1>)"),
    (re.compile(r"^([ \t]*)[•◦▪] ?", re.MULTILINE), r"\1- "),
    (re.compile(r"(?<![~\w])~(?=[^~\s])([^~\n]{1,500})(?<=\S)~(?![~\w])"), r"~~\1~~"),
)
"""Slack's own marks, each with Markdown for it; *bold* and _slanted_ are read as they are."""


@cache
def parser() -> MarkdownIt:
    """Markdown without what people do not expect of it: no line of theirs may vanish or shout by accident."""
    unexpected = ["code", "lheading", "image", "reference"]
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(unexpected)
    markdown.enable("strikethrough")
    # Before escaped characters are joined to the text around them: what is escaped is no address.
    markdown.core.ruler.before("text_join", "bare_addresses", _link_bare_addresses)
    markdown.core.ruler.push("stars", _embolden)
    return markdown


def from_slack(words: str) -> str:
    """People's words with Slack's marks turned into Markdown; code stays as it is."""
    pieces = _CODE.split(words)
    for place in range(0, len(pieces), 2):
        for mark, markdown in _OF_SLACK:
            pieces[place] = mark.sub(markdown, pieces[place])
    return "".join(pieces)


def _embolden(state: StateCore) -> None:
    """One star is bold in Slack and slanted in Markdown: bold it is, emphasis either way."""
    for token in _children(state.tokens):
        if token.type in ("em_open", "em_close") and token.markup == "*":
            token.tag = "strong"


def _children(tokens: Iterable[Token]) -> Iterator[Token]:
    return (child for token in tokens for child in token.children or ())


_BARE = re.compile(r"https?://[^\s<>\"`|\\^{}]{1,2000}", re.IGNORECASE)


def _link_bare_addresses(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline" and "://" in token.content:
            token.children = [*_linked(state.md, token.children or [])]


def _linked(markdown: MarkdownIt, children: list[Token]) -> Iterator[Token]:
    within = 0
    for child in children:
        within += child.nesting if child.type in ("link_open", "link_close") else 0
        if child.type == "text" and not within:
            yield from _pieces(markdown, child)
        else:
            yield child


def _pieces(markdown: MarkdownIt, text: Token) -> Iterator[Token]:
    done = 0
    for found in _BARE.finditer(text.content):
        address = _without_what_follows(found[0])
        href = markdown.normalizeLink(address)
        if markdown.validateLink(href):
            yield _text(text.content[done : found.start()], text.level)
            yield Token("link_open", "a", 1, attrs={"href": href}, level=text.level, markup="linkify")
            yield _text(address, text.level + 1)
            yield Token("link_close", "a", -1, level=text.level, markup="linkify")
            done = found.start() + len(address)
    yield _text(text.content[done:], text.level)


def _without_what_follows(address: str) -> str:
    """Without the full stop or bracket of the sentence it stands in."""
    address = address.rstrip(".,;:!?'’”»*_~")
    while address.endswith(")") and address.count(")") > address.count("("):
        address = address[:-1].rstrip(".,;:!?'’”»*_~")
    return address


def _text(content: str, level: int) -> Token:
    return Token("text", "", 0, content=content, level=level)
