"""A week of plans on the simulator, written through the real write path."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from homevolt import HomevoltError
from homevolt.planning.backtest import History
from homevolt.planning.battery import BatteryModel
from homevolt.planning.optimum.optimum import change_cost_of
from homevolt.planning.optimum.problem import EndValue, Problem
from homevolt.planning.plan.actions import follow
from homevolt.planning.plan.plan import Plan, make_plan, settings_at
from homevolt.planning.plan.rewrites import MOST_PER_DAY, decide
from homevolt.simulator import Fault
from homevolt.simulator.world.clock import WINTER_NOON
from homevolt.simulator.world.house import House
from tests.planning.house_year import ZONE, made_up_prices
from tests.planning.problems import two_days
from tests.support.connected_device import connected_device

if TYPE_CHECKING:
    from tests.support.connected_device import ConnectedDevice

START = datetime.fromtimestamp(WINTER_NOON, UTC)
HOURS = 7 * 24
PLANNED_EVERY_H = 6
BATTERY = BatteryModel(
    capacity_wh=13_304.0,
    max_charge_w=5900.0,
    max_discharge_w=5900.0,
    charge_efficiency=0.95,
    discharge_efficiency=0.95,
    standby_w=10.0,
    min_soc=0.1,
    max_soc=0.95,
    reserve=0.0,
)


def known_week() -> History:
    """Return prices, and the load and the sun that the simulated house will have."""
    _, spot = made_up_prices(10, seed=3)
    paid = [price for price in spot for _ in range(4)]
    house = House(1)
    load, sun = [], []
    for n in range(len(paid)):
        watts = []
        for second in range(7, 900, 15):
            house.move_to(WINTER_NOON + 900 * n + second)
            watts.append((house.consumption_w, house.solar_w))
        load.append(sum(each[0] for each in watts) / len(watts) / 1000)
        sun.append(sum(each[1] for each in watts) / len(watts) / 1000)
    return History(
        start=START,
        zone=ZONE,
        import_price=tuple((price + 0.66) * 1.25 for price in paid),
        export_price=tuple(price + 0.08 for price in paid),
        load_kw=tuple(load),
        solar_kw=tuple(sun),
    )


def stored_kwh(running: ConnectedDevice) -> float:
    return sum(unit.stored_wh for unit in running.sim.installation.units) / 1000


def known_problem(week: History, hour: int, stored: float) -> Problem:
    stop = week.midnight_after(hour * 4, 2)
    problem = week.problem(hour * 4, stop, BATTERY, stored)
    return Problem(
        **{
            name: getattr(problem, name)
            for name in ("hours", "import_price", "export_price", "load_kw", "solar_kw", "battery")
        },
        start_kwh=stored,
        end_values=(EndValue(12.0, min(problem.import_price)),),
    )


@pytest.mark.unmeasured
async def test_a_week_costs_what_was_predicted_with_few_rewrites() -> None:
    week = known_week()
    predicted = actual = without = 0.0
    plan: Plan | None = None
    rewrites: tuple[datetime, ...] = ()
    written: list[datetime] = []
    async with connected_device() as running:
        meter = running.sim.installation.meter
        for hour in range(HOURS):
            now = START + timedelta(hours=hour)
            if hour % PLANNED_EVERY_H == 0:
                new = make_plan(known_problem(week, hour, stored_kwh(running)), now)
                decision = decide(new, plan, rewrites=rewrites)
                rewrites = decision.rewrites
                if decision.writes:
                    schedule = await running.device.replace_schedule(new.schedule, gradually=True)
                    assert len(schedule.entries) == len(new.entries)
                    plan = new
                    written.append(now)
                assert plan is not None
                stop = (hour + PLANNED_EVERY_H) * 4
                ahead = week.problem(hour * 4, stop, BATTERY, stored_kwh(running))
                path = follow(ahead, settings_at(ahead, now, plan.entries))
                predicted += sum(
                    change_cost_of(ahead, slot, path[slot + 1] - path[slot])
                    for slot in range(len(ahead.hours))
                )
            imported, exported = meter.imported_wh, meter.exported_wh
            running.sim.advance(3600)
            running.clock.advance(3600)
            paid, earned = week.import_price[hour * 4], week.export_price[hour * 4]
            actual += (meter.imported_wh - imported) / 1000 * paid
            actual -= (meter.exported_wh - exported) / 1000 * earned
            for slot in range(hour * 4, hour * 4 + 4):
                net = (week.load_kw[slot] - week.solar_kw[slot]) / 4
                without += net * (paid if net > 0 else earned)
    assert actual == pytest.approx(predicted, rel=0.03)
    assert actual < without
    # Once for the start, then about once for each day whose prices become known.
    assert 7 <= len(written) <= 20
    assert max(
        sum(day <= each < day + timedelta(days=1) for each in written) for day in written
    ) <= (MOST_PER_DAY)


@pytest.mark.parametrize("commands", range(12))
async def test_a_write_that_stops_half_way_leaves_self_consumption(commands: int) -> None:
    old = make_plan(two_days(), START)
    new = make_plan(two_days(spread=-0.5), START + timedelta(hours=1))
    assert min(len(old.entries), len(new.entries)) >= 6
    async with connected_device() as running:
        await running.device.replace_schedule(old.schedule, gradually=True)
        # The program dies: nothing that it would do about it arrives either.
        running.sim.faults.add(Fault("reset", write=True, nth=commands + 1, count=10_000))
        with pytest.raises(HomevoltError):
            await running.device.replace_schedule(new.schedule, gradually=True)
        plan = running.sim.installation.plan
        ends = [entry.to_time for entry in plan.entries]
        last = max(end or 0 for end in ends)
        assert None not in ends
        active = plan.active(last - 1)
        assert active is not None
        assert active.type == 5
        assert old.entries[-1].end.timestamp() <= last
        assert last <= (new.entries[-1].end + timedelta(hours=1)).timestamp()
        assert plan.active(int(START.timestamp()) + 1) is not None


async def test_after_the_plan_there_is_self_consumption_and_then_nothing() -> None:
    plan = make_plan(two_days(), START)
    async with connected_device() as running:
        await running.device.replace_schedule(plan.schedule, gradually=True)
        entries = running.sim.installation.plan
        last = plan.entries[-1]
        active = entries.active(int(last.start.timestamp()) + 1)
        assert active is not None
        assert active.type == 5
        assert entries.active(int(last.end.timestamp()) + 1) is None
