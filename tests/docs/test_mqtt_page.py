"""The page about MQTT: its examples are understood, and its tables are those of the code."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from typing import TYPE_CHECKING

import pytest

from homevolt.bridges.battery.batcontrol import MODES
from homevolt.bridges.battery.modes import MEANINGS, request_of
from homevolt.bridges.battery.routes import STATUSES
from homevolt.bridges.mqtt.commands import Answer, Command, answer_document, command_of
from homevolt.bridges.mqtt.controls import THINGS
from homevolt.bridges.mqtt.publishing import RETAINED
from homevolt.bridges.mqtt.session import RESULTS
from homevolt.bridges.settings import mistakes
from homevolt.schedule.entry import BatteryMode
from tests.support.minutes import PROMISES
from tools.docs_tables import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (ROOT / "docs" / "mqtt.md").read_text("utf-8")
COMMANDS = [shlex.split(line)[1:] for line in re.findall(r"^mosquitto_pub.*$", PAGE, re.MULTILINE)]


def table(name: str) -> list[list[str]]:
    """Return the rows of a generated table, without its head."""
    _, rest = PAGE.split(f"<!-- {name}: begin -->")
    lines = rest.split(f"<!-- {name}: end -->")[0].strip().splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_thing_is_in_the_table_with_its_choices() -> None:
    rows = {name.strip("`"): payload for name, payload, *_ in table("things")}
    assert list(rows) == list(THINGS)
    for name, thing in THINGS.items():
        if thing.platform == "select":
            assert re.findall(r"`(.*?)`", rows[name]) == thing.config["options"]


def test_every_word_is_in_the_table_with_the_mode_that_was_proven() -> None:
    rows = {row[0].strip("`"): row for row in table("words")}
    assert rows.keys() == MEANINGS.keys() == PROMISES.keys()
    for word, (_, number, _, mode, _) in rows.items():
        assert request_of(number).mode == word
        slug = mode.split("`")[1]
        assert {m.slug: m for m in BatteryMode}[slug] is request_of(word).entry().mode


def test_every_mode_of_batcontrol_is_in_the_table() -> None:
    rows = [(row[0].strip("`"), row[2].strip("`")) for row in table("batcontrol")]
    assert rows == [(mode, word) for mode, (word, _) in MODES.items()]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_an_example_of_a_command_is_one_that_the_bridge_understands(arguments: list[str]) -> None:
    _, topic, _, payload = arguments
    *_, kind, thing = topic.split("/")
    command = command_of(thing, payload.encode())
    if kind == "battery":
        assert request_of(command.value).mode in MEANINGS
    else:
        assert (kind, thing in THINGS) == ("set", True)


def test_the_example_of_a_configuration_has_no_mistake(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    for name in ("house", "mqtt"):
        (tmp_path / name).write_text("example", "utf-8")
        (tmp_path / name).chmod(0o600)
    document = tomllib.loads(example)
    assert [*mistakes({"mqtt": document["mqtt"]}, tmp_path)] == []


def test_the_examples_of_documents_have_the_keys_of_the_code() -> None:
    documents = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
    (answer,) = (document for document in documents if "outcome" in document)
    assert answer.keys() == answer_document(Command("mode", "idle"), Answer("verified"), 0.0).keys()


def test_every_topic_and_every_status_is_named() -> None:
    for name in RETAINED:
        topic = re.sub(r"(batcontrol/status)/.*", r"\1/...", name)
        assert f"| `homevolt/{{ecu_id}}/{topic}` | yes |" in PAGE
    for name in RESULTS.values():
        shown = name if name.startswith("result") else name.replace("{thing}", "...")
        assert f"| `homevolt/{{ecu_id}}/{shown}` | |" in PAGE
    statuses = {int(number) for number in re.findall(r"^\| (\d{3}) \|", PAGE, re.MULTILINE)}
    assert statuses == {int(status) for _, status in STATUSES} | {401, 404}
