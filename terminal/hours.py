"""`helpdesk hours`: sums in business time, for people and, line by line, for other programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from terminal.call import EX_DATAERR, Call, Refused

if TYPE_CHECKING:
    from config import Opening


@click.group(invoke_without_command=True)
@click.option("--batch", is_flag=True, help="Answer one JSON object a line from standard input.")
@click.option(
    "--config", "config_path", type=click.Path(path_type=Path), help="The settings file, as before `hours`."
)
@click.pass_context
def hours(context: click.Context, batch: bool, config_path: Path | None) -> None:
    """Reckon in business time: when a span is used up, how long the desk was open.

    With --batch, {"start": "2026-11-27T15:30:00Z", "minutes": 480} is answered with {"due": ...} and
    {"start": ..., "end": ...} with {"minutes": ...}, in order; a line that is no case with {"error": ...},
    and then the exit status is 65.  Only desk.timezone and [hours] of the settings are read.

    \b
    Example: helpdesk hours after 2026-11-27T16:30 8h
    Example: helpdesk hours --batch --config helpdesk.toml < cases.jsonl
    """
    if config_path:
        context.obj = replace(context.obj, config_path=config_path)
    if batch and context.invoked_subcommand:
        raise click.UsageError("--batch takes its cases from standard input alone.")
    if batch:
        _answer_lines(context.obj.opening())
    elif not context.invoked_subcommand:
        click.echo(context.get_help())
        context.exit(2)


@hours.command()
@click.argument("start")
@click.argument("span")
@click.pass_obj
def after(call: Call, start: str, span: str) -> None:
    """Say when SPAN of open time is used up that began at START.

    START is ISO 8601, and wall time of desk.timezone where it names no zone.  SPAN is like 8h, 1h30, 90m, 45s
    or 2d: working days of 8 hours each, however long the desk is open on a day.  A span that ends exactly at
    closing time ends then, not at the next opening.

    Example: helpdesk hours after 2026-11-27T16:30 8h
    """
    from sla.hours import BusinessHours
    from terminal.moments import in_utc, moment, on_the_wall
    from terminal.moments import span as length

    opening = call.opening()
    zone = opening.desk.timezone
    due = _understood(
        lambda: BusinessHours(opening.hours.calendar()).after(moment(start, zone), length(span))
    )
    click.echo(f"{on_the_wall(due, zone)}\n{in_utc(due)}")


@hours.command()
@click.argument("start", metavar="A")
@click.argument("end", metavar="B")
@click.pass_obj
def between(call: Call, start: str, end: str) -> None:
    """Say how long the desk is open from A to B; with a minus where B comes first.

    A and B are ISO 8601, and wall time of desk.timezone where they name no zone.

    Example: helpdesk hours between 2026-11-27T16:30 2026-11-30T10:00
    """
    from sla.hours import BusinessHours
    from terminal.moments import exactly, in_words, moment

    opening = call.opening()
    zone = opening.desk.timezone
    spent = _understood(
        lambda: BusinessHours(opening.hours.calendar()).between(moment(start, zone), moment(end, zone))
    )
    click.echo(f"{in_words(spent)}\n{exactly(spent)}")


def _understood(reckon: Callable[[], Any]) -> Any:
    try:
        return reckon()
    except (ValueError, OverflowError) as error:
        raise click.UsageError(f"{error}.") from error


def _answer_lines(opening: Opening) -> None:
    from sla.hours import BusinessHours
    from terminal.batch import answers

    if sys.stdin is None:  # whoever started us may have closed it
        raise Refused("There is no standard input to read cases from.", EX_DATAERR)
    count = wrong = 0
    for answer in answers(sys.stdin.buffer, BusinessHours(opening.hours.calendar()), opening.desk.timezone):
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()  # whoever asks line by line waits for this one
        count, wrong = count + 1, wrong + ("error" in answer)
    if wrong:
        raise Refused(f"{wrong} of {count} lines were no cases.", EX_DATAERR)
