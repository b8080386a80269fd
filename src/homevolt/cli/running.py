"""Running the bridges in the foreground: configuration, signals, log; loaded only by `run`."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import sys
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from homevolt.bridges.config import DeviceConfig, HttpConfig, PrometheusConfig, RunConfig
from homevolt.bridges.outputs import load_packages
from homevolt.cli import signals, state
from homevolt.cli.devices.run_config import ConfigMistakesError, load_run_config
from homevolt.cli.errors import ShellError
from homevolt.cli.output import print_err, print_text
from homevolt.cli.planning import settings as planner

if TYPE_CHECKING:
    from pathlib import Path

    from homevolt.simulator import Simulator

_LOGGER = logging.getLogger(__name__)

JOURNAL_VARIABLE = "JOURNAL_STREAM"
"""Set by systemd, whose journal has the time and takes the priority from the line."""
PRIORITIES = {logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6, logging.DEBUG: 7}
SIMULATED = "simulated"


def run(path: Path, *, check: bool, simulate: bool) -> None:
    """Run until SIGTERM or SIGINT; SIGHUP loads the configuration again.

    Args:
        path: The configuration file.
        check: Whether only the configuration is checked.
        simulate: Whether a simulated device takes the place of the configured ones; the file may
            be missing then.

    Raises:
        ShellError: The configuration cannot be used; nothing was started.
        ModuleNotFoundError: An output needs a package that is not installed.
    """
    try:
        config = _load(path, simulate=simulate)
    except ConfigMistakesError as error:
        for line in error.lines:
            print_err(line)
        raise
    load_packages(config)
    if check:
        print_text(f"{path} can be used: {describe(config)}.\n")
        return
    _log_to_stderr()
    asyncio.run(_run(path, config, simulate=simulate))


def describe(config: RunConfig) -> str:
    """Return in a few words what a configuration asks for, without a secret."""
    count = len(config.devices)
    outputs = [name for name in ("mqtt", "prometheus", "http") if getattr(config, name)]
    return f"{count} {'device' if count == 1 else 'devices'}; outputs: {', '.join(outputs)}"


def _load(path: Path, *, simulate: bool) -> RunConfig:
    if simulate and not path.exists():
        return RunConfig(prometheus=PrometheusConfig(), http=HttpConfig())
    config = load_run_config(path, has_devices=simulate, checks=(planner.mistakes,))
    # A simulated battery is gone with this process, and what was started on it too.
    return config if simulate else replace(config, state_folder=state.folder())


async def _run(path: Path, config: RunConfig, *, simulate: bool) -> None:
    from homevolt.bridges.service import Service  # noqa: PLC0415 - a mere check does without

    async with AsyncExitStack() as stack:
        simulator = await _simulator(stack) if simulate else None

        def load() -> RunConfig | None:
            try:
                config = _load(path, simulate=simulate)
                load_packages(config)
            except ConfigMistakesError as error:
                for line in error.lines:
                    _LOGGER.error("%s", line)  # noqa: TRY400 - a mistake of the user has no traceback
            except (ShellError, ModuleNotFoundError) as error:
                _LOGGER.error("%s", error)  # noqa: TRY400 - likewise
            else:
                return _with_simulated(config, simulator)
            return None

        service = Service(_with_simulated(config, simulator), load)
        stop, reload = service.stop, service.reload
        with signals.handled({"SIGTERM": stop, "SIGINT": stop, "SIGHUP": reload}):
            await service.run()


async def _simulator(stack: AsyncExitStack) -> Simulator:
    from homevolt.simulator import Simulator  # noqa: PLC0415 - real devices do without

    return await stack.enter_async_context(Simulator(secrets.token_hex(4)))


def _with_simulated(config: RunConfig, simulator: Simulator | None) -> RunConfig:
    if simulator is None:
        return config
    device = DeviceConfig(
        SIMULATED, simulator.host, simulator.password, interval_s=config.interval_s
    )
    return replace(config, devices=(device,))


class _JournalFormatter(logging.Formatter):
    """Begins each line with its priority, as systemd's journal takes it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        text = super().format(record).replace("\n", " ")
        return f"<{PRIORITIES.get(record.levelno, 6)}>{text}"


def _log_to_stderr() -> None:
    """Write what the library says to stderr, and of other packages what is serious."""
    handler = logging.StreamHandler(sys.stderr)
    if os.environ.get(JOURNAL_VARIABLE):
        handler.setFormatter(_JournalFormatter("%(message)s"))
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    for name in ("homevolt.bridges", "homevolt.cli"):
        logging.getLogger(name).setLevel(logging.INFO)
