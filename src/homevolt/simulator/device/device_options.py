"""The options of a simulated device, each defined once: default, type, unit, range and meaning.

The command line and the documentation are made from these definitions, so this module imports
nothing that takes time to load.
"""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from homevolt.simulator.device.profiles import Profile
    from homevolt.simulator.world.clock import SimClock

_INFO: Final = "option"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionInfo:
    """What is known of an option besides its name, type and default.

    Attributes:
        about: What it means, in one line.
        unit: Unit of a number, empty where it has none.
        low: Smallest number it takes.
        high: Largest number it takes.
        flag: Its name on the command line, empty where it has none.
        metavar: How the help of the command line names its value.
    """

    about: str
    unit: str = ""
    low: float = -math.inf
    high: float = math.inf
    flag: str = ""
    metavar: str = ""

    @property
    def values(self) -> str:
        """The range of a number, such as "0 to 100 %"; empty where there is none."""
        if math.isinf(self.low):
            return ""
        unit = f" {self.unit}" if self.unit else ""
        if math.isinf(self.high):
            return f"{self.low}{unit} or more"
        return f"{self.low} to {self.high}{unit}"


def about(text: str, **details: Any) -> dict[str, OptionInfo]:
    """Return the metadata of a field that is an option.

    Args:
        text: What the option means, in one line.
        **details: Further attributes of `OptionInfo`.
    """
    return {_INFO: OptionInfo(about=text, **details)}


@dataclass(frozen=True)
class DeviceOptions:
    """The options of the device itself, whether it is served or not.

    Raises:
        ValueError: A number is out of its range.
    """

    password: str | None = field(
        default="secret",
        metadata=about(
            "Password of the user admin; empty for none.", flag="--password", metavar="TEXT"
        ),
    )
    _: KW_ONLY
    seed: int = field(
        default=1,
        metadata=about(
            "Same seed, same time and same requests: same answers.", low=0, flag="--seed"
        ),
    )
    units: int = field(
        default=1,
        metadata=about(
            "Units of the installation; the first answers for all.", low=1, flag="--units"
        ),
    )
    firmware: str = field(
        default="new",
        metadata=about(
            "Firmware profile: new, old, or another name.", flag="--firmware", metavar="NAME"
        ),
    )
    profile: Profile | None = field(
        default=None, metadata=about("A firmware profile of your own instead of a name.")
    )
    clock: SimClock | None = field(
        default=None,
        metadata=about("Simulated time: RealClock(speed) or ManualClock(); None for real time."),
    )
    grid: bool = field(
        default=True,
        metadata=about("A sensor measures the grid connection point.", flag="--grid"),
    )
    solar: bool = field(
        default=True,
        metadata=about("There is a solar plant, and a sensor measures it.", flag="--solar"),
    )
    load: bool = field(
        default=True, metadata=about("There is a virtual sensor of the load.", flag="--load")
    )
    cloud: bool = field(
        default=True,
        metadata=about(
            "A cloud partner plans for the battery; without one the schedule begins empty.",
            flag="--cloud",
        ),
    )
    local_mode: bool = field(
        default=False,
        metadata=about("Local mode is on: plans from the cloud are refused.", flag="--local-mode"),
    )
    soc: float = field(
        default=60.0,
        metadata=about("State of charge at the start.", unit="%", low=0, high=100, flag="--soc"),
    )
    boot_s: float = field(
        default=0.0,
        metadata=about(
            "Simulated time that a restart takes; until then every answer is 503.",
            unit="s",
            low=0,
            flag="--boot",
        ),
    )

    def __post_init__(self) -> None:
        for name, info in option_infos(type(self)).items():
            value = getattr(self, name)
            if info.values and not (info.low <= value <= info.high and math.isfinite(value)):
                raise ValueError(f"{name} is {info.values}, not {value:g}")


def option_infos(options: type[DeviceOptions]) -> dict[str, OptionInfo]:
    """Return what is known of each option of a class, by the option's name."""
    return {each.name: each.metadata[_INFO] for each in fields(options)}
