"""`helpdesk erase`: forgets a person, or deletes their tickets; without either it only says what would go."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from terminal.call import EX_TEMPFAIL, Call, Refused, refusals
from terminal.deciding import as_json, say, user, whose
from terminal.reading import opened

if TYPE_CHECKING:
    from config import Config
    from store.database import Database
    from store.erasing import Deed, Found
    from store.receipts import Receipt

_TRIES, _APART = 30, 2.0


@click.command()
@whose
@click.option("--forget", "what", flag_value="forget", help="Forget who they are; keep the statistics.")
@click.option("--delete", "what", flag_value="delete", help="Delete their tickets, statistics and all.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@click.pass_obj
def erase(call: Call, address: str, what: str | None, yes: bool, in_json: bool) -> None:
    """Erase a person: names, words, mails, files, here and in what the desk posted in Slack.

    Without --forget or --delete it only says what would go.  A running desk goes on working and takes out of
    Slack what it posted.  Neither the mailbox itself nor backups are touched: see docs/privacy.md.  Exit
    status 0: done; 1: nothing is known of that address; 75: something is just being sent, or the database
    could not be rewritten: run it again.

    Example: helpdesk erase anna@bakery.example --forget
    """
    from store import erasing, scrubbing

    config = call.settings()
    with refusals(), opened(config) as db:
        with db.read() as session:
            found = erasing.find(session, address)
            is_owed = scrubbing.is_owed(session)
        if not found.is_anything and what and is_owed:
            _scrub(db, in_json=in_json)
            say({"scrubbed": True}, "An erasure that was cut short is now whole.", in_json=in_json)
            return
        if not found.is_anything:
            raise Refused(f"Nothing is known of {address}.", 1)
        say(_facts(found), _words(found, config.desk.prefix), in_json=in_json and what is None)
        if what is None:
            return
        if not yes:
            click.confirm(f"{what.capitalize()} all that? It cannot be undone.", abort=True, err=True)
        deed = _deed(call, config, what)
        receipt = _done(db, found, deed, in_json=in_json)
        say(receipt.facts(), _told(receipt), in_json=in_json)


def _deed(call: Call, config: Config, what: str) -> Deed:
    from desk.actor import Actor
    from store.erasing import Deed

    clients = {contract.name for contract in config.contracts}
    return Deed(
        what, Actor.operator(user()), call.now(), lambda client: client in clients,
        leads_channel=config.slack.leads_channel,
        leads_elsewhere={each.name: each.leads_channel for each in config.desks if each.leads_channel},
    )  # fmt: skip


def _done(db: Database, found: Found, deed: Deed, *, in_json: bool) -> Receipt:
    from store import erasing, receipts

    todo = len(found.theirs) + len(found.others)
    erased = _patiently(lambda: erasing.erase(db, found, deed))
    with click.progressbar(erased, length=todo, label="Erasing", file=sys.stderr) as bar:
        for _ in bar:
            pass
    _scrub(db, in_json=in_json)
    with db.read() as session:
        receipt = receipts.of(session, deed.name)
    assert receipt is not None
    return receipt


def _scrub(db: Database, *, in_json: bool) -> None:
    from store.database import Unavailable
    from store.scrubbing import scrub

    try:
        left = scrub(db)
    except Unavailable as problem:
        said = f"All is erased, but the database could not be rewritten without it ({problem}). Run it again."
        raise Refused(said, EX_TEMPFAIL) from problem
    if left and not in_json:
        click.echo(f"Note: {left}; run it again to be sure.", err=True)


def _patiently(erase_all: Callable[[], Iterator[int]]) -> Iterator[int]:
    """Try again what is just being sent; what is done already is not found again."""
    from desk.errors import Conflict
    from store.traces import StillUnderWay

    for left in reversed(range(_TRIES)):
        try:
            yield from erase_all()
            return
        except (StillUnderWay, Conflict) as busy:
            if not left:
                raise Refused(f"{busy} Run it again in a minute.", EX_TEMPFAIL) from busy
            time.sleep(_APART)


def _facts(found: Found) -> dict[str, object]:
    return {
        "tickets": list(found.theirs), "tickets_of_others": list(found.others), "unread": found.unread,
        "typed_notes": found.notes,
    }  # fmt: skip


def _words(found: Found, prefix: str) -> str:
    named = ", ".join(f"{prefix}-{number}" for number in found.theirs) or "none"
    others = ", ".join(f"{prefix}-{number}" for number in found.others) or "none"
    lines = [f"Their own tickets: {named}", f"Tickets of others that name them: {others}"]
    if found.unread:
        lines.append(f"Mails that nobody has read yet: {found.unread}; these will be new tickets.")
    if found.notes:
        lines.append(
            f"Notes that people typed in Slack: {found.notes}. They go here; "
            "there, only a person can delete them."
        )
    return "\n".join(lines)


def _told(receipt: Receipt) -> str:
    counted = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in receipt.counts.items())
    kept = f"Receipt {receipt.deed}, {receipt.at:%Y-%m-%d %H:%M}Z, {receipt.by}."
    return f"Erased ({receipt.what}): {counted}.\n{kept}"
