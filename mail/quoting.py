"""What a customer wrote now, without what they quoted, who announced it and how they signed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from mail.attributions import attribution_at, inner_attribution
from mail.clients import written_now
from mail.headings import header_block_at, is_divider, is_rule
from mail.signatures import without_signature

MARKERS = {
    "nl": "-- antwoord boven deze regel --",
    "en": "-- reply above this line --",
}
"""What our mails carry above the history they quote."""


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What was written now, and the rest of the mail (empty where nothing was cut)."""

    text: str
    rest: str = ""


def trim(text: str, html: str | None = None, sent_texts: Iterable[str] = ()) -> Trimmed:
    """Trim a reply; never to nothing, and in time linear in its length.

    sent_texts: what we mailed on this ticket, so that our own words are recognised without any marks."""
    ours = _ours(sent_texts)
    if html:
        visible, marked = written_now(html)
        if marked and visible.strip():
            return _trimmed(visible, text or visible, ours)
        text = text if text.strip() else visible
    return _trimmed(text, text, ours)


def _trimmed(visible: str, whole: str, ours: frozenset[str]) -> Trimmed:
    kept = _kept(_lines(visible), ours)
    new = "\n".join(kept).strip("\n").rstrip()
    new = new if new.strip() else whole.strip()
    return Trimmed(new, "" if _same(new, whole) else whole.strip())


def _same(one: str, other: str) -> bool:
    return one.split() == other.split()


def _lines(text: str) -> list[str]:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").replace("\u200b", "")
    return [line.rstrip() for line in text.strip("\n").split("\n")]


class _Piece(Enum):
    TEXT = auto()
    QUOTE = auto()
    ANNOUNCED = auto()
    """A quote that an attribution stands above."""


def _kept(lines: list[str], ours: frozenset[str]) -> list[str]:
    lines = _without_ours(_above_marker(lines), ours)
    pieces = _pieces(lines)
    return without_signature(_choose(pieces))


def _above_marker(lines: list[str]) -> list[str]:
    markers = tuple(marker.strip("- ") for marker in MARKERS.values())
    for index, line in enumerate(lines):
        if line.strip(" >*-").lower() in markers:
            above = lines[:index]
            while above and (not above[-1].strip() or above[-1].lstrip().startswith(">")):
                above.pop()
            return above or lines
    return lines


_TELLING = 20
"""Characters from which a line of ours is recognised."""


def _ours(sent_texts: Iterable[str]) -> frozenset[str]:
    lines = (_bare(line) for text in sent_texts for line in text.split("\n"))
    return frozenset(line for line in lines if len(line) >= _TELLING)


def _bare(line: str) -> str:
    return " ".join(line.strip(" >|*").split()).lower()


def _without_ours(lines: list[str], ours: frozenset[str]) -> list[str]:
    """Cut at the first of our own lines, if the customer wrote nothing of length below it."""
    known = [bool(ours) and _bare(line) in ours for line in lines]
    if True not in known:
        return lines
    first = known.index(True)
    foreign = sum(
        len(line) >= _TELLING and not is_ours
        for line, is_ours in zip(lines[first:], known[first:], strict=True)
    )
    if foreign > sum(known) or not any(line.strip() for line in lines[:first]):
        return lines
    return lines[:first]


def _pieces(lines: list[str]) -> list[tuple[_Piece, list[str]]]:
    """Take the mail apart, top to bottom; history that reaches the end is left out."""
    pieces: list[tuple[_Piece, list[str]]] = [(_Piece.TEXT, [])]
    index = 0
    while index < len(lines):
        begun = _says_something(pieces)
        heading = _heading(lines, index)
        if heading:
            if begun:
                break
            index += heading
            continue
        line = lines[index]
        inner = inner_attribution(line, _next(lines, index + 1))
        if inner > 0:
            pieces[-1][1].append(line[:inner].rstrip(" -"))
        span = 1 if inner > 0 else attribution_at(lines, index)
        if span:
            index += span
            quote = _quote_length(lines, index)
            if not quote and begun:
                break
            pieces += [(_Piece.ANNOUNCED, lines[index : index + quote]), (_Piece.TEXT, [])]
            index += quote
        elif _is_quote(line):
            quote = _quote_length(lines, index)
            pieces += [
                (_quote_kind(lines[index : index + quote]), lines[index : index + quote]),
                (_Piece.TEXT, []),
            ]
            index += quote
        else:
            pieces[-1][1].append(line)
            index += 1
    return [piece for piece in pieces if piece[1]]


def _heading(lines: list[str], index: int) -> int:
    """Lines of a divider, a header block, or a drawn line with a header block below it."""
    line = lines[index]
    if not line.strip():
        return 0
    if is_divider(line):
        below = _skip_blank(lines, index + 1)
        return below - index + (header_block_at(lines, below) if below < len(lines) else 0)
    if is_rule(line):
        below = _skip_blank(lines, index + 1)
        block = header_block_at(lines, below) if below < len(lines) else 0
        return below - index + block if block else 0
    return header_block_at(lines, index)


def _skip_blank(lines: list[str], index: int) -> int:
    while index < len(lines) and not lines[index].strip():
        index += 1
    return index


def _says_something(pieces: Sequence[tuple[_Piece, list[str]]]) -> bool:
    return any(line.strip() for kind, lines in pieces if kind is _Piece.TEXT for line in lines[:200])


def _is_quote(line: str) -> bool:
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
        if _is_quote(lines[index]):
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
    return index + 1 < len(lines) and _is_quote(lines[index + 1])


def _quote_kind(quote: list[str]) -> _Piece:
    """A quotation may bring its own announcement within the marks."""
    inner = [line.lstrip("> |").rstrip() for line in quote[:12]]
    first = next((index for index, line in enumerate(inner) if line), 0)
    announced = attribution_at(inner, first) or header_block_at(inner, first) or is_divider(inner[first])
    return _Piece.ANNOUNCED if announced else _Piece.QUOTE


def _choose(pieces: list[tuple[_Piece, list[str]]]) -> list[str]:
    """Which pieces stay: the text, and quotations that it answers line by line."""
    texts = [
        index
        for index, (kind, lines) in enumerate(pieces)
        if kind is _Piece.TEXT and any(map(str.strip, lines))
    ]
    if not texts:
        return []
    kept: list[str] = []
    for kind, lines in pieces[: texts[-1] + 1]:
        if kind is _Piece.TEXT or kind is _Piece.QUOTE:
            kept += lines
    return kept
