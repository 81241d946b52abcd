"""Turn bytes into text, whatever their sender claims they are written in."""

import base64
import binascii
import codecs
from collections.abc import Iterator
from typing import NamedTuple

ALIASES = {
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "unicode-1-1-utf-7": "utf-7",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "cp-850": "cp850",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "iso-8859-11": "cp874",
    "latin-1": "cp1252",
    "iso-8859-1": "cp1252",
    "iso-8859-9": "cp1254",
}
"""What mail programs write, and the codec that really reads it."""

GUESSED = frozenset({"", "us-ascii", "ascii", "ansi_x3.4-1968", "none", "8bit", "7bit", "binary"})
"""Labels that say nothing."""

LONGEST_HEADER = 32_768
"""Characters of a header that are looked at at all."""

_LONGEST_LABEL = 40


def decode(data: bytes, label: str = "") -> str:
    """Decode, never raising: what cannot be read becomes the replacement character."""
    name = label.strip(" \t\"'").split("\n")[0].strip().lower()[:_LONGEST_LABEL]
    name = name.removeprefix("charset=")
    for codec in (*_codecs_for(name), "utf-8", "cp1252"):
        try:
            return _sound(data.decode(codec))
        except (UnicodeError, LookupError, ValueError):
            continue
    return _sound(data.decode("utf-8" if name == "utf-8" else "cp1252", "replace"))


def decode_header(value: str, fallback: str = "") -> str:
    """A raw header as people read it: encoded words decoded, control characters gone, one line.

    value: as the parser keeps it, with bytes above 127 as surrogates.  fallback: the charset of the body."""
    if value.isascii() and "=?" not in value and "\x1b" not in value and fallback.lower() not in _BY_ASCII:
        return one_line(value[:LONGEST_HEADER])  # as most headers are
    runs = _runs(value[:LONGEST_HEADER])
    text = "".join(decode(run.data, run.charset or fallback) for run in _joined(runs))
    return one_line(text)


_BY_ASCII = frozenset(
    {"utf-7", "unicode-1-1-utf-7", "hz", "hz-gb-2312", "utf-16", "utf-16le", "utf-16be", "utf-32"}
)
"""Charsets that write other letters in ASCII, or ASCII otherwise."""


def raw_bytes(text: str) -> bytes:
    """The bytes that a parser has kept as surrogates; a lone surrogate that stands for none is lost."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def one_line(text: str) -> str:
    """Text without line ends, control characters and marks that turn its direction."""
    if text.isprintable():
        return " ".join(text.split())
    return " ".join(text.translate(_UNSAFE).split())


def sound_lines(text: str) -> str:
    """Text of several lines, with plain line ends and without other control characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").replace("\v", "\n")
    if text.isprintable():
        return text
    return text.translate(_CONTROLS)


class _Run(NamedTuple):
    """A stretch of a header in one charset."""

    data: bytes
    charset: str
    encoded: bool


def _codecs_for(name: str) -> tuple[str, ...]:
    if name in GUESSED or name == "iso-8859-1" or name.startswith("x-unknown"):
        return ("utf-8",)
    if name == "iso-2022-jp":
        return ("iso2022_jp_ext", "iso2022_jp_2", "cp932")
    known = ALIASES.get(name, name)
    return (known,) if _is_text_codec(known) else ()


def _is_text_codec(name: str) -> bool:
    """Whether this is a charset at all: base64, zip, rot13 and idna are codecs too, and must not run."""
    if name in {"idna", "punycode", "undefined", "raw_unicode_escape", "unicode_escape", "mbcs", "oem"}:
        return False
    try:
        return codecs.lookup(name)._is_text_encoding
    except (LookupError, ValueError, UnicodeError):
        return False


def _sound(text: str) -> str:
    """Without lone surrogates, which no database and no JSON takes."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    return text


def _runs(value: str) -> Iterator[_Run]:
    """Cut at encoded words, by hand: a pattern for them can be made to backtrack."""
    position = 0
    while (start := value.find("=?", position)) >= 0:
        word = _encoded_word(value, start)
        if word is None:
            yield _plain(value[position : start + 2])
            position = start + 2
            continue
        run, end = word
        yield _plain(value[position:start])
        yield run
        position = end
    yield _plain(value[position:])


def _plain(text: str) -> _Run:
    return _Run(raw_bytes(text), "", False)


_LONGEST_WORD = 4096
"""Characters; RFC 2047 allows 75, real programs write whole headers."""


def _encoded_word(value: str, start: int) -> tuple[_Run, int] | None:
    charset_end = value.find("?", start + 2, start + 2 + _LONGEST_LABEL * 2)
    if charset_end < 0 or value[charset_end + 2 : charset_end + 3] != "?":
        return None
    end = value.find("?=", charset_end + 3, start + _LONGEST_WORD)
    way = value[charset_end + 1].lower()
    if end < 0 or way not in "bq":
        return None
    body = raw_bytes(value[charset_end + 3 : end])
    data = _base64(body) if way == "b" else _quoted(body)
    charset = value[start + 2 : charset_end].split("*")[0]  # RFC 2231: a language may follow
    return (_Run(data, charset, True), end + 2)


def _base64(body: bytes) -> bytes:
    clean = bytes(byte for byte in body if byte in _BASE64).rstrip(b"=")
    if len(clean) % 4 == 1:
        clean = clean[:-1]
    try:
        return base64.b64decode(clean + b"=" * (-len(clean) % 4))
    except binascii.Error:
        return b""


_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="


def _quoted(body: bytes) -> bytes:
    return binascii.a2b_qp(body.replace(b"\r", b"").replace(b"\n", b" "), header=True)


def _joined(runs: Iterator[_Run]) -> Iterator[_Run]:
    """White space between two encoded words is no text, and a letter may be cut between two of them."""
    waiting: _Run | None = None
    gap: _Run | None = None
    for run in runs:
        if not run.encoded and waiting is not None and not run.data.strip():
            gap = run
            continue
        if run.encoded and waiting is not None and run.charset.lower() == waiting.charset.lower():
            waiting = waiting._replace(data=waiting.data + run.data)
            gap = None
            continue
        if waiting is not None:
            yield waiting
        if gap is not None and not run.encoded:
            yield gap
        waiting, gap = (run, None) if run.encoded else (None, None)
        if not run.encoded and run.data:
            yield run
    if waiting is not None:
        yield waiting


_TURNERS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u061c")
"""Marks that change the direction of writing: a file name or subject made with them lies."""

_UNSAFE = {ord(each): None for each in _TURNERS}
_UNSAFE |= {code: None for code in (*range(32), *range(0x7F, 0xA0)) if not chr(code).isspace()}

_CONTROLS = {code: None for code in range(32) if code not in (9, 10)} | {0x7F: None, 0xFEFF: None}
_CONTROLS |= dict.fromkeys(range(0x80, 0xA0)) | {0x2028: "\n", 0x2029: "\n", 0x85: "\n"}
