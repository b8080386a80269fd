"""The options of a simulator: those of its device, and how it is served."""

from __future__ import annotations

import inspect
from dataclasses import KW_ONLY, dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, Final, ParamSpec, TypeVar

from homevolt.simulator.device.device_options import DeviceOptions, about, option_infos

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from homevolt.simulator.web.faults import Fault

LAST_PORT: Final = 65_535

P = ParamSpec("P")
S = TypeVar("S")
R = TypeVar("R")


@dataclass(frozen=True)
class SimulatorOptions(DeviceOptions):
    """Every option of a simulator; the keywords of `Simulator` are these.

    Raises:
        ValueError: A number is out of its range, or the address to bind is empty.
    """

    _: KW_ONLY
    host: str = field(
        default="127.0.0.1",
        metadata=about(
            "Address to bind; 0.0.0.0 lets other machines connect.",
            flag="--host",
            metavar="ADDRESS",
        ),
    )
    port: int = field(
        default=0,
        metadata=about("Port to bind; 0 for any free one.", low=0, high=LAST_PORT, flag="--port"),
    )
    https: bool = field(
        default=False,
        metadata=about(
            "Serve https too, with a self-signed certificate; needs cryptography.", flag="--https"
        ),
    )
    redirect: bool = field(
        default=False,
        metadata=about("Serve https too, and redirect http to it.", flag="--redirect"),
    )
    faults: Iterable[Fault | str] = field(
        default=(),
        metadata=about(
            "Faults at the start, such as latency:seconds=2 or status:status=503,nth=3.",
            flag="--fault",
            metavar="FAULT",
        ),
    )
    sleep: Callable[[float], Awaitable[None]] | None = field(
        default=None, metadata=about("How a fault waits, in seconds; None for asyncio.sleep.")
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.host:
            raise ValueError("host is an address to bind, not ''; 127.0.0.1 is this machine alone")


# The meaning of each option belongs to its definition; `help` shows it as well.
SimulatorOptions.__doc__ = "\n".join(
    [
        str(SimulatorOptions.__doc__),
        "    Attributes:",
        *(f"        {name}: {info.about}" for name, info in option_infos(SimulatorOptions).items()),
    ]
)


def takes_options(
    options: Callable[P, SimulatorOptions],
) -> Callable[[Callable[[S, SimulatorOptions], R]], Callable[Concatenate[S, P], R]]:
    """Let a method that is given the options as one object be called with them as keywords.

    Args:
        options: The class of the options; type checkers take the keywords from it.
    """

    def decorate(method: Callable[[S, SimulatorOptions], R]) -> Callable[Concatenate[S, P], R]:
        @wraps(method)
        def call(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
            return method(self, options(*args, **kwargs))

        keywords = inspect.signature(options).parameters.values()
        instance = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
        call.__dict__["__signature__"] = inspect.Signature([instance, *keywords])
        return call

    return decorate
