"""The headers by which Outlook keeps a conversation together; the others go by References."""

import base64
import hashlib
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import UTC, datetime

_ROOT, _CHILD = 22, 5
"""Bytes of the index that opens a conversation, and of each answer in it ([MS-OXOMSG] 2.2.1.3)."""

_DEEPEST = 40
"""Answers that an index names; the conversation is told by its first 22 bytes alone."""

_SINCE_1601 = 116_444_736_000_000_000
"""What Windows calls 1970, in tenths of a microsecond."""


@dataclass(frozen=True)
class Conversation:
    """topic: what it is about, without marks and numbers; index: its place, as Thread-Index has it."""

    topic: str
    index: str


def answer_to(theirs: str, *, topic: str, name: str, opened: datetime, now: datetime) -> Conversation:
    """Where a mail of ours stands.

    theirs: the Thread-Index of the mail it answers, perhaps none or nonsense; name: what makes a
    conversation of our own one of its kind; opened: when it was."""
    parent = _known(theirs) or _opening(name, opened)
    child = _child(parent, now)
    return Conversation(topic, base64.b64encode(parent + child).decode())


def _known(theirs: str) -> bytes:
    """The index as bytes; nothing where it is none."""
    try:
        index = base64.b64decode("".join(theirs.split()), validate=True)
    except (NotBase64, ValueError):
        return b""
    is_one = len(index) >= _ROOT and (len(index) - _ROOT) % _CHILD == 0
    return index[: _ROOT + _CHILD * (_DEEPEST - 1)] if is_one else b""


def _opening(name: str, opened: datetime) -> bytes:
    """The upper bytes of the moment, and 16 that only this conversation has."""
    return _ticks(opened).to_bytes(8, "big")[:6] + hashlib.sha256(name.encode()).digest()[:16]


def _child(parent: bytes, now: datetime) -> bytes:
    """How long after the opening: 31 bits of it, below a sign that the shorter unit is meant."""
    begun = int.from_bytes(parent[:6] + b"\0\0", "big")
    passed = max(0, _ticks(now) - begun)
    unit = (passed >> 18) & 0x7FFFFFFF
    return unit.to_bytes(4, "big") + hashlib.sha256(parent + str(now).encode()).digest()[:1]


def _ticks(at: datetime) -> int:
    return int(at.astimezone(UTC).timestamp() * 10_000_000) + _SINCE_1601
