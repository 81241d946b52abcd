"""Threads share what memory they gave back."""

import subprocess
import sys

import pytest

ALLOCATES = """
import ctypes, re, sys
from threading import Barrier, Thread
from terminal import memory

if sys.argv[1] == "shared":
    memory.share()
libc, all_there = ctypes.CDLL(None), Barrier(12)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]

def allocate():
    taken = libc.malloc(10_000)
    all_there.wait()
    libc.free(taken)

threads = [Thread(target=allocate) for _ in range(12)]
for each in threads:
    each.start()
for each in threads:
    each.join()
libc.fdopen.restype, libc.malloc_info.argtypes, libc.fflush.argtypes = (
    ctypes.c_void_p, [ctypes.c_int, ctypes.c_void_p], [ctypes.c_void_p],
)
out = libc.fdopen(1, b"w")
libc.malloc_info(0, out)
libc.fflush(out)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc is Linux's")
def test_twelve_threads_keep_no_more_than_two_stores_of_memory() -> None:
    apart, shared = (stores(way) for way in ("apart", "shared"))
    if not apart:
        pytest.skip("another library than glibc gives out memory here")
    assert apart > 2
    assert shared == 2


def stores(way: str) -> int:
    told = subprocess.run([sys.executable, "-c", ALLOCATES, way], capture_output=True, text=True)
    return told.stdout.count("<heap nr=")
