"""What of a device's answers may be shown to others: an allow-list, for `redaction`.

What is not in one of these tables is replaced. A name is that of a JSON key, or of a parameter for
its value.
"""

from __future__ import annotations

import re


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


SMALL_NUMBERS = _names("""
    11b 11g 11n amp amps average_lqi average_rssi avg_lqi avg_rssi battery_type beb ber bl_version
    ceb ch connect_return_code core csb cycle_count data_usage deg destination
    ecu_group_fuse_size_a ecu_main_fuse_size_a ems_pid_constants error error_cnt error_id
    error_type ffr_rearm flags freq_res_mode freq_res_state freq_test_seq function grid_code_preset
    id image_tag index interface is_distr l1 l1_l2 l2 l2_l3 l3 l3_l1 ledstrip_bright_max
    ledstrip_bright_min ledstrip_mode_on_hue ledstrip_mode_on_saturation level line lqi max
    meter_mode min mode_sel network_state node_id node_type node_version op_state ota_tag
    packet_delivery_rate param_id pdr peak_index pf phase_angle phase_seq ping_recv_lqi
    ping_recv_rssi pong_recv_lqi pong_recv_rssi progress_percent protocol_version radio_channel
    radio_power radio_tx_power rssi rssi_db size source state status sub_system_id sys_temp
    taget_id temperature test_end_schedule test_sequence tmax tmin type use_ffr_custom_trig_freq
    volts warp_mode warp_version wifi_err_buf wps
""")
"""Numbers of at most four digits: states, counts, percentages, currents, voltages."""

MEASURES = _names("""
    act_pwr_ch_lim act_pwr_di_lim anti_windup apparent_power avail_cap avail_ch_energy avail_ch_pwr
    avail_di_energy avail_di_pwr avail_group_fuse_ch_pwr avail_group_fuse_di_pwr avail_inv_ch_pwr
    avail_inv_di_pwr average_voltage avg_max avg_min battery battery_voltage charge_ramp_up current
    cutoff_hz discharge_ramp_up discharge_threshold_power ems_idle_power_threshold energy_avail
    energy_exported energy_imported esp_tls_cert_verify_flags esp_tls_last_esp_err
    esp_tls_stack_err esp_transport_sock_errno exp export_energy_limit
    export_energy_max_compensation export_limit export_limitation_w exported_kwh
    fallback_charge_limit_w fallback_discharge_limit_w fcr_d_down_power fcr_d_up_power fcr_n_power
    ffr_fstart_freq ffr_power file_size filtered_input freq_res_pwr_fcr_d_down
    freq_res_pwr_fcr_d_up freq_res_pwr_fcr_n freq_res_pwr_ref_ffr frequency grid
    idle_threshold_power image_size imp import_energy_limit import_energy_limit_wh
    import_energy_max_compensation import_limit import_limitation_w imported_kwh kd ki kp last_seq
    load main_fuse mains_adc_buffer mains_voltage mains_voltage_rms max_charge max_discharge
    meter_corrupt_reading_count_received meter_msg_count_received meter_msg_count_sent
    meter_pkg_count_received meter_pkg_count_sent noise permit_pairing_timeout poll_time power
    prev_delta_t prev_error prev_input prev_max prev_min prev_output product_id pwr pwr_ref
    rated_cap rated_capacity rated_power rated_pv_power react_pwr_neg_limit react_pwr_pos_limit
    reactive_power report_interval_ms req_end req_start resp_end resp_start setpoint signal_voltage
    soc soc_avg soh solar timesync_clock_drift total_power tpw va voltage
""")
"""Numbers of at most six digits before the point: powers, energies, voltages, limits, sizes."""

COUNTERS = _names("""
    alarm bootloader_version bs cs energy_consumed energy_produced export_energy_limit_from
    export_energy_limit_to fcr_start_from from import_energy_limit_from import_energy_limit_to info
    integral last_data_ms last_decrypt_age_ms last_encrypt_age_ms last_seen_ms last_timestamp_ms
    node_uptime ping_recv_timestamp ping_send_timestamp pong_recv_timestamp prev_timestamp_ms
    time_in_em0_ms time_in_em1_ms time_in_em2_ms timestamp timestamp_ms timesync_ts_ticks to ts
    ts_offset up_time warning
""")
"""Larger numbers: times, ages, counters, bit fields."""

