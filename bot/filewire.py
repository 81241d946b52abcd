"""The calls of Slack that move files: three to show some in a thread, and those to look and to fetch."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.outcome import MessageUnfit, told
from bot.overheard import Overheard, guarding
from bot.pace import Pace
from bot.shut import Shut
from bot.transfer import Transfer
from desk.errors import DeliveryFailed, DeliveryHeld, DeliveryUncertain
from store.cards import Place

_BEFORE = timedelta(minutes=65)
"""Slack's clock and ours may differ by as much, where ours is set wrong, as by a wrong time zone."""

_LATER = timedelta(seconds=30)
_GONE = frozenset({"file_not_found", "file_deleted", "file_already_completed"})
_NOT_THERE = frozenset({"tombstone", "hidden_by_limit", "external", "space", "canvas"})
"""Modes of files that have no bytes to fetch."""


class FileGone(Exception):
    """Slack knows no such file, or has shown it before."""


@dataclass(frozen=True)
class Address:
    """Where the bytes of a file go, and what Slack calls it."""

    url: str
    slack_file: str


@dataclass(frozen=True)
class Shared:
    """A file as it is shown."""

    slack_file: str
    title: str


class FileWire:
    """slack: changes things, and never tries again by itself.  read: looks, and may.  clock: reads the
    machine's time.  shut: knows which of several channels take nothing; overheard: in which others read."""

    def __init__(
        self,
        slack: WebClient,
        read: WebClient,
        pace: Pace,
        clock: Callable[[], datetime],
        shut: Shut | None = None,
        overheard: Overheard | None = None,
    ) -> None:
        self._slack = slack
        self._read = read
        self._pace = pace
        self._on = guarding(shut, overheard)
        self._transfer = Transfer(slack.base_url, clock, slack.ssl)

    def address(self, name: str, size: int) -> Address:
        """Ask where a file is to be sent; asking again does no harm.  Raises DeliveryFailed, DeliveryHeld."""
        with _harmless():
            call = {"filename": name, "length": size}
            answer = self._slack.api_call("files.getUploadURLExternal", params=call)
        return Address(str(answer["upload_url"]), str(answer["file_id"]))

    def send(self, address: Address, content: bytes) -> None:
        """Send its bytes there; nobody sees them yet.  Raises DeliveryFailed."""
        self._transfer.send(address.url, content)

    def share(self, files: Sequence[Shared], place: Place, words: str) -> None:
        """Show files in a thread.  words: what stands above them, in Slack's markup.

        Raises DeliveryFailed, DeliveryHeld, DeliveryUncertain, MessageGone (the thread is), FileGone."""
        call = {
            "files": json.dumps([{"id": file.slack_file, "title": file.title} for file in files]),
            "channel_id": place.channel,
            "thread_ts": place.ts,
            "initial_comment": words,
        }
        self._pace.wait(place.channel)
        with self._on(place.channel), told(), _gone():
            self._slack.api_call("files.completeUploadExternal", params=call)

    def are_shown(self, slack_files: Sequence[str], place: Place, *, since: datetime) -> bool:
        """Whether the thread shows one of these, which are shown all together or not at all.

        Raises DeliveryHeld, MessageGone."""
        window: dict[str, Any] = {"oldest": f"{(since - _BEFORE).timestamp():.6f}", "limit": 200}
        try:
            with self._on(place.channel), told():
                pages = self._read.conversations_replies(channel=place.channel, ts=place.ts, **window)
                return any(file["id"] in slack_files for page in pages for file in _files_on(page))
        except (DeliveryFailed, DeliveryUncertain, MessageUnfit) as error:
            raise DeliveryHeld(f"cannot look whether it arrived: {error}", wait=_LATER) from error

    def says(self, words: str, place: Place, *, since: datetime) -> bool:
        """Whether the thread shows files with these words above them.  Raises as are_shown does."""
        window: dict[str, Any] = {"oldest": f"{(since - _BEFORE).timestamp():.6f}", "limit": 200}
        try:
            with told():
                pages = self._read.conversations_replies(channel=place.channel, ts=place.ts, **window)
                return any(
                    message.get("files") and message.get("text") == words
                    for page in pages
                    for message in page["messages"]
                )
        except (DeliveryFailed, DeliveryUncertain, MessageUnfit) as error:
            raise DeliveryHeld(f"cannot look what was told before: {error}", wait=_LATER) from error

    def fetch(self, slack_file: str, *, most: int) -> tuple[bytes, str]:
        """What is in a file, and its type.  most: bytes.  Raises DeliveryFailed, DeliveryHeld, FileGone."""
        with _harmless(), _gone():
            file = self._read.api_call("files.info", params={"file": slack_file})["file"]
        size = int(file.get("size") or 0)
        address = str(file.get("url_private_download") or file.get("url_private") or "")
        if file.get("mode") in _NOT_THERE or file.get("is_external") or not (address and size):
            raise DeliveryFailed("Slack only links to it, and has no bytes of it", permanent=True)
        if size > most:
            raise DeliveryFailed(
                f"it is {size:,} bytes, more than the {most:,} that a mail takes", permanent=True
            )
        content = self._transfer.fetch(address, self._slack.token or "", size=size)
        return content, str(file.get("mimetype") or "application/octet-stream")


def _files_on(page: Any) -> Iterator[dict[str, Any]]:
    return (file for message in page["messages"] for file in message.get("files") or [])


@contextmanager
def _harmless() -> Iterator[None]:
    """What nobody sees may be asked again."""
    try:
        with told():
            yield
    except (DeliveryUncertain, MessageUnfit) as unclear:
        raise DeliveryFailed(str(unclear), permanent=False) from unclear


@contextmanager
def _gone() -> Iterator[None]:
    try:
        yield
    except SlackApiError as error:
        if error.response["error"] in _GONE:
            raise FileGone(error.response["error"]) from error
        raise
