"""Whether the service works: its feeds and outputs, for systemd, containers and people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from homevolt.bridges.feed import Feed
    from homevolt.bridges.feeds import Feeds
    from homevolt.bridges.supervisor import Supervisor


class Health:
    """How the feeds and outputs of a service do.

    A device or a broker that is away is no fault of the service, and restarting it would not help.
    The service is alive while each feed tries to read and each output runs or is started again.

    Args:
        feeds: The devices.
        outputs: The outputs by name; it changes with a reload.
    """

    def __init__(self, feeds: Feeds, outputs: Mapping[str, Supervisor]) -> None:
        self._feeds = feeds
        self._outputs = outputs

    @property
    def is_alive(self) -> bool:
        """Whether everything that should run does."""
        return all(feed.is_alive for feed in self._feeds.values()) and all(
            output.is_alive for output in self._outputs.values()
        )

    def summary(self) -> str:
        """Return one line for people."""
        read = sum(feed_state(feed) == "read" for feed in self._feeds.values())
        up = [name for name, output in self._outputs.items() if output.is_up]
        away = [name for name in self._outputs if name not in up]
        parts = [f"{read} of {len(self._feeds)} devices are read"]
        parts += [f"up: {', '.join(up)}"] if up else []
        parts += [f"away: {', '.join(away)}"] if away else []
        return "; ".join(parts)

    def document(self) -> dict[str, Any]:
        """Return it for programs; it holds no address and no password."""
        return {
            "status": "ok" if self.is_alive else "stuck",
            "devices": {
                name: {
                    "state": feed_state(feed),
                    "age_s": None if feed.age_s is None else round(feed.age_s, 1),
                    "error": None if feed.error is None else type(feed.error).__name__,
                }
                for name, feed in self._feeds.items()
            },
            "outputs": {
                name: {"state": "up" if output.is_up else "away"}
                for name, output in self._outputs.items()
            },
        }


def feed_state(feed: Feed) -> str:
    """Return how reading a device goes: `starting`, `read`, `away`, `refused` or `stuck`."""
    if not feed.is_alive:
        return "stuck"
    if feed.is_refused:
        return "refused"
    if feed.last is None:
        return "starting"
    return "read" if feed.is_read else "away"
