"""Slack's native charts (data_visualization) as SVG: pie, bar, line and area."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil, cos, floor, log10, pi, sin
from typing import NamedTuple

from markupsafe import Markup

from sandbox.refused import Json

WIDTH, HEIGHT = 560, 240
LEFT, RIGHT, TOP, BOTTOM = 48, 12, 12, 44
GRID = 4


class Plot(NamedTuple):
    """Where values and categories lie in the drawing."""

    least: float
    most: float
    categories: Sequence[str]

    def y(self, value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (self.most - value) / (self.most - self.least)

    def x(self, place: float) -> float:
        """place: 0 is the left edge of the first category, 1 that of the second."""
        return LEFT + (WIDTH - LEFT - RIGHT) * place / max(1, len(self.categories))


def render(block: Json) -> Markup:
    """The chart of a data_visualization block, with what it says in words for those who cannot see it."""
    chart = block["chart"]
    drawn = _pie(chart["segments"]) if chart["type"] == "pie" else _axes(chart)
    names = [one["label"] if chart["type"] == "pie" else one["name"] for one in _parts(chart)]
    legend = Markup("").join(
        Markup('<li><i class="ink{}"></i>{}</li>').format(number, name) for number, name in enumerate(names)
    )
    picture = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, in_words(block), Markup("").join(drawn)
    )
    frame = Markup('<figure class="chart"><figcaption>{}</figcaption>{}<ul class="legend">{}</ul></figure>')
    return frame.format(block["title"], picture, legend)


def in_words(block: Json) -> str:
    """The same figures as a sentence."""
    chart = block["chart"]
    if chart["type"] == "pie":
        return f"{block['title']}: " + ", ".join(f"{one['label']} {one['value']}" for one in _parts(chart))
    series = (
        f"{one['name']} " + ", ".join(f"{point['label']} {point['value']}" for point in one["data"])
        for one in _parts(chart)
    )
    return f"{block['title']}: " + "; ".join(series)


def _parts(chart: Json) -> list[Json]:
    return list(chart["segments"] if chart["type"] == "pie" else chart["series"])


def _pie(segments: Sequence[Json]) -> Iterator[Markup]:
    total = sum(one["value"] for one in segments) or 1
    turned = 0.0
    for number, one in enumerate(segments):
        share = one["value"] / total
        yield _slice(number, turned, share, f"{one['label']}: {one['value']} ({share:.0%})")
        turned += share


def _slice(number: int, turned: float, share: float, words: str) -> Markup:
    middle_x, middle_y, radius = WIDTH / 2, HEIGHT / 2, HEIGHT / 2 - 10
    if share > 0.9999:
        circle = Markup('<circle class="ink{}" cx="{}" cy="{}" r="{}"><title>{}</title></circle>')
        return circle.format(number, middle_x, middle_y, radius, words)
    (x1, y1), (x2, y2) = (
        (middle_x + radius * sin(2 * pi * part), middle_y - radius * cos(2 * pi * part))
        for part in (turned, turned + share)
    )
    arc = f"A{radius} {radius} 0 {int(share > 0.5)} 1 {x2:.1f} {y2:.1f}"
    path = f"M{middle_x} {middle_y} L{x1:.1f} {y1:.1f} {arc} Z"
    return Markup('<path class="ink{}" d="{}"><title>{}</title></path>').format(number, path, words)


def _axes(chart: Json) -> Iterator[Markup]:
    axis = chart["axis_config"]
    values = [point["value"] for one in chart["series"] for point in one["data"]] or [0]
    plot = Plot(*_scale(min(values), max(values)), axis["categories"])
    yield from _grid(plot)
    draw = {"bar": _bars, "area": _area, "line": _line}[chart["type"]]
    for number, one in enumerate(chart["series"]):
        yield from draw(plot, number, one, len(chart["series"]))
    yield from _labels(plot, axis)


def _scale(least: float, most: float) -> tuple[float, float]:
    """Round figures around the values, zero among them."""
    least, most = min(0.0, least), max(0.0, most)
    step = 10 ** floor(log10(max(most - least, 1e-9)))
    low, high = floor(least / step) * step, ceil(most / step) * step
    return (low, high) if high > low else (0.0, 1.0)


def _grid(plot: Plot) -> Iterator[Markup]:
    for number in range(GRID + 1):
        value = plot.least + (plot.most - plot.least) * number / GRID
        y = plot.y(value)
        yield Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>').format(
            LEFT, WIDTH - RIGHT, y, y
        )
        yield Markup('<text class="tick" x="{}" y="{:.1f}" text-anchor="end">{:g}</text>').format(
            LEFT - 6, y + 4, value
        )


def _labels(plot: Plot, axis: Json) -> Iterator[Markup]:
    for number, name in enumerate(plot.categories):
        yield Markup('<text class="tick" x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
            plot.x(number + 0.5), HEIGHT - BOTTOM + 16, name
        )
    middle = Markup('<text class="axis" x="{}" y="{}" text-anchor="middle">{}</text>')
    yield middle.format((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, axis.get("x_label", ""))
    side = Markup(
        '<text class="axis" transform="translate(11 {}) rotate(-90)" text-anchor="middle">{}</text>'
    )
    yield side.format((TOP + HEIGHT - BOTTOM) / 2, axis.get("y_label", ""))


def _points(plot: Plot, series: Json) -> list[tuple[float, Json]]:
    """Each value of a series with the number of its category."""
    order = {name: number for number, name in enumerate(plot.categories)}
    return [(order[point["label"]], point) for point in series["data"] if point["label"] in order]


def _bars(plot: Plot, number: int, series: Json, many: int) -> Iterator[Markup]:
    width = 0.7 / many
    for place, point in _points(plot, series):
        left, right = plot.x(place + 0.15 + width * number), plot.x(place + 0.15 + width * (number + 1))
        top, bottom = sorted((plot.y(point["value"]), plot.y(0)))
        bar = Markup(
            '<rect class="ink{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="2">{}</rect>'
        )
        yield bar.format(number, left, top, right - left - 1, bottom - top, _said(series, point))


def _area(plot: Plot, number: int, series: Json, many: int) -> Iterator[Markup]:
    corners = _corners(plot, series)
    if corners:
        ground = [(corners[-1][0], plot.y(0)), (corners[0][0], plot.y(0))]
        shape = " ".join(f"{x:.1f},{y:.1f}" for x, y in [*corners, *ground])
        yield Markup('<polygon class="ink{} pale" points="{}"/>').format(number, shape)
    yield from _line(plot, number, series, many)


def _line(plot: Plot, number: int, series: Json, many: int) -> Iterator[Markup]:
    corners = _corners(plot, series)
    for (x1, y1), (x2, y2) in pairwise(corners):
        line = Markup('<line class="ink{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>')
        yield line.format(number, x1, y1, x2, y2)
    for (x, y), (_, point) in zip(corners, _points(plot, series), strict=True):
        dot = Markup('<circle class="ink{}" cx="{:.1f}" cy="{:.1f}" r="3.5">{}</circle>')
        yield dot.format(number, x, y, _said(series, point))


def _corners(plot: Plot, series: Json) -> list[tuple[float, float]]:
    return [(plot.x(place + 0.5), plot.y(point["value"])) for place, point in _points(plot, series)]


def _said(series: Json, point: Json) -> Markup:
    return Markup("<title>{}, {}: {}</title>").format(series["name"], point["label"], point["value"])
