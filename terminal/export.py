"""`helpdesk export`: what the desk holds, for whoever has a right to it."""

import click

from terminal.export_person import person
from terminal.export_ticket import ticket


@click.group()
def export() -> None:
    """Write out what the desk holds: of a person, or a ticket.

    Example: helpdesk export ticket 42
    """


export.add_command(person)
export.add_command(ticket)
