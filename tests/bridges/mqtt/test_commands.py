"""A command is checked, done once, read back and answered; the state changes only then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.bridges.mqtt.conftest import OnBroker
    from tests.support.bridged import Message


async def ask(on_broker: OnBroker, thing: str, payload: object, *, retain: bool = False) -> Any:
    """Send a command and return its answer."""
    battery, observer, _ = on_broker
    since = await observer.send(battery.topic(f"set/{thing}"), payload, retain=retain)
    message = await observer.wait(battery.topic(f"result/{thing}"), since=since)
    assert not message.retain
    return message.json


async def state_with(on_broker: OnBroker, **expected: object) -> Message:
    """Return the state once the controls show something."""
    battery, observer, _ = on_broker
    return await observer.wait(
        battery.topic("state"),
        lambda m: all(m.json[f"control.{name}"] == value for name, value in expected.items()),
    )


async def test_a_mode_starts_a_window_that_ends_by_itself(on_broker: OnBroker) -> None:
    battery = on_broker.battery
    answer = await ask(on_broker, "mode", "inverter_charge")
    assert answer["outcome"] == "verified"
    (entry,) = battery.entries
    assert entry.type == 1
    assert entry.to_time - entry.from_time == 3600
    await state_with(on_broker, mode="inverter_charge")
    battery.sim.advance(3601)
    battery.clock.advance(3601)
    await battery.read()
    await state_with(on_broker, mode=None)


async def test_settings_go_with_the_next_mode_that_takes_them(on_broker: OnBroker) -> None:
    for thing, value in {"setpoint": "2500", "max_soc": "90.0", "duration": "30"}.items():
        assert (await ask(on_broker, thing, value))["outcome"] == "verified"
    await state_with(on_broker, setpoint=2500, max_soc=90, duration=30)
    assert on_broker.battery.commands == []
    await ask(on_broker, "mode", "inverter_charge")
    (entry,) = on_broker.battery.entries
    assert (entry.options["setpoint"], entry.max_soc) == (2500, 90)
    assert entry.to_time - entry.from_time == 1800
    assert (await ask(on_broker, "mode", "idle"))["outcome"] == "verified"
    (entry,) = on_broker.battery.entries
    assert (entry.type, entry.max_soc) == (0, None)


async def test_a_button_applies_settings_to_the_mode_that_is_active(on_broker: OnBroker) -> None:
    assert (await ask(on_broker, "apply", "PRESS"))["outcome"] == "refused"
    await ask(on_broker, "mode", "solar_charge")
    await ask(on_broker, "max_charge", "1200")
    assert (await ask(on_broker, "apply", "PRESS"))["outcome"] == "verified"
    (entry,) = on_broker.battery.entries
    assert (entry.type, entry.options["max_charge"]) == (7, 1200)


async def test_settings_can_be_forgotten(on_broker: OnBroker) -> None:
    await ask(on_broker, "setpoint", "2500")
    await ask(on_broker, "max_soc", "90")
    await ask(on_broker, "max_soc", "none")
    await state_with(on_broker, setpoint=2500, max_soc=None)
    await ask(on_broker, "forget", "PRESS")
    await state_with(on_broker, setpoint=None, duration=60)


async def test_a_mode_can_bring_its_own_options(on_broker: OnBroker) -> None:
    answer = await ask(
        on_broker, "mode", {"mode": "grid_charge", "setpoint": 1000, "duration": 5, "id": "a1"}
    )
    assert (answer["outcome"], answer["id"]) == ("verified", "a1")
    (entry,) = on_broker.battery.entries
    assert (entry.type, entry.options["setpoint"]) == (3, 1000)
    assert entry.to_time - entry.from_time == 300


async def test_the_plan_resumes_where_a_mode_was_started(on_broker: OnBroker) -> None:
    battery = on_broker.battery
    plan = [{"mode": "solar_charge_discharge", "max_discharge": 2000}]
    assert (await ask(on_broker, "plan", plan))["outcome"] == "verified"
    before = [(e.type, e.to_time, dict(e.options)) for e in battery.entries]
    assert (await ask(on_broker, "resume", "PRESS"))["outcome"] == "refused"
    await ask(on_broker, "mode", "inverter_discharge")
    await ask(on_broker, "mode", "inverter_charge")
    assert [e.type for e in battery.entries] == [1, 8]
    assert (await ask(on_broker, "resume", "PRESS"))["outcome"] == "verified"
    assert [(e.type, e.to_time, dict(e.options)) for e in battery.entries] == before
    await state_with(on_broker, mode="solar_charge_discharge")


async def test_the_plan_goes_both_ways_in_the_same_form(on_broker: OnBroker) -> None:
    battery, observer, _ = on_broker
    now = battery.feed.snapshot.at if battery.feed.snapshot else datetime.now(UTC)
    start = (now + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    entries = [{"mode": "inverter_charge", "from_time": start, "setpoint": 1500, "max_soc": 80}]
    assert (await ask(on_broker, "plan", {"entries": entries}))["outcome"] == "verified"
    read = await observer.wait(battery.topic("plan"), lambda m: m.json["entries"])
    assert read.retain is False
    assert read.json["entries"] == entries
    assert read.json["local_mode"] is True
    assert (await ask(on_broker, "plan", read.json))["outcome"] == "verified"
    assert (await ask(on_broker, "clear", "PRESS"))["outcome"] == "verified"
    await observer.wait(battery.topic("plan"), lambda m: not m.json["entries"])
    assert battery.entries == []


async def test_local_mode_is_a_switch_and_is_never_switched_on_silently(
    on_broker: OnBroker,
) -> None:
    assert (await ask(on_broker, "local_mode", "OFF"))["outcome"] == "verified"
    await state_with(on_broker, local_mode="OFF")
    answer = await ask(on_broker, "mode", "inverter_charge")
    assert answer["outcome"] == "refused"
    assert "local mode" in answer["message"].lower()
    assert on_broker.battery.entries == []
    assert (await ask(on_broker, "local_mode", "ON"))["outcome"] == "verified"
    await state_with(on_broker, local_mode="ON")


async def test_a_parameter_is_written_and_read_back(on_broker: OnBroker) -> None:
    battery = on_broker.battery
    assert (await ask(on_broker, "ledstrip_bright_max", "40"))["outcome"] == "verified"
    assert (await ask(on_broker, "ledstrip_mode", "off"))["outcome"] == "verified"
    assert (await ask(on_broker, "ecu_main_fuse_size_a", "20"))["outcome"] == "verified"
    await state_with(
        on_broker, ledstrip_bright_max=40, ledstrip_mode="off", ecu_main_fuse_size_a=20
    )
    written = [record.form.get("k") for record in battery.sim.journal.writes]
    assert written == ["ledstrip_bright_max", "ledstrip_mode", "ecu_main_fuse_size_a"]


async def test_a_reboot_is_waited_for(on_broker: OnBroker) -> None:
    assert (await ask(on_broker, "reboot", "PRESS"))["outcome"] == "verified"
    assert on_broker.battery.commands == ["reset"]


@pytest.mark.parametrize(
    ("thing", "payload"),
    [
        ("mode", "fly"),
        ("mode", {"mode": "idle", "wings": 2}),
        ("mode", {"mode": "idle", "duration": 0}),
        ("mode", {"mode": "idle", "to_time": "2030-01-01"}),
        ("mode", "grid_charge"),
        ("mode", "[1]"),
        ("setpoint", "much"),
        ("setpoint", "nan"),
        ("setpoint", "1e999"),
        ("min_soc", "101"),
        ("max_charge", "-1"),
        ("duration", "1441"),
        ("duration", "1.5"),
        ("local_mode", "maybe"),
        ("ledstrip_mode", "disco"),
        ("ledstrip_mode_on_hue", "361"),
        ("ecu_main_fuse_size_a", "0"),
        ("plan", "soon"),
        ("plan", [3]),
        ("plan", {"entries": {}}),
        ("wifi_password", "x"),
        ("mode", "{"),
        ("mode", b"\xff\xfe"),
        ("mode", {"value": "idle", "at": "never"}),
    ],
)
async def test_a_wrong_command_is_refused_and_nothing_is_sent(
    on_broker: OnBroker, thing: str, payload: object
) -> None:
    answer = await ask(on_broker, thing, payload)
    assert answer["outcome"] == "refused"
    assert answer["message"]
    assert on_broker.battery.sim.journal.writes == []


async def test_a_refusal_has_the_words_of_the_device(on_broker: OnBroker) -> None:
    battery = on_broker.battery
    battery.sim.advance(24 * 3600)  # the device is a day ahead of what was read of its clock
    plan = [{"mode": "idle", "to_time": "2026-01-15T18:00:00Z"}]
    answer = await ask(on_broker, "plan", plan)
    assert (answer["outcome"], answer["reply"]) == ("refused", "Schedule end time is in the past")
    assert "The previous plan is unchanged" in answer["message"]


async def test_what_got_no_usable_answer_and_cannot_be_read_back_is_unknown(
    on_broker: OnBroker,
) -> None:
    battery = on_broker.battery
    battery.sim.faults.add("reset", path="/console.json", when="after", count=1)
    battery.sim.faults.add("status", status=500, path="/schedule.json", nth=2, count=99)
    answer = await ask(on_broker, "clear", "PRESS")
    assert answer["outcome"] == "unknown"
    assert len(battery.commands) == 1


async def test_the_state_changes_only_with_what_was_read_back(on_broker: OnBroker) -> None:
    battery, observer, _ = on_broker
    before = observer.latest[battery.topic("state")].json
    shown = {"mode": before["control.mode"], "brightness": before["control.ledstrip_bright_max"]}
    battery.sim.faults.add("status", status=503, path="/console.json", write=True, count=99)
    battery.sim.faults.add("status", status=503, path="/params.json", write=True, count=99)
    since = len(observer.messages)
    assert (await ask(on_broker, "mode", "idle"))["outcome"] != "verified"
    assert (await ask(on_broker, "ledstrip_bright_max", "7"))["outcome"] != "verified"
    battery.sim.faults.clear()
    await battery.read()
    await ask(on_broker, "duration", "5")
    await state_with(on_broker, duration=5)
    states = [m.json for m in observer.messages[since:] if m.topic == battery.topic("state")]
    assert states
    for state in states:
        assert state["control.mode"] == shown["mode"]
        assert state["control.ledstrip_bright_max"] == shown["brightness"]
    assert (await ask(on_broker, "ledstrip_bright_max", "7"))["outcome"] == "verified"
    await state_with(on_broker, ledstrip_bright_max=7)


async def test_a_retained_command_is_dropped_and_answered(on_broker: OnBroker) -> None:
    answer = await ask(on_broker, "mode", "inverter_charge", retain=True)
    assert answer["outcome"] == "refused"
    assert "retained" in answer["message"]
    assert on_broker.battery.commands == []


async def test_a_command_older_than_the_start_is_dropped_and_answered(on_broker: OnBroker) -> None:
    old = {"value": "inverter_charge", "at": "2020-01-01T00:00:00Z", "id": 7}
    answer = await ask(on_broker, "mode", old)
    assert (answer["outcome"], answer["id"]) == ("refused", "7")
    assert "older" in answer["message"]
    assert on_broker.battery.commands == []


async def test_a_command_that_comes_twice_is_done_once(on_broker: OnBroker) -> None:
    battery, observer, _ = on_broker
    again = {"value": "PRESS", "id": "once"}
    since = await observer.send(battery.topic("set/reboot"), again)
    await observer.send(battery.topic("set/reboot"), again)
    await ask(on_broker, "clear", "PRESS")
    answers = [m.json for m in observer.messages[since:] if m.topic.endswith("result/reboot")]
    assert [answer["outcome"] for answer in answers] == ["verified", "verified"]
    assert battery.commands.count("reset") == 1


async def test_commands_of_one_device_are_done_in_their_order(on_broker: OnBroker) -> None:
    battery, observer, _ = on_broker
    for mode in ("inverter_charge", "solar_charge", "idle"):
        await observer.send(battery.topic("set/mode"), mode)
    await state_with(on_broker, mode="idle")
    modes = [m.json["value"] for m in observer.messages if m.topic.endswith("result/mode")]
    assert modes == ["inverter_charge", "solar_charge", "idle"][: len(modes)]


async def test_a_command_for_a_device_that_is_not_here_is_answered(on_broker: OnBroker) -> None:
    observer = on_broker.observer
    since = await observer.send("homevolt/nobody/set/mode", "idle")
    answer = await observer.wait("homevolt/nobody/result/mode", since=since)
    assert answer.json["outcome"] == "refused"
