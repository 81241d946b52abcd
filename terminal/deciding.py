"""What the commands that decide about mails have in common: who acts, refusals, and answers as lines."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from terminal.call import Call, Refused
from terminal.reading import opened

if TYPE_CHECKING:
    from desk.actor import Actor
    from store.database import Session

T = TypeVar("T")

as_json = click.option("--json", "in_json", is_flag=True, help="JSON, one object a line.")

reveal = click.option(
    "--reveal", "shown", is_flag=True, help="Show codes and links that let their reader in."
)
HIDDEN = "Hidden: it holds {} (--reveal shows it)."
"""What stands in place of such a mail."""


@contextmanager
def looking(call: Call) -> Iterator[Session]:
    """One transaction that only reads."""
    with opened(call.settings()) as db, db.read() as session:
        yield session


@contextmanager
def changing(call: Call) -> Iterator[tuple[Session, Actor]]:
    """One transaction, and the operator as who acts in it.  A refusal ends the command with status 1."""
    from desk.actor import Actor
    from desk.errors import DeskError

    with opened(call.settings()) as db:
        try:
            with db.change(urgent=True) as session:
                yield session, Actor.operator(user())
        except DeskError as refusal:
            raise Refused(str(refusal), 1) from refusal


def done(call: Call, deed: Callable[[Session, Actor], T]) -> T:
    """Do that in a transaction, and once more where somebody else changed the same ticket at that moment."""
    from desk.actor import Actor
    from desk.errors import Conflict, DeskError

    operator = Actor.operator(user())
    with opened(call.settings()) as db:
        for left in reversed(range(_TRIES)):
            try:
                with db.change(urgent=True) as session:
                    return deed(session, operator)
            except DeskError as refusal:
                if not (left and isinstance(refusal, Conflict)):
                    raise Refused(str(refusal), 1) from refusal
    raise AssertionError("the last try returns or raises")


_TRIES = 3


def say(facts: Mapping[str, Any], words: str, *, in_json: bool) -> None:
    """One answer: as an object, or in words that no mail can use to drive a terminal."""
    if in_json:
        return click.echo(json.dumps(facts, ensure_ascii=False))
    return click.echo("\n".join(map(harmless, words.split("\n"))))


def harmless(line: str) -> str:
    return "".join(c if c.isprintable() else " " for c in line).rstrip()


def _an_address(_context: click.Context, _parameter: click.Parameter, text: str) -> str:
    from mail.addresses import is_address

    if not is_address(text.strip()):
        raise click.BadParameter(f"{text!r} is no mail address; write it whole, like anna@bakery.example")
    return text


whose = click.argument("address", callback=_an_address)
"""Of whom a command is: a part of an address would be looked for in what everybody wrote."""


def user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # in a container the user may have no name
        return "nobody known"
