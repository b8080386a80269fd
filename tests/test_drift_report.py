"""New firmware is noticed: unknown keys and absent fields are named, values never printed."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from tests.support.payloads import ems, encoded, schedule, unit
from tools.drift_report import NOT_READ, drift, endpoint_of, known_paths, main

if TYPE_CHECKING:
    from pathlib import Path


def test_a_known_payload_has_no_unknown_keys() -> None:
    assert drift(ems(), "ems").unknown == ()
    assert drift(schedule(), "schedule").unknown == ()


def test_new_keys_are_named_by_their_path() -> None:
    document = ems(unit(new=1, ems_data={"power": 1, "newer": {"a": 1}}), top=None)
    assert drift(document, "ems").unknown == (
        "$.ems[].ems_data.newer",
        "$.ems[].ems_data.newer.a",
        "$.ems[].new",
        "$.top",
    )


def test_of_an_absent_block_only_the_block_is_named() -> None:
    without = unit(ems_voltage={"l1": 1})
    del without["ems_prediction"]
    absent = drift(ems(without), "ems").absent
    assert "$.ems[].ems_voltage.l2" in absent
    assert "$.ems[].ems_prediction" in absent
    assert "$.ems[].ems_prediction.avail_ch_pwr" not in absent


def test_what_is_known_and_not_read_is_neither_unknown_nor_absent() -> None:
    found = drift(ems(unit(peer={"last_seq": 1})), "ems")
    assert found.unknown == ()
    assert not any(path.startswith("$.ems[].peer") for path in found.absent)


def test_nothing_that_is_read_is_listed_as_not_read() -> None:
    for endpoint, paths in NOT_READ.items():
        assert not paths & known_paths(endpoint)


def test_inside_a_field_that_takes_anything_nothing_is_unknown() -> None:
    parameter = {"name": "x", "value": [{"a": 1}], "default": {"b": 2}}
    assert drift([parameter], "params").unknown == ()


@pytest.mark.parametrize(
    ("file_name", "endpoint"),
    [
        ("ems.json", "ems"),
        ("ems_two_units.json", "ems"),
        ("dir/ems_pid_history.json", "ems_pid_history"),
        ("emsy.json", None),
        ("whatever.txt", None),
    ],
)
def test_the_name_of_a_file_tells_the_endpoint(file_name: str, endpoint: str | None) -> None:
    assert endpoint_of(file_name) == endpoint


def test_the_report_names_keys_and_no_values(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "schedule_new.json"
    file.write_bytes(encoded(schedule({"id": 1, "serial": "S3CR3T"})))
    assert main([str(file)]) == 1
    out = capsys.readouterr().out
    assert out.startswith("/schedule.json: 1 unknown keys, ")
    assert "unknown  $.schedule[].serial" in out
    assert "S3CR3T" not in out


def test_a_payload_can_come_through_a_pipe(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe = SimpleNamespace(buffer=io.BytesIO(b"[]"))
    monkeypatch.setattr(sys, "stdin", pipe)
    assert main(["-", "--endpoint", "nodes"]) == 0
    assert capsys.readouterr().out.startswith("/nodes.json: 0 unknown keys")


@pytest.mark.parametrize("content", [None, b"<html>"])
def test_a_file_that_cannot_be_read_is_a_usage_error(
    tmp_path: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "ems.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SystemExit) as end:
        main([str(file)])
    assert end.value.code == 2
    assert "ems.json" in capsys.readouterr().err


def test_a_file_that_names_no_endpoint_asks_for_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["dump.json"])
    assert "--endpoint" in capsys.readouterr().err
