"""Reads the text of a scenario."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from rehearsal import loading, moments, words
from rehearsal.scenario import Click, Deed, Mail, Outage, Remark, Road, Scenario, ScenarioRefused, Step

_SCENARIO = ("start", "config", "people", "steps", "until", "title", "description")
_KINDS = ("mail", "click", "reply", "note", "outage")
_STEP = ("at", *_KINDS, "as", "comment")
_MAIL = ("from", "subject", "text", "answers", "headers", "to", "html", "files", "as")
_CLICK = (
    "ticket",
    "by",
    "do",
    "text",
    "to",
    "status",
    "priority",
    "owner",
    "reason",
    "then",
    "role",
    "version",
)
_REPLY = ("ticket", "by", "text", "then", "role", "version")
_NOTE = ("ticket", "by", "text", "role")
_OUTAGE = ("of", "until")
_ROLES = ("agent", "lead", "guest")


def parse(text: str) -> dict[str, Any]:
    """The text as a mapping, keys checked on the first floor only.  Raises ScenarioRefused."""
    said = loading.load(text)
    if not isinstance(said, dict):
        raise ScenarioRefused(f"A scenario is a mapping with {', '.join(_SCENARIO[:5])}.")
    _known(said, _SCENARIO, "The scenario")
    return said


def overrides(said: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that the scenario changes.  Raises ScenarioRefused."""
    config = said.get("config") or {}
    if not isinstance(config, dict):
        raise ScenarioRefused("config is a mapping of settings, like {promises: {silence_hours: 24}}.")
    return config


def read(said: Mapping[str, Any], zone: ZoneInfo) -> Scenario:
    """The scenario; times without a zone are of that one.  Raises ScenarioRefused."""
    listed = said.get("steps") or []
    if not isinstance(listed, list):
        raise ScenarioRefused("steps is a list, each step with at and one of " + ", ".join(_KINDS) + ".")
    start = _start(said, listed, zone)
    steps = tuple(_steps(listed, start, zone))
    last = steps[-1].at if steps else start
    until = _when(said["until"], zone, last, "until") if said.get("until") is not None else last
    if until < last:
        raise ScenarioRefused(f"until is {_utc(until)}, before the last step at {_utc(last)}.")
    return Scenario(start=start, until=until, steps=steps, people=_people(said.get("people")))


def _start(said: Mapping[str, Any], listed: Sequence[Any], zone: ZoneInfo) -> datetime:
    if said.get("start") is not None:
        return _when(said["start"], zone, None, "start")
    first = listed[0].get("at") if listed and isinstance(listed[0], dict) else None
    if first is None:
        raise ScenarioRefused("There is no start; write it like start: 2026-11-27T16:30.")
    return _when(first, zone, None, "There is no start, and step 1")


def _steps(listed: Sequence[Any], start: datetime, zone: ZoneInfo) -> Iterator[Step]:
    before, names = start, set[str]()
    for number, said in enumerate(listed, 1):
        step = _step(number, said, before, zone)
        if step.at < before:
            after = f"step {number - 1}" if number > 1 else "the start"
            raise ScenarioRefused(
                f"Step {number} is at {_utc(step.at)}, before {after} at {_utc(before)}: "
                "steps stand in the order of time."
            )
        for wanted in _named(step.what):
            _must_be_named(number, wanted, names)
        names |= {step.name.lower()} if step.name else set()
        yield step
        before = step.at


def _step(number: int, said: Any, before: datetime, zone: ZoneInfo) -> Step:
    where = f"Step {number}"
    if not isinstance(said, dict):
        raise ScenarioRefused(f"{where} is no mapping; it has at and one of {', '.join(_KINDS)}.")
    _known(said, _STEP, where)
    if said.get("at") is None:
        raise ScenarioRefused(f"{where} has no at; {moments.POSSIBLE}.")
    kinds = [kind for kind in _KINDS if said.get(kind) is not None]
    if len(kinds) != 1:
        has = ", ".join(kinds) if kinds else "none of them"
        raise ScenarioRefused(f"{where} has {has}; it needs one of {', '.join(_KINDS)}.")
    at = _when(said["at"], zone, before, where)
    kind, facts = kinds[0], said[kinds[0]]
    name = said.get("as") or (facts.get("as") if kind == "mail" and isinstance(facts, dict) else None)
    try:
        what = _READ[kind](facts, where, at, zone)
    except ValueError as error:
        raise ScenarioRefused(f"{where}: {error}.") from None
    return Step(number=number, at=at, what=what, name=str(name or ""))


