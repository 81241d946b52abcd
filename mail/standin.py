"""The record that stands in for a message which the desk did not fetch, and says where that message lies."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from mail.account import Account
from store.inbox import Arrival


@dataclass(frozen=True)
class Place:
    """A message in a mailbox.  lies_in: the folder where people find it."""

    account: Account
    validity: int | None
    uid: int
    lies_in: str


def too_large(size: int, most: int, place: Place) -> str:
    """What people read instead of a message that is larger than the desk takes in."""
    return (
        f"This mail has {_megabytes(size)} MB, and the desk takes in {_megabytes(most)} MB at "
        f"most.  It is still in the mailbox ({place.lies_in} of {place.account.user})."
    )


def given_up(place: Place, problem: str, *, at: datetime) -> Arrival:
    """A record in the place of a message that the server does not hand over."""
    unique = f"{place.uid}.{place.validity}.{digest(place.account.name)}"
    raw = f"Subject: A mail that the mail server does not hand over\r\nMessage-ID: <{unique}>\r\n\r\n"
    words = f"The mail server does not hand over message {place.uid} of {place.account.folder}: {problem}"
    return Arrival(
        source=place.account.name, uidvalidity=place.validity, uid=place.uid, raw=raw.encode(),
        at=at, envelope={"withheld": words},
    )  # fmt: skip


def digest(name: str) -> str:
    """A mailbox's name as it fits everywhere."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f}".removesuffix(".0")
