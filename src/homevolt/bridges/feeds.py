"""All feeds of the service, and who wants to hear of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from homevolt.bridges.feed import Feed
    from homevolt.readings.snapshot import Update


class FeedListener(Protocol):
    """Who wants to hear of the feeds; the methods return at once and wait for nothing."""

    def added(self, feed: Feed) -> None:
        """Hear of a device: one that is there already, or one that a reload brought."""

    def updated(self, feed: Feed, update: Update) -> None:
        """Hear of an outcome: a read, a failure, readings that became too old."""

    def removed(self, feed: Feed) -> None:
        """Hear that a device is no longer configured.

        One whose settings changed is removed, and added as a new feed in the same step.
        """


class Feeds(Mapping[str, "Feed"]):
    """The feeds by the names of their devices, in the order of the configuration.

    The object stays the same for as long as the service runs; its feeds change with a reload.
    """

    def __init__(self) -> None:
        self._feeds: dict[str, Feed] = {}
        self._listeners: dict[FeedListener, dict[Feed, Callable[[], None]]] = {}

    def __getitem__(self, name: str) -> Feed:
        return self._feeds[name]

    def __iter__(self) -> Iterator[str]:
        return iter([*self._feeds])

    def __len__(self) -> int:
        return len(self._feeds)

    def listen(self, listener: FeedListener) -> Callable[[], None]:
        """Let a listener hear of every feed, those that are there already first.

        Returns:
            What ends it.
        """
        self._listeners[listener] = {}
        for feed in [*self._feeds.values()]:
            self._introduce(listener, feed)

        def stop() -> None:
            for unsubscribe in self._listeners.pop(listener, {}).values():
                unsubscribe()

        return stop

    def add(self, feed: Feed) -> None:
        """Add a feed; its name must be free."""
        self._feeds[feed.name] = feed
        for listener in [*self._listeners]:
            self._introduce(listener, feed)

    def remove(self, feed: Feed) -> None:
        """Remove a feed."""
        del self._feeds[feed.name]
        for listener, subscriptions in [*self._listeners.items()]:
            subscriptions.pop(feed)()
            listener.removed(feed)

    def reorder(self, names: list[str]) -> None:
        """Put the feeds into the order of the configuration."""
        self._feeds = {name: self._feeds[name] for name in names}

    def _introduce(self, listener: FeedListener, feed: Feed) -> None:
        self._listeners[listener][feed] = feed.subscribe(listener.updated)
        listener.added(feed)
