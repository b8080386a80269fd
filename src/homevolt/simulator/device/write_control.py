"""How a write is carried out: as asked, limited on the way, or confirmed and ignored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from homevolt.simulator.device.parameters import Value


@dataclass(slots=True)
class WriteControl:
    """How a write is to be carried out, and how often one was.

    Attributes:
        ignored: Confirm, but change nothing.
        limits: Options or parameters whose magnitude is limited on the way.
        effects: Changes that were carried out.
    """

    ignored: bool = False
    limits: dict[str, int] = field(default_factory=dict)
    effects: int = 0

    def carry_out(self, action: Callable[[], object]) -> None:
        """Make a change, unless writes are ignored."""
        if not self.ignored:
            action()
            self.effects += 1

    def limited(self, name: str, value: Value) -> Value:
        """Return a parameter's value as a normalising device takes it."""
        limit = self.limits.get(name)
        if limit is None or isinstance(value, bool) or not isinstance(value, int | float):
            return value
        return max(-limit, min(limit, value))
