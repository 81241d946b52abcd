"""HTML mail as the text a reader sees, walked step by step so that no nesting can exhaust us."""

from selectolax.lexbor import LexborHTMLParser, LexborNode

LARGEST_HTML = 2_000_000
"""Characters; the rest of a larger body is not looked at."""

_UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "iframe", "svg"})
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "pre", "hr"})
_BLOCKS_TEXT = """
    div blockquote li tr section article header footer main aside nav address form fieldset center dt dd
    figure caption figcaption thead tbody tfoot body html details summary"""
_BLOCKS = frozenset(_BLOCKS_TEXT.split())
_CELLS = frozenset({"td", "th"})
_DEEPEST_QUOTE = 10
_LONGEST_EMOJI = 4


def parse(html: str) -> LexborHTMLParser:
    """The tree of a mail's HTML, cut at LARGEST_HTML; a bomb of nested elements becomes its bare words."""
    html = html[:LARGEST_HTML]
    return LexborHTMLParser(_bare_words(html) if _is_bomb(html) else html)


def to_text(html: str) -> str:
    """What a reader sees: paragraphs, lists and table rows on lines, quoted passages behind "> "."""
    return text_of(parse(html).root)


def text_of(root: LexborNode | None) -> str:
    """The text below a node of a parsed tree."""
    page = _Page()
    node = root
    while node is not None:
        inside = _enter(node, page)
        if inside and node.child is not None:
            node = node.child
            continue
        node = _onward(node, root, page)
    return page.text()


_DEEPEST = 3000
"""Elements within elements.  The parser takes 0.05 s for 10,000 of them, and 5 s for 50,000."""

_UNCLOSED_TEXT = "br img hr meta link input wbr col area base p li td tr th option !-- !doctype o:p"
_UNCLOSED = frozenset(_UNCLOSED_TEXT.split())


def _is_bomb(html: str) -> bool:
    if html.count("<") <= _DEEPEST:
        return False
    depth = 0
    for piece in html.split("<")[1:]:
        name = piece[:12].partition(">")[0].partition(" ")[0].lower()
        if name.startswith("/"):
            depth -= name[1:] not in _UNCLOSED and depth > 0
        elif name[:1].isalpha() and name.rstrip("/") not in _UNCLOSED:
            depth += 1
        if depth > _DEEPEST:
            return True
    return False


def _bare_words(html: str) -> str:
    return " ".join(piece.partition(">")[2] for piece in html.split("<"))


def _onward(node: LexborNode, root: LexborNode | None, page: "_Page") -> LexborNode | None:
    """The next node in reading order, closing what lies behind."""
    here: LexborNode | None = node
    while here is not None:
        _leave(here, page)
        if root is not None and here.mem_id == root.mem_id:
            return None
        if here.next is not None:
            return here.next
        here = here.parent
    return None


def _enter(node: LexborNode, page: "_Page") -> bool:
    """Write what a node begins with; say whether its children are to be read."""
    if node.is_text_node:
        page.write(node.text_content or "")
        return False
    tag = node.tag or ""
    if tag in _UNSEEN or node.is_comment_node or is_hidden(node):
        return False
    if tag == "br":
        page.end_line()
    elif tag == "img":
        page.write(_emoji(node))
    elif tag in _PARAGRAPHS:
        page.end_paragraph()
    elif tag in _BLOCKS:
        page.end_block()
    page.preformatted += tag == "pre"
    page.quoted += is_quote(node)
    if tag == "li":
        page.write("- ")
    return True


def _leave(node: LexborNode, page: "_Page") -> None:
    tag = node.tag or ""
    if node.is_text_node or tag in _UNSEEN or node.is_comment_node or is_hidden(node):
        return
    if tag in _CELLS:
        page.write(" ")
    elif tag in _PARAGRAPHS:
        page.end_paragraph()
    elif tag in _BLOCKS:
        page.end_block()
    page.preformatted -= tag == "pre"
    page.quoted -= is_quote(node)


def is_quote(node: LexborNode) -> bool:
    """Whether a blockquote quotes somebody; editors also use it for mere indentation."""
    return node.tag == "blockquote" and "border:none" not in style_of(node)


def is_hidden(node: LexborNode) -> bool:
    """Whether a reader never sees this (the preview line of newsletters, tracking)."""
    style = style_of(node)
    return "display:none" in style or "visibility:hidden" in style or "mso-hide:all" in style


def style_of(node: LexborNode) -> str:
    """The inline style, in lower case and without spaces."""
    if not node.is_element_node:
        return ""
    style = node.attributes.get("style") or ""
    return "".join(style[:2000].lower().split()) if style else ""


def _emoji(node: LexborNode) -> str:
    alternative = node.attributes.get("alt") or ""
    return alternative if len(alternative) <= _LONGEST_EMOJI and not alternative.isascii() else ""


class _Page:
    """Lines as they are written."""

    def __init__(self) -> None:
        self.preformatted = 0
        self.quoted = 0
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quote = 0

    def write(self, text: str) -> None:
        if not text:
            return
        if not self._line:
            self._quote = min(self.quoted, _DEEPEST_QUOTE)
        if self.preformatted:
            first, *more = text.split("\n")
            self._line.append(first)
            for line in more:
                self.end_line()
                self._line.append(line)
            return
        self._line.append(text)

    def end_line(self) -> None:
        """A line break that was asked for: an empty line counts."""
        if not self._line:
            self._quote = min(self.quoted, _DEEPEST_QUOTE)
        self._close()

    def end_block(self) -> None:
        if "".join(self._line).strip():
            self._close()
        elif not self.preformatted:
            self._line = []

    def end_paragraph(self) -> None:
        self.end_block()
        if self._lines and self._lines[-1].strip(" >"):
            self._lines.append(">" * min(self.quoted, _DEEPEST_QUOTE))

    def text(self) -> str:
        self.end_block()
        return "\n".join(self._lines).strip("\n")

    def _close(self) -> None:
        line = "".join(self._line)
        line = line.rstrip() if self.preformatted else " ".join(line.split())
        mark = ">" * self._quote
        self._lines.append(f"{mark} {line}".rstrip() if mark else line)
        self._line = []
