"""Canned replies: letters from a folder, with the ticket's values filled in, read and tried once at start."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from desk.actor import Actor
from desk.errors import DeskError
from desk.ticket import Ticket

LANGUAGES = ("nl", "en", "de", "fr")
MOST = 100
"""As many as a list in Slack holds."""

_LONGEST, _NAMED = 3000, 150
_SAMPLES: tuple[Mapping[str, str], ...] = (
    {"name": "Anna", "number": "HD-42", "subject": "Blank page", "agent": "Sanne", "client": "Bakery"},
    {"name": "", "number": "HD-42", "subject": "", "agent": "Sanne", "client": ""},
)
"""Facts that letters may use, once with everything known and once with little."""


class CannedRefused(ValueError):
    """A canned reply cannot be used; the text names the file and the line."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}, line {line}: {reason}; mend that line, or take the file away")


@dataclass(frozen=True)
class Canned:
    """key: its file within the folder; language: "" for every one."""

    key: str
    title: str
    language: str
    template: Template

    def filled(self, ticket: Ticket, by: Actor, prefix: str) -> str:
        """The letter for that ticket."""
        facts = {
            "name": ticket.customer_name.split()[0] if ticket.customer_name.split() else "",
            "number": f"{prefix}-{ticket.number}",
            "subject": ticket.subject,
            "agent": by.name,
            "client": ticket.client,
        }
        return self.template.render(facts).strip()[:_LONGEST]


def read(folder: Path | None) -> Sequence[Canned]:
    """All of a folder, by title.  Raises CannedRefused, ValueError where there is no such folder."""
    if folder is None:
        return ()
    if not folder.is_dir():
        raise ValueError(f"{folder}: there is no such folder; make it, or take desk.canned away")
    found = [_read(path, folder) for path in sorted(folder.rglob("*.md"))]
    return sorted(found, key=lambda each: (each.title.lower(), each.key))


def offered(every: Sequence[Canned], ticket: Ticket) -> Sequence[Canned]:
    """Those that this customer can read: in their language, and in none."""
    return [each for each in every if each.language in ("", ticket.language)][:MOST]


def found(every: Sequence[Canned], key: str) -> Canned:
    """The one of that key.  Raises DeskError."""
    one = next((each for each in every if each.key == key), None)
    if one is None:
        raise DeskError("That reply is no longer there: open the window anew.")
    return one


def _read(path: Path, folder: Path) -> Canned:
    try:
        title, _, body = path.read_text("utf-8").partition("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CannedRefused(path, 1, f"it cannot be read ({error})") from error
    if not title.startswith("# ") or not title[2:].strip():
        raise CannedRefused(path, 1, 'the first line is its title, like "# We need a screenshot"')
    if not body.strip():
        raise CannedRefused(path, 2, "below the title stands the letter, and there is none")
    template = _tried(path, "\n" + body)  # so that lines keep their numbers
    key = path.relative_to(folder).as_posix()
    if len(key) > _NAMED:
        raise CannedRefused(path, 1, f"its name is longer than {_NAMED} characters")
    return Canned(key, title[2:].strip(), next(_languages(path, folder), ""), template)


def _languages(path: Path, folder: Path) -> Iterator[str]:
    """nl/later.md and later.nl.md are Dutch."""
    named = (*path.relative_to(folder).parts[:-1], *path.name.split(".")[1:-1])
    return (each for each in named if each in LANGUAGES)


def _tried(path: Path, body: str) -> Template:
    """Each is filled in before anybody needs it."""
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    try:
        template = environment.from_string(body)
        for facts in _SAMPLES:
            template.render(facts)
    except TemplateSyntaxError as error:
        raise CannedRefused(path, error.lineno, str(error.message)) from error
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        known = ", ".join(_SAMPLES[0])
        raise CannedRefused(path, _line(error), f"{error} (there are {known})") from error
    return template


def _line(error: BaseException) -> int:
    """The line of the template in which it happened."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
