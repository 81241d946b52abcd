"""`helpdesk export`: what the desk holds, for whoever has a right to it."""

import click

from terminal.export_person import person


@click.group()
def export() -> None:
    """Write out what the desk holds, machine-readable.

    Example: helpdesk export person anna@bakery.example --out anna
    """


export.add_command(person)
