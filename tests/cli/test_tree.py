"""The tree of commands and options: a change here is a change for everybody's scripts."""

from __future__ import annotations

import re
from pathlib import Path

import typer.main

from homevolt.cli.app import app

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"

TREE = {
    "": ["--version", "--install-completion", "--show-completion"],
    "demo": ["--json"],
    "status": [
        "--host=ADDRESS",
        "--watch -w",
        "--interval=SECONDS",
        "--json",
        "--timeout=SECONDS",
        "--fingerprint=SHA256",
        "--simulate",
    ],
    "sensors": [
        "WORD...",
        "--host=ADDRESS",
        "--json",
        "--timeout=SECONDS",
        "--fingerprint=SHA256",
        "--simulate",
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
}


def described(parameter: object) -> str:
    """Return a parameter as its names, what it takes, and whether it takes several."""
    names = " ".join([*getattr(parameter, "opts", []), *getattr(parameter, "secondary_opts", [])])
    is_flag = getattr(parameter, "is_flag", False)
    metavar = "" if is_flag else getattr(parameter, "metavar", None) or ""
    several = getattr(parameter, "multiple", False) or getattr(parameter, "nargs", 1) < 0
    is_argument = not names.startswith("-")
    return (metavar if is_argument else names + (f"={metavar}" if metavar else "")) + (
        "..." if several else ""
    )


def tree() -> dict[str, list[str]]:
    """Return every command with its parameters."""
    root = typer.main.get_command(app)
    commands = {"": root, **getattr(root, "commands", {})}
    return {
        name: [described(parameter) for parameter in command.params]
        for name, command in commands.items()
    }


def test_the_commands_and_options_are_these_and_no_others() -> None:
    assert tree() == TREE


def test_no_option_but_the_simulator_s_takes_a_password() -> None:
    takers = {name for name, options in tree().items() if "password" in " ".join(options)}
    assert takers == {"simulate"}


def test_every_command_and_option_says_what_it_does() -> None:
    root = typer.main.get_command(app)
    for command in (root, *getattr(root, "commands", {}).values()):
        assert command.help
        assert [option for option in command.params if not getattr(option, "help", None)] == []


def test_the_page_has_every_command_and_option() -> None:
    page = PAGE.read_text("utf-8")
    for name, options in TREE.items():
        assert f"homevolt {name}".strip() in page
        long = [found for option in options if (found := re.match(r"--[\w-]+", option))]
        missing = [option[0] for option in long if option[0] not in page]
        assert set(missing) <= {"--show-completion"}
