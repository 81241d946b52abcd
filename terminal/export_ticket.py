"""`helpdesk export ticket`: one ticket, whole, as a page to read and for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from terminal.call import EX_NOINPUT, Call, Refused, refusals
from terminal.deciding import done
from terminal.keeping import keep_new
from terminal.reading import opened
from terminal.why import number_of

if TYPE_CHECKING:
    from config import Config


@click.command()
@click.argument("number", metavar="NUMBER")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False),
    help="The file, which must not be there yet.  Default: HD-42.zip in this folder.",
)  # fmt: skip
@click.pass_obj
def ticket(call: Call, number: str, out: Path | None) -> None:
    """Write one ticket into a ZIP: ticket.html to read, ticket.json for programs, and the files.

    Mails in and out, notes, every change with who and when, promises, time and money.  What is hidden from
    the channel is not in it; internal notes are, so it is not for customers.  Who exported it is on record in
    the ticket.  Exit status 66: there is no such ticket.

    Example: helpdesk export ticket 42 --out bakery.zip
    """
    from bot.parcel import name_of
    from store import tickets

    config, now = call.settings(), call.now()
    found = number_of(number, config.desk.prefix)
    file = out or Path(name_of(found, config.desk.prefix))
    if file.exists():
        raise click.BadParameter(f"{file} is there already", param_hint="--out")
    packed = _packed(call, config, found)
    done(call, lambda session, by: tickets.get(session, found).export(by=by, at=now))
    with refusals():
        keep_new(file, packed)
    click.echo(f"Written to {file}.", err=True)


def _packed(call: Call, config: Config, number: int) -> bytes:
    from bot.parcel import Packer
    from bot.style import Style
    from desk.errors import NotFound
    from mail.attached import Attached
    from mail.reader import Reader
    from settings.promised import policy_of

    style = Style(config.desk.prefix, config.desk.timezone)
    reader = Reader(prefix=style.prefix, zone=style.zone)
    try:
        with refusals(), opened(config) as db:
            return Packer(db, policy_of(config), style, Attached(db, reader)).pack(number, now=call.now())
    except NotFound as missing:
        raise Refused(str(missing), EX_NOINPUT) from missing
    finally:
        reader.stop()
