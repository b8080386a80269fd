"""The fields of a schedule entry, with every option of it: each is defined here and nowhere else.

From the class `EntryFields` follow the table `OPTIONS`, which drives checking, rendering, reading
and the documentation; the struct of the wire; and the types of the keywords of the control methods
(`homevolt.schedule.keywords`, written by `python -m tools.generate`).

Source: the arguments of `sched_set` and `sched_add` of the console, and the entries of
`/schedule.json`.
"""

from datetime import datetime
from enum import Enum
from typing import Annotated, Any, NamedTuple, get_args

import msgspec

INT32_MAX = 2**31 - 1


class Kind(Enum):
    """What kind of value an option takes."""

    WHOLE = "whole number"
    FLAG = "flag"
    TIME = "time"


_KINDS = {float: Kind.WHOLE, bool: Kind.FLAG, datetime: Kind.TIME}


class Option(NamedTuple):
    """What there is to know of one option.

    Attributes:
        name: The keyword argument and the field of `ScheduleEntry`.
        kind: What kind of value it takes.
        about: What it does.
        unit: The unit of the number, empty for flags, times and numbers without one.
        flag: The long flag on the command line.
        key: The key in an entry of `/schedule.json`, among its `params` unless it is a key of the
            entry itself.
        in_params: Whether it is among the `params`.
        low: The smallest number allowed.
        high: The largest number allowed.
        default: What a device means that leaves the option out, or None if that is not known.
    """

    name: str
    kind: Kind
    about: str
    unit: str
    flag: str
    key: str
    in_params: bool
    low: int
    high: int
    default: int | bool | None


class _About(NamedTuple):
    """The part of an `Option` that its field does not say; `key` is empty among the `params`."""

    about: str
    unit: str = ""
    low: int = 0
    high: int = INT32_MAX
    default: int | bool | None = None
    key: str = ""


def _switch(about: str) -> _About:
    return _About(about, default=False)


class EntryFields(msgspec.Struct, frozen=True, kw_only=True, gc=False, repr_omit_defaults=True):
    """The fields of `homevolt.ScheduleEntry`.

    A field with a description is an option; its type says of which kind. One that is None was not
    given. A number is an int unless the device sent a fraction, which its console does not take.
    """

    mode: int
    from_time: Annotated[datetime | None, _About("Start of the window.", key="from")] = None
    to_time: Annotated[datetime | None, _About("End of the window, exclusive.", key="to")] = None
    id: int | None = None

    min_soc: Annotated[
        float | None,
        _About("Do not discharge below this state of charge.", "%", 0, 100, default=0, key="min"),
    ] = None
    max_soc: Annotated[
        float | None,
        _About("Do not charge above this state of charge.", "%", 0, 100, default=100, key="max"),
    ] = None
    setpoint: Annotated[
        float | None,
        _About(
            "Power to hold: at the inverter in modes 1-2, at the grid connection point in modes "
            "3-5; in mode 5 signed, + import, - export.",
            "W",
            low=-INT32_MAX,
        ),
    ] = None
    max_charge: Annotated[float | None, _About("Limit of the charging power.", "W")] = None
    max_discharge: Annotated[float | None, _About("Limit of the discharge power.", "W")] = None
    import_limit: Annotated[
        float | None, _About("Limit of the import at the grid connection point.", "W")
    ] = None
    export_limit: Annotated[
        float | None, _About("Limit of the export at the grid connection point.", "W")
    ] = None
    idle_threshold_power: Annotated[
        float | None, _About("Power below which the battery idles.", "W")
    ] = None
    discharge_threshold_power: Annotated[
        float | None, _About("Power above which the battery discharges.", "W")
    ] = None
    main_fuse: Annotated[float | None, _About("Size of the main fuse.", "mA")] = None
    charge_ramp_up: Annotated[
        float | None, _About("How fast the charging current rises.", "mA/s")
    ] = None
    discharge_ramp_up: Annotated[
        float | None, _About("How fast the discharge current rises.", "mA/s")
    ] = None
    import_energy_limit: Annotated[
        float | None, _About("Energy that may be imported within its window.", "Wh")
    ] = None
    import_energy_limit_from: Annotated[
        datetime | None, _About("Start of the window of `import_energy_limit`.")
    ] = None
    import_energy_limit_to: Annotated[
        datetime | None, _About("End of the window of `import_energy_limit`.")
    ] = None
    import_energy_max_compensation: Annotated[
        float | None, _About("Power to compensate the import limit with.", "W")
    ] = None
    export_energy_limit: Annotated[
        float | None, _About("Energy that may be exported within its window.", "Wh")
    ] = None
    export_energy_limit_from: Annotated[
        datetime | None, _About("Start of the window of `export_energy_limit`.")
    ] = None
    export_energy_limit_to: Annotated[
        datetime | None, _About("End of the window of `export_energy_limit`.")
    ] = None
    export_energy_max_compensation: Annotated[
        float | None, _About("Power to compensate the export limit with.", "W")
    ] = None
    fcr_n_power: Annotated[
        float | None,
        _About("Power of FCR-N, the frequency containment reserve for normal operation.", "W"),
    ] = None
    fcr_d_up_power: Annotated[
        float | None,
        _About("Power of FCR-D up, the frequency containment reserve for disturbances.", "W"),
    ] = None
    fcr_d_down_power: Annotated[
        float | None,
        _About("Power of FCR-D down, the frequency containment reserve for disturbances.", "W"),
    ] = None
    ffr_power: Annotated[float | None, _About("Power of FFR, the fast frequency reserve.", "W")] = (
        None
    )
    use_ffr_custom_trig_freq: Annotated[
        bool | None, _switch("Use a custom trigger frequency for FFR.")
    ] = None
    ffr_rearm: Annotated[bool | None, _switch("Rearm FFR after it was triggered.")] = None
    fcr_start_from: Annotated[datetime | None, _About("When the frequency reserve starts.")] = None
    test_sequence: Annotated[
        float | None, _About("Number of the test sequence to run.", high=16)
    ] = None
    test_end_schedule: Annotated[
        bool | None, _switch("End the schedule when the test sequence has ended.")
    ] = None
    offline: Annotated[bool | None, _switch("Take the battery offline; in mode idle only.")] = None


def _option(name: str, hint: Any) -> Option | None:
    """Return the option that a field is, or None."""
    about = next((item for item in get_args(hint) if isinstance(item, _About)), None)
    if about is None:
        return None
    return Option(
        name=name,
        kind=_KINDS[get_args(get_args(hint)[0])[0]],
        about=about.about,
        unit=about.unit,
        flag=f"--{about.key or name}",
        key=about.key or name,
        in_params=not about.key,
        low=about.low,
        high=about.high,
        default=about.default,
    )


_ALL = [
    option for name, hint in EntryFields.__annotations__.items() if (option := _option(name, hint))
]
WINDOW = tuple(option for option in _ALL if option.name in {"from_time", "to_time"})
"""The window of an entry; one that starts at once has none."""
OPTIONS = tuple(option for option in _ALL if option not in WINDOW)
"""Every option besides the window, in the order of the fields."""
