"""Markdown as mails need it: escaped facts in, HTML with inline styles and plain text out, of one source."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import nh3
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from markupsafe import Markup

from mail.templates import dialect

_STYLES = {
    "p": "margin:0 0 14px",
    "ul": "margin:0 0 14px;padding-left:24px",
    "ol": "margin:0 0 14px;padding-left:24px",
    "blockquote": "margin:0 0 14px;padding-left:12px;border-left:3px solid #999999",
    "pre": "margin:0 0 14px;padding:8px 10px;border:1px solid #999999;white-space:pre-wrap",
    "code": "font-family:Consolas,Menlo,monospace;font-size:14px",
    "h1": "margin:0 0 14px;font-size:18px",
    "h2": "margin:0 0 14px;font-size:16px",
    "h3": "margin:0 0 14px;font-size:15px",
    "hr": "margin:0 0 14px;border:0;border-top:1px solid #999999",
}
"""Mail programs drop style sheets: what a tag should look like stands on the tag.  Neither text nor ground
has a colour of its own, so that both follow the reader's, light or dark."""

_NESTED = "margin:0;padding-left:24px"

_ALLOWED = nh3.Cleaner(
    tags={*_STYLES, "a", "br", "em", "h4", "h5", "h6", "li", "s", "strong"},
    attributes={"*": {"style"}, "a": {"href"}, "ol": {"start"}},
    url_schemes={"http", "https", "mailto"},
    filter_style_properties={
        rule.partition(":")[0] for style in _STYLES.values() for rule in style.split(";")
    },
    link_rel=None,
)
"""All that a letter may hold, whatever wrote it: markdown-it makes nothing else; this is the second lock."""


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


@lru_cache(maxsize=128)
def to_html(source: str) -> Markup:
    """Markdown as HTML; HTML in it is shown, not obeyed, and there are no pictures."""
    markdown = dialect.parser()
    tokens = markdown.parse(source)
    for token in tokens:
        token.children = [*_labelled(token.children)] if token.children else token.children
    inner = [child for block in tokens for child in block.children or ()]
    for token in [*tokens, *inner]:
        if token.tag in _STYLES and token.nesting >= 0:
            token.attrSet(
                "style", _NESTED if token.tag in ("ul", "ol") and token.level else _STYLES[token.tag]
            )
    html = markdown.renderer.render(tokens, markdown.options, {})
    # A fence is drawn by a rule of its own, which gives its attributes to the code within.
    return Markup(_ALLOWED.clean(html.replace("<pre>", f'<pre style="{_STYLES["pre"]}">')))


@lru_cache(maxsize=128)
def to_text(source: str) -> str:
    """Markdown as plain text: links with their address, lists with their marks."""
    return _block(SyntaxTreeNode(dialect.parser().parse(source)))


_ADDRESS = re.compile(
    r"(?:https?://)?((?:[\w.+-]{1,64}@)?(?:[\w-]{1,63}\.){1,8}[a-z]{2,24})(?![\w-])(?:[/:?#]\S*)?",
    re.IGNORECASE,
)


def _labelled(tokens: Sequence[Token]) -> Iterator[Token]:
    """Where the words of a link look like another address than it leads to, that one is said behind it."""
    href, words = "", ""
    for token in tokens:
        yield token
        if token.type == "link_open":
            href, words = str(token.attrGet("href") or ""), ""
        elif token.type == "link_close" and _misleads(words, href):
            yield Token("text", "", 0, content=f" ({href})", level=token.level)
        else:
            words += token.content


def _misleads(words: str, href: str) -> bool:
    leads_to = href.removeprefix("mailto:").lower()
    try:
        host = (urlsplit(href).hostname or leads_to).removeprefix("www.")
    except ValueError:  # no address at all, whatever it is
        return True
    shown = (found[1].lower().removeprefix("www.") for found in _ADDRESS.finditer(words))
    return any(address not in (host, leads_to) for address in shown)


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
        case "s":
            return f"~{''.join(map(_inline, node.children))}~"
        case "code_inline":
            return f"`{node.content}`"
        case "softbreak" | "hardbreak":
            return "\n"
        case "link":
            return _link("".join(map(_inline, node.children)), str(node.attrs.get("href", "")))
    return "".join(map(_inline, node.children))


def _link(words: str, address: str) -> str:
    return words if words in (address, address.removeprefix("mailto:")) else f"{words} ({address})"
