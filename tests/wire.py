"""A line to a database server that can fall silent, as a network or a stopped proxy does."""

import selectors
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from sqlalchemy import URL


class Wire:
    """Passes on what is said on 127.0.0.1:port.  url: of the server behind it, on a socket of Unix."""

    def __init__(self, url: URL) -> None:
        self._behind = f"{url.query['host']}/.s.PGSQL.{url.port or 5432}"
        self._door = socket.create_server(("127.0.0.1", 0), backlog=200)
        self._talks = selectors.DefaultSelector()
        self._silent, self._forgotten, self._over = Event(), Event(), Event()
        self._lines = [self._door]
        self.url = url.set(host="127.0.0.1", port=self._door.getsockname()[1], query={})
        self._thread = Thread(target=self._run, name="wire", daemon=True)

    def start(self) -> None:
        self._talks.register(self._door, selectors.EVENT_READ, None)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        self._talks.close()
        for each in self._lines:
            each.close()

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Nothing is passed on meanwhile, and of what was begun by then nothing ever; nobody is told."""
        self._silent.set()
        self._forgotten.wait(30)
        try:
            yield
        finally:
            self._silent.clear()
            self._forgotten.clear()

    def _run(self) -> None:
        while not self._over.is_set():
            if self._silent.is_set():
                self._forget()
                self._forgotten.set()
                self._over.wait(0.01)
                continue
            for key, _ in self._talks.select(0.02):
                if key.data:
                    self._pass_on(*key.data)
                else:
                    self._let_in()

    def _forget(self) -> None:
        for key in [each for each in self._talks.get_map().values() if each.data]:
            self._talks.unregister(key.fileobj)  # it stays open, and says nothing

    def _let_in(self) -> None:
        caller, _ = self._door.accept()
        server = socket.socket(socket.AF_UNIX)
        self._lines += [caller, server]
        try:
            server.connect(self._behind)
        except OSError:  # the server is gone
            caller.close()
            return
        for way in ((caller, server), (server, caller)):
            self._talks.register(way[0], selectors.EVENT_READ, way)

    def _pass_on(self, said_by: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            if said := said_by.recv(1 << 16):
                other.sendall(said)
                return
        for each in (said_by, other):
            with suppress(KeyError, ValueError):
                self._talks.unregister(each)
            each.close()


@contextmanager
def wire(url: URL) -> Iterator[Wire]:
    """One that stands until the end."""
    made = Wire(url)
    made.start()
    try:
        yield made
    finally:
        made.close()
