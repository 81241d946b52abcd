"""helpdesk.toml and the environment become one frozen Config, once, at start."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import (
    BaseModel,
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from settings import printing
from settings.desks import MoreDesk, refuse_unfit
from settings.digest import Digest
from settings.environment import overlay
from settings.hours import Hours
from settings.keeping import Audit, Retention
from settings.lines import line_of
from settings.mailboxes import Box
from settings.needed import missing_setting, needed
from settings.printing import sample, written
from settings.problems import Problem
from settings.section import Section
from settings.sections import Contract, Database, Desk, Log, Mail, Promises, Slack, Web
from settings.values import Unfit
from settings.walking import (
    key_of,
    lay,
    leaves_of,
    merged,
    model_in,
    section_in,
    settings_of,
    value_at,
)
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


class ConfigRefused(Exception):
    """The settings cannot be used.  Names every problem at once and never a secret's value."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(
            "\n".join([f"The settings cannot be used: {count}.", *(f"  {each}" for each in problems)])
        )


def load(path: Path | None, environ: Mapping[str, str]) -> Config:
    """Read the file, if one is named, and lay the environment over it.  Raises ConfigRefused."""
    given = _gather(path, environ)
    config = _validated(given)
    if config is None or given.problems:
        raise ConfigRefused(given.placed())
    config._sources.update(given.sources)
    return config


def load_opening(path: Path | None, environ: Mapping[str, str]) -> Opening:
    """Read only when the desk is open, whatever else is missing or wrong.  Raises ConfigRefused."""
    given = _gather(path, environ)
    zone, hours = value_at(given.raw, "desk.timezone"), given.raw.get("hours", {})
    given.problems.clear()  # those of other settings
    try:
        return Opening.model_validate({"desk": {} if zone is None else {"timezone": zone}, "hours": hours})
    except ValidationError as refused:
        given.problems.extend(_told(refused, given.sources))
        raise ConfigRefused(given.placed()) from None


def load_rehearsed(path: Path | None, environ: Mapping[str, str], overrides: Mapping[str, Any]) -> Config:
    """What decides over dates, words and rights, with the overrides above; the ways in and out are made up.

    Raises ConfigRefused."""
    given = _gather(path, environ)
    given.problems.clear()  # those of the ways in and out
    laid = _nested(overrides)
    kept = {key: value for key in _REHEARSED if (value := value_at(given.raw, key)) is not None}
    whole = _nested(_MADE_UP | kept)
    if value_at(laid, "desk.timezone") is not None and given.sources.get("hours.timezone") == "desk.timezone":
        whole.get("hours", {}).pop("timezone", None)
    raw = merged(whole, laid)
    sources = {key: "the scenario" for key, _ in leaves_of(Config) if value_at(laid, key) is not None}
    text = given.text if not laid else ""
    rehearsed = _Given(text, raw, sources | _inherit(raw), [])
    config = _validated(rehearsed)
    if config is None or rehearsed.problems:
        raise ConfigRefused(rehearsed.placed())
    return config


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """promises.levels and the like as tables within tables."""
    nested: dict[str, Any] = {}
    for key, value in flat.items():
        for step in reversed(str(key).split(".")):
            value = {step: value}
        nested = merged(nested, value)
    return nested


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


@dataclass(frozen=True)
class _Given:
    """What the file and the environment say, where each value came from, and what is wrong so far."""

    text: str
    raw: dict[str, Any]
    sources: dict[str, str]
    problems: list[Problem]

    def placed(self) -> list[Problem]:
        """The problems, with their lines in the file where they are the file's."""
        return [
            problem
            if self._is_of_environment(problem)
            else replace(problem, line=line_of(self.text, problem.key))
            for problem in self.problems
        ]

    def _is_of_environment(self, problem: Problem) -> bool:
        return any(key.startswith(problem.key) and name.isupper() for key, name in self.sources.items())


def _gather(path: Path | None, environ: Mapping[str, str]) -> _Given:
    problems: list[Problem] = []
    text = _read_file(path, problems) if path else ""
    raw = _read_toml(text, path, problems)
    if problems:
        raise ConfigRefused(problems)
    sources = {key: str(path) for key, _ in leaves_of(Config) if value_at(raw, key) is not None}
    sources |= overlay(raw, Config, environ, problems)
    sources |= _inherit(raw)
    return _Given(text, raw, sources, problems)


def _read_toml(text: str, path: Path | None, problems: list[Problem]) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem(str(path), f"is not TOML: {error}", "mend that line"))
    return {}


