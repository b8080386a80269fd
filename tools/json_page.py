"""The page `docs/json.md`: every document that `--json` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.docs_tables import ROOT
from tools.json_documents import DOCUMENTS, NAMED, TYPES, Nullable

if TYPE_CHECKING:
    from tools.json_documents import Shape

FILE = ROOT / "docs" / "json.md"
HEAD = """# JSON documents

What `--json` prints, for each command; [cli.md](cli.md#json) says what the keys mean. Made by
`python -m tools.generate`. A test runs every command and compares its document with this page:
all keys are always there, and no others.

A `?` says that the value may be `null`, which stands for unknown or absent. What is
indented below a key is what it holds, and `*` stands for keys that are data. What several documents
hold is at the end.

"""


def text() -> str:
    """Return the page."""
    types = [f"| `{name}` | {meaning} |" for name, meaning in TYPES.items()]
    lines = ["| type | |", "|---|---|", *types]
    by_shape: list[tuple[Shape, list[str]]] = []
    for name, shape in DOCUMENTS.items():
        names = next((known for other, known in by_shape if other is shape), None)
        if names is None:
            by_shape.append((shape, [name]))
        else:
            names.append(name)
    by_shape += [(shape, [name]) for name, shape in NAMED.items()]
    for shape, names in by_shape:
        lines += ["", f"## {', '.join(names)}", "", "```text", *_keys(shape, ""), "```"]
    return HEAD + "\n".join(lines) + "\n"


def _keys(shape: Shape, indent: str) -> list[str]:
    """Return the lines of an object."""
    lines = []
    for key, value in shape.items() if isinstance(shape, dict) else ():
        kind, inner = _described(value)
        lines += [f"{indent}{key}: {kind}", *_keys(inner, f"{indent}  ")]
    return lines


def _described(shape: Shape) -> tuple[str, Shape]:
    """Return how a shape is called, and the object inside of it."""
    if isinstance(shape, Nullable):
        kind, inner = _described(shape.shape)
        first, _, rest = kind.partition(" ")
        return f"{first}? {rest}".rstrip(), inner
    if isinstance(shape, list):
        kind, inner = _described(shape[0])
        return f"list of {kind}", inner
    name = next((name for name, named in NAMED.items() if named is shape), None)
    if name is not None:
        return name, ""
    return (shape, "") if isinstance(shape, str) else ("object", shape)
