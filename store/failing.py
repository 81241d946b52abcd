"""What the database could not do, in the house's own words."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from desk.errors import Conflict
from store import meters
from store.session import AT_ONCE

_WAITED_IN_A_CIRCLE = "40P01"
"""PostgreSQL's word for a deadlock: of two transactions it ends one, which may try again at once."""

_OUR_FAULTS = (DataError, ProgrammingError, NotSupportedError)


class Unavailable(Exception):
    """The database did not answer, is locked, full or read-only.  Nothing changed; trying again may help."""


@contextmanager
def translated() -> Iterator[None]:
    """Raises Conflict or Unavailable for what the database says; what is our fault as it is."""
    try:
        yield
    except IntegrityError as error:
        raise Conflict(AT_ONCE) from error
    except _OUR_FAULTS:
        raise  # trying again cannot help
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _WAITED_IN_A_CIRCLE:
            raise Conflict(AT_ONCE) from error
        meters.DB_BUSY.inc()
        raise Unavailable(f"the database cannot: {str(error.orig).strip()}") from error
    except (NoConnectionFree, TimeoutError) as error:
        meters.DB_BUSY.inc()
        raise Unavailable(f"the database is too busy: {error}") from error
