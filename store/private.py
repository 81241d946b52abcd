"""A file that is made for the desk's own user alone."""

import os
from contextlib import suppress


def make(file: str) -> None:
    """Make it, empty, where there is none; what connects to it next says so where it cannot be."""
    if file != ":memory:" and not file.startswith("file:"):
        with suppress(OSError):
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
