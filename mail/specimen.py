"""The report of a month as clients get it, of a made-up month: to look at, and to see what a change does."""

from datetime import datetime, timedelta
from decimal import Decimal

from desk.breach import BreachReason
from desk.priority import Priority
from mail.attachments import Attachment
from mail.letterhead import Letterhead
from mail.monthly import compose
from mail.notifications import Notification, Templates
from sla.billed import Money
from sla.month import month_before
from sla.policy import Goal
from sla.report import Figures, Lengths, Rate

REPORT = "report"

_RATES = {
    (Goal.FIRST_RESPONSE, Priority.URGENT): Rate(2, 2),
    (Goal.FIRST_RESPONSE, Priority.MEDIUM): Rate(9, 9),
    (Goal.RECOVERY, Priority.URGENT): Rate(1, 2),
    (Goal.RECOVERY, Priority.MEDIUM): Rate(8, 9),
}
_MONEY = Money(
    logged=690, billable=630, amount=Decimal("1312.50"), approved=720, used=630, waiting=1,
    waiting_amount=Decimal(250),
)  # fmt: skip


def compose_report(
    language: str, *, letterhead: Letterhead, templates: Templates, now: datetime
) -> tuple[Notification, Attachment]:
    """The mail in that language about the month before, and the file that goes along."""
    begin, end = month_before(letterhead.zone, now=now)
    figures = Figures(
        client="Bakkerij Jansen", begin=begin, end=end, opened=12, resolved=10, cancelled=1,
        rates=_RATES, reasons={BreachReason.SUPPLIER: 1, None: 1}, times={},
        ages=Lengths.of([timedelta(days=2), timedelta(days=9)]), money=_MONEY,
    )  # fmt: skip
    return compose(figures, language, templates=templates, letterhead=letterhead)
