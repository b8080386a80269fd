"""Failures of the network and of the HTTP library, as errors of this library.

The errors of the HTTP library hold the headers of the request, and these the password. So the
functions here return errors, to be raised where no other error is being handled: nothing of the
HTTP library can then be reached from them.
"""

from __future__ import annotations

import errno
import os
import socket
import ssl
from urllib.parse import urljoin, urlsplit

import aiohttp

from homevolt.exceptions import (
    HomevoltCertificateError,
    HomevoltConnectionError,
    HomevoltRedirectError,
    HomevoltTimeoutError,
)
from homevolt.transport.address import base_url
from homevolt.transport.session import SurplusError

NETWORK_ERRORS = (aiohttp.ClientError, OSError, ValueError, RuntimeError)
"""Whatever aiohttp raises while it connects, sends and reads; timeouts are among them."""


def network_error(error: Exception, device: str, *, sent: bool) -> HomevoltConnectionError:
    """Return one of `NETWORK_ERRORS` that is not a timeout as an error of this library.

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
        return HomevoltConnectionError(f"{device} cannot be reached: {_reason(error.os_error)}.")
    if isinstance(error, aiohttp.InvalidURL):
        return HomevoltConnectionError(
            f"{device} cannot be reached: the host name cannot be resolved."
        )
    if isinstance(error, SurplusError):
        message = f"{device} sent data that no request asked for; the connection was closed."
    elif isinstance(error, aiohttp.ClientResponseError):
        # The lines after the first of its message hold what was received.
        reason = error.message.partition("\n")[0].rstrip(":.")
        message = f"{device} sent an invalid HTTP response: {reason}."
    else:
        message = f"The connection to {device} was lost: {_reason_of_loss(error)}."
    return HomevoltConnectionError(message, maybe_sent=sent)


def timeout_error(
    error: Exception, device: str, limits: aiohttp.ClientTimeout, *, sent: bool, is_pooled: bool
) -> HomevoltTimeoutError:
    """Return the error for a deadline that passed.

    Args:
        error: The `TimeoutError` that aiohttp raised.
        device: The base URL of the device.
        limits: The deadlines of the request.
        sent: Whether any of the request may have reached the device.
        is_pooled: Whether the number of connections is limited, and other requests may hold them.
    """
    if sent:
        message = f"{device} did not send a complete answer within {limits.total:g} s."
    elif is_pooled and not isinstance(error, aiohttp.ServerTimeoutError):
        message = (
            f"No connection of the session passed as websession= was free within "
            f"{limits.total:g} s; nothing was sent to {device}. Give the session "
            "connector=aiohttp.TCPConnector(limit=0)."
        )
    else:
        message = f"{device} cannot be reached: no connection within {limits.sock_connect:g} s."
    return HomevoltTimeoutError(message, maybe_sent=sent)


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
        pass  # it is not a URL; the message shows what it is
    return HomevoltRedirectError(
        f"{device} answered {response.status} and redirects to {location!r}. {hint}",
        location=location,
        status=response.status,
    )


def _distrusted(device: str, why: str) -> HomevoltCertificateError:
    return HomevoltCertificateError(
        f"The certificate of {device} is not trusted ({why}). "
        "If it is the device's own, pass ssl=aiohttp.Fingerprint(...) to pin it."
    )


def _reason_of_loss(error: Exception) -> str:
    """Return in words why the answer is missing or incomplete."""
    cause = error.__cause__ if isinstance(error, aiohttp.ClientPayloadError) else error
    if isinstance(cause, OSError) and not isinstance(cause, TimeoutError):
        return _reason(cause)
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the answer is incomplete"
    return str(error) or type(error).__name__


def _reason(error: OSError) -> str:
    """Return in words why no connection was made or kept."""
    if isinstance(error, socket.gaierror):
        return f"the host name cannot be resolved ({error.strerror})"
    if isinstance(error, ssl.SSLError):
        is_plain = error.reason == "WRONG_VERSION_NUMBER"
        return "the port does not speak HTTPS" if is_plain else error.strerror or str(error)
    if error.errno is not None and error.errno in errno.errorcode:
        return os.strerror(error.errno)
    return error.strerror or str(error) or type(error).__name__
