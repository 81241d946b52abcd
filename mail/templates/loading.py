"""The templates, read once: ours, and in their place what the operator's folder holds, checked before use."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from traceback import walk_tb
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mail.templates.prose import escaped

LANGUAGES = ("nl", "en", "de", "fr")

_OURS = Path(__file__).parent

Facts = Mapping[str, Any]

_MEND = "mend that line, or take the file away to use ours"


class TemplateRefused(Exception):
    """A template cannot be used; the text names the file and the line."""

    def __init__(self, path: Path | str, line: int | None, reason: str) -> None:
        super().__init__(f"{path}, line {line}: {reason}" if line else f"{path}: {reason}")


class Templates:
    """What every mail is worded with.

    folder: holds files such as nl/opened.txt or base.html that replace ours.  samples: facts as mails are
    worded with them; where any is replaced, all are rendered with each, so that none fails over a customer's
    mail.  Ours alone need no trying: they hold (tests/mail), and compiling them takes a fifth of a start.

    Raises TemplateRefused."""

    def __init__(self, folder: Path | None, samples: Sequence[Facts]) -> None:
        ours = _files(_OURS)
        theirs = {} if folder is None else _overrides(folder, ours)
        self._files = ours | theirs
        self._sources = {name: _read(path) for name, path in self._files.items()}
        found = ((name, str(self._files[name]), text) for name, text in self._sources.items())
        compiled = _compiled(tuple(found))
        self._letters, self._pages = compiled.letters, compiled.pages
        if theirs and compiled.tried_with is not samples:
            for name in self._files:
                self._check(name, samples)
            compiled.tried_with = samples

    def letter(self, language: str, name: str, facts: Facts) -> str:
        """The letter of that name in that language, as Markdown; facts mean nothing in it but themselves."""
        return self._render(f"{language}/{name}.txt", escaped(facts))

    def words(self, language: str, name: str) -> bool:
        """Whether there is such a letter in that language."""
        return f"{language}/{name}.txt" in self._files

    def page(self, facts: Facts) -> str:
        """The whole mail as HTML."""
        return self._render("base.html", facts)

    def _render(self, name: str, facts: Facts) -> str:
        pages = name.endswith(".html")
        try:
            return (self._pages if pages else self._letters).get_template(name).render(facts)
        except TemplateSyntaxError as error:
            raise TemplateRefused(
                error.filename or name, error.lineno, f"{error.message}; {_MEND}"
            ) from error
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
            raise TemplateRefused(
                self._files.get(name, name), _line(error, self._files), f"{error}; {_MEND}"
            ) from error

    def _check(self, name: str, samples: Sequence[Facts]) -> None:
        known = {fact for sample in samples for fact in sample}
        try:
            tree = self._letters.parse(self._sources[name], name, str(self._files[name]))
            unknown = find_undeclared_variables(tree) - known
        except TemplateSyntaxError as error:
            raise TemplateRefused(self._files[name], error.lineno, f"{error.message}; {_MEND}") from error
        for variable in tree.find_all(nodes.Name):
            if variable.name in unknown:
                reason = f"'{variable.name}' is no fact; {_mend(variable.name, known)}"
                raise TemplateRefused(self._files[name], variable.lineno, reason)
        for sample in samples:
            self._render(name, sample if name.endswith(".html") else escaped(sample))


class _Compiled:
    """Templates that were read at some time, by name with their paths and texts.

    tried_with: facts with which each of them was rendered well."""

    def __init__(self, sources: Iterable[tuple[str, str, str]]) -> None:
        found = {name: (text, path, None) for name, path, text in sources}
        loader = FunctionLoader(found.get)
        self.letters = ImmutableSandboxedEnvironment(
            loader=loader, undefined=StrictUndefined, auto_reload=False
        )
        self.pages = ImmutableSandboxedEnvironment(
            loader=loader, undefined=StrictUndefined, autoescape=True, trim_blocks=True, auto_reload=False
        )
        self.tried_with: Sequence[Facts] | None = None


_compiled = lru_cache(maxsize=4)(_Compiled)
"""A start needs them several times, and compiling them takes a tenth of a second."""


def _mend(name: str, known: set[str]) -> str:
    near = get_close_matches(name, sorted(known), n=1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(known))}"


def _files(folder: Path) -> dict[str, Path]:
    """Template names, like "nl/opened.txt", with their files."""
    found = [path for kind in ("*.html", "*/*.txt") for path in sorted(folder.glob(kind))]
    return {path.relative_to(folder).as_posix(): path for path in found}


def _overrides(folder: Path, ours: Mapping[str, Path]) -> dict[str, Path]:
    if not folder.is_dir():
        raise TemplateRefused(folder, None, "there is no such folder; make it, or take mail.templates away")
    found = _files(folder)
    for name in found.keys() - ours.keys():
        raise TemplateRefused(found[name], None, f"the desk has no such mail; it has {', '.join(ours)}")
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateRefused(path, None, f"it cannot be read ({error})") from error


def _line(error: BaseException, files: Mapping[str, Path]) -> int | None:
    """The line of the innermost template in which it happened."""
    return next(reversed([*_lines(error, {str(path) for path in files.values()})]), None)


def _lines(error: BaseException, paths: set[str]) -> Iterator[int]:
    for frame, line in walk_tb(error.__traceback__):
        if frame.f_code.co_filename in paths:
            yield line
