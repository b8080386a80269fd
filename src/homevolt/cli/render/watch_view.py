"""What a watch shows besides the status: currents, the power of the last minutes, and its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from homevolt.cli.render import formatting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from homevolt.readings.snapshot import Snapshot

    Lines = Iterator[tuple[str, Text]]

MOST_SAMPLES = 60
LEVELS = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"
"""Blocks of one to eight eighths of the height of a line."""
NARROWEST_CHART = 8
NEARLY_FULL = 0.9
KEYS = "p pause, + - interval, q quit"
KEYS_WHILE_PAUSED = "p go on, q quit"
UNTIL = "until Ctrl-C"
RANGE_WIDTH = 18
"""Columns for two powers below 100 kW; larger ones are folded."""


class Sample(NamedTuple):
    """The power of one moment, with its signs as the device has them.

    Attributes:
        at: When it was read.
        battery_w: + discharging, - charging.
        grid_w: + importing, - exporting.
    """

    at: datetime
    battery_w: float | None
    grid_w: float | None


class Watched(NamedTuple):
    """What a watch knows besides the last snapshot.

    Attributes:
        has_keys: Whether it reacts to keys.
        paused_s: How old its readings are while it is paused, None if it is not.
        main_fuse_a: The size of the main fuse in A, None if it is not known.
        samples: The power of the last minutes, the latest last.
    """

    has_keys: bool = False
    paused_s: float | None = None
    main_fuse_a: float | None = None
    samples: Sequence[Sample] = ()


CHARTS = (("battery", "battery_w", "green"), ("grid", "grid_w", "magenta"))
"""The lines of the chart: name, attribute of a sample, colour."""


def phase_lines(snapshot: Snapshot, main_fuse_a: float | None) -> Lines:
    """Yield the current of each phase at the grid connection point, none if none is known."""
    grid = snapshot.grid
    if grid is None:
        return
    currents = {"L1": grid.l1.current_a, "L2": grid.l2.current_a, "L3": grid.l3.current_a}
    if all(current_a is None for current_a in currents.values()):
        return
    text = Text()
    for phase, current_a in currents.items():
        text.append(f"{phase} ").append_text(_current(current_a, main_fuse_a)).append("  ")
    text.append("main fuse unknown" if main_fuse_a is None else f"of {main_fuse_a:g} A", "dim")
    yield "Phases", text


def chart_lines(samples: Sequence[Sample], width: int) -> Lines:
    """Yield the power of the last minutes, a line for the battery and one for the grid.

    Args:
        samples: The latest last; a chart needs two.
        width: Columns for a line.
    """
    columns = width - max(len(name) for name, _, _ in CHARTS) - 1 - RANGE_WIDTH
    shown = samples[-max(columns, 0) :]
    if columns < NARROWEST_CHART or len(shown) < 2:  # noqa: PLR2004 - a line has two ends
        return
    span = formatting.duration((shown[-1].at - shown[0].at).total_seconds())
    label = "Power"
    for name, attribute, style in CHARTS:
        powers = [getattr(sample, attribute) for sample in shown]
        known = [power for power in powers if power is not None]
        if known:
            text = Text(f"{name:<7} ").append(_chart(powers), style=style)
            yield label, text.append(f" {_kw(min(known))} to {_kw(max(known))} kW", style="dim")
            label = ""
    if not label:
        yield "", Text(f"the last {span}; + is from the battery, from the grid", style="dim")


def how_it_goes_on(watched: Watched, interval_s: float) -> str:
    """Return when a watch reads again, and which keys it knows."""
    if watched.paused_s is not None:
        age = formatting.duration(watched.paused_s)
        return f", {age} ago, paused; {KEYS_WHILE_PAUSED}"
    if watched.has_keys:
        return f", again every {interval_s:g} s; {KEYS}"
    return f", again every {interval_s:g} s {UNTIL}"


def _current(current_a: float | None, main_fuse_a: float | None) -> Text:
    """Return a current, set off if it is nearly as large as the main fuse, or larger."""
    if current_a is None:
        return Text(formatting.DASH, style="dim")
    share = 0.0 if main_fuse_a is None else abs(current_a) / main_fuse_a
    style = "bold red" if share > 1 else "yellow" if share > NEARLY_FULL else ""
    return Text(f"{abs(current_a):.1f} A", style=style)


def _chart(powers: Sequence[float | None]) -> str:
    """Draw powers between the lowest and the highest of them, 0 included; a gap where unknown."""
    watts = [None if power is None else round(power) for power in powers]
    known = [each for each in watts if each is not None]
    low, high = min(0, *known), max(0, *known)
    scale = (len(LEVELS) - 1) / (high - low) if high > low else 0.0
    return "".join(" " if each is None else LEVELS[round((each - low) * scale)] for each in watts)


def _kw(power_w: float) -> str:
    """Return a power with its sign in kW; one that rounds to nothing has none."""
    rounded = round(power_w / formatting.KILO, 1) + 0.0
    return f"{rounded:+.1f}" if rounded else "0"
