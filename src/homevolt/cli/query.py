"""What a command that only reads asks of a device, and what it was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from rich.console import RenderableType

    from homevolt.cli.render.sheets import Sheet
    from homevolt.cli.session import Reading, Session


class Answer(NamedTuple):
    """What was read of a device.

    Attributes:
        document: What programs get, beside `url` and `simulated`.
        show: Shows it to people.
        sheet: Returns it as rows, to be shown beside those of other devices; None where the query
            has a `view_of_all`.
        nothing: What is wrong if nothing matches what was asked for, None if something is.
    """

    document: dict[str, Any]
    show: Callable[[], None]
    sheet: Callable[[], Sheet] | None = None
    nothing: str | None = None


class Query(NamedTuple):
    """What a command asks of one device, or of each of several.

    Attributes:
        keys: The keys of the document of an answer, beside `url` and `simulated`.
        read: Reads the answer.
        view_of_all: Returns the view of several devices, where it is not that of their sheets.
    """

    keys: Sequence[str]
    read: Callable[[Session], Awaitable[Answer]]
    view_of_all: Callable[[Sequence[Reading]], RenderableType] | None = None