LARGEST = {
    **dict.fromkeys(SMALL_NUMBERS, 9_999),
    **dict.fromkeys(MEASURES, 999_999),
    **dict.fromkeys(COUNTERS, 4_200_000_000_000),  # ms of the year 2103, shorter than any IMEI
}
"""The largest magnitude that may be shown, by name."""

SENTENCES = _names("""
    $type acc_tech activated alarm_str auth band battery_type_str bw data desc details error_name
    error_str function function_name gcipher grid_code_preset_str help info_str interface_names
    ledstrip_mode level message mode_sel_str model name op_state_str ota_distribute_status
    ota_upload_state pchiper product_model schedule_id sensor_type sim_type state state_str
    sub_system_name sysmode tag task type warning_str wifi_mode
""")
"""Texts of which the words in `VOCABULARY` and amounts with a unit may be shown."""

VERSIONS = _names("""
    available_version current_version ecu_version efr esp fw_version manifest_version version
""")
VERSION = re.compile(
    r"[vV]?\d{1,4}(\.\d{1,3}){0,2}"
    r"(-\d{1,3}(\.\d{1,3}){0,2})?(-g?(?=[0-9a-f]*[a-f])[0-9a-f]{7,8})?"
)
"""Such as `v31.4`, `V1.10-97.0`, `3056-1a3446ed`, `v4-44-g1413a7d`."""
TIMES = frozenset({"timestamp_str"})
TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,3})?")

PATTERNS = {**dict.fromkeys(VERSIONS, VERSION), **dict.fromkeys(TIMES, TIME)}
"""What a text must look like to be shown, by name."""

KINDS = {
    **dict.fromkeys(("serial_number", "serial"), "serial"),
    **dict.fromkeys(("ecu_id",), "unit"),
    **dict.fromkeys(("eui", "euid", "node_euid", "efr_id"), "node"),
    **dict.fromkeys(("ip", "ecu_host"), "address"),
    **dict.fromkeys(("bssid", "mac"), "mac"),
    **dict.fromkeys(("manifest_url", "url"), "url"),
    **dict.fromkeys(("operator", "operator_name"), "operator"),
    **dict.fromkeys(("area_code", "cell_id", "chan", "pan_id", "scan_seq"), "place"),
    **{name: name for name in ("ssid", "imei", "imsi", "iccid", "label", "schedule_id")},
}
"""What stands in the place of an identifier, by name; a number follows."""

OTHER_KEYS = _names("""
    advertise_sent aggregated allow_dfu available bms_data bms_info connected constants
    control_timeout ct default ems ems_aggregate ems_config ems_control ems_current ems_data
    ems_info ems_pid ems_prediction ems_status ems_voltage f_pin_ok f_present firmware hub
    inv_config inv_info inverter_info last_error lb_charge lb_discharge local_mode lte_status
    mqtt_status node offline open ota ota_enable_esp32 ota_enable_hub_web ota_update_running paired
    params pdp_active peer permit_pairing phase schedule sensors settings_local smart_cli_mode
    subscribed system_service_mode system_standalone_mode up2date updates usb_power value
    w868_status wifi_status
""")
"""Keys of blocks, of booleans, and of parameters that are booleans."""

KEYS = frozenset().union(LARGEST, SENTENCES, PATTERNS, KINDS, OTHER_KEYS)
"""The keys that may be shown, and those made of `VOCABULARY`; another may be an identifier."""

PHRASES = frozenset({"20", "40", "Manual Schedule", "NMC 210 10A"})
"""Whole texts that may be shown where `SENTENCES` may."""

UNITS = _names("""
    % A B C GHz Hz MB MHz MWh V VA W Wh byte bytes dB dBm deg h kB kHz kV kVA kW kWh mA mV min ms s
    ticks us var °C µs
""")
AMOUNT = re.compile(r"(?P<number>[+-]?\d{1,6}(?:\.\d{1,3})?)(?P<unit>[^\d\W]{1,5}|%|°C)?")
"""A number, and its unit if that follows at once."""

LABELS = _names("host hostname label location login name operator place ssid user username")
"""Words after which the rest of a text may be a name; those of `is_secret` are such too."""

