"""Writes the report of a month for each client that gets one; leads look at it before it leaves."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from desk.errors import DeskError
from mail.letterhead import Letterhead
from mail.message import Envelope, Unsendable, build, report_id, subject_of
from mail.monthly import compose
from mail.notifications import Templates
from mail.templates.loading import TemplateRefused
from sla.month import month_before, month_of, name_of
from sla.policy import Contract, Policy
from sla.report import Figures, report_of
from store import reports
from store.database import Database
from store.reports import Written

log = logging.getLogger(__name__)

_STILL = timedelta(days=14)
"""A month that was over for longer is written only for whoever asks."""


@dataclass(frozen=True)
class Reporting:
    """secret: seals the names of the mails.  language: of clients whose contract names none; desk_of: which
    desk's leads answer for a client.  clock: reads the time."""

    db: Database
    policy: Policy
    letterhead: Letterhead
    templates: Templates
    secret: str
    language: str
    desk_of: Callable[[str], str]
    clock: Callable[[], datetime]
    _nothing: set[tuple[str, str]] = field(default_factory=set)

    def make_due(self) -> int:
        """Write what is missing of the last month, while the desk is open; how many those were.

        Any number of processes may do so at once.  Raises store.database.Unavailable."""
        now, zone = self.clock(), self.letterhead.zone
        begin, end = month_before(zone, now=now)
        if now - end > _STILL or not self.policy.hours.is_open(now):
            return 0
        missing = self._missing(name_of(begin, zone))
        found = self._figures(begin, end, now) if missing else {}
        return sum(self._made(contract, found.get(contract.name), begin) for contract in missing)

    def make(self, client: str, month: str) -> None:
        """Write that month (2026-11) for a client, anew where nobody has let it go yet.

        Raises DeskError, store.database.Unavailable."""
        now = self.clock()
        begin, end = month_of(month, self.letterhead.zone, now=now)
        contract = self.policy.contract_named(client)
        if contract is None or not contract.report_to:
            raise DeskError(f"No report goes to {client}: its contract names nobody in report_to.")
        if now < end:
            raise DeskError("That month is not over yet.")
        figures = self._figures(begin, end, now).get(client)
        if figures is None:
            raise DeskError(f"Nothing happened for {client} in that month.")
        self._keep(contract, figures, month)

    def _missing(self, month: str) -> list[Contract]:
        wanted = {each.name: each for each in self.policy.contracts if each.report_to}
        with self.db.read() as session:
            known = reports.clients(session, month)
        return [wanted[name] for name in wanted if name not in known and (name, month) not in self._nothing]

    def _figures(self, begin: datetime, end: datetime, now: datetime) -> dict[str | None, Figures]:
        found = report_of(self.db, self.policy, begin=begin, end=end, now=now)
        return {figures.client: figures for figures in found}

    def _made(self, contract: Contract, figures: Figures | None, begin: datetime) -> bool:
        month = name_of(begin, self.letterhead.zone)
        if figures is None:
            self._nothing.add((contract.name, month))  # and counting it each minute is dear
            return False
        try:
            self._keep(contract, figures, month)
        except DeskError as problem:
            log.error("the report of %s for %s was not written: %s", month, contract.name, problem)
            self._nothing.add((contract.name, month))
            return False
        return True

    def _keep(self, contract: Contract, figures: Figures, month: str) -> None:
        try:
            mail = self._written(contract, figures, month)
        except (Unsendable, TemplateRefused) as problem:
            raise DeskError(f"This mail could not be sent: {problem}.") from problem
        with self.db.change() as session:
            reports.keep(session, mail, at=self.clock())

    def _written(self, contract: Contract, figures: Figures, month: str) -> Written:
        language = contract.language or self.language
        said, file = compose(figures, language, templates=self.templates, letterhead=self.letterhead)
        domain = self.letterhead.address.rpartition("@")[2]
        name = report_id(contract.name, month, secret=self.secret, domain=domain)
        envelope = Envelope(to=contract.report_to, message_id=name, date=self.clock(), files=[file])
        return Written(
            client=contract.name, month=month, desk=self.desk_of(contract.name), address=contract.report_to,
            subject=subject_of(said, envelope), body=said.text, file=file.name, message_id=name,
            raw=build(said, envelope, self.letterhead),
        )  # fmt: skip
