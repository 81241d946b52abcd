"""/ticket and the words that may follow it.  Only whoever asks sees the answer."""

from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App

from bot import asked, away, blocking, deeds, exporting, helping, lists, newticket, showing, why, worktime
from bot.asked import ABOUT_ONE, Verb
from bot.house import House
from bot.lists import Of, Page
from bot.report import Reports
from bot.request import Answer, Request, said
from desk.actor import Actor


def register(app: App, reports: Reports) -> None:
    """Listen to the one command, and to the buttons of its answers."""
    answers = _ANSWERS | {Verb.REPORT: lambda request: _report(request, reports)}

    def on_command(ack: Ack, command: dict[str, Any], actor: Actor, house: House) -> None:
        request = Request(asked.read(command.get("text") or ""), actor, house, command)
        text, drawn = answer(request, answers)
        ack({"response_type": "ephemeral", "text": text, "blocks": drawn})

    app.command("/ticket")(on_command)
    lists.register(app)
    away.register(app)


def answer(request: Request, answers: dict[Verb, Callable[[Request], Answer]]) -> Answer:
    """Answer at once.  Raises DeskError."""
    if request.asked.verb in ABOUT_ONE and request.asked.number is None:
        return helping.missing_number(request)
    return answers[request.asked.verb](request)


def _list(of: Of) -> Callable[[Request], Answer]:
    return lambda request: lists.show(request.house, request.actor, Page(of, request.language))


def _find(request: Request) -> Answer:
    if not request.asked.rest:
        return helping.explain(request)
    return lists.show(request.house, request.actor, Page(Of.FOUND, request.language, line=request.asked.rest))


def _why(request: Request) -> Answer:
    return why.answer(request.house, request.number, request.language)


def _block(request: Request) -> Answer:
    words = f"{request.asked.verb} {request.asked.rest}".lower()
    return blocking.answer(request.house, request.actor, words, request.language)


def _time(request: Request) -> Answer:
    words, key = f"{request.number} {request.asked.rest}", request.body["trigger_id"]
    return worktime.answer(request.house, request.actor, words, key=key)


def _report(request: Request, reports: Reports) -> Answer:
    return said(reports.ask(request.asked.rest.lower(), request.actor, request.body["response_url"]))


_ANSWERS: dict[Verb, Callable[[Request], Answer]] = {
    Verb.QUEUE: _list(Of.QUEUE),
    Verb.MINE: _list(Of.MINE),
    Verb.DUE: _list(Of.DUE),
    Verb.WAITING: _list(Of.WAITING),
    Verb.FIND: _find,
    Verb.SHOW: showing.show,
    Verb.WHY: _why,
    Verb.NEW: newticket.command,
    Verb.TAKE: deeds.take,
    Verb.STATUS: deeds.status,
    Verb.PRIORITY: deeds.priority,
    Verb.TIME: _time,
    Verb.EXPORT: exporting.answer,
    Verb.AWAY: away.leave,
    Verb.BACK: away.come_back,
    Verb.BLOCK: _block,
    Verb.UNBLOCK: _block,
    Verb.BLOCKED: lambda request: blocking.every(request.house, request.actor),
    Verb.HELP: helping.explain,
    Verb.UNKNOWN: helping.unknown,
}
"""What answers each word.  One more: its names in bot.asked, and a line here."""
