"""What the facade writes ends by itself, is extended by the same request, and loses no plan."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from homevolt import HomevoltError, HomevoltLocalModeError, HomevoltValueError
from homevolt.bridges.battery.facade import battery_document, drive
from homevolt.bridges.battery.modes import MEANINGS, Request, request_of
from homevolt.simulator.world.clock import WINTER_NOON
from homevolt.simulator.world.ems.plan import Entry
from tests.support.bridged import BridgedBattery, bridged_battery

NOW = int(WINTER_NOON)


def windows(battery: BridgedBattery) -> list[tuple[int, int | None, int | None]]:
    """Return type, start and end of each entry, in seconds from the beginning."""
    return [
        (e.type, e.from_time and e.from_time - NOW, e.to_time and e.to_time - NOW)
        for e in battery.entries
    ]


@pytest.mark.parametrize("ttl", [None, 60])
async def test_the_entry_ends_with_the_ttl_and_then_the_meter_is_held_at_zero(
    ttl: int | None,
) -> None:
    async with bridged_battery() as battery:
        await drive(battery.feed, request_of({"mode": "charge", "ttl": ttl}))
        end = ttl or 900
        assert windows(battery) == [(1, 0, end), (5, end, None)]


async def test_the_same_request_again_only_extends_the_entry() -> None:
    async with bridged_battery() as battery:
        await drive(battery.feed, Request("hold"))
        await battery.clock.sleep(300)
        await drive(battery.feed, Request("hold"))
        assert windows(battery) == [(7, 0, 1200), (5, 1200, None)]
        written = len(battery.commands)
        await battery.clock.sleep(60)  # which is not worth a write to the flash
        await drive(battery.feed, Request("hold"))
        assert len(battery.commands) == written
        await drive(battery.feed, Request("hold", 500))  # which is another request
        assert windows(battery)[0] == (7, 360, 1260)


async def test_a_request_after_the_end_begins_anew() -> None:
    async with bridged_battery() as battery:
        await drive(battery.feed, Request("hold", ttl=60))
        await battery.clock.sleep(120)
        await drive(battery.feed, Request("hold", ttl=60))
        assert windows(battery)[0] == (7, 120, 180)


async def test_the_plan_that_stood_goes_on_afterwards_unchanged() -> None:
    plan = [Entry(8, options={"max_discharge": 2500}), Entry(0, NOW + 7200, NOW + 9000)]
    plan[0] = Entry(8, None, NOW + 7200, options={"max_discharge": 2500})
    async with bridged_battery() as battery:
        battery.sim.installation.plan.replace(plan, "Manual Schedule")
        for word in ("charge", "discharge", "hold"):
            await drive(battery.feed, Request(word))
            await battery.clock.sleep(60)
        assert [kind for kind, *_ in windows(battery)] == [7, 8, 0]
        await drive(battery.feed, Request("normal"))
        assert windows(battery) == [(8, None, 7200), (0, 7200, 9000)]
        assert battery.entries[0].options["max_discharge"] == 2500


async def test_normal_writes_nothing_where_the_plan_goes_on_already() -> None:
    async with bridged_battery() as battery:
        battery.sim.installation.plan.replace([Entry(8)], "Manual Schedule")
        await drive(battery.feed, Request("normal"))
        assert battery.commands == []


async def test_normal_holds_the_meter_at_zero_where_there_is_no_plan() -> None:
    async with bridged_battery() as battery:
        await drive(battery.feed, Request("normal"))
        assert windows(battery) == [(5, 0, None)]
        written = len(battery.commands)
        await drive(battery.feed, Request("normal"))
        assert len(battery.commands) == written


async def test_what_somebody_else_wrote_meanwhile_is_the_plan_that_goes_on() -> None:
    async with bridged_battery() as battery:
        await drive(battery.feed, Request("charge"))
        battery.sim.installation.plan.replace([Entry(8)], "Manual Schedule")
        await drive(battery.feed, Request("hold"))
        await drive(battery.feed, Request("normal"))
        assert windows(battery) == [(8, None, None)] or windows(battery) == [(8, 0, None)]


async def test_a_write_of_unknown_outcome_does_not_become_the_plan() -> None:
    async with bridged_battery() as battery:
        battery.sim.installation.plan.replace([Entry(8)], "Manual Schedule")
        await drive(battery.feed, Request("hold"))
        await battery.clock.sleep(30)
        battery.sim.faults.add("reset", write=True, when="after", rate=0.5)
        for power in (100, 200, 300):
            with suppress(HomevoltError):  # whichever it is, the plan must come back
                await drive(battery.feed, Request("charge", power))
        battery.sim.faults.clear()
        await drive(battery.feed, Request("normal"))
        assert {kind for kind, *_ in windows(battery)} == {8}


async def test_local_mode_is_never_switched_on_silently() -> None:
    async with bridged_battery(local_mode=False) as battery:
        with pytest.raises(HomevoltLocalModeError):
            await drive(battery.feed, Request("charge"))
        assert battery.sim.journal.writes == []


async def test_the_document_says_what_is_in_force_and_when_it_ends() -> None:
    async with bridged_battery(units=2) as battery:
        await battery.read()
        document = battery_document(battery.feed)
        assert (document["mode"], document["until"], document["available"]) == (
            "normal",
            None,
            True,
        )
        snapshot = battery.feed.snapshot
        assert snapshot is not None
        assert snapshot.total is not None
        assert snapshot.grid is not None
        assert document["power_w"] == snapshot.total.power_w
        assert document["state_of_charge_percent"] == pytest.approx(60)
        assert document["max_power_w"] == 12000
        assert document["grid_power_w"] == snapshot.grid.power_w
        await drive(battery.feed, Request("hold"))
        document = battery_document(battery.feed)
        assert (document["mode"], document["until"]) == ("hold", "2026-01-15T12:15:00Z")
        battery.clock.advance(3600)
        nothing = battery_document(battery.feed)
        assert nothing.keys() == document.keys()
        assert set(nothing.values()) == {None, False}


@pytest.mark.parametrize(("number", "word"), [*enumerate(MEANINGS, 1)])
@pytest.mark.parametrize("kind", [int, str])
def test_the_numbers_of_evcc_are_understood(number: int, word: str, kind: type) -> None:
    assert request_of(kind(number)) == Request(word)
    assert request_of({"mode": kind(number), "power": 1000.0}) == Request(word, 1000)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("fast", "mode is one of"),
        ("nomal", "did you mean 'normal'"),
        (0, "mode is one of"),
        (6, "mode is one of"),
        (True, "mode is one of"),
        (None, "mode is one of"),
        ([], "mode is one of"),
        ({}, "mode is one of"),
        ({"mode": "hold", "for": 3}, "there is no 'for'"),
        ({"mode": "hold", "ttl": 5}, "ttl must be 10 to 86400 s"),
        ({"mode": "hold", "ttl": "long"}, "ttl must be a whole number"),
        ({"mode": "charge", "power": -1}, "power must be 0"),
        ({"mode": "charge", "power": 1.5}, "power must be a whole number"),
    ],
)
def test_a_request_that_is_none_says_what_one_is(given: Any, words: str) -> None:
    with pytest.raises(HomevoltValueError, match=words.replace("(", r"\(")):
        request_of(given)
