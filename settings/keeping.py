"""[retention]: for how long each kind of data is kept; [audit]: where the chain of events is anchored."""

from pathlib import Path

from pydantic import Field

from settings.section import Section

_DAYS = 36_500


class Retention(Section):
    raw_mails: int | None = Field(
        default=None, ge=1, le=_DAYS, examples=[30],
        description="Days after its ticket ended for which a mail is kept as it came in; else for ever",
    )  # fmt: skip
    sent_mails: int | None = Field(
        default=None, ge=1, le=_DAYS, examples=[30],
        description="Days after its ticket ended for which the exact bytes of our mails are kept",
    )  # fmt: skip
    reports: int | None = Field(
        default=None, ge=1, le=_DAYS, examples=[365],
        description="Days for which the mail with a client's month is kept after it was sent or turned down",
    )  # fmt: skip
    quarantine: int | None = Field(
        default=None, ge=1, le=_DAYS, examples=[30],
        description="Days for which a mail that was held and not let in is kept as it came in",
    )  # fmt: skip
    inbox: int | None = Field(
        default=None, ge=1, le=_DAYS, examples=[30],
        description="Days for which a mail that came to no ticket is kept as it came in",
    )  # fmt: skip
    closed_tickets: int | None = Field(
        default=None, ge=1, le=_DAYS, examples=[1095],
        description="Days after which a closed ticket is deleted, out of the statistics too; else never",
    )  # fmt: skip
    drafts: int = Field(
        default=2, ge=1, le=_DAYS, description="Days for which a reply that nobody sent is kept"
    )  # fmt: skip

    def days_of(self, kind: str) -> int | None:
        """For how long that kind is kept; None: for ever."""
        days: int | None = getattr(self, kind)
        return days


class Audit(Section):
    anchor_in_slack: bool = Field(
        default=False, description="Whether the leads' channel gets the anchor of each day, in one line"
    )
    anchor_file: Path | None = Field(
        default=None,
        description="Gets the anchor of each day; best on another machine (a mounted folder)",
        examples=["/var/lib/helpdesk-anchors/anchors"],
    )
