"""A key never moves to another thing, whatever comes, goes and changes its order."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevolt.exceptions import HomevoltDataError
from tests.support.payloads import LOCAL, PEER, blade, cluster, ems, load, point, unit
from tests.support.readings import Reader, metadata_of, sensors_of

UNITS = (LOCAL, PEER, "cc00000000c3")
CLAMPS = tuple((function, f"{n:016x}") for function in ("grid", "solar", "load") for n in (1, 2, 3))
HERE = {"ecu_host": ""}
HOSTS = {LOCAL: "", PEER: "[fd00::2]:5259", "cc00000000c3": "[fd00::3]:5259"}


def marked_unit(ecu_id: str, blades: list[int]) -> dict[str, Any]:
    """Return a unit whose figures say which thing they belong to."""
    number = UNITS.index(ecu_id) + 1
    return unit(
        ecu_id,
        HOSTS[ecu_id],
        ems_data={"frequency": 50000, "power": number},
        bms_info=[{"id": n, "battery_type_str": f"type {n}"} for n in blades],
        bms_data=[blade(cycle_count=100 * number + n) for n in blades],
    )


def marked_point(clamp: tuple[str, str]) -> dict[str, Any]:
    """Return a measuring point whose counter says which clamp it is."""
    number = 1000 + CLAMPS.index(clamp)
    return point(*(clamp[0], 5.0, clamp[1]), energy_imported=number, energy_exported=number)


@st.composite
def marked_documents(draw: st.DrawFn) -> dict[str, Any]:
    """Draw an answer with any units, blades and clamps in any order; the local unit is there."""
    peers = draw(st.lists(st.sampled_from(UNITS[1:]), unique=True))
    units = [
        marked_unit(ecu_id, draw(st.lists(st.integers(0, 3), unique=True, max_size=4)))
        for ecu_id in draw(st.permutations([LOCAL, *peers]))
    ]
    clamps = draw(st.lists(st.sampled_from(CLAMPS), unique=True))
    return ems(*units, sensors=[marked_point(clamp) for clamp in clamps])


@pytest.mark.unmeasured
@given(st.lists(marked_documents(), min_size=1, max_size=6))
def test_a_key_never_moves_to_another_thing(history: list[dict[str, Any]]) -> None:
    reader = Reader()
    seen: dict[str, object] = {}
    keys: set[str] = set()
    for document in history:
        sensors = reader.sensors(document)
        now = {sensor.key: sensor.value for sensor in sensors.values()}
        assert len(now) == len(sensors), "no two sensors share a key"
        assert keys <= now.keys(), "a part that was known stays"
        keys |= now.keys()
        for key, value in now.items():
            is_marked = key.endswith((".charge_cycles", ".energy_imported_kwh"))
            is_marked |= key.endswith(".power_w") and key.count("_") == 2
            if is_marked and value is not None:
                assert seen.setdefault(key, value) == value


@pytest.mark.unmeasured
@given(st.lists(marked_documents(), min_size=2, max_size=2))
def test_a_key_is_the_same_after_a_restart(history: list[dict[str, Any]]) -> None:
    first, second = (
        {sensor.key: sensor.value for sensor in sensors_of(document).values()}
        for document in history
    )
    for key in first.keys() & second.keys():
        if key.endswith(".energy_imported_kwh"):
            assert first[key] == second[key]


def test_a_second_clamp_takes_the_plain_name_and_not_the_key() -> None:
    old = point("solar", 1, "bb", energy_imported=9000)
    new = point("solar", 1, "aa", energy_imported=10)
    before = sensors_of(ems(sensors=[old]))
    after = sensors_of(ems(sensors=[old, new]))
    assert before["Energy imported solar"].value == 9000
    assert after["Energy imported solar"].value == 10
    by_key = {sensor.key: sensor.value for sensor in after.values()}
    assert by_key[before["Energy imported solar"].key] == 9000


def test_keys_are_made_of_the_parts_ids() -> None:
    sensors = sensors_of(ems())
    assert {
        name: sensors[name].key
        for name in ("Power", "Homevolt battery 1 tmin", "L2 Power grid", "Power load")
    } == {
        "Power": f"ems_{LOCAL}.power_w",
        "Homevolt battery 1 tmin": f"ems_{LOCAL}_battery_1.tmin_c",
        "L2 Power grid": "grid_0000000000000004.l2_power_w",
        "Power load": f"ems_{LOCAL}_load_virtual.power_w",
    }
    assert sensors["House Consumption"].key == f"ems_{LOCAL}_house.consumption_w"
    assert sensors["Local Mode"].key == f"ems_{LOCAL}.local_mode"


def test_the_parts_are_linked_by_their_keys() -> None:
    metadata = Reader().walk(cluster()).layout.metadata_by_key
    local, peer = f"ems_{LOCAL}", f"ems_{PEER}"
    assert {key: part.parent for key, part in metadata.items() if key.startswith("ems_")} == {
        local: None,
        f"{local}_battery_0": local,
        f"{local}_battery_1": local,
        peer: local,
        f"{peer}_battery_0": peer,
        f"{peer}_battery_1": peer,
        f"{local}_total": None,
        f"{local}_load_virtual": local,
        f"{local}_house": local,
    }
    assert all(part.key == key for key, part in metadata.items())


def test_an_id_of_old_firmware_is_the_same_id() -> None:
    old, new = ems(unit(9731192375880)), ems(unit((9731192375880).to_bytes(6, "little").hex()))
    reader = Reader()
    before, after = reader.sensors(old), reader.sensors(new)
    assert before["Power"].key == after["Power"].key
    assert before["Power"].device_identifier == f"ems_{(9731192375880).to_bytes(6, 'little').hex()}"
    assert list(metadata_of(old)) == list(metadata_of(new))
    assert reader.inventory.arrange(reader.decode(old)).device_id == "9731192375880"


def test_a_peer_that_drops_out_keeps_its_sensors_and_makes_sums_unknown() -> None:
    reader = Reader()
    whole = cluster()
    before = reader.sensors(whole)
    after = reader.sensors(whole | {"ems": whole["ems"][:1]})
    assert after.keys() == before.keys()
    assert {s.value for n, s in after.items() if n.endswith(PEER)} == {None}
    for name in ("Power total", "House Consumption", "Power load"):
        assert before[name].value is not None
        assert after[name].value is None
    assert after["Power"].value == before["Power"].value
    assert after["Power grid"].value == before["Power grid"].value


def test_a_clamp_that_drops_out_makes_the_balance_unknown() -> None:
    reader = Reader()
    points = [point("grid", 100, "aa"), point("solar", 50, "bb")]
    assert reader.sensors(ems(sensors=points))["House Consumption"].value == -2350
    after = reader.sensors(ems(sensors=points[:1]))
    assert after["Power solar"].value is None
    assert after["House Consumption"].value is None


@pytest.mark.parametrize("junk", [[], [None], ["unit"], [5]])
def test_without_the_local_unit_its_readings_are_none_and_no_peer_s(junk: list[object]) -> None:
    reader = Reader()
    whole = cluster()
    before = reader.sensors(whole)
    after = reader.sensors(whole | {"ems": [*junk, whole["ems"][1]]})
    assert after.keys() == before.keys()
    assert after["Power"].value is None
    assert after["Power"].key == before["Power"].key
    assert after[f"Power {PEER}"].value == before[f"Power {PEER}"].value
    assert reader.inventory.arrange(reader.decode(whole)).device_id == LOCAL


def test_a_peer_whose_host_is_null_stays_a_peer() -> None:
    whole = cluster()
    local, peer = whole["ems"]
    nulled = peer | {"ecu_host": None}
    for units in ([local, nulled], [nulled, local]):
        sensors = sensors_of(whole | {"ems": units})
        assert sensors["Power"].device_identifier == f"ems_{LOCAL}"
    reader = Reader()
    reader.sensors(whole)
    assert reader.sensors(whole | {"ems": [nulled]})["Power"].value is None


def test_one_unit_without_a_host_is_the_local_one() -> None:
    alone = unit()
    del alone["ecu_host"]
    assert sensors_of(ems(alone))["Power"].value == -2500


def test_where_only_peers_are_listed_the_unit_that_answers_is_unknown() -> None:
    peers = ems(unit(PEER, "[fd00::2]:5259"))
    with pytest.raises(HomevoltDataError, match="which of its units answers"):
        sensors_of(peers)


@pytest.mark.parametrize("zero", [0, "0" * 12])
def test_a_device_that_starts_with_an_id_of_zeros_is_the_same_device(zero: int | str) -> None:
    reader = Reader()
    before = reader.sensors(ems(unit(9731192375880)))
    starting = ems(unit(zero, ems_data={"frequency": 0}))
    assert reader.sensors(starting).keys() == before.keys()
    assert reader.inventory.arrange(reader.decode(starting)).device_id == "9731192375880"
    assert sensors_of(starting)["Power"].key == "ems_unknown.power_w"


def test_another_device_at_the_same_address_is_another_device() -> None:
    reader = Reader()
    reader.sensors(ems())
    sensors = reader.sensors(ems(unit("dd00000000d4", ems_data={"frequency": 50000, "power": 7})))
    assert sensors["Power"].value == 7
    assert {s.key.split(".")[0] for n, s in sensors.items() if n == "Power"} == {"ems_dd00000000d4"}
    assert not any(LOCAL in sensor.key for sensor in sensors.values())


def test_what_a_peer_says_of_itself_outweighs_what_was_known() -> None:
    """The first answer held one peer alone, or a peer answers at the address now."""
    whole = cluster()
    local, peer = whole["ems"]
    for first in ([peer | {"ecu_host": None}], [local | {"ecu_host": "[fd00::1]"}, peer | HERE]):
        reader = Reader()
        assert reader.sensors(whole | {"ems": first})["Power"].key == f"ems_{PEER}.power_w"
        assert reader.sensors(whole)["Power"].key == f"ems_{LOCAL}.power_w"
        assert reader.inventory.arrange(reader.decode(whole)).device_id == LOCAL


@pytest.mark.parametrize("ecu_id", [None, "", 5.5, 0, "0" * 12])
def test_a_unit_without_an_id_is_known_by_its_host(ecu_id: object) -> None:
    reader = Reader()
    whole = cluster()
    before = reader.sensors(whole)
    for n in (0, 1):
        units = [*whole["ems"]]
        units[n] = units[n] | {"ecu_id": ecu_id}
        assert reader.sensors(whole | {"ems": units}) == before
    assert reader.sensors(whole) == before


@pytest.mark.parametrize("euid", [None, "", "0" * 16])
def test_a_clamp_without_an_euid_is_known_by_its_node(euid: object) -> None:
    reader = Reader()
    grid = point("grid", 100, "aa", node_id=1)
    clamps = [grid, point("solar", 50, "bb", node_id=3)]
    before = reader.sensors(ems(sensors=clamps))
    assert before["House Consumption"].value == -2350
    nameless = reader.sensors(ems(sensors=[grid | {"euid": euid}, clamps[1]]))
    assert nameless.keys() == before.keys()
    for name in ("Power grid", "House Consumption"):
        assert nameless[name] == before[name]
    assert reader.sensors(ems(sensors=clamps)) == before


def test_blades_are_numbered_as_the_device_does() -> None:
    info = [{"id": 4, "battery_type_str": "A"}, {"id": 2, "battery_type_str": "B"}]
    sensors = sensors_of(ems(unit(bms_info=info, bms_data=[blade(4000), blade(2000)])))
    assert sensors["Homevolt battery 4"].value == 0.4
    assert sensors["Homevolt battery 2"].value == 0.2


def test_the_first_blade_leaving_does_not_lend_its_name_to_the_second() -> None:
    reader = Reader()
    first, second = unit()["bms_info"]
    reader.sensors(ems(unit(bms_data=[blade(1000), blade(2000)])))
    with_id = reader.sensors(ems(unit(bms_info=[second], bms_data=[blade(2000)])))
    assert with_id["Homevolt battery 0"].value is None
    assert with_id["Homevolt battery 1"].value == 0.2
    assert first["id"] == 0
    for info in ([], [first, second], [{"id": None}]):
        without_id = reader.sensors(ems(unit(bms_info=info, bms_data=[blade(2000)])))
        assert without_id["Homevolt battery 0"].value is None
        assert without_id["Homevolt battery 1"].value is None


@pytest.mark.parametrize(
    "number",
    [-1, 2**15 - 1, 2**16 - 1, 2**31 - 1, 2**32 - 1, pytest.param(10**400, id="400 digits")],
)
def test_a_blade_is_not_numbered_by_what_firmware_says_for_unknown(number: int) -> None:
    sensors = sensors_of(ems(unit(bms_info=[{"id": 0}, {"id": number}])))
    assert [name for name in sensors if re.fullmatch(r"Homevolt battery \d+", name)] == [
        "Homevolt battery 0",
        "Homevolt battery 1",
    ]


def test_the_blades_of_two_units_are_distinguished() -> None:
    reader = Reader()
    ids = ([0, 1], [0]), ([0], [1, 0])
    for local, peer in ids:
        units = [
            unit(bms_info=[{"id": n} for n in local]),
            unit(PEER, "[::1]", bms_info=[{"id": n} for n in peer], bms_data=[blade(1), blade(2)]),
        ]
        sensors = reader.sensors(ems(*units))
    assert sensors[f"Homevolt battery 1 {PEER}"].value == 0.0001
    assert sensors[f"Homevolt battery 0 {PEER}"].value == 0.0002


def test_equal_points_of_which_one_leaves_are_all_unknown() -> None:
    reader = Reader()
    twins = [point("grid", power, "aa") for power in (1.0, 2.0)]
    both = reader.sensors(ems(sensors=twins))
    assert (both["Power grid"].value, both["Power grid aa"].value) == (1, 2)
    one = reader.sensors(ems(sensors=twins[1:]))
    assert (one["Power grid"].value, one["Power grid aa"].value) == (None, None)


def test_virtual_points_of_one_function_have_keys_of_their_own() -> None:
    points = [load(-5), load(-7) | {"sensor_type": "zigbee"}]
    keys = {s.key: s.value for s in sensors_of(ems(sensors=points)).values()}
    assert keys[f"ems_{LOCAL}_load_virtual.power_w"] == -5
    assert keys[f"ems_{LOCAL}_load_zigbee.power_w"] == -7


def test_many_structures_in_turn_keep_no_more_than_a_few() -> None:
    reader = Reader()
    for n in range(100):
        clamps = [point("grid", 1, f"{euid:02x}") for euid in (n % 50, (n * 7) % 50)]
        reader.sensors(ems(sensors=clamps))
    assert len(reader.inventory._arrangements) <= 16


def test_a_key_holds_digits_small_letters_and_underscores_alone() -> None:
    points = [point("Heat pump/#", 1, "A:B"), load(-5) | {"sensor_type": "z-wave +"}]
    sensors = sensors_of(ems(unit("../x $1"), sensors=points))
    assert [
        s.key for s in sensors.values() if not re.fullmatch(r"[0-9a-z_]+\.[0-9a-z_]+", s.key)
    ] == []
    assert sensors["Power"].key == "ems_x_1.power_w"
