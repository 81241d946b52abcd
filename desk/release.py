"""The report of a month, on its way from the desk through a lead's hands to its client."""

from __future__ import annotations

from enum import StrEnum


class Stand(StrEnum):
    """How far it is.  ASKED: the leads are asked; DECLINED: one said no.  RELEASED, SENDING, UNCERTAIN, SENT,
    DOUBTFUL and FAILED: as with any mail, from a lead's yes on; RETURNED: it was sent and came back."""

    ASKED = "asked"
    DECLINED = "declined"
    RELEASED = "released"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    SENT = "sent"
    DOUBTFUL = "doubtful"
    FAILED = "failed"
    RETURNED = "returned"

    @property
    def is_open(self) -> bool:
        """Whether nobody has let it go: it may be written anew."""
        return self in (Stand.ASKED, Stand.DECLINED)

    @property
    def may_go_again(self) -> bool:
        """Whether it surely or perhaps did not arrive, and nobody tries any more by itself."""
        return self in (Stand.DOUBTFUL, Stand.FAILED, Stand.RETURNED)
