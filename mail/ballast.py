"""Takes the long bodies out of a mail before it is parsed, and gives them back where they are wanted.

The parser of the standard library goes through a mail line by line and holds it several times over: 25 MB
of a file took 300 MB and two seconds.  It needs to see no more than where parts begin.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_LONG = 600_000
"""Bytes between two lines that may be boundaries, from which something is taken out."""

_STAYS = 300_000
"""Bytes of such a stretch that stay: more than any headers, also of a mail within the mail."""


@dataclass(frozen=True, slots=True)
class Ballast:
    """What was taken out, by the mark that stands in its place."""

    pieces: dict[bytes, memoryview] = field(default_factory=dict)
    mark: bytes = b""

    def back_in(self, body: bytes) -> bytes:
        """A body as it was sent."""
        if not self.mark or self.mark not in body:
            return body
        return b"".join(self.pieces.get(piece, piece) for piece in re.split(self._marks(), body))

    def _marks(self) -> bytes:
        return b"(" + re.escape(self.mark) + rb"\d{1,6};)"


def lighten(raw: bytes) -> tuple[bytes, Ballast]:
    """The mail without its long bodies, and those; a mail without any as it is."""
    if len(raw) < _LONG:
        return (raw, Ballast())
    mark = b"left-out-" + hashlib.sha256(raw).hexdigest()[:32].encode() + b"-"
    ballast = Ballast({}, mark)
    view = memoryview(raw)
    light: list[bytes | memoryview] = []
    done = 0
    for start, end in _stretches(raw):
        name = mark + b"%d;" % len(ballast.pieces)
        ballast.pieces[name] = view[start:end]
        light += [view[done:start], name]
        done = end
    light.append(view[done:])
    return (b"".join(light), ballast)


def _stretches(raw: bytes) -> Iterator[tuple[int, int]]:
    """From where to where something is taken out: never a line that begins like a boundary."""
    begin = 0
    while begin < len(raw):
        found = raw.find(b"\n--", begin + 1)
        end = found if found >= 0 else len(raw)
        if end - begin > _LONG:
            yield (begin + _STAYS, end)
        begin = end


def decoded(body: bytes, way: str) -> bytes:
    """A body by its Content-Transfer-Encoding, as far as that makes sense of it."""
    if way == "quoted-printable":
        return binascii.a2b_qp(body)
    if way != "base64":
        return body
    try:
        return binascii.a2b_base64(body)
    except binascii.Error:
        return _some_base64(body)


def _some_base64(body: bytes) -> bytes:
    clean = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
    return base64.b64decode(clean[: len(clean) // 4 * 4])
