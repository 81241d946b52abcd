"""Which files of a mail its thread in Slack gets, and why the others are only named."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from desk.files import RUNS, in_words
from mail.attachments import Attachment

_SEALS = frozenset(
    {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
)
_SMALLEST_PICTURE = 10_000
"""Bytes; smaller pictures within a text are logos."""

_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")
"""How programs of Windows, Linux and macOS begin, whatever they are called."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """of_file, of_mail: bytes of one file, and of all of one mail; refused: endings, in lower case.

    With no endings at all whatever runs is let through too."""

    of_file: int = 25_000_000
    of_mail: int = 35_000_000
    refused: Sequence[str] = RUNS


def shown(attachments: Sequence[Attachment], rules: Rules) -> list[dict[str, Any]]:
    """The files that people care about, as an event names them: each by its place in the mail, and where it
    is left out with the reason.  Logos and seals are not among them."""
    return list(_judged(attachments, rules))


def _judged(attachments: Sequence[Attachment], rules: Rules) -> Iterator[dict[str, Any]]:
    together = 0
    for part, file in enumerate(attachments):
        if not is_for_people(file):
            continue
        facts: dict[str, Any] = {"name": file.name, "part": part, "bytes": len(file.content)}
        why = _why_not(file, together, rules)
        together += 0 if why else len(file.content)
        yield facts | ({"left_out": why} if why else {})


def is_for_people(file: Attachment) -> bool:
    """Whether it is neither a logo nor what a mail program adds by itself."""
    if file.content_type in _SEALS:
        return False
    return not (file.inline and len(file.content) < _SMALLEST_PICTURE)


def _why_not(file: Attachment, together: int, rules: Rules) -> str:
    """The reason in a few words, or nothing."""
    if _runs(file, rules):
        return "it could run on your computer"
    if not file.content:
        return "it is empty"
    if len(file.content) > rules.of_file:
        return f"it is larger than {in_words(rules.of_file)}"
    if together + len(file.content) > rules.of_mail:
        return f"the files of one mail may be {in_words(rules.of_mail)}"
    return ""


def _runs(file: Attachment, rules: Rules) -> bool:
    """Every ending counts: invoice.exe.pdf may be a slip, and invoice.pdf.exe a trick."""
    _, *endings = file.name.lower().rstrip(". ").split(".")
    refused = frozenset(rules.refused)
    is_program = bool(refused) and file.content.startswith(_PROGRAMS)
    return is_program or any(ending.strip() in refused for ending in endings[-2:])
