"""Any entry that a device would take, for properties."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from homevolt import BatteryMode, ScheduleEntry
from homevolt.schedule.entry import SETPOINT_MODES
from homevolt.schedule.options import BY_NAME, Kind, Option
from homevolt.simulator.world.clock import WINTER_NOON

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


NOON: Final = datetime.fromtimestamp(WINTER_NOON, UTC)
MOMENTS: Final = st.integers(1, 10**8).map(lambda seconds: NOON + timedelta(seconds=seconds))


def _values(option: Option) -> SearchStrategy[Any]:
    if option.kind is Kind.TIME:
        return MOMENTS
    if option.kind is Kind.FLAG:
        return st.booleans()
    return st.integers(option.low, option.high)


@st.composite
def entries(draw: st.DrawFn) -> ScheduleEntry:
    """Return an entry of any mode with any of the options, as a device would take it."""
    mode = draw(st.sampled_from(BatteryMode))
    fields = draw(
        st.fixed_dictionaries({}, optional={o.name: _values(o) for o in BY_NAME.values()})
    )
    if mode in SETPOINT_MODES:
        fields.setdefault("setpoint", 0)
    if mode is not BatteryMode.GRID_CHARGE_DISCHARGE and "setpoint" in fields:
        fields["setpoint"] = abs(fields["setpoint"])
    if mode is not BatteryMode.IDLE:
        fields.pop("offline", None)
    for low, high in (
        ("min_soc", "max_soc"),
        ("from_time", "to_time"),
        ("import_energy_limit_from", "import_energy_limit_to"),
        ("export_energy_limit_from", "export_energy_limit_to"),
    ):
        if low in fields and high in fields:
            if fields[low] == fields[high]:
                del fields[low]
            else:
                fields[low], fields[high] = sorted((fields[low], fields[high]))
    return ScheduleEntry(mode=mode, **fields)
