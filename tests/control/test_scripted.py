"""Control of firmware whose answers the simulator does not give."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from homevolt import (
    HomevoltCommandOutcomeUnknownError,
    HomevoltCommandRejectedError,
    HomevoltCommandVerificationError,
    HomevoltDataError,
    HomevoltLocalModeError,
)
from tests.support.payloads import NOW
from tests.support.scripted_device import document, done, in_turn, scripted_device

UNTOLD = {"schedule_id": "Manual Schedule", "schedule": []}
LOCAL = {"name": "settings_local", "type": "bool", "value": [True], "default": [False]}


@pytest.mark.parametrize("value", [[True], True, 1])
async def test_local_mode_that_the_schedule_does_not_report_is_read_from_its_parameter(
    value: object,
) -> None:
    params = [{"name": "x"}, LOCAL | {"value": value}]
    async with scripted_device(schedule=UNTOLD, params=params, console=done("sched_clear")) as (
        scripted,
        device,
        _,
    ):
        await device.clear_all_schedules()
        assert scripted.writes == [{"cmd": "sched_clear"}]


@pytest.mark.parametrize(
    ("params", "state"),
    [
        ([LOCAL | {"value": [False]}], "is off"),
        ([LOCAL | {"value": None}], "is not reported"),
        ([LOCAL | {"value": []}], "is not reported"),
        ([], "is not reported"),
    ],
)
async def test_local_mode_that_is_not_reported_anywhere_is_not_assumed(
    params: list[Any], state: str
) -> None:
    async with scripted_device(schedule=UNTOLD, params=params) as (scripted, device, _):
        with pytest.raises(HomevoltLocalModeError, match=state):
            await device.clear_all_schedules()
        assert scripted.writes == []


async def test_a_switch_of_local_mode_is_read_back_from_its_parameter_too() -> None:
    async with scripted_device(schedule=UNTOLD, params=[LOCAL], save="Saved parameter k: v:") as (
        scripted,
        device,
        _,
    ):
        await device.enable_local_mode()
        with pytest.raises(HomevoltCommandVerificationError, match="on after it was switched off"):
            await device.disable_local_mode()
        assert len(scripted.writes) == 2


async def test_local_mode_is_switched_whatever_the_plan_is_like() -> None:
    unclear = document({"id": 1, "type": "charge"}, local_mode=False)
    async with scripted_device(schedule=unclear, save="Saved parameter k: v:") as (
        scripted,
        device,
        _,
    ):
        await device.disable_local_mode()
        assert len(scripted.writes) == 1


async def test_a_switch_of_local_mode_is_refused_in_the_words_of_the_device() -> None:
    cloud = document(local_mode=False)
    async with scripted_device(schedule=cloud, save="Parameter is read-only") as (
        scripted,
        device,
        _,
    ):
        with pytest.raises(HomevoltCommandRejectedError, match="settings_local=true") as caught:
            await device.enable_local_mode()
        assert caught.value.reply == "Parameter is read-only"
        assert len(scripted.writes) == 1


@pytest.mark.parametrize("reply", ["", "{}", "<html>busy</html>", "esp32> "])
async def test_a_reply_without_a_verdict_leaves_the_read_back_to_decide(reply: str) -> None:
    idle = {"id": 0, "type": 0, "from": NOW}
    async with scripted_device(schedule=document(idle), console=reply) as (scripted, device, _):
        assert (await device.set_battery_idle()).id == 0
        with pytest.raises(HomevoltCommandOutcomeUnknownError, match=r"not understood|is empty"):
            await device.charge_battery()
        assert len(scripted.writes) == 2


async def test_a_reply_that_is_too_large_leaves_the_read_back_to_decide() -> None:
    async with scripted_device(schedule=document(), console=b"x" * 5 * 2**20) as (
        scripted,
        device,
        _,
    ):
        await device.clear_all_schedules()
        assert scripted.writes == [{"cmd": "sched_clear"}]


async def test_a_failed_read_back_leaves_the_outcome_unknown() -> None:
    async with scripted_device(
        schedule=in_turn(document(), document(), b"<html>"), console=done("sched_clear")
    ) as (scripted, device, _):
        with pytest.raises(HomevoltCommandOutcomeUnknownError, match=r"confirmed .* reading back"):
            await device.clear_all_schedules()
        assert len(scripted.writes) == 1


@pytest.mark.parametrize(
    "unclear",
    [
        document(schedule="none"),
        document({"id": 1, "type": "charge"}),
        document({"id": 1, "type": 1, "to": "tomorrow"}),
        {"local_mode": True},
    ],
)
async def test_an_incomplete_plan_proves_nothing(
    unclear: dict[str, Any],
) -> None:
    async with scripted_device(schedule=unclear, console=done("sched_clear")) as (
        scripted,
        device,
        _,
    ):
        with pytest.raises(HomevoltCommandOutcomeUnknownError, match=r"schedule\.json"):
            await device.clear_all_schedules()
        assert len(scripted.writes) == 1
        with pytest.raises(HomevoltDataError, match=r"schedule\.json"):
            await device.replace_schedule([])
        assert len(scripted.writes) == 1


@pytest.mark.parametrize("key", ["setpoint", "offline", "fcr_start_from"])
async def test_a_plan_that_could_not_be_restored_is_not_replaced(key: str) -> None:
    unclear = document({"id": "x", "type": 1}, {"id": 2, "type": 0, "params": {key: "text"}})
    async with scripted_device(schedule=unclear, console=done("sched_set")) as (
        scripted,
        device,
        _,
    ):
        with pytest.raises(HomevoltDataError, match=f"'params.{key}' of entry 1") as caught:
            await device.replace_schedule([])
        assert caught.value.path == f"$.schedule[1].params.{key}"
        assert scripted.writes == []


async def test_entries_that_are_renumbered_are_recognised_by_their_content() -> None:
    night = {"id": 4, "type": 1, "from": NOW + 100, "to": NOW + 200}
    day = {"id": 5, "type": 2, "from": NOW + 200, "to": NOW + 300}
    added = {"id": 0, "type": 0, "from": NOW + 300, "to": NOW + 400}
    before = document(night, day)
    async with scripted_device(
        schedule=in_turn(before, before, document(added, night | {"id": 1}, day | {"id": 2})),
        console=done("sched_add"),
    ) as (_, device, _clock):
        entry = await device.add_schedule(0, from_time=_time(NOW + 300), to_time=_time(NOW + 400))
        assert entry.id == 0
    async with scripted_device(
        schedule=in_turn(before, before, document(night | {"id": 0})), console=done("sched_del")
    ) as (_, device, _clock):
        await device.delete_schedule(5)
    async with scripted_device(
        schedule=in_turn(before, before, document(day | {"id": 0})), console=done("sched_del")
    ) as (_, device, _clock):
        with pytest.raises(HomevoltCommandVerificationError, match="is still there"):
            await device.delete_schedule(5)


@pytest.mark.parametrize("has_ended", [True, False])
async def test_an_entry_that_disappears_with_another_write_is_noticed(*, has_ended: bool) -> None:
    other = {"id": 4, "type": 1, "to": NOW - 100 if has_ended else NOW + 100}
    entry = {"id": 5, "type": 2, "from": NOW + 200}
    before, both = document(other), document(other, entry)
    for command, plans in (
        ("sched_add", (before, before, document(entry))),
        ("sched_del", (both, both, document())),
    ):
        async with scripted_device(schedule=in_turn(*plans), console=done(command)) as (
            scripted,
            device,
            _,
        ):
            write = (
                device.add_schedule(2, from_time=_time(NOW + 200))
                if command == "sched_add"
                else device.delete_schedule(5)
            )
            if has_ended:
                await write
            else:
                with pytest.raises(HomevoltCommandVerificationError, match="are gone too: 1 entry"):
                    await write
            assert len(scripted.writes) == 1


async def test_a_start_left_open_may_come_back_as_the_time_of_the_write() -> None:
    stamped, later = {"id": 0, "type": 0, "from": NOW + 1}, {"id": 0, "type": 0, "from": NOW + 900}
    for seen, is_right in ((stamped, True), (later, False)):
        async with scripted_device(
            schedule=in_turn(document(), document(), document(seen)), console=done("sched_add")
        ) as (_, device, _clock):
            if is_right:
                assert (await device.add_schedule(0)).id == 0
            else:
                with pytest.raises(HomevoltCommandVerificationError, match="from_time"):
                    await device.add_schedule(0)


async def test_a_time_that_is_off_by_some_seconds_is_not_a_time_zone() -> None:
    seen = {"id": 0, "type": 0, "from": NOW + 107}
    async with scripted_device(
        schedule=in_turn(document(), document(), document(seen)), console=done("sched_add")
    ) as (_, device, _clock):
        with pytest.raises(HomevoltCommandVerificationError) as caught:
            await device.add_schedule(0, from_time=_time(NOW + 100))
        assert "from_time: expected" in str(caught.value)
        assert "timezone" not in str(caught.value)


async def test_an_omitted_value_equals_only_its_default() -> None:
    bare = document({"id": 0, "type": 1, "from": NOW})
    async with scripted_device(schedule=bare, console=done("sched_set")) as (_, device, _clock):
        await device.charge_battery(min_soc=0, max_soc=100, offline=False)
        with pytest.raises(
            HomevoltCommandVerificationError, match="import_limit: expected 0, actual"
        ):
            await device.charge_battery(import_limit=0)
        with pytest.raises(HomevoltCommandVerificationError, match="setpoint: expected 0, actual"):
            await device.charge_battery(setpoint=0)


async def test_what_was_not_asked_for_must_not_be_there_unless_it_is_accepted() -> None:
    added = {"main_fuse": 25000, "max_charge": 6000, "offline": False}
    entry = {"id": 0, "type": 0, "from": NOW, "min": 0, "max": 100, "params": added}
    plans = in_turn(document(), document(), document(entry))
    async with scripted_device(schedule=plans, console=done("sched_set")) as (scripted, device, _c):
        with pytest.raises(HomevoltCommandVerificationError) as caught:
            await device.set_battery_idle()
        assert "main_fuse: expected none, actual 25000" in str(caught.value)
        assert "Another client may have written" in str(caught.value)
        assert "pass accept=('max_charge', 'main_fuse',)" in str(caught.value)
        assert len(scripted.writes) == 1
        kept = await device.set_battery_idle(accept=("main_fuse", "max_charge"))
        assert kept.main_fuse == 25000
        added["offline"] = True
        with pytest.raises(HomevoltCommandVerificationError, match="offline: expected none, actua"):
            await device.set_battery_idle(accept=("main_fuse", "max_charge"))


PARAMETER = {"name": "hue", "type": "uint16", "size": 2, "value": [1], "default": [9], "help": ""}


async def test_a_parameter_that_did_not_change_was_refused_in_the_words_of_the_answer() -> None:
    async with scripted_device(params=[PARAMETER], save="Parameter is read-only") as (
        _,
        device,
        _clock,
    ):
        with pytest.raises(HomevoltCommandRejectedError) as caught:
            await device.set_parameter("hue", 2)
        assert caught.value.reply == "Parameter is read-only"
    for unclear in (400, "", "<html>not found</html>", b"\xff invalid", "{}"):
        async with scripted_device(params=[PARAMETER], save=unclear) as (_, device, _clock):
            with pytest.raises(HomevoltCommandOutcomeUnknownError, match="no usable answer"):
                await device.set_parameter("hue", 2)


async def test_a_parameter_that_did_change_was_accepted_whatever_the_answer() -> None:
    changed = PARAMETER | {"value": [2]}
    async with scripted_device(params=in_turn([PARAMETER], [changed]), save='{"ok": 1}') as (
        scripted,
        device,
        _,
    ):
        assert await device.set_parameter("hue", 2) == 2
        assert scripted.writes == [{"k": "hue", "v": "2", "store": "1"}]


async def test_a_secret_is_masked_in_the_text_of_a_refusal() -> None:
    secret = PARAMETER | {"name": "ems_psk", "type": "str32", "size": 32, "value": [""]}
    async with scripted_device(params=[secret], save="cannot store 'hunter2'") as (
        _,
        device,
        _clock,
    ):
        with pytest.raises(HomevoltCommandRejectedError) as caught:
            await device.set_parameter("ems_psk", "hunter2")
        assert "hunter2" not in str(caught.value) + caught.value.reply
        assert "cannot store" in caught.value.reply
    echo = "error: k=ems_psk&v=my+s%26cret%2f&store=1"
    async with scripted_device(params=[secret], save=echo) as (_, device, _clock):
        with pytest.raises(HomevoltCommandRejectedError) as caught:
            await device.set_parameter("ems_psk", "my s&cret/")
        assert caught.value.reply == "error: k=ems_psk&v=********&store=1"
    unset = secret | {"value": ["hunter1"]}
    async with scripted_device(params=[unset], save="cannot store that") as (_, device, _clock):
        with pytest.raises(HomevoltCommandRejectedError) as caught:
            await device.set_parameter("ems_psk", "")
        assert caught.value.reply == "cannot store that"


async def test_a_parameter_without_a_default_cannot_be_reset() -> None:
    async with scripted_device(params=[PARAMETER | {"default": []}]) as (scripted, device, _):
        with pytest.raises(ValueError, match="no default for hue"):
            await device.reset_parameter("hue")
        assert scripted.writes == []


async def test_a_reboot_is_over_when_the_uptime_starts_from_0_again() -> None:
    up = in_turn({"up_time": 90_000}, 503, 503, 503, {"up_time": 94_000}, {"up_time": 1500})
    async with scripted_device(schedule=document(), status=up, console="Rest") as (
        scripted,
        device,
        clock,
    ):
        await device.reboot()
        assert scripted.writes == [{"cmd": "reset"}]
        assert clock.slept.count(2.0) == 3
        assert device.schedule is not None


async def test_a_reboot_soon_after_another_is_recognised() -> None:
    up = in_turn({"up_time": 500}, {"up_time": 1900})
    async with scripted_device(schedule=document(), status=up, console=503) as (_, device, _clock):
        await device.reboot()


async def test_a_device_that_did_not_reboot_is_noticed() -> None:
    async with scripted_device(status={"up_time": 90_000}, console=done("reset")) as (
        _,
        device,
        _clock,
    ):
        with pytest.raises(HomevoltCommandVerificationError, match="up for 90 s"):
            await device.reboot(wait_s=10)


async def test_a_device_that_does_not_come_back_leaves_the_outcome_unknown() -> None:
    async with scripted_device(status=in_turn({"up_time": 90_000}, 503), console=done("reset")) as (
        scripted,
        device,
        _,
    ):
        with pytest.raises(HomevoltCommandOutcomeUnknownError, match="did not answer for 10 s"):
            await device.reboot(wait_s=10)
        assert len(scripted.writes) == 1


@pytest.mark.parametrize("status", [{}, {"up_time": True}, {"up_time": "later"}, [1]])
async def test_without_an_uptime_nothing_is_sent(status: Any) -> None:
    async with scripted_device(status=status) as (scripted, device, _):
        with pytest.raises(HomevoltDataError, match=r"/status\.json"):
            await device.reboot()
        assert scripted.writes == []


def _time(epoch_s: int) -> str:
    return datetime.fromtimestamp(epoch_s, UTC).isoformat()
