"""By what the copies of one mail are known again, whatever way each took, and whether read or not."""

import hashlib
from collections.abc import Iterable

from mail.guards import header_lines

NAMED = ("message-id", "from", "date", "subject")
"""Headers that a mail keeps on any way."""


def content_key(named: Iterable[str], contents: Iterable[bytes]) -> str:
    """Of a mail that was read: the same through two addresses is one, and the same Message-ID over other
    words is another."""
    digest = hashlib.sha256()
    for each in (*(text.encode() for text in named), *contents):
        digest.update(hashlib.sha256(each).digest())
    return digest.hexdigest()


def name_key(message_id: str) -> str:
    """Of all mails that bear one name, whatever they say."""
    return hashlib.sha256(message_id.encode("utf-8", "surrogateescape")).hexdigest()


def bare_key(raw: bytes) -> str:
    """Of one that perhaps nobody can read: its name, its writer and all below its headers, as they stand.

    Every byte counts where it has no name."""
    headers = dict(reversed(header_lines(raw)))
    if not headers.get("message-id"):
        return hashlib.sha256(raw).hexdigest()
    named = [headers.get(name, "").encode("utf-8", "surrogateescape") for name in NAMED]
    _, _, below = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    return content_key((), [*named, below.rstrip()])