def _mail(facts: Any, where: str, _at: datetime, _zone: ZoneInfo) -> Mail:
    said = _mapping(facts, _MAIL, where, "mail", "{from: anna@bakery.example, subject: Help, text: …}")
    headers = said.get("headers") or {}
    if not isinstance(headers, dict):
        raise ValueError("headers is a mapping of names to values")
    files = said.get("files") or []
    return Mail(
        sender=_needed(said, "from"),
        subject=None if said.get("subject") is None else str(said["subject"]),
        text=_text(said, "text"),
        html=_text(said, "html"),
        to=_text(said, "to"),
        answers=_text(said, "answers"),
        headers={str(name): _one(value) for name, value in headers.items()},
        files=tuple(map(str, files if isinstance(files, list) else [files])),
    )


def _click(facts: Any, where: str, _at: datetime, _zone: ZoneInfo) -> Click:
    said = _mapping(facts, _CLICK, where, "click", "{ticket: 1, by: Sanne, do: take}")
    asked = said.get("do")
    if asked is None:
        asked = next((name for name in ("priority", "status") if said.get(name) is not None), None)
    if asked is None:
        raise ValueError(f"the click says nothing to do; possible: {', '.join(tuple(Deed))}")
    do = words.deed(str(asked))
    chosen = {Deed.PRIORITY: "priority", Deed.STATUS: "status", Deed.ASSIGN: "owner", Deed.EXPLAIN: "reason"}
    to = _text(said, "to") or _text(said, chosen.get(do, "then"))
    text = _text(said, "reason") if do is Deed.CANCEL and said.get("text") is None else None
    return _checked(
        Click(
            ticket=_needed(said, "ticket"), by=_text(said, "by") or "Agent", do=do, to=to,
            text=text or (None if said.get("text") is None else str(said["text"])),
            role=_role(said), version=_version(said),
        )
    )  # fmt: skip


def _checked(click: Click) -> Click:
    """The click, with what was chosen in the desk's own words.  Raises ValueError."""
    meant: dict[Deed, Callable[[str], str]] = {
        Deed.PRIORITY: words.priority,
        Deed.STATUS: words.status,
        Deed.EXPLAIN: words.reason,
        Deed.REPLY: words.then,
    }
    if click.do is Deed.ASSIGN and not click.to:
        raise ValueError("assign needs to, the colleague's name")
    if click.do not in meant:
        return click
    return Click(**{**click.__dict__, "to": str(meant[click.do](click.to))})


def _reply(facts: Any, where: str, _at: datetime, _zone: ZoneInfo) -> Click:
    said = _mapping(facts, _REPLY, where, "reply", "{ticket: 1, by: Sanne, text: …, then: ask}")
    return Click(
        ticket=_needed(said, "ticket"), by=_text(said, "by") or "Agent", do=Deed.REPLY,
        text=None if said.get("text") is None else str(said["text"]),
        to=words.then(_text(said, "then")), role=_role(said), version=_version(said),
    )  # fmt: skip


def _note(facts: Any, where: str, _at: datetime, _zone: ZoneInfo) -> Click | Remark:
    if not isinstance(facts, dict):
        return Remark(str(facts))
    said = _mapping(facts, _NOTE, where, "note", "{ticket: 1, by: Sanne, text: …}")
    return Click(
        ticket=_needed(said, "ticket"), by=_text(said, "by") or "Agent", do=Deed.NOTE,
        text=_text(said, "text"), role=_role(said),
    )  # fmt: skip


