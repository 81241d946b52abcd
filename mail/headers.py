"""The headers of a mail as plain text, and the values that hide in them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from mail.charsets import LONGEST_HEADER, decode_header

_MOST_HEADERS = 400
MOST_REFERENCES = 20


@dataclass(frozen=True, slots=True)
class Headers:
    """Names in lower case with decoded values, in the order of the mail."""

    lines: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str:
        """The first header of that name, or nothing."""
        return next((value for key, value in self.lines if key == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.lines if key == name)

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self.lines)


def headers_of(items: Iterable[tuple[str, str]], fallback: str = "") -> Headers:
    """Decode raw header lines.  fallback: the charset to try for bare 8-bit text."""
    return Headers(
        tuple((name.strip().lower(), decode_header(value, fallback)) for name, value in _first(items))
    )


def _first(items: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(str(name), str(value)) for name, value in items][:_MOST_HEADERS]


def ids_in(value: str) -> tuple[str, ...]:
    """The message ids of a header without their brackets, newest (last) first, at most MOST_REFERENCES."""
    found: list[str] = []
    for piece in reversed(value[-LONGEST_HEADER:].replace("<", " <").replace(">", "> ").split()):
        name = piece.strip("<>,;\"'")
        if name and name not in found and (piece.startswith("<") or "@" in name):
            found.append(name)
    return tuple(found[:MOST_REFERENCES])


def message_id_in(value: str) -> str | None:
    """The one id of a Message-ID header, without brackets; nonsense still tells mails apart."""
    value = "".join(value[:1000].split())
    start, end = value.find("<"), value.rfind(">")
    inner = value[start + 1 : end] if 0 <= start < end else value.strip("<>")
    return inner[:500] or None


def date_in(value: str) -> datetime | None:
    """When the sender's clock says it was written, in UTC."""
    try:
        moment = parsedate_to_datetime(value[:100])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None


def parameter_in(value: str, name: str) -> str:
    """One parameter of a structured header, as in `report-type=delivery-status`."""
    for piece in value.split(";")[1:60]:
        key, equals, text = piece.partition("=")
        if equals and key.strip().lower() == name:
            return text.strip(" \t\"'")
    return ""
