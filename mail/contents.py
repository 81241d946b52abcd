"""What stands in a part of a mail: its bytes, its charset, its text."""

from collections.abc import Iterator
from email.errors import MessageError
from email.message import Message
from typing import TypeAlias

from mail.ballast import Ballast, decoded
from mail.charsets import decode, raw_bytes

LARGEST_TEXT = 1_000_000

Part: TypeAlias = "Message[str, str]"


def text_in(part: Part, ballast: Ballast) -> str:
    """The text of a part, in whatever charset."""
    return decode(_not_too_much(bytes_in(part, ballast)), charset_of(part))[:LARGEST_TEXT]


def _not_too_much(content: bytes) -> bytes:
    """Cut between lines: half a character at the end would make the whole text look like another charset."""
    if len(content) <= LARGEST_TEXT * 2:
        return content
    cut = content[: LARGEST_TEXT * 2]
    return cut.rpartition(b"\n")[0] or cut


def charset_of(part: Part) -> str:
    """The declared charset, unharmed by what surrounds it; empty where there is none."""
    for piece in raw_header(part, "content-type").split(";")[1:60]:
        key, equals, value = piece.partition("=")
        if equals and key.strip().lower().split("*")[0] == "charset":
            return _rfc2231(value).strip(" \t\"'")
    return ""


def _rfc2231(value: str) -> str:
    return value.rpartition("'")[2] if value.count("'") == 2 and not value.startswith("'") else value


def bytes_in(part: Part, ballast: Ballast) -> bytes:
    """The decoded bytes of a part; what cannot be decoded as it was announced is taken as it stands."""
    kept = getattr(part, "_payload", None)
    if ballast.mark and isinstance(kept, str) and ballast.mark.decode() in kept:
        way = raw_header(part, "content-transfer-encoding").strip().lower()
        return decoded(ballast.back_in(raw_bytes(kept)), way)
    try:
        payload: object = part.get_payload(decode=True)
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, AssertionError):
        payload = kept  # get_payload would decode, which has just failed
    if isinstance(payload, str):
        return raw_bytes(payload)
    return payload if isinstance(payload, bytes) else b""


def raw_header(part: Part, name: str) -> str:
    """The first header of that name, as it was sent, or nothing."""
    return next((str(value) for key, value in part.raw_items() if key.lower() == name), "")[:2000]


def unflowed(text: str, part: Part) -> str:
    """RFC 3676: a line that ends in a space goes on in the next one."""
    described = raw_header(part, "content-type").lower().replace(" ", "").replace('"', "")
    if "format=flowed" not in described:
        return text
    return "\n".join("".join(pieces) for pieces in _paragraphs(text, keep_space="delsp=yes" not in described))


def _paragraphs(text: str, *, keep_space: bool) -> Iterator[list[str]]:
    pieces: list[str] = []
    for line in text.split("\n"):
        quoted = line.startswith(">")
        line = line[1:] if line.startswith(" ") else line  # space-stuffing
        if quoted and pieces:
            yield pieces
            pieces = []
        flows = line.endswith(" ") and line != "-- " and not quoted
        pieces.append(line if keep_space or not flows else line[:-1])
        if not flows:
            yield pieces
            pieces = []
    if pieces:
        yield pieces
