"""Noise that depends on the seed, a channel and the time alone.

A world built on it has the same figures at the same second, whatever happened before.
"""

from __future__ import annotations

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_CHANNEL = 0xD1B54A32D192ED03
_SCALE = 2.0**-53


class Noise:
    """A source of noise.

    Args:
        seed: The same seed gives the same noise.
    """

    __slots__ = ("_ends", "_seed")

    def __init__(self, seed: int) -> None:
        self._seed = _mix(seed & _MASK)
        # Bucket and values at its ends that `smooth` used last, by channel and period.
        self._ends: dict[tuple[int, float], tuple[int, float, float]] = {}

    def bits(self, channel: int, bucket: int) -> int:
        """Return 64 uniformly distributed bits for one bucket of one channel."""
        return _mix((self._seed + channel * _CHANNEL + bucket * _GOLDEN) & _MASK)

    def uniform(self, channel: int, bucket: int) -> float:
        """Return a uniformly distributed number, 0 <= x < 1, for one bucket of one channel."""
        return (self.bits(channel, bucket) >> 11) * _SCALE

    def smooth(self, channel: int, time_s: float, period_s: float) -> float:
        """Return a number -1..1 that changes smoothly and is uncorrelated after about a period."""
        position = time_s / period_s
        bucket = int(position // 1)
        part = position - bucket
        ends = self._ends.get((channel, period_s))
        if ends is None or ends[0] != bucket:
            ends = bucket, self.uniform(channel, bucket), self.uniform(channel, bucket + 1)
            self._ends[channel, period_s] = ends
        _, left, right = ends
        return 2.0 * (left + (right - left) * part * part * (3.0 - 2.0 * part)) - 1.0


def _mix(value: int) -> int:
    """Return the finaliser of splitmix64."""
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)
