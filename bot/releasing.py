"""The report of a month for a client: shown to the leads as it will leave, sent once one of them says so."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from slack_bolt import Ack, App

from bot import blocks
from bot.blocks import Block, Post, one_line, plain
from bot.click import Click, value
from bot.gate import refusal
from bot.house import House
from bot.month import named
from bot.style import Style
from bot.words import moment
from desk.actor import LEADS, Actor
from desk.errors import DeskError, NotAllowed
from desk.release import Stand
from store import reports
from store.database import Session
from store.outbox import DISCARDED
from store.reports import Report

SEND, SKIP, AGAIN, ARRIVED = "send_report", "skip_report", "resend_report", "report_arrived"

_SHOWN = 2900
"""Characters of the mail."""
_DEED = "decide whether a report goes to a client"
_GONE = "(The words of this mail are not kept any more.)"


def register(app: App) -> None:
    """Listen to the buttons under a report."""
    app.action(SEND)(on_send)
    app.action(AGAIN)(on_send)
    app.action(SKIP)(on_skip)
    app.action(ARRIVED)(on_arrived)


def on_send(ack: Ack, body: dict[str, Any], actor: Actor, house: House) -> None:
    _decide(reports.release, body, actor, house, check=_goes_where_it_should)
    ack()


def _goes_where_it_should(house: House, report: Report) -> None:
    contract = house.policy.contract_named(report.client)
    if contract is None or contract.report_to != report.address:
        raise DeskError("The settings name another address by now: have it written anew with /ticket report.")


def on_skip(ack: Ack, body: dict[str, Any], actor: Actor, house: House) -> None:
    _decide(reports.decline, body, actor, house)
    ack()


def on_arrived(ack: Ack, body: dict[str, Any], actor: Actor, house: House) -> None:
    _decide(reports.vouch, body, actor, house)
    ack()


def _decide(
    deed: Callable[..., None],
    body: dict[str, Any],
    actor: Actor,
    house: House,
    check: Callable[[House, Report], None] = lambda house, report: None,
) -> None:
    """Once for each click, by a lead of the desk that answers for the client."""
    click = Click.read(body)
    with house.db.read() as session:
        report = reports.get(session, click.number)
    must_lead(house, actor, report.desk)
    check(house, report)

    def change(session: Session, at: datetime) -> None:
        deed(session, click.number, click.drawn, by=actor.name, at=at)

    house.once(click.key, change)


def must_lead(house: House, actor: Actor, desk: str) -> None:
    """Refuse whoever does not lead that desk.  Raises NotAllowed, SlackSilent."""
    known = house.people.actor(actor.key, door=actor.door, at=desk)
    if known is None:
        raise NotAllowed(refusal(house.people.desk(desk)))
    known.must_be(LEADS, _DEED)


def draw(report: Report, style: Style, sender: str, *, restored: bool) -> Post:
    """Its message.  sender: whom the mail is from; restored: whether it may have left in another life of the
    database."""
    title = f"{named(report.month)} for {one_line(report.client, 100)}"
    said = _said(report, style)
    facts = [
        f"To: {one_line(report.address, 320)}",
        f"From: {sender}",
        f"Subject: {one_line(report.subject, 300)}",
        f"1 file: {report.file}",
    ]
    drawn = [
        blocks.header(f"📊 {title}"),
        {"type": "section", "text": plain(said)},
        {"type": "section", "text": plain("\n".join(facts))},
        *blocks.quotes(report.body or _GONE, limit=_SHOWN),
        *_warnings(report, restored=restored),
        *_controls(report),
    ]
    return Post(blocks.escape(f"📊 {title}: {said}"), drawn)


def _said(report: Report, style: Style) -> str:
    when = moment(report.decided_at, style.zone) if report.decided_at else ""
    sent = moment(report.sent_at, style.zone) if report.sent_at else ""
    to, by = one_line(report.address, 320), one_line(report.decided_by, 80)
    if report.is_let_be:
        return f"🗑 Let be at the terminal: {report.last_error.removeprefix(DISCARDED)}."
    return {
        Stand.ASKED: f"Shall this mail go to {to}? It leaves only if a lead sends it.",
        Stand.DECLINED: f"🚫 Not sent: {by} decided so, {when}. /ticket report offers it again.",
        Stand.SENT: f"✅ Sent to {to}, {sent}; released by {by}.",
        Stand.DOUBTFUL: f"❓ Nobody knows whether this mail arrived: {report.last_error}.",
        Stand.FAILED: f"⚠️ This mail did not reach {to}: {report.last_error}.",
        Stand.RETURNED: f"⚠️ This mail came back from {to}: {report.last_error}.",
    }.get(report.stand, f"📤 On its way to {to}; released by {by}, {when}.")


def _warnings(report: Report, *, restored: bool) -> Iterator[Block]:
    if restored and report.stand.is_open:
        yield blocks.context(
            plain(
                "⚠️ The desk was restored from a copy since that month: this mail may have been sent before."
            )
        )


def _controls(report: Report) -> Iterator[Block]:
    picture = value(report.id, report.version)
    if report.stand is Stand.ASKED:
        send = blocks.button(SEND, "Send to the client", picture, style="primary")
        send |= {"confirm": _confirm(report)}
        yield blocks.actions([send, blocks.button(SKIP, "Not this time", picture)])
    elif report.may_go_again:
        again = blocks.button(AGAIN, "Send again", picture) | {"confirm": _confirm(report)}
        arrived = [blocks.button(ARRIVED, "It arrived", picture)] if report.stand is Stand.DOUBTFUL else []
        yield blocks.actions([again, *arrived])


def _confirm(report: Report) -> Block:
    return {
        "title": plain("Send it to the client?", 100),
        "text": plain(f"The mail goes to {one_line(report.address, 200)}.", 300),
        "confirm": plain("Send it", 30),
        "deny": plain("Back", 30),
    }
