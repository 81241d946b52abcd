"""Where mail programs mark, in their HTML, what is quoted and what is a signature."""

from collections.abc import Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mail.markup import style_of, text_of

_SIGNATURES = """.gmail_signature, .gmail_signature_prefix, [data-smartmail=gmail_signature], .moz-signature,
    #Signature, #signature, .protonmail_signature_block, #ms-outlook-mobile-signature,
    #AppleMailSignature, #AppleMailSignatureContent, #tutanota_signature, #composer_signature,
    .zmail_signature_below, .front-signature, .missive_signature, [data-marker=__SIG_POST__]"""

_CONTAINERS = """
    .yahoo_quoted, #yahoo_quoted, .protonmail_quote, #mail-editor-reference-message-container,
    .ms-outlook-mobile-reference-message, div[name=messageReplySection], .zmail_extra, .tutanota_quote,
    #OLK_SRC_BODY_SECTION, .yahoo-quoted-begin, .iwcQuote, [data-marker=__QUOTED_TEXT__], .cm_quote,
    .front-blockquote, .missive_quote, div[name=quote], .sh-quoted-content, .mailru-blockquote,
    .moz-forward-container, #forwardbody1, .moz-email-headers-table,
    .gmail_quote_container:not(:has(blockquote)), blockquote.gmail_quote, blockquote.protonmail_quote,
    blockquote.tutanota_quote"""

_STARTS = """#divRplyFwdMsg, #x_divRplyFwdMsg, #appendonsend, hr#stopSpelling, hr#zwchr, #reply-intro,
    #divtagdefaultwrapper + hr, .OutlookMessageHeader, [data-marker=__DIVIDER__], [data-marker=__HEADERS__]"""
"""Everything from one of these to the end of the mail is history."""

_WHOLE = frozenset({"html", "head", "body"})

_OUTLOOK_LINES = ("border-top:solid#e1e1e1", "border-top:solid#b5c4df", "border-top:solid#b5c4dfwindowtext")


def written_now(tree: LexborHTMLParser) -> str | None:
    """The text without what the HTML itself marks as quoted or signed; None where it marks nothing.

    The tree is cut: whoever wants all of it reads it first.  Inline answers stand outside the blockquotes
    they answer, so they stay; the quotes around them are left behind "> " for the lines to be judged."""
    root = tree.body or tree.root
    if root is None:
        return None
    cut = _cut_from_start(tree)
    quoted = [node for node in _parts(tree, _CONTAINERS) if not _has_more_below(node)]
    _take_out(quoted)
    _take_out(_parts(tree, _SIGNATURES))
    return text_of(tree.body or tree.root) if cut or quoted else None


def _parts(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    """In the order of the document.  A mark on all of it is on no part."""
    return [node for node in tree.css(selector) if node.tag not in _WHOLE]


def _take_out(nodes: Sequence[LexborNode]) -> None:
    """The inner ones first: with the outer one they would be gone."""
    for node in reversed(nodes):
        node.decompose()


def _has_more_below(node: LexborNode) -> bool:
    """A blockquote between answers is context for them; the line rules know what to do with it."""
    if node.tag != "blockquote":
        return False
    after = node.next
    while after is not None:
        if (after.text() or "").strip():
            return True
        after = after.next
    return False


def _cut_from_start(tree: LexborHTMLParser) -> bool:
    start = next(iter(_parts(tree, _STARTS)), None) or _outlook_line(tree)
    if start is None or not _says_something_above(start):
        return False
    here: LexborNode | None = start
    while here is not None and here.tag not in _WHOLE:
        while here.next is not None:
            here.next.remove()
        here = here.parent
    start.remove()
    return True


def _outlook_line(tree: LexborHTMLParser) -> LexborNode | None:
    for node in tree.css("div[style*=border-top], div[style*=BORDER-TOP]"):
        if style_of(node).replace("1.0pt", "").find("border") >= 0 and any(
            line in style_of(node) for line in _OUTLOOK_LINES
        ):
            return node
    return None


def _says_something_above(start: LexborNode) -> bool:
    here: LexborNode | None = start
    while here is not None and here.tag not in {"body", "html"}:
        before = here.prev
        while before is not None:
            if (
                (before.text() or "").strip()
                if before.is_element_node
                else (before.text_content or "").strip()
            ):
                return True
            before = before.prev
        here = here.parent
    return False
