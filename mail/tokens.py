"""Access tokens for mail servers that want OAuth 2.0 (RFC 6749): for a person, or for the application."""

import hashlib
import json
import logging
import ssl
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPException
from threading import Lock
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, OpenerDirector, Request, build_opener

from mail.trust import authorities
from mail.waiting import begun
from store import keepsakes
from store.database import Database, Unavailable

log = logging.getLogger(__name__)

_LONGEST = 65_536
"""Bytes of an answer; a real one has a few thousand."""

_WHOLE = 45.0
"""Seconds for all of it, where nobody says otherwise: the server may be asked twice."""

_AHEAD = timedelta(minutes=5)
"""A token that ends sooner than that is renewed before it is used."""

_USUAL_LIFE = 3600
"""Seconds that a token lives where the server does not say (RFC 6749 leaves it out at will)."""


class NoToken(Exception):
    """No access token was to be had.  mend: what the operator has to do; empty where waiting may help."""

    def __init__(self, message: str, *, mend: str = "") -> None:
        super().__init__(f"{message}; {mend}" if mend else message)
        self.mend = mend


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What tokens are asked for with.  Without a refresh token the desk asks as an application (client
    credentials).  setting: the table of the settings that says all this."""

    token_url: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    scope: str = ""
    setting: str = "mail.oauth"

    @property
    def name(self) -> str:
        """Under which a newer refresh token is kept; another one in the settings begins anew."""
        whole = "\n".join((self.token_url, self.client_id, self.refresh_token))
        return f"refresh-token-{hashlib.sha256(whole.encode()).hexdigest()[:32]}"


@dataclass(frozen=True)
class Token:
    """An access token.  renew_at: from when on a new one is to be asked for."""

    value: str = field(repr=False)
    renew_at: datetime


class Tokens:
    """Hands out access tokens that are still good for a while.

    clock: reads the time.  context: whom we trust.  seconds: how long the server may be silent.
    """

    def __init__(
        self,
        db: Database,
        grant: Grant,
        *,
        clock: Callable[[], datetime],
        context: ssl.SSLContext | None = None,
        seconds: float = 20,
    ) -> None:
        self.grant = grant
        self._db = db
        self._clock = clock
        self._seconds = seconds
        self._web = _opener(context)
        self._turn = Lock()
        self._asking: Future[Token] | None = None
        self._token: Token | None = None
        self._unkept = ""

    def token(self, *, within: float = _WHOLE) -> Token:
        """One that is good now.  Raises NoToken, store.database.Unavailable.

        within: seconds until it must be here.  What comes later is for whoever asks next: a refresh token
        that serves once must not be lost with it."""
        with self._turn:
            if self._token and self._is_good(self._token) and not self._unkept:
                return self._token
            if self._asking is None or self._asking.done():
                self._asking = begun(self._found)
            asking = self._asking
        try:
            return asking.result(within)
        except TimeoutError:
            raise NoToken(f"{self._where} takes too long to give a token") from None

    def _found(self) -> Token:
        """By one thread at a time."""
        token = self._token
        if token is None or not self._is_good(token):
            token = self._token = self._renewed()
        self._keep()
        return token

    def _is_good(self, token: Token) -> bool:
        return self._clock() < token.renew_at

    @property
    def _where(self) -> str:
        return urlsplit(self.grant.token_url).hostname or self.grant.token_url

    def forget(self) -> None:
        """The mail server refused it, so another is asked for next time."""
        with self._turn:
            self._token = None

    def _renewed(self) -> Token:
        if not self.grant.refresh_token:
            return self._read(self._ask({"grant_type": "client_credentials"}))
        used = self._unkept or self._refresh_token()
        try:
            answer = self._refreshed(used)
        except NoToken:
            kept = self._refresh_token()
            if kept == used:
                raise
            answer = self._refreshed(kept)  # another process of the desk was a moment before us
            used, self._unkept = kept, ""
        newer = answer.get("refresh_token")
        if isinstance(newer, str) and newer and newer != used:
            self._unkept = newer
        return self._read(answer)

    def _refreshed(self, refresh_token: str) -> dict[str, Any]:
        return self._ask({"grant_type": "refresh_token", "refresh_token": refresh_token})

    def _refresh_token(self) -> str:
        with self._db.read() as session:
            return keepsakes.get(session, self.grant.name) or self.grant.refresh_token

    def _keep(self) -> None:
        """Some servers give a new refresh token each time, and the old one ends: the new one must not be lost
        because the database is away when it comes."""
        if not self._unkept:
            return
        try:
            with self._db.change() as session:
                keepsakes.keep(session, self.grant.name, self._unkept)
        except Unavailable as problem:
            log.warning("a newer refresh token of %s is kept later: %s", self.grant.setting, problem)
        else:
            self._unkept = ""

    def _read(self, answer: Mapping[str, Any]) -> Token:
        try:
            life = timedelta(seconds=float(answer.get("expires_in") or _USUAL_LIFE))
        except (TypeError, ValueError, OverflowError):
            life = timedelta(seconds=_USUAL_LIFE)
        return Token(str(answer["access_token"]), self._clock() + life - min(_AHEAD, life / 2))

    def _ask(self, form: dict[str, str]) -> dict[str, Any]:
        grant = self.grant
        own = {"client_id": grant.client_id, "client_secret": grant.client_secret, "scope": grant.scope}
        whole = form | {name: value for name, value in own.items() if value}
        request = Request(grant.token_url, urlencode(whole).encode(), {"Accept": "application/json"})
        where = self._where
        try:
            with self._web.open(request, timeout=self._seconds) as response:
                status, body = 200, response.read(_LONGEST)
        except HTTPError as refusal:
            status, body = refusal.code, _rest_of(refusal)
        except (OSError, HTTPException) as problem:
            raise NoToken(f"{where} cannot be reached for a token: {problem}") from None
        answer = _object_in(body)
        if status == 200 and answer.get("access_token"):
            return answer
        raise _refusal(status, answer, where, grant, form.get("refresh_token", ""))


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Secrets go to the address that was set, and nowhere else."""


