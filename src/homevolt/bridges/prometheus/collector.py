"""The collector: every metric of some devices, from what was read last."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from prometheus_client.core import Metric as Family
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

from homevolt.bridges.feed import error_kind
from homevolt.bridges.prometheus.metrics import METRICS, Metric
from homevolt.bridges.prometheus.samples import INFO, DeviceSamples
from homevolt.exceptions import (
    HomevoltAuthenticationError,
    HomevoltConnectionError,
    HomevoltDataError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from homevolt.bridges.feed import Feed
    from homevolt.exceptions import HomevoltError
    from homevolt.readings.snapshot import Update

UP = Metric("homevolt_up", "gauge", "Whether the last read of the device succeeded", ("device",))
AGE = Metric(
    "homevolt_age_seconds",
    "gauge",
    "How long ago what is shown of a document of the device was read",
    ("device", "document"),
)
READS = Metric("homevolt_reads", "counter", "Reads that succeeded", ("device",))
ERRORS = Metric(
    "homevolt_read_errors", "counter", "Reads that failed, by kind of error", ("device", "kind")
)
SCRAPE = Metric("homevolt_scrape_seconds", "gauge", "How long this scrape took to be made", ())
OWN = {metric.name: metric for metric in (UP, AGE, READS, ERRORS, INFO)}
"""The metrics of each device besides its readings."""
ALL = {**OWN, **METRICS, SCRAPE.name: SCRAPE}
"""Every metric, by name."""

_READ_ERRORS = (HomevoltConnectionError, HomevoltAuthenticationError, HomevoltDataError)


class FeedSamples:
    """The samples of all feeds, made when a device was read, so that a scrape is quick.

    It listens to the feeds.
    """

    def __init__(self) -> None:
        self._made: dict[Feed, DeviceSamples] = {}

    def added(self, feed: Feed) -> None:
        """Make what is known of a device already."""
        self._made[feed] = DeviceSamples(feed.name)

    def updated(self, feed: Feed, update: Update) -> None:
        """Make the samples of what was read."""
        if update.snapshot is not None:
            self._made[feed].of(update.snapshot)

    def removed(self, feed: Feed) -> None:
        """Forget a device."""
        self._made.pop(feed, None)

    def of(self, feed: Feed) -> Iterator[tuple[str, Sample]]:
        """Return every sample of a device; readings that are too old have none."""
        device = {"device": feed.name}
        yield UP.name, _sample(UP, device, feed.is_read)
        yield READS.name, _sample(READS, device, feed.reads)
        for kind in ERROR_KINDS | feed.errors.keys():
            labels = {"device": feed.name, "kind": kind}
            yield ERRORS.name, _sample(ERRORS, labels, feed.errors[kind])
        snapshot, age_s, read = feed.snapshot, feed.age_s, feed.device
        if snapshot is None or age_s is None or read is None:
            return
        yield AGE.name, _sample(AGE, {**device, "document": "ems"}, age_s)
        if snapshot.schedule_at is not None:
            labels = {**device, "document": "schedule"}
            yield AGE.name, _sample(AGE, labels, read.schedule_age_s)
        yield from self._made[feed].of(snapshot)


class FeedCollector(Collector):
    """The metrics of some feeds at this moment, for one scrape.

    Args:
        samples: Where their samples are made.
        feeds: The feeds.
    """

    def __init__(self, samples: FeedSamples, feeds: Iterable[Feed]) -> None:
        self._samples = samples
        self._feeds = feeds

    def collect(self) -> Iterator[Family]:
        """Yield each metric that has samples, and at the end how long that took."""
        began_s = time.perf_counter()
        found: dict[str, list[Sample]] = {name: [] for name in ALL}
        for feed in self._feeds:
            for name, sample in self._samples.of(feed):
                found[name].append(sample)
        for name, samples in found.items():
            if samples:
                yield _family(ALL[name], samples)
        # Whoever asks for the next metric has written the ones before, so it is in the time.
        took_s = time.perf_counter() - began_s
        yield _family(SCRAPE, [_sample(SCRAPE, {}, took_s)])


def _family(metric: Metric, samples: list[Sample]) -> Family:
    family = Family(metric.name, metric.description, metric.type)
    family.samples = samples
    return family


def _sample(metric: Metric, labels: dict[str, str], value: float) -> Sample:
    return Sample(metric.sample_name, labels, float(value), None, None, None)


def _kinds(error: type[HomevoltError]) -> Iterator[str]:
    yield error_kind(error)
    for kind in error.__subclasses__():
        yield from _kinds(kind)


ERROR_KINDS = frozenset(kind for error in _READ_ERRORS for kind in _kinds(error))
"""How a read can fail: each is counted from 0, so that its first increase is seen."""
