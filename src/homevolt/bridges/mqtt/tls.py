"""How the connection to a broker is encrypted, and which certificates count."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def context_of(
    ca_file: Path | None, cert_file: Path | None, key_file: Path | None
) -> ssl.SSLContext:
    """Return the context of a connection by TLS.

    Args:
        ca_file: Certificates to trust instead of the system's.
        cert_file: The certificate to show, None for none.
        key_file: Its key, None if `cert_file` holds it.

    Raises:
        OSError: A file cannot be read, or holds something else; `ssl.SSLError` is one too.
    """
    context = ssl.create_default_context(cafile=ca_file)
    if cert_file is not None:
        # Without a password a key that needs one would be asked for at the terminal.
        context.load_cert_chain(cert_file, key_file, password="")
    return context
