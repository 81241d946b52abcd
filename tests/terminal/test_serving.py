"""The desk's web server: who sends a request slowly, or none at all, does not hold it."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Thread

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from terminal.serving import Connection, Server

BOUND = 20
"""Seconds after which a test gives up."""

Serve = Callable[[type[Connection]], tuple[str, int]]


class Hasty(Connection):
    patience = 0.3


class Narrow(Connection):
    most = 2


async def _said(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"read {len(await request.body())}")


@contextmanager
def _running(connection: type[Connection]) -> Iterator[tuple[str, int]]:
    web = Starlette(routes=[Route("/", _said, methods=["GET", "POST"])])
    with socket.create_server(("127.0.0.1", 0)) as door:
        server = Server.of(web, connection)
        thread = Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        try:
            yield door.getsockname()
        finally:
            server.should_exit = True
            thread.join(BOUND)


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as stack:
        yield lambda connection: stack.enter_context(_running(connection))


def _answer(caller: socket.socket) -> bytes:
    """All that comes until the server closes; what was reset is the end as well."""
    read = b""
    try:
        while more := caller.recv(4_096):
            read += more
    except ConnectionResetError:
        pass
    return read


@pytest.mark.parametrize(
    "begun",
    [b"", b"POST / HTTP/1.1\r\nHost: x\r\n", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf"],
    ids=["nothing", "half a head", "half a body"],
)
def test_a_request_that_is_not_there_in_time_is_hung_up_on(serve: Serve, begun: bytes) -> None:
    with socket.create_connection(serve(Hasty), timeout=BOUND) as caller:
        caller.sendall(begun)

        assert _answer(caller) == b""


def test_a_request_that_trickles_is_hung_up_on(serve: Serve) -> None:
    with socket.create_connection(serve(Hasty), timeout=0.05) as caller:
        caller.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: ")
        letters = 0
        while letters < BOUND / 0.05:
            try:
                caller.sendall(b"a")
                if caller.recv(1) == b"":
                    break
            except TimeoutError:
                letters += 1
            except (ConnectionResetError, BrokenPipeError):
                break
        else:
            pytest.fail("it may trickle for ever")


def test_several_whole_requests_in_one_connection_are_answered(serve: Serve) -> None:
    with socket.create_connection(serve(Hasty), timeout=BOUND) as caller:
        for _ in range(3):
            caller.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nwhol")
            answer = b""
            while not answer.endswith(b"read 4"):
                answer += caller.recv(4_096)


def test_connections_beyond_the_most_are_turned_away_and_the_others_answered(serve: Serve) -> None:
    place = serve(Narrow)
    with ExitStack() as stack:
        first, second, third = (
            stack.enter_context(socket.create_connection(place, timeout=BOUND)) for _ in range(3)
        )

        assert _answer(third) == b""
        for each in (first, second):
            each.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert _answer(each).endswith(b"read 0")


@pytest.mark.parametrize("begun", [b"half", b"4\r\nhalf\r\n"], ids=["counted", "in pieces"])
def test_who_hangs_up_in_the_middle_is_no_fault_of_the_desk(
    begun: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    length = b"Content-Length: 8" if begun == b"half" else b"Transfer-Encoding: chunked"
    with _running(Connection) as door:
        with socket.create_connection(door, BOUND) as caller:
            caller.sendall(b"POST / HTTP/1.1\r\nHost: desk\r\n" + length + b"\r\n\r\n" + begun)
        with socket.create_connection(door, BOUND) as other:
            other.sendall(b"GET / HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n")
            assert _answer(other).endswith(b"read 0")
    assert caplog.messages == []
