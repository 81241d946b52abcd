"""`helpdesk repair`: looks whether cards and threads are still in Slack; what is missing is posted again."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from terminal.call import EX_TEMPFAIL, Call, Refused, refusals
from terminal.deciding import as_json, say
from terminal.reading import opened

if TYPE_CHECKING:
    from bot.missing import Missing
    from store.database import Database

_APART = 1.2
"""Seconds between two looks: Slack answers fifty a minute."""


@click.command()
@click.argument("number", type=click.IntRange(1, 10**12), required=False)
@click.option("--all", "every", is_flag=True, help="Every open ticket, one a second or so.")
@click.option("--dry-run", is_flag=True, help="Only look.")
@as_json
@click.pass_obj
def repair(call: Call, number: int | None, every: bool, dry_run: bool, in_json: bool) -> None:
    """Look whether a card is still in Slack, its thread complete; what is missing is posted again.

    The running desk posts it: a card with its whole thread, marked as repeated, without calling anybody.
    Exit status 0: done, also where nothing was missing; 75: Slack or the database does not answer.

    Example: helpdesk repair --all --dry-run
    """
    if (number is None) is not every:
        raise click.UsageError("Name one ticket, or --all.")
    from bot.app import read_client

    config = call.settings()
    slack = read_client(config.slack.bot_token.get_secret_value(), api=config.slack.api_url)
    looked = cards = lines = 0
    with refusals(), opened(config) as db, _answering():
        from bot.missing import look

        for each in _numbers(db, number):
            missing = look(db, slack, each)
            looked += 1
            if missing and (dry_run or _owed(db, missing, call)):
                cards, lines = cards + missing.card, lines + len(missing.lines)
                _tell(missing, config.desk.prefix, in_json=in_json)
    if not in_json:
        again = "missing" if dry_run else "owed again"
        click.echo(f"Looked at {looked:,} tickets; {again}: {cards} cards, {lines} lines of threads.")


def _numbers(db: Database, number: int | None) -> Iterator[int]:
    from store import retelling

    with db.read() as session:
        numbers: Sequence[int] = [number] if number else retelling.open_numbers(session)
    for place, each in enumerate(numbers):
        if place:
            time.sleep(_APART)
        yield each


def _owed(db: Database, missing: Missing, call: Call) -> bool:
    from bot.missing import owe

    with db.change() as session:
        return owe(session, missing, at=call.now())


def _tell(missing: Missing, prefix: str, *, in_json: bool) -> None:
    what = "its card is gone" if missing.card else f"{len(missing.lines)} lines of its thread are gone"
    facts = {"ticket": missing.number, "card": missing.card, "lines": len(missing.lines)}
    say(facts, f"{prefix}-{missing.number}: {what}", in_json=in_json)


@contextmanager
def _answering() -> Iterator[None]:
    """Say in one line why Slack could not be asked."""
    from desk.errors import DeliveryFailed, DeliveryHeld, DeliveryUncertain, NotFound

    try:
        yield
    except NotFound as refusal:
        raise Refused(str(refusal), 1) from refusal
    except (DeliveryFailed, DeliveryHeld, DeliveryUncertain) as problem:
        raise Refused(f"{problem}. What was found before that is owed.", EX_TEMPFAIL) from problem
