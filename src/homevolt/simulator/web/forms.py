"""The fields of a request's body: of a form, urlencoded or multipart, or of a JSON object."""

from __future__ import annotations

import json
from email.parser import BytesParser
from email.utils import collapse_rfc2231_value
from typing import Final
from urllib.parse import parse_qsl

Fields = list[tuple[str, str]]

JSON: Final = "application/json"
MULTIPART: Final = "multipart/form-data"

MAX_FIELDS: Final = 64


def read_fields(content_type: str, header: str, body: bytes) -> Fields:
    """Return the fields of a body in their order, those of one name several times as well.

    Args:
        content_type: Type of the body, in lower case and without parameters.
        header: The whole Content-Type header.
        body: The body.

    Returns:
        Names and values; none when there are too many or the body is not of its type.
    """
    try:
        if content_type == JSON:
            return _read_document(body)
        fields = _read_multipart(header, body) if content_type == MULTIPART else _read_form(body)
    except (ValueError, RecursionError):
        return []
    return fields if len(fields) <= MAX_FIELDS else []


def _read_form(body: bytes) -> Fields:
    text = body.decode("utf-8", "replace")
    return parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)


def _read_multipart(header: str, body: bytes) -> Fields:
    head = b"Content-Type: " + header.encode("utf-8", "surrogateescape") + b"\r\n\r\n"
    fields: Fields = []
    for part in BytesParser().parsebytes(head + body).walk():
        name = part.get_param("name", header="content-disposition")
        value = part.get_payload(decode=True)
        if name is not None and isinstance(value, bytes):
            text = collapse_rfc2231_value(name).encode("utf-8", "surrogateescape")
            fields.append((text.decode("utf-8", "replace"), value.decode("utf-8", "replace")))
    return fields


def _read_document(body: bytes) -> Fields:
    document = json.loads(body)
    members = document.items() if isinstance(document, dict) else ()
    fields = [(key, as_text(value)) for key, value in members]
    "".join(text for field in fields for text in field).encode()  # JSON can hold lone surrogates
    return fields


def as_text(value: object) -> str:
    """Return a member of a JSON body as text; the elements of an array between commas.

    Raises:
        ValueError: It is not a value of a parameter, such as null or an object.
    """
    if value is None or isinstance(value, dict):
        raise ValueError("not a value of a parameter")
    if isinstance(value, list):
        return ",".join(map(as_text, value))
    return value if isinstance(value, str) else json.dumps(value)
