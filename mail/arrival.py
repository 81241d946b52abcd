"""When a mail that another server hands on reached us: when our own mail server received it."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta

from mail.guards import header_lines
from mail.headers import date_in

_LONGEST_WAY = timedelta(days=5)
"""How long a mail server keeps a mail for us; what claims to be older is older than any clock of ours."""

_BY = re.compile(r"(?:^|\s)by\s+([^\s;()]+)", re.IGNORECASE)


def reached_us(raw: bytes, received_by: Collection[str], *, now: datetime) -> datetime:
    """The moment in the topmost Received (RFC 5321) where one of `received_by` wrote it; else now.

    Everything below it was written by others, and Date by the customer: neither is ever believed."""
    topmost = next((value for name, value in header_lines(raw) if name == "received"), "")
    written_by = _BY.search(topmost)
    if written_by is None or written_by[1].lower() not in {name.lower() for name in received_by}:
        return now
    moment = date_in(topmost.rpartition(";")[2].strip())
    return min(max(moment, now - _LONGEST_WAY), now) if moment else now
