"""Markdown as mails need it: escaped facts in, HTML with inline styles and plain text out, of one source."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from markupsafe import Markup

_STYLES = {
    "p": "margin:0 0 14px",
    "ul": "margin:0 0 14px;padding-left:22px",
    "ol": "margin:0 0 14px;padding-left:22px",
    "blockquote": "margin:0 0 14px;padding-left:12px;border-left:3px solid #cccccc;color:#555555",
    "code": "padding:1px 4px;background:#f4f4f4;white-space:pre-wrap",
    "a": "color:#1a5fb4",
    "h1": "margin:0 0 14px;font-size:18px",
    "h2": "margin:0 0 14px;font-size:16px",
    "h3": "margin:0 0 14px;font-size:15px",
}
"""Mail programs drop style sheets: what a tag should look like stands on the tag."""


class Prose(str):
    """People's own words in Markdown, which a letter passes on as they are; all other facts are escaped."""

    __slots__ = ()

    def __new__(cls, words: str = "") -> "Prose":
        fences = re.findall(r"^ {0,3}(```|~~~)", words, re.MULTILINE)
        unclosed = f"\n{fences[0]}" if len(fences) % 2 else ""  # else the rest of the letter became code
        return super().__new__(cls, words.strip("\n") + unclosed)


def escaped(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as Markdown that means nothing but itself, each on one line."""
    return {name: _escape(fact) if type(fact) is str else fact for name, fact in facts.items()}


def _escape(fact: str) -> str:
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(fact.split()))


def to_html(source: str) -> Markup:
    """Markdown as HTML; HTML in it is shown, not obeyed, and there are no pictures."""
    markdown = _markdown()
    tokens = markdown.parse(source)
    inner = [child for block in tokens for child in block.children or ()]
    for token in [*tokens, *inner]:
        if token.tag in _STYLES and token.nesting >= 0:
            token.attrSet("style", _STYLES[token.tag])
    return Markup(markdown.renderer.render(tokens, markdown.options, {}))  # markdown-it escaped it


def to_text(source: str) -> str:
    """Markdown as plain text: links with their address, lists with their marks."""
    return _block(SyntaxTreeNode(_markdown().parse(source)))


@cache
def _markdown() -> MarkdownIt:
    # People do not know that they write Markdown: no line of theirs may vanish or shout by accident.
    unexpected = ["code", "lheading", "image", "reference"]
    return MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(unexpected)


def _block(node: SyntaxTreeNode) -> str:
    match node.type:
        case "inline":
            return "".join(map(_inline, node.children))
        case "bullet_list" | "ordered_list":
            return "\n".join(_item(item, number) for number, item in enumerate(node.children))
        case "blockquote":
            return indent(_joined(node.children), "> ")
        case "fence":
            return indent(node.content.rstrip("\n"), "    ")
        case "hr":
            return "----"
        case "list_item":
            return _joined(node.children, "\n")
    return _joined(node.children)


def indent(text: str, mark: str) -> str:
    """Every line with that mark before it."""
    return "\n".join((mark + line).rstrip() for line in text.split("\n"))


def _joined(nodes: Sequence[SyntaxTreeNode], gap: str = "\n\n") -> str:
    return gap.join(map(_block, nodes))


def _item(item: SyntaxTreeNode, number: int) -> str:
    parent = item.parent
    first = int(str(parent.attrs.get("start", 1))) if parent else 1
    mark = f"{first + number}. " if item.info else "- "
    return mark + indent(_block(item), " " * len(mark)).lstrip()


def _inline(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text" | "text_special":
            return node.content
        case "code_inline":
            return f"`{node.content}`"
        case "softbreak" | "hardbreak":
            return "\n"
        case "link":
            return _link("".join(map(_inline, node.children)), str(node.attrs.get("href", "")))
    return "".join(map(_inline, node.children))


def _link(words: str, address: str) -> str:
    return words if words in (address, address.removeprefix("mailto:")) else f"{words} ({address})"
