"""Memory that one thread gave back is used again by the others, where glibc would keep it for that thread."""

import ctypes
from contextlib import suppress

_M_ARENA_MAX = -8
_ARENAS = 2
"""glibc makes up to eight for each core; the desk has some forty threads, and one of them runs at a time."""


def share() -> None:
    """Call it before the first thread begins.  Where there is no glibc, nothing is to be done."""
    with suppress(AttributeError, OSError, TypeError):  # musl, macOS and Windows, each in its way
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)
