"""What `contrib/` holds works with what this version does, as far as it can be told without it."""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # it has no types

from homevolt.bridges.config import HTTP_PORT, HttpConfig
from homevolt.bridges.prometheus.collector import ALL, ERROR_KINDS
from homevolt.bridges.supervisor import STOP_S
from homevolt.cli import state
from homevolt.cli.devices.run_config import load_run_config
from homevolt.cli.errors import CONFIG_UNREADABLE, MISSING

CONTRIB = Path(__file__).parents[2] / "contrib"
UNIT = CONTRIB / "systemd" / "homevolt.service"
CONTAINER = CONTRIB / "container"
PROMTOOL = shutil.which("promtool")
SYSTEMD_ANALYZE = shutil.which("systemd-analyze")
NEEDS_PROMTOOL = pytest.mark.skipif(
    PROMTOOL is None and "CI" not in os.environ, reason="promtool is not here: package prometheus"
)
NEEDS_SYSTEMD = pytest.mark.skipif(SYSTEMD_ANALYZE is None, reason="systemd is not here")

METRIC = re.compile(r"\bhomevolt_\w+|\bup\b")
SELECTOR = re.compile(r"(homevolt_\w+)\{([^}]*)\}")
MATCHER = re.compile(r"(\w+)\s*(=~|!~|!=|=)\s*\"([^\"]*)\"")
GROUPING = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")
OF_PROMETHEUS = {"job", "instance"}
PANEL_UNITS = {
    "watts": {"watt"},
    "ratio": {"percentunit"},
    "celsius": {"celsius"},
    "joules": {"joule"},
    "volts": {"volt"},
    "amperes": {"amp"},
    "hertz": {"hertz"},
    "seconds": {"s"},
    "errors": {"ops"},
    "alarms": {"none"},
    "info": {"none"},
    "up": {"bool_yes_no"},
}
"""The unit that a panel of Grafana must have, by the last word of its metrics."""
LABELS = {metric.sample_name: {*metric.labels} for metric in ALL.values()}


def load_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def dashboard() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((CONTRIB / "grafana" / "homevolt.json").read_text())
    return document


def rules() -> list[dict[str, Any]]:
    groups = load_yaml(CONTRIB / "prometheus" / "alerts.yml")["groups"]
    return [rule for group in groups for rule in group["rules"]]


