"""`helpdesk block`: senders whose mail is kept and not read."""

from __future__ import annotations

import click

from terminal.call import EX_DATAERR, EX_NOINPUT, Call, Refused, refusals
from terminal.deciding import harmless
from terminal.reading import opened


@click.group()
def block() -> None:
    """Block senders, or hear them again.

    Their mail stays in the inbox as dropped, with the reason; nothing of it reaches a ticket.

    Example: helpdesk block add spam.example
    """


@block.command(name="add")
@click.argument("sender")
@click.pass_obj
def add(call: Call, sender: str) -> None:
    """Block SENDER: an address, or a domain with all below it."""
    from desk.actor import Actor, Door, Role
    from settings.values import Unfit, sender_named
    from store import blocks

    config = call.settings()
    try:
        sender = sender_named(sender)
    except Unfit as unfit:
        raise Refused(f"{unfit.reason}: {unfit.mend}.", EX_DATAERR) from unfit
    operator = Actor(Role.OPERATOR, "terminal", "an operator", Door.TERMINAL)
    try:
        with opened(config) as db, refusals(), db.change() as session:
            is_new = blocks.add(session, sender, by=operator, at=call.now(), ours=config.addresses)
    except blocks.BlocksTheDesk as refused:
        raise Refused(str(refused), EX_DATAERR) from refused
    click.echo(f"{sender} is blocked" + ("." if is_new else " already."))


@block.command(name="remove")
@click.argument("sender")
@click.pass_obj
def remove(call: Call, sender: str) -> None:
    """Hear SENDER again, from the next mail on."""
    from store import blocks

    with opened(call.settings()) as db, refusals(), db.change() as session:
        was_blocked = blocks.remove(session, sender)
    if not was_blocked:
        raise Refused(f"{sender} is not blocked here; look also at mail.blocked in the settings.", EX_NOINPUT)
    click.echo(f"{sender.lower()} is heard again.")


@block.command(name="list")
@click.pass_obj
def show(call: Call) -> None:
    """Say who is blocked, by whom and since when."""
    from store import blocks

    config = call.settings()
    with opened(config) as db, db.read() as session:
        lines = [
            f"{each.sender}  by {each.by}, {each.at:%Y-%m-%d %H:%M} UTC" for each in blocks.every(session)
        ]
    lines += [f"{sender}  in the settings" for sender in sorted(config.mail.blocked)]
    click.echo("\n".join(map(harmless, lines)) or "Nobody is blocked.")
