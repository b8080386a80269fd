"""What the configuration file says about intervals and outputs, and every mistake in that."""

from __future__ import annotations

import os
import re
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from homevolt._settings import (
    Field,
    Mistake,
    SecretError,
    is_text,
    read_secret,
    secret_path,
    unknown_keys,
    unusable_values,
)
from homevolt.bridges.config import (
    DEFAULT_INTERVAL_S,
    MQTT_PORT,
    MQTT_TLS_PORT,
    HttpConfig,
    MqttConfig,
    PrometheusConfig,
    RunConfig,
)
from homevolt.bridges.hosts import explain_host, is_host

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from homevolt.bridges.config import DeviceConfig

SHORTEST_INTERVAL_S, LONGEST_INTERVAL_S = 1.0, 86_400.0
LAST_PORT = 65535
LONGEST_PREFIX, LONGEST_TEXT = 200, 1000
TOPIC = re.compile(r"(?![$/])[^+#\s]+(?<!/)")
# Brokers close the connection over control characters and what is no character.
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
FIT = "of ASCII characters without spaces"
_TOKEN = re.compile(r"[!-~]+")


class Section(NamedTuple):
    """A table of the file.

    Attributes:
        type: What it becomes.
        fields: Its keys.
        confidential: The key that holds a secret, None for none.
        variable: The variable of the environment that holds the secret where the file does not.
        files: The keys that name a file.
    """

    type: type[Any]
    fields: Mapping[str, Field]
    confidential: str | None = None
    variable: str = ""
    files: tuple[str, ...] = ()


def _is_port(value: Any) -> bool:
    return type(value) is int and 0 < value <= LAST_PORT


def _is_topic(value: Any) -> bool:
    is_short = is_mqtt_text(value) and len(value) <= LONGEST_PREFIX
    return is_short and TOPIC.fullmatch(value) is not None


def _is_password(value: Any) -> bool:
    return is_text(value) and len(value.encode()) <= LAST_PORT


def _is_token(value: Any) -> bool:
    return is_text(value) and _TOKEN.fullmatch(value) is not None


def is_mqtt_text(value: Any) -> bool:
    """Whether a broker takes a text as a name."""
    return is_text(value) and len(value) <= LONGEST_TEXT and not _UNFIT.search(value)


def _is_interval(value: Any) -> bool:
    return type(value) in (int, float) and SHORTEST_INTERVAL_S <= value <= LONGEST_INTERVAL_S


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _secret_fields(key: str, is_valid: Callable[[Any], bool], what: str = "") -> dict[str, Field]:
    return {
        key: Field(is_valid, f'{key} = "..."{what}, or remove the line'),
        f"{key}_file": Field(is_text, f'{key}_file = "...", a file or credential that holds it'),
    }


def _host_field(example: str, what: str, *, has_login: bool = False) -> Field:
    explain = partial(explain_host, has_login=has_login)
    return Field(is_host, f'host = "{example}", {what}', explain)


def _file_field(key: str, what: str) -> Field:
    return Field(is_text, f'{key} = "/path/to/file.pem", {what}')


SECTIONS: dict[str, Section] = {
    "mqtt": Section(
        MqttConfig,
        {
            "host": _host_field("192.168.1.10", "the broker without a port", has_login=True),
            "port": Field(_is_port, f"port = {MQTT_PORT}, from 1 to {LAST_PORT}"),
            "username": Field(is_mqtt_text, 'username = "homevolt", or remove the line'),
            **_secret_fields("password", _is_password),
            "tls": Field(_is_bool, "tls = true or tls = false"),
            "ca_file": _file_field("ca_file", "certificates to trust"),
            "cert_file": _file_field("cert_file", "a certificate to show"),
            "key_file": _file_field("key_file", "the key of cert_file"),
            "client_id": Field(is_mqtt_text, 'client_id = "homevolt", another one for each client'),
            "topic_prefix": Field(_is_topic, 'topic_prefix = "homevolt", without + and #'),
            "discovery_prefix": Field(_is_topic, 'discovery_prefix = "homeassistant"'),
        },
        confidential="password",
        variable="HOMEVOLT_MQTT_PASSWORD",
        files=("ca_file", "cert_file", "key_file"),
    ),
    "prometheus": Section(
        PrometheusConfig, {"probe": Field(_is_bool, "probe = true or probe = false")}
    ),
    "http": Section(
        HttpConfig,
        {
            "host": _host_field("127.0.0.1", "the address to listen on"),
            "port": Field(
                lambda value: value == 0 or _is_port(value), f"port = 9776, from 0 to {LAST_PORT}"
            ),
            **_secret_fields("token", _is_token, f" {FIT}"),
        },
        confidential="token",
        variable="HOMEVOLT_HTTP_TOKEN",
    ),
}
"""The tables of the outputs."""
INTERVAL = Field(
    _is_interval,
    f"interval_s = 10, from {SHORTEST_INTERVAL_S:g} to {LONGEST_INTERVAL_S:g} seconds",
)


