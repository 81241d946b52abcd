"""/ticket report: a lead asks for a month, and it comes once it is counted."""

import json
import logging
import re
from concurrent.futures import Executor, Future
from http.client import HTTPException
from typing import Any

from slack_bolt import Ack, App
from slack_sdk.errors import SlackClientError

from bot import blocks, hook
from bot.answering import words_for
from bot.blocks import Block, context, escape, plain, section
from bot.house import House
from bot.month import draw, title_of
from bot.people import SlackSilent
from bot.releasing import must_lead
from desk.actor import LEADS, Actor
from desk.errors import DeskError
from desk.reach import Reach
from sla.month import month_of, name_of
from sla.report import Figures, report_of
from store import reports
from store.database import Unavailable

log = logging.getLogger(__name__)

WRITE = "write_report"

_PATIENCE = 10  # seconds


class Reports:
    """Counts and sends.  threads: where that is done; Slack waits three seconds for a command, a year of
    tickets may take longer."""

    def __init__(self, house: House, threads: Executor) -> None:
        self._house = house
        self._threads = threads

    def register(self, app: App) -> None:
        """Listen to the button below a month in figures."""
        app.action(WRITE)(self.on_write)

    def ask(self, words: str, actor: Actor, answer_at: str) -> str:
        """Begin, and say so.  words: a month, a client, both or none; answer_at: Slack's response_url.

        Raises NotAllowed for anybody but leads, DeskError for a month that does not exist."""
        actor.must_be(LEADS, "ask for a report")
        month, client = self._read(words)
        self._threads.submit(self._answer, actor, month, client, answer_at).add_done_callback(_complain)
        return "Counting. The report comes here in a moment; only you see it."

    def _read(self, words: str) -> tuple[str, str]:
        """The month, "" for this one, and the client, "" for all."""
        first, _, rest = words.partition(" ")
        try:
            month_of(first, self._house.style.zone, now=self._house.clock())
        except ValueError as wrong:
            if first[:1].isdigit():
                raise DeskError(f"{str(wrong).capitalize()}.") from wrong
            return "", words
        return first, rest.strip()

    def _answer(self, actor: Actor, month: str, client: str, answer_at: str) -> None:
        try:
            answer = self._count(month, client, self._house.people.reach(actor.key, leads=True))
        except (DeskError, Unavailable, SlackSilent) as problem:
            answer = escape(words_for(problem)), [section(escape(words_for(problem)))]
        text, drawn = answer
        self._send(answer_at, {"response_type": "ephemeral", "text": text, "blocks": drawn})

    def _count(self, month: str, client: str, reach: Reach) -> tuple[str, list[Block]]:
        house, now = self._house, self._house.clock()
        begin, end = month_of(month, house.style.zone, now=now)
        found = report_of(house.db, house.policy, begin=begin, end=end, now=now, reach=reach)
        chosen = [each for each in found if not client or (each.client or "").lower() == client]
        if not chosen:
            names = ", ".join(each.client for each in found if each.client) or "nobody"
            raise DeskError(f"Nothing happened for {client} in that month. There is: {names}.")
        post = draw(chosen, title_of(chosen[0], house.style.zone))
        whose = house.people.title_of(reach)
        below = [context(plain(f"Only tickets of {whose}"))] if whose else []
        return post.text, [*post.blocks, *below, *self._offer(chosen[0])]

    def _offer(self, figures: Figures) -> list[Block]:
        """Where the client gets a report: a button that has it written, or why there is none."""
        house, client = self._house, figures.client or ""
        contract = house.policy.contract_named(client)
        if house.write_report is None or contract is None or not contract.report_to:
            return []
        if house.clock() < figures.end:
            return [context(plain(f"Once the month is over it can be mailed to {contract.report_to}."))]
        month = name_of(figures.begin, house.style.zone)
        with house.db.read() as session:
            known = reports.of(session, client, month)
        if known and not known.stand.is_open:
            said = f"{known.decided_by} released the mail to {known.address}; each month is sent once."
            return [context(plain(said))]
        button = blocks.button(WRITE, "Write the mail to the client", json.dumps([month, client]))
        return [blocks.actions([button])]

    def on_write(self, ack: Ack, body: dict[str, Any], actor: Actor) -> None:
        """Begin to write the mail, for leads to look at in their channel."""
        month, client = _carried(body["actions"][0].get("value") or "")
        must_lead(self._house, actor, self._house.desk_of(client))
        written = self._threads.submit(self._write, month, client, body["response_url"])
        written.add_done_callback(_complain)
        ack()

    def _write(self, month: str, client: str, answer_at: str) -> None:
        assert self._house.write_report is not None
        said = (
            "The mail is shown in the channel of the leads in a moment. It leaves when one of them sends it."
        )
        try:
            self._house.write_report(client, month)
        except (DeskError, Unavailable) as problem:
            said = words_for(problem)
        self._send(answer_at, {"response_type": "ephemeral", "replace_original": False, "text": escape(said)})

    def _send(self, answer_at: str, answer: dict[str, Any]) -> None:
        try:
            hook.send(self._house.slack, answer_at, answer, patience=_PATIENCE)
        except (SlackClientError, OSError, HTTPException) as unheard:
            log.warning("a report did not arrive: %s", unheard)


def _carried(value: str) -> tuple[str, str]:
    try:
        month, client = json.loads(value)
        if isinstance(client, str) and re.fullmatch(r"\d{4}-\d{2}", month):
            return month, client
    except (ValueError, TypeError):
        pass
    raise DeskError("This button is from another version of the desk. Ask again with /ticket report.")


def _complain(done: Future[None]) -> None:
    """A fault of ours; nobody waits for what comes of this thread."""
    if fault := done.exception():
        log.error("a report could not be made: %s", fault, exc_info=fault)
