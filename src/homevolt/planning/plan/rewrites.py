"""Whether a new plan replaces the one on the device: seldom, and only where it is worth it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from homevolt.planning.plan.plan import LEAST_AFTERWARDS, cost_of

if TYPE_CHECKING:
    from homevolt.planning.plan.plan import Plan

MOST_PER_DAY = 12
THRESHOLD = 0.5
"""What a new plan has to be worth more than the old one, in the currency."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """Whether to write a plan, and why.

    Attributes:
        writes: Whether the new plan is to be written.
        reason: Why, in one sentence for people.
        rewrites: When plans were written in the last 24 hours, this one among them if it is.
    """

    writes: bool
    reason: str
    rewrites: tuple[datetime, ...]


def decide(
    new: Plan,
    old: Plan | None,
    *,
    rewrites: tuple[datetime, ...] = (),
    old_stands: bool = True,
    threshold: float = THRESHOLD,
) -> Decision:
    """Decide whether a new plan replaces the old one.

    Args:
        new: The new plan, made now.
        old: The plan that was written last, None if there is none.
        rewrites: When plans were written before.
        old_stands: Whether the device still holds the old plan as it was written.
        threshold: What the new plan has to be worth more, in the currency.
    """
    now = new.start
    recent = tuple(moment for moment in rewrites if now - _DAY < moment <= now)
    reason = _reason(new, old, old_stands=old_stands, threshold=threshold)
    if reason is None:
        return Decision(writes=False, reason="The plan on the device is as good.", rewrites=recent)
    if len(recent) >= MOST_PER_DAY:
        return Decision(
            writes=False,
            reason=f"{reason} But {MOST_PER_DAY} plans were written within a day: the old one stays"
            " until the first of them is a day old.",
            rewrites=recent,
        )
    return Decision(writes=True, reason=reason, rewrites=(*recent, now))


def _reason(new: Plan, old: Plan | None, *, old_stands: bool, threshold: float) -> str | None:
    """Return why the new plan is to be written, None if it is not."""
    now = new.start
    if old is None or not old.entries:
        return "No plan of this program is on the device."
    if not old_stands:
        return "The plan on the device is not the one that was written."
    if old.entries[-1].end < now + LEAST_AFTERWARDS:
        return "The plan on the device ends soon."
    if not new.problem.hours:
        return None
    gain = cost_of(new.problem, now, old.entries) - new.cost
    if gain > threshold:
        return f"The new plan is worth {gain:.2f} more."
    return None
