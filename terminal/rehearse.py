"""`helpdesk calendar rehearse`: which open tickets other settings would move, before they are used."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from terminal.call import EX_CONFIG, Call, Refused, refusals
from terminal.reading import opened

if TYPE_CHECKING:
    from config import Config
    from settings.agreed import Agreed
    from sla.rehearsal import Move
    from store.database import Database


@click.command()
@click.option(
    "--config", "new", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The settings to try.  Default: those in force for any other command, before the desk uses them.",
)  # fmt: skip
@click.pass_obj
def rehearse(call: Call, new: Path | None) -> None:
    """List which open tickets would move, from when to when.  Changes nothing.

    Compares the settings that the running desk used last with those of --config (or, without it, of
    helpdesk.toml as it is now).  What has ended stays as it was judged.

    Example: helpdesk calendar rehearse --config new.toml
    """
    config = call.settings()
    proposed = _settings(new) if new else config
    with opened(config) as db, refusals():
        for line in _report(db, config, proposed, call):
            click.echo(line)


def _settings(path: Path) -> Config:
    from config import ConfigRefused, load

    try:
        return load(path, os.environ)
    except ConfigRefused as refused:
        raise Refused(str(refused), EX_CONFIG) from refused


def _report(db: Database, config: Config, proposed: Agreed, call: Call) -> Iterator[str]:
    from sla.rehearsal import moves_of
    from sla.reschedule import open_tickets
    from wiring import policy_of

    old, new, now = policy_of(_in_force(db, config)), policy_of(proposed), call.now()
    looked = moved = 0
    for batch in open_tickets(db):
        for ticket in batch:
            moves = list(moves_of(ticket, old, new, now=now))
            yield from (_line(config, ticket.number, move) for move in moves)
            moved += bool(moves)
        looked += len(batch)
    yield f"{moved:,} of {looked:,} open tickets would move."


def _in_force(db: Database, config: Config) -> Agreed:
    """What the desk promised when it last started with this database; else what it would promise now."""
    from settings.agreed import read
    from sla.reschedule import AGREED
    from store import keepsakes

    with db.read() as session:
        kept = keepsakes.get(session, AGREED)
    return read(kept) if kept else config


def _line(config: Config, number: int, move: Move) -> str:
    from bot.words import business, moment

    zone = config.desk.timezone
    name = f"{config.desk.prefix}-{number}"
    if move.before is None and move.after is None:
        left = f"{business(move.left)} left" if move.left is not None else "no promise"
        return f"{name}  {move.goal.words}: paused, then {left}"
    before = moment(move.before, zone) if move.before else "no date"
    after = moment(move.after, zone) if move.after else "no date"
    late = "  already passed" if move.is_late else ""
    return f"{name}  {move.goal.words}: {before} -> {after}{late}"
