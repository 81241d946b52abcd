"""Writes a mail down: headers, the letter as plain text and as HTML, and the files that go along.

What is plain is written as it is; whatever needs more (other alphabets, long lines, files) the email package
writes, which takes twenty times as long."""

import hashlib
import re
from binascii import b2a_qp
from collections.abc import Iterator, Mapping, Sequence
from email import policy
from email.headerregistry import Address
from email.message import MIMEPart

_SMTP = policy.SMTP.clone(max_line_length=998)
"""Folded at the usual width, Python 3.11 damages some long subjects that are not ASCII."""

_PLAIN = re.compile(r"(?!.*=\?)[!-~](?:[ -~]{0,900}[!-~])?")
_END = b"\r\n"

Lines = Mapping[str, str | Address]


def written(lines: Lines, text: str, html: str, files: Sequence[MIMEPart]) -> bytes:
    """The bytes of a mail.  lines: its headers, but for those that say how it is written.

    Raises ValueError, LookupError or UnicodeError where they cannot be written."""
    mark = hashlib.sha256(str(lines["Message-ID"]).encode()).hexdigest()[:24]
    kind, body = _bundle("alternative", f"=_a{mark}", [_text("plain", text), _text("html", html)])
    if files:
        parts = [_END.join([kind, b"", body]), *(file.as_bytes(policy=_SMTP) for file in files)]
        kind, body = _bundle("mixed", f"=_m{mark}", parts)
    return b"".join([*_headers(lines), b"MIME-Version: 1.0\r\n", kind, _END, _END, body])


def file_part(content: bytes, content_type: str, name: str) -> MIMEPart:
    """A file as it goes along with a mail."""
    kind, _, subkind = content_type.partition("/")
    part = MIMEPart(policy=policy.SMTP)
    part.set_content(content, maintype=kind, subtype=subkind, disposition="attachment", filename=name)
    return part


def _headers(lines: Lines) -> Iterator[bytes]:
    for name, value in lines.items():
        said = str(value)
        yield f"{name}: {said}\r\n".encode() if _PLAIN.fullmatch(said) else _folded(name, value)


def _folded(name: str, value: str | Address) -> bytes:
    header = _SMTP.header_factory(*_SMTP.header_store_parse(name, value))
    return _SMTP.fold_binary(name, header)


def _text(kind: str, words: str) -> bytes:
    """A text, in which neither a boundary nor a line that SMTP would misunderstand can stand."""
    head = (
        f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    )
    lines = b"".join(line + b"\n" for line in words.encode().splitlines())
    return head.encode() + b2a_qp(lines).replace(b"\n", _END)


def _bundle(kind: str, mark: str, parts: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Parts in one: what the header says of them, and they themselves.

    mark: between them.  No text can hold it, for `=_` is nothing that quoted-printable knows, and `_` is
    nothing that Base64 does."""
    line = b"--" + mark.encode()
    bodies = [piece for part in parts for piece in (line, part)]
    said = f'Content-Type: multipart/{kind}; boundary="{mark}"'
    return said.encode(), _END.join([*bodies, line + b"--", b""])
