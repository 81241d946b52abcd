"""Wires what reads and carries mail, as the settings say: accounts, tokens, mailboxes and servers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import SecretStr

from config import Config
from mail.account import Account
from mail.house import Known
from mail.journal import SentFolder
from mail.listener import Listener
from mail.mailbox import Mailbox
from mail.marking import After
from mail.smtp import Server
from mail.tokens import Grant, Tokens
from mail.trust import trusting
from settings.mailboxes import Box, Imap, OAuth, Smtp
from store.database import Database

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Sender:
    """From whom mails leave, and through which server.

    null_sender: whether automatic mail may name nobody to bounce to."""

    name: str
    address: str
    server: Server
    null_sender: bool


class Postroom:
    """Accounts of one server share their tokens.  Raises ValueError where mail.ca_file cannot be used."""

    def __init__(self, config: Config, db: Database, clock: Clock) -> None:
        self.trust = trusting(config.mail.ca_file)
        self._config = config
        self._db = db
        self._clock = clock
        self._tokens: dict[Grant, Tokens] = {}

    def accounts(self) -> Iterator[tuple[str, Account, Imap]]:
        """Every mailbox that is read: its address, how to get in, and the rest of its settings."""
        mail, desk = self._config.mail, self._config.desk
        if mail.imap.host:
            yield desk.address, self._account(mail.imap, mail.oauth, "mail.oauth"), mail.imap
        for box in self._config.mailboxes:
            yield box.address, self._account(box, *self._oauth_of(box)), box

    def mailboxes(self, on_mail: Callable[[], None]) -> tuple[Mailbox, ...]:
        """What reads them."""
        return tuple(
            Mailbox(
                self._db, account, clock=self._clock, max_bytes=self._config.mail.listener.max_bytes,
                seconds=imap.timeout_seconds, poll=timedelta(seconds=imap.poll_seconds), idle=imap.idle,
                rescan=timedelta(days=imap.rescan_days), after=After(imap.after_reading, imap.move_to or ""),
                pause=timedelta(seconds=imap.retry_seconds), context=self.trust, on_mail=on_mail,
            )
            for _, account, imap in self.accounts()
        )  # fmt: skip

    def listener(self, on_mail: Callable[[], None]) -> Listener | None:
        """What accepts mail, where the desk does so itself."""
        door = self._config.mail.listener
        if not door.enabled:
            return None
        copies = self._config.mail.journal.address
        ours = self.addresses | ({copies} if copies else set())
        return Listener(
            self._db, ours, clock=self._clock, host=door.host, port=door.port,
            protocol=door.protocol, max_bytes=door.max_bytes, received_by=self._config.mail.received_by,
            on_mail=on_mail,
        )  # fmt: skip

    def journal(self) -> SentFolder | None:
        """Where the mail server keeps what it sent, if the settings name that folder."""
        mail, folder = self._config.mail, self._config.mail.journal.folder
        if not (mail.imap.host and folder):
            return None
        account = self._account(mail.imap, mail.oauth, "mail.oauth")
        return SentFolder(account, folder, context=self.trust)

    @property
    def addresses(self) -> frozenset[str]:
        """All of the desk's own."""
        return self._config.addresses

    def known(self) -> tuple[Known, ...]:
        """The addresses beside the first."""
        return tuple(Known(box.address, box.language) for box in self._others())

    def sources(self) -> dict[str, str]:
        """Whose mail each mailbox brings, by what the ledger calls it."""
        return {account.name: address for address, account, _ in self.accounts()}

    def senders(self) -> tuple[Sender, ...]:
        """The desk's first address, then the others."""
        mail, desk = self._config.mail, self._config.desk
        server = self._server(desk.address, mail.smtp, mail.oauth, "mail.oauth")
        first = Sender(desk.name, desk.address, server, mail.smtp.null_sender)
        return first, *(self._sender(box, first) for box in self._others())

    def _sender(self, box: Box, first: Sender) -> Sender:
        named = replace(first, name=box.name or first.name, address=box.address)
        if not box.has_its_own_smtp:
            return replace(named, server=replace(first.server, hello=_domain_of(box.address)))
        server = self._server(box.address, box.smtp, *self._oauth_of(box))
        return replace(named, server=server, null_sender=box.smtp.null_sender)

    def _others(self) -> Iterator[Box]:
        first = self._config.desk.address.lower()
        return (box for box in self._config.mailboxes if box.address.lower() != first)

    def _oauth_of(self, box: Box) -> tuple[OAuth, str]:
        own = box.oauth.token_url is not None
        return (box.oauth, "mailboxes.oauth") if own else (self._config.mail.oauth, "mail.oauth")

    def _account(self, imap: Imap, oauth: OAuth, setting: str) -> Account:
        password = _plain(imap.password)
        return Account(
            host=imap.host or "", user=imap.user or "", password=password, port=imap.port, tls=imap.tls,
            folder=imap.folder, tokens=None if password else self._tokens_of(oauth, setting),
        )  # fmt: skip

    def _server(self, address: str, smtp: Smtp, oauth: OAuth, setting: str) -> Server:
        password = _plain(smtp.password)
        tokens = None if password or not smtp.user else self._tokens_of(oauth, setting)
        return Server(
            host=smtp.host, port=smtp.port, tls=smtp.tls, user=smtp.user, password=password or None,
            tokens=tokens, context=self.trust, hello=_domain_of(address),
        )  # fmt: skip

    def _tokens_of(self, oauth: OAuth, setting: str) -> Tokens:
        grant = Grant(
            token_url=oauth.token_url or "", client_id=oauth.client_id or "",
            client_secret=_plain(oauth.client_secret), refresh_token=_plain(oauth.refresh_token),
            scope=oauth.scope or "", setting=setting,
        )  # fmt: skip
        if grant not in self._tokens:
            self._tokens[grant] = Tokens(self._db, grant, clock=self._clock, context=self.trust)
        return self._tokens[grant]


def _domain_of(address: str) -> str:
    """What a mail server is greeted with: else it would be asked of DNS, which may not answer."""
    return address.rpartition("@")[2]


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
