"""Native charts are drawn as SVG that says the same in words, and nothing in them comes alive."""

import re

import pytest

from sandbox import charts

DAYS = ["Mon", "Tue", "Wed"]


def chart(kind, *series, **axis):
    drawn = [{"name": name, "data": [{"label": d, "value": v} for d, v in zip(DAYS, values, strict=False)]}
             for name, values in series]  # fmt: skip
    return {
        "title": "Load",
        "chart": {"type": kind, "series": drawn, "axis_config": {"categories": DAYS, **axis}},
    }


def pie(*segments):
    parts = [{"label": label, "value": value} for label, value in segments]
    return {"title": "Load", "chart": {"type": "pie", "segments": parts}}


@pytest.mark.parametrize(("kind", "mark"), [("bar", "<rect"), ("line", "<circle"), ("area", "<polygon")])
def test_each_kind_of_chart_has_its_marks_and_a_legend(kind, mark):
    drawn = charts.render(chart(kind, ("Opened", [1, 2, 3]), ("Resolved", [3, 1, 0]), x_label="Day"))
    assert mark in drawn
    assert drawn.count("<li>") == 2
    assert "Load: Opened Mon 1, Tue 2, Wed 3; Resolved Mon 3, Tue 1, Wed 0" in drawn
    assert ">Day</text>" in drawn


def test_taller_is_more_and_bars_below_zero_hang():
    drawn = charts.render(chart("bar", ("Change", [2, 4, -2])))
    bars = [
        (float(y), float(h)) for y, h in re.findall(r'<rect[^>]* y="([\d.]+)" [^>]*height="([\d.]+)"', drawn)
    ]
    (y1, h1), (y2, h2), (y3, h3) = bars
    assert h2 == pytest.approx(2 * h1, abs=0.2)
    assert h3 == pytest.approx(h1, abs=0.2)
    assert y1 + h1 == pytest.approx(y3, abs=0.2)
    assert y2 < y1 < y3


@pytest.mark.parametrize("values", [[0, 0, 0], [5], [0.001, 0.002, 0.003], [1e9, 2e9, 3e9], [-1, -2, -3]])
@pytest.mark.parametrize("kind", ["bar", "line", "area"])
def test_every_mark_lies_inside_the_drawing(kind, values):
    drawn = charts.render(chart(kind, ("One", values)))
    heights = [float(y) for y in re.findall(r'(?:\by|cy|y1|y2)="(-?[\d.]+)"', drawn)]
    assert len(heights) >= len(values)
    assert all(0 <= y <= charts.HEIGHT for y in heights)


@pytest.mark.parametrize("segments", [[("All", 5)], [("None", 0)], [("A", 1), ("B", 3)]])
def test_a_pie_is_drawn_whatever_its_shares(segments):
    drawn = charts.render(pie(*segments))
    assert "nan" not in drawn.lower()
    assert drawn.count("<title>") == len(segments)


def test_labels_are_words_and_nothing_else():
    drawn = charts.render(pie(("<script>alert(1)</script>", 2)))
    assert "<script>" not in drawn