def mistakes(document: Mapping[str, Any], folder: Path) -> Iterator[Mistake]:
    """Yield everything that is wrong with intervals and outputs.

    Args:
        document: The document of the file; its devices are not looked at.
        folder: The folder of the file, where files that it names are looked for.
    """
    yield from unusable_values((), "the file", document, {"interval_s": INTERVAL})
    if not any(name in document for name in SECTIONS):
        names = " or ".join(f"[{name}]" for name in SECTIONS)
        yield Mistake((), f"there is no output. Add {names}.")
    for name, section in SECTIONS.items():
        table = document.get(name, {})
        if not isinstance(table, dict):
            yield Mistake((name,), f"{name} must be a table. Write [{name}].")
            continue
        yield from unknown_keys((name,), table, section.fields)
        unusable = [*unusable_values((name,), name, table, section.fields)]
        yield from unusable
        if not unusable:
            yield from _contradictions(name, section, table, folder)


def run_config(
    document: Mapping[str, Any], devices: Sequence[DeviceConfig], folder: Path
) -> RunConfig:
    """Return the configuration of a document without mistakes.

    Args:
        document: The document.
        devices: Its devices, with their passwords.
        folder: As for `mistakes`.

    Raises:
        SecretError: A file with a secret has become unreadable meanwhile.
    """
    made = {
        name: section.type(**_values(section, document[name], folder))
        for name, section in SECTIONS.items()
        if name in document
    }
    if "prometheus" in made:
        made.setdefault("http", HttpConfig(token=os.environ.get(SECTIONS["http"].variable) or None))
    interval_s = float(document.get("interval_s", DEFAULT_INTERVAL_S))
    return RunConfig(tuple(devices), interval_s, **made)


def _contradictions(
    name: str, section: Section, table: Mapping[str, Any], folder: Path
) -> Iterator[Mistake]:
    """Yield what is wrong with values that can be used each by itself."""
    for key in section.files:
        if key in table and not (path := folder / table[key]).is_file():
            yield Mistake((name, key), f"there is no file {path}. Correct {key}.")
        if key in table and not table.get("tls"):
            yield Mistake((name, key), f"{key} is without effect. Add tls = true.")
    if section.confidential is not None:
        yield from _secret_mistakes(name, section, section.confidential, table, folder)
    if name == "mqtt":
        yield from _mqtt_mistakes(table, folder)


def _secret_mistakes(
    name: str, section: Section, secret: str, table: Mapping[str, Any], folder: Path
) -> Iterator[Mistake]:
    file_key = f"{secret}_file"
    field = section.fields[secret]
    if secret in table and file_key in table:
        yield Mistake((name, file_key), f"{secret} is given twice. Remove {secret} or {file_key}.")
    elif file_key in table:
        path = secret_path(table[file_key], folder)
        try:
            secret_text = read_secret(path)
        except SecretError as error:
            yield Mistake((name, file_key), str(error))
        else:
            if not field.is_valid(secret_text):
                message = f"{path} holds no {secret} that can be used. Write one {FIT}."
                yield Mistake((name, file_key), message)
    elif secret not in table:
        value = os.environ.get(section.variable)
        if value and not field.is_valid(value):
            message = f"{section.variable} holds no {secret} that can be used. Set one {FIT}."
            yield Mistake((name,), message)


def _mqtt_mistakes(table: Mapping[str, Any], folder: Path) -> Iterator[Mistake]:
    given = next((key for key in ("password", "password_file") if key in table), None)
    if given is not None and "username" not in table:
        yield Mistake(("mqtt", given), f"{given} has no username. Add username.")
    if "key_file" in table and "cert_file" not in table:
        yield Mistake(("mqtt", "key_file"), "key_file has no certificate. Add cert_file.")
    default = MqttConfig()
    base = table.get("topic_prefix", default.topic_prefix)
    discovery = table.get("discovery_prefix", default.discovery_prefix)
    if f"{base}/".startswith(f"{discovery}/"):
        key = "topic_prefix" if "topic_prefix" in table else "discovery_prefix"
        yield Mistake(
            ("mqtt", key), f"the topics below {base}/ are those of discovery. Change {key}."
        )
    yield from _certificate_mistakes(table, folder)


def _certificate_mistakes(table: Mapping[str, Any], folder: Path) -> Iterator[Mistake]:
    """Yield what is wrong with files of certificates that are there."""
    files = {
        key: folder / table[key] for key in ("ca_file", "cert_file", "key_file") if key in table
    }
    if not files or not all(path.is_file() for path in files.values()):
        return
    from homevolt.bridges.mqtt.tls import context_of  # noqa: PLC0415 - few need it

    for key, tried in {
        "ca_file": (files.get("ca_file"), None, None),
        "cert_file": (None, files.get("cert_file"), files.get("key_file")),
    }.items():
        try:
            if key in files:
                context_of(*tried)
        except OSError as error:
            reason = getattr(error, "reason", None) or error.strerror or str(error)
            what = f"{key} {files[key]}" if key == "ca_file" else f"{key} and its key"
            yield Mistake(("mqtt", key), f"{what} cannot be used: {reason}. Correct {key}.")


def _values(section: Section, table: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the values of a table as the class of the section takes them."""
    values = {key: folder / table[key] if key in section.files else table[key] for key in table}
    if section.type is MqttConfig and "port" not in table:
        values["port"] = MQTT_TLS_PORT if table.get("tls") else MQTT_PORT
    if section.confidential is not None:
        file = values.pop(f"{section.confidential}_file", None)
        if file is not None:
            values[section.confidential] = read_secret(secret_path(file, folder))
        elif section.confidential not in values:
            values[section.confidential] = os.environ.get(section.variable) or None
    return values
