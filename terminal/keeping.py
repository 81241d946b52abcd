"""Writes files that nobody but their owner may read."""

import os
from pathlib import Path


def keep_new(file: Path, content: bytes) -> None:
    """Raises FileExistsError where there is one already."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(content)


def keep(file: Path, content: bytes) -> None:
    """In place of what stood there, whoever could read that and wherever it led."""
    file.unlink(missing_ok=True)
    keep_new(file, content)
