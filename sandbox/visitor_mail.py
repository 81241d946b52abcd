"""What customers do with mail, and how their mail servers are set up: the mail side of a Visitor."""

import base64
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

Json = dict[str, Any]
Server = Literal["smtp", "imap"]


class Customers(ABC):
    """Letters are dictionaries as `Visitor.inbox` describes them."""

    @abstractmethod
    def _do(self, act: str, **body: Any) -> Json:
        """Ask the control API for an act."""

    def mail(
        self,
        sender: str,
        *,
        subject: str = "",
        text: str = "",
        html: str = "",
        to: str = "",
        cc: Sequence[str] = (),
        answers: Json | None = None,
        files: Iterable[tuple[str, bytes]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """Send a mail to the desk, as a customer; gives the letter as sent (see `inbox`).

        `answers` is a letter of `inbox`: its subject, history and threading headers are taken over, and the
        answer goes where that letter says.  The way must be known: `deliver_mail_to` or `deliver_mail_by`."""
        return self._do(
            "mail",
            sender=sender,
            subject=subject,
            text=text,
            html=html,
            to=to,
            cc=list(cc),
            answers=answers["id"] if answers else "",
            files=attached(files),
            headers=dict(headers or {}),
        )

    def reply(self, letter: Json, text: str, *, sender: str = "") -> Json:
        """Answer a received letter, as the one who got it."""
        return self.mail(sender or letter["envelope_to"][0], text=text, answers=letter)

    def away(self, address: str, text: str = "", *, language: str = "") -> None:
        """From now on that mailbox answers by itself: each sender once a day, no machine (RFC 3834).

        In the customer's own language and usual words, unless others (en, nl, de, fr) are given."""
        self._do("away", address=address, text=text, language=language)

    def back(self, address: str) -> None:
        """They read their mail again."""
        self._do("back", address=address)

    def out_of_office(self, letter: Json, text: str = "", *, language: str = "") -> Json:
        """Answer this received letter by machine at once, whatever it is; gives the answer as sent."""
        return self._do("out_of_office", letter=letter["id"], text=text, language=language)

    def bounce(self, letter: Json, *, status: str = "5.1.1", reason: str = "") -> Json:
        """Report to the desk that this letter of its came to nobody (RFC 3464); gives the report as sent."""
        return self._do("bounce", letter=letter["id"], status=status, reason=reason)

    def remove_mail(self, letter: Json) -> None:
        """Delete a letter from the mailbox it lies in, over IMAP too."""
        self._do("remove_mail", letter=letter["id"])

    # how mail is set up, and what goes wrong with it

    def deliver_mail_to(self, host: str, port: int) -> None:
        self._do("settings", deliver_mail_to=[host, port])

    def deliver_mail_by(self, way: Server) -> None:
        """How mail comes to the desk: over SMTP (`deliver_mail_to`), or into its mailbox, read by IMAP."""
        self._do("settings", deliver_mail_by=way)

    def greylist(self, seconds: float) -> None:
        """Put off the first try of each sender for each recipient, by the sandbox's clock; 0 ends it."""
        self._do("settings", greylist_seconds=seconds)

    def swallow_mail(self, *addresses: str) -> None:
        """From now on take what is for these addresses and lose it without a word; none ends it."""
        self._do("settings", mail_swallowed=list(addresses))

    def limit_mail_size(self, limit: int) -> None:
        """The most bytes that the customers' mail server takes, announced as SIZE to new connections."""
        self._do("settings", mail_size_limit=limit)

    def stop_mail_server(self, server: Server) -> None:
        """Refuse connections and cut the open ones, until it is started again."""
        self._do("mail_server", server=server, does="stop")

    def start_mail_server(self, server: Server) -> None:
        """Listen again, at the same port."""
        self._do("mail_server", server=server, does="start")

    def cut_mail_server(self, server: Server) -> None:
        """Close its open connections without a word."""
        self._do("mail_server", server=server, does="cut")

    def recreate_mailbox(self, address: str) -> int:
        """Make the mailbox anew with the same letters; gives its new UIDVALIDITY."""
        return int(self._do("recreate_mailbox", address=address)["uidvalidity"])


def attached(files: Iterable[tuple[str, bytes]]) -> list[Json]:
    """Files as the control API takes them."""
    return [{"name": name, "content": base64.b64encode(raw).decode()} for name, raw in files]
