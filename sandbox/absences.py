"""Who is away, and which mails their mailboxes answer meanwhile."""

from datetime import datetime, timedelta
from email.utils import getaddresses

from sandbox.automatic import NOBODY, Absence, is_automatic, out_of_office
from sandbox.clock import Clock
from sandbox.letters import Draft, Letter
from sandbox.refused import Json

AGAIN = timedelta(days=1)
"""RFC 3834: one sender is not told of it with every mail."""


class Absences:
    """Absences by address, and when each sender was last told."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._away: dict[str, Absence] = {}
        self._told: dict[tuple[str, str], datetime] = {}

    def begin(self, address: str, absence: Absence) -> None:
        self._away[address.lower()] = absence

    def end(self, address: str) -> None:
        """Back again; a later absence is told of afresh."""
        self._away.pop(address.lower(), None)
        self._told = {pair: at for pair, at in self._told.items() if pair[0] != address.lower()}

    def shown(self) -> Json:
        return {address: absence.text for address, absence in self._away.items()}

    def answer_to(self, letter: Letter, address: str) -> Draft | None:
        """What that mailbox says to this letter by itself, if anything; counts as told."""
        absence, now = self._away.get(address.lower()), self._clock.now()
        if absence is None or not _may_be_answered(letter, address):
            return None
        pair = (address.lower(), letter.sender.lower())
        if pair in self._told and now - self._told[pair] < AGAIN:
            return None
        self._told[pair] = now
        return out_of_office(letter, address, absence)


def _may_be_answered(letter: Letter, address: str) -> bool:
    """RFC 3834: a mail by a person, to this person by name."""
    shown = letter.shown()
    named = {found.lower() for _, found in getaddresses([shown["to"], shown["cc"]])}
    return letter.sender not in NOBODY and address.lower() in named and not is_automatic(shown)
