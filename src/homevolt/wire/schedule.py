"""`GET /schedule.json`: what the battery is to do, and who says so."""

from __future__ import annotations

import msgspec

from homevolt.exceptions import HomevoltDataError
from homevolt.wire.decoding import Wire, decode


class EntryParams(Wire, frozen=True):
    """`schedule[].params`: powers in W, energies in Wh, times in epoch s, fuse and ramps in mA."""

    setpoint: float | None = None
    max_charge: float | None = None
    max_discharge: float | None = None
    import_limit: float | None = None
    export_limit: float | None = None
    idle_threshold_power: float | None = None
    discharge_threshold_power: float | None = None
    offline: bool | None = None
    main_fuse: float | None = None
    charge_ramp_up: float | None = None
    discharge_ramp_up: float | None = None
    import_energy_limit: float | None = None
    import_energy_limit_from: float | None = None
    import_energy_limit_to: float | None = None
    import_energy_max_compensation: float | None = None
    export_energy_limit: float | None = None
    export_energy_limit_from: float | None = None
    export_energy_limit_to: float | None = None
    export_energy_max_compensation: float | None = None
    fcr_n_power: float | None = None
    fcr_d_up_power: float | None = None
    fcr_d_down_power: float | None = None
    ffr_power: float | None = None
    use_ffr_custom_trig_freq: bool | float | None = None
    ffr_rearm: bool | float | None = None
    fcr_start_from: float | None = None
    test_sequence: float | None = None
    test_end_schedule: bool | float | None = None


class EntryData(Wire, frozen=True, rename={"from_": "from"}):
    """`schedule[]`: one entry; a missing `from` or `to` is an open end."""

    id: int | None = None
    from_: float | None = None
    to: float | None = None
    type: int | None = None
    min: float | None = None
    max: float | None = None
    params: EntryParams = EntryParams()


class ScheduleData(Wire, frozen=True):
    """The whole answer."""

    local_mode: bool | None = None
    schedule_id: str | None = None
    schedule: tuple[EntryData, ...] | None = None


_DECODER = msgspec.json.Decoder(ScheduleData)


def decode_schedule(data: bytes) -> ScheduleData:
    """Return the answer of `GET /schedule.json`.

    Raises:
        HomevoltDataError: It is no JSON object, or one that holds nothing of a schedule.
    """
    document = decode(data, _DECODER)
    if document == ScheduleData():
        raise HomevoltDataError(
            "The answer of /schedule.json is no schedule: $.schedule is missing.",
            path="$.schedule",
        )
    return document
