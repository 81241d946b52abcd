"""`helpdesk simulate`: what the desk would do in a scenario, each thing at its own time."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from terminal.call import EX_CONFIG, EX_DATAERR, EX_NOINPUT, Call, Refused, refusals

if TYPE_CHECKING:
    from config import Config


@click.command()
@click.argument("scenario", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, as docs/simulate.md says.")
@click.pass_obj
def simulate(call: Call, scenario: Path, as_json: bool) -> None:
    """Replay a scenario through the real desk, on a clock that the scenario turns.

    Prints in the order of time every mail that would leave, every card, thread line, warning and change of
    status; at the end how each ticket and its clocks stand.  Calls nobody and keeps nothing.  Targets, hours
    and contracts are those of the settings in force, with the scenario's config above them; no token is
    needed.  SCENARIO may be - for standard input.  Exit status 65: the scenario is wrong, 78: its config is.

    Example: helpdesk simulate friday.yml --json
    """
    from rehearsal.scenario import ScenarioRefused

    logging.disable(logging.WARNING)
    try:
        with refusals():
            for line in _lines(call, _text(scenario), as_json):
                click.echo(line)
    except ScenarioRefused as refused:
        raise Refused(str(refused), EX_DATAERR) from refused
    finally:
        logging.disable(logging.NOTSET)


def _text(path: Path) -> str:
    try:
        raw = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.", EX_NOINPUT) from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"{path} is not UTF-8 (byte {error.start + 1}).", EX_DATAERR) from error


def _lines(call: Call, text: str, as_json: bool) -> Iterator[str]:
    from rehearsal import reading, telling
    from rehearsal.playing import play

    said = reading.parse(text)
    config = _settings(call, reading.overrides(said))
    scenario = reading.read(said, config.desk.timezone)
    words = telling.Telling(config.desk.prefix, config.desk.timezone)
    for line in play(scenario, config):
        if as_json:
            yield telling.as_json(line)
        else:
            yield from words.words(line)


def _settings(call: Call, overrides: dict[str, object]) -> Config:
    from config import load_rehearsed
    from settings.problems import ConfigRefused

    usual = Path("helpdesk.toml")
    try:
        return load_rehearsed(call.config_path or (usual if usual.exists() else None), os.environ, overrides)
    except ConfigRefused as refused:
        raise Refused(str(refused), EX_CONFIG) from refused
