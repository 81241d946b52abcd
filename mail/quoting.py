"""What a customer wrote now, without what they quoted, who announced it and how they signed."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise
from typing import NamedTuple

from mail.attributions import attribution_at, inner_attribution
from mail.headings import header_block_at, is_divider, is_rule, is_ruled
from mail.ours import ours, without_ours
from mail.signatures import without_signature

MARKERS = {
    "nl": "-- antwoord boven deze regel --",
    "en": "-- reply above this line --",
    "de": "-- bitte oberhalb dieser Zeile antworten --",
    "fr": "-- répondre au-dessus de cette ligne --",
}
"""What our mails carry above the history they quote."""


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What was written now, and the rest of the mail (empty where nothing was cut)."""

    text: str
    rest: str = ""


def trim(text: str, written: str | None = None, sent_texts: Iterable[str] = ()) -> Trimmed:
    """Trim a reply; never to nothing, and in time linear in its length.

    written: the text without what its HTML marks as quoted or signed, where it marks anything; sent_texts:
    what we mailed on this ticket, so that our own words are recognised without any marks."""
    visible = written if written and written.strip() else text
    return _trimmed(visible, text if text.strip() else visible, ours(sent_texts))


def _trimmed(visible: str, whole: str, known: frozenset[str]) -> Trimmed:
    kept = _kept(_lines(visible), known)
    new = "\n".join(kept).strip("\n").rstrip()
    new = new if new.strip() else whole.strip()
    return Trimmed(new, "" if _same(new, whole) else whole.strip())


def _same(one: str, other: str) -> bool:
    return one.split() == other.split()


def _lines(text: str) -> list[str]:
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_UNSEEN)
    return [line.rstrip() for line in text.strip("\n").split("\n")]


