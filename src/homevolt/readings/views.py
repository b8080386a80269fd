"""The typed views: each row of the catalogue as an attribute.

The fields follow from the catalogue. `views.pyi` declares them for type checkers; it is written by
`python -m tools.generate`, and a test checks that it is current.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from homevolt.readings.catalogue import BLADE, HOUSE, METER, PHASE, RADIO, TOTAL, UNIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from homevolt.readings.catalogue import Reading, Value


class View(msgspec.Struct, frozen=True, repr_omit_defaults=True):
    """Base of the views: every field is None where the device does not give it."""


def make_view(
    name: str,
    doc: str,
    rows: Iterable[Reading[Any]],
    **others: tuple[object, object],
) -> Any:
    """Return the type of a view.

    Args:
        name: Its name.
        doc: Its docstring.
        rows: The rows of the catalogue, which come first and in this order.
        **others: Further fields with their type and default.
    """
    fields = [(row.key, Any, None) for row in rows]
    fields += [(field, kind, default) for field, (kind, default) in others.items()]
    return msgspec.defstruct(
        name,
        fields,
        bases=(View,),
        module=__name__,
        namespace={"__doc__": doc},
        frozen=True,
        repr_omit_defaults=True,
    )


BladeView = make_view(
    "BladeView",
    "A blade of a unit (`ems[].bms_data[]` of `/ems.json`); `number` counts from 0.",
    BLADE,
    number=(int, 0),
    available=(bool, True),
)
UnitView = make_view(
    "UnitView",
    "A unit (`ems[]` of `/ems.json`), or the sum of all units (`aggregated`).\n\n"
    "Power is + when discharging and - when charging. The sum has no id, model and blades. A unit\n"
    "that the device leaves out, or that has not measured yet, is not `available`, and neither is\n"
    "a sum that misses one.",
    UNIT,
    ecu_id=(str | None, None),
    model=(str | None, None),
    blades=(tuple[Any, ...], ()),
    available=(bool, True),
)
PhaseView = make_view(
    "PhaseView", "A phase of a measuring point (`sensors[].phase[]` of `/ems.json`).", PHASE
)
MeterView = make_view(
    "MeterView",
    "A measuring point (`sensors[]` of `/ems.json`); all readings None while not `available`.\n\n"
    "Power at the grid is + import and - export, of solar + production, of the load - consumption.",
    (*METER, *RADIO),
    function=(str, ""),
    euid=(str | None, None),
    available=(bool, True),
    l1=(Any, PhaseView()),
    l2=(Any, PhaseView()),
    l3=(Any, PhaseView()),
)
HouseView = make_view("HouseView", "What is calculated for the house.", HOUSE)


def view_of(view: Any, values: Sequence[Value], **others: object) -> Any:
    """Return a view of the values of its rows, in their order, and its other fields."""
    return view(*values, **others)


def total_view(values: Sequence[Value], *, available: bool) -> Any:
    """Return the view of the sum over the units from the values of `TOTAL`."""
    fields = dict(zip((row.key for row in TOTAL), values, strict=True))
    return UnitView(**fields, available=available)
