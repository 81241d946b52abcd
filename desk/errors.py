"""The two families of errors: refusals that a person may read, and deliveries that did not arrive."""

from datetime import datetime, timedelta


class DeskError(Exception):
    """A refusal.  Its text is shown to the agent who asked, so it says what to do instead."""


class NotFound(DeskError):
    """There is no such ticket."""

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no ticket {number}.")


class NotAllowed(DeskError):
    """The actor may not do this."""


class TransitionRefused(DeskError):
    """The status table has no way from here to there."""

    def __init__(self, status: str, wanted: str) -> None:
        super().__init__(f"A ticket that is {status} cannot become {wanted}.")


class Conflict(DeskError):
    """Somebody else changed the ticket first."""


class DeliveryFailed(Exception):
    """A delivery certainly did not arrive.

    permanent: trying again cannot help.  wait: how long the other side asked us to stay away.
    """

    def __init__(self, reason: str, *, permanent: bool, wait: timedelta | None = None) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.wait = wait


class DeliveryHeld(Exception):
    """The road itself is closed (a revoked token, an archived channel, a rate limit): nothing is wrong
    with the delivery, so it keeps its attempts and everything on that road waits."""

    def __init__(self, reason: str, *, wait: timedelta) -> None:
        super().__init__(reason)
        self.wait = wait


class DeliveryPutOff(Exception):
    """It is not the hour for it.  Nothing is wrong with the delivery or its road: it is taken up at `until`
    as if it were new, and what is owed after it need not wait."""

    def __init__(self, reason: str, *, until: datetime) -> None:
        super().__init__(reason)
        self.until = until


class DeliveryShut(Exception):
    """The place it goes to takes nothing (one channel of several is archived): it keeps its attempts and its
    doubt until `until`, and nothing that goes elsewhere waits."""

    def __init__(self, reason: str, *, until: datetime) -> None:
        super().__init__(reason)
        self.until = until


class DeliveryUncertain(Exception):
    """The other side may or may not have it.  That must be proved; it is never blindly repeated."""