_WORDS = """
    24v a abort aborted ac accept accepted access acknowledge action activate activated active adc
    add added after again alarm alive all allowed already an and any ap app apply are arm as
    assigned async at attempt auth auto automatic b6 backend backup bad balance balancing band
    battery be been before begin bit blade ble block bms board bool boot bootloader bridge
    brightness broken broker bssid buffer bus busy by bytes cache calibration can cancel cannot
    ccmp cell cells change changed channel charge charged charging check checksum chip clamp
    cleanup clear cleared cli client clock close closed cloud code cold command common
    communication complete completed config configuration connect connected connecting connection
    connectivity connector constant control controller corrupt cost could count counter country crc
    created critical current cycle cycling data date day dc dead debug decode default delay delete
    deleted delivery dem denied detected device dfu did differential direction disable disabled
    discharge discharged discharging disconnect disconnected discovery distribute distributed dns
    do does done double down download drift drop dropped due duplicate duration ecu efr efr32 empty
    ems emtc enable enabled encode encryption end energy enter entered entry error errors esp32 eth
    ethernet eui event exceeded exit expected expired export external factory fail failed failure
    fallback fan fast fatal fault fcr ffr fg23 file filesystem filter final find finished first
    flag flags flash flt for forced found free frequency from full fuse gateway good grid ground
    group grpc gsm had handle handler handshake hard hardware has have heap heartbeat heat high
    history hold hostname hot house http https hub i2c idle if ignore image imei import in inactive
    incoming index info information init initialized input install installed interface internal
    interrupt interval into inv invalid inverter is isolation it item its job keep keepalive key l1
    l2 l3 last late latest leakage leave led ledstrip left length level lfp lifetime limit limited
    link list listen load local lock locked log logger login long lost low lte mac main mains
    manager manifest manual mark max maximum meas measure measured measurement memory message meter
    min minimum mismatch missing modbus mode model modem module monitor more most mqtt multiple
    negative network neutral never new next nmc no node nodes noise none normal not notification
    ntp null nvs of off ok old on once online only open operating operation operational optional or
    order ota other out outgoing output over overflow overload overvoltage own packet pair paired
    pairing panel param parameter params parse part partition passed passphrase password path
    payload pcb peak peer peers pending per period phase pid pin ping plan point poll pong pool
    port positive power prepare present pressure previous priority process product protect
    protection protocol psk publish pulse pv pwr queue quick radio ram ramp range rate ratio raw
    reach reachable read reading ready reason reboot receive received reconnect record recover
    recovered refused register registered reject rejected relay release remote remove removed
    repeat reply report reported request required reserve reset resolve response restart restarted
    result resume retries retry return returned rev revision rtc run running rx sae same sample
    save saved scan schedule scheduled schedules search second seconds secret section seen select
    self send sending sensor sensors sent sequence ser server service session set setting settings
    setup short shutdown signal single sint16 sint32 sint64 sint8 size skip sleep slot slow so soc
    socket soft software solar some source speed spi ssid sta stable stack stage standby start
    started starting startup state status step stop stopped storage store stored str128 str16 str32
    str64 str8 string subscribe subscribed success successful successfully supercap supply support
    supported switch sync synchronized syncronized system table tag target task tbf01 tck temp
    temperature terminal terminated test than that the then there this thread threshold throttled
    throttling tibber time timed timeout timer timestamp timesync tkip tls to token too total
    transfer transmit trigger trip try tx type uart uint16 uint32 uint64 uint8 unavailable under
    unexpected unit unknown unset unspecified unsupported until up up2date update updated updating
    upload uptime url usb use used user username using valid value version via virtual voltage w868
    wait waiting wake warm warn warning warp was watchdog weak web webapp webserver wep were when
    which while wifi will window wire with within without worker wpa wpa2 wpa3 write written wrong
    zero
"""

VOCABULARY = _names(f"{' '.join(KEYS).replace('_', ' ')} {' '.join(UNITS)} {_WORDS}".casefold())
"""The words that may be shown in a text: those of the device and of its trade."""

_SECRET = re.compile(
    r"(?<!by)pass|pwd|psk|secret|token|credential|api_?key|(^|_)(key|pin|pop)s?\d*(_|$)"
)


def is_secret(name: str) -> bool:
    """Return by its name whether a parameter is a password, a key or another credential."""
    return _SECRET.search(name.lower()) is not None
