"""The acts of the control API that are about mail, each taking JSON and answering with JSON."""

import base64
from collections.abc import Awaitable, Callable, Mapping
from email.utils import parseaddr
from typing import Any

from sandbox.automatic import absence
from sandbox.foreign import Foreign
from sandbox.gates import Gate
from sandbox.letters import Draft, Letter
from sandbox.mailworld import MailWorld
from sandbox.refused import Json, NotPossible


class MailActs:
    def __init__(self, mail: MailWorld, foreign: Foreign, *, desk_address: str) -> None:
        self._mail, self._foreign, self._desk_address = mail, foreign, desk_address

    def acts(self) -> Mapping[str, Callable[[Json], Awaitable[Json]]]:
        return {
            "mail": self._send,
            "away": self._away,
            "back": self._back,
            "out_of_office": self._out_of_office,
            "bounce": self._bounce,
            "remove_mail": self._remove,
            "recreate_mailbox": self._recreate,
            "mail_server": self._server,
        }

    def settle(self, body: Json) -> None:
        """The settings that are about mail."""
        mail, office = self._mail, self._mail.office
        if "greylist_seconds" in body:
            office.greylist_seconds = _at_least(0, "greylist_seconds", body)
        if "mail_swallowed" in body:
            office.swallowed = frozenset(str(each).lower() for each in body["mail_swallowed"])
        if "mail_size_limit" in body:
            office.size_limit = int(_at_least(1, "mail_size_limit", body))
        if body.get("deliver_mail_to"):
            host, port = body["deliver_mail_to"]
            mail.deliver_to = (str(host), int(port))
        if "deliver_mail_by" in body:
            mail.deliver_by = body["deliver_mail_by"]

    async def _send(self, body: Json) -> Json:
        answers = self._mail.find(body["answers"]) if body.get("answers") else None
        files = [
            (one["name"], base64.b64decode(one["content"]), one.get("type") or "application/octet-stream")
            for one in body.get("files") or []
        ]
        draft = Draft(
            sender=body["sender"],
            to=body.get("to") or _answer_address(answers) or self._desk_address,
            subject=str(body.get("subject") or ""),
            text=str(body.get("text") or ""),
            html=str(body.get("html") or ""),
            cc=list(body.get("cc") or []),
            files=files,
            answers=answers,
            headers=dict(body.get("headers") or {}),
        )
        words = (draft.sender, draft.subject, draft.text, draft.html, *draft.headers.values())
        self._foreign.learn(*words, *(name for name, _, _ in files))
        return (await self._mail.send(draft)).shown()

    async def _away(self, body: Json) -> Json:
        address = _address(body)
        away = absence(address, str(body.get("text") or ""), str(body.get("language") or ""))
        self._mail.absences.begin(address, away)
        return {"text": away.text, "language": away.language}

    async def _back(self, body: Json) -> Json:
        self._mail.absences.end(_address(body))
        return {}

    async def _out_of_office(self, body: Json) -> Json:
        words = str(body.get("text") or ""), str(body.get("language") or "")
        return (await self._mail.out_of_office(body["letter"], *words)).shown()

    async def _bounce(self, body: Json) -> Json:
        status = str(body.get("status") or "5.1.1")
        reason = str(body.get("reason") or "User unknown in virtual mailbox table")
        return (await self._mail.bounce(body["letter"], status, reason)).shown()

    async def _remove(self, body: Json) -> Json:
        await self._mail.remove(body["letter"])
        return {}

    async def _recreate(self, body: Json) -> Json:
        return {"uidvalidity": await self._mail.recreate(_address(body))}

    async def _server(self, body: Json) -> Json:
        gate = self._gate(body["server"])
        match body["does"]:
            case "stop":
                await gate.shut()
            case "start":
                await gate.open()
            case "cut":
                gate.cut()
            case other:
                raise NotPossible(f"a mail server can stop, start or cut, not {other}")
        return {"address": gate.address, "open": gate.is_open}

    def _gate(self, server: str) -> Gate:
        if server not in ("smtp", "imap"):
            raise NotPossible(f"the mail servers are smtp and imap, not {server}")
        return self._mail.office.gate if server == "smtp" else self._mail.mailboxes().gate


def _address(body: Json) -> str:
    address = str(body["address"])
    if "@" not in address:
        raise NotPossible(f"{address} is no address")
    return address


def _at_least(least: float, name: str, body: Json) -> float:
    number = float(body[name])
    if number < least:
        raise NotPossible(f"{name} is {least:.0f} or more")
    return number


def _answer_address(letter: Letter | None) -> str:
    """Where an answer to this letter goes: Reply-To, else From."""
    if letter is None:
        return ""
    shown: dict[str, Any] = {name.lower(): value for name, value in letter.shown()["headers"]}
    return parseaddr(str(shown.get("reply-to") or shown.get("from") or ""))[1]
