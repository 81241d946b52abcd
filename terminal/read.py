"""`helpdesk read`: how the desk understands a mail."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

import click

from terminal.call import EX_DATAERR, Call
from terminal.deciding import HIDDEN, reveal

if TYPE_CHECKING:
    from mail.reader import Reader
    from mail.reading import InboundEmail, Unreadable


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="One object a line instead of words for people.")
@click.option("--whole", is_flag=True, help="Show the whole text too, where some of it is history.")
@reveal
@click.pass_context
def read(context: click.Context, files: Sequence[str], as_json: bool, whole: bool, shown: bool) -> None:
    """Say how the desk understands a mail: who wrote it, what they wrote now, their files, and whether a
    machine wrote it.

    Without a FILE, or for -, it reads standard input.  Needs no settings and changes nothing; where there are
    some, the hours of invitations are told in the desk's time zone, else in UTC.  Exit status
    65: at least one could not be read; the others are shown all the same.

    Example: helpdesk read --json *.eml
    """
    from mail.reader import Reader

    reader, failed = Reader(zone=_zone(context)), False
    try:
        for number, name in enumerate(files or ["-"]):
            mail, error = _read(name, reader)
            failed = failed or error is not None
            if as_json:
                click.echo(_line(name, mail, error, shown=shown))
            else:
                words = _words(name, mail, error, whole=whole, shown=shown)
                click.echo(("\n" if number else "") + words)
    finally:
        reader.stop()
    context.exit(EX_DATAERR if failed else 0)


def _zone(context: click.Context) -> tzinfo:
    """The desk's, as far as its settings can be read."""
    call = context.find_object(Call)
    try:
        return call.worded().desk.timezone if call else UTC
    except click.ClickException:
        return UTC


def _read(name: str, reader: Reader) -> tuple[InboundEmail | Unreadable | None, str | None]:
    """The mail, or why there is none."""
    from mail.reading import Unreadable

    try:
        mail = reader(_bytes_of(name))
    except OSError as problem:
        return (None, problem.strerror or str(problem))
    return (mail, mail.reason if isinstance(mail, Unreadable) else None)


def _bytes_of(name: str) -> bytes:
    from mail.guards import LARGEST_MAIL

    if name != "-":
        with open(name, "rb") as file:
            return file.read(LARGEST_MAIL + 1)
    if sys.stdin is None:  # whoever started us may have closed it
        raise OSError("standard input is closed")
    return sys.stdin.buffer.read(LARGEST_MAIL + 1)


def _line(name: str, mail: InboundEmail | Unreadable | None, error: str | None, *, shown: bool) -> str:
    from mail.understood import facts_of, no_facts

    facts = no_facts(error or "") if mail is None else facts_of(mail if shown else _discreet(mail))
    return json.dumps({"file": name} | facts)


def _words(
    name: str, mail: InboundEmail | Unreadable | None, error: str | None, *, whole: bool, shown: bool
) -> str:
    from mail.understood import in_words

    told = mail if mail is None or shown else _discreet(mail)
    words = f"{'Unreadable':12}{error}" if told is None else in_words(told, whole=whole)
    return words if name == "-" else f"── {name}\n\n{words}"


def _discreet(mail: InboundEmail | Unreadable) -> InboundEmail | Unreadable:
    """The mail without what lets its reader in somewhere."""
    from mail.reading import InboundEmail
    from mail.sensitive import masked, why_sensitive

    why = why_sensitive(mail) if isinstance(mail, InboundEmail) else ""
    if not (why and isinstance(mail, InboundEmail)):
        return mail
    return replace(mail, text=HIDDEN.format(why), written=None, subject_line=masked(mail.subject_line))
