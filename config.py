"""helpdesk.toml and the environment become one frozen Config, once, at start."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import Field, PrivateAttr, ValidationError, ValidationInfo, field_validator, model_validator

from settings import printing
from settings.contracts import Contract
from settings.desks import MoreDesk, refuse_unfit
from settings.digest import Digest
from settings.given import Given, gather, inherit, nested
from settings.hours import Hours
from settings.keeping import Audit, Retention
from settings.mail import Mail, refuse_deafness
from settings.mailboxes import Box
from settings.needed import missing_setting, needed
from settings.problems import ConfigRefused
from settings.promises import Promises
from settings.refusals import problems_of
from settings.section import Section
from settings.sections import Database, Desk, Log, Slack, Web
from settings.values import Unfit
from settings.walking import key_of, leaves_of, merged, settings_of, value_at
from settings.watching import Watch


class Config(Section):
    """Every setting, checked.  A Config that exists is valid."""

    desk: Desk = Desk()
    slack: Slack
    web: Web = Web()
    database: Database = Database()
    hours: Hours = Hours()
    promises: Promises = Promises()
    mail: Mail = Mail()
    log: Log = Log()
    watch: Watch = Watch()
    digest: Digest = Digest()
    retention: Retention = Retention()
    audit: Audit = Audit()
    contracts: tuple[Contract, ...] = Field(default=(), description="Clients with promises of their own")
    mailboxes: tuple[Box, ...] = Field(
        default=(), description="More mailboxes, each with an address of its own", examples=[[]]
    )
    desks: tuple[MoreDesk, ...] = Field(
        default=(), description="More desks, each with a channel of its own", examples=[[]]
    )
    _sources: dict[str, str] = PrivateAttr(default_factory=dict)

    @property
    def addresses(self) -> frozenset[str]:
        """All that the desk is written to at."""
        return frozenset({self.desk.address, *(box.address for box in self.mailboxes)})

    @field_validator("contracts")
    @classmethod
    def _no_two_claim_one_customer(cls, contracts: tuple[Contract, ...]) -> tuple[Contract, ...]:
        claimed: dict[str, Contract] = {}
        for contract in contracts:
            for claim in map(str.lower, (*contract.domains, *contract.addresses)):
                if claimed.setdefault(claim, contract) is not contract:
                    raise Unfit(
                        f"{claim} is claimed by {claimed[claim].name} and {contract.name}", "leave it to one"
                    )
        return contracts

    @field_validator("contracts")
    @classmethod
    def _contracts_fit(cls, contracts: tuple[Contract, ...], info: ValidationInfo) -> tuple[Contract, ...]:
        general: Promises | None = info.data.get("promises")
        if general is None:
            return contracts  # they were refused, and that is told
        for contract in contracts:
            try:
                contract.fits(general)
            except Unfit as unfit:
                raise Unfit(f"{contract.name}: {unfit.reason}", unfit.mend) from None
        return contracts

    @field_validator("mailboxes")
    @classmethod
    def _mailboxes_can_be_read(cls, boxes: tuple[Box, ...], info: ValidationInfo) -> tuple[Box, ...]:
        desk, mail = info.data.get("desk"), info.data.get("mail")
        if not (isinstance(desk, Desk) and isinstance(mail, Mail)):
            return boxes  # they were refused, and that is told
        seen = {(mail.imap.host, mail.imap.user, mail.imap.folder)}
        for box in boxes:
            if (box.host, box.user, box.folder) in seen:
                raise Unfit(
                    f"{box.folder} of {box.user} at {box.host} is read twice", "leave one of them out"
                )
            seen.add((box.host, box.user, box.folder))
            _refuse_unusable(box, desk, mail)
        return boxes

    @field_validator("desks")
    @classmethod
    def _desks_go_together(cls, desks: tuple[MoreDesk, ...], info: ValidationInfo) -> tuple[MoreDesk, ...]:
        if not {"desk", "slack", "contracts", "mailboxes"} <= info.data.keys():
            return desks  # one of them was refused, and that is told
        desk, boxes = info.data["desk"], info.data["mailboxes"]
        refuse_unfit(
            desks,
            name=desk.name,
            channel=info.data["slack"].support_channel,
            addresses=[desk.address, *(box.address for box in boxes)],
            contracts=[contract.name for contract in info.data["contracts"]],
        )
        return desks

    @model_validator(mode="after")
    def _hears_itself(self) -> Self:
        refuse_deafness(self.mail.blocked, self.addresses)
        return self


def _refuse_unusable(box: Box, desk: Desk, mail: Mail) -> None:
    """Refuse a mailbox that nobody can log in to, or whose mails know two ways out.  Raises Unfit."""
    has_oauth = (box.oauth.token_url or mail.oauth.token_url) is not None
    if box.password is None and not has_oauth:
        raise Unfit(f"{box.address} has no password", "set it, or token_url in [mailboxes.oauth]")
    if box.smtp.user and box.smtp.password is None and not has_oauth:
        raise Unfit(f"{box.address} has no password in smtp", "set it, or token_url in [mailboxes.oauth]")
    if box.has_its_own_smtp and box.address.lower() == desk.address.lower():
        raise Unfit(f"mails from {box.address} leave through [mail.smtp]", "take [mailboxes.smtp] out")


class Opening(Section):
    """When the desk is open, and the zone of the times that people write."""

    desk: Desk = Desk()
    hours: Hours = Hours()


def load(path: Path | None, environ: Mapping[str, str]) -> Config:
    """Read the file, if one is named, and lay the environment over it.  Raises ConfigRefused."""
    given = gather(Config, path, environ)
    config = _validated(given)
    if config is None or given.problems:
        raise ConfigRefused(given.placed())
    config._sources.update(given.sources)
    return config


def load_opening(path: Path | None, environ: Mapping[str, str]) -> Opening:
    """Read only when the desk is open, whatever else is missing or wrong.  Raises ConfigRefused."""
    given = gather(Config, path, environ)
    zone, hours = value_at(given.raw, "desk.timezone"), given.raw.get("hours", {})
    given.problems.clear()  # those of other settings
    try:
        return Opening.model_validate({"desk": {} if zone is None else {"timezone": zone}, "hours": hours})
    except ValidationError as refused:
        given.problems.extend(problems_of(refused, Config, given.sources))
        raise ConfigRefused(given.placed()) from None


def load_rehearsed(path: Path | None, environ: Mapping[str, str], overrides: Mapping[str, Any]) -> Config:
    """What decides over dates, words and rights, with the overrides above; the ways in and out are made up.

    Raises ConfigRefused."""
    given = gather(Config, path, environ)
    given.problems.clear()  # those of the ways in and out
    laid = nested(overrides)
    kept = {key: value for key in _REHEARSED if (value := value_at(given.raw, key)) is not None}
    whole = nested(_MADE_UP | kept)
    if value_at(laid, "desk.timezone") is not None and given.sources.get("hours.timezone") == "desk.timezone":
        whole.get("hours", {}).pop("timezone", None)
    raw = merged(whole, laid)
    sources = {key: "the scenario" for key, _ in leaves_of(Config) if value_at(laid, key) is not None}
    text = given.text if not laid else ""
    rehearsed = Given(text, raw, sources | inherit(raw), [])
    config = _validated(rehearsed)
    if config is None or rehearsed.problems:
        raise ConfigRefused(rehearsed.placed())
    return config


_REHEARSED = (
    "desk", "hours", "promises", "contracts", "slack.leads", "slack.leads_group", "mail.templates",
    "mail.trusted_authserv", "mail.brand",
)  # fmt: skip
"""What a rehearsal takes from the settings in force."""

_MADE_UP = {
    "slack.bot_token": "xoxb-made-up-for-a-rehearsal",
    "slack.app_token": "xapp-1-made-up-for-a-rehearsal",
    "slack.support_channel": "C0SUPPORT",
    "slack.leads_channel": "C0LEADS",
    "mail.message_secret": "made up for a rehearsal",
}


def describe(config: Config) -> list[str]:
    """Say what would be used and where each value came from.  Secrets are masked."""
    return printing.describe(config, config._sources)


def example() -> str:
    """The text of helpdesk.example.toml."""
    return printing.example(Config)


def _validated(given: Given) -> Config | None:
    missing = [*needed(given.raw, dict(settings_of(Config)))]
    config = None
    try:
        config = Config.model_validate({"slack": {}, **given.raw})
    except ValidationError as refused:
        errors = refused.errors(include_url=False)
        missing += [key_of(error["loc"]) for error in errors if error["type"] == "missing"]
        given.problems.extend(problems_of(refused, Config, given.sources))
    given.problems.extend(missing_setting(key) for key in missing if key not in given.sources)
    return config
