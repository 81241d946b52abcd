"""The settings of [mail.files]: which files move between mail and Slack."""

from typing import Annotated

from pydantic import Field

from desk.files import RUNS
from settings.section import Section
from settings.values import Ending, Whole


class Files(Section):
    of_file: Annotated[Whole, Field(ge=0)] = Field(
        default=25_000_000, description="Bytes of the largest file of a mail that its thread in Slack gets"
    )
    of_mail: Annotated[Whole, Field(ge=0)] = Field(
        default=35_000_000, description="Bytes of all files of one mail that the thread gets"
    )
    refused: tuple[Ending, ...] = Field(
        default=RUNS,
        description="Endings of files that are named and not put into Slack, because they could run",
    )
    of_reply: Annotated[Whole, Field(ge=1, le=18_000_000)] = Field(
        default=18_000_000,
        description="Bytes of all files that a reply takes along; they grow by a third on their way",
    )
