"""`helpdesk inbox`: mails that could not be read or filed, and mails that could not be sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

import click

from terminal.call import EX_DATAERR, EX_NOINPUT, Call, Refused
from terminal.deciding import HIDDEN, as_json, done, looking, reveal, say

if TYPE_CHECKING:
    from desk.actor import Actor
    from store.database import Session
    from store.undelivered import Undelivered
    from store.unfiled import Unfiled

T = TypeVar("T")

_which = click.argument("which", metavar="ID")
_LONGEST_SHOWN = 8000
"""Bytes of a raw mail that are shown."""


@click.group()
def inbox() -> None:
    """See to mails that the desk could not read, file or send, or has only counted.

    An ID like 17 is a mail that came in, one like out-5 a mail to a customer, and collected-8 are the mails
    of a flood that ticket 8 counts.

    Example: helpdesk inbox retry out-5
    """


@inbox.command("list")
@as_json
@click.pass_obj
def list_(call: Call, in_json: bool) -> None:
    """List what could not be read or filed, what was only counted, and what could not be sent or is still
    tried."""
    from store import inbox as kept
    from store import undelivered, unfiled

    with looking(call) as session:
        coming = unfiled.waiting(session)
        floods = kept.floods(session)
        going = [*undelivered.given_up(session), *undelivered.trying(session)]
    for mail in coming:
        say(_of_incoming(mail), _line(_of_incoming(mail)), in_json=in_json)
    for ticket, count in floods:
        say(_of_flood(ticket, count), _line(_of_flood(ticket, count)), in_json=in_json)
    for sent in going:
        say(_of_outgoing(sent), _line(_of_outgoing(sent)), in_json=in_json)
    if not coming and not floods and not going and not in_json:
        click.echo("Every mail was read and filed, and every mail to customers left.")


@inbox.command()
@_which
@reveal
@as_json
@click.pass_obj
def show(call: Call, which: str, in_json: bool, shown: bool) -> None:
    """Show one of them, with the mail itself.  Exit status 66: there is none."""
    from store import emails, undelivered
    from store import inbox as kept

    outgoing, number = _parsed(which)
    with looking(call) as session:
        if outgoing:
            facts = _of_outgoing(_found(undelivered.get(session, number), which))
            email = emails.of_delivery(session, number)
            raw = (email.raw if email else None) or b"It was never worded."
        else:
            raw = _found(kept.raw_of(session, number), which)
            facts = _incoming(session, number)
    text = raw[:_LONGEST_SHOWN].decode("utf-8", "replace").replace("\r\n", "\n")
    hidden = "" if outgoing or shown else _why_hidden(raw)
    text = f"{HIDDEN.format(hidden)}" if hidden else text
    say(facts | {"raw": text, "bytes": len(raw)}, f"{_line(facts)}\n\n{text}", in_json=in_json)


@inbox.command()
@_which
@as_json
@click.pass_obj
def retry(call: Call, which: str, in_json: bool) -> None:
    """Have one read and filed again, or sent again with the same words under the same name.

    What was only counted is let in: one by its ID, or 50 by collected-8.  The running desk takes it up at
    once.  Exit status 65: it still cannot be read.
    """
    if found := re.fullmatch(r"collected-(\d{1,12})", which):
        said = _let_in(call, int(found[1]), which)
        return say({"id": which, "did": "retry"}, said, in_json=in_json)
    outgoing, number = _parsed(which)
    again = _send_again if outgoing else _read_again
    return say({"id": which, "did": "retry"}, again(call, number, which), in_json=in_json)


def _send_again(call: Call, number: int, which: str) -> str:
    from store import undelivered

    def again(session: Session, operator: Actor) -> Undelivered:
        mail = _found(undelivered.get(session, number), which)
        undelivered.send_again(session, mail.ticket, mail.seq, by=operator, at=call.now())
        return mail

    mail = done(call, again)
    return f"The mail about {mail.kind.words!r} of ticket {mail.ticket} is sent again."


def _read_again(call: Call, number: int, which: str) -> str:
    from store import inbox as kept
    from store import unfiled
    from store.inbox import State

    with looking(call) as session:
        raw = _found(kept.raw_of(session, number), which)
        state, ticket, _ = kept.what_became(session, number)
        if state is State.COLLECTED and ticket:
            return _let_in(call, ticket, which, only=number)
        mail = _found(unfiled.get(session, number), which)
    if mail.ticket:
        _must_be_readable(call, raw)
    done(call, lambda session, _: unfiled.try_again(session, number, at=call.now()))
    stays = f" Ticket {mail.ticket}, which tells of it, stays as it is." if mail.ticket else ""
    return f"Mail {number} is read and filed again.{stays}"


def _let_in(call: Call, ticket: int, which: str, *, only: int | None = None) -> str:
    from store import inbox as kept
    from store import tickets

    def let_in(session: Session, operator: Actor) -> int:
        at = call.now()
        count = kept.let_in(session, ticket, now=at, most=_LET_IN_AT_ONCE, only=only)
        if count:
            words = "a collected mail" if count == 1 else f"{count} collected mails"
            tickets.get(session, ticket).note(f"Had {words} read after all.", by=operator, at=at)
        return count

    count = _found(done(call, let_in) or None, which)
    what = f"Mail {only}, which ticket {ticket} had only counted, is" if only else f"{count} mails are"
    return f"{what} read and filed after all."


_LET_IN_AT_ONCE = 50
"""As the button in Slack does: each becomes a ticket or a reply of its own."""


def _must_be_readable(call: Call, raw: bytes) -> None:
    from mail.reader import Reader
    from mail.reading import Unreadable

    reader = Reader()
    try:
        seen = reader(raw)
    finally:
        reader.stop()
    if isinstance(seen, Unreadable):
        raise Refused(f"It still cannot be read: {seen.reason}.", EX_DATAERR)


def _why_hidden(raw: bytes) -> str:
    from mail.reader import Reader
    from mail.reading import InboundEmail
    from mail.sensitive import why_sensitive

    reader = Reader()
    try:
        mail = reader(raw)
    finally:
        reader.stop()
    return why_sensitive(mail) if isinstance(mail, InboundEmail) else ""


def _incoming(session: Session, number: int) -> dict[str, Any]:
    from store import inbox as kept
    from store import unfiled

    mail = unfiled.get(session, number)
    if mail:
        return _of_incoming(mail)
    state, ticket, remark = kept.what_became(session, number)
    return {"id": str(number), "way": "in", "state": state.value, "ticket": ticket, "reason": remark}


def _of_incoming(mail: Unfiled) -> dict[str, Any]:
    reason = mail.problem or f"its filing was begun {mail.attempts} times and not finished"
    return {
        "id": str(mail.id),
        "way": "in",
        "state": "unreadable" if mail.problem else mail.state.value,
        "ticket": mail.ticket,
        "at": mail.at.isoformat(),
        "reason": reason,
        "source": mail.source,
        "attempts": mail.attempts,
    }


def _of_flood(ticket: int, count: int) -> dict[str, Any]:
    reason = f"{count} mails of a flood are only counted (helpdesk inbox retry collected-{ticket})"
    return {
        "id": f"collected-{ticket}",
        "way": "in",
        "state": "collected",
        "ticket": ticket,
        "reason": reason,
    }


def _of_outgoing(mail: Undelivered) -> dict[str, Any]:
    return {
        "id": f"out-{mail.id}",
        "way": "out",
        "state": mail.state.value,
        "ticket": mail.ticket,
        "at": mail.since.isoformat(),
        "reason": mail.reason,
        "about": mail.kind.value,
        "attempts": mail.attempts,
    }


def _line(facts: dict[str, Any]) -> str:
    ticket = f"ticket {facts['ticket']}" if facts["ticket"] else "no ticket"
    return (
        f"{facts['id']:<8} {facts['state']:<10} {facts.get('at', '')[:16]:<16}  {ticket}: {facts['reason']}"
    )


def _parsed(which: str) -> tuple[bool, int]:
    found = re.fullmatch(r"(out-)?(\d{1,12})", which)
    if found is None:
        said = f"{which!r} is no mail; those that came in are called like 17, those to customers like out-5"
        raise click.BadParameter(said, param_hint="ID")
    return bool(found[1]), int(found[2])


def _found(mail: T | None, which: str) -> T:
    if mail is None:
        raise Refused(f"There is no such mail {which}; `helpdesk inbox list` names them.", EX_NOINPUT)
    return mail
