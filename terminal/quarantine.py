"""`helpdesk quarantine`: mails that claim a ticket and cannot prove it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from terminal.call import EX_NOINPUT, Call, Refused
from terminal.deciding import HIDDEN, as_json, changing, looking, reveal, say

if TYPE_CHECKING:
    from store.database import Session
    from store.quarantine import Held

_which = click.argument("which", metavar="ID")


@click.group()
def quarantine() -> None:
    """Decide about mails that claim a ticket and cannot prove it, as the buttons in Slack do.

    An ID is a ticket and what happened to it, like 42.3: `helpdesk quarantine list` names them.

    Example: helpdesk quarantine accept 42.3
    """


@quarantine.command("list")
@as_json
@click.pass_obj
def list_(call: Call, in_json: bool) -> None:
    """List the mails that wait for a decision, the oldest first."""
    from store.quarantine import waiting

    with looking(call) as session:
        found = waiting(session)
    for held in found:
        said = f"{_id(held):<8} {held.event.at:%Y-%m-%d %H:%M}Z  {held.event.by.key}  {held.subject}"
        say(_facts(held), f"{said}\n         {held.event.detail.get('reason', '')}", in_json=in_json)
    if not found and not in_json:
        click.echo("No mail waits for a decision.")


@quarantine.command()
@_which
@reveal
@as_json
@click.pass_obj
def show(call: Call, which: str, in_json: bool, shown: bool) -> None:
    """Show one mail, who it says it is from and why it is held.  Exit status 66: there is none."""
    with looking(call) as session:
        held = _held(session, which)
        decision = held.ticket.decision_on(held.event.seq)
    sensitive = held.event.detail.get("sensitive")
    text = HIDDEN.format(sensitive) if sensitive and not shown else held.event.text
    decided = f"{decision.by.name}: {decision.kind.words}" if decision else ""
    lines = [
        f"Held on ticket {held.ticket.number} · {held.ticket.subject}",
        f"From {held.event.by.name} <{held.event.by.key}>, {held.event.at:%Y-%m-%d %H:%M}Z",
        f"Subject: {held.subject}",
        f"Why: {held.event.detail.get('reason', '')}",
        f"Decided by {decided}" if decided else "Nobody has decided yet.",
        "",
        text,
    ]
    more = {"text": text, "decided": decided or None}
    say(_facts(held) | more, "\n".join(lines), in_json=in_json)


@quarantine.command()
@_which
@as_json
@click.pass_obj
def accept(call: Call, which: str, in_json: bool) -> None:
    """Let the mail into the ticket it claims; its sender may write there from now on."""
    from store.quarantine import accept as let_in

    with changing(call) as (session, operator):
        held = _held(session, which)
        let_in(session, held.ticket.number, held.event.seq, by=operator, at=call.now())
    done = {"id": _id(held), "did": "accepted", "ticket": held.ticket.number}
    say(done, f"{_id(held)} is on ticket {held.ticket.number} now.", in_json=in_json)


@quarantine.command("new-ticket")
@_which
@as_json
@click.pass_obj
def new_ticket(call: Call, which: str, in_json: bool) -> None:
    """Open a ticket of its own for the mail; its clocks start when the mail came in."""
    from settings.promised import policy_of
    from store.quarantine import detach

    contract_of = policy_of(call.settings()).contract_of
    with changing(call) as (session, operator):
        held = _held(session, which)
        new = detach(
            session, held.ticket.number, held.event.seq, by=operator, at=call.now(), contract_of=contract_of
        )
        number = new.number
    done = {"id": _id(held), "did": "new-ticket", "ticket": number}
    say(done, f"{_id(held)} is ticket {number} now.", in_json=in_json)


@quarantine.command()
@_which
@as_json
@click.pass_obj
def drop(call: Call, which: str, in_json: bool) -> None:
    """Let the mail be.  It stays in the thread and in the inbox, and nothing follows from it."""
    from store.quarantine import drop as let_be

    with changing(call) as (session, operator):
        held = _held(session, which)
        let_be(session, held.ticket.number, held.event.seq, by=operator, at=call.now())
    done = {"id": _id(held), "did": "dropped", "ticket": held.ticket.number}
    say(done, f"{_id(held)} is dropped.", in_json=in_json)


def _held(session: Session, which: str) -> Held:
    from desk.errors import DeskError
    from store.quarantine import held

    found = re.fullmatch(r"(?:[A-Za-z][A-Za-z0-9]{0,9}-)?(\d{1,12})\.(\d{1,9})", which)
    if found is None:
        raise click.BadParameter(f"{which!r} is no held mail; they are called like 42.3", param_hint="ID")
    try:
        return held(session, int(found[1]), int(found[2]))
    except DeskError as refusal:
        said = f"There is no held mail {which}; `helpdesk quarantine list` names them."
        raise Refused(said, EX_NOINPUT) from refusal


def _id(held: Held) -> str:
    return f"{held.ticket.number}.{held.event.seq}"


def _facts(held: Held) -> dict[str, Any]:
    return {
        "id": _id(held),
        "ticket": held.ticket.number,
        "sender": held.event.by.key,
        "subject": held.subject,
        "at": held.event.at.isoformat(),
        "reason": str(held.event.detail.get("reason", "")),
        "inbox": held.event.detail.get("inbox"),
    }
