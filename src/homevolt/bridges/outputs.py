"""Which outputs a configuration asks for; each is loaded when it is wanted."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from homevolt.bridges.config import RunConfig
    from homevolt.bridges.health import Health
    from homevolt.bridges.output import Output, Routes


class OutputKind(NamedTuple):
    """One row of the table of outputs.

    Attributes:
        name: What it is called.
        package: The package that it needs, None for none.
        maker: Its class as `module:name`, given the configuration and the health of the service.
        settings: The part of the configuration that it depends on, None if it is not wanted. While
            it stays the same, a reload leaves the output running.
    """

    name: str
    package: str | None
    maker: str
    settings: Callable[[RunConfig], Any]


class RouteKind(NamedTuple):
    """One row of the table of what the HTTP server serves besides `/health`.

    Attributes:
        package: The package that it needs, None for none.
        maker: Its class as `module:name`, which is given the configuration.
        settings: As for an output.
    """

    package: str | None
    maker: str
    settings: Callable[[RunConfig], Any]


def _http_settings(config: RunConfig) -> Any:
    if config.http is None:
        return None
    return config.http, *(kind.settings(config) for kind in ROUTES)


ROUTES = (
    RouteKind(
        "prometheus_client",
        "homevolt.bridges.prometheus.routes:MetricRoutes",
        lambda config: config.prometheus,
    ),
    RouteKind(
        None,
        "homevolt.bridges.battery.routes:BatteryRoutes",
        lambda config: config.http and config.http.token,
    ),
)
"""What the HTTP server serves."""

OUTPUTS = (
    OutputKind("http", None, "homevolt.bridges.http.server:HttpServer", _http_settings),
    OutputKind(
        "mqtt", "aiomqtt", "homevolt.bridges.mqtt.bridge:mqtt_output", lambda config: config.mqtt
    ),
)
"""The outputs."""


def wanted(config: RunConfig) -> dict[str, OutputKind]:
    """Return the outputs that a configuration asks for, by name."""
    return {kind.name: kind for kind in OUTPUTS if kind.settings(config) is not None}


def load_packages(config: RunConfig) -> None:
    """Load the packages of the outputs that a configuration asks for.

    Raises:
        ModuleNotFoundError: One is not installed.
    """
    rows: list[OutputKind | RouteKind] = [*wanted(config).values()]
    rows += [row for row in ROUTES if row.settings(config) is not None]
    for row in rows:
        if row.package is not None:
            import_module(row.package)


def make_output(kind: OutputKind, config: RunConfig, health: Health) -> Output:
    """Return an output."""
    output: Output = _named(kind.maker)(config, health)
    return output


def make_routes(config: RunConfig) -> list[Routes]:
    """Return what the HTTP server serves."""
    return [_named(row.maker)(config) for row in ROUTES if row.settings(config) is not None]


def _named(maker: str) -> Any:
    module, _, name = maker.partition(":")
    return getattr(import_module(module), name)