def expressions() -> list[str]:
    panels = [target["expr"] for panel in dashboard()["panels"] for target in panel["targets"]]
    return [*panels, *(rule["expr"] for rule in rules())]


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    assert PROMTOOL is not None, "CI installs it; the test skips on other machines alone"
    return subprocess.run([PROMTOOL, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("expression", expressions())
def test_an_expression_names_metrics_and_labels_that_are_exported(expression: str) -> None:
    names = [name for name in METRIC.findall(expression) if name != "up"]
    assert names or "up{" in expression
    for name in names:
        assert name in LABELS, name
    known = set().union(*(LABELS[name] for name in names), OF_PROMETHEUS)
    for name, matchers in SELECTOR.findall(expression):
        found = MATCHER.findall(matchers)
        assert len(found) == matchers.count(",") + 1
        for label, _, wanted in found:
            assert label in LABELS[name]
            if label == "kind":
                assert wanted in ERROR_KINDS
    for labels in GROUPING.findall(expression):
        assert {label.strip() for label in labels.split(",")} <= known


@NEEDS_PROMTOOL
def test_promtool_parses_every_expression(tmp_path: Path) -> None:
    records = [
        {"record": f"e{i}", "expr": each.replace("$device", ".*")}
        for i, each in enumerate(expressions())
    ]
    file = tmp_path / "expressions.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "all", "rules": records}]}))
    done = promtool("check", "rules", str(file))
    assert done.returncode == 0, done.stderr
    assert f"{len(records)} rules found" in done.stdout


@NEEDS_PROMTOOL
def test_promtool_takes_the_configuration_with_its_alerts() -> None:
    done = promtool("check", "config", str(CONTRIB / "prometheus" / "prometheus.yml"))
    assert done.returncode == 0, done.stderr + done.stdout


@pytest.mark.parametrize("panel", dashboard()["panels"], ids=lambda panel: panel["title"])
def test_a_panel_has_the_unit_of_its_metrics(panel: dict[str, Any]) -> None:
    unit = panel["fieldConfig"]["defaults"]["unit"]
    for target in panel["targets"]:
        for name in METRIC.findall(target["expr"]):
            word = name.removesuffix("_total").rpartition("_")[2]
            assert unit in PANEL_UNITS[word], name
    for label in re.findall(
        r"\{\{(\w+)\}\}", " ".join(t["legendFormat"] for t in panel["targets"])
    ):
        assert any(
            label in LABELS[name] for t in panel["targets"] for name in METRIC.findall(t["expr"])
        )


def test_panels_are_beside_each_other_and_have_numbers_of_their_own() -> None:
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        taken |= cells
    variables = [each["query"] for each in dashboard()["templating"]["list"]]
    assert "label_values(homevolt_up, device)" in variables


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_says_what_it_is_about_with_labels_that_it_has(rule: dict[str, Any]) -> None:
    names = [name for name in METRIC.findall(rule["expr"]) if name != "up"]
    known = set().union(*(LABELS[name] for name in names), OF_PROMETHEUS)
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    used = re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"])
    assert used
    assert set(used) <= known


def unit_options() -> configparser.SectionProxy:
    parser = configparser.RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign] # as its documentation says
    parser.read_string(UNIT.read_text("utf-8"))
    return parser["Service"]


def test_the_unit_fits_what_the_program_does() -> None:
    service = unit_options()
    assert service["Type"] == "notify"
    assert service["DynamicUser"] == "yes"
    assert int(service["TimeoutStopSec"]) > 2 * STOP_S, "outputs end first, then the commands"
    codes = {int(code) for code in service["RestartPreventExitStatus"].split()}
    assert codes == {MISSING, CONFIG_UNREADABLE}
    assert "-HUP" in service["ExecReload"]
    assert service["StateDirectory"] == "homevolt"
    assert service["StateDirectoryMode"] == "0700"
    text = UNIT.read_text("utf-8")
    assert re.findall(r"^LoadCredential=(\w+):", text, re.MULTILINE) == ["house", "mqtt"]
    assert f"Environment={state.VARIABLE}=%S/homevolt\n" in text


@NEEDS_SYSTEMD
def test_systemd_takes_the_unit_and_finds_it_hardened(tmp_path: Path) -> None:
    assert SYSTEMD_ANALYZE is not None
    unit = tmp_path / "homevolt.service"
    unit.write_text(UNIT.read_text("utf-8").replace("/opt/homevolt/bin/homevolt", "/bin/true"))
    verify = subprocess.run(
        [SYSTEMD_ANALYZE, "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    complaints = [line for line in verify.stderr.splitlines() if "homevolt" in line]
    assert complaints == []
    security = [SYSTEMD_ANALYZE, "security", "--offline=true", "--threshold=20", str(unit)]
    done = subprocess.run(security, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-300:]


def test_the_container_runs_as_nobody_special_and_says_whether_it_works() -> None:
    text = (CONTAINER / "Containerfile").read_text("utf-8")
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    words = {line.partition(" ")[0]: line.partition(" ")[2] for line in lines}
    user, _, group = words["USER"].partition(":")
    assert int(user) > 0
    assert int(group) > 0
    assert f":{HTTP_PORT}/health" in words["HEALTHCHECK"]
    assert words["EXPOSE"] == str(HTTP_PORT)
    assert f"{state.VARIABLE}={words['VOLUME']}" in words["ENV"].split()
    assert f"install -d -o {user} -g {group} -m 700 {words['VOLUME']}" in text
    assert json.loads(words["ENTRYPOINT"]) == ["homevolt", "run"]
    root = CONTRIB.parent
    copied = [line.split()[1:-1] for line in lines if re.match(r"COPY [^-]", line)]
    assert all((root / name).exists() for names in copied for name in names)


def test_the_compose_file_mounts_what_there_is_and_publishes_on_loopback_alone() -> None:
    document = load_yaml(CONTAINER / "compose.yaml")
    services = document["services"]
    assert {*services} == {"homevolt", "mosquitto", "prometheus", "grafana"}
    for service in services.values():
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert (CONTAINER / source).exists() if "/" in source else source in document["volumes"]
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
        assert {*service.get("secrets", ())} <= {*document["secrets"]}
        assert {*service.get("depends_on", ())} <= {*services}
    assert "ports" not in services["homevolt"]
    assert "homevolt:/var/lib/homevolt" in services["homevolt"]["volumes"]
    build = services["homevolt"]["build"]
    assert (CONTAINER / build["context"] / build["dockerfile"]).is_file()
    for file in (CONTAINER / "grafana").rglob("*.yaml"):
        assert load_yaml(file)["apiVersion"] == 1


def test_the_configuration_of_the_container_can_be_used(tmp_path: Path) -> None:
    text = (CONTAINER / "homevolt.toml").read_text("utf-8")
    file = tmp_path / "homevolt.toml"
    file.write_text(text.replace("/run/secrets", str(tmp_path)))
    for name in ("house", "mqtt"):
        (tmp_path / name).write_text("secret")
    config = load_run_config(file)
    secrets = load_yaml(CONTAINER / "compose.yaml")["services"]["homevolt"]["secrets"]
    assert set(re.findall(r"/run/secrets/(\w+)", text)) == set(secrets)
    assert config.http == HttpConfig("0.0.0.0", HTTP_PORT)  # noqa: S104 - of a container of its own
    assert config.mqtt is not None
    assert config.mqtt.host == "mosquitto"
    targets = load_yaml(CONTRIB / "prometheus" / "prometheus.yml")["scrape_configs"][0]
    assert targets["static_configs"] == [{"targets": [f"homevolt:{HTTP_PORT}"]}]
