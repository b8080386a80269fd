"""What a command that only reads asks of a device."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from rich.console import RenderableType

    from homevolt.cli.session import Answer, Reading, Session


class Query(NamedTuple):
    """What a command asks of one device, or of each of several.

    Attributes:
        keys: The keys of the document of an answer, besides `url` and `simulated`.
        read: Reads the answer.
        view_of_all: Returns the view of several devices, where it is not that of their sheets.
    """

    keys: Sequence[str]
    read: Callable[[Session], Awaitable[Answer]]
    view_of_all: Callable[[Sequence[Reading]], RenderableType] | None = None
