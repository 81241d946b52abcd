"""Mails made to hurt, each made when it is asked for: together they are large."""

import gzip
import io
import zipfile
from collections.abc import Callable

HEAD = b"From: Sanne <sanne@bakkerij.example>\nSubject: Printer\nMessage-ID: <bomb@bakkerij.example>\n"
TEXT = HEAD + b"Content-Type: text/plain; charset=utf-8\n\n"
HTML = HEAD + b"Content-Type: text/html; charset=utf-8\n\n"
CALENDAR = HEAD + b"Content-Type: text/calendar\n\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n"
ATTRIBUTION = b"On Mon, Jan 1, 2026 at 10:00 AM A <a@x.example> wrote:\n"
LINE = b"eHh4" * 18 + b"\n"
"""A line of base64: 54 bytes of x."""


def nested(depth: int) -> bytes:
    levels = (b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth))
    return HEAD + b"".join(levels)


def attached(kind: bytes, name: bytes, content: bytes) -> bytes:
    """A file as it is, for bombs that go off when somebody unpacks them."""
    head = b'--b\nContent-Type: %s; name="%s"\nContent-Transfer-Encoding: 8bit\n\n' % (kind, name)
    return MIXED + b"--b\nContent-Type: text/plain\n\nzie bijlage\n" + head + content + b"\n--b--\n"


def named(name: str) -> bytes:
    encoded = "".join(f"%{byte:02X}" for byte in name.encode("utf-8", "surrogatepass")).encode()
    return MIXED + b"--b\nContent-Disposition: attachment; filename*=utf-8''%s\n\nx\n--b--\n" % encoded


def zip_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5):
            archive.writestr(f"{number}.txt", b"\0" * 5_000_000)
    return packed.getvalue()


def in_charset(name: bytes) -> bytes:
    return HEAD + b"Content-Type: text/plain; charset=%s\n\nDe printer doet het niet: \xe9\xff.\n" % name


