"""`helpdesk export`: what the desk holds, for whoever has a right to it."""

import click

from terminal.export_person import person


@click.group()
def export() -> None:
    """Write out what the desk holds, machine-readable."""


export.add_command(person)
