"""Which engine has its turn, where a database only keeps what a test is about."""

from collections import defaultdict
from collections.abc import Iterable
from zlib import crc32

import pytest

ENGINES = ("sqlite", "postgresql")
FOLDERS = ("tests/bot/", "tests/journeys/", "tests/mail/", "tests/terminal/")
"""What stands here is about words, cards, mails, people and rights; the database is tested elsewhere."""

MARK = "both_engines"
"""On a test, or a file of them, of these folders in which the database itself is what is tested."""


def waiting(items: Iterable[pytest.Item]) -> set[pytest.Item]:
    """Those whose turn it is not.  Of two that differ in the engine alone one stays, always the same one."""
    pairs: dict[str, dict[str, pytest.Item]] = defaultdict(dict)
    for item in items:
        engine = _engine(item)
        if engine and item.nodeid.startswith(FOLDERS) and not item.get_closest_marker(MARK):
            pairs[_name(item)][engine] = item
    return {pair[_other(name)] for name, pair in pairs.items() if len(pair) == len(ENGINES)}


def _engine(item: pytest.Item) -> str | None:
    """The engine of its database, where it has one; a test whose file brings its own database has none."""
    given = _params(item)
    return next((given[name] for name in ("database_url", "empty_url") if name in given), None)


def _params(item: pytest.Item) -> dict[str, str]:
    called = getattr(item, "callspec", None)
    return dict(called.params) if called else {}


def _name(item: pytest.Item) -> str:
    """What it is called on either engine."""
    place, _, words = item.nodeid.partition("[")
    return place + "-".join(word for word in words.rstrip("]").split("-") if word not in ENGINES)


def _other(name: str) -> str:
    """The engine that stays away: half of all tests run on each."""
    return ENGINES[crc32(name.encode()) % len(ENGINES)]
