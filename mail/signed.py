"""Pages behind signed links: looking changes nothing, for mail scanners look; a button sends the answer."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import ClassVar, Generic, TypeVar
from urllib.parse import parse_qsl

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from desk.errors import Conflict, DeskError
from desk.ticket import Ticket
from mail import passes
from mail.letterhead import Letterhead
from mail.pages import sheet
from mail.passes import Pass
from store import tickets
from store.database import Database, Session, Unavailable

log = logging.getLogger(__name__)

_TRIES = 3
"""How often to look again when somebody else changed the same ticket in the same moment."""

Form = Mapping[str, str]
Asked = TypeVar("Asked")


class Question(ABC, Generic[Asked]):
    """What is asked behind the links of one kind, and the page that asks it.

    secret: seals the links; clock: reads the time."""

    path: ClassVar[str]
    """Under which its pages stand."""

    largest: ClassVar[int]
    """Bytes of an answer."""

    def __init__(
        self, db: Database, *, secret: str, letterhead: Letterhead, clock: Callable[[], datetime]
    ) -> None:
        self._db = db
        self._secret = secret
        self._letterhead = letterhead
        self._clock = clock

    def routes(self) -> list[Route]:
        """For the web application of the desk."""
        return [Route(f"/{self.path}/{{link}}", self._serve, methods=["GET", "POST"])]

    @abstractmethod
    def asked(self, ticket: Ticket, shown: Pass) -> Asked | None:
        """What that link asks about; None where we did not give it.  Raises DeskError where there is none."""

    @abstractmethod
    def page(self, ticket: Ticket, asked: Asked) -> str:
        """The page as things stand."""

    @abstractmethod
    def answer(self, ticket: Ticket, asked: Asked, form: Form) -> bool:
        """Take what the form says; whether it says anything to us.  Raises DeskError where it is too late."""

    async def _serve(self, request: Request) -> Response:
        link: str = request.path_params["link"]
        form = await _form_in(request, self.largest) if request.method == "POST" else {}
        try:
            answered = await to_thread.run_sync(self._served, link, form)
        except (Unavailable, Conflict) as problem:
            log.warning("an answer by link was not taken: %s", problem)
            answered = HTMLResponse(sheet.busy(self._letterhead), 503)
        answered.headers.update(sheet.HEADERS)
        return answered

    def _served(self, link: str, form: Form) -> Response:
        with self._db.read() as session:  # first: whoever only guesses must not take a turn to write
            found = self._found(session, link)
            page = self.page(*found) if found else None
        if page and form and self._take(link, form):
            # Loading the page again sends nothing again.  Only the last step: we may stand behind a path.
            return RedirectResponse(link, status_code=303)
        return HTMLResponse(page) if page else HTMLResponse(sheet.not_valid(self._letterhead), 404)

    def _take(self, link: str, form: Form) -> bool:
        """Whether there was something to answer; that it came too late, the page says."""
        for left in reversed(range(_TRIES)):
            try:
                with self._db.change(urgent=True) as session:
                    found = self._found(session, link)
                    return found is not None and self.answer(*found, form)
            except Conflict:
                if not left:
                    raise
            except DeskError as refusal:
                log.info("an answer by link came too late: %s", refusal)
                return True
        return False

    def _found(self, session: Session, link: str) -> tuple[Ticket, Asked] | None:
        shown = passes.read(link)
        if shown is None:
            return None
        try:
            ticket = tickets.get(session, shown.ticket)
            asked = self.asked(ticket, shown)
        except DeskError:
            return None
        return (ticket, asked) if asked is not None else None


async def _form_in(request: Request, largest: int) -> Form:
    """What stands in the form; nothing where it is larger than ours can be."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            return {}
    try:
        return dict(parse_qsl(body.decode("ascii"), errors="replace", max_num_fields=8))
    except ValueError:
        return {}
