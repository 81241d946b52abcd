"""The months of clients among what `helpdesk dead` sees to: `report-7` beside the numbers of deliveries."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from terminal.call import EX_NOINPUT, Call, Refused
from terminal.deciding import done

if TYPE_CHECKING:
    from desk.actor import Actor
    from store.database import Session
    from store.reports import Report

_PREFIX = "report-"
_MAY_HAVE_ARRIVED = (
    "That mail may have arrived: ask the client, or look in the mail server's log. "
    "`helpdesk dead replay report-{} --twice` sends it all the same."
)


class Which(click.ParamType[int]):
    """The number of a delivery, or report-N; which of the two is told by the sign: reports are negative."""

    name = "ID"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> int:
        """What was typed, as a number."""
        digits = str(value).removeprefix(_PREFIX)
        if not re.fullmatch(r"[0-9]{1,12}", digits) or not int(digits):
            self.fail(f"{value!r} is neither a number nor {_PREFIX} with one", param, context)
        return -int(digits) if str(value).startswith(_PREFIX) else int(digits)


def given_up(session: Session) -> list[dict[str, Any]]:
    """Facts about each that a person may see to."""
    from store import unsent

    return [_facts_of(report) for report in unsent.given_up(session)]


def find(session: Session, number: int) -> Report:
    """That one.  Raises Refused."""
    from store import unsent

    report = unsent.get(session, number)
    if report is None:
        said = f"{_PREFIX}{number} is not given up; `helpdesk dead list` names those that are."
        raise Refused(said, EX_NOINPUT)
    return report


def replay(call: Call, number: int, *, twice: bool) -> str:
    """Have it leave once more; what was done, in words.  Raises Refused."""
    from desk.release import Stand
    from store import unsent

    goes_to = {contract.name: contract.report_to for contract in call.settings().contracts}

    def again(session: Session, operator: Actor) -> str:
        report = find(session, number)
        if report.stand is Stand.DOUBTFUL and not twice:
            raise Refused(_MAY_HAVE_ARRIVED.format(number), 1)
        if goes_to.get(report.client) != report.address:
            raise Refused(f"The settings do not have the month of {report.client} mailed to that address.", 1)
        unsent.replay(session, report, by=operator, at=call.now())
        return f"The month {report.month} of {report.client} is sent again."

    return done(call, again)


def discard(call: Call, number: int, reason: str) -> str:
    """Let it be; what was done, in words.  Raises Refused."""
    from store import unsent

    def let_be(session: Session, operator: Actor) -> str:
        report = find(session, number)
        unsent.discard(session, report, reason, by=operator)
        return f"The month {report.month} of {report.client} is let be."

    return done(call, let_be)


def shown(session: Session, number: int) -> dict[str, Any]:
    """Facts about that one.  Raises Refused."""
    return _facts_of(find(session, number))


def line_of(facts: dict[str, Any]) -> str:
    """The same in one line."""
    about = f"{facts['client']}, month {facts['month']}"
    return (
        f"{facts['id']:<10} {facts['state']:<9} {facts['to']:<9} {facts['since'][:16]}  "
        f"{about}: {facts['reason']}"
    )


def _facts_of(report: Report) -> dict[str, Any]:
    since = report.first_try_at or report.decided_at or report.made_at
    return {
        "id": f"{_PREFIX}{report.id}",
        "client": report.client,
        "month": report.month,
        "to": "client",
        "about": "report",
        "state": report.stand.value,
        "since": since.isoformat(),
        "attempts": report.attempts,
        "reason": report.last_error,
        "address": report.address,
        "message_id": report.message_id,
    }
