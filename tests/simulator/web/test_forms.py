"""The fields of a body are read whichever way it carries them, and no secret is journaled."""

from __future__ import annotations

from urllib.parse import urlencode

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevolt.simulator.web.forms import MAX_FIELDS, MULTIPART, read_fields
from tests.simulator.client import device
from tests.simulator.raw import connected

BOUNDARY = "-----------------------------1529"
FORM = "application/x-www-form-urlencoded"

values = st.text(st.characters(codec="utf-8"))


def multipart(fields: list[tuple[str, str]], boundary: str = BOUNDARY) -> bytes:
    """Return a body as a browser sends it."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields
    ]
    return "".join([*parts, f"--{boundary}--\r\n"]).encode()


def header(boundary: str = BOUNDARY) -> str:
    return f"{MULTIPART}; boundary={boundary}"


def as_form_data(fields: dict[str, str]) -> aiohttp.FormData:
    """Return what aiohttp sends as multipart."""
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in fields.items():
        form.add_field(name, value)
    return form


@given(st.lists(st.tuples(st.text(st.characters(codec="ascii", categories=["L", "N"])), values)))
def test_a_multipart_form_is_read_like_an_urlencoded_one(fields: list[tuple[str, str]]) -> None:
    urlencoded = read_fields(FORM, FORM, urlencode(fields).encode())
    assert read_fields(MULTIPART, header(), multipart(fields)) == urlencoded
    assert urlencoded == ([] if len(fields) > MAX_FIELDS else fields)


@given(st.binary(max_size=300), st.text(max_size=30))
def test_any_multipart_body_and_header_are_read_without_an_error(body: bytes, text: str) -> None:
    for head in (header(), header(text), text, MULTIPART):
        for content in (body, multipart([("a", "b")]) + body, body + multipart([(text, text)])):
            assert isinstance(read_fields(MULTIPART, head, content), list)


def test_a_deeply_nested_multipart_body_is_read_without_an_error() -> None:
    body = b""
    for level in range(160):
        part = f"--{level}\r\nContent-Type: multipart/mixed; boundary={level - 1}\r\n\r\n".encode()
        body = part + body
    assert read_fields(MULTIPART, header("159"), body) == []


async def test_commands_and_parameters_are_executed_from_multipart_forms() -> None:
    async with device(cloud=False) as client:
        command = as_form_data({"cmd": "sched_add 1 -s 3000"})
        status, body = await client.request("POST", "/console.json", data=command)
        assert (status, b"executed successfully" in body) == (200, True)
        assert len((await client.get("/schedule.json"))["schedule"]) == 1
        change = as_form_data({"k": "settings_local", "v": "true", "store": "1"})
        assert await client.request("POST", "/params.json", data=change) == (
            200,
            b"Saved parameter k: 'settings_local' v: 'true'",
        )
        assert client.sim.journal.commands == ["sched_add 1 -s 3000"]
        assert [record.effects for record in client.sim.journal.writes] == [1, 1]
        assert client.sim.journal.writes[1].form == {
            "k": "settings_local",
            "v": "true",
            "store": "1",
        }


async def test_a_browser_s_multipart_form_is_executed() -> None:
    async with device() as client, connected(client.sim) as raw:
        body = multipart([("cmd", "param_get settings_local")])
        raw.send("POST", "/console.json", body, header())
        assert b"executed successfully" in (await raw.answer())[1]


SECRET = "hunter2"
FIELDS = [("k", "wifi_sta_password"), ("v", SECRET), ("store", "1")]
COMMAND = [("cmd", f"param_set wifi_sta_password {SECRET}")]

LEAKS = [
    *((multipart(fields), header()) for fields in (FIELDS, FIELDS[::-1], COMMAND)),
    *((urlencode(fields).encode(), FORM) for fields in (FIELDS, FIELDS[::-1], COMMAND)),
    (multipart([*FIELDS, ("k", "settings_local")]), header()),
    (multipart([("k", '"wifi_sta_password"'), ("v", SECRET)]), header()),
    (multipart([("wifi_sta_password", SECRET)]), header()),
    (multipart([(f"wifi_sta_password={SECRET}", "")]), header()),
    # Bodies that are not what their header says.
    (multipart(FIELDS), MULTIPART),
    (multipart(FIELDS), header("another")),
    (multipart(FIELDS), FORM),
    (multipart(FIELDS), "text/plain"),
    (multipart(FIELDS)[:-60], header()),
    (urlencode(FIELDS).encode(), header()),
    (f"wifi_sta_password: {SECRET}".encode(), "text/plain"),
    (f"set wifi_sta_password = {SECRET}".encode(), "text/plain"),
]


@pytest.mark.parametrize(("body", "content_type"), LEAKS)
@pytest.mark.parametrize("path", ["/params.json", "/console.json", "/x/wifi_sta_password/hunter2"])
async def test_a_secret_never_reaches_journal_or_log(
    path: str, body: bytes, content_type: str
) -> None:
    async with device() as client, connected(client.sim) as raw:
        raw.send("POST", path, body, content_type)
        await raw.answer()
        assert SECRET not in repr(client.sim.journal)
        assert SECRET not in str(await client.get("/logs.json"))
