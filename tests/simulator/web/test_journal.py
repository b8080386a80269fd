"""The journal holds every request, without secrets and within bounds."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from homevolt.simulator import Journal, RequestRecord
from homevolt.simulator.web import journal as journal_module
from homevolt.simulator.web.journal import MASK, MAX_RECORDS, mask_form, mask_secrets
from tests.simulator.client import device

if TYPE_CHECKING:
    import pytest


async def test_reads_and_writes_are_distinguished() -> None:
    async with device() as client:
        await client.get("/ems.json?a=b")
        await client.console("sched_list")
        await client.console('"sched_add" 1')
        await client.console('sched_add "1')
        await client.set("settings_local", "true")
        journal = client.sim.journal
        assert [record.is_write for record in journal] == [False, False, True, True, True]
        assert journal.commands == ["sched_list", '"sched_add" 1', 'sched_add "1']
        assert [record.effects for record in journal.writes] == [1, 0, 1]
        assert len(journal.reads) == 2
        assert journal.to("/ems.json")[0].query == "a=b"
        assert journal.to("/params.json")[0].form == {
            "k": "settings_local",
            "v": "true",
            "store": "1",
        }
        assert all(record.status == 200 and record.authenticated for record in journal)
        assert json.dumps([record.as_dict() for record in journal])


async def test_requests_at_the_same_time_are_counted() -> None:
    async with device(faults=["silence:path=/pid.json"]) as client:
        waiting = asyncio.ensure_future(client.request("GET", "/pid.json"))
        await client.sim.wait_for_requests()
        await client.get("/ems.json")
        assert [record.in_flight for record in client.sim.journal] == [1, 2]
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


def test_whatever_follows_the_name_of_a_secret_is_masked() -> None:
    assert (
        mask_secrets("param_set webserver_password a b\nc")
        == f"param_set webserver_password {MASK}"
    )
    assert mask_secrets('param_set wifi"_sta_password" hunter2') == MASK
    assert mask_secrets("v=hunter2&k=wifi_sta_password") == MASK
    assert mask_secrets("param_get settings_local") == "param_get settings_local"
    assert mask_form([("k", "ems_psk"), ("v", "x")]) == {"k": "ems_psk", "v": MASK}
    assert mask_form([("ems_psk", "x"), ("a", "y")]) == {"ems_psk": MASK, "a": "y"}


def test_whatever_comes_with_a_secret_in_a_form_is_masked() -> None:
    assert mask_form([("k", "ems_psk"), ("k", "other"), ("v", "x")]) == {"k": MASK, "v": MASK}
    assert mask_form([("ems_psk: x", "")]) == {f"ems_psk {MASK}": MASK}
    assert mask_form([("k", '"ems_psk"'), ("v", "x")]) == {"k": MASK, "v": MASK}


def test_of_a_very_long_run_the_oldest_records_are_forgotten() -> None:
    journal = Journal()
    for time in range(MAX_RECORDS + 1):
        journal.note(RequestRecord(time, "GET", "/"))
    assert len(journal) == MAX_RECORDS * 9 // 10 + 1
    assert journal[-1].time == MAX_RECORDS


def test_a_record_with_everything_in_it_is_plain_data() -> None:
    record = RequestRecord(1, "POST", "/console.json", form={"cmd": "x"}, faults=("reset",))
    assert record.as_dict() == asdict(record)


async def test_the_journal_is_bounded_in_bytes_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "MAX_BYTES", 200_000)
    async with device() as client:
        for number in range(20):
            await client.request("POST", f"/{number}/{'p' * 4000}", data={"a": "b" * 12_000})
        journal = client.sim.journal
        assert sum(record.size for record in journal) <= 200_000
        assert 8 <= len(journal) < 20
        assert journal[-1].path.startswith("/19/")
        assert len(journal[-1].form["a"]) == 12_000
        journal.clear()
        for _ in range(10):
            await client.get("/ems.json")
        assert len(journal) == 10
