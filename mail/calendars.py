"""A calendar invitation in words."""

from collections.abc import Iterator

_SHOWN = {"SUMMARY": "What", "DTSTART": "From", "DTEND": "Until", "LOCATION": "Where", "ORGANIZER": "By"}
_MOST_LINES = 5_000


def describe(calendar: str) -> str:
    """The first event of a calendar part as lines of text; empty where there is none."""
    facts: dict[str, str] = {}
    within = False
    for name, zone, value in _properties(calendar):
        if (name, value.upper()) == ("END", "VEVENT") and facts:
            break
        within = within or (name, value.upper()) == ("BEGIN", "VEVENT")
        if within and name in _SHOWN and name not in facts:
            facts[name] = _in_words(name, value) + (f" ({zone})" if zone else "")
    return "\n".join(f"{label}: {facts[name]}" for name, label in _SHOWN.items() if facts.get(name))


def _properties(calendar: str) -> Iterator[tuple[str, str, str]]:
    for line in _unfolded(calendar):
        head, colon, value = line.partition(":")
        name, *parameters = head.split(";")
        zones = [item[5:].strip('"') for item in parameters if item.upper().startswith("TZID=")]
        if colon:
            yield (name.strip().upper(), zones[0] if zones else "", value.strip())


def _unfolded(calendar: str) -> list[str]:
    lines: list[str] = []
    for line in calendar.replace("\r", "").split("\n", _MOST_LINES)[:_MOST_LINES]:
        if line.startswith((" ", "\t")) and lines:
            lines[-1] += line[1:]
        else:
            lines.append(line)
    return lines


def _in_words(name: str, value: str) -> str:
    if name == "ORGANIZER":
        return value.lower().removeprefix("mailto:")
    if name.startswith("DT") and len(value) >= 8 and value[:8].isdigit():
        day = f"{value[:4]}-{value[4:6]}-{value[6:8]}"
        hour = f" {value[9:11]}:{value[11:13]}" if value[9:13].isdigit() else ""
        return day + hour + (" UTC" if value.endswith("Z") else "")
    return value.replace("\\n", " ").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
