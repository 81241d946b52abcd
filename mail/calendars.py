"""A calendar invitation in words."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from babel.core import get_global

_MOST_LINES = 5_000
_METHODS = {"CANCEL": "Cancelled", "REPLY": "Answer", "COUNTER": "Another time proposed"}
_ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "perhaps"}


@dataclass(slots=True)
class _Invitation:
    """What the first event of a calendar says, by the name of the property."""

    method: str = ""
    facts: dict[str, "_Line"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Line:
    """A property with its parameters, their names in capitals."""

    name: str
    value: str
    parameters: dict[str, str]


def describe(calendar: str, zone: tzinfo = UTC) -> str:
    """The first event of a calendar part as lines of text; empty where there is none.

    zone: of whoever reads it.  Hours in a zone that nobody knows stand as they were sent."""
    found = _read(calendar)
    lines = {
        "What": _plain(found.facts.get("SUMMARY")),
        "From": _moment(found.facts.get("DTSTART"), zone),
        "Until": _moment(found.facts.get("DTEND"), zone),
        "Where": _plain(found.facts.get("LOCATION")),
        "By": _person(found.facts.get("ORGANIZER")),
    }
    told = [f"{label}: {text}" for label, text in lines.items() if text]
    if found.method == "REPLY" and (guest := found.facts.get("ATTENDEE")):
        told.append(
            f"{_person(guest)}: {_ANSWERS.get(guest.parameters.get('PARTSTAT', '').upper(), 'no answer')}"
        )
    heading = _METHODS.get(found.method, "")
    return "\n".join(([heading] if heading and told else []) + told)


def _read(calendar: str) -> _Invitation:
    found = _Invitation()
    within = ""
    for line in _lines(calendar):
        mark = (line.name, line.value.upper())
        if line.name == "METHOD":
            found.method = line.value.upper()
        elif mark == ("END", "VEVENT") and found.facts:
            break
        elif line.name == "BEGIN":
            within = within if within == "VEVENT" and mark[1] != "VEVENT" else mark[1]
        elif within == "VEVENT" and line.name not in found.facts:
            found.facts[line.name] = line
    return found


def _lines(calendar: str) -> Iterator[_Line]:
    for text in _unfolded(calendar):
        head, value = _halves(text)
        name, *parameters = head.split(";")
        named = (item.partition("=") for item in parameters)
        if value is not None:
            given = {key.strip().upper(): said.strip(' "') for key, _, said in named}
            yield _Line(name.strip().upper(), value.strip(), given)


def _halves(text: str) -> tuple[str, str | None]:
    """Cut at the first colon that is not between quotation marks."""
    quoted = False
    for place, character in enumerate(text[:2000]):
        quoted ^= character == '"'
        if character == ":" and not quoted:
            return (text[:place], text[place + 1 :])
    head, colon, value = text.partition(":")
    return (head, value if colon else None)


def _unfolded(calendar: str) -> list[str]:
    lines: list[list[str]] = []
    for line in calendar.replace("\r", "").split("\n", _MOST_LINES)[:_MOST_LINES]:
        if line.startswith((" ", "\t")) and lines:
            lines[-1].append(line[1:])
        else:
            lines.append([line])
    return ["".join(pieces) for pieces in lines]


def _plain(line: _Line | None) -> str:
    if line is None:
        return ""
    text = line.value[:500].replace("\\n", " ").replace("\\N", " ").replace("\\,", ",").replace("\\;", ";")
    return " ".join(text.replace("\\\\", "\\").split())


def _person(line: _Line | None) -> str:
    if line is None:
        return ""
    address = line.value[:300]
    address = address[7:] if address.lower().startswith("mailto:") else address
    name = line.parameters.get("CN", "")[:100]
    return f"{name} <{address}>" if name and name.lower() != address.lower() else address


def _moment(line: _Line | None, zone: tzinfo) -> str:
    if line is None or not line.value[:8].isdigit() or len(line.value) < 8:
        return ""
    try:
        return _told(line.value, line.parameters.get("TZID", ""), zone)
    except (ValueError, OverflowError):
        return line.value[:40]


def _told(value: str, named: str, zone: tzinfo) -> str:
    if len(value) == 8:
        return datetime.strptime(value, "%Y%m%d").date().isoformat()  # noqa: DTZ007 - a day has no zone
    moment = datetime.strptime(value[:13], "%Y%m%dT%H%M")  # noqa: DTZ007 - the zone follows
    where = UTC if value.endswith("Z") else _zone(named)
    if where is None:
        return f"{moment:%Y-%m-%d %H:%M}" + (f" ({named[:60]})" if named else "")
    here = moment.replace(tzinfo=where).astimezone(zone)
    return f"{here:%Y-%m-%d %H:%M} {here.tzname() or ''}".rstrip()


def _zone(named: str) -> tzinfo | None:
    """By its name in the IANA's list, or in Windows'."""
    known = get_global("windows_zone_mapping").get(named, named)
    try:
        return ZoneInfo(known.strip("/")) if known else None
    except (ValueError, OSError, LookupError):
        return None
