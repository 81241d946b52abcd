"""A mail as it will leave, for whoever sends it to look at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipient:
    """Who gets it.  is_new: the desk has mailed nothing to this address about the ticket yet."""

    address: str
    is_new: bool


@dataclass(frozen=True)
class Letter:
    """sender: the desk's address; text: all that the customer reads, the history below it included."""

    sender: str
    to: tuple[Recipient, ...]
    subject: str
    text: str
