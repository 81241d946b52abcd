"""`helpdesk fsck`: whether everything is as it must be, without changing anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import click

from terminal.call import Call, Refused, refusals
from terminal.deciding import as_json, say
from terminal.reading import opened


@click.command()
@as_json
@click.pass_obj
def fsck(call: Call, in_json: bool) -> None:
    """Look whether everything that must always be true of the database is true.

    Only reads, also beside a running desk; with 100,000 tickets it may take a minute.  Exit status 0: all
    is well; 1: something is not, and each place is named; 75: the database does not answer.

    Example: helpdesk fsck --json
    """
    from settings.promised import policy_of
    from sla.invariants import invariants
    from store.invariants import INVARIANTS, examine
    from store.trail import UNBROKEN

    config, wrong = call.settings(), 0
    with _damage(in_json=in_json), refusals(), opened(config) as db:
        for invariant in (*INVARIANTS, *invariants(db, policy_of(config)), UNBROKEN):
            with db.read() as session:
                verdict = examine(session, invariant, now=call.now())
            wrong += verdict.count
            lines = [f"{'ok ' if not verdict.count else 'NOT'}  {invariant.name:<15} {invariant.words}"]
            lines += [f"       {place}" for place in verdict.places]
            unnamed = verdict.count - len(verdict.places)
            lines += [f"       and {unnamed} more"] * bool(unnamed)
            facts = {"invariant": invariant.name, "broken": verdict.count, "places": list(verdict.places)}
            say(facts, "\n".join(lines), in_json=in_json)
    if not in_json:
        click.echo(_END.format(wrong) if wrong else "\nAll is well.")
    if wrong:
        raise click.exceptions.Exit(1)


@contextmanager
def _damage(*, in_json: bool) -> Iterator[None]:
    """A file that can be read no further is not away for a while: it is what this command looks for."""
    try:
        yield
    except Refused as refused:
        if not _DAMAGED.search(refused.message):
            raise
        place = refused.message.partition(". Nothing")[0]
        say({"invariant": "sound", "broken": 1, "places": [place]}, f"NOT  sound: {place}", in_json=in_json)
        raise Refused("The file is damaged: keep it, and restore a copy into a new one.", 1) from refused


_DAMAGED = re.compile(r"malformed|not a database")  # as SQLite says it

_END = """
{} places are not as they must be.  Keep a copy of the database as it is now; then read "What fsck says" in
docs/operating.md."""
