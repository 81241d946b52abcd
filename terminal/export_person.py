"""`helpdesk export person`: all that the desk holds of one person."""

from __future__ import annotations

from pathlib import Path

import click

from terminal.call import Call, Refused, refusals
from terminal.deciding import whose
from terminal.keeping import keep
from terminal.reading import opened


@click.command()
@whose
@click.option("--json", "_in_json", is_flag=True, help="JSON, which it is in any case.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False),
    help="A folder, made where there is none: held.json, the raw mails, the files.",
)  # fmt: skip
@click.pass_obj
def person(call: Call, address: str, _in_json: bool, out: Path | None) -> None:
    """Write out all that the desk holds of the person with that address.

    Their own tickets with every event, note, mail and delivery; on tickets of others only what they wrote
    themselves.  Without --out as one JSON document, without raw mails and contents of files.  Exit status 0:
    written; 1: nothing is known of that address.

    Example: helpdesk export person anna@bakery.example --out anna
    """
    from store import erasing, holdings

    config = call.settings()
    with refusals(), opened(config) as db, db.read() as session:
        found = erasing.find(session, address)
        if not found.is_anything:
            raise Refused(f"Nothing is known of {address}.", 1)
        held = holdings.as_json(holdings.holdings(session, found))
        if out is None:
            click.echo(held)
            return
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        keep(out / "held.json", held.encode())
        for name, content in (*holdings.raw_mails(session, found), *holdings.files(session, found)):
            keep(out / name, content)
        click.echo(f"Written to {out}.", err=True)
