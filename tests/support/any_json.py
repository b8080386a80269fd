"""Any JSON document, and documents that were damaged, for properties."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from tests.support.payloads import encoded

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text()
    | st.sampled_from(["\ud800", "grid", "battery", "0000000000000000", 10**30, -1, 1e308, ""]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def nodes(value: Any) -> list[tuple[Any, Any]]:
    """Return every place of a JSON document as its container and its key there."""
    places = list(value.items() if isinstance(value, dict) else enumerate(value))
    found = [(value, key) for key, _ in places]
    for _, inner in places:
        if isinstance(inner, dict | list):
            found += nodes(inner)
    return found


@st.composite
def damaged(draw: st.DrawFn, document: Any) -> bytes:
    """Return a payload in which anything stands in up to three places."""
    damaged = json.loads(encoded(document))
    for _ in range(draw(st.integers(1, 3))):
        places = nodes(damaged)
        if places:
            container, key = draw(st.sampled_from(places))
            container[key] = draw(JSON)
    return encoded(damaged)
