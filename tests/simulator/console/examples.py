"""One command line for each command of the console, by its effect.

`{node}` stands for the EUID of a radio node.
"""

from __future__ import annotations

from typing import Final

READS: Final = """
ap_clients
clear
echo hello
ecu_network
ecu_sense_list
ems
free
heap_trace_dump --internal
help
history
info
log_list boot
ls /spiffs
lte_info
lte_sim_iccid
mem -a
modbus_read 1 40000 u16
mqtt
network sta
node_data 1 -x
node_metrics 1
node_params 1
node_ping 1 1
nodes
ota_manifest
param_get settings_local
param_list -d ems
ping -c 1 192.0.2.1
pulse_monitor_status
read_mem 0 4 -x
sched_list
sha1 /spiffs/version.txt
status
system_mode
tasks
tasks_load 100
time uptime
wifi_info
wifi_scan
"""

WRITES: Final = """
coredump_upload -e
debug_led_set 0 0.5
dmesg -c
ecu_ctx_reset
ecu_ffr_rearm
ecu_network_reset
ecu_sense_assign {node} -i L1 solar -l roof
efr --uart
efr_cli info
ems_cli info
ems_config_set -g 9
ems_freq_report_test
heap_trace_start --leaks
heap_trace_stop
hmi bri 50 5
inverter_config_set -f 9950
log_mqtt 100 60
log_reset 3
log_set httpd 1
lte_at AT
lte_band a
lte_clear_sim
lte_connect
lte_disconnect
lte_power 1
lte_restart
lte_sim_type 1
metrics_send
mqtt_force_connect
net disable ap
node_cli 1 info
node_ota_abort 1
node_param_send 1 2 3 4
param_load
param_set -c ems_phase_map 3 2 1
param_store -c 55
power c
provision --no-device
reset
reset_hard
sched_add 1
sched_clear
sched_del 0
sched_set 1 -s 500
smart 1
warp_pair_start -s 30
warp_pair_stop
webapp_reload
worker -n cloud
"""

DESTRUCTIVE: Final = """
burnin_set a b c d e f
cat /spiffs/new.txt data
coredump_crash
coredump_erase
curl http://192.0.2.1/x -o /spiffs/x
ecu_sense_clear
efr_factory_reset
efr_flash /spiffs/x 115200
ems_reset
energy -n grid -i 1
factory_reset
format
modbus_write 1 40000 u16 5
node_ota_distribute 1
node_ota_distribute_file 1 /spiffs/x 10 223
ota_clean
ota_esp32 rollback
ota_esp32_flash http://192.0.2.1/x
ota_fetch
ota_fetch_force
ota_manifest_set a 1 b 2 c 3 4
ota_run 1
param_reset 55
rm /spiffs/index.html
system_mode_force 4
write_mem 0 1 -b
"""

ONLY_WITH_ARGUMENTS: Final = """
cat /spiffs/version.txt
coredump_upload
dmesg -s
efr
ems_config_set
energy
energy -s
hmi mode ?
log_set
inverter_config_set
net ping sta 192.0.2.1
power i
smart
worker
"""
"""Lines without a change, of commands that make one with other arguments."""


def lines(block: str) -> list[str]:
    """Return the lines of one of the blocks above."""
    return block.split("\n")[1:-1]
