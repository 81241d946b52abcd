"""`helpdesk deliver`: one mail from a mail server's pipe."""

from __future__ import annotations

import sys
from contextlib import closing

import click

from terminal.call import EX_CONFIG, EX_DATAERR, EX_TEMPFAIL, Call, Refused, refusals


@click.command()
@click.pass_obj
def deliver(call: Call) -> None:
    """Keep one mail from standard input; `serve` makes the ticket.

    For a pipe from a mail server.  Exit status 75: it could not be kept, for whatever reason, try again;
    65: that is no mail.

    Example: helpdesk deliver < message.eml
    """
    from store.mishaps import Contained

    try:
        with Contained(passing=Refused) as mishap:
            kept = _keep_one(call)
        if mishap.problem:  # its text may hold the mail
            raise Refused(_FAULT.format(type(mishap.problem).__name__), EX_TEMPFAIL) from mishap.problem
    except Refused as refused:
        # On 78 a mail server would send the mail back to the customer: settings can be mended, mails cannot.
        status = EX_TEMPFAIL if refused.exit_code == EX_CONFIG else refused.exit_code
        raise Refused(refused.message, status) from refused
    click.echo(f"Kept as number {kept} of the inbox.", err=True)


_FAULT = "The mail could not be kept ({}): `helpdesk doctor` says what is wrong.  Try again later."


def _keep_one(call: Call) -> int | None:
    config = call.settings()
    from mail.arrival import reached_us
    from store import inbox, schema
    from store.database import Database
    from store.inbox import Arrival

    most = config.mail.listener.max_bytes
    with refusals():
        raw = _standard_input(most + 1)
    if not raw.strip():
        raise Refused("There was no mail on standard input: nothing was kept.", EX_DATAERR)
    if len(raw) > most:
        too_large = f"The mail is larger than {most} bytes (mail.listener.max_bytes): not kept."
        raise Refused(too_large, EX_DATAERR)
    with refusals(), closing(Database(config.database.url.get_secret_value())) as db:
        schema.upgrade(db)
        at = reached_us(raw, config.mail.received_by, now=call.now())
        with db.change() as session:
            return inbox.keep(session, Arrival(source="terminal", raw=raw, at=at))


def _standard_input(most: int) -> bytes:
    """At most so many bytes.  Raises OSError where there is nothing to read from."""
    if sys.stdin is None:  # whoever started us may have closed it
        raise OSError("standard input is closed")
    return sys.stdin.buffer.read(most)
