"""The model of a chart and its two renderers: any values, any width, one set of columns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevolt.cli.output import TO_ASCII
from homevolt.cli.render.chart.model import (
    KINDS,
    Bars,
    Chart,
    Mark,
    Row,
    Strip,
    mean,
    most,
    scale_of,
    shares,
)
from homevolt.cli.render.chart.svg import svg_of
from homevolt.cli.render.chart.text import lines_of

if TYPE_CHECKING:
    from collections.abc import Sequence

START = datetime(2026, 3, 28, 17, 0, tzinfo=UTC)
"""The evening before the clocks change."""
ZONE = ZoneInfo("Europe/Stockholm")
SVG = "{http://www.w3.org/2000/svg}"
FIRST_MINUTES = st.integers(1, 15)
VALUES = st.lists(st.none() | st.floats(-1e4, 1e4), min_size=1, max_size=160)


def bars(values: Sequence[float | None], marks: tuple[Mark, ...] = ()) -> Bars:
    known = [value for value in values if value is not None]
    return Bars("Price", tuple(values), min((0.0, *known)), max((0.0, *known)), 5, "price", marks)


def chart_of(values: Sequence[float | None], step: timedelta, first_min: int = 15) -> Chart:
    """Return a chart whose first slot is the rest of one."""
    begins = START + step - min(timedelta(minutes=first_min), step)
    edges = (begins, *(START + n * step for n in range(1, len(values) + 1)))
    kinds = tuple([*KINDS, None][n // 5 % (len(KINDS) + 1)] for n in range(len(values)))
    row = Row("Day", edges, (bars(values), Strip("Plan", kinds)), ("lowest 1", "mean 2"))
    return Chart("Title", ZONE, (row,), ("A sentence.", ""), (("1.00 SEK", "with it"),))


def texts(chart: Chart, width: int) -> list[str]:
    return ["".join(piece.text for piece in line) for line in lines_of(chart, width)]


@given(
    values=VALUES,
    minutes=st.sampled_from((15, 30, 60)),
    first_min=FIRST_MINUTES,
    width=st.integers(30, 200),
)
def test_any_values_fit_any_terminal_and_any_character_set(
    values: list[float | None], minutes: int, first_min: int, width: int
) -> None:
    chart = chart_of(values, timedelta(minutes=minutes), first_min)
    lines = texts(chart, width)
    assert max(map(len, lines)) <= width
    assert all(line.encode("ascii", TO_ASCII).isascii() for line in lines)
    axis = next(line for line in lines if "\N{BOX DRAWINGS LIGHT HORIZONTAL}" in line)
    strip = next(line for line in lines if line.lstrip().startswith("Plan"))
    assert len(strip) == len(axis)
    assert strip[axis.index("\N{BOX DRAWINGS LIGHT HORIZONTAL}")] == "+"


@given(values=VALUES, minutes=st.sampled_from((15, 30, 60)), first_min=FIRST_MINUTES)
def test_any_values_are_drawn_as_svg_inside_of_its_frame(
    values: list[float | None], minutes: int, first_min: int
) -> None:
    root = ET.fromstring(svg_of(chart_of(values, timedelta(minutes=minutes), first_min)))  # noqa: S314 - our own text
    width, height = (float(root.get(name, "0")) for name in ("width", "height"))
    for each in root.iter(f"{SVG}rect"):
        right = float(each.get("x", "0")) + float(each.get("width", "0"))
        bottom = float(each.get("y", "0")) + float(each.get("height", "0"))
        assert right <= width
        assert bottom <= height
    for each in root.iter(f"{SVG}text"):
        assert 0 <= float(each.get("x", "-1")) <= width
        assert 0 <= float(each.get("y", "-1")) <= height
    drawn = "".join(each.get("d", "") for each in root.iter(f"{SVG}path"))
    assert drawn.count("z") == len(values)


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=50), st.integers(2, 8))
def test_a_scale_has_space_for_every_value_and_few_parts(values: list[float], parts: int) -> None:
    panel = bars(values)._replace(parts=parts)
    scale = scale_of(panel)
    tolerance = 1e-6 * max(1.0, *map(abs, values))
    assert scale.step * scale.above >= panel.high - tolerance
    assert -scale.step * scale.below <= panel.low + tolerance
    assert scale.above + scale.below <= parts


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0.0, 2.32, ["0.0", "0.5", "1.0", "1.5", "2.0", "2.5"]),
        (0.0, 100.0, ["0", "20", "40", "60", "80", "100"]),
        (-0.3, 0.6, ["-0.3", "-0.2", "-0.1", "0.0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6"]),
        (0.0, 0.0, ["0", "1"]),
        (-1.0, 0.0, ["-1.0", "-0.8", "-0.6", "-0.4", "-0.2", "0.0"]),
    ],
)
def test_the_labels_of_a_scale_are_round_and_exact(
    low: float, high: float, labels: list[str]
) -> None:
    scale = scale_of(Bars("", (), low, high, 9 if low and high else 5, "price"))
    assert list(scale.labels.values()) == labels


def test_a_column_is_the_mean_of_what_lies_in_it_by_its_length() -> None:
    edges = [START + timedelta(minutes=minutes) for minutes in (10, 15, 30, 60)]
    columns = [START, START + timedelta(minutes=30), START + timedelta(minutes=60)]
    first, second = shares(edges, columns)
    assert mean((3.0, 1.0, 5.0), first) == pytest.approx((5 * 3.0 + 15 * 1.0) / 20)
    assert mean((3.0, 1.0, 5.0), second) == 5.0
    assert mean((None, 1.0, None), first) == 1.0
    assert mean((None, 1.0, None), second) is None
    assert most(("charge", "save", "wait"), first) == "save"
    assert most(("charge", "save", "wait"), []) is None


def test_the_hours_are_those_of_local_time_where_one_is_left_out() -> None:
    chart = chart_of([1.0] * 40, timedelta(minutes=15))
    lines = texts(chart, 120)
    hours, days = (
        line
        for line in lines[lines.index("Day") + 1 :]
        if line.strip()[:2].isalnum()
        and (line.strip().startswith("18") or line.strip().startswith("Sat"))
    )
    assert hours.split() == ["18", "19", "20", "21", "22", "23", "00", "01", "03", "04"]
    assert days.split() == ["Sat", "28", "Mar", "Sun", "29", "Mar"]
    assert days.index("Sun") == hours.index("00")


def test_what_would_be_markup_is_text() -> None:
    chart = chart_of([1.0], timedelta(hours=1))
    title, line = "<script>alert('1')</script>", 'a "b" & c </text>'
    text = svg_of(chart._replace(title=title, lines=(line,), table=(("<1>", "&"),)))
    root = ET.fromstring(text)  # noqa: S314 - our own text
    shown = [each.text for each in root.iter(f"{SVG}text")]
    assert {title, line, "<1>", "&"} <= set(shown)
    assert "<script" not in text
