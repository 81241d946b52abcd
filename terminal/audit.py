"""`helpdesk audit`: whether anybody tampered with what happened, and the receipts of what was erased."""

from __future__ import annotations

from pathlib import Path

import click

from terminal.call import EX_DATAERR, Call, Refused, refusals
from terminal.deciding import as_json, looking, say


@click.group()
def audit() -> None:
    """Look whether anybody tampered with what happened; list receipts of erasures.

    Example: helpdesk audit verify --json
    """


@audit.command()
@click.option(
    "--anchor", "anchors", multiple=True, help="What the chain's end was once, as it was told then."
)
@click.option(
    "--anchors", "file", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file of anchors, as [audit] anchor_file writes it.",
)  # fmt: skip
@as_json
@click.pass_obj
def verify(call: Call, anchors: tuple[str, ...], file: Path | None, in_json: bool) -> None:
    """Go through the chain that every event is a link of.

    Finds each event that was changed, deleted, moved or slipped in.  That its end was cut off, or that all of
    it was made anew, only an anchor from outside can show: give one.  Only reads.  Exit status 0: all fits;
    1: something does not; 65: that is no anchor.

    Example: helpdesk audit verify --anchors /var/lib/helpdesk-anchors/anchors
    """
    from store import trail
    from store.chain import Head

    lines = file.read_text("ascii").splitlines() if file else []
    try:
        given = [Head.read(each.split()[-1]) for each in (*anchors, *filter(str.strip, lines))]
    except (ValueError, IndexError) as problem:
        raise Refused(str(problem), EX_DATAERR) from problem
    with refusals(), looking(call) as session:
        seen = trail.look(session, given)
    facts = {"links": seen.links, "anchor": str(seen.head), "unchained": seen.unchained}
    facts |= {"anchors": len(given), "places": list(seen.places)}
    words = [f"NOT  {place}" for place in seen.places]
    words.append(
        f"{seen.links:,} links, {seen.unchained} events wait for theirs; {len(given)} anchors compared."
    )
    words.append(f"Anchor now: {seen.head}")
    say(facts, "\n".join(words), in_json=in_json)
    if seen.places:
        raise click.exceptions.Exit(1)


@audit.command()
@as_json
@click.pass_obj
def receipts(call: Call, in_json: bool) -> None:
    """List what was erased: how much, when and by whom.  Nobody's name is in it.

    Example: helpdesk audit receipts --json
    """
    from store import receipts as kept

    with refusals(), looking(call) as session:
        for receipt in kept.every(session):
            counted = ", ".join(f"{count} {name}" for name, count in receipt.counts.items())
            said = f"{receipt.deed}  {receipt.at:%Y-%m-%d %H:%M}Z  {receipt.what}  {counted}  {receipt.by}"
            say(receipt.facts(), said, in_json=in_json)
