"""`helpdesk backup` and `helpdesk restore`: a copy of everything, and a desk that goes on from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from terminal.call import EX_CONFIG, EX_DATAERR, EX_NOINPUT, Call, Refused, refusals
from terminal.deciding import as_json, say
from terminal.reading import opened

if TYPE_CHECKING:
    from store.aftermath import Restored
    from store.restoring import Copy

_file = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=_file)
@as_json
@click.pass_obj
def backup(call: Call, file: Path, in_json: bool) -> None:
    """Write a copy of everything into FILE, also while the desk runs.

    It is of one moment, and holds tickets, raw mails, files, secrets of the desk: keep it as you keep the
    database.  SQLite and PostgreSQL can both be filled from it.  FILE appears when it is whole.  Exit status
    75: the disk is full or the database away; then there is no file; 78: a device or a pipe has that name.

    Example: helpdesk backup /backup/helpdesk-monday.gz
    """
    from store import backup as copies

    at = call.now()
    with refusals(), opened(call.settings()) as db:
        rows = copies.write(db, file, at=at)
    size = file.stat().st_size
    facts = {"file": str(file), "rows": rows, "bytes": size, "taken_at": at.isoformat()}
    say(facts, f"{file}: {rows:,} rows, {size:,} bytes, as of {at:%Y-%m-%d %H:%M:%S}Z.", in_json=in_json)


@click.command()
@click.argument("file", type=_file, required=False)
@click.option("--check", "only_check", is_flag=True, help="Only read FILE from end to end.")
@click.option("--status", is_flag=True, help="What was restored here, and whether it is held back.")
@click.option("--release", is_flag=True, help="Go on without Slack having been compared.")
@as_json
@click.pass_obj
def restore(
    call: Call, file: Path | None, only_check: bool, status: bool, release: bool, in_json: bool
) -> None:
    """Fill an empty database from FILE, which `helpdesk backup` wrote on either engine.

    What is undone is held back: at its next start the desk reads its mailboxes again and compares with what
    Slack already shows; mails that may have left are looked for in the journal, or asked about.  Then it goes
    on by itself.  Exit status 65: FILE is damaged; 78: the place is not empty, or FILE is of a newer version.

    Into the other engine, too: let DATABASE_URL name the new place first.

    Example: helpdesk restore /backup/helpdesk-monday.gz
    """
    if status or release:
        return _held(call, release=release, in_json=in_json)
    if file is None:
        raise click.UsageError("Name the file of a copy.")
    from store import restoring

    if not file.exists():
        raise Refused(f"There is no file {file}.", EX_NOINPUT)
    with _refused(), refusals():
        if only_check:
            copy, said = restoring.check(file), "is whole"
        else:
            copy, said = (
                _restored(call, file),
                "is restored; what is undone is held back until the desk starts",
            )
    facts = {"file": str(file), "rows": copy.rows, "schema": copy.schema}
    words = f"The copy of {copy.taken_at:%Y-%m-%d %H:%M:%S}Z ({copy.rows:,} rows) {said}."
    return say(facts | {"taken_at": copy.taken_at.isoformat()}, words, in_json=in_json)


def _restored(call: Call, file: Path) -> Copy:
    from settings.promised import policy_of
    from sla.keeping import database_of
    from store import restoring

    config = call.settings()
    db = database_of(config.database.url.get_secret_value(), policy_of(config))
    try:
        return restoring.restore(db, file, at=call.now())
    finally:
        db.close()


def _held(call: Call, *, release: bool, in_json: bool) -> None:
    from store import aftermath

    with opened(call.settings()) as db:
        if release:
            with db.change() as session:
                aftermath.release(session, at=call.now())
        with db.read() as session:
            restored, unknown = aftermath.of(session), aftermath.unknown(session)
    facts = {
        "restored": restored is not None,
        "held": bool(restored and restored.is_held),
        "unknown": unknown,
    }
    say(facts, _told(restored, unknown), in_json=in_json)


def _told(restored: Restored | None, unknown: list[int]) -> str:
    if restored is None:
        return "Nothing was restored here."
    held = "is held back" if restored.is_held else f"went on at {restored.released_at[:19]}Z"
    said = f"The copy of {restored.taken_at[:19]}Z was restored at {restored.restored_at[:19]}Z and {held}."
    numbers = ", ".join(map(str, unknown))
    return said + f"\nCards in Slack whose tickets are not known any more: {numbers}." * bool(unknown)


@contextmanager
def _refused() -> Iterator[None]:
    from store.restoring import CopyRefused

    try:
        yield
    except CopyRefused as refusal:
        status = EX_CONFIG if "not empty" in str(refusal) else EX_DATAERR
        raise Refused(f"{refusal}. Nothing was changed.", status) from refusal