BOMBS: dict[str, Callable[[], bytes]] = {
    # structure
    "nested 2000 deep": lambda: nested(2_000),
    "nested 1000 deep": lambda: nested(1_000),
    "nested 99 deep": lambda: nested(99),
    "mails in mails": lambda: HEAD + b"Content-Type: message/rfc822\n\n" * 450,
    "200000 parts": lambda: MIXED + b"--b\n\nx\n" * 200_000,
    "499 parts": lambda: MIXED + b"--b\nContent-Type: text/html\n\n<p>x</p>\n" * 499,
    "a thousand boundaries": lambda: HEAD + b"".join(b"X: boundary=b%d\n" % n for n in range(1_000)) + b"\nx",
    "a boundary of 60 kB": lambda: MIXED.replace(b"=b", b"=" + b"b" * 60_000) + b"x",
    "half boundaries": lambda: MIXED + b"--b\nContent-Type: text/plain\n\n" + b"--bb\n-- b\n--\n" * 100_000,
    "parts within parts of one boundary": lambda: MIXED + (b"--b\n" + MIXED) * 60,
    "a million lines": lambda: TEXT + b"\n" * 1_100_000,
    "500000 newlines": lambda: TEXT + b"\n" * 500_000,
    "carriage returns": lambda: TEXT.replace(b"\n", b"\r") + b"x\r" * 300_000,
    "30 MB of noise": lambda: bytes(range(256)) * 120_000,
    "NULs": lambda: TEXT + b"\0" * 5_000_000,
    # headers
    "50000 recipients": lambda: HEAD + b"To: " + b"a@x.example, " * 50_000 + b"\n\nx",
    "2000 recipients": lambda: HEAD + b"To: " + b'"A, B" <a@x.example>, ' * 2_000 + b"\n\nx",
    "15000 encoded words": lambda: HEAD + b"X: y\nSubject: " + b"=?utf-8?q?a?= " * 15_000 + b"\n\nx",
    "words never closed": lambda: HEAD + b"To: " + b"=?utf-8?q?" * 20_000 + b"\n\nx",
    "words of many charsets": lambda: HEAD + b"To: " + b"=?utf-8?q?a?= =?big5?b?YQ==?= " * 1_200 + b"\n\nx",
    "a subject of 200 kB": lambda: b"Subject: " + b"x" * 200_000 + b"\n" + TEXT + b"x",
    "folded for ever": lambda: b"Subject: x\n" + b" \n\tx\n" * 40_000 + TEXT + b"x",
    "60000 headers": lambda: b"X: y\n" * 50_000 + TEXT + b"x",
    "marks of an answer": lambda: b"Subject: " + b"Re: [HD-1] " * 3_000 + b"\n" + TEXT + b"x",
    "references": lambda: b"References: " + b"<a@x> " * 40_000 + b"\n" + TEXT + b"x",
    "comments never closed": lambda: b"From: " + b"(" * 20_000 + b"\n\nx",
    "comments in pairs": lambda: b"From: " + b"(" * 10_000 + b")" * 10_000 + b" a@x.example\n\nx",
    "quotes never closed": lambda: b"From: " + b'"' * 20_001 + b"\n\nx",
    "angles": lambda: b"From: " + b"<" * 20_000 + b"a@x.example\n\nx",
    "20000 parameters": lambda: HEAD + b"Content-Type: text/plain; " + b"a=b; " * 20_000 + b"\n\nx",
    "parameters in pieces": lambda: HEAD
    + b"Content-Disposition: attachment; "
    + b"".join(b"filename*%d*=a; " % n for n in range(5_000))
    + b"\n\nx",
    "a parameter without value": lambda: HEAD + b"Content-Type: text/plain; name*\n\nx",
    "a Microsoft id": lambda: b"Message-ID: <[x]@y>\n" + TEXT + b"x",
    "a date of a million digits": lambda: b"Date: " + b"9" * 200_000 + b"\n" + TEXT + b"x",
    # charsets
    "charset rot13": lambda: in_charset(b"rot13"),
    "charset idna": lambda: in_charset(b"idna"),
    "charset undefined": lambda: in_charset(b"undefined"),
    "charset zip": lambda: in_charset(b"zip"),
    "charset unicode_escape": lambda: in_charset(b"unicode_escape"),
    "charset of 100 kB": lambda: in_charset(b"x" * 100_000),
    "utf-7 without end": lambda: in_charset(b"utf-7") + b"+AGE" * 200_000,
    "iso-2022-jp escapes": lambda: in_charset(b"iso-2022-jp") + b"\x1b$B\x1b(B" * 200_000,
    # files
    "25 MB attached": lambda: attached(b"a/b", b"x.pdf", LINE * 450_000).replace(b"8bit", b"base64"),
    "base64 that is none": lambda: attached(b"application/pdf", b"x.pdf", b"=?*" * 2_000_000).replace(
        b"8bit", b"base64"
    ),
    "uuencoded": lambda: attached(b"a/b", b"x", b"begin 644 x\n" + b"M" + b" " * 60 + b"\n").replace(
        b"8bit", b"x-uuencode"
    ),
    "a zip bomb": lambda: attached(b"application/zip", b"x.zip", zip_bomb()),
    "a gzip bomb": lambda: attached(b"application/gzip", b"x.gz", gzip.compress(b"\0" * 20_000_000)),
    "a picture of a billion points": lambda: attached(
        b"image/png", b"x.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x06\0\0\0"
    ),
    "a name that leads away": lambda: named("../../../etc/cron.d/x\0.txt"),
    "a name that turns around": lambda: named("factuur\u202efdp.exe"),
    "a name of nothing to see": lambda: named("\u200b\u200d\u2060" * 1_000),
    "a name of 100 kB": lambda: named("x" * 30_000),
    "a name that is a device": lambda: named("NUL.txt"),
    "a calendar without end": lambda: CALENDAR + b"BEGIN:VEVENT\n" + b" x\n" * 300_000,
    "a calendar of quotation marks": lambda: CALENDAR + b'A;B="' * 200_000,
    # text
    "On On On": lambda: TEXT + b"On " * 20_000,
    "attributions": lambda: TEXT + ATTRIBUTION * 10_000,
    "attributions between quotes": lambda: TEXT + (b"> x\n" + ATTRIBUTION) * 10_000,
    "deep quotes": lambda: TEXT + b"\n".join(b">" * depth for depth in range(2_000)),
    "100000 quoted lines": lambda: TEXT + b"> hello there\n" * 100_000,
    "signatures": lambda: TEXT + b"x\n-- \n" * 50_000,
    "device lines": lambda: TEXT + b"Sent from my iPhone\n" * 50_000,
    "digits": lambda: TEXT + b"1" * 200_000,
    "headers in the text": lambda: TEXT + b"From: a\nSent: b\n\n\n" * 20_000,
    "dividers": lambda: TEXT + b"________\n\n\n" * 30_000,
    "one long line": lambda: TEXT + b"x " * 5_000_000,
    "flowed": lambda: HEAD + b"Content-Type: text/plain; format=flowed\n\n" + b"x \n" * 200_000,
    # HTML
    "nested elements": lambda: HTML + b"<div>" * 50_000 + b"x",
    "nested quotes": lambda: HTML + b"<blockquote type=cite>" * 50_000 + b"x",
    "nested tables": lambda: HTML + b"<table><tr><td>" * 2_500 + b"x",
    "comments": lambda: HTML + b"<!--" * 100_000,
    "10 MB of table rows": lambda: HTML + b"<tr><td>hello there</td></tr>" * 350_000,
    "30 MB of HTML": lambda: HTML + b"<p>De printer doet het niet.</p>\n" * 900_000,
    "links": lambda: HTML + b"<a href=x>y</a>" * 5_000,
    "attributes": lambda: HTML + b"<p " + b"a=b " * 200_000 + b">x",
    "styles": lambda: HTML + b'<p style="border-top:' + b"solid " * 100_000 + b'">x</p>' * 100,
    "entities": lambda: HTML + b"&nbsp;&amp;&#x202e;" * 100_000,
    "hidden text": lambda: HTML + b"<div style=display:none>" * 2_000 + b"x" * 100_000,
}  # fmt: skip
