"""What a device can be told: the control methods of `homevolt.Device`."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any

from homevolt.exceptions import HomevoltValueError
from homevolt.schedule.entry import BatteryMode
from homevolt.schedule.options import BY_NAME, check_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Unpack

    from homevolt.control.controller import Controller
    from homevolt.control.plan_replacement import ScheduleDiff
    from homevolt.protocol.console import ConsoleReply
    from homevolt.protocol.parameter import Parameter, Value
    from homevolt.schedule.entry import Schedule, ScheduleEntry
    from homevolt.schedule.keywords import EntryOptions, PowerOptions, WindowedOptions

DEFAULT_REBOOT_WAIT_S = 180.0


class BatteryControl:
    """The control methods of a device.

    Each one checks its arguments, makes sure by a fresh read that local mode is on, sends its
    command once, reads the result back and compares. It returns only when the device was seen to
    do what was asked; the device's readings then hold what was read back. Writes to one device
    wait for each other.

    Besides what a method names, each may raise:

    * `HomevoltValueError`: an argument is wrong; nothing was sent.
    * `HomevoltLocalModeError`: local mode is off; nothing was sent. Parameters do not need it.
    * `HomevoltCommandRejectedError`: the device refused, in its own words.
    * `HomevoltCommandVerificationError`: it confirmed, but what was read back is something else.
    * `HomevoltCommandOutcomeUnknownError`: no answer came and reading back did not settle it.
    * `HomevoltConnectionError`, `HomevoltAuthenticationError`, `HomevoltDataError`: the device was
      not reached, or a check before the write failed; nothing was sent.

    A caller that is cancelled while its write is on the way gets its `CancelledError` when the
    write has been read back; before that nothing is sent.
    """

    @cached_property
    @abstractmethod
    def _control(self) -> Controller:
        """The write side of the device."""

    async def set_battery_mode(
        self, mode: BatteryMode | int | str, **kwargs: Unpack[EntryOptions]
    ) -> ScheduleEntry:
        """Put the battery into a mode at once (`sched_set`), replacing the whole schedule.

        The mode stays until it is replaced or the device restarts.

        Args:
            mode: A `BatteryMode`, its number 0-9 or its name, such as `grid_charge`.
            **kwargs: Options of the entry: states of charge in %, powers in W, energies in Wh,
                the fuse in mA, ramps in mA/s. Modes 3-5 need a `setpoint`; in mode 5 it is signed,
                + import, - export.

        Returns:
            The entry as it was read back from `/schedule.json`.
        """
        return await self._control.set_mode(mode, _plain(kwargs))

    async def charge_battery(self, **kwargs: Unpack[PowerOptions]) -> ScheduleEntry:
        """Charge at once, measured at the inverter (mode 1).

        Args:
            **kwargs: `max_power` limits the charging power in W (the device's `max_charge`);
                without a `setpoint` it is the power that the battery charges with. `max_soc`
                says at how many % to stop; and every option of `set_battery_mode`.

        Returns:
            The entry as it was read back.
        """
        return await self._set_power(BatteryMode.INVERTER_CHARGE, "max_charge", kwargs)

    async def discharge_battery(self, **kwargs: Unpack[PowerOptions]) -> ScheduleEntry:
        """Discharge at once, measured at the inverter (mode 2).

        Args:
            **kwargs: `max_power` limits the discharge power in W (the device's `max_discharge`);
                without a `setpoint` it is the power that the battery discharges with. `min_soc`
                says at how many % to stop; and every option of `set_battery_mode`.

        Returns:
            The entry as it was read back.
        """
        return await self._set_power(BatteryMode.INVERTER_DISCHARGE, "max_discharge", kwargs)

    async def set_battery_idle(self, **kwargs: Unpack[EntryOptions]) -> ScheduleEntry:
        """Let the battery idle at once (mode 0).

        Args:
            **kwargs: `offline=True` takes it off line too; and every option of
                `set_battery_mode`.

        Returns:
            The entry as it was read back.
        """
        return await self._control.set_mode(BatteryMode.IDLE, _plain(kwargs))

    async def charge_from_grid(self, **kwargs: Unpack[PowerOptions]) -> ScheduleEntry:
        """Charge so that the grid connection point imports `setpoint` W (mode 3).

        Args:
            **kwargs: `setpoint` in W is needed; `max_power` limits the charging power in W (the
                device's `max_charge`); and every option of `set_battery_mode`.

        Returns:
            The entry as it was read back.
        """
        return await self._set_power(BatteryMode.GRID_CHARGE, "max_charge", kwargs)

    async def discharge_to_grid(self, **kwargs: Unpack[PowerOptions]) -> ScheduleEntry:
        """Discharge so that the grid connection point exports `setpoint` W (mode 4).

        Args:
            **kwargs: `setpoint` in W is needed; `max_power` limits the discharge power in W (the
                device's `max_discharge`); and every option of `set_battery_mode`.

        Returns:
            The entry as it was read back.
        """
        return await self._set_power(BatteryMode.GRID_DISCHARGE, "max_discharge", kwargs)

    async def charge_from_solar(self, **kwargs: Unpack[PowerOptions]) -> ScheduleEntry:
        """Charge from solar production only (mode 7).

        Args:
            **kwargs: `max_power` limits the charging power in W (the device's `max_charge`); and
                every option of `set_battery_mode`.

        Returns:
            The entry as it was read back.
        """
        return await self._set_power(BatteryMode.SOLAR_CHARGE, "max_charge", kwargs)

    async def add_schedule(
        self, mode: BatteryMode | int | str, **kwargs: Unpack[WindowedOptions]
    ) -> ScheduleEntry:
        """Append an entry to the schedule (`sched_add`); it survives a restart.

        Args:
            mode: As for `set_battery_mode`.
            **kwargs: `from_time` and `to_time`, each a `datetime` or ISO text, either left out for
                an open end, and every option of `set_battery_mode`. A time without a zone is
                local time of this machine; see `homevolt.schedule.times` for clock changes.

        Returns:
            The entry as it was read back, with the id for `delete_schedule`.
        """
        return await self._control.add(mode, _plain(kwargs))

    async def delete_schedule(self, schedule_id: int) -> None:
        """Delete one entry of the schedule (`sched_del`).

        Args:
            schedule_id: The `id` of the entry; the entries of `schedule` have theirs.
        """
        await self._control.delete(schedule_id)

    async def clear_all_schedules(self) -> None:
        """Delete every entry of the schedule (`sched_clear`)."""
        await self._control.clear()

    async def replace_schedule(
        self, entries: Iterable[ScheduleEntry | Mapping[str, Any]]
    ) -> Schedule:
        """Replace the whole schedule, all or nothing.

        If anything fails, or the caller is cancelled before the new plan has been read back, the
        former plan is written again, the cloud's too (as a local one), and the error says what was
        restored; a device that restarts meanwhile is waited for, two minutes at most. Until the
        last command the device holds a part of the plan; `diff_schedule` tells beforehand if it is
        worth it.

        Args:
            entries: At most 200, in any order: `ScheduleEntry` or mappings with `mode` and the
                arguments of `add_schedule`. Their windows must not overlap; ids do not count.

        Returns:
            The schedule as it was read back.

        Raises:
            HomevoltCommandError: It failed and the former plan stands again;
                `HomevoltCommandOutcomeUnknownError` if restoring failed too.
        """
        return await self._control.replace(entries)

    async def diff_schedule(
        self, entries: Iterable[ScheduleEntry | Mapping[str, Any]]
    ) -> ScheduleDiff:
        """Say what `replace_schedule` would change; it reads the schedule and sends nothing.

        Args:
            entries: As for `replace_schedule`.

        Returns:
            What would be added, removed and kept.
        """
        return await self._control.diff(entries)

    async def enable_local_mode(self) -> None:
        """Take control: the cloud's schedules are refused (parameter `settings_local`)."""
        await self._control.settings.set_local_mode(on=True)

    async def disable_local_mode(self) -> None:
        """Give control back: the cloud replaces the schedule within minutes.

        The schedule that stands is not cleared by this.
        """
        await self._control.settings.set_local_mode(on=False)

    async def parameters(self) -> dict[str, Parameter]:
        """Read all parameters by name (`GET /params.json`).

        Returns:
            Each with its type, value, default, range, help and group; secrets mask themselves.
        """
        return await self._control.settings.all()

    async def get_parameter(self, key: str) -> Value | None:
        """Read the value of a parameter (`GET /params.json`).

        Args:
            key: Its name.

        Returns:
            A bool, int, float or str, a list of those for an array, or None if the device gives
            no readable value. A secret comes as the device shows it, which may be asterisks.
        """
        return (await self._control.settings.find(key)).value

    async def set_parameter(self, key: str, value: object, *, store: bool = True) -> Value:
        """Write a parameter (`POST /params.json`) and read it back.

        After a new `webserver_password` connect anew with it: this connection keeps the old one.

        Args:
            key: Its name.
            value: What its type holds (see `Parameter.check`); a list for an array.
            store: True to keep it in flash, False to lose it at the next restart.

        Returns:
            The value as it was read back.
        """
        return await self._control.settings.set(key, value, store=store)

    async def reset_parameter(self, key: str) -> Value:
        """Write the default that the device declares for a parameter, and read it back.

        Args:
            key: Its name.

        Returns:
            The value as it was read back.
        """
        return await self._control.settings.reset(key)

    async def console(self, command: str, *, unsafe: bool = False) -> ConsoleReply:
        """Send a line to the device's console, once, and return its reply.

        Nothing is checked or read back but that the line is harmless.

        Args:
            command: One line.
            unsafe: True to send what can destroy the unit, such as `factory_reset`.

        Returns:
            The reply.
        """
        return await self._control.console(command, unsafe=unsafe)

    async def reboot(self, *, wait_s: float = DEFAULT_REBOOT_WAIT_S) -> None:
        """Restart the device and wait until it answers again with a new uptime.

        A mode set by `set_battery_mode` and parameters that were not stored are lost by it.

        Args:
            wait_s: Seconds to wait for it.
        """
        await self._control.reboot(wait_s)

    async def _set_power(
        self, mode: BatteryMode, limit: str, kwargs: PowerOptions
    ) -> ScheduleEntry:
        """Set a mode in which `max_power` is another name of the option `limit`."""
        options = _plain(kwargs)
        check_names(options, (*BY_NAME, "max_power"))
        power = options.pop("max_power", None)
        if power is not None:
            if options.get(limit) is not None:
                raise HomevoltValueError(f"max_power and {limit} are the same; give one of them")
            options[limit] = power
        return await self._control.set_mode(mode, options)


def _plain(kwargs: EntryOptions) -> dict[str, object]:
    # Python does not keep callers to the names of a TypedDict; the check of the names follows.
    return dict(kwargs)
