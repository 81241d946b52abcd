"""How far each file of a mail is on its way into the thread: Slack takes a file in three steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, insert, select, update

from desk.delivery import Delivery
from store import outbox, tables
from store.database import Session

_row = tables.uploads.c


class Step(StrEnum):
    """ADDRESSED: it has an address to be sent to.  SENT: its bytes are there, and nobody sees them.  SHARING:
    the call that shows it is made, or was.  SHOWN: it stands in the thread."""

    ADDRESSED = "addressed"
    SENT = "sent"
    SHARING = "sharing"
    SHOWN = "shown"


@dataclass(frozen=True)
class Upload:
    """part: which file of the mail; slack_file: what Slack calls it; at: when it came to that step."""

    part: int
    slack_file: str
    step: Step
    at: datetime


def of(session: Session, delivery: Delivery) -> list[Upload]:
    """What is known of the files of that delivery, in the order of the mail."""
    query = select(_row.part, _row.slack_file, _row.step, _row.at).where(_row.delivery == delivery.id)
    found = session.execute(query.order_by(_row.part))
    return [Upload(row.part, row.slack_file, Step(row.step), row.at) for row in found]


def begin(session: Session, delivery: Delivery, part: int, slack_file: str, *, at: datetime) -> None:
    """A file has an address to be sent to; an earlier one, at which nothing can be seen, is forgotten.

    Raises DeliveryFailed where somebody else has taken the delivery over."""
    outbox.must_be_ours(session, delivery)
    session.execute(delete(tables.uploads).where(_row.delivery == delivery.id, _row.part == part))
    values = {"delivery": delivery.id, "part": part, "slack_file": slack_file, "at": at}
    session.execute(insert(tables.uploads).values(values | {"step": Step.ADDRESSED.value}))


def came_to(session: Session, delivery: Delivery, step: Step, parts: Sequence[int], *, at: datetime) -> None:
    """These files came to that step; when they first did is kept.  Raises as begin does."""
    outbox.must_be_ours(session, delivery)
    mine = (_row.delivery == delivery.id, _row.part.in_(parts), _row.step != step.value)
    session.execute(update(tables.uploads).where(*mine).values(step=step.value, at=at))
