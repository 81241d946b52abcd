"""The mailboxes over IMAP: pymap's server in the sandbox's event loop, with what the mail world holds.

Needs pymap; nothing else of the sandbox does, so this module is imported only when IMAP is asked for.
"""

import asyncio
import socket
from argparse import Namespace
from collections.abc import Iterable
from contextlib import AsyncExitStack, closing, suppress
from io import BytesIO
from ssl import Purpose, create_default_context
from uuid import uuid4

from proxyprotocol.sock import SocketInfoLocal
from pymap.backend.dict import Config, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxData, MailboxSet
from pymap.concurrent import Subsystem
from pymap.context import connection_exit
from pymap.exceptions import InvalidAuth, TemporaryFailure
from pymap.imap import IMAPConnection
from pymap.imap.state import ConnectionState
from pymap.parsing.command import Command
from pymap.parsing.message import AppendMessage
from pymap.parsing.response import CommandResponse, Response
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

from sandbox.faults import Fault, Faults
from sandbox.gates import Gate
from sandbox.journal import Journal
from sandbox.letters import Letter

SENT = "Sent"


class Imap:
    """A mailbox for every address, with INBOX and Sent; one password opens all."""

    def __init__(self, journal: Journal, faults: Faults, *, addresses: Iterable[str], password: str) -> None:
        self._journal, self._faults, self._password = journal, faults, password
        self._config = _Config(
            Namespace(proxy_protocol=None),
            host=None,
            port=0,
            demo_data=False,
            demo_user="",
            demo_password="",
            tls_enabled=False,
            ssl_context=create_default_context(Purpose.CLIENT_AUTH),
            hash_context=Cleartext(),
            cpu_subsystem=Subsystem.for_asyncio(),
            invalid_user_sleep=0.0,
        )
        self._login = Login(self._config)
        self._lies_in: dict[str, tuple[MailboxData, int]] = {}
        self._first = tuple(addresses)
        self.gate = Gate(self._serve)

    async def put(self, address: str, letter: Letter) -> None:
        """Lay a letter into the mailbox, dated when it came there."""
        boxes = await self._boxes(address.lower())
        folder = await boxes.get_mailbox("INBOX" if letter.way == "in" else SENT)
        message = await folder.append(AppendMessage(letter.raw, letter.at), recent=True)
        self._lies_in[letter.id] = (folder, message.uid)

    async def remove(self, letter: Letter) -> None:
        folder, uid = self._lies_in.pop(letter.id)
        await folder.delete([uid])

    async def recreate(self, address: str, letters: Iterable[Letter]) -> int:
        """A new mailbox with the same letters, whose UIDs start afresh; gives its UIDVALIDITY."""
        before = validity = await self._validity(address)
        while validity == before:  # pymap draws a part of it by lot
            self._config.set_cache.pop(address.lower(), None)
            validity = await self._validity(address)
        for letter in letters:
            await self.put(address, letter)
        self.gate.cut()
        return validity

    async def _validity(self, address: str) -> int:
        boxes = await self._boxes(address.lower())
        return (await boxes.get_mailbox("INBOX")).uid_validity

    async def _boxes(self, address: str) -> MailboxSet:
        if address not in self._login.users_dict:
            user = UserMetadata(self._config, address, password=self._password)
            self._login.users_dict[address] = user
        if address not in self._config.set_cache:
            boxes = MailboxSet()
            await boxes.add_mailbox(SENT)
            self._config.set_cache[address] = (boxes, FilterSet())
        return self._config.set_cache[address][0]

    async def _serve(self, listener: socket.socket) -> asyncio.Server:
        for address in self._first:
            await self._boxes(address.lower())
        return await asyncio.start_server(self._talk, sock=listener)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        caller = _Caller(writer)
        self.gate.callers.add(caller)
        info = SocketInfoLocal(writer, unique_id=uuid4().bytes)
        talk = _Talk(self._config.commands, self._config, reader, writer, info)
        state = _Watched(self, caller, self._login, self._config)
        async with AsyncExitStack() as stack:
            stack.callback(self.gate.callers.discard, caller)
            stack.enter_context(suppress(ConnectionError))
            stack.enter_context(closing(talk))
            connection_exit.set(stack)
            await talk.run(state)

    async def met(self, step: str) -> Fault | None:
        """The fault this step suffers; as long as it hangs, this waits."""
        fault = self._faults.meet(step)
        if fault is not None:
            self._journal.note("fault", step, error=fault.error, drop=fault.drop, hang=fault.hang)
            await asyncio.sleep(fault.hang)
        return fault


class _Caller:
    """One connection, as the gate knows it."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def hang_up(self) -> None:
        self._writer.transport.abort()


class _Talk(IMAPConnection):
    async def write_response(self, resp: Response) -> None:
        """In one piece: pymap's own many small ones reach a client that idles as half a line."""
        whole = BytesIO()
        await resp.async_write(whole)
        with suppress(ConnectionError):
            self.writer.write(whole.getvalue())
            await self.writer.drain()


class _Watched(ConnectionState):
    """pymap's own state of a connection; before and after each command it may be told to fail."""

    def __init__(self, imap: Imap, caller: _Caller, login: Login, config: Config) -> None:
        super().__init__(login, config)
        self._imap, self._caller = imap, caller

    async def do_greeting(self) -> CommandResponse:
        fault = await self._imap.met("imap.connect")
        if fault is not None and fault.error:
            raise TemporaryFailure(fault.error)  # which pymap turns into BYE here
        self._perhaps_hang_up(fault, "before")
        return await super().do_greeting()

    async def do_command(self, cmd: Command) -> CommandResponse:
        step = f"imap.{cmd.command.decode().lower().removeprefix('uid ')}"
        fault = await self._imap.met(step)
        if fault is not None and fault.error:
            raise InvalidAuth(fault.error) if step == "imap.login" else TemporaryFailure(fault.error)
        self._perhaps_hang_up(fault, "before")
        response = await super().do_command(cmd)
        self._perhaps_hang_up(fault, "after")
        return response

    def _perhaps_hang_up(self, fault: Fault | None, when: str) -> None:
        if fault is not None and fault.drop == when:
            self._caller.hang_up()
            raise ConnectionAbortedError("the sandbox was told to hang up")


class _Config(Config):
    @property
    def greeting(self) -> bytes:
        """Without asking DNS for this machine's name."""
        return b"Sandbox ready"