_UNSEEN = dict.fromkeys(
    map(ord, "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
)
_UNSEEN |= dict.fromkeys(map(ord, "\xa0\u202f\u2007"), " ")
"""Marks of direction, and spaces of other widths."""


class _Piece(Enum):
    TEXT = auto()
    QUOTE = auto()
    ANNOUNCED = auto()
    """A quote that an attribution stands above."""


class _Passage(NamedTuple):
    """Lines of one kind."""

    piece: _Piece
    lines: list[str]


_LOOKED_AT = 5_000
"""Lines; nobody writes more, and what follows stays or goes with the last of them."""


def _kept(lines: list[str], known: frozenset[str]) -> list[str]:
    looked_at, more = lines[:_LOOKED_AT], lines[_LOOKED_AT:]
    kept = _of_what_was_looked_at(looked_at, known)
    return kept + more if more and _last(kept) == _last(looked_at) else kept


def _last(lines: list[str]) -> str:
    return next((line for line in reversed(lines) if line.strip()), "")


def _of_what_was_looked_at(lines: list[str], known: frozenset[str]) -> list[str]:
    above = _above_marker(lines)
    kept = _of_passages(without_ours(above, known))
    if len(above) < len(lines) and not any(line.strip() for line in kept):
        return _of_passages(without_ours(lines, known))  # the answer stands below our quoted mail
    return kept


def _of_passages(lines: list[str]) -> list[str]:
    signed = without_signature(lines)
    if not any(is_quote(line) for line in lines[len(signed) :]):
        lines = signed  # else the signature would look like an answer to the quotation above it
    return without_signature(_choose(_pieces(lines)))


def _above_marker(lines: list[str]) -> list[str]:
    markers = tuple(marker.strip("- ").lower() for marker in MARKERS.values())
    for index, line in enumerate(lines):
        if line.strip(" >*-").lower() in markers:
            above = lines[:index]
            while above and (not above[-1].strip() or above[-1].lstrip().startswith(">")):
                above.pop()
            return above or lines
    return lines


def _pieces(lines: list[str]) -> list[_Passage]:
    """Take the mail apart, top to bottom; history that reaches the end is left out."""
    passages = [_Passage(_Piece.TEXT, [])]
    index = 0
    begun = False
    while index < len(lines):
        heading = _heading(lines, index)
        if heading and begun:
            break
        index += heading
        if not heading:
            found, taken = _passage_at(lines, index, begun=begun)
            if not taken:
                break
            passages = _appended(passages, found)
            index += taken
            begun = begun or (found.piece is _Piece.TEXT and bool(found.lines[0].strip()))
    return passages


def _appended(passages: list[_Passage], found: _Passage) -> list[_Passage]:
    if found.piece is _Piece.TEXT and passages[-1].piece is _Piece.TEXT:
        passages[-1].lines.extend(found.lines)
    else:
        passages.append(found)
    return passages


def _passage_at(lines: list[str], index: int, *, begun: bool) -> tuple[_Passage, int]:
    """What begins on this line, and how many lines it takes: none where history runs to the end."""
    line = lines[index]
    inner = inner_attribution(line, _next(lines, index + 1))
    if inner > 0:
        return (_Passage(_Piece.TEXT, [line[:inner].rstrip(" -")]), 1 + _quote_length(lines, index + 1))
    announced = attribution_at(lines, index)
    if announced:
        quote = lines[index + announced : index + announced + _quote_length(lines, index + announced)]
        taken = announced + len(quote)
        return (_Passage(_Piece.ANNOUNCED, quote), 0 if begun and not quote else taken)
    if is_quote(line):
        quote = lines[index : index + _quote_length(lines, index)]
        return (_Passage(_quote_kind(quote), quote), len(quote))
    return (_Passage(_Piece.TEXT, [line]), 1)


def _heading(lines: list[str], index: int) -> int:
    """Lines of a divider, a header block, or a drawn line with a header block below it."""
    line = lines[index]
    if not line.strip():
        return 0
    if is_divider(line):
        below = _skip_blank(lines, index + 1)
        return below - index + (header_block_at(lines, below) if below < len(lines) else 0)
    if is_rule(line) or is_ruled(line):
        below = _skip_blank(lines, index + 1)
        block = header_block_at(lines, below) if below < len(lines) else 0
        return below - index + block if block else 0
    return header_block_at(lines, index)


def _skip_blank(lines: list[str], index: int) -> int:
    while index < len(lines) and not lines[index].strip():
        index += 1
    return index


def is_quote(line: str) -> bool:
    """Whether a line stands behind the mark of a quotation."""
    text = line.lstrip()
    if text.startswith(">"):
        return not (text.startswith(">>>") and text.rstrip().endswith("<<<"))
    return text.startswith("| ") or text == "|"


def _next(lines: list[str], index: int) -> str:
    return next((line.lstrip() for line in lines[index : index + 3] if line.strip()), "")


def _quote_length(lines: list[str], start: int) -> int:
    """Lines of a quoted block from start on, with blank lines and torn links inside it."""
    last = start
    index = start
    while index < len(lines):
        if is_quote(lines[index]):
            last = index + 1
        elif lines[index].strip() and not _is_torn_link(lines, index):
            break
        index += 1
    return last - start


def _is_torn_link(lines: list[str], index: int) -> bool:
    """A link that was wrapped out of its quotation: no words, and the quotation goes on below."""
    line = lines[index].strip()
    if len(line.split()) > 3 or not line.endswith((")", ">", "]")):
        return False
    return index + 1 < len(lines) and is_quote(lines[index + 1])


def _quote_kind(quote: list[str]) -> _Piece:
    """A quotation may bring its own announcement within the marks."""
    inner = [line.lstrip("> |").rstrip() for line in quote[:12]]
    first = next((index for index, line in enumerate(inner) if line), 0)
    announced = attribution_at(inner, first) or header_block_at(inner, first) or is_divider(inner[first])
    return _Piece.ANNOUNCED if announced else _Piece.QUOTE


def _choose(passages: list[_Passage]) -> list[str]:
    """Which passages stay: the text, and quotations that it answers."""
    kept: list[str] = []
    end = 0
    within = _is_interleaved(passages)
    for index, (piece, lines) in enumerate(passages):
        below = passages[index + 1 : index + 2]
        if piece is not _Piece.ANNOUNCED or ((end or within) and _is_answered(lines, below)):
            kept += lines
        if piece is _Piece.TEXT and any(line.strip() for line in lines):
            end = len(kept)
    return kept[:end]


_SHORT_QUOTE = 10
"""Lines that an answer below them may need to be understood."""

_AN_ANSWER = 6
"""Words; fewer are a farewell or an advertisement of the mail program."""


def _is_interleaved(passages: list[_Passage]) -> bool:
    """Whether answers stand below at least two quotations, rather than one answer below or above them all."""
    answered = (piece is not _Piece.TEXT and _words(below) > 0 for (piece, _), below in pairwise(passages))
    return sum(answered) > 1


def _is_answered(quote: list[str], below: list[_Passage]) -> bool:
    return len(quote) <= _SHORT_QUOTE and any(_words(passage) >= _AN_ANSWER for passage in below)


def _words(passage: _Passage) -> int:
    """Of a text, as far as it matters."""
    return sum(len(line.split()) for line in passage.lines[:20]) if passage.piece is _Piece.TEXT else 0
