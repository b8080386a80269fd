"""What a watch shows beside the status."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from homevolt.cli.render.status_view import Outage, StatusView
from homevolt.cli.render.watch_view import LEVELS, Sample, Watched, chart_lines, phase_lines
from homevolt.readings.views import MeterView, PhaseView
from tests.cli.samples import NOON, STOCKHOLM, URL, drawn, house, silence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homevolt import Snapshot


def metered(*currents_a: float | None) -> Snapshot:
    l1, l2, l3 = (PhaseView(current_a=current_a) for current_a in currents_a)
    grid = MeterView(function="grid", power_w=-1500.0, l1=l1, l2=l2, l3=l3)
    return msgspec.structs.replace(house(), meters=(grid,))


def samples(*powers_w: tuple[float | None, float | None]) -> list[Sample]:
    return [
        Sample(NOON + timedelta(seconds=10 * place), *powers)
        for place, powers in enumerate(powers_w)
    ]


def shown(
    snapshot: Snapshot, watched: Watched, width: int = 80, outage: Outage | None = None
) -> str:
    view = StatusView(
        snapshot, url=URL, zone=STOCKHOLM, interval_s=10.0, watched=watched, outage=outage
    )
    return drawn(view, width)


@pytest.mark.parametrize(
    ("currents_a", "fuse_a", "line"),
    [
        ((12.34, -4.0, 0.0), 25.0, "L1 12.3 A  L2 4.0 A  L3 0.0 A  of 25 A"),
        ((12.34, None, 0.0), 25.0, "L1 12.3 A  L2 —  L3 0.0 A  of 25 A"),
        ((12.34, 1.0, 2.0), None, "L1 12.3 A  L2 1.0 A  L3 2.0 A  main fuse unknown"),
    ],
)
def test_the_currents_are_shown_against_the_main_fuse(
    currents_a: tuple[float | None, ...], fuse_a: float | None, line: str
) -> None:
    watched = Watched(main_fuse_a=fuse_a)
    assert f"\nPhases    {line}\n" in shown(metered(*currents_a), watched)


def test_currents_near_the_main_fuse_are_set_off() -> None:
    ((_, text),) = phase_lines(metered(20.0, -23.0, 26.0), 25.0)
    styles = {text.plain[span.start : span.end]: span.style for span in text.spans}
    assert styles["23.0 A"] == "yellow"
    assert styles["26.0 A"] == "bold red"
    assert "20.0 A" not in styles


@pytest.mark.parametrize("snapshot", [house(), silence(), metered(None, None, None)])
def test_currents_that_are_not_known_are_not_shown(snapshot: Snapshot) -> None:
    assert [*phase_lines(snapshot, 25.0)] == []


def test_the_last_minutes_are_a_chart() -> None:
    powers = samples((-2000.0, 0.0), (0.0, 0.0), (None, 0.0), (5000.0, 0.0))
    assert [(label, text.plain) for label, text in chart_lines(powers, 70)] == [
        ("Power", "battery ▁▃ █ -2.0 to +5.0 kW"),
        ("", "grid    ▁▁▁▁ 0 to 0 kW"),
        ("", "the last 30 s; + is from the battery, from the grid"),
    ]


def test_a_chart_keeps_to_its_width_and_to_the_latest() -> None:
    powers = samples(*[(0.0, None)] * 50, *[(100.0, None)] * 10)
    ((_, text), _) = chart_lines(powers, 40)
    assert len(text.plain) <= 40
    assert text.plain.count("█") == 10
    assert [*chart_lines(powers, 30)] == []


@pytest.mark.parametrize("powers", [[], [(1.0, 1.0)], [(None, None)] * 3])
def test_without_two_reads_or_known_powers_there_is_no_chart(
    powers: list[tuple[float | None, float | None]],
) -> None:
    assert [*chart_lines(samples(*powers), 70)] == []


POWERS = st.one_of(st.none(), st.floats(-99e3, 99e3))


@given(st.lists(st.tuples(POWERS, POWERS), max_size=70), st.integers(20, 100))
def test_any_powers_fit(powers: Sequence[tuple[float | None, float | None]], width: int) -> None:
    for _, text in chart_lines(samples(*powers), width):
        line = text.plain
        assert line.startswith("the last") or cell_len(line) <= width
        assert "nan" not in line
        assert set(line) - set(LEVELS) <= set(" batterygidtokWhlsmn0123456789+-.;,f")


@pytest.mark.parametrize(
    ("watched", "end"),
    [
        (Watched(), "14:00:00, again every 10 s until Ctrl-C"),
        (Watched(has_keys=True), "14:00:00, again every 10 s; p pause, + - interval, q quit"),
        (
            Watched(has_keys=True, paused_s=95.0),
            "14:00:00, 1 min 35 s ago, paused; p go on, q quit",
        ),
    ],
)
def test_the_end_of_a_watch_says_when_it_reads_and_which_keys_it_has(
    watched: Watched, end: str
) -> None:
    assert shown(house(), watched).endswith(f"Read      {end}")


def test_an_outage_leaves_the_keys_and_a_pause_does_not_try_again() -> None:
    outage = Outage("No answer.", 35.0)
    view = shown(house(), Watched(has_keys=True), outage=outage)
    assert "35 s ago; p pause, + - interval, q quit" in view
    paused = shown(house(), Watched(has_keys=True, paused_s=35.0), outage=outage)
    assert "35 s ago, paused" in paused
    assert "Trying again." not in paused


@pytest.mark.parametrize("width", [40, 80])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    watched = Watched(True, None, 25.0, samples(*[(-2000.0, 100.0)] * 60))
    view = shown(metered(12.0, 13.0, 14.0), watched, width)
    assert max(map(cell_len, view.splitlines())) <= width
