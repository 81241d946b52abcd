"""The signed link, over HTTP: looking changes nothing, for mail scanners look; a button sends the answer."""

import logging
from collections.abc import Callable
from datetime import datetime
from urllib.parse import parse_qs

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from desk.actor import Actor
from desk.budget import Round
from desk.errors import Conflict, DeskError, NotFound
from desk.ticket import Ticket
from mail import passes
from mail.letterhead import Letterhead
from mail.pages import approval
from store import tickets
from store.database import Database, Session, Unavailable

log = logging.getLogger(__name__)

_LARGEST = 1024
"""Bytes of an answer; ours has ten."""

_TRIES = 3
"""How often to look again when somebody else changed the same ticket in the same moment."""

_ANSWERS = {"yes": Ticket.approve, "no": Ticket.decline}


class Approvals:
    """Shows what a client is asked to agree to, and takes their answer.

    secret: seals the links; clock: reads the time."""

    def __init__(
        self, db: Database, *, secret: str, letterhead: Letterhead, clock: Callable[[], datetime]
    ) -> None:
        self._db = db
        self._secret = secret
        self._letterhead = letterhead
        self._clock = clock

    def routes(self) -> list[Route]:
        """For the web application of the desk."""
        return [Route(f"/{passes.PATH}/{{link}}", self._serve, methods=["GET", "POST"])]

    async def _serve(self, request: Request) -> Response:
        link, answer = request.path_params["link"], ""
        if request.method == "POST":
            answer = await _answer_in(request)
        try:
            answered = await to_thread.run_sync(self._served, link, answer)
        except (Unavailable, Conflict) as problem:
            log.warning("an answer to a budget was not taken: %s", problem)
            answered = HTMLResponse(approval.busy(self._letterhead), 503)
        answered.headers.update(approval.HEADERS)
        return answered

    def _served(self, link: str, answer: str) -> Response:
        if answer and self._take(link, answer):
            # Loading the page again sends nothing again.  Only the last step: we may stand behind a path.
            return RedirectResponse(link, status_code=303)
        with self._db.read() as session:
            found = self._found(session, link)
            if found is None:
                return HTMLResponse(approval.not_valid(self._letterhead), 404)
            return HTMLResponse(approval.draw(*found, self._letterhead, now=self._clock()))

    def _take(self, link: str, answer: str) -> bool:
        """Whether there was something to answer; that it came too late, the page says."""
        for left in reversed(range(_TRIES)):
            try:
                with self._db.change(urgent=True) as session:
                    return self._taken(session, link, answer)
            except Conflict:
                if not left:
                    raise
            except DeskError as refusal:
                log.info("an answer to a budget came too late: %s", refusal)
                return True
        return False

    def _taken(self, session: Session, link: str, answer: str) -> bool:
        found = self._found(session, link)
        if found is None:
            return False
        ticket, asked = found
        to = asked.proposal.to
        _ANSWERS[answer](
            ticket, asked.number, by=Actor.by_link(to), at=self._clock(),
            evidence={"via": "link", "sender": to, "asked": asked.seq},
        )  # fmt: skip
        return True

    def _found(self, session: Session, link: str) -> tuple[Ticket, Round] | None:
        shown = passes.read(link)
        if shown is None:
            return None
        try:
            ticket = tickets.get(session, shown.ticket)
            asked = ticket.round(shown.round)
        except (NotFound, DeskError):
            return None
        return (ticket, asked) if shown.fits(asked, self._secret) else None


async def _answer_in(request: Request) -> str:
    """What the form says: "yes", "no", or "" for anything else."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            return ""
    said = parse_qs(body.decode("latin-1")).get("answer", [""])[0]
    return said if said in _ANSWERS else ""
