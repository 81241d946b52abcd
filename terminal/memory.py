"""Memory that was given back is used again, or is the system's, where glibc would keep it."""

import ctypes
from contextlib import suppress

_M_ARENA_MAX, _ARENAS = -8, 2
"""glibc makes up to eight for each core; the desk has some forty threads, and one of them runs at a time."""

_M_MMAP_THRESHOLD, _LARGE = -3, 128 * 1024
"""Bytes; what is larger is the system's again as soon as it is free.  By itself glibc soon keeps what
is as large as the largest that was ever freed, up to 32 MB, and small things settle in the holes."""


def share() -> None:
    """Call it before the first thread begins.  Where there is no glibc, nothing is to be done."""
    with suppress(AttributeError, OSError, TypeError):  # musl, macOS and Windows, each in its way
        glibc = ctypes.CDLL(None)
        glibc.mallopt(_M_ARENA_MAX, _ARENAS)
        glibc.mallopt(_M_MMAP_THRESHOLD, _LARGE)
