"""`helpdesk retention`: for how long each kind of data is kept, and what of it is old enough to go."""

from __future__ import annotations

from datetime import timedelta

import click

from terminal.call import Call, refusals
from terminal.deciding import as_json, say
from terminal.reading import opened


@click.group()
def retention() -> None:
    """See for how long each kind of data is kept.

    Example: helpdesk retention show
    """


@retention.command()
@as_json
@click.pass_obj
def show(call: Call, in_json: bool) -> None:
    """List each kind of data, for how long it is kept, and how much is old enough to go today.

    Changes nothing: the running desk lets it go once a day.

    Example: helpdesk retention show --json
    """
    from store.retention import CLASSES, count

    config = call.settings()
    with refusals(), opened(config) as db, db.read() as session:
        for kind in CLASSES:
            days = config.retention.days_of(kind.name)
            old = count(session, kind, before=call.now() - timedelta(days=days)) if days else 0
            kept = f"{days} days, {old} to go" if days else "for ever"
            facts = {"kind": kind.name, "days": days, "to_go": old}
            say(facts, f"{kind.name:<15} {kept:<24} {kind.words}", in_json=in_json)
        drafts = config.retention.drafts
        kept = f"{drafts} days"
        say({"kind": "drafts", "days": drafts}, f"{'drafts':<15} {kept:<24} unsent replies", in_json=in_json)
