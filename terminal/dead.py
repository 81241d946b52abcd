"""`helpdesk dead`: what was owed to anybody and was given up, or may not have arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from terminal import dead_reports
from terminal.call import EX_NOINPUT, Call, Refused
from terminal.deciding import as_json, done, looking, say

if TYPE_CHECKING:
    from desk.actor import Actor
    from store.database import Session
    from store.dead import Dead

_which = click.argument("which", metavar="ID", type=dead_reports.Which())


@click.group()
def dead() -> None:
    """See to deliveries (Slack, mail, files) and months of clients that were given up or are in doubt.

    Mails that came in and cannot be read are with `helpdesk inbox`.

    Example: helpdesk dead list --json
    """


@dead.command("list")
@as_json
@click.pass_obj
def list_(call: Call, in_json: bool) -> None:
    """List them, the oldest first."""
    from store import dead as deliveries

    with looking(call) as session:
        found = deliveries.given_up(session)
        months = dead_reports.given_up(session)
    for each in found:
        say(_facts(each), _line(each), in_json=in_json)
    for month in months:
        say(month, dead_reports.line_of(month), in_json=in_json)
    if not (found or months) and not in_json:
        click.echo("Nothing was given up, and nothing is in doubt.")


@dead.command()
@_which
@as_json
@click.pass_obj
def show(call: Call, which: int, in_json: bool) -> None:
    """Show one of them, with what became of it.  Exit status 66: there is none."""
    with looking(call) as session:
        is_month = which < 0
        facts = dead_reports.shown(session, -which) if is_month else _shown(session, which)
    words = "\n".join(f"{name:<11} {value}" for name, value in facts.items() if value not in ("", None))
    say(facts, words, in_json=in_json)


@dead.command()
@_which
@click.option("--twice", is_flag=True, help="Also where it may have arrived, so that it may come twice.")
@as_json
@click.pass_obj
def replay(call: Call, which: int, twice: bool, in_json: bool) -> None:
    """Have one tried again.  What may stand in Slack is looked for first, and not posted twice.

    A mail in doubt may have arrived and is only sent again with --twice: the same bytes under the same name.
    Exit status 1: refused, with the reason; 66: there is none.
    """
    from store import dead as deliveries

    if which < 0:
        said = dead_reports.replay(call, -which, twice=twice)
        return say({"id": f"report-{-which}", "did": "replay"}, said, in_json=in_json)

    def again(session: Session, operator: Actor) -> Dead:
        found = _found(session, which)
        if found.is_mail and found.is_in_doubt and not twice:
            raise Refused(_MAY_HAVE_ARRIVED.format(which), 1)
        deliveries.replay(session, found, by=operator, at=call.now())
        return found

    found = done(call, again)
    said = f"Delivery {which} of ticket {found.ticket} is tried again."
    return say({"id": which, "ticket": found.ticket, "did": "replay"}, said, in_json=in_json)


_MAY_HAVE_ARRIVED = (
    "That mail may have arrived: ask the customer, or look in the mail server's log. "
    "`helpdesk dead replay {} --twice` sends it all the same."
)


@dead.command()
@_which
@click.option("--reason", required=True, help="Why; it stands in the ticket's history.")
@as_json
@click.pass_obj
def discard(call: Call, which: int, reason: str, in_json: bool) -> None:
    """Let one be.  Who did so, and why, stands in the ticket's history.  Exit status as for replay."""
    from store import dead as deliveries

    if not reason.strip():
        raise click.BadParameter("say why", param_hint="--reason")
    if which < 0:
        said = dead_reports.discard(call, -which, reason.strip())
        return say({"id": f"report-{-which}", "did": "discard"}, said, in_json=in_json)

    def let_be(session: Session, operator: Actor) -> Dead:
        found = _found(session, which)
        deliveries.discard(session, found, reason.strip(), by=operator, at=call.now())
        return found

    found = done(call, let_be)
    said = f"Delivery {which} of ticket {found.ticket} is let be."
    return say({"id": which, "ticket": found.ticket, "did": "discard"}, said, in_json=in_json)


def _shown(session: Session, which: int) -> dict[str, Any]:
    from store import emails

    found = _found(session, which)
    email = emails.of_delivery(session, which) if found.is_mail else None
    return _facts(found) | ({"address": email.address, "message_id": email.message_id} if email else {})


def _found(session: Session, which: int) -> Dead:
    from store import dead as deliveries

    found = deliveries.get(session, which)
    if found is None:
        raise Refused(
            f"Delivery {which} is not given up; `helpdesk dead list` names those that are.", EX_NOINPUT
        )
    return found


def _facts(each: Dead) -> dict[str, Any]:
    return {
        "id": each.id,
        "ticket": each.ticket,
        "to": each.audience.value,
        "about": each.kind.value if each.kind else "",
        "state": each.state.value,
        "since": each.since.isoformat(),
        "attempts": each.attempts,
        "reason": each.reason,
    }


def _line(each: Dead) -> str:
    about = each.kind.words if each.kind else "the card"
    since = each.since.isoformat()[:16]
    return (
        f"{each.id:<8} {each.state.value:<9} {each.audience.value:<9} {since}  "
        f"ticket {each.ticket}, {about}: {each.reason}"
    )
