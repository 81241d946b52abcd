"""What can be said of an encrypted line: its version, and until when the other side's certificate is good."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from desk.finding import Finding, Health

_SOON = timedelta(days=14)


def examine(part: str, line: socket.socket | None, *, now: datetime) -> Iterator[Finding]:
    """How a line is encrypted.  Whether its certificate is to be believed was decided before."""
    if not isinstance(line, ssl.SSLSocket):
        yield Finding(part, "the line is not encrypted", Health.NOTE, 'set tls = "tls" or "starttls"')
        return
    yield Finding(part, f"encrypted with {line.version()}")
    ends = _end_of(line)
    if ends is None:
        return
    days = (ends - now).days
    said = f"the server's certificate is good until {ends:%d %B %Y} ({days} days)"
    if ends - now < _SOON:
        yield Finding(part, said, Health.NOTE, "have it renewed: from that day on no mail comes or goes")
    else:
        yield Finding(part, said)


def _end_of(line: ssl.SSLSocket) -> datetime | None:
    written = (line.getpeercert() or {}).get("notAfter")
    if not isinstance(written, str):
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(written), UTC)
