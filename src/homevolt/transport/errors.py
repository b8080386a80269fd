"""What the network, the HTTP library or a redirect says, as errors of this library."""

from __future__ import annotations

import errno
import os
import ssl
from urllib.parse import urljoin, urlsplit

import aiohttp

from homevolt.exceptions import (
    HomevoltCertificateError,
    HomevoltConnectionError,
    HomevoltRedirectError,
)
from homevolt.transport.address import base_url

NETWORK_ERRORS = (aiohttp.ClientError, OSError, ValueError, RuntimeError)
"""Whatever aiohttp raises while it connects, sends and reads."""


def network_error(error: Exception, device: str, *, sent: bool) -> HomevoltConnectionError:
    """Return one of `NETWORK_ERRORS` as an error of this library.

    Args:
        error: What aiohttp raised.
        device: The base URL of the device.
        sent: Whether any of the request may have reached it.
    """
    if isinstance(error, aiohttp.ServerFingerprintMismatch):
        why = f"its SHA-256 fingerprint is {error.got.hex()}, not {error.expected.hex()}"
        return _distrusted(device, why)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return _distrusted(device, str(error.certificate_error))
    if isinstance(error, aiohttp.ClientConnectorError):
        return HomevoltConnectionError(f"{device} is not reached: {_obstacle(error.os_error)}.")
    if isinstance(error, aiohttp.InvalidURL):
        return HomevoltConnectionError(f"{device} is not reached: nobody can look up that name.")
    if isinstance(error, aiohttp.ClientResponseError):
        # Behind the first line of its message stands what was received.
        reason = error.message.partition("\n")[0].rstrip(":.")
        message = f"{device} answers what is no HTTP: {reason}."
        return HomevoltConnectionError(message, maybe_sent=sent)
    reason = _end_of_answer(error)
    return HomevoltConnectionError(f"{device} broke off: {reason}.", maybe_sent=sent)


def redirect_error(response: aiohttp.ClientResponse, device: str) -> HomevoltRedirectError:
    """Return the error for a redirect; one to https of the same host names the address to use.

    Args:
        response: The answer, with a status from 300 to 399.
        device: The base URL of the device.
    """
    location = response.headers.get("Location", "")
    hint = "Redirects are not followed."
    try:
        location = urljoin(str(response.url), location)
        target = urlsplit(location)
        if target.scheme == "https" and target.hostname == response.url.host:
            hint = f"Use the address {base_url(f'https://{target.netloc}')} instead."
    except ValueError:
        pass  # it points to no URL; the message shows what it is
    return HomevoltRedirectError(
        f"{device} answers {response.status} and points to {location!r}. {hint}",
        location=location,
        status=response.status,
    )


def _distrusted(device: str, why: str) -> HomevoltCertificateError:
    return HomevoltCertificateError(
        f"The certificate of {device} is not trusted ({why}). "
        "If it is the device's own, pass ssl=aiohttp.Fingerprint(...) to pin it."
    )


def _end_of_answer(error: Exception) -> str:
    """Return in words why an answer did not come to its end."""
    cause = error.__cause__ if isinstance(error, aiohttp.ClientPayloadError) else error
    if isinstance(cause, OSError) and not isinstance(cause, TimeoutError):
        return _obstacle(cause)
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the answer is not complete"
    return str(error) or type(error).__name__


def _obstacle(error: OSError) -> str:
    """Return in words why no connection was made or kept."""
    if isinstance(error, ssl.SSLError):
        is_plain = error.reason == "WRONG_VERSION_NUMBER"
        return "no https is spoken there" if is_plain else error.strerror or str(error)
    if error.errno is not None and error.errno in errno.errorcode:
        return os.strerror(error.errno)
    return error.strerror or str(error) or type(error).__name__
