"""Whatever a file says of the outputs, it is a configuration or a list of mistakes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from homevolt.bridges.config import MqttConfig, RunConfig
from homevolt.bridges.mqtt.bridge import MqttOutput
from homevolt.bridges.settings import SECTIONS, mistakes, run_config

TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
NUMBERS = st.integers() | st.just(10**400) | st.floats()
VALUES = st.recursive(
    TEXTS | NUMBERS | st.booleans() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=3,
)
GOOD: dict[str, list[Any]] = {
    "host": ["broker", "::1", "127.0.0.1"],
    "port": [1883, 1],
    "username": ["a"],
    "client_id": ["b"],
    "topic_prefix": ["x/y", "homeassistant"],
    "discovery_prefix": ["x", "homeassistant"],
    "tls": [True, False],
    "probe": [True],
    "token": ["a-b"],
}


def tables(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Draw a table with some of its keys, each with a good value or with any."""
    keys = {key: st.sampled_from(GOOD.get(key, ["a"])) | VALUES for key in SECTIONS[name].fields}
    return st.fixed_dictionaries({}, optional=keys)


DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "interval_s": st.just(5) | VALUES,
        **{name: tables(name) | VALUES for name in SECTIONS},
    },
)


@given(document=DOCUMENTS)
def test_any_file_is_a_configuration_or_mistakes_with_a_remedy(document: dict[str, Any]) -> None:
    found = [*mistakes(document, Path("nowhere"))]
    for mistake in found:
        assert mistake.message.endswith((".", "?"))
        assert len(mistake.message) < 400
    if not found:
        config = run_config(document, (), Path("nowhere"))
        assert isinstance(config, RunConfig)
        if config.mqtt is not None:
            asyncio.run(_connecting(config.mqtt))


async def _connecting(config: MqttConfig) -> None:
    MqttOutput(config)._client()
