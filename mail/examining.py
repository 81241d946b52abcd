"""A look at a mailbox that changes nothing in it: whether the desk gets in, and can do what it has to."""

import ssl
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.finding import Finding, Health
from mail import encryption
from mail.account import Account
from mail.authenticity import authserv_in
from mail.connection import Connection
from mail.line import NotLetIn, Refused, Unreachable
from mail.marking import After
from store.database import Unavailable

_LATEST = 20
"""Mails whose headers are looked at."""

_DRIFT = timedelta(seconds=30)

_HELPS = {
    "IDLE": "mail is found by polling only, up to poll_seconds late",
    "MOVE": "mail is moved by copying and deleting",
    "UIDPLUS": "a moved mail stays behind, marked as deleted",
}
"""What a server's ability is for, said of a server that lacks it."""


@dataclass(frozen=True, kw_only=True)
class Examination:
    """part: what the findings are about.  trusted: the authserv-id in the settings.  now: by our clock."""

    part: str
    account: Account
    after: After
    trusted: str | None
    now: datetime
    seconds: float = 20
    context: ssl.SSLContext | None = None

    def findings(self) -> Iterator[Finding]:
        """What was found, until something stands in the way of looking further."""
        try:
            connection = Connection(self.account, seconds=self.seconds, context=self.context)
        except Unreachable as problem:
            yield self._shut_out(problem)
            return
        except Unavailable as problem:
            yield Finding(self.part, str(problem), Health.AWAY, "the token for it is kept in the database")
            return
        try:
            yield from self._within(connection)
        except (Unreachable, Refused) as problem:
            yield Finding(self.part, str(problem), Health.AWAY, "try again; the server broke off")
        finally:
            connection.close()

    def _shut_out(self, problem: Unreachable) -> Finding:
        if isinstance(problem, NotLetIn):
            return Finding(self.part, str(problem), Health.MEND, _login_mend(self.account))
        if "certificate" in str(problem):
            return Finding(self.part, str(problem), Health.MEND, CERTIFICATE_MEND)
        return Finding(
            self.part, str(problem), Health.AWAY, "check host, port and tls, or wait for the server"
        )

    def _within(self, connection: Connection) -> Iterator[Finding]:
        account = self.account
        proof = "a token (XOAUTH2)" if account.tokens else "a password"
        yield Finding(self.part, f"{account.host}:{account.port} lets {account.user} in with {proof}")
        yield from encryption.examine(self.part, connection.line.socket, now=self.now)
        yield from self._abilities(connection)
        try:
            connection.select()
        except Refused as problem:
            yield Finding(self.part, str(problem), Health.MEND, self._folder_mend(connection, str(problem)))
            return
        yield from self._rights(connection)
        yield from self._mails(connection)

    def _abilities(self, connection: Connection) -> Iterator[Finding]:
        has = [name for name in _HELPS if name in connection.line.capabilities]
        yield Finding(self.part, f"the server has {', '.join(has) or 'nothing but the bare IMAP'}")
        needed = ("IDLE", "MOVE", "UIDPLUS") if self.after.what == "move" else ("IDLE",)
        for name in needed:
            if name not in has:
                yield Finding(self.part, f"the server has no {name}: {_HELPS[name]}", Health.NOTE)

    def _folder_mend(self, connection: Connection, problem: str) -> str:
        if "not connected" in problem.lower():
            return "at Microsoft 365: give the application full access to this mailbox (docs/mailboxes.md)"
        names = ", ".join(connection.folders()[:20])
        return f"set folder to one of: {names}"

    def _rights(self, connection: Connection) -> Iterator[Finding]:
        folder = self.account.folder
        if not connection.may_only_read:
            yield Finding(self.part, f"{folder} can be read and written")
        elif self.after.what == "leave":
            yield Finding(self.part, f"{folder} can be read, and nothing more is asked")
        else:
            mend = 'give the user the right to change flags, or set after_reading = "leave"'
            yield Finding(self.part, f"{folder} can only be read", Health.NOTE, mend)
        if self.after.what == "move" and not connection.has_folder(self.after.folder):
            yield Finding(self.part, f"{self.after.folder} does not exist yet: the first mail makes it")

    def _mails(self, connection: Connection) -> Iterator[Finding]:
        uids = sorted(connection.uids_from(1))
        yield Finding(self.part, f"{len(uids)} mails lie in {self.account.folder}")
        latest = connection.latest(uids[-_LATEST:])
        ahead = max((mail.arrived_at for mail in latest if mail.arrived_at), default=self.now) - self.now
        if ahead > _DRIFT:
            said = f"the newest mail arrived {ahead.total_seconds():.0f} seconds from now by our clock"
            yield Finding(self.part, said, Health.NOTE, "set this machine's clock (NTP)")
        if latest:
            yield self._authserv([mail.results for mail in latest])

    def _authserv(self, results: list[str | None]) -> Finding:
        names = Counter(authserv_in(written) for written in results if written is not None)
        seen = ", ".join(f"{name or 'one without a name'} ({count})" for name, count in names.most_common(3))
        said = f"Authentication-Results on top of the last {len(results)} mails are by: {seen or 'nobody'}"
        best = next((name for name, _ in names.most_common() if name), "")
        if self.trusted and self.trusted.lower() not in names and set(names) != {""}:
            mend = f"nobody calls itself {self.trusted}: check mail.trusted_authserv" + (
                f' (perhaps "{best}")' if best else ""
            )
            return Finding(self.part, said, Health.NOTE, mend)
        if not self.trusted and names:
            name = best or self.account.host
            mend = f'if that is your own server, set mail.trusted_authserv = "{name}" to find forged mail'
            return Finding(self.part, said, Health.NOTE, mend)
        return Finding(self.part, said)


CERTIFICATE_MEND = "write the host as the certificate names it; for an authority of your own set mail.ca_file"


def _login_mend(account: Account) -> str:
    if account.tokens:
        table = account.tokens.grant.setting
        return f"check [{table}], and that {account.user} may use IMAP (docs/mailboxes.md)"
    return "check user and password; Microsoft 365 and Google take no passwords (docs/mailboxes.md)"
