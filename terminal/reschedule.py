"""`helpdesk reschedule`: keeps anew when each open ticket next needs a look."""

from __future__ import annotations

import click

from terminal.call import Call, refusals
from terminal.reading import opened


@click.command()
@click.pass_obj
def reschedule(call: Call) -> None:
    """Recompute when each open ticket next needs a look; also beside a running desk.

    `serve` does the same by itself after a start with other promises or another calendar.

    Example: helpdesk reschedule
    """
    from settings.agreed import text_of
    from settings.promised import policy_of
    from sla.reschedule import keep_agreed
    from sla.reschedule import reschedule as recompute

    config = call.settings()
    with opened(config) as db, refusals():
        done = recompute(db, policy_of(config))
        keep_agreed(db, text_of(config))
    click.echo(f"Looked at {done.looked:,} open tickets; {done.moved:,} moved.")
