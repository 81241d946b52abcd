"""Whether our own mail server says that a mail's sender is forged."""

from collections.abc import Iterator

from mail.headers import Headers

_LONGEST = 4_000
"""Characters of one header; a real one has a few hundred."""


def is_forged(headers: Headers, trusted: str | None) -> bool:
    """Whether the server called `trusted` saw DMARC fail (RFC 8601).

    Only a failure is believed, never a pass: anybody can write a pass, nobody gains by writing a failure."""
    return trusted is not None and "fail" in _dmarc_results(headers, trusted.lower())


def authserv_in(results: str) -> str:
    """Who wrote an Authentication-Results, in lower case; "" for who left it out, as Microsoft 365 does."""
    first = _without_comments(results[:_LONGEST].lower()).partition(";")[0]
    return "" if "=" in first else (first.split() or [""])[0]


def _dmarc_results(headers: Headers, trusted: str) -> Iterator[str]:
    for place, header in enumerate(headers.all("authentication-results")):
        first, *results = (piece.strip() for piece in _without_comments(header[:_LONGEST].lower()).split(";"))
        nameless = "=" in first  # Microsoft 365 leaves its name out, and writes its header on top
        if nameless and place == 0:
            results.insert(0, first)
        elif nameless or first.split()[:1] != [trusted]:
            continue
        yield from (_result(piece) for piece in results if piece.startswith("dmarc"))


def _result(piece: str) -> str:
    """The word behind "dmarc =", as in "dmarc=fail header.from=example.com"."""
    return (piece.partition("=")[2].split() or [""])[0]


def _without_comments(text: str) -> str:
    kept: list[str] = []
    depth = 0
    for character in text:
        depth += character == "("
        if depth == 0:
            kept.append(character)
        depth -= character == ")" and depth > 0
    return "".join(kept)