def _read_file(path: Path, problems: list[Problem]) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except IsADirectoryError:
        problems.append(
            Problem(
                str(path), "is a folder", "put a file there (a container makes a folder of a missing file)"
            )
        )
    except OSError as error:
        problems.append(
            Problem(str(path), f"cannot be read ({error.strerror})", "start from helpdesk.example.toml")
        )
    except UnicodeDecodeError as error:
        problems.append(Problem(str(path), f"is not UTF-8 (byte {error.start + 1})", "save it as UTF-8"))
    return ""


def _inherit(raw: dict[str, Any]) -> dict[str, str]:
    """What is not said is taken from a more general place: the desk's zone, the desk's hours."""
    sources = {}
    zone, contracts = value_at(raw, "desk.timezone"), raw.get("contracts")
    if zone is not None and value_at(raw, "hours.timezone") is None:
        sources = dict.fromkeys(lay(raw, "hours.timezone", zone), "desk.timezone")
    for contract in contracts if isinstance(contracts, list) else ():
        if isinstance(value_at(contract, "hours"), dict) and isinstance(raw.get("hours"), dict):
            own = contract["hours"]
            whole = {key: own[key] for key in ("half_days",) if key in own}  # replaced like any list of days
            contract["hours"] = merged(raw["hours"], own) | whole
    return sources


def _validated(given: _Given) -> Config | None:
    missing = [*needed(given.raw, dict(settings_of(Config)))]
    config = None
    try:
        config = Config.model_validate({"slack": {}, **given.raw})
    except ValidationError as refused:
        errors = refused.errors(include_url=False)
        missing += [key_of(error["loc"]) for error in errors if error["type"] == "missing"]
        given.problems.extend(_told(refused, given.sources))
    given.problems.extend(missing_setting(key) for key in missing if key not in given.sources)
    return config


def _told(refused: ValidationError, sources: Mapping[str, str]) -> list[Problem]:
    errors = refused.errors(include_url=False)
    told = [_problem(error, sources) for error in errors if error["type"] != "missing"]
    return [each for each in told if not _is_inherited(each, told, sources)]


def _is_inherited(problem: Problem, told: list[Problem], sources: Mapping[str, str]) -> bool:
    """Whether the mistake was made, and is told, in the place that this one takes its value from."""
    if problem.key.startswith("contracts[") and "." in problem.key:
        general = problem.key.partition(".")[2]
        return any(each.key.startswith(general) and each.reason == problem.reason for each in told)
    return sources.get(problem.key) == "desk.timezone"


def _problem(error: Mapping[str, Any], sources: Mapping[str, str]) -> Problem:
    unfit = error.get("ctx", {}).get("error")
    loc = [step for step in error["loc"] if step != "[key]"]
    key = key_of((*loc, *([unfit.at] if isinstance(unfit, Unfit) and unfit.at else [])))
    source = next((name for start, name in sources.items() if key.startswith(start) and name.isupper()), None)
    shown = f"{key} (from {source})" if source else key
    match error:
        case {"type": "extra_forbidden"}:
            return Problem(shown, "is not a setting", _did_you_mean(error["loc"]))
        case {"ctx": {"error": Unfit()}}:
            return Problem(shown, unfit.reason, unfit.mend)
        case {"type": "zoneinfo_str"}:
            return Problem(shown, f"{error['input']!r} is not a time zone", "write it like Europe/Amsterdam")
    reason = str(error["msg"]).replace("Input should be", "should be")
    field = dict(settings_of(Config)).get(re.sub(r"\[.*", "", key))
    if not field:
        return Problem(shown, reason, "see helpdesk.example.toml")
    if section_in(field):
        return Problem(shown, "should be a table", f"write its settings under [{key}]")
    return Problem(shown, reason, f"for example {written(sample(field))}")


def _did_you_mean(loc: tuple[str | int, ...]) -> str:
    keys = [key for key, _ in settings_of(Config)]
    model: type[BaseModel] = Config
    for step in loc[:-1]:
        model = (isinstance(step, str) and model_in(model.model_fields[step].annotation)) or model
    name, key = str(loc[-1]), key_of(loc)
    near = difflib.get_close_matches(name, list(model.model_fields), n=1)
    if near:
        return f"did you mean {near[0]}?"
    elsewhere = [other for other in keys if other.rpartition(".")[2] == name]
    near = elsewhere or difflib.get_close_matches(key, keys, n=1, cutoff=0.8)
    return f"did you mean {' or '.join(near)}?" if near else "remove it"