def _opener(context: ssl.SSLContext | None) -> OpenerDirector:
    return build_opener(_NoRedirects(), HTTPSHandler(context=context or authorities()))


def _rest_of(refusal: HTTPError) -> bytes:
    try:
        return refusal.read(_LONGEST)
    except (OSError, HTTPException):
        return b""
    finally:
        refusal.close()


def _object_in(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _refusal(status: int, answer: Mapping[str, Any], where: str, grant: Grant, refresh_token: str) -> NoToken:
    if status >= 500 or status == 429:
        return NoToken(f"{where} gives no token just now: it answers {status}")
    error = str(answer.get("error") or f"status {status}")
    words = " ".join(str(answer.get("error_description") or "").split())[:300]
    said = f"{where} refuses a token: {error}" + (f" ({words})" if words else "")
    for secret in filter(None, (grant.client_secret, refresh_token)):
        said = said.replace(secret, "***")
    wanted = _MENDS.get(error, "check token_url, client_id and scope in [{0}]")
    if error == "invalid_grant" and not grant.refresh_token:
        wanted = _MENDS["unauthorized_client"]
    return NoToken(said, mend=wanted.format(grant.setting))


_MENDS = {
    "invalid_grant": "the refresh token is used up or was revoked: sign in again as the mailbox's user and "
    "put the new one into {0}.refresh_token",
    "invalid_client": "make a new secret for the application and put it into {0}.client_secret",
    "unauthorized_client": "allow the application this way of asking, and have an administrator consent",
    "invalid_scope": "write the scope into {0}.scope as the provider's guide says",
}
"""What to do, by the error of RFC 6749, section 5.2."""
