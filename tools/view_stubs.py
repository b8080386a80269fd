"""The stub of `homevolt.readings.views`, whose types follow from the catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from homevolt.readings import views
from homevolt.readings.catalogue import BLADE, HOUSE, METER, PHASE, RADIO, UNIT
from homevolt.readings.models import SensorType

if TYPE_CHECKING:
    from homevolt.readings.catalogue import Reading

FILE = Path(views.__file__).with_suffix(".pyi")
_HEAD = """# Written by `python -m tools.generate`.
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from homevolt.readings.catalogue import Value

_V = TypeVar("_V", bound=View)

class View(msgspec.Struct, frozen=True, repr_omit_defaults=True): ...
"""
_TAIL = """
def make_view(name: str, doc: str, rows: Any, **others: tuple[object, object]) -> Any: ...
def view_of(view: type[_V], values: Sequence[Value], **others: object) -> _V: ...
def total_view(values: Sequence[Value], *, available: bool) -> UnitView: ...
"""
_ROWS: dict[Any, tuple[Reading[Any], ...]] = {
    views.BladeView: BLADE,
    views.UnitView: UNIT,
    views.PhaseView: PHASE,
    views.MeterView: (*METER, *RADIO),
    views.HouseView: HOUSE,
}
_TYPES_OF_OTHERS = {
    "number": "int",
    "available": "bool",
    "ecu_id": "str | None",
    "model": "str | None",
    "blades": "tuple[BladeView, ...]",
    "function": "str",
    "euid": "str | None",
    "l1": "PhaseView",
    "l2": "PhaseView",
    "l3": "PhaseView",
}


def text() -> str:
    """Return the stub as the catalogue makes it now."""
    return _HEAD + "".join(_class(view, rows) for view, rows in _ROWS.items()) + _TAIL


def _class(view: Any, rows: tuple[Reading[Any], ...]) -> str:
    types = {row.key: _type(row) for row in rows}
    fields = [field.name for field in msgspec.structs.fields(view)]
    lines = [f"\nclass {view.__name__}(View, frozen=True):"]
    lines += [f"    {name}: {types.get(name) or _TYPES_OF_OTHERS[name]} = ..." for name in fields]
    return "\n".join(lines) + "\n"


def _type(row: Reading[Any]) -> str:
    if row.quantity.is_list:
        return "tuple[str, ...] | None"
    is_text = row.quantity.type in (SensorType.TEXT, SensorType.SCHEDULE_TYPE)
    return "str | None" if is_text else "float | None"
