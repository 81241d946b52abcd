"""Tables and charts: the blocks of 2025 and 2026 that show figures.

From Slack's reference: the rows and columns of tables, the kinds of charts, 6 segments or series, the 50 of a
title and of an axis, the 20 of a category, one point of each series for each category.  Guessed, because it
says nothing or its sources differ: names of series and segments at most 20 characters, at most 20 categories,
no segment without a size, a caption of at most 250, 101 rows in a data_table (another source says 201)."""

from typing import Any

from sandbox.rules import Findings, Rule, Shape, boolean, by_type, integer, listed, one_of, string
from sandbox.written import RICH_TEXT

MOST_COLUMNS = 20
LONGEST_TABLE = 10_000
LABEL: Rule = string(20)
_ID: Rule = string(255)


def number(value: Any, pointer: str, found: Findings) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        found.add(pointer, "must be a number")


def _positive(value: Any, pointer: str, found: Findings) -> None:
    number(value, pointer, found)
    if isinstance(value, int | float) and value <= 0:
        found.add(pointer, "must be greater than 0")


CELLS: dict[str, Rule] = {
    "raw_text": Shape({"text": string(3000)}),
    "raw_number": Shape({"value": number}, {"text": string(3000)}),
    "rich_text": RICH_TEXT,
}
_CELL = by_type(CELLS, frozenset(CELLS))
_COLUMN = Shape({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})


def _column(value: Any, pointer: str, found: Findings) -> None:
    if value is not None:
        _COLUMN(value, pointer, found)


def _table_together(block: Any, pointer: str, found: Findings) -> None:
    if len("".join(_words(block.get("rows")))) > LONGEST_TABLE:
        found.add(f"{pointer}/rows", f"must be less than {LONGEST_TABLE + 1} characters in all")


def _words(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["text"]] if isinstance(part.get("text"), str) else []
        return own + _words(list(part.values()))
    return [word for one in part for word in _words(one)] if isinstance(part, list) else []


def _data_together(block: Any, pointer: str, found: Findings) -> None:
    """Every row as long as the header, which holds no rich text."""
    rows = [row for row in block.get("rows") or [] if isinstance(row, list)]
    if len({len(row) for row in rows}) > 1:
        found.add(f"{pointer}/rows", "every row must have as many cells as the header")
    if rows and any(isinstance(cell, dict) and cell.get("type") == "rich_text" for cell in rows[0]):
        found.add(f"{pointer}/rows/0", "the header must not hold rich_text")
    index = block.get("row_header_column_index")
    if rows and isinstance(index, int) and index >= len(rows[0]):
        found.add(f"{pointer}/row_header_column_index", "there is no such column")


def _chart_together(chart: Any, pointer: str, found: Findings) -> None:
    axis, series = chart.get("axis_config"), chart.get("series")
    known = [one for one in series if isinstance(one, dict)] if isinstance(series, list) else []
    names = [one.get("name") for one in known]
    if len({str(name) for name in names}) < len(names):
        found.add(f"{pointer}/series", "names of series must be unique")
    categories = axis.get("categories") if isinstance(axis, dict) else None
    for place, one in enumerate(known):
        points = [point for point in one.get("data") or [] if isinstance(point, dict)]
        labels = [point.get("label") for point in points]
        if sorted(map(str, labels)) != sorted(map(str, categories or [])):
            found.add(f"{pointer}/series/{place}/data", "must have one point for each of the categories")


_POINT = Shape({"label": LABEL, "value": number})
_SERIES = Shape({"name": LABEL, "data": listed(_POINT, 20)})
_AXIS = Shape({"categories": listed(LABEL, 20)}, {"x_label": string(50), "y_label": string(50)})
_PLOT = Shape({"series": listed(_SERIES, 6), "axis_config": _AXIS}, {}, _chart_together)
CHARTS: dict[str, Rule] = {
    "pie": Shape({"segments": listed(Shape({"label": LABEL, "value": _positive}), 6)}),
    "bar": _PLOT,
    "area": _PLOT,
    "line": _PLOT,
}

FIGURES: dict[str, Rule] = {
    "table": Shape(
        {"rows": listed(listed(_CELL, MOST_COLUMNS), 100)},
        {"block_id": _ID, "column_settings": listed(_column, MOST_COLUMNS)},
        _table_together,
    ),
    "data_table": Shape(
        {"caption": string(250), "rows": listed(listed(_CELL, MOST_COLUMNS), 101, 2)},
        {
            "block_id": _ID,
            "page_size": integer(1, 100),
            "row_header_column_index": integer(0, MOST_COLUMNS - 1),
        },
        _data_together,
    ),
    "data_visualization": Shape(
        {"title": string(50), "chart": by_type(CHARTS, frozenset(CHARTS))}, {"block_id": _ID}
    ),
}
MOST_OF: dict[str, int] = {"table": 1, "data_visualization": 2}
"""How many of them one message may hold."""
