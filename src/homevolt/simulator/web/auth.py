"""HTTP Basic authentication of the simulated device."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

USER = "admin"


def credentials_match(header: str | None, password: str) -> bool:
    """Return whether an Authorization header has the user `admin` and this password.

    Args:
        header: The value of the Authorization header, or None.
        password: The device's password; with an empty one every request passes.

    Returns:
        True when the request may pass.
    """
    if not password:
        return True
    if header is None:
        return False
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        decoded = base64.b64decode(token.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    return any(hmac.compare_digest(decoded, token) for token in _encodings(f"{USER}:{password}"))


def _encodings(text: str) -> Iterator[bytes]:
    # Clients encode characters beyond ASCII in different ways.
    for encoding in ("utf-8", "latin-1"):
        try:
            yield text.encode(encoding)
        except UnicodeEncodeError:
            continue
