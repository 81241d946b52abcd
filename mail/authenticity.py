"""What our own mail server says about a mail's sender."""

from collections.abc import Iterator

from mail.headers import Headers

_LONGEST = 4_000
"""Characters of one header; a real one has a few hundred."""

_MOST = 50
"""Headers that are looked at; a real mail has a few."""


def is_forged(headers: Headers, trusted: str | None) -> bool:
    """Whether the server called `trusted` saw DMARC fail (RFC 8601).

    Only a failure is believed, never a pass: anybody can write a pass, nobody gains by writing a failure."""
    return trusted is not None and _dmarc(headers, trusted.lower().rstrip(".")) == "fail"


def authserv_in(results: str) -> str:
    """Who wrote an Authentication-Results, in lower case; "" for who left it out, as Microsoft 365 does."""
    first = _pieces(results[:_LONGEST].lower())[0]
    return "" if "=" in first else (first.split() or [""])[0]


def _dmarc(headers: Headers, trusted: str) -> str:
    """The topmost verdict of our server: what stands below was there before the mail came to it.

    Its verdict may stand in another header than its other results."""
    return next((word for word in _verdicts(headers, trusted) if word), "")


def _verdicts(headers: Headers, trusted: str) -> Iterator[str]:
    for place, header in enumerate(headers.all("authentication-results")[:_MOST]):
        first, *results = _pieces(header[:_LONGEST].lower())
        nameless = "=" in first  # Microsoft 365 leaves its name out, and writes its header on top
        if nameless and place == 0:
            results.insert(0, first)
        elif nameless or (first.split() or [""])[0].rstrip(".") != trusted:
            continue
        yield from (_result(piece) for piece in results if _method(piece) == "dmarc")


def _method(piece: str) -> str:
    """What stands before "=", without the version that may follow it ("dmarc/1 = fail")."""
    return piece.partition("=")[0].partition("/")[0].strip()


def _result(piece: str) -> str:
    """The word behind "dmarc =", as in "dmarc=fail header.from=example.com"."""
    return (piece.partition("=")[2].split() or [""])[0].strip('"')


def _pieces(text: str) -> list[str]:
    """What stands between the semicolons, without comments; quoted ones separate nothing."""
    pieces: list[list[str]] = [[]]
    depth, quoted, escaped = 0, False, False
    for character in text:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
            continue
        elif character == '"' and not depth:
            quoted = not quoted
        elif character in "()" and not quoted:
            depth = depth + 1 if character == "(" else max(0, depth - 1)
            continue
        elif character == ";" and not quoted and not depth:
            pieces.append([])
            continue
        if not depth:
            pieces[-1].append(character)
    return ["".join(piece).strip() for piece in pieces]
