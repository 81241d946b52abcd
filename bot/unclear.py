"""What is said of the parts of a search that nobody can follow."""

from bot import tongue
from bot.blocks import one_line
from desk.query import MOST, Filter, Query, Unclear

_FILTERS = (
    "status:, priority:, from:, owner:, before:, after:",
    "status:, prioriteit:, van:, eigenaar:, voor:, na:",
)
_EXAMPLES: dict[Filter, tuple[str, str]] = {
    Filter.STATUS: ("status:open or status:resolved", "status:open of status:opgelost"),
    Filter.PRIORITY: ("priority:urgent", "prioriteit:urgent"),
    Filter.FROM: ("from:anna or from:bakery.example", "van:anna of van:bakery.example"),
    Filter.OWNER: (
        "owner:me, owner:nobody or owner:sanne",
        "eigenaar:ik, eigenaar:niemand of eigenaar:sanne",
    ),
    Filter.BEFORE: ("before:2026-12-24 or before:monday", "voor:24-12-2026 of voor:maandag"),
    Filter.AFTER: ("after:2026-12-24 or after:monday", "na:24-12-2026 of na:maandag"),
}


def remarks(query: Query, language: str) -> list[str]:
    """A line for each part that was left out."""
    said = [_remark(each, language) for each in query.unclear]
    if query.too_many:
        said.append(
            tongue.pick(
                language,
                f"Only the first {MOST} words and filters were looked for.",
                f"Alleen naar de eerste {MOST} woorden en filters is gezocht.",
            )
        )
    return said


def _remark(unclear: Unclear, language: str) -> str:
    given = one_line(unclear.given, 100)
    if unclear.about is None:
        meant = tongue.pick(language, f" Did you mean {unclear.near}:?", f" Bedoel je {unclear.near}:?")
        hint = meant if unclear.near else ""
        filters = tongue.pick(language, *_FILTERS)
        return tongue.pick(
            language,
            f"There is no filter “{given}”, so it was left out.{hint} There are {filters}.",
            f"Een filter “{given}” bestaat niet en is weggelaten.{hint} Er zijn {filters}.",
        )
    example = tongue.pick(language, *_EXAMPLES[unclear.about])
    return tongue.pick(
        language,
        f"“{given}” is not understood and was left out. Write it like {example}.",
        f"“{given}” is niet begrepen en weggelaten. Schrijf het als {example}.",
    )
