"""The control methods of `homevolt.Device`."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any

from homevolt.control.max_power import without_max_power
from homevolt.schedule.entry import BatteryMode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Unpack

    from homevolt.control.capabilities import Capabilities, CapabilityLog
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
    command once, reads the result back and compares. It returns only when the read-back shows
    what was asked; the device's readings then hold what was read back. Writes to one device
    wait for each other.

    Besides what a method names, each that writes may raise:

    * `HomevoltValueError`: an argument is wrong; nothing was sent.
    * `HomevoltLocalModeError`: local mode is off; nothing was sent. Parameters do not need it.
    * `HomevoltCommandRejectedError`: the device refused, in its own words.
    * `HomevoltCommandVerificationError`: it confirmed the command, but what was read back is
      something else. What the device made of the write was undone; what another client or the
      cloud wrote meanwhile was left alone; the message says which.
    * `HomevoltCommandOutcomeUnknownError`: no usable answer came and reading back did not settle
      it; or it is in force but may not last; or undoing it failed.
    * `HomevoltConnectionError`, `HomevoltAuthenticationError`, `HomevoltDataError`: the device
      could not be reached, refused the password, or gave an unreadable answer to a check before
      the write; nothing was sent.

    A caller that is cancelled before anything was sent sends nothing. Once something was sent, it
    gets its `CancelledError` when the write has been read back, and undone if need be.
    """

    @cached_property
    @abstractmethod
    def _control(self) -> Controller:
        """The write side of the device."""

    @cached_property
    @abstractmethod
    def _capabilities(self) -> CapabilityLog:
        """What read-backs have shown."""

    @property
    def capabilities(self) -> Capabilities:
        """Which modes and options the device keeps, as far as read-backs have shown."""
        return self._capabilities.current

    async def set_battery_mode(
        self,
        mode: BatteryMode | int | str,
        *,
        accept: Iterable[str] = (),
        **kwargs: Unpack[EntryOptions],
    ) -> ScheduleEntry:
        """Put the battery into a mode at once (`sched_set`), replacing the whole schedule.

        The mode stays until it is replaced or the device restarts. If the device drops a part of
        the entry, the previous plan is restored.

        Args:
            mode: A `BatteryMode`, its number 0-9 or its name, such as `grid_charge`.
            accept: The names of options that may differ in the read-back, since some firmware
                drops, limits or adds options; see `capabilities`.
            **kwargs: Options of the entry: states of charge in %, powers in W, energies in Wh,
                the fuse in mA, ramps in mA/s, times as a `datetime` or ISO text. Modes 3-5 need a
                `setpoint`; in mode 5 it is signed, + import, - export.

        Returns:
            The entry as it was read back from `/schedule.json`.

        Raises:
            HomevoltValueError: The mode or an option is wrong; nothing was sent.
            HomevoltLocalModeError: Local mode is off; nothing was sent.
            HomevoltCommandError: See `BatteryControl`.
        """
        return await self._control.set_mode(mode, _plain(kwargs), accept)

    async def charge_battery(
        self, *, accept: Iterable[str] = (), **kwargs: Unpack[PowerOptions]
    ) -> ScheduleEntry:
        """Charge at once, measured at the inverter (mode 1).

        Args:
            accept: As for `set_battery_mode`; `max_power` stands for what it is sent as.
            **kwargs: `max_power` is the power to charge with in W: it is sent as the `setpoint`,
                or, if that is given too, as the limit `max_charge`. `max_soc` says at how many %
                to stop. And every option of `set_battery_mode`.

        Returns:
            The entry as it was read back.

        Raises:
            HomevoltValueError: An option is wrong; nothing was sent.
            HomevoltLocalModeError: Local mode is off; nothing was sent.
            HomevoltCommandError: See `BatteryControl`.
        """
        return await self._set_power(BatteryMode.INVERTER_CHARGE, kwargs, accept)

    async def discharge_battery(
        self, *, accept: Iterable[str] = (), **kwargs: Unpack[PowerOptions]
    ) -> ScheduleEntry:
        """Discharge at once, measured at the inverter (mode 2).

        Args:
            accept: As for `charge_battery`.
            **kwargs: `max_power` is the power to discharge with in W: it is sent as the
                `setpoint`, or, if that is given too, as the limit `max_discharge`. `min_soc` says
                at how many % to stop. And every option of `set_battery_mode`.

        Returns:
            The entry as it was read back.

        Raises:
            HomevoltValueError: An option is wrong; nothing was sent.
            HomevoltLocalModeError: Local mode is off; nothing was sent.
            HomevoltCommandError: See `BatteryControl`.
        """
        return await self._set_power(BatteryMode.INVERTER_DISCHARGE, kwargs, accept)

    async def set_battery_idle(
        self, *, accept: Iterable[str] = (), **kwargs: Unpack[EntryOptions]
    ) -> ScheduleEntry:
        """Let the battery idle at once (mode 0).

        Args:
            accept: As for `set_battery_mode`.
            **kwargs: `offline=True` takes it offline too; and every option of
                `set_battery_mode`.

        Returns:
            The entry as it was read back.

        Raises:
            HomevoltValueError: An option is wrong; nothing was sent.
            HomevoltLocalModeError: Local mode is off; nothing was sent.
            HomevoltCommandError: See `BatteryControl`.
        """
        return await self._control.set_mode(BatteryMode.IDLE, _plain(kwargs), accept)

    async def charge_from_grid(
        self, *, accept: Iterable[str] = (), **kwargs: Unpack[PowerOptions]
    ) -> ScheduleEntry:
        """Charge so that the grid connection point imports `setpoint` W (mode 3).

        Args:
            accept: As for `charge_battery`.
            **kwargs: `setpoint` in W is required; `max_power` limits the charging power in W (the
                device's `max_charge`); and every option of `set_battery_mode`.

        Returns:
            The entry as it was read back.

        Raises:
            HomevoltValueError: An option is wrong; nothing was sent.
            HomevoltLocalModeError: Local mode is off; nothing was sent.
            HomevoltCommandError: See `BatteryControl`.
        """
        return await self._set_power(BatteryMode.GRID_CHARGE, kwargs, accept)

    async def discharge_to_grid(
        self, *, accept: Iterable[str] = (), **kwargs: Unpack[PowerOptions]
    ) -> ScheduleEntry:
        """Discharge so that the grid connection point exports `setpoint` W (mode 4).

        Args:
            accept: As for `charge_battery`.
            **kwargs: `setpoint` in W is required; `max_power` limits the discharge power in W (the
                device's `max_discharge`); and every option of `set_battery_mode`.

        Returns:
            The entry as it was read back.

        Raises:
            HomevoltValueError: An option is wrong; nothing was sent.
            HomevoltLocalModeError: Local mode is off; nothing was sent.
            HomevoltCommandError: See `BatteryControl`.
        """
        return await self._set_power(BatteryMode.GRID_DISCHARGE, kwargs, accept)

    async def charge_from_solar(
        self, *, accept: Iterable[str] = (), **kwargs: Unpack[PowerOptions]
    ) -> ScheduleEntry:
        """Charge from solar production only (mode 7).

        Args:
            accept: As for `charge_battery`.
            **kwargs: `max_power` limits the charging power in W (the device's `max_charge`); and
                every option of `set_battery_mode`.

        Returns:
            The entry as it was read back.

        Raises:
            HomevoltValueError: An option is wrong; nothing was sent.
            HomevoltLocalModeError: Local mode is off; nothing was sent.
            HomevoltCommandError: See `BatteryControl`.
        """
        return await self._set_power(BatteryMode.SOLAR_CHARGE, kwargs, accept)

    async def add_schedule(
        self,
        mode: BatteryMode | int | str,
        *,
        accept: Iterable[str] = (),
        **kwargs: Unpack[WindowedOptions],
    ) -> ScheduleEntry:
        """Append an entry to the schedule (`sched_add`); it survives a restart.

        If the device drops a part of the entry, it is deleted again.

        Args:
            mode: As for `set_battery_mode`.
            accept: As for `set_battery_mode`.
            **kwargs: `from_time` and `to_time`, each a `datetime` or ISO text, either left out for
                an open end, and every option of `set_battery_mode`. A time without a zone is
                local time of this machine; see `homevolt.schedule.times` for clock changes.

        Returns:
            The entry as it was read back, with the id for `delete_schedule`.

        Raises:
            HomevoltValueError: The mode, the window or an option is wrong; nothing was sent.
            HomevoltLocalModeError: Local mode is off; nothing was sent.
            HomevoltDataError: The plan on the device cannot be read, so nothing could be compared
                with it; nothing was sent.
            HomevoltCommandError: See `BatteryControl`.
        """
        return await self._control.add(mode, _plain(kwargs), accept)

    async def delete_schedule(self, schedule_id: int) -> None:
        """Delete one entry of the schedule (`sched_del`).

        Args:
            schedule_id: The `id` of the entry; the entries of `schedule` have theirs.

        Raises:
            HomevoltValueError: No entry has this id, or several have; nothing was sent.
            HomevoltLocalModeError: Local mode is off; nothing was sent.
            HomevoltDataError: The plan on the device cannot be read; nothing was sent.
            HomevoltCommandError: See `BatteryControl`.
        """
        await self._control.delete(schedule_id)

    async def clear_all_schedules(self) -> None:
        """Delete every entry of the schedule (`sched_clear`), one that cannot be read too.

        Raises:
            HomevoltLocalModeError: Local mode is off; nothing was sent.
            HomevoltCommandError: See `BatteryControl`.
        """
        await self._control.clear()

    async def replace_schedule(
        self, entries: Iterable[ScheduleEntry | Mapping[str, Any]], *, gradually: bool = False
    ) -> Schedule:
        """Replace the whole schedule, all or nothing.

        If anything fails, or the caller is cancelled before the new plan has been read back, the
        previous plan is written again, the cloud's too (as a local one), and the error says what
        was restored. That goes on for two minutes, so a device that restarts meanwhile is waited
        for. A plan that another client or the cloud wrote meanwhile is left alone. Until the last
        command the device holds a part of the plan; `diff_schedule` says beforehand whether
        anything would change.

        Args:
            entries: At most 200, in any order: `ScheduleEntry` or mappings with `mode` and the
                arguments of `add_schedule`. Their windows must not overlap; ids do not count.
            gradually: Whether to exchange entry by entry, from the last back to the first, in the
                place of clearing the plan first. That takes more requests, but a program that is
                killed half-way leaves the beginning of the previous plan and the end of this one.

        Returns:
            The schedule as it was read back.

        Raises:
            HomevoltValueError: An entry is wrong, two overlap, or the plan on the device could not
                be restored; nothing was sent.
            HomevoltLocalModeError: Local mode is off; nothing was sent.
            HomevoltDataError: The plan on the device cannot be read, so that it could not be
                restored; nothing was sent.
            HomevoltCommandError: It failed and the previous plan is there again;
                `HomevoltCommandOutcomeUnknownError` if restoring failed too, or if a command may
                still be carried out.
        """
        return await self._control.replace(entries, gradually=gradually)

    async def overlay_schedule(
        self, entries: Iterable[ScheduleEntry | Mapping[str, Any]]
    ) -> Schedule:
        """Write windows over the current plan, all or nothing like `replace_schedule`.

        What they cover is cut out of the plan, which goes on afterwards with all its options; what
        has ended is left out. `homevolt.overlay_plan` makes the same plan, for `diff_schedule`.

        Args:
            entries: The windows, as for `replace_schedule`; an open one covers the whole plan.

        Returns:
            The schedule as it was read back.

        Raises:
            HomevoltValueError: As for `replace_schedule`, or the plan would have over 200 entries.
            HomevoltError: The others of `replace_schedule`.
        """
        return await self._control.overlay(entries)

    async def diff_schedule(
        self, entries: Iterable[ScheduleEntry | Mapping[str, Any]]
    ) -> ScheduleDiff:
        """Return what `replace_schedule` would change; it reads the schedule and sends nothing.

        Args:
            entries: As for `replace_schedule`.

        Returns:
            What would be added, removed and kept.

        Raises:
            HomevoltValueError: An entry is wrong, or two overlap.
            HomevoltConnectionError: The device could not be reached or failed.
            HomevoltAuthenticationError: It refused the password.
            HomevoltDataError: The plan on the device cannot be read.
        """
        return await self._control.diff(entries)

    async def enable_local_mode(self) -> None:
        """Take control: the cloud's schedules are refused (parameter `settings_local`).

        Raises:
            HomevoltCommandError: See `BatteryControl`.
        """
        await self._control.parameters.set_local_mode(on=True)

    async def disable_local_mode(self) -> None:
        """Give control back: the cloud replaces the schedule within minutes.

        The schedule on the device is not cleared by this.

        Raises:
            HomevoltCommandError: See `BatteryControl`.
        """
        await self._control.parameters.set_local_mode(on=False)

    async def parameters(self) -> dict[str, Parameter]:
        """Read all parameters by name (`GET /params.json`).

        Returns:
            Each with its type, value, default, range, help and group; secrets mask themselves.

        Raises:
            HomevoltConnectionError: The device could not be reached or failed.
            HomevoltAuthenticationError: It refused the password.
            HomevoltDataError: The answer is not what it should be.
        """
        return await self._control.parameters.all()

    async def get_parameter(self, key: str) -> Value | None:
        """Read the value of a parameter (`GET /params.json`).

        Args:
            key: Its name.

        Returns:
            A bool, int, float or str, a list of those for an array, or None if the device gives
            no readable value. A secret comes as the device shows it, which may be asterisks.

        Raises:
            HomevoltValueError: The device has no parameter of that name.
            HomevoltConnectionError: The device could not be reached or failed.
            HomevoltAuthenticationError: It refused the password.
            HomevoltDataError: The answer is not what it should be.
        """
        return (await self._control.parameters.find(key)).value

    async def set_parameter(self, key: str, value: object, *, store: bool = True) -> Value:
        """Write a parameter (`POST /params.json`) and read it back.

        After a new `webserver_password` connect again with it: this connection keeps the old one.

        Args:
            key: Its name.
            value: What its type holds (see `Parameter.check`), in the unit that its help states; a
                list for an array.
            store: True to keep it in flash, False to lose it at the next restart.

        Returns:
            The value as it was read back; of a secret the one that was written.

        Raises:
            HomevoltValueError: There is no such parameter, or its type does not hold the value;
                nothing was sent.
            HomevoltCommandError: See `BatteryControl`.
        """
        return await self._control.parameters.set(key, value, store=store)

    async def reset_parameter(self, key: str) -> Value:
        """Write the default that the device declares for a parameter, and read it back.

        Args:
            key: Its name.

        Returns:
            The value as it was read back.

        Raises:
            HomevoltValueError: There is no such parameter, or the device declares no default for
                it; nothing was sent.
            HomevoltCommandError: See `BatteryControl`.
        """
        return await self._control.parameters.reset(key)

    async def console(self, command: str, *, unsafe: bool = False) -> ConsoleReply:
        """Send a line to the device's console, once, and return its reply (`POST /console.json`).

        What it does is not read back. Local mode is not required.

        Args:
            command: One line.
            unsafe: True to send what can destroy the unit, its settings or its records, such as
                `factory_reset`.

        Returns:
            The reply to a command that succeeded.

        Raises:
            HomevoltValueError: It is not one line of text, or needs `unsafe=True`; nothing was
                sent.
            HomevoltCommandRejectedError: The device refused it, in its own words.
            HomevoltCommandOutcomeUnknownError: No answer came, or one that does not say whether the
                command succeeded.
            HomevoltConnectionError: The device could not be reached; nothing was sent.
            HomevoltAuthenticationError: It refused the password; nothing was done.
        """
        return await self._control.console(command, unsafe=unsafe)

    async def reboot(self, *, wait_s: float = DEFAULT_REBOOT_WAIT_S) -> None:
        """Restart the device and wait until it answers again with a new uptime.

        A mode set by `set_battery_mode` and parameters that were not stored are lost by it.

        Args:
            wait_s: Seconds to wait for it.

        Raises:
            HomevoltValueError: `wait_s` is not a positive number; nothing was sent.
            HomevoltCommandError: See `BatteryControl`.
        """
        await self._control.reboot(wait_s)

    async def _set_power(
        self, mode: BatteryMode, kwargs: PowerOptions, accept: Iterable[str]
    ) -> ScheduleEntry:
        """Set a mode in which `max_power` is another name of an option."""
        options, accept = without_max_power(mode, _plain(kwargs), accept)
        return await self._control.set_mode(mode, options, accept)


def _plain(kwargs: EntryOptions) -> dict[str, object]:
    # Python does not keep callers to the names of a TypedDict; the check of the names follows.
    return dict(kwargs)
