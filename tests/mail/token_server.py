"""A server that hands out access tokens as RFC 6749 says, or answers what it is told to."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

Answer = tuple[int, dict[str, Any]]


class TokenServer:
    """answers: what each form is answered with.  forms: what it was asked, the oldest first."""

    def __init__(self, answers: Callable[[dict[str, str]], Answer]) -> None:
        self.answers = answers
        self.forms: list[dict[str, str]] = []
        self.others: list[str] = []
        told = self

        class Talk(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                told.forms.append(form)
                self._say(*told.answers(form))

            def do_GET(self) -> None:
                told.others.append(self.path)
                self._say(200, {"access_token": "of somebody else"})

            def _say(self, status: int, answer: dict[str, Any]) -> None:
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                if status in (301, 302, 303):
                    self.send_header("Location", f"{told.url}/elsewhere")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Nothing on the terminal."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Talk)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/token"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @contextmanager
    def running(self) -> Iterator["TokenServer"]:
        self._thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()


@contextmanager
def token_server(answers: Callable[[dict[str, str]], Answer]) -> Iterator[TokenServer]:
    with TokenServer(answers).running() as server:
        yield server
