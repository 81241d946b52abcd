"""`helpdesk calendar rehearse`: which open tickets other settings would move, before they are used."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from terminal.call import EX_CONFIG, Call, Refused, refusals
from terminal.moments import in_utc
from terminal.reading import opened

if TYPE_CHECKING:
    from datetime import datetime

    from config import Config
    from settings.agreed import Agreed
    from sla.rehearsal import Move
    from store.database import Database


@click.command()
@click.option(
    "--config", "new", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The settings to try.  Default: those in force for any other command, before the desk uses them.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line and move; times in UTC.")
@click.pass_obj
def rehearse(call: Call, new: Path | None, *, as_json: bool) -> None:
    """List which open tickets would move, from when to when.  Changes nothing.

    Compares the settings that the running desk used last with those of --config (or, without it, of
    helpdesk.toml as it is now).  What has ended stays as it was judged.

    Example: helpdesk calendar rehearse --config new.toml
    """
    config = call.settings()
    proposed = _settings(new) if new else config
    with opened(config) as db, refusals():
        compared = _compared(db, _in_force(db, config), proposed, call.now())
        for line in _objects(compared, config) if as_json else _lines(compared, config):
            click.echo(line)


def _settings(path: Path) -> Config:
    from config import load
    from settings.problems import ConfigRefused

    try:
        return load(path, os.environ)
    except ConfigRefused as refused:
        raise Refused(str(refused), EX_CONFIG) from refused


def _compared(db: Database, old: Agreed, new: Agreed, now: datetime) -> Iterator[tuple[int, list[Move]]]:
    """Each open ticket, and what would move of it."""
    from settings.promised import policy_of
    from sla.rehearsal import moves_of
    from sla.reschedule import open_tickets

    before, after = policy_of(old), policy_of(new)
    for batch in open_tickets(db):
        for ticket in batch:
            yield ticket.number, list(moves_of(ticket, before, after, now=now))


def _lines(compared: Iterator[tuple[int, list[Move]]], config: Config) -> Iterator[str]:
    looked = moved = 0
    for number, moves in compared:
        yield from (_line(config, number, move) for move in moves)
        looked, moved = looked + 1, moved + bool(moves)
    yield f"{moved:,} of {looked:,} open tickets would move."


def _objects(compared: Iterator[tuple[int, list[Move]]], config: Config) -> Iterator[str]:
    for number, moves in compared:
        for move in moves:
            found = {
                "ticket": f"{config.desk.prefix}-{number}",
                "goal": str(move.goal),
                "before": in_utc(move.before) if move.before else None,
                "after": in_utc(move.after) if move.after else None,
                "left_minutes": move.left.total_seconds() / 60 if move.left is not None else None,
                "late": move.is_late,
            }
            yield json.dumps(found)


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
