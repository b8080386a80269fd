"""The tables of the page about MQTT."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homevolt.bridges.battery.batcontrol import MODES
from homevolt.bridges.battery.modes import MEANINGS
from homevolt.bridges.mqtt.controls import HIGHEST_POWER_W, SETTINGS, THINGS
from homevolt.bridges.mqtt.parameters import PARAMETERS
from homevolt.schedule.options import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from homevolt.bridges.mqtt.controls import Thing

_ABOUT = {
    "mode": "Starts the mode now, for the duration; or an object, see below",
    "duration": "How long the next mode lasts",
    "apply": "Starts the mode that is active again, with the settings",
    "forget": "Forgets the settings, and sets the duration back",
    "local_mode": "Switches local mode on or off",
    "resume": "Ends what the bridge started; the plan goes on",
    "clear": "Removes every entry of the plan",
    "reboot": "Restarts the device, and waits until it is back",
    "plan": "Replaces the whole plan",
}
"""What the things do that are neither an option nor a parameter, which say it themselves."""


def things() -> str:
    """Return the table of everything that can be commanded as Markdown."""
    lines = ["| thing | payload | entity | what it does |", "|---|---|---|---|"]
    for name, thing in THINGS.items():
        entity = f"{thing.platform} {thing.name}" if thing.platform else ""
        lines.append(f"| `{name}` | {_payload(thing)} | {entity} | {_about(name)} |")
    return "\n".join(lines)


def words() -> str:
    """Return the table of the words of the facade as Markdown."""
    lines = [
        "| word | number | what the battery does | mode of the device | `power` is |",
        "|---|---|---|---|---|",
    ]
    for word, row in MEANINGS.items():
        mode = ", ".join([f"`{row.mode.slug}`", *_options(row.options)])
        power = ", ".join(f"`{name}`" for name in row.power)
        lines.append(f"| `{word}` | {row.number} | {row.about} | {mode} | {power} |")
    return "\n".join(lines)


def batcontrol() -> str:
    """Return the table of the modes of batcontrol as Markdown."""
    lines = ["| `command/mode` | then `W` on | word |", "|---|---|---|"]
    for mode, (word, rate) in MODES.items():
        topic = "" if rate is None else f"`command/{rate}`"
        lines.append(f"| `{mode}` | {topic} | `{word}` |")
    return "\n".join(lines)


def _about(name: str) -> str:
    if name in SETTINGS:
        return f"{BY_NAME[name].about.removesuffix('.')}; for the next mode that takes it"
    return "The parameter of that name" if name in PARAMETERS else _ABOUT[name]


def _payload(thing: Thing) -> str:
    config = thing.config
    if thing.platform == "select":
        return ", ".join(f"`{option}`" for option in config["options"])
    if thing.platform == "switch":
        return f"`{config['payload_on']}`, `{config['payload_off']}`"
    if thing.platform == "number":
        unit, low, high = (config[key] for key in ("unit_of_measurement", "min", "max"))
        return str(unit) if high == HIGHEST_POWER_W else f"{low} to {high} {unit}".strip()
    return "anything, such as `PRESS`" if thing.platform == "button" else "JSON"


def _options(options: Mapping[str, int]) -> list[str]:
    return [f"`{name}` {value}" for name, value in options.items()]
