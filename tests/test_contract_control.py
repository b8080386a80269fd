"""A day of control as the contract shows it, against a simulated battery, from end to end."""

from __future__ import annotations

from datetime import datetime, timedelta

import aiohttp

import homevolt
from homevolt.simulator import Simulator


async def test_a_day_of_control_runs_as_the_contract_shows_it() -> None:
    async with (
        Simulator(password="optional_password") as battery,
        aiohttp.ClientSession() as session,
        homevolt.Homevolt(
            ip_address=battery.host, password="optional_password", websession=session
        ) as connection,
    ):
        await connection.update_info()
        unit = connection.get_device()

        await unit.enable_local_mode()
        await unit.charge_battery(max_power=3000, max_soc=90)
        await unit.set_battery_mode(mode=1, max_charge=3000, max_soc=90)

        # Neither a zone nor whole seconds, as people write it.
        evening = datetime.now().replace(hour=23, minute=0, second=0)  # noqa: DTZ005 - as people do
        morning = (evening + timedelta(days=1)).replace(hour=7, minute=0, second=0)
        await unit.add_schedule(
            mode=1,
            from_time=evening.isoformat(),
            to_time=morning.isoformat(),
            max_charge=3000,
            max_soc=80,
        )
        night = battery.installation.plan.entries[-1]
        assert night.from_time == int(evening.timestamp())
        assert night.to_time == int(morning.timestamp())

        await unit.set_battery_idle()
        await unit.discharge_battery(max_power=2500, min_soc=30)

        at_once = [line for line in battery.journal.commands if line.startswith("sched_set")]
        assert at_once == [
            "sched_set 1 --max 90 --setpoint 3000",
            "sched_set 1 --max 90 --max_charge 3000",
            "sched_set 0",
            "sched_set 2 --min 30 --setpoint 2500",
        ]
        (now_active,) = battery.installation.plan.entries
        assert (now_active.type, now_active.min_soc) == (2, 30)
        assert now_active.options["setpoint"] == 2500
