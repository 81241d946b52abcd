"""The commands of privacy, as an operator types them."""

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from store.database import Database

Run = Callable[..., Result]
