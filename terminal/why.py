"""`helpdesk why`: how the dates of a ticket come about."""

from __future__ import annotations

import re

import click

from terminal.call import EX_NOINPUT, Call, Refused
from terminal.reading import opened


@click.command()
@click.argument("ticket", metavar="NUMBER")
@click.option(
    "--language", type=click.Choice(["nl", "en"]), help="In which language.  Default: desk.language."
)
@click.pass_obj
def why(call: Call, ticket: str, language: str | None) -> None:
    """Explain every promised date of a ticket: the sum, each pause, who and why.

    Only reads, also beside a running desk.  Exit status 66: there is no such ticket.

    Example: helpdesk why 42 --language nl
    """
    from desk.errors import NotFound
    from settings.promised import policy_of
    from sla.reasons import sums_of
    from sla.telling import tell
    from store import tickets

    config = call.settings()
    number = number_of(ticket, config.desk.prefix)
    with opened(config) as db, db.read() as session:
        try:
            found = tickets.get(session, number)
        except NotFound as missing:
            raise Refused(str(missing), EX_NOINPUT) from missing
        sums = sums_of(found, policy_of(config), now=call.now())
    subject = " ".join("".join(c if c.isprintable() else " " for c in found.subject).split())
    click.echo(f"{config.desk.prefix}-{number} · {subject}")
    for paragraph in tell(sums, language or _spoken(config.desk.language), config.desk.timezone):
        click.echo(f"\n{paragraph}")


def number_of(text: str, prefix: str) -> int:
    """42, #42 and HD-42 are all the same ticket."""
    found = re.fullmatch(rf"(?:#|{prefix}-?)?(\d{{1,12}})", text, re.IGNORECASE)
    if found is None:
        raise click.BadParameter(f"{text!r} is no ticket number", param_hint="NUMBER")
    return int(found[1])


def _spoken(language: str) -> str:
    """Sums are told in fewer languages than mails are written in."""
    from sla.telling import LANGUAGES

    return language if language in LANGUAGES else "en"
