"""What a payload has that the structs do not, and the other way round.

New firmware brings new keys. `python -m tools.drift_report FILE` names them, so that nobody has
to compare by eye; it never prints a value, so its output can be shown around.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from types import UnionType
from typing import Any, NamedTuple, get_args, get_origin

import msgspec

from homevolt.exceptions import HomevoltDataError
from homevolt.protocol.decoding import parse
from homevolt.protocol.report_resources import RESOURCES

_UNIT_KEYS = """
    ecu_version error_cnt op_state
    bms_info[].battery_type inv_info inv_info.fw_version inv_info.serial_number
    ems_config ems_config.grid_code_preset ems_config.grid_code_preset_str
    ems_config.control_timeout inv_config inv_config.ffr_fstart_freq
    ems_control.mode_sel ems_control.mode_sel_str ems_control.freq_res_mode
    ems_control.freq_res_pwr_fcr_n ems_control.freq_res_pwr_fcr_d_up
    ems_control.freq_res_pwr_fcr_d_down ems_control.freq_res_pwr_ref_ffr
    ems_control.act_pwr_ch_lim ems_control.act_pwr_di_lim ems_control.react_pwr_pos_limit
    ems_control.react_pwr_neg_limit ems_control.freq_test_seq ems_control.data_usage
    ems_control.allow_dfu
    ems_data.timestamp_ms ems_data.info_str ems_data.alarm ems_data.phase_angle
    ems_data.phase_seq ems_data.freq_res_state bms_data[].alarm
    ems_prediction.avail_inv_ch_pwr ems_prediction.avail_inv_di_pwr
    ems_prediction.avail_group_fuse_ch_pwr ems_prediction.avail_group_fuse_di_pwr
    peer peer.last_seq peer.last_timestamp_ms peer.last_decrypt_age_ms peer.last_encrypt_age_ms
"""
NOT_READ = {
    "ems": {
        "$.$type",
        *(f"$.{unit}.{key}" for unit in ("ems[]", "aggregated") for key in _UNIT_KEYS.split()),
        *(f"$.sensors[].{key}" for key in ("interface", "timestamp_str", "phase[].pf")),
    },
    "status": {"$.ems_status.bms_info[].battery_type"},
}
"""Keys that devices are known to give and that no struct reads, by endpoint."""


class Drift(NamedTuple):
    """How a payload and the structs differ.

    Attributes:
        unknown: Paths of the payload's keys that no struct reads and that are not in `NOT_READ`.
        absent: Paths of the structs' fields that the payload has nowhere; where a whole block is
            absent, the block alone.
    """

    unknown: tuple[str, ...]
    absent: tuple[str, ...]


def drift(payload: Any, endpoint: str) -> Drift:
    """Compare a payload with the structs of its endpoint.

    Args:
        payload: The payload as plain values.
        endpoint: A name in `homevolt.protocol.report_resources.RESOURCES`.
    """
    payload_paths = set(_payload_paths(payload, "$"))
    opaque = {path for path, is_opaque in _type_paths(RESOURCES[endpoint].type, "$") if is_opaque}
    known = known_paths(endpoint)
    unknown = {
        path
        for path in payload_paths - known - NOT_READ.get(endpoint, set())
        if not any(path.startswith((f"{any_}.", f"{any_}[")) for any_ in opaque)
    }
    absent = known - payload_paths
    topmost = {path for path in absent if _parent(path) not in absent}
    return Drift(tuple(sorted(unknown)), tuple(sorted(topmost)))


def known_paths(endpoint: str) -> set[str]:
    """Return the paths of all fields that the structs of an endpoint know.

    Args:
        endpoint: A name in `homevolt.protocol.report_resources.RESOURCES`.
    """
    return {path for path, _ in _type_paths(RESOURCES[endpoint].type, "$")}


def endpoint_of(file_name: str) -> str | None:
    """Return the endpoint that a file is named after, such as `ems` for `ems_two_units.json`."""
    stem = Path(file_name).stem
    found = [name for name in RESOURCES if stem == name or stem.startswith(f"{name}_")]
    return max(found, key=len, default=None)


def _parent(path: str) -> str:
    return path.rpartition(".")[0].removesuffix("[]")


def _payload_paths(value: Any, path: str) -> list[str]:
    """Return the paths of all keys; the items of a list share one path."""
    if isinstance(value, list):
        return [found for item in value for found in _payload_paths(item, f"{path}[]")]
    if not isinstance(value, dict):
        return []
    paths = []
    for key, item in value.items():
        paths += [f"{path}.{key}", *_payload_paths(item, f"{path}.{key}")]
    return paths


def _type_paths(type_: Any, path: str) -> list[tuple[str, bool]]:
    """Return the paths of all fields of a type, and for each whether it takes anything at all."""
    if get_origin(type_) is tuple:
        return _type_paths(get_args(type_)[0], f"{path}[]")
    if not (isinstance(type_, type) and issubclass(type_, msgspec.Struct)):
        return []
    paths = []
    for field in msgspec.structs.fields(type_):
        where = f"{path}.{field.encode_name}"
        is_union = get_origin(field.type) is UnionType
        choices = get_args(field.type) if is_union else (field.type,)
        paths.append((where, Any in choices))
        for choice in choices:
            paths += _type_paths(choice, where)
    return paths


def main(arguments: list[str] | None = None) -> int:
    """Print the drift report of a file; return 1 if the payload has unknown keys, else 0."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.drift_report",
        description="List the keys of a payload that this version of homevolt does not know.",
    )
    parser.add_argument("file", type=Path, help="a JSON file, or - for standard input")
    parser.add_argument(
        "--endpoint",
        choices=sorted(RESOURCES),
        metavar="NAME",
        help="what was asked for, one of %(choices)s; by default the file's name tells, such as "
        "ems_old.json",
    )
    options = parser.parse_args(arguments)
    endpoint = options.endpoint or endpoint_of(options.file.name)
    if endpoint is None:
        parser.error(f"{options.file.name!r} names no endpoint; say which with --endpoint")
    try:
        is_pipe = str(options.file) == "-"
        data = sys.stdin.buffer.read() if is_pipe else options.file.read_bytes()
        found = drift(parse(data, str(options.file)), endpoint)
    except OSError as error:
        parser.error(f"{options.file} cannot be read: {error.strerror}")
    except HomevoltDataError as error:
        parser.error(str(error))
    sys.stdout.write(report(found, endpoint))
    return 1 if found.unknown else 0


def report(found: Drift, endpoint: str) -> str:
    """Return a drift as text for people."""
    lines = [f"/{endpoint}.json: {len(found.unknown)} unknown keys, {len(found.absent)} absent"]
    lines += [f"  unknown  {path}" for path in found.unknown]
    lines += [f"  absent   {path}" for path in found.absent]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
