"""Bytes to and from the addresses that Slack gives out for files, and no others."""

import ssl
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import Message
from http.client import HTTPException, HTTPResponse
from typing import IO, Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

from desk.errors import DeliveryFailed

_SILENCE = 30
"""Seconds in which something must move."""

_LONGEST = timedelta(minutes=2)
_PIECE = 64 * 1024
_OF_SLACK = {"slack.com": "https://files.slack.com", "slack-gov.com": "https://files.slack-gov.com"}
"""Where files are, by the place of the Web API."""

LOGS_IN = "Slack gives a page to log in instead of the file: install the app again with the scope files:read"


class Transfer:
    """api: the address of the Web API, which says where files may be.  clock: reads the machine's time."""

    def __init__(
        self, api: str, clock: Callable[[], datetime], context: ssl.SSLContext | None = None
    ) -> None:
        self._origin = origin_of(api)
        self._clock = clock
        https = urllib.request.HTTPSHandler(context=context)
        self._opener = urllib.request.build_opener(_StaysHere, https)

    def send(self, address: str, content: bytes) -> None:
        """Bring bytes to an upload address.  Nobody sees them yet, so that it may be done again.

        Raises DeliveryFailed."""
        kind = {"Content-Type": "application/octet-stream"}
        request = urllib.request.Request(self._checked(address), content, kind, method="POST")
        self._read(request, most=_PIECE)

    def fetch(self, address: str, token: str, *, size: int) -> bytes:
        """A file of that size, with the token that opens it.  Raises DeliveryFailed."""
        told = {"Authorization": f"Bearer {token}"}
        request = urllib.request.Request(self._checked(address), headers=told)
        content, kind = self._read(request, most=size)
        if len(content) == size:
            return content
        if kind == "text/html":
            raise DeliveryFailed(LOGS_IN, permanent=True)
        raise DeliveryFailed(f"{len(content):,} of its {size:,} bytes came", permanent=False)

    def _checked(self, address: str) -> str:
        parts = urlsplit(address)
        if f"{parts.scheme}://{parts.netloc}".lower() != self._origin:
            raise DeliveryFailed(f"{address[:200]!r} is not an address of Slack's for files", permanent=True)
        return address

    def _read(self, request: urllib.request.Request, *, most: int) -> tuple[bytes, str]:
        """What is answered, up to one byte more than `most`, and its type."""
        until = self._clock() + _LONGEST
        try:
            with self._opener.open(request, timeout=_SILENCE) as answer:
                return self._all_of(answer, most + 1, until), str(answer.headers.get_content_type())
        except HTTPError as error:
            with error:
                raise _meaning(error.code) from error
        except (OSError, HTTPException, ValueError) as error:
            raise DeliveryFailed(
                f"Slack's place for files does not answer: {error!r}"[:300], permanent=False
            ) from error

    def _all_of(self, answer: HTTPResponse, most: int, until: datetime) -> bytes:
        pieces: list[bytes] = []
        while most and (piece := answer.read(min(_PIECE, most))):
            if self._clock() > until:
                raise DeliveryFailed("Slack's place for files is too slow", permanent=False)
            pieces.append(piece)
            most -= len(piece)
        return b"".join(pieces)


def origin_of(api: str) -> str:
    """Where Slack keeps files; whoever runs another Slack for trying things out keeps them beside its API."""
    parts = urlsplit(api)
    known = next((place for host, place in _OF_SLACK.items() if _is_of(parts.hostname or "", host)), None)
    return known or f"{parts.scheme}://{parts.netloc}".lower()


def _is_of(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _meaning(status: int) -> DeliveryFailed:
    if 300 <= status < 400 or status in (401, 403):
        return DeliveryFailed(LOGS_IN, permanent=True)
    gone = status in (404, 410)
    return DeliveryFailed(f"Slack's place for files answers {status}", permanent=gone)


class _StaysHere(urllib.request.HTTPRedirectHandler):
    """Follows nobody to another place: the token would go along."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> Any:
        return None
