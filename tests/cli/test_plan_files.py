"""Plans in files: each reads back to the plan it was written from."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevolt import BatteryMode, HomevoltValueError, ScheduleEntry
from homevolt.cli.errors import ShellError
from homevolt.cli.writing import plan_files
from homevolt.schedule.validation import checked_entry
from tests.support.any_entry import entries

if TYPE_CHECKING:
    from pathlib import Path

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@given(plan=st.lists(entries(), max_size=5), kind=st.sampled_from(plan_files.KINDS))
def test_a_plan_that_is_written_reads_back_the_same(plan: list[ScheduleEntry], kind: str) -> None:
    text = plan_files.dumps(plan, kind)
    assert [checked_entry(row, LONG_AGO) for row in plan_files.loads(text, kind)] == plan


@pytest.mark.parametrize("kind", plan_files.KINDS)
def test_ids_are_left_out_and_unknown_modes_stay_numbers(kind: str) -> None:
    entry = ScheduleEntry(mode=23, id=4, setpoint=7)
    (row,) = plan_files.loads(plan_files.dumps([entry], kind), kind)
    assert row == {"mode": 23, "setpoint": 7}
    assert msgspec.structs.replace(entry, id=None) == ScheduleEntry(**row)


def test_a_person_writes_times_as_on_the_command_line() -> None:
    text = '[[entries]]\nmode = "charge"\nto_time = "tomorrow 07:00"\n'
    (row,) = plan_files.loads(text, "toml")
    assert row["to_time"] > datetime.now(UTC)


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("plan.yaml", "", "must end with one of .toml, .json, .csv"),
        ("plan.toml", "entries = ", "is not valid TOML"),
        ("plan.json", "{", "is not valid JSON"),
        ("plan.json", "[" * 100_000, "is not valid JSON"),
        ("plan.json", "{}", "a plan has a list named entries"),
        ("plan.json", "[1]", "entry 1 is not a table of options"),
        ("plan.csv", 'mode\n"0', "is not valid CSV"),
        ("plan.csv", "", "its first line must name the columns"),
        ("plan.csv", "\n", "its first line must name the columns"),
        ("plan.csv", "mode;to_time\nidle;07:00\n", "its first line must name the columns"),
        ("plan.csv", "mode\nidle\nidle,5\n", "entry 2 has more cells than the first line"),
        ("plan.toml", '[[entries]]\nfrom_time = "noon"', "entry 1: 'noon' is not a time"),
        (
            "plan.toml",
            '[[entries]]\nmode = "idle"\n[[entries]]\nmode = "idel"',
            r"plan\.toml: entry 2: there is no mode 'idel'; did you mean 'idle'\?$",
        ),
        ("plan.csv", "mode,max_soc\nidle,101\n", r"plan\.csv: entry 1: max_soc .* not 101\.$"),
        (
            "plan.json",
            '[{"mode": 0}, {"max_soc": 5}]',
            r"plan\.json: entry 2: an entry needs a mode",
        ),
        (
            "plan.json",
            '[{"mode": 0, "from_time": "2099-01-31T05:00", "to_time": "2099-01-31T02:00"}]',
            r"entry 1: its window ends before it begins: from 2099-01-31 05:00 until ",
        ),
        (
            "plan.json",
            '[{"mode": 0}, {"mode": 1, "setpoint": 1, "setpoint": 2}]',
            r"plan\.json: entry 2: 'setpoint' is given twice\.$",
        ),
        ("plan.json", '{"entries": [], "entries": []}', "'entries' is given twice"),
        ("plan.csv", "mode,max_soc,max_soc\nidle,1,2\n", "names the column 'max_soc' twice"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(
    tmp_path: Path, name: str, text: str, problem: str
) -> None:
    file = tmp_path / name
    file.write_text(text, "utf-8")
    with pytest.raises(ShellError, match=problem) as caught:
        plan_files.load(file)
    assert caught.value.code == 2


@pytest.mark.parametrize("kind", plan_files.KINDS)
def test_a_file_may_begin_with_the_mark_of_its_encoding(tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"plan.{kind}"
    file.write_text(plan_files.dumps([ScheduleEntry(mode=7, max_soc=80)], kind), "utf-8-sig")
    assert plan_files.load(file).entries == {1: ScheduleEntry(mode=BatteryMode(7), max_soc=80)}


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ShellError, match=r"plan\.csv cannot be read: No such file"):
        plan_files.load(tmp_path / "plan.csv")


def test_a_plan_that_is_not_a_list_is_refused() -> None:
    with pytest.raises(HomevoltValueError, match="a list named entries"):
        plan_files.loads("[entries]\n", "toml")
