"""`homevolt run`: readings of configured devices for other programs, until stopped."""

from __future__ import annotations

from pathlib import Path

import click

from homevolt.cli.output import CONFIG_VARIABLE


@click.command("run", epilog="Example: homevolt run --check")
@click.argument("config", metavar="[CONFIG]", required=False, type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Check the configuration and start nothing.")
@click.option(
    "--simulate", is_flag=True, help="Use a simulated device instead of the configured ones."
)
def command(*, config: Path | None, check: bool, simulate: bool) -> None:
    """Publish readings to Prometheus, MQTT and Home Assistant.

    It reads the configured devices. CONFIG is their file, with the tables of the outputs: [mqtt],
    [prometheus], [http].
    """
    from homevolt.cli.devices.config import config_path  # noqa: PLC0415 - the help does without
    from homevolt.cli.running import run  # noqa: PLC0415 - likewise

    if config is not None and not config.exists():
        raise click.UsageError(
            f"There is no file {config}. Name another one, or set {CONFIG_VARIABLE}."
        )
    run(config or config_path(), check=check, simulate=simulate)
