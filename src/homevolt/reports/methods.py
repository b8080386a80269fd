"""What a device can be asked about itself: the `fetch_*` methods of `homevolt.Device`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from homevolt import reports
from homevolt._common import short_repr
from homevolt.exceptions import HomevoltValueError
from homevolt.schedule.options import nearest
from homevolt.schedule.times import parse_time

if TYPE_CHECKING:
    from datetime import datetime

    from homevolt.protocol import report_resources as resources
    from homevolt.protocol.parameter import Parameter
    from homevolt.protocol.resources import Resource
    from homevolt.protocol.store import ResourceStore
    from homevolt.reports.view import View

if not TYPE_CHECKING:

    class _Resources:
        """The module `report_resources`, which is loaded when a report is first read."""

        def __getattr__(self, name: str) -> object:
            return getattr(import_module("homevolt.protocol.report_resources"), name)

    resources = _Resources()

Rows = list[dict[str, Any]]
T = TypeVar("T")
V = TypeVar("V", bound="View")


class DeviceReports:
    """The methods of a device that read what it reports about itself.

    Each one sends a request and returns what was answered; nothing of it is kept, and a failure is
    no problem of the readings. A field that the device did not give, or gave a malformed value
    for, is None.

    Each may raise:

    * `HomevoltNotSupportedError`: this unit has no such endpoint.
    * `HomevoltConnectionError`: the device could not be reached or failed.
    * `HomevoltAuthenticationError`: it refused the password.
    * `HomevoltDataError`: the answer is not what the endpoint gives.
    * `HomevoltValueError`: an argument is wrong; nothing was sent.
    """

    _store: ResourceStore

    async def fetch_status(self) -> reports.StatusView:
        """Read the state of the unit: uptime, firmware, network, parts (`GET /status.json`)."""
        return await self._view(resources.STATUS, reports.StatusView)

    async def fetch_error_report(self) -> tuple[reports.CheckView, ...]:
        """Read the state of every check of the unit (`GET /error_report.json`)."""
        return await self._views(resources.ERROR_REPORT, reports.CheckView)

    async def fetch_error_history(
        self, *, limit: int | None = None, severity: str | None = None
    ) -> tuple[reports.CheckView, ...]:
        """Read which checks failed before (`GET /error_history.json`).

        Args:
            limit: How many at most, from 1; None for as many as the device gives by itself.
            severity: `ok`, `warning`, `error` or `unknown` for these alone, None for all.

        Returns:
            The checks in the order of the device, each with its time in UTC as `at`.

        Raises:
            HomevoltValueError: `limit` or `severity` is none of these; nothing was sent.
            HomevoltError: See `DeviceReports`.
        """
        return await self._views(
            resources.ERROR_HISTORY, reports.CheckView, limit=limit, severity=severity
        )

    async def fetch_logs(
        self, *, limit: int | None = None, level: str | None = None
    ) -> tuple[reports.LogLineView, ...]:
        """Read the latest lines of the log (`GET /logs.json`).

        Args:
            limit: How many at most, from 1; None for as many as the device gives by itself.
            level: `error`, `warning`, `info`, `debug` or `verbose` for lines that are at least as
                severe, None for all.

        Returns:
            The lines in the order of the device, each with its time in UTC as `at`.

        Raises:
            HomevoltValueError: `limit` or `level` is none of these; nothing was sent.
            HomevoltError: See `DeviceReports`.
        """
        return await self._views(resources.LOGS, reports.LogLineView, limit=limit, level=level)

    async def fetch_firmware_updates(self) -> reports.FirmwareUpdatesView:
        """Read which firmware updates are offered to the unit (`GET /ota_manifest.json`)."""
        return await self._view(resources.OTA_MANIFEST, reports.FirmwareUpdatesView)

    async def fetch_wifi_networks(self) -> tuple[reports.WifiNetworkView, ...]:
        """Read which Wi-Fi networks the unit receives (`GET /wifiscan.json`)."""
        return await self._views(resources.WIFI_SCAN, reports.WifiNetworkView)

    async def fetch_nodes(self) -> tuple[reports.NodeView, ...]:
        """Read the nodes of the radio network, such as clamps (`GET /nodes.json`)."""
        return await self._views(resources.NODES, reports.NodeView)

    async def fetch_node_metrics(self, node_id: int) -> reports.NodeMetricsView:
        """Read what a node reports about itself (`GET /node_metrics.json`).

        Args:
            node_id: Its number, the `node_id` of `fetch_nodes`, from 0.

        Returns:
            Its metrics, all None for a node that was never received.

        Raises:
            HomevoltValueError: `node_id` is not a whole number from 0; nothing was sent.
            HomevoltError: See `DeviceReports`.
        """
        return await self._view(resources.NODE_METRICS, reports.NodeMetricsView, node_id=node_id)

    async def fetch_node_params(self, node_id: int) -> dict[str, Parameter]:
        """Read the parameters of a node (`GET /node_params.json`).

        Args:
            node_id: Its number, the `node_id` of `fetch_nodes`, from 0.

        Returns:
            The parameters by name, empty if there is no such node.

        Raises:
            HomevoltValueError: `node_id` is not a whole number from 0; nothing was sent.
            HomevoltError: See `DeviceReports`.
        """
        from homevolt.protocol.parameter import typed_parameter  # noqa: PLC0415 - few need it

        rows = await self._report(resources.NODE_PARAMS, node_id=node_id)
        found = map(typed_parameter, rows)
        return {parameter.name: parameter for parameter in found if parameter is not None}

    async def fetch_hub_status(self) -> reports.HubView:
        """Read the state of the radio hub (`GET /efr_hub_status.json`)."""
        return await self._view(resources.HUB_STATUS, reports.HubView)

    async def fetch_pings(self) -> tuple[reports.PingView, ...]:
        """Read the latest pings between the hub and its nodes (`GET /warp_ping.json`)."""
        return await self._views(resources.PINGS, reports.PingView)

    async def fetch_clamp(self, node_id: int) -> reports.ClampView:
        """Read what the clamps of a node measure (`GET /ct.json`).

        Args:
            node_id: Its number, the `node_id` of `fetch_nodes`, from 0.

        Returns:
            Power in W and energy in kWh of the node and of each phase, + towards the house.

        Raises:
            HomevoltValueError: `node_id` is not a whole number from 0; nothing was sent.
            HomevoltError: See `DeviceReports`.
        """
        return await self._view(resources.CLAMP, reports.ClampView, node_id=node_id)

    async def fetch_clamp_functions(self) -> tuple[reports.ClampFunctionView, ...]:
        """Read what each node is used for (`GET /ecu_sense.json`)."""
        return await self._views(resources.CLAMP_FUNCTIONS, reports.ClampFunctionView)

    async def fetch_clamp_data(self) -> Rows:
        """Read the latest data of all clamps (`GET /ct_data.json`).

        Returns:
            The objects of the answer as they came: their shape and units are not documented.
        """
        return await self._report(resources.CLAMP_DATA)

    async def fetch_clamp_history(self) -> Rows:
        """Read what the clamps recorded (`GET /ct_history.json`).

        Returns:
            The objects of the answer as they came: their shape and units are not documented.
        """
        return await self._report(resources.CLAMP_HISTORY)

    async def fetch_mains(self) -> reports.MainsView:
        """Read voltage and frequency of the mains input (`GET /mains_data.json`)."""
        return await self._view(resources.MAINS, reports.MainsView)

    async def fetch_pid(self) -> reports.ControllersView:
        """Read the state of the PID controllers (`GET /pid.json`)."""
        return await self._view(resources.PID, reports.ControllersView)

    async def fetch_pid_history(self) -> reports.ControllerHistoryView:
        """Read what the power controller recorded (`GET /ems_pid_history.json`)."""
        return await self._view(resources.PID_HISTORY, reports.ControllerHistoryView)

    async def fetch_ems_history(
        self, *, limit: int | None = None, start: datetime | str | None = None
    ) -> Rows:
        """Read what the unit recorded (`GET /ems_history.json`).

        Args:
            limit: How many objects at most, from 1; None for as many as the device gives by itself.
            start: The time of the first one, a `datetime` or ISO 8601 text, local time of this
                machine if it has no zone; None for what the device gives by itself (`from`).

        Returns:
            The objects of the answer as they came: their shape and units are not documented.

        Raises:
            HomevoltValueError: `limit` or `start` is wrong; nothing was sent.
            HomevoltError: See `DeviceReports`.
        """
        since = None if start is None else int(parse_time("start", start).timestamp())
        return await self._report(resources.EMS_HISTORY, limit=limit, **{"from": since})

    async def fetch_raw(self, name: str, **query: object) -> Any:
        """Read any endpoint as plain JSON values, units and signs as on the wire.

        Args:
            name: The endpoint without slash and suffix, such as `pid` for `/pid.json`; one of
                `homevolt.protocol.report_resources.RESOURCES`.
            **query: The query, such as `node_id=1`; None leaves a value out.

        Returns:
            What the JSON holds; a number that no double or 64-bit integer holds is None.

        Raises:
            HomevoltValueError: There is no such endpoint, or it does not take this query; nothing
                was sent.
            HomevoltError: See `DeviceReports`.
        """
        known = resources.RESOURCES
        if name not in list(known):
            raise HomevoltValueError(
                f"there is no endpoint {short_repr(name)}{nearest(name, known)}"
            )
        return await self._report(known[name].plain(), **query)

    async def _view(self, resource: Resource[Any], view: type[V], **query: object) -> V:
        """Read a resource and return the view of its document."""
        return view.of(await self._report(resource, **query))

    async def _views(
        self, resource: Resource[Any], view: type[V], **query: object
    ) -> tuple[V, ...]:
        """Read a resource and return the view of each item of its document."""
        return tuple(map(view.of, await self._report(resource, **query)))

    async def _report(self, resource: Resource[T], **query: object) -> T:
        """Read a resource that is not kept."""
        return (await self._store.read(resource, query)).value
