"""What one device says as samples, made once for each time it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client.samples import Sample

from homevolt.bridges.prometheus.metrics import INFO_READING, Metric, exported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homevolt.bridges.prometheus.metrics import Exported
    from homevolt.readings.models import DeviceMetadata, Sensor, SensorInfo
    from homevolt.readings.snapshot import Snapshot

INFO = Metric(
    "homevolt_info",
    "gauge",
    "What a unit is; 1",
    ("device", "unit", "model", INFO_READING),
)
UNIT_KEY = "ems_"
"""How the key of a unit begins, before its id."""

Samples = list[tuple[str, Sample]]
"""Samples, each with the name of its metric."""


class DeviceSamples:
    """Makes the samples of one device; labels are made once, and again when its parts change.

    Args:
        device: The name of the device.
    """

    def __init__(self, device: str) -> None:
        self._device = device
        self._labels: dict[SensorInfo, tuple[Exported, dict[str, str]] | None] = {}
        self._made: tuple[Snapshot | None, Samples] = (None, [])

    def of(self, snapshot: Snapshot) -> Samples:
        """Return the samples of a snapshot; a reading that is unknown has none."""
        if self._made[0] is not snapshot:
            self._made = (snapshot, [*self._samples(snapshot)])
        return self._made[1]

    def _samples(self, snapshot: Snapshot) -> Iterator[tuple[str, Sample]]:
        versions: dict[str, str] = {}
        for sensor in snapshot.sensors.values():
            if sensor.value is None:
                continue
            info = sensor.info
            if info not in self._labels:
                self._labels[info] = self._labelled(info, snapshot.parts[info.part])
            labelled = self._labels[info]
            if labelled is None:
                versions[info.part] = str(sensor.value)
            else:
                yield from _of_sensor(sensor, *labelled)
        for part in snapshot.parts.values():
            if part.kind == "unit":
                labels = self._part_labels(part) | {"model": part.model}
                yield INFO.name, _sample(INFO, labels | {INFO_READING: versions.get(part.key, "")})

    def _labelled(
        self, info: SensorInfo, part: DeviceMetadata
    ) -> tuple[Exported, dict[str, str]] | None:
        how = exported(part.kind, info.reading)
        if how is None:
            return None
        labels = self._part_labels(part)
        if how.phase is not None:
            labels["phase"] = how.phase
        metric = how.counted or how.metric
        return how, {name: labels[name] for name in metric.labels if name in labels}

    def _part_labels(self, part: DeviceMetadata) -> dict[str, str]:
        """Return every label of a part; which of them a metric has, its row says."""
        unit = (part.parent or "") if part.kind == "blade" else part.key
        return {
            "device": self._device,
            "unit": unit.removeprefix(UNIT_KEY),
            "blade": part.key.rpartition("_")[2],
            "function": part.kind,
            "point": part.key,
        }


def _of_sensor(
    sensor: Sensor, how: Exported, labels: dict[str, str]
) -> Iterator[tuple[str, Sample]]:
    value, metric = sensor.value, how.metric
    if how.text_label is None:
        if isinstance(value, int | float):
            number = value * how.factor
            yield metric.name, Sample(metric.sample_name, labels, number, None, None, None)
        return
    texts = [str(value)]
    if how.counted is not None:
        texts = [text for text in str(value).split(", ") if text]
        yield how.counted.name, _sample(how.counted, labels, len(texts))
    for text in texts:
        yield metric.name, _sample(metric, labels | {how.text_label: text})


def _sample(metric: Metric, labels: dict[str, str], value: float = 1) -> Sample:
    chosen = {name: labels[name] for name in metric.labels}
    return Sample(metric.sample_name, chosen, float(value), None, None, None)
