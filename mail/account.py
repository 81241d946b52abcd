"""A mailbox's account: where it is, who reads it, and what proves that they may."""

from dataclasses import dataclass, field
from typing import Literal

from mail.tokens import Tokens


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where a mailbox is and who may read it.

    tls: from the first byte, after STARTTLS, or not at all.  tokens: where the server wants OAuth 2.0
    (XOAUTH2) instead of the password."""

    host: str
    user: str
    password: str = field(default="", repr=False)
    port: int = 993
    tls: Literal["tls", "starttls", "none"] = "tls"
    folder: str = "INBOX"
    tokens: Tokens | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """What the desk calls this mailbox in its ledger."""
        return f"imap {self.user} {self.host} {self.folder}"[:255]
