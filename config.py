"""helpdesk.toml and the environment become one frozen Config, once, at start."""

import difflib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
from pydantic.fields import FieldInfo

from settings import printing
from settings.printing import sample, written
from settings.sections import Contract, Database, Desk, Hours, Log, Mail, Promises, Section, Slack, Web
from settings.values import APP_TOKEN_MEND, BOT_TOKEN_MEND, CHANNEL_MEND, SIGNING_MEND, Unfit
from settings.walking import (
    SPECIAL,
    is_list,
    is_secret,
    key_of,
    lay,
    leaves_of,
    merged,
    model_in,
    section_in,
    settings_of,
    value_at,
    variable_of,
)


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
    contracts: tuple[Contract, ...] = Field(default=(), description="Clients with promises of their own")
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


# What others put into the environment under our name: the tests, the choice of the file, and what container
# platforms make up for a service that is called "helpdesk".
_NOT_OURS = re.compile(r"HELPDESK_(TEST_.*|CONFIG|SERVICE_(HOST|PORT.*)|PORT(_\d+_.*)?)")
_NEEDED_WHEN = (
    ("slack.app_token", "slack.mode", "socket", APP_TOKEN_MEND),
    ("slack.signing_secret", "slack.mode", "http", SIGNING_MEND),
    ("mail.imap.user", "mail.imap.host", None, "from whoever keeps the mailbox"),
    ("mail.imap.password", "mail.imap.host", None, "from whoever keeps the mailbox"),
    ("mail.smtp.password", "mail.smtp.user", None, "from whoever keeps the mail server"),
)
_MENDS = {
    **{key: mend for key, _, _, mend in _NEEDED_WHEN},
    "slack.bot_token": BOT_TOKEN_MEND,
    "slack.support_channel": CHANNEL_MEND,
    "slack.leads_channel": CHANNEL_MEND,
}


@dataclass(frozen=True)
class Problem:
    """What is wrong with one setting."""

    key: str
    reason: str
    mend: str

    def __str__(self) -> str:
        return f"{self.key}: {self.reason}; {self.mend}"


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
    problems: list[Problem] = []
    raw = _read_file(path, problems) if path else {}
    if problems:
        raise ConfigRefused(problems)
    sources = {key: str(path) for key, _ in leaves_of(Config) if value_at(raw, key) is not None}
    sources |= _overlay(raw, environ, problems)
    sources |= _inherit(raw)
    config = _validated(raw, sources, problems)
    if config is None or problems:
        raise ConfigRefused(problems)
    config._sources.update(sources)
    return config


def describe(config: Config) -> list[str]:
    """Say what would be used and where each value came from.  Secrets are masked."""
    return printing.describe(config, config._sources)


def example() -> str:
    """The text of helpdesk.example.toml."""
    return printing.example(Config)


def _read_file(path: Path, problems: list[Problem]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
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
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem(str(path), f"is not TOML: {error}", "mend that line"))
    return {}


def _overlay(raw: dict[str, Any], environ: Mapping[str, str], problems: list[Problem]) -> dict[str, str]:
    """Lay the environment over the file's values and say which keys it set.  An empty variable is none."""
    known = {variable_of(key): (key, field) for key, field in settings_of(Config)}
    sources: dict[str, str] = {}
    for name, (key, field) in known.items():
        source, text = _given(name, field, environ, problems)
        if text is not None:
            sources |= dict.fromkeys(lay(raw, key, _parsed(text, field)), source)
    problems.extend(_strangers(known, environ))
    return sources


def _given(
    name: str, field: FieldInfo, environ: Mapping[str, str], problems: list[Problem]
) -> tuple[str, str | None]:
    """The variable that holds the value, and the value."""
    text, file = environ.get(name) or None, is_secret(field) and environ.get(f"{name}_FILE")
    if text and file:
        problems.append(Problem(name, f"is set, and so is {name}_FILE", "keep one of them"))
    if text or not file:
        return name, text
    return f"{name}_FILE", _secret_in(Path(file), f"{name}_FILE", problems)


