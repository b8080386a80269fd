"""The tree of commands and options: a change here is a change for everybody's scripts."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from homevolt.cli.app import app
from homevolt.cli.commands import LazyGroup
from homevolt.cli.commands.help import TOPICS
from tests.support.command_tree import commands

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

ROWS = 48
"""Of a terminal on half of a common screen."""
PAGE = Path(__file__).parents[2] / "docs" / "cli.md"

CONNECTION = ["--timeout=SECONDS", "--fingerprint=SHA256"]
DEVICE = ["--device=NAME", "--host=ADDRESS", "--simulate", *CONNECTION]
ASKED = [*DEVICE, "--all", "--json"]
WINDOW = ["--for=TIME", "--until=TIME", "--forever"]
WAIT = ["--wait", "--wait-limit=TIME"]
SOC = "--until-soc=PERCENT"
MANNER = ["--dry-run", "--yes -y", "--json"]
OPTIONS = [
    "--min-soc=PERCENT",
    "--max-soc=PERCENT",
    "--setpoint=W",
    "--max-charge=W",
    "--max-discharge=W",
    "--import-limit=W",
    "--export-limit=W",
    "--idle-threshold-power=W",
    "--discharge-threshold-power=W",
    "--main-fuse=MA",
    "--charge-ramp-up=MA/S",
    "--discharge-ramp-up=MA/S",
    "--import-energy-limit=WH",
    "--import-energy-limit-from=TIME",
    "--import-energy-limit-to=TIME",
    "--import-energy-max-compensation=W",
    "--export-energy-limit=WH",
    "--export-energy-limit-from=TIME",
    "--export-energy-limit-to=TIME",
    "--export-energy-max-compensation=W",
    "--fcr-n-power=W",
    "--fcr-d-up-power=W",
    "--fcr-d-down-power=W",
    "--ffr-power=W",
    "--use-ffr-custom-trig-freq",
    "--ffr-rearm",
    "--fcr-start-from=TIME",
    "--test-sequence=N",
    "--test-end-schedule",
    "--offline",
]
TREE = {
    "": ["--version"],
    "demo": ["--json"],
    "status": ["--watch -w", "--interval=SECONDS", *ASKED],
    "sensors": ["[WORD]...", *ASKED],
    "device": [],
    "device add": [
        "NAME",
        "ADDRESS",
        *CONNECTION,
        "--replace",
        "--no-test",
        "--no-password",
        "--json",
    ],
    "device list": ["--json"],
    "device test": ["[NAME]", "--all", "--json"],
    "device default": ["[NAME]", "--json"],
    "device remove": ["NAME", "--json"],
    "info": ASKED,
    "errors": ["--every-check", *ASKED],
    "alarms": ASKED,
    "nodes": ASKED,
    "logs": ["--follow -f", "--level=LEVEL", "--limit=N", *ASKED],
    "history": ["--errors", "--since=TIME", "--limit=N", *ASKED],
    "discover": ["--timeout=SECONDS", "--interface=ADDRESS...", "--json"],
    "diagnostics": [*DEVICE, "FILE", "--force", "--json"],
    "charge": ["[W]", SOC, *DEVICE, *WINDOW, *WAIT, *MANNER],
    "discharge": ["[W]", SOC, *DEVICE, *WINDOW, *WAIT, *MANNER],
    "idle": [SOC, *DEVICE, *WINDOW, *WAIT, *MANNER],
    "self-consumption": [SOC, *DEVICE, *WINDOW, *WAIT, *MANNER],
    "solar": [SOC, *DEVICE, *WINDOW, *WAIT, *MANNER],
    "export": [SOC, *DEVICE, *WINDOW, *WAIT, *MANNER],
    "mode": ["NAME|N", SOC, *DEVICE, *WINDOW, *OPTIONS, *WAIT, *MANNER],
    "restore": [*DEVICE, *MANNER],
    "schedule": [],
    "schedule show": ASKED,
    "schedule add": [
        "NAME|N",
        *DEVICE,
        "--from=TIME",
        *WINDOW,
        "--every=[day|weekday|weekend]",
        "--days=N",
        *OPTIONS,
        *MANNER,
    ],
    "schedule delete": ["ID", *DEVICE, *MANNER],
    "schedule clear": [*DEVICE, *MANNER],
    "schedule replace": ["FILE", *DEVICE, "--forever", *MANNER],
    "schedule export": ["[FILE]", "--format=[toml|json|csv]", *DEVICE],
    "schedule diff": ["FILE", *ASKED],
    "schedule edit": [*DEVICE, "--forever", *MANNER],
    "local": ["{on|off|status}", "--yes -y", *ASKED],
    "param": [],
    "param list": ["[WORD]...", "--group=NAME", "--changed", *ASKED],
    "param get": ["NAME", *ASKED],
    "param set": ["NAME", "[VALUE]", "--temporary", *DEVICE, "--yes -y", "--json"],
    "param reset": ["NAME", *DEVICE, "--yes -y", "--json"],
    "param export": ["[FILE]", "--format=[toml|json]", *DEVICE, "--json"],
    "param import": ["FILE", *DEVICE, *MANNER],
    "console": ["LINE", *DEVICE, "--forever", "--yes -y", "--json"],
    "reboot": ["--wait=SECONDS", *DEVICE, "--yes -y", "--json"],
    "run": ["[CONFIG]", "--check", "--simulate"],
    "prices": ["--zone=NAME", "--days=N", "--cache=DIRECTORY", "--svg=FILE", "--json"],
    "plan": [
        "[explain]",
        "--zone=NAME",
        "--prices=FILE",
        "--cache=DIRECTORY",
        "--tariff=FILE",
        "--eur-rate=RATE",
        "--load=W",
        "--load-file=FILE",
        "--load-history=FILE",
        "--solar-file=FILE",
        "--fuse=A",
        "--reserve=PERCENT",
        "--no-end-value",
        "--svg=FILE",
        "--apply",
        "--every=TIME",
        *DEVICE,
        *MANNER,
    ],
    "backtest": [
        "[FILES]...",
        "--zone=NAME",
        "--days=N",
        "--tariff=FILE",
        "--eur-rate=RATE",
        "--capacity=KWH",
        "--power=KW",
        "--known",
        "--sun-error=SHARE",
        "--seed=N",
        "--json",
    ],
    "simulate": [
        "--password=TEXT",
        "--seed=N",
        "--units=N",
        "--firmware=NAME",
        "--grid --no-grid",
        "--solar --no-solar",
        "--load --no-load",
        "--cloud --no-cloud",
        "--local-mode",
        "--soc=PERCENT",
        "--boot=SECONDS",
        "--host=ADDRESS",
        "--port=N",
        "--https",
        "--redirect",
        "--fault=FAULT...",
        "--speed=X",
        "--fleet=N",
        "--control-port=N",
        "--mdns",
        "--json",
    ],
    "completion": ["{bash|zsh|fish|powershell}"],
    "help": ["[COMMAND|TOPIC]..."],
}


def context_of(command: click.Command, name: str) -> click.Context:
    return click.Context(command, info_name=name, parent=click.Context(app, info_name="homevolt"))


def described(parameter: click.Parameter, context: click.Context) -> str:
    """Return a parameter as its names, what it takes, and whether it takes several."""
    if isinstance(parameter, click.Argument):
        return parameter.make_metavar(context)
    names = " ".join([*parameter.opts, *parameter.secondary_opts])
    is_flag = isinstance(parameter, click.Option) and parameter.is_flag
    return (
        names
        + ("" if is_flag else f"={parameter.make_metavar(context)}")
        + ("..." if parameter.multiple else "")
    )


def tree() -> dict[str, list[str]]:
    """Return every command with its parameters."""
    return {
        name: [described(parameter, context_of(command, name)) for parameter in command.params]
        for name, command in commands().items()
    }


def test_the_commands_and_options_are_these_and_no_others() -> None:
    assert tree() == TREE


def test_no_option_but_the_simulator_s_takes_a_password() -> None:
    takers = {name for name, options in tree().items() if "password=" in " ".join(options)}
    assert takers == {"simulate"}


def test_the_table_says_of_each_command_what_the_command_says_itself() -> None:
    groups = {path: each for path, each in commands().items() if isinstance(each, LazyGroup)}
    for path, group in groups.items():
        for name, summary in group.summaries.items():
            command = commands()[f"{path} {name}".strip()]
            assert (command.name, (command.help or "").partition("\n")[0]) == (name, summary)


def test_every_option_says_what_it_does() -> None:
    options = [
        parameter
        for command in commands().values()
        for parameter in command.params
        if isinstance(parameter, click.Option)
    ]
    assert [option.name for option in options if not option.help] == []


def test_the_page_has_every_command_and_option() -> None:
    page = PAGE.read_text("utf-8")
    for name, options in TREE.items():
        assert f"homevolt {name}".strip() in page
        long = [found for option in options if (found := re.match(r"--[\w-]+", option))]
        assert [option[0] for option in long if option[0] not in page] == []


async def test_no_command_is_a_request_for_help(shell: Shell) -> None:
    assert await shell() == await shell("--help") == await shell("-h") == await shell("help")


@pytest.mark.parametrize("name", [name for name in TREE if name])
async def test_the_help_of_a_command_fits_a_screen_and_is_found_in_two_ways(
    shell: Shell, name: str
) -> None:
    outcome = await shell("help", *name.split())
    assert outcome == await shell(*name.split(), "--help")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(f"Usage: homevolt {name} ")
    lines = outcome.out.splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) <= ROWS


async def test_the_help_as_a_whole_fits_a_screen(shell: Shell) -> None:
    assert len((await shell()).out.splitlines()) <= ROWS


@pytest.mark.parametrize("columns", ["40", "80"])
@pytest.mark.parametrize("topic", TOPICS)
async def test_a_topic_of_the_help_fits_the_terminal(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, topic: str, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    outcome = await shell("help", topic)
    assert (outcome.code, outcome.err) == (0, "")
    assert max(map(len, outcome.out.splitlines())) <= int(columns)


async def test_the_options_of_an_entry_are_a_topic_of_their_own(shell: Shell) -> None:
    listed = re.findall(r"^  (--[\w-]+)", (await shell("help", "entry-options")).out, re.MULTILINE)
    assert listed == [option.partition("=")[0] for option in OPTIONS]
    for command in (("mode",), ("schedule", "add")):
        text = (await shell(*command, "--help")).out
        assert "'homevolt help entry-options'" in text
        assert "--fcr-n-power" not in text


LEAVES = [name for name in TREE if name and not isinstance(commands()[name], click.Group)]


@pytest.mark.parametrize("name", [name for name in LEAVES if name not in ("completion", "help")])
def test_the_help_of_a_command_has_an_example_that_the_command_takes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "SE3-2023.csv").touch()
    command = commands()[name]
    assert command.epilog is not None
    examples = command.epilog.partition(": ")[2].split("; ")
    assert examples
    for example in examples:
        words = shlex.split(example)
        assert words[: len(name.split()) + 1] == ["homevolt", *name.split()]
        command.make_context(name, words[len(name.split()) + 1 :], parent=click.Context(app))


@pytest.mark.parametrize("name", [name for name in TREE if name not in ("", "completion")])
async def test_the_help_of_a_command_fits_a_narrow_terminal(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    for arguments in ((), (*name.split(), "--help"), ("help", *name.split())):
        assert max(map(len, (await shell(*arguments)).out.splitlines())) <= 40


@pytest.mark.parametrize("names", [("nope",), ("status", "nope"), ("exit-codes", "status")])
async def test_help_about_nothing_is_a_usage_error(shell: Shell, names: tuple[str, ...]) -> None:
    outcome = await shell("help", *names)
    assert outcome.code == 2
    assert outcome.line.startswith("homevolt: No such command '")


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("homevolt se", {"sensors", "self-consumption"}),
        ("homevolt mode grid_d", {"grid_discharge"}),
        ("homevolt status --i", {"--interval"}),
        ("homevolt mode --fcr-n", {"--fcr-n-power"}),
        ("homevolt device re", {"remove"}),
        ("homevolt completion p", {"powershell"}),
    ],
)
async def test_a_shell_completes_commands_options_and_choices(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, words: str, completed: set[str]
) -> None:
    monkeypatch.setenv("_HOMEVOLT_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(words.count(" ")))
    outcome = await shell()
    assert {line.partition(",")[2] for line in outcome.out.split()} == completed


@pytest.mark.parametrize("name", ["bash", "zsh", "fish", "powershell"])
async def test_the_script_for_a_shell_asks_this_program(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    # click itself warns of a bash that it cannot find, or that is too old.
    monkeypatch.setenv("PATH", "/bin:/usr/bin")
    outcome = await shell("completion", name)
    assert outcome.code == 0
    assert f"{name}_complete" in outcome.out
    assert "_HOMEVOLT_COMPLETE" in outcome.out
