"""The table of the documentation that lists what a device reports about itself."""

from __future__ import annotations

import inspect
import re

from homevolt.reports.methods import DeviceReports

_ENDPOINT = re.compile(r"\(`GET (/\w+\.json)`\)\.")
_VIEW = re.compile(r"(tuple\[)?reports\.(\w+)")
_PLAIN = {
    "Rows": "a list of `dict`",
    "dict[str, Parameter]": "a `Parameter` by name",
    "Any": "JSON",
}


def methods() -> str:
    """Return the table of every method of `DeviceReports` as Markdown."""
    lines = ["| method | endpoint | reads | returns |", "|---|---|---|---|"]
    lines += [_row(name) for name in vars(DeviceReports) if name.startswith("fetch_")]
    return "\n".join(lines)


def _row(name: str) -> str:
    method = getattr(DeviceReports, name)
    first = str(inspect.getdoc(method)).partition("\n")[0]
    endpoint = _ENDPOINT.search(first)
    path = f"`{endpoint[1]}`" if endpoint else "any"
    about = _ENDPOINT.sub("", first).removeprefix("Read ").strip().rstrip(".")
    signature = inspect.signature(method)
    arguments = ", ".join(
        f"{each.name}=" if each.kind is each.KEYWORD_ONLY else str(each).partition(":")[0]
        for each in signature.parameters.values()
        if each.name != "self"
    )
    return f"| `{name}({arguments})` | {path} | {about} | {_returned(signature)} |"


def _returned(signature: inspect.Signature) -> str:
    annotation = str(signature.return_annotation)
    view = _VIEW.match(annotation)
    if view is None:
        return _PLAIN[annotation]
    return f"a tuple of `{view[2]}`" if view[1] else f"`{view[2]}`"