def _secret_in(path: Path, name: str, problems: list[Problem]) -> str:
    reason = "is empty"
    try:
        text = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        text, reason = "", f"cannot be read ({error.strerror})"
    except UnicodeDecodeError:
        text, reason = "", "is not text"
    if not text:
        problems.append(
            Problem(name, f"{path} {reason}", "name a readable file that holds nothing but the secret")
        )
    return text


def _parsed(text: str, field: FieldInfo) -> Any:
    """Lists and tables come as JSON or with commas; all else is text for the model to judge."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    try:
        if is_list(field):
            return json.loads(text) if text.lstrip().startswith("[") else parts
        if section_in(field):
            return (
                json.loads(text) if text.lstrip().startswith("{") else dict(part.split("=") for part in parts)
            )
    except ValueError:
        pass  # the model says what it wants instead of this text
    return text


def _strangers(known: Mapping[str, tuple[str, FieldInfo]], environ: Mapping[str, str]) -> Iterator[Problem]:
    allowed = {*known, *(f"{name}_FILE" for name, (_, field) in known.items() if is_secret(field))}
    for name in sorted(environ):
        if name.startswith("HELPDESK_") and name not in allowed and not _NOT_OURS.fullmatch(name):
            special = SPECIAL.get(name.removeprefix("HELPDESK_").lower().replace("__", "."))
            near = [special] if special else difflib.get_close_matches(name, sorted(allowed), n=1, cutoff=0.8)
            yield Problem(name, "is not a setting", f"did you mean {near[0]}?" if near else "remove it")


def _inherit(raw: dict[str, Any]) -> dict[str, str]:
    """What is not said is taken from a more general place: the desk's zone, the desk's hours."""
    sources = {}
    zone, contracts = value_at(raw, "desk.timezone"), raw.get("contracts")
    if zone is not None and value_at(raw, "hours.timezone") is None:
        sources = dict.fromkeys(lay(raw, "hours.timezone", zone), "desk.timezone")
    for contract in contracts if isinstance(contracts, list) else ():
        if isinstance(value_at(contract, "hours"), dict) and isinstance(raw.get("hours"), dict):
            contract["hours"] = merged(raw["hours"], contract["hours"])
    return sources


def _validated(raw: dict[str, Any], sources: Mapping[str, str], problems: list[Problem]) -> Config | None:
    missing = [key for key, when, value, _ in _NEEDED_WHEN if _is_needed(raw, key, when, value)]
    config = None
    try:
        config = Config.model_validate({"slack": {}, **raw})
    except ValidationError as refused:
        errors = refused.errors(include_url=False)
        missing += [key_of(error["loc"]) for error in errors if error["type"] == "missing"]
        told = [_problem(error, sources) for error in errors if error["type"] != "missing"]
        problems.extend(each for each in told if not _is_inherited(each, told, sources))
    problems.extend(_missing(key) for key in missing if key not in sources)
    return config


def _is_inherited(problem: Problem, told: list[Problem], sources: Mapping[str, str]) -> bool:
    """Whether the mistake was made, and is told, in the place that this one takes its value from."""
    if problem.key.startswith("contracts[") and "." in problem.key:
        general = problem.key.partition(".")[2]
        return any(each.key.startswith(general) and each.reason == problem.reason for each in told)
    return sources.get(problem.key) == "desk.timezone"


def _is_needed(raw: Mapping[str, Any], key: str, when: str, value: str | None) -> bool:
    if value_at(raw, key) is not None:
        return False
    given = value_at(raw, when)
    if value is None:
        return given is not None
    return bool((given or dict(settings_of(Config))[when].default) == value)


def _missing(key: str) -> Problem:
    if key.startswith("contracts"):
        return Problem(key, "is missing", "every contract has a name")
    section, _, name = key.rpartition(".")
    where = f"set {variable_of(key)}, or {name} in [{section}] of the file"
    return Problem(key, "is missing", f"{where} ({_MENDS[key]})")


def _problem(error: Mapping[str, Any], sources: Mapping[str, str]) -> Problem:
    key = key_of(error["loc"])
    source = next((name for start, name in sources.items() if key.startswith(start) and name.isupper()), None)
    shown = f"{key} (from {source})" if source else key
    match error:
        case {"type": "extra_forbidden"}:
            return Problem(shown, "is not a setting", _did_you_mean(error["loc"]))
        case {"ctx": {"error": Unfit() as unfit}}:
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
