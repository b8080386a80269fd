"""The structure of the project: small files, a layer for every module, a pin for every tool."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "homevolt"
FOLDERS = ("src", "tests", "benchmarks", "acceptance", "tools")
MOST_LINES = 500

SILENCED = re.compile(
    r"#\s*(?:noqa(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?"
    r"|type:\s*ignore(?:\[[\w, -]+\])?"
    r"|pragma:\s*no\s(?:cover|branch))"
    r"(?P<reason>.*)"
)


def python_files() -> list[Path]:
    """Return every Python file of the project."""
    folders = (ROOT / name for name in FOLDERS)
    return sorted(file for folder in folders for file in folder.rglob("*.py"))


def modules(package: Path = PACKAGE) -> set[str]:
    """Return the name of every module and package directly below a package."""
    files = {file.stem for file in package.glob("*.py")} - {"__init__", "__main__"}
    return files | {init.parent.name for init in package.glob("*/__init__.py")}


def contracts() -> dict[str, dict[str, Any]]:
    """Return the import contracts of pyproject.toml by their ids."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        settings = tomllib.load(file)["tool"]["importlinter"]
    return {contract["id"]: contract for contract in settings["contracts"]}


def pins() -> dict[str, str]:
    """Return name and version of every line of constraints.txt that is no comment."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pairs = [line.partition("==") for line in lines if not line.startswith("#")]
    return {canonicalize_name(name): version for name, _, version in pairs}


def brought_by(requirement: Requirement) -> set[str]:
    """Return the names of all packages that a requirement installs on this Python, itself aside."""
    seen: set[tuple[str, str]] = set()
    todo = [requirement]
    while todo:
        wanted = todo.pop()
        for extra in ("", *wanted.extras):
            key = (canonicalize_name(wanted.name), extra)
            if key in seen:
                continue
            seen.add(key)
            needs = map(Requirement, importlib.metadata.requires(wanted.name) or [])
            todo += [
                need for need in needs if not need.marker or need.marker.evaluate({"extra": extra})
            ]
    return {name for name, _ in seen} - {canonicalize_name(requirement.name)}


def modules_of_tests_in(source: str) -> list[str]:
    """Return the modules of tests that a module imports something from."""
    names: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names if alias.name.startswith("tests.")]
        elif isinstance(node, ast.ImportFrom) and (
            node.level or (node.module or "").partition(".")[0] == "tests"
        ):
            names += [node.module or "", *(alias.name for alias in node.names)]
    last = [name.rpartition(".")[2] for name in names]
    return [name for name in last if name.startswith("test_")]


def test_no_file_passes_500_lines() -> None:
    lengths = {file: len(file.read_text("utf-8").splitlines()) for file in python_files()}
    assert {
        str(file.relative_to(ROOT)): length
        for file, length in lengths.items()
        if length > MOST_LINES
    } == {}


def test_no_test_imports_from_another_test() -> None:
    found = {file: modules_of_tests_in(file.read_text("utf-8")) for file in python_files()}
    assert {str(file.relative_to(ROOT)): names for file, names in found.items() if names} == {}


@pytest.mark.parametrize(
    "line",
    [
        "import tests.cli.test_views",
        "from tests.cli.test_views import house",
        "from tests.cli import samples, test_views",
        "from .test_views import house",
        "from . import test_views as views",
    ],
)
def test_an_import_from_a_test_is_found_however_it_is_written(line: str) -> None:
    assert modules_of_tests_in(line) == ["test_views"]


def test_no_module_listens_to_a_logger() -> None:
    listener = re.compile(r"\.addHandler\(|\.addFilter\(|\(logging\.(?:Handler|Filter)\)")
    files = [file for file in python_files() if PACKAGE in file.parents]
    found = [file for file in files if listener.search(file.read_text("utf-8"))]
    assert [str(file.relative_to(ROOT)) for file in found] == []


def test_every_silenced_check_says_why() -> None:
    silenced = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in python_files()
        for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1)
        if (match := SILENCED.search(line)) and not re.search(r"[a-z]{3}", match["reason"])
    ]
    assert silenced == []


@pytest.mark.parametrize(
    ("contract", "package"),
    [("layers", PACKAGE), ("simulator-floors", PACKAGE / "simulator")],
)
def test_every_module_has_a_layer(contract: str, package: Path) -> None:
    layers = contracts()[contract]
    assert layers["exhaustive"]
    assert "exhaustive_ignores" not in layers
    placed = {name for layer in layers["layers"] for name in re.findall(r"\w+", layer)}
    assert placed - {"__main__"} == modules(package)  # nothing imports that one


def test_every_module_is_in_the_table_of_the_guide() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    shown = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    placed = [name for cell in shown for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(placed) == sorted(modules())


def test_the_simulator_is_forbidden_every_module_of_the_client() -> None:
    apart = contracts()["simulator-apart"]
    assert apart["source_modules"] == ["homevolt.simulator"]
    assert set(apart["forbidden_modules"]) == {
        f"homevolt.{module}" for module in modules() - {"simulator"}
    }


def test_every_package_of_the_dev_extra_is_pinned() -> None:
    assert brought_by(Requirement("homevolt[dev]")) - pins().keys() == set()


def test_a_line_of_constraints_is_a_comment_or_one_exact_version() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"#.*|[\w.-]+==\d[\w.]*", line)] == []
    assert [line for line in lines if "//" in line] == []
