"""Letters to the desk, as mail programs send them."""

from collections.abc import Callable

import pytest
from aiosmtpd.controller import Controller

from tests.mail.mailing_desk import House, Post
from tests.ports import free_ports

Letter = Callable[..., bytes]


@pytest.fixture
def letter() -> Letter:
    """Write a raw mail: the text, perhaps the same as HTML, and headers by name (In_Reply_To="...")."""
    return _letter


def _letter(
    text: str | None = "Hallo, de printer doet het niet.", html: str | None = None, **headers: str
) -> bytes:
    named = {
        "From": "Sanne de Wit <sanne@bakkerij.example>",
        "To": "Helpdesk <help@desk.example>",
        "Subject": "Printer",
        "Date": "Mon, 23 Nov 2026 09:12:00 +0100",
        "Message-ID": "<brief-1@bakkerij.example>",
    }
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    parts = [f"Content-Type: text/{kind}; charset=utf-8\n\n{body}" for kind, body in _bodies(text, html)]
    if len(parts) > 1:
        body = 'Content-Type: multipart/alternative; boundary="grens"\n\n--grens\n'
        body += "\n--grens\n".join(parts) + "\n--grens--\n"
    else:
        body = parts[0]
    head = "".join(f"{name}: {value}\n" for name, value in named.items() if value)
    return (head + body).encode()


def _bodies(text: str | None, html: str | None) -> list[tuple[str, str]]:
    return [(kind, body) for kind, body in (("plain", text), ("html", html)) if body is not None]


@pytest.fixture(scope="module")
def mail_server():
    (port,) = free_ports(1)
    post = Post()
    controller = Controller(post, hostname="127.0.0.1", port=port)
    controller.start()
    yield port, post
    controller.stop()


@pytest.fixture
def house(db, mail_server):
    port, post = mail_server
    post.__init__()
    return House(db, port, post)