def _outage(facts: Any, where: str, at: datetime, zone: ZoneInfo) -> Outage:
    said = _mapping(facts, _OUTAGE, where, "outage", "{of: slack, until: +2h}")
    of = said.get("of")
    if not of:
        raise ValueError(f"the outage says not of what; possible: {', '.join(tuple(Road))}")
    if said.get("until") is None:
        raise ValueError("the outage has no until")
    until = _when(said["until"], zone, at, f"{where}: until")
    if until < at:
        raise ValueError(f"the outage ends at {_utc(until)}, before it begins at {_utc(at)}")
    named = of if isinstance(of, list) else [of]
    return Outage(tuple(words.road(str(each)) for each in named), until)


_READ: dict[str, Callable[[Any, str, datetime, ZoneInfo], Mail | Click | Remark | Outage]] = {
    "mail": _mail,
    "click": _click,
    "reply": _reply,
    "note": _note,
    "outage": _outage,
}


def _people(said: Any) -> dict[str, str]:
    if not said:
        return {}
    if isinstance(said, dict):
        pairs = [(str(name), str(role)) for name, role in said.items()]
    elif isinstance(said, list) and all(isinstance(each, dict) and "name" in each for each in said):
        for each in said:
            _known(each, ("name", "role"), "people")
        pairs = [(str(each["name"]), str(each.get("role") or "agent")) for each in said]
    else:
        raise ScenarioRefused("people is a list like [{name: Lotte, role: lead}].")
    for name, role in pairs:
        if role.lower() not in _ROLES:
            raise ScenarioRefused(f"people: {role!r} is not a role of {name}; possible: {', '.join(_ROLES)}.")
    return {name: role.lower() for name, role in pairs}


def _role(said: Mapping[str, Any]) -> str:
    role = _text(said, "role").lower()
    if role and role not in _ROLES:
        raise ValueError(f"{role!r} is not a role; possible: {', '.join(_ROLES)}")
    return role


def _version(said: Mapping[str, Any]) -> int | None:
    version = said.get("version")
    if version is not None and not isinstance(version, int):
        raise ValueError("version is the number of events that the card shows")
    return version


def _named(what: Mail | Click | Remark | Outage) -> Iterator[str]:
    if isinstance(what, Click):
        yield what.ticket
    if isinstance(what, Mail) and what.answers:
        yield what.answers


NUMBERED = re.compile(r"(?:#|[A-Za-z][A-Za-z0-9]*-)?(\d{1,12})")


def _must_be_named(number: int, wanted: str, names: set[str]) -> None:
    if wanted.lower() in names or NUMBERED.fullmatch(wanted):
        return
    known = f"named so far: {', '.join(sorted(names))}" if names else "none has a name so far (as: NAME)"
    raise ScenarioRefused(f"Step {number}: there is no ticket {wanted!r}; {known}.")


def _mapping(facts: Any, known: Sequence[str], where: str, kind: str, example: str) -> dict[str, Any]:
    if not isinstance(facts, dict):
        raise ValueError(f"{kind} is a mapping like {example}")
    _known(facts, known, f"{where}, {kind}")
    return facts


def _known(said: Mapping[Any, Any], known: Sequence[str], where: str) -> None:
    for key in said:
        if key not in known:
            near = get_close_matches(str(key), known, n=1)
            mend = f"did you mean {near[0]}?" if near else f"possible: {', '.join(known)}."
            raise ScenarioRefused(f"{where}: {key!r} is not a key; {mend}")


def _needed(said: Mapping[str, Any], name: str) -> str:
    if said.get(name) in (None, ""):
        raise ValueError(f"{name} is missing")
    return str(said[name])


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if isinstance(value, (dict, list)):
        raise ValueError(f"{name} is a text")
    return "" if value is None else str(value)


def _one(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _when(said: Any, zone: ZoneInfo, since: datetime | None, where: str) -> datetime:
    try:
        return moments.read(str(said), zone, since=since).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ScenarioRefused(f"{where}: {error}.") from None


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
