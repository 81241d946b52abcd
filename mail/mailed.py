"""What was mailed about a ticket before, and what follows from it for the next mail."""

from collections.abc import Sequence

from desk.letter import Recipient
from mail.dates import Told
from store.emails import Direction, Email


def told(mailed: Sequence[Email]) -> Told:
    """Which dates the customer has in mind: those of the last mails that named one."""
    responses = [mail for mail in mailed if mail.told_response]
    recoveries = [mail for mail in mailed if mail.told_recovery]
    return Told(
        response=responses[-1].told_response if responses else None,
        recovery=recoveries[-1].told_recovery if recoveries else None,
        at=recoveries[-1].at if recoveries else None,
    )


def answered(mailed: Sequence[Email]) -> list[str]:
    """The mails that the next one continues: the customer's last, then all others, the newest first."""
    newest = list(reversed(mailed))
    theirs = [mail for mail in newest if mail.direction is Direction.IN][:1]
    return [mail.message_id for mail in [*theirs, *newest] if mail.message_id]


def recipient(address: str, mailed: Sequence[Email]) -> Recipient:
    """That address, and whether this is the first that it hears of the ticket from us."""
    known = {mail.address.lower() for mail in mailed if mail.direction is Direction.OUT}
    return Recipient(address, address.lower() not in known)
