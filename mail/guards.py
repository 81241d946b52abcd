"""What is counted in a raw mail before any parser may touch it."""

import re

LARGEST_MAIL = 35 * 1024 * 1024
"""Bytes; room for 25 MB of files in base64."""

_LARGEST_HEADERS = 256 * 1024
_MOST_LINES = 1_000_000
_MOST_PARTS = 500
_MOST_BOUNDARIES = 100
_LOOKED_AT = 64 * 1024

_BOUNDARY = re.compile(rb"""boundary\s{0,5}=\s{0,5}"?([^"\r\n;]{1,100})""", re.IGNORECASE)
_A_HEADER = re.compile(rb"(?im)^(from|to|subject|date|received|message-id|content-type|mime-version):")


def why_unreadable(raw: bytes) -> str:
    """Why this should not be parsed, in words; empty where nothing speaks against it."""
    if not raw.strip():
        return "it is empty"
    if len(raw) > LARGEST_MAIL:
        return f"it is larger than {LARGEST_MAIL // 1024 // 1024} MB"
    if _header_size(raw) > _LARGEST_HEADERS:
        return "its headers are larger than any honest mail's"
    if raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n") > _MOST_LINES:
        return "it has more than a million lines"
    if _parts(raw) > _MOST_PARTS:
        return f"it has more than {_MOST_PARTS} parts"
    if _is_noise(raw):
        return "it is no mail: it has no headers, and is no text"
    return ""


def header_lines(raw: bytes) -> list[tuple[str, str]]:
    """The headers of a mail that cannot be parsed, names in lower case, from its first 64 kB."""
    lines: list[tuple[str, str]] = []
    for line in raw[:_LOOKED_AT].decode("utf-8", "surrogateescape").splitlines():
        if not line.strip():
            break
        name, colon, value = line.partition(":")
        if line[0] in " \t" and lines:
            lines[-1] = (lines[-1][0], lines[-1][1] + line)
        elif colon:
            lines.append((name.strip().lower(), value.strip()))
    return lines[:200]


def _header_size(raw: bytes) -> int:
    ends = [end for end in (raw.find(b"\n\n"), raw.find(b"\n\r\n"), raw.find(b"\r\r")) if end >= 0]
    return min(ends, default=len(raw))


def _is_noise(raw: bytes) -> bool:
    """Whether the beginning has neither a header that every mail has nor only what text is made of."""
    start = raw[:_LOOKED_AT]
    return b"\0" in start and not _A_HEADER.search(start)


def _parts(raw: bytes) -> int:
    """Parts that the mail announces, by whichever count is higher."""
    boundaries = set(_BOUNDARY.findall(raw))
    if len(boundaries) > _MOST_BOUNDARIES:
        return _MOST_PARTS + 1
    announced = len(re.findall(rb"(?i)\ncontent-type:", raw))
    return max([announced, *(raw.count(b"\n--" + boundary.strip()) for boundary in boundaries)])
